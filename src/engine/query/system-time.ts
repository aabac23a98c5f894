import { EditedText } from './edited-text.ts';
import type { Piece } from './edited-text.ts';
import { Refusal } from './failures.ts';
import { afterAlias, closing, isSymbol, isWord, tokensOf, unquoted } from './tokens.ts';
import type { Token } from './tokens.ts';

/**
 * What SQL:2011 and this program say beyond DuckDB's grammar, put into words that its parser takes: `t FOR SYSTEM_TIME AS OF x [AS] a` → `t AS a AT (TIMESTAMP => x)`, `FOR SYSTEM_VERSION AS OF n`
 * → `AT (VERSION => n)`, an alias behind `AT (…)` → in front of it, `dataset('ID:v1', 'file')` → a table's name, `?` and `$1` → `$hms_1`.
 */
export interface Rewritten {
  readonly text: string;
  readonly pieces: readonly Piece[];
  readonly datasets: readonly DatasetCall[];
}

/** `dataset(…)`, by the name that stands for it. Arguments are texts, or the names of parameters. */
export interface DatasetCall {
  readonly name: string;
  readonly arguments: readonly ({ readonly text: string } | { readonly parameter: string })[];
}

export function rewriteSystemTime(sql: string): Rewritten {
  const rewriter = new Rewriter(sql);
  rewriter.all();
  return { text: rewriter.out.text, pieces: rewriter.out.pieces, datasets: rewriter.datasets };
}

class Rewriter {
  readonly out: EditedText;
  readonly datasets: DatasetCall[] = [];
  readonly #tokens: readonly Token[];
  #questionMarks = 0;

  constructor(sql: string) {
    this.out = new EditedText(sql);
    this.#tokens = tokensOf(sql);
  }

  all(): void {
    this.#range(0, this.#tokens.length);
    this.out.keepRest();
  }

