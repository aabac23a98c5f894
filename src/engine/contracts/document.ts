import { Composer, isScalar, Lexer, LineCounter, Parser, visit } from 'yaml';
import type { CST, Document, ErrorCode } from 'yaml';

/** A contract, or the definition of a cube, as YAML text: read with its places, so that whatever is wrong in it can be pointed at. */

/** Something wrong in such a text. Lines and columns count from 1, columns in characters. */
export interface Fault {
  readonly line: number;
  readonly column: number;
  /** `schema[0].properties[3].logicalType`; empty where it is about the whole text. */
  readonly path: string;
  /** What is wrong, a sentence. */
  readonly message: string;
  /** What to write instead, a sentence; null where the message says it. */
  readonly next: string | null;
}

export type Path = readonly (string | number)[];

export interface YamlDocument {
  /** The text, letter for letter, a byte order mark included. */
  readonly text: string;
  readonly value: unknown;
  /** The place of what stands at a path; of the nearest that is there where nothing does. */
  at(path: Path): { readonly line: number; readonly column: number };
  /** A single value as it is written, all of its digits included; null where none stands there. */
  written(path: Path): string | null;
}

export type ReadDocument = { readonly ok: true; readonly document: YamlDocument } | { readonly ok: false; readonly faults: readonly Fault[] };

/** Larger than any contract that people write or read; a body of the ledger holds it whole. */
export const MOST_CONTRACT_BYTES = 512 * 1024;
/** More levels than a contract has by far; the parser and all that walks its result call themselves for each. */
const MOST_LEVELS = 64;
const MOST_FAULTS = 50;
/** Words and signs, as the reader of YAML counts them: as many as 100,000 valid values of a column have, or 40,000 lines. Each takes it some microseconds, in which nothing else goes on. */
export const MOST_TOKENS = 350_000;
/** Of these an opening bracket counts as so many, by the time that a list or group takes. */
const COLLECTION = 4;

/**
 * Reads the bytes of a document, which people call `what`. YAML 1.2 with its core schema, in UTF-8, one document; no anchors and aliases (what is written once is read once, and a text that blows up
 * when it is read is none), no tags, no member twice.
 */
export function readDocument(bytes: Uint8Array, what = 'contract'): ReadDocument {
  if (bytes.length > MOST_CONTRACT_BYTES) return whole(`The ${what} has ${bytes.length.toLocaleString('en-US')} bytes; ${MOST_CONTRACT_BYTES.toLocaleString('en-US')} is the most that one may have.`, null);
  const text = textOf(bytes);
  if (text === null) return whole(`The ${what} is not text in UTF-8.`, 'Save it as UTF-8.');
  const deep = tooDeep(text);
  if (deep !== null) return { ok: false, faults: [{ ...deep, path: '', message: `The text is nested more than ${MOST_LEVELS} levels deep.`, next: null }] };
  const many = tooMany(text);
  if (many !== null) return { ok: false, faults: [{ ...many, path: '', message: `The ${what} has more than ${MOST_TOKENS.toLocaleString('en-US')} words and signs, which is where it stops being read.`, next: 'Leave out what is not needed, or divide it.' }] };
  const lines = new LineCounter();
  const place = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const wrong: Wrong[] = [];
  let parsed: Document.Parsed | null = null;
  try {
    parsed = composed(text, lines, wrong);
  } catch (error) {
    if (error instanceof RangeError) return whole('The text is nested too deeply to be read.', null);
    if (!(error instanceof Enough)) throw error;
  }
  if (parsed === null || wrong.length > 0) return { ok: false, faults: wrong.toSorted((a, b) => a.offset - b.offset).map(({ code, offset, message }) => ({ ...place(offset), path: '', ...words(code, message, what) })) };
  const marks = marksIn(parsed, place, what);
  if (marks.length > 0) return { ok: false, faults: marks };
  if (parsed.contents === null) return whole('The text is empty.', what === 'contract' ? 'Begin from a draft: hms dta contract draft FILE' : null);
  return { ok: true, document: { text, value: parsed.toJS({ maxAliasCount: 0 }) as unknown, at: (path) => place(offsetOf(parsed, path)), written: (path) => writtenAt(parsed, path) } };
}

interface Wrong {
  readonly code: ErrorCode;
  readonly offset: number;
  readonly message: string;
}

/** Thrown where there are so many faults that no more are told: each of them takes time, and a text may have half a million. */
class Enough extends Error {}

/** What `parseDocument` does, with a way to end it. */
function composed(text: string, lines: LineCounter, wrong: Wrong[]): Document.Parsed | null {
  const composer = new Composer({ version: '1.2', schema: 'core', uniqueKeys: false, strict: true, stringKeys: true, merge: false });
  const onError = (source: number | readonly number[] | { readonly offset: number }, code: ErrorCode, message: string): void => {
    // Some of the parser's steps catch what is thrown, and tell it as one more.
    if (wrong.length >= MOST_FAULTS) throw new Enough();
    wrong.push({ code, message, offset: typeof source === 'number' ? source : 'offset' in source ? source.offset : (source[0] ?? 0) });
    if (wrong.length >= MOST_FAULTS) throw new Enough();
  };
  Object.assign(composer, { onError });
  // What the parser of tokens cannot read goes past `onError`.
  function* readable(): Generator<CST.Token> {
    for (const token of new Parser(lines.addNewLine).parse(text)) {
      if (token.type === 'error') onError(token, 'UNEXPECTED_TOKEN', token.source === '' ? token.message : `${token.message}: ${JSON.stringify(token.source)}`);
      else yield token;
    }
  }
  let found: Document.Parsed | null = null;
  for (const document of composer.compose(readable(), true, text.length)) {
    if (found === null) found = document;
    else {
      onError(document.range, 'MULTIPLE_DOCS', '');
      break;
    }
  }
  for (const { code, pos, message } of found?.errors ?? []) if (wrong.length < MOST_FAULTS) wrong.push({ code, offset: pos[0], message });
  return found;
}

