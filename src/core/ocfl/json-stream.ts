import { HeldBytes } from './held-bytes.ts';
import { badEscape, unescaped } from './json-escape.ts';
import { JsonError, MAX_JSON_DEPTH, MAX_JSON_TOKEN_BYTES, type JsonHandler } from './json-handler.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const ARRAY_OPEN = 0x5b;
const BACKSLASH = 0x5c;
const ARRAY_CLOSE = 0x5d;
const OBJECT_OPEN = 0x7b;
const OBJECT_CLOSE = 0x7d;

// What may come next.
const VALUE = 0;
const VALUE_OR_ARRAY_END = 1;
const KEY_OR_OBJECT_END = 2;
const KEY = 3;
const AFTER_KEY = 4;
const AFTER_VALUE = 5;
const NOTHING = 6;
// What is going on: a chunk may end in the middle of it.
const IN_STRING = 7;
const IN_NUMBER = 8;
const IN_LITERAL = 9;

const expectations = [
  'a value',
  'a value or a closing square bracket',
  'a name in quotes or a closing brace',
  'a name in quotes',
  'a colon',
  'a comma or a closing bracket',
  'nothing more',
];

const literals = [
  { word: 'true', value: true },
  { word: 'false', value: false },
  { word: 'null', value: null },
] as const;

const numberGrammar = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

function isNumberByte(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x2b || byte === 0x2e || byte === 0x65 || byte === 0x45;
}

/**
 * Reads JSON (RFC 8259) from bytes that come in chunks, and tells a handler what it finds; any cut gives the same tokens.
 *
 * Accepts exactly what `JSON.parse` accepts of the same bytes read as UTF-8, but for {@link MAX_JSON_DEPTH} and
 * {@link MAX_JSON_TOKEN_BYTES}: no byte order mark, nothing after the value, and, as there, an escaped lone surrogate passes.
 * Names that come twice in one object are both told. Memory is one chunk and one token.
 *
 * `feed` and `end` throw {@link JsonError} at the first fault and again at every later call; an error that the handler throws passes
 * through.
 */
export class JsonTokens {
  readonly #handler: JsonHandler;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** For each open container: 1 an object, 0 an array. */
  readonly #open = new Uint8Array(MAX_JSON_DEPTH);
  #depth = 0;
  #state = VALUE;
  /** Bytes fed before this chunk. */
  #before = 0;
  /** Of the token that is going on: its first byte counted from the start of the text, and its bytes from earlier chunks. */
  #tokenAt = 0;
  readonly #held = new HeldBytes();
  #isKey = false;
  #hasEscape = false;
  #skipsNext = false;
  #word = '';
  #wordValue: boolean | null = null;
  #wordDone = 0;
  #failure: JsonError | null = null;

  constructor(handler: JsonHandler) {
    this.#handler = handler;
  }

