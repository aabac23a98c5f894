import { utf8 } from './bytes.ts';

/** What JSON can say. A member whose value is undefined is not JSON: leave it out. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json };

/** Nothing of ours nests deeper than ten; the limit keeps hostile lines from exhausting the stack. */
const MAX_DEPTH = 500;

/**
 * RFC 8785 (JCS): no white space, members sorted by UTF-16 code units, numbers and strings as ECMAScript writes them.
 * Throws a TypeError on what RFC 8785 cannot say: NaN, Infinity, a lone surrogate, undefined, anything that is not plain data;
 * and on nesting of more than 500 levels.
 */
export function canonicalJson(value: Json): string {
  return write(value, 0);
}

/** The UTF-8 bytes of `canonicalJson`. */
export function canonicalBytes(value: Json): Uint8Array {
  return utf8(write(value, 0));
}

// Takes unknown: what was read from files has had its types checked by people, not by the compiler.
function write(value: unknown, depth: number): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return writeString(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`Canonical JSON cannot hold the number ${String(value)}.`);
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (depth === MAX_DEPTH) throw new TypeError(`Canonical JSON may nest ${MAX_DEPTH} levels here, not more.`);
      return Array.isArray(value) ? writeArray(value, depth + 1) : writeObject(value, depth + 1);
    default:
      throw new TypeError(`Canonical JSON cannot hold a value of type ${typeof value}.`);
  }
}

/** Nothing to escape: nearly every string of an entry. */
const plainText = /^[ !#-[\]-~]*$/;

// For well-formed strings JSON.stringify escapes exactly what RFC 8785 section 3.2.2.2 says; lone surrogates it would turn into escapes.
function writeString(text: string): string {
  if (plainText.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new TypeError('Canonical JSON cannot hold a lone surrogate.');
  return JSON.stringify(text);
}

// By index, so that a hole is met as undefined and refused.
function writeArray(list: readonly unknown[], depth: number): string {
  let text = '[';
  for (let i = 0; i < list.length; i++) text += (i === 0 ? '' : ',') + write(list[i], depth);
  return text + ']';
}

function writeObject(value: object, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError('Canonical JSON can hold plain objects only.');
  const members = value as { readonly [name: string]: unknown };
  let text = '';
  // Without a comparator, sort compares UTF-16 code units (ECMA-262, Array.prototype.sort), which is what section 3.2.3 asks for.
  for (const name of sorted(Object.keys(members))) text += `${text === '' ? '{' : ','}${writeString(name)}:${write(members[name], depth)}`;
  return text === '' ? '{}' : text + '}';
}

/** What was read from canonical JSON is in this order already, and to see it takes less time than to sort. */
function sorted(names: string[]): string[] {
  for (let i = 1; i < names.length; i++) if ((names[i - 1] ?? '') > (names[i] ?? '')) return names.sort();
  return names;
}
