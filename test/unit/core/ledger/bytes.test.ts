import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes, fromBase64, fromHex, fromUtf8, toBase64, toHex, utf8 } from '../../../../src/core/index.ts';

describe('hex', () => {
  it('writes lower case, two digits a byte', () => {
    expect(toHex(Uint8Array.of(0, 1, 0x7f, 0xab, 0xff))).toBe('00017fabff');
    expect(toHex(new Uint8Array(0))).toBe('');
  });

  it('agrees with Buffer on any bytes, both ways', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(toHex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
        expect(fromHex(toHex(bytes))).toEqual(bytes);
      }),
    );
  });

  it.each(['0', '0g', 'AB', '0x', ' 00', 'é0', '０0', 'a\u0000'])('refuses %j', (text) => {
    expect(fromHex(text)).toBeNull();
  });
});

describe('base64', () => {
  // RFC 4648 section 10.
  it.each([
    ['', ''],
    ['f', 'Zg=='],
    ['fo', 'Zm8='],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg=='],
    ['fooba', 'Zm9vYmE='],
    ['foobar', 'Zm9vYmFy'],
  ])('writes and reads the vector %j of RFC 4648', (plain, encoded) => {
    expect(toBase64(utf8(plain))).toBe(encoded);
    expect(fromBase64(encoded)).toEqual(utf8(plain));
  });

  it('agrees with Buffer on any bytes, both ways', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
        expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      }),
    );
  });

  const bad = ['Zg', 'Zg=', 'Zh==', 'Zm9=', 'Z===', '====', '=', 'Zm9v\n', 'Zm 9', 'Zm9-', 'Zm9_', 'Zg==Zg==', 'Zm9vé', 'Ā'.repeat(4)];
  it.each(bad)('refuses %j', (text) => {
    expect(fromBase64(text)).toBeNull();
  });

  it('reads only what it would write', () => {
    const text = fc.string({ unit: fc.constantFrom(...'AQgwZ9+/='), maxLength: 12 });
    fc.assert(
      fc.property(text, (candidate) => {
        const bytes = fromBase64(candidate);
        if (bytes !== null) expect(toBase64(bytes)).toBe(candidate);
      }),
    );
  });
});

describe('UTF-8', () => {
  it('keeps a byte order mark', () => {
    expect(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41))).toBe('\ufeffA');
  });

  it.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a code point past U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a sequence cut short', [0xe2, 0x82]],
  ])('refuses %s', (_, bytes) => {
    expect(fromUtf8(Uint8Array.from(bytes))).toBeNull();
  });
});

it('compares bytes by length and content', () => {
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 0))).toBe(false);
});