  feed(chunk: Uint8Array): void {
    if (this.#failure !== null) throw this.#failure;
    const length = chunk.length;
    let at = 0;
    while (at < length) {
      switch (this.#state) {
        case IN_STRING:
          at = this.#string(chunk, at);
          break;
        case IN_NUMBER:
          at = this.#number(chunk, at);
          break;
        case IN_LITERAL:
          at = this.#literal(chunk, at);
          break;
        default:
          at = this.#structure(chunk, at);
      }
    }
    this.#before += length;
  }

  /** To be called once after the last chunk: refuses a text that is not complete. */
  end(): void {
    if (this.#failure !== null) throw this.#failure;
    if (this.#state === IN_NUMBER) this.#numberEnd('');
    if (this.#state !== NOTHING) throw this.#fail('The text ends before its JSON value is complete.', this.#before);
  }

  #structure(chunk: Uint8Array, at: number): number {
    const byte = chunk[at] as number;
    const state = this.#state;
    switch (byte) {
      case 0x20:
      case 0x0a:
      case 0x0d:
      case 0x09:
        return at + 1;
      case QUOTE:
        if (state <= VALUE_OR_ARRAY_END) this.#isKey = false;
        else if (state <= KEY) this.#isKey = true;
        else break;
        this.#tokenAt = this.#before + at;
        this.#hasEscape = false;
        this.#state = IN_STRING;
        return this.#string(chunk, at + 1);
      case COLON:
        if (state !== AFTER_KEY) break;
        this.#state = VALUE;
        return at + 1;
      case COMMA:
        if (state !== AFTER_VALUE) break;
        this.#state = this.#open[this.#depth - 1] === 1 ? KEY : VALUE;
        return at + 1;
      case OBJECT_OPEN:
      case ARRAY_OPEN:
        if (state > VALUE_OR_ARRAY_END) break;
        this.#push(byte === OBJECT_OPEN, at);
        return at + 1;
      case OBJECT_CLOSE:
        if (state !== KEY_OR_OBJECT_END && !(state === AFTER_VALUE && this.#open[this.#depth - 1] === 1)) break;
        this.#pop();
        this.#handler.objectEnd();
        return at + 1;
      case ARRAY_CLOSE:
        if (state !== VALUE_OR_ARRAY_END && !(state === AFTER_VALUE && this.#open[this.#depth - 1] === 0)) break;
        this.#pop();
        this.#handler.arrayEnd();
        return at + 1;
      default:
        if (state > VALUE_OR_ARRAY_END) break;
        if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) {
          this.#tokenAt = this.#before + at;
          this.#state = IN_NUMBER;
          return at;
        }
        if (this.#startLiteral(byte, at)) return at;
    }
    throw this.#unexpected(byte, at);
  }

  #push(isObject: boolean, at: number): void {
    if (this.#depth === MAX_JSON_DEPTH) {
      throw this.#fail(`Objects and arrays are nested more than ${String(MAX_JSON_DEPTH)} deep, which is refused.`, this.#before + at);
    }
    this.#open[this.#depth] = isObject ? 1 : 0;
    this.#depth += 1;
    this.#state = isObject ? KEY_OR_OBJECT_END : VALUE_OR_ARRAY_END;
    if (isObject) this.#handler.objectStart();
    else this.#handler.arrayStart();
  }

  #pop(): void {
    this.#depth -= 1;
    this.#valueEnd();
  }

  #valueEnd(): void {
    this.#state = this.#depth === 0 ? NOTHING : AFTER_VALUE;
  }

  /** Scans from `from` to the closing quote or to the end of the chunk; answers where to go on. */
  #string(chunk: Uint8Array, from: number): number {
    const length = chunk.length;
    let at = from;
    if (this.#skipsNext && at < length) {
      this.#skipsNext = false;
      at += 1;
    }
    while (at < length) {
      const byte = chunk[at] as number;
      if (byte === QUOTE) {
        this.#stringEnd(chunk, from, at);
        return at + 1;
      }
      if (byte === BACKSLASH) {
        // What follows is judged with the whole string; here it only matters that an escaped quote does not end it.
        this.#hasEscape = true;
        at += 2;
      } else if (byte < 0x20) {
        throw this.#fail('A string holds a control character that is not escaped.', this.#before + at);
      } else {
        at += 1;
      }
    }
    if (at > length) this.#skipsNext = true;
    this.#hold(chunk.subarray(from));
    return length;
  }

  #stringEnd(chunk: Uint8Array, from: number, to: number): void {
    let bytes = chunk.subarray(from, to);
    if (this.#held.length > 0) {
      this.#hold(bytes);
      bytes = this.#held.take();
    } else if (bytes.length > MAX_JSON_TOKEN_BYTES) {
      throw this.#tooLong();
    }
    const text = this.#text(bytes);
    if (this.#isKey) {
      this.#state = AFTER_KEY;
      this.#handler.key(text);
    } else {
      this.#valueEnd();
      this.#handler.string(text);
    }
  }

  #text(bytes: Uint8Array): string {
    let raw: string;
    try {
      raw = this.#decoder.decode(bytes);
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause;
      throw this.#fail('The string that begins here is not valid UTF-8.', this.#tokenAt);
    }
    if (!this.#hasEscape) return raw;
    const bad = badEscape(raw);
    if (bad >= 0) {
      const bytesBefore = new TextEncoder().encode(raw.slice(0, bad)).length;
      throw this.#fail('A string holds a backslash that does not begin a JSON escape.', this.#tokenAt + 1 + bytesBefore);
    }
    return unescaped(raw);
  }

  /** Keeps the part of a token that this chunk has, until the next chunk comes. */
  #hold(part: Uint8Array): void {
    if (this.#held.length + part.length > MAX_JSON_TOKEN_BYTES) throw this.#tooLong();
    this.#held.add(part);
  }

  #number(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length && isNumberByte(chunk[at] as number)) at += 1;
    if (at === chunk.length) {
      this.#hold(chunk.subarray(from));
      return at;
    }
    if (this.#held.length + at - from > MAX_JSON_TOKEN_BYTES) throw this.#tooLong();
    this.#numberEnd(this.#decoder.decode(chunk.subarray(from, at)));
    return at;
  }

  #numberEnd(rest: string): void {
    const text = this.#decoder.decode(this.#held.take()) + rest;
    if (!numberGrammar.test(text)) throw this.#fail('The number that begins here is not written as JSON asks.', this.#tokenAt);
    this.#valueEnd();
    this.#handler.number(text);
  }

  #startLiteral(byte: number, at: number): boolean {
    const literal = literals.find(({ word }) => word.charCodeAt(0) === byte);
    if (literal === undefined) return false;
    this.#tokenAt = this.#before + at;
    this.#word = literal.word;
    this.#wordValue = literal.value;
    this.#wordDone = 0;
    this.#state = IN_LITERAL;
    return true;
  }

  #literal(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length && this.#wordDone < this.#word.length) {
      if (chunk[at] !== this.#word.charCodeAt(this.#wordDone)) {
        throw this.#fail(`The word "${this.#word}" was expected here.`, this.#tokenAt);
      }
      this.#wordDone += 1;
      at += 1;
    }
    if (this.#wordDone === this.#word.length) {
      this.#valueEnd();
      this.#handler.literal(this.#wordValue);
    }
    return at;
  }

  #tooLong(): JsonError {
    return this.#fail(`The string or number that begins here is longer than ${String(MAX_JSON_TOKEN_BYTES)} bytes.`, this.#tokenAt);
  }

  #unexpected(byte: number, at: number): JsonError {
    const offset = this.#before + at;
    if (offset === 0 && byte === 0xef) {
      return this.#fail('The text begins with a byte order mark or another character that JSON does not allow there.', 0);
    }
    return this.#fail(`Here the JSON text should have ${expectations[this.#state] ?? 'something else'}.`, offset);
  }

  #fail(sentence: string, offset: number): JsonError {
    this.#failure = new JsonError(`${sentence.slice(0, -1)} (byte ${String(offset)}).`, offset);
    return this.#failure;
  }
}
