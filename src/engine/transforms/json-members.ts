/** A member's value as a table has it: text, or null. */
export type Member = readonly [name: string, value: string | null];

/**
 * The members of an object, as a valid JSON text has them: a text as what it says, numbers with the digits that were written, true and false as words, null as null,
 * objects and arrays as their JSON text.
 */
export function* membersOf(json: string): Generator<Member> {
  let at = skipSpace(json, 1);
  while (json[at] !== '}') {
    const nameEnd = textEnd(json, at);
    const name = JSON.parse(json.slice(at, nameEnd)) as string;
    const start = skipSpace(json, skipSpace(json, nameEnd) + 1);
    const end = valueEnd(json, start);
    yield [name, valueOf(json.slice(start, end))];
    at = skipSpace(json, end);
    if (json[at] === ',') at = skipSpace(json, at + 1);
  }
}

function valueOf(raw: string): string | null {
  if (raw === 'null') return null;
  return raw.startsWith('"') ? (JSON.parse(raw) as string) : raw;
}

function skipSpace(json: string, from: number): number {
  let at = from;
  while (json[at] === ' ' || json[at] === '\n' || json[at] === '\r' || json[at] === '\t') at++;
  return at;
}

/** Behind the text that begins at `from`. */
function textEnd(json: string, from: number): number {
  let at = from + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}

function valueEnd(json: string, from: number): number {
  const first = json[from];
  if (first === '"') return textEnd(json, from);
  if (first !== '{' && first !== '[') {
    let at = from;
    while (!/[,}\]\s]/.test(json[at] ?? '}')) at++;
    return at;
  }
  let depth = 0;
  for (let at = from; ; at++) {
    const character = json[at];
    if (character === '"') at = textEnd(json, at) - 1;
    else if (character === '{' || character === '[') depth++;
    else if ((character === '}' || character === ']') && --depth === 0) return at + 1;
  }
}
