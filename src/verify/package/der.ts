/**
 * A strict reader of DER (X.690 section 10): one way only to write each value, so that two programs cannot read two things in the same bytes.
 * Own code, about a screen long, because the parsers at hand also take BER: indefinite and padded lengths, unsorted sets, bytes after the end.
 */

export const tags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  /** [0], constructed. */
  context0: 0xa0,
  context1: 0xa1,
  /** [0] of a simple type. */
  simple0: 0x80,
} as const;

export interface Der {
  readonly tag: number;
  /** What stands inside. */
  readonly content: Uint8Array;
  /** Tag, length and content. */
  readonly whole: Uint8Array;
}

/** The bytes are not DER, or not the structure that was expected. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

/** The one value that fills all the bytes. Throws DerError. */
export function derOf(bytes: Uint8Array): Der {
  const value = derAt(bytes, 0);
  if (value.whole.length !== bytes.length) throw new DerError('bytes follow the end');
  return value;
}

/** The values one after another inside a constructed value. Throws DerError. */
export function derList(content: Uint8Array): Der[] {
  const list: Der[] = [];
  for (let at = 0; at < content.length; ) {
    const value = derAt(content, at);
    list.push(value);
    at += value.whole.length;
  }
  return list;
}

/** The values inside `value`, which must have this tag. Throws DerError. */
export function inside(value: Der | undefined, tag: number, what: string): Der[] {
  return derList(expect(value, tag, what).content);
}

export function expect(value: Der | undefined, tag: number, what: string): Der {
  if (value?.tag !== tag) throw new DerError(`${what} is not where it should be`);
  return value;
}

/** Dotted text of an object identifier. Throws DerError. */
export function oidText(value: Der | undefined, what: string): string {
  const { content } = expect(value, tags.oid, what);
  const arcs: number[] = [];
  let arc = 0;
  let begun = false;
  for (const byte of content) {
    if (!begun && byte === 0x80) throw new DerError(`${what} is padded`);
    arc = arc * 128 + (byte & 0x7f);
    if (!Number.isSafeInteger(arc)) throw new DerError(`${what} is too long`);
    begun = (byte & 0x80) !== 0;
    if (begun) continue;
    arcs.push(arc);
    arc = 0;
  }
  const first = arcs[0];
  if (begun || first === undefined) throw new DerError(`${what} is cut off`);
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - 40 * top, ...arcs.slice(1)].join('.');
}

/** A small whole number, 0 to 127. Throws DerError. */
export function smallInteger(value: Der | undefined, what: string): number {
  const { content } = expect(value, tags.integer, what);
  const byte = content[0];
  if (content.length !== 1 || byte === undefined || byte > 127) throw new DerError(`${what} is not a small number`);
  return byte;
}

/** Whether the elements of a SET OF stand in the order that DER asks for (X.690 section 11.6), none twice. */
export function isSorted(list: readonly Der[]): boolean {
  return list.every((value, i) => {
    const before = list[i - 1];
    return before === undefined || Buffer.compare(before.whole, value.whole) < 0;
  });
}

function derAt(bytes: Uint8Array, start: number): Der {
  const tag = bytes[start];
  const first = bytes[start + 1];
  if (tag === undefined || first === undefined) throw new DerError('a value is cut off');
  if ((tag & 0x1f) === 0x1f) throw new DerError('a tag is longer than one byte');
  let at = start + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw new DerError('a length is indefinite or too long');
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + (bytes[at + i] ?? 0);
    if (bytes[at] === 0 || length < 0x80) throw new DerError('a length is padded');
    at += count;
  }
  const end = at + length;
  if (end > bytes.length) throw new DerError('a value is cut off');
  return { tag, content: bytes.subarray(at, end), whole: bytes.subarray(start, end) };
}