function whole(message: string, next: string | null): ReadDocument {
  return { ok: false, faults: [{ line: 1, column: 1, path: '', message, next }] };
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** An upper bound of the nesting without parsing: brackets that are open, and indentation. */
function tooDeep(text: string): { readonly line: number; readonly column: number } | null {
  let open = 0;
  for (const [number, line] of text.split('\n').entries()) {
    const indent = /^[ -]*/.exec(line)?.[0] ?? '';
    // Every `- ` on a line opens a list, every two spaces a level at most.
    if (indent.length > MOST_LEVELS * 4) return { line: number + 1, column: 1 };
    for (let i = 0; i < line.length; i++) {
      const character = line[i];
      if (character === '[' || character === '{') open++;
      else if ((character === ']' || character === '}') && open > 0) open--;
      if (open > MOST_LEVELS) return { line: number + 1, column: i + 1 };
    }
  }
  return null;
}

/** Where the text has more tokens than are read. What follows the last one is not looked at. */
function tooMany(text: string): { readonly line: number; readonly column: number } | null {
  let [tokens, offset] = [0, 0];
  for (const token of new Lexer().lex(text)) {
    tokens += token === '[' || token === '{' ? COLLECTION : 1;
    if (tokens > MOST_TOKENS) break;
    // Marks of the lexer's own, which are not in the text.
    if (token !== '\u0002' && token !== '\u0018' && token !== '\u001f') offset += token.length;
  }
  if (tokens <= MOST_TOKENS) return null;
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

function words(code: ErrorCode, message: string, what: string): Pick<Fault, 'message' | 'next'> {
  const plain = `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? '' : '.'}`;
  switch (code) {
    case 'TAB_AS_INDENT':
      return { message: 'The line is indented by a tab, which YAML does not allow.', next: 'Indent with spaces.' };
    case 'MULTIPLE_DOCS':
      return { message: `A second document begins here; a ${what} is one.`, next: 'Put it into a file of its own.' };
    case 'TAG_RESOLVE_FAILED':
      return { message: `A tag (!) has no meaning in a ${what}: ${plain}`, next: 'Write the value without it.' };
    default:
      return { message: `This is not YAML: ${plain}`, next: null };
  }
}

/** Anchors, aliases, tags and names that stand twice, each where it stands. The parser would compare every name with every other. */
function marksIn(document: Document.Parsed, place: (offset: number) => { line: number; column: number }, what: string): Fault[] {
  const faults: Fault[] = [];
  const add = (range: readonly number[] | null | undefined, message: string, next: string): void => {
    if (faults.length < MOST_FAULTS) faults.push({ ...place(range?.[0] ?? 0), path: '', message, next });
  };
  visit(document, {
    Map: (_, { items }) => {
      const names = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (names.has(key.value)) add(key.range, 'This name stands here twice.', 'Leave one of the two out.');
        names.add(key.value);
      }
    },
    Alias: (_, node) => add(node.range, `An alias (*${node.source}) stands here, and a ${what} has none.`, 'Write out what it stands for.'),
    Node: (_, node) => {
      if ('anchor' in node && node.anchor !== undefined) add(node.range, `An anchor (&${node.anchor}) stands here, and a ${what} has none.`, 'Leave it out, and write its value wherever it is meant.');
      if (node.tag !== undefined && !standardTags.has(node.tag)) add(node.range, `A tag (${node.tag}) has no meaning in a ${what}.`, 'Write the value without it.');
    },
  });
  return faults;
}

const standardTags: ReadonlySet<string> = new Set(['map', 'seq', 'str', 'int', 'float', 'bool', 'null'].map((name) => `tag:yaml.org,2002:${name}`));

function writtenAt(document: Document.Parsed, path: Path): string | null {
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  return isScalar(node) && typeof node.source === 'string' ? node.source : null;
}

function offsetOf(document: Document.Parsed, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const part = path.slice(0, length);
    const node = length === 0 ? document.contents : document.getIn(part, true);
    if (typeof node !== 'object' || node === null || !('range' in node)) continue;
    const range = node.range as readonly number[] | null | undefined;
    if (range === null || range === undefined) continue;
    // A member's name says better where it is than the first line of its value.
    const parent = length < 1 ? null : length === 1 ? document.contents : document.getIn(part.slice(0, -1), true);
    const key = pairKey(parent, part.at(-1));
    return key ?? range[0] ?? 0;
  }
  return 0;
}

function pairKey(parent: unknown, name: string | number | undefined): number | null {
  if (typeof name !== 'string' || typeof parent !== 'object' || parent === null || !('items' in parent) || !Array.isArray(parent.items)) return null;
  for (const pair of parent.items as readonly { readonly key?: { readonly value?: unknown; readonly range?: readonly number[] | null } }[]) {
    if (pair.key?.value === name) return pair.key.range?.[0] ?? null;
  }
  return null;
}

/** `schema[0].properties[3].name` */
export function pathText(path: Path): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');
}
