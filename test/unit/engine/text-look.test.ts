import { describe, expect, it } from 'vitest';
import { TextLook } from '../../../src/engine/text-look.ts';

/** What the look says of a text, given in pieces of so many bytes. */
function look(text: string | Uint8Array, { piece = 1_000, fields = 2, delimiter = ',', quote = '"' } = {}): ReturnType<TextLook['end']> {
  const bytes = Buffer.from(text as string);
  const one = new TextLook({ delimiter, quote, fields });
  for (let at = 0; at < bytes.length; at += piece) one.add(bytes.subarray(at, at + piece));
  return one.end();
}

describe('a look at a text', () => {
  it('counts the rows of what is plain, however the bytes are cut up', () => {
    for (let piece = 1; piece < 12; piece++) {
      expect(look('a,b\n1,2\n3,\n', { piece })).toEqual({ rows: 2, hasQuotes: false });
      expect(look('a,b\r\n1,Größe 𝔘\r\n', { piece })).toEqual({ rows: 1, hasQuotes: false });
      expect(look('"a","b"\r\n"1,""2""",\r\n,"",', { piece, fields: 2 })).toBeNull();
      expect(look('"a","b"\n"1,""2""",""\n,x', { piece })).toEqual({ rows: 2, hasQuotes: true });
    }
  });

  it('takes delimiter and quote as told', () => {
    expect(look("a;b;c\n'x;''y';1,2;\"\n", { delimiter: ';', quote: "'", fields: 3 })).toEqual({ rows: 1, hasQuotes: true });
  });

  it.each([
    ['no row', 'a,b\n'],
    ['nothing', ''],
    ['a row with too few fields', 'a,b\n1\n'],
    ['a row with too many', 'a,b\n1,2,\n'],
    ['the last row with too few', 'a,b\n1,2\n3'],
    ['an empty row', 'a,b\n\n1,2\n'],
    ['an empty row at the end', 'a,b\n1,2\n\n'],
    ['a CR alone', 'a,b\n1,2\r3,4\n'],
    ['a CR twice', 'a,b\r\n1,2\r\r\n'],
    ['a CR at the end', 'a,b\r\n1,2\r'],
    ['line ends of both kinds', 'a,b\r\n1,2\n'],
    ['a line end in quotes', 'a,b\n1,"2\n3"\n'],
    ['a quote in a bare field', 'a,b\n1,x"y"\n'],
    ['a space in front of a quote', 'a,b\n1, "2"\n'],
    ['a space behind a quote', 'a,b\n1,"2" \n'],
    ['a quote that is never closed', 'a,b\n1,"2'],
    ['text behind a quote', 'a,b\n1,"2"3\n'],
    ['NUL', 'a,b\n1,\0\n'],
    ['bytes that are no UTF-8', Buffer.from([97, 44, 98, 10, 49, 44, 0xc3, 10])],
    ['half a character at the end', Buffer.from([97, 44, 98, 10, 49, 44, 0xe2, 0x82])],
    ['a surrogate in UTF-8', Buffer.from([97, 44, 98, 10, 49, 44, 0xed, 0xa0, 0x80, 10])],
  ])('says nothing of %s', (_, text) => {
    for (const piece of [1, 3, 1_000]) expect(look(text, { piece })).toBeNull();
  });

  it('says nothing of a single column, where an empty line is a row to some', () => {
    expect(look('a\n1\n', { fields: 1 })).toBeNull();
  });
});
