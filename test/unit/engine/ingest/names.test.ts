import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeName, escapedBytes, shown } from '../../../../src/engine/ingest/names.ts';

test('every well-formed name comes back exactly, and nothing else is taken for one', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (name) => decodeName(Buffer.from(name)) === name));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      const name = decodeName(Buffer.from(bytes));
      return name === null || Buffer.from(name).equals(Buffer.from(bytes));
    }),
  );
  for (const bytes of [[0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]]) expect(decodeName(Buffer.from(bytes))).toBeNull();
});

test('escaped bytes can be turned back', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const back = escapedBytes(bytes).replace(/\\(\\|x[0-9A-F]{2})/g, (_, it: string) => (it === '\\' ? '\\' : String.fromCharCode(Number.parseInt(it.slice(1), 16))));
      return Buffer.from(back, 'latin1').equals(Buffer.from(bytes));
    }),
  );
});

test('names in sentences hold no control characters', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (name) => !/[\p{Cc}\u202e\u2066]/u.test(shown(name))));
  expect(shown('a\u0007b\r\n')).toBe('a\\u{7}b\\u{d}\\u{a}');
});