  #range(from: number, to: number): void {
    for (let i = from; i < to; ) i = this.#step(i);
  }

  #step(i: number): number {
    const token = this.#tokens[i] as Token;
    if (isWord(token, 'for') && isWord(this.#tokens[i + 1], 'system_time', 'system_version')) return this.#asOf(i);
    if (isWord(token, 'at') && isSymbol(this.#tokens[i + 1], '(') && isSymbol(this.#tokens[i + 3], '=>')) return this.#at(i);
    if (isWord(token, 'dataset') && isSymbol(this.#tokens[i + 1], '(')) return this.#dataset(i);
    if (token.kind === 'parameter') {
      const name = token.text === '?' ? String(++this.#questionMarks) : token.text.slice(1);
      this.out.keepTo(token.start).dropTo(token.end).put(`$${numbered(name)}`, token.start);
    }
    return i + 1;
  }

  #asOf(i: number): number {
    const start = (this.#tokens[i] as Token).start;
    const what = (this.#tokens[i + 1] as Token).text.toUpperCase();
    const word = this.#tokens[i + 2];
    // In a list comprehension `for` is followed by a name and `in`.
    if (isWord(word, 'in')) return i + 1;
    if (!isWord(word, 'as') || !isWord(this.#tokens[i + 3], 'of')) {
      throw new Refusal(`FOR ${what} is followed by AS OF and an instant here${isWord(word, 'all', 'from', 'between', 'contained') ? `; ${word?.text.toUpperCase() ?? ''}, which asks for many states at once, is not known` : ''}.`, start);
    }
    const end = afterInstant(this.#tokens, i + 4);
    if (end === i + 4) throw new Refusal(`FOR ${what} AS OF needs an instant behind it, such as '2024-07-30 23:59:59'.`, start);
    this.#move(i, [i + 4, end], what === 'SYSTEM_TIME' ? ' AT (TIMESTAMP => ' : ' AT (VERSION => ', ')');
    return afterAlias(this.#tokens, end);
  }

  /** `AT (… => …) AS a`: DuckDB takes the alias in front only. */
  #at(i: number): number {
    const close = closing(this.#tokens, i + 1);
    if (close === null || !isWord(this.#tokens[i + 2], 'timestamp', 'version')) return i + 1;
    this.#move(i, [i + 4, close], ` AT (${(this.#tokens[i + 2] as Token).text} => `, ')', close + 1);
    return afterAlias(this.#tokens, close + 1);
  }

  /** Puts an alias that follows in front of the clause that begins at `i`, and its instant between `before` and `after`. */
  #move(i: number, [from, to]: readonly [number, number], before: string, after: string, aliasAt = to): void {
    const { start } = this.#tokens[i] as Token;
    const aliasEnd = afterAlias(this.#tokens, aliasAt);
    const place = (index: number): number => this.#tokens[index]?.start ?? 0;
    this.out.keepTo(start).dropTo(start);
    if (aliasEnd > aliasAt) this.out.copy(place(aliasAt), (this.#tokens[aliasEnd - 1] as Token).end);
    this.out.put(before, start).dropTo(place(from));
    this.#range(from, to);
    this.out.keepTo((this.#tokens[to - 1] as Token).end).put(after, start).dropTo((this.#tokens[aliasEnd - 1] as Token).end);
  }

  #dataset(i: number): number {
    const close = closing(this.#tokens, i + 1);
    if (close === null) return i + 1;
    const inside = this.#tokens.slice(i + 2, close);
    const values = inside.filter((_, place) => place % 2 === 0);
    const isCall = inside.length % 2 === 1 && inside.every((token, place) => (place % 2 === 1 ? isSymbol(token, ',') : (token.kind === 'string' && token.text.startsWith("'")) || token.kind === 'parameter'));
    // Names of columns in the brackets: somebody's alias that is called so.
    if (!isCall) return i + 1;
    const { start } = this.#tokens[i] as Token;
    if (values.length > 2) throw new Refusal(`dataset() takes a version and a file: dataset('WF-2024-07:v1', 'sensorA.csv').`, start);
    const name = `dataset:${this.datasets.length + 1}`;
    this.datasets.push({
      name,
      arguments: values.map((token) => {
        if (token.kind === 'string') return { text: unquoted(token) };
        if (token.text.startsWith('?')) throw new Refusal('In dataset() parameters are written with their number or name: $1, $file.', token.start);
        return { parameter: token.text.slice(1) };
      }),
    });
    this.out.keepTo(start).put(`"${name}"`, start).dropTo((this.#tokens[close] as Token).end);
    return close + 1;
  }
}

/** Numbers become names: of a statement that has `$2` and no `$1` DuckDB takes no values by number. */
function numbered(name: string): string {
  return /^\d+$/.test(name) ? `hms_${name}` : name;
}

/** Where the instant that begins at `at` ends: a literal, a parameter, a call or brackets, with casts, and sums of these. */
function afterInstant(tokens: readonly Token[], at: number): number {
  let end = afterOperand(tokens, at);
  if (end === at) return at;
  while (isSymbol(tokens[end], '+') || isSymbol(tokens[end], '-')) {
    const next = afterOperand(tokens, end + 1);
    if (next === end + 1) break;
    end = next;
  }
  return end;
}

const typed = ['timestamp', 'timestamptz', 'date', 'interval'];
const units = ['year', 'years', 'month', 'months', 'week', 'weeks', 'day', 'days', 'hour', 'hours', 'minute', 'minutes', 'second', 'seconds', 'millisecond', 'milliseconds'];

function afterOperand(tokens: readonly Token[], at: number): number {
  const token = tokens[at];
  let end = at;
  if (isSymbol(token, '(')) end = (closing(tokens, at) ?? at) + 1;
  else if (isWord(token, 'timestamp') && isWord(tokens[at + 1], 'with') && tokens[at + 4]?.kind === 'string') end = at + 5;
  else if (isWord(token, ...typed) && ['string', 'number'].includes(tokens[at + 1]?.kind ?? '')) end = isWord(tokens[at + 2], ...units) ? at + 3 : at + 2;
  else if (token !== undefined && ['string', 'number', 'parameter'].includes(token.kind)) end = at + 1;
  else if (token?.kind === 'word') end = isSymbol(tokens[at + 1], '(') ? (closing(tokens, at + 1) ?? at) + 1 : at + 1;
  if (end === at) return at;
  while (isSymbol(tokens[end], '::') && tokens[end + 1]?.kind === 'word') end += 2;
  return end;
}
