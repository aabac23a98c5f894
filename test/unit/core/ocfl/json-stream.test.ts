import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { JsonError, JsonTokens, MAX_JSON_DEPTH, MAX_JSON_TOKEN_BYTES } from '../../../../src/core/ocfl/index.ts';
import { bytes, cut, TokenList, type Token } from './support.ts';

function tokensOf(parts: readonly Uint8Array[]): readonly Token[] {
  const list = new TokenList();
  const tokens = new JsonTokens(list);
  for (const part of parts) tokens.feed(part);
  tokens.end();
  return list.tokens;
}

function errorOf(parts: readonly Uint8Array[]): JsonError | null {
  try {
    tokensOf(parts);
    return null;
  } catch (error) {
    if (error instanceof JsonError) return error;
    throw error;
  }
}

/** Puts the value together again; of names that come twice the last one counts, as in JSON.parse. */
function build(tokens: readonly Token[]): unknown {
  let at = 0;
  function value(): unknown {
    const token = tokens[at++];
    if (token === undefined) throw new Error('a token is missing');
    const [kind, text] = token;
    if (kind === '[') {
      const items: unknown[] = [];
      while (tokens[at]?.[0] !== ']') items.push(value());
      at += 1;
      return items;
    }
    if (kind === '{') {
      const members: [string, unknown][] = [];
      while (tokens[at]?.[0] !== '}') {
        const key = tokens[at++]?.[1];
        members.push([String(key), value()]);
      }
      at += 1;
      return Object.fromEntries(members);
    }
    return kind === 'number' ? Number(text) : text;
  }
  const whole = value();
  expect(at).toBe(tokens.length);
  return whole;
}

/** What JSON.parse says of the same bytes read as UTF-8. */
function judged(whole: Uint8Array): { readonly good: boolean; readonly value: unknown } {
  try {
    return { good: true, value: JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(whole)) };
  } catch {
    return { good: false, value: undefined };
  }
}

const offsets = fc.array(fc.nat(400), { maxLength: 12 });

describe('a JSON text in chunks', () => {
  it('gives its tokens in order, duplicates included', () => {
    expect(tokensOf([bytes(' {"a":[1,-2.5e+3,true,false,null,"x"],"a":{}} \r\n\t')])).toEqual([
      ['{'],
      ['key', 'a'],
      ['['],
      ['number', '1'],
      ['number', '-2.5e+3'],
      ['literal', true],
      ['literal', false],
      ['literal', null],
      ['string', 'x'],
      [']'],
      ['key', 'a'],
      ['{'],
      ['}'],
      ['}'],
    ]);
  });

  it('decodes escapes, surrogate pairs and UTF-8, and keeps a byte order mark inside a string', () => {
    const text = '["\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00","é😀","\ufeffx","\\ud800"]';
    expect(tokensOf([bytes(text)]).slice(1, -1)).toEqual([
      ['string', '"\\/\b\f\n\r\té😀'],
      ['string', 'é😀'],
      ['string', '\ufeffx'],
      ['string', '\ud800'],
    ]);
  });

  it('gives the same tokens when every byte comes alone', () => {
    const whole = bytes('{"é\\n😀\\u00e9":[0,10,-1.5E-7,true,null,"",{}],"":"\\\\\\""}');
    expect(tokensOf(Array.from(whole, (_, at) => whole.slice(at, at + 1)))).toEqual(tokensOf([whole]));
  });

  it('holds no reference to a chunk: the caller may use its buffer again', () => {
    const list = new TokenList();
    const tokens = new JsonTokens(list);
    const buffer = bytes('["abcdef');
    tokens.feed(buffer);
    buffer.fill(0x7a);
    tokens.feed(bytes('ghi"]'));
    tokens.end();
    expect(list.tokens[1]).toEqual(['string', 'abcdefghi']);
  });

  it('is what JSON.parse makes of it, for any JSON and any cuts', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6, stringUnit: 'binary' }), fc.constantFrom(undefined, 1, '\t'), offsets, (text, indent, at) => {
        const value: unknown = JSON.parse(text);
        const whole = bytes(JSON.stringify(value, null, indent));
        expect(build(tokensOf(cut(whole, at)))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 400 },
    );
  });

  it('is refused exactly when JSON.parse refuses it, for bytes that are nearly JSON, at any cuts', () => {
    const pieces = [
      ...'{}[]:,"\\ \n0123456789-+.eEtfn/ubx',
      'true', 'false', 'null', '"a"', '"\\u12', '\\ud83d', '\ufeff', 'é', '😀', '\u0001', '{"a":', '[1,', '1.5e3', '""',
    ];
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => bytes(parts.join('')));
    const raw = fc.uint8Array({ maxLength: 6 }).map((some) => Uint8Array.of(0x22, ...some, 0x22));
    const broken = fc.tuple(fc.json({ maxDepth: 3 }), fc.nat(200), fc.nat(255)).map(([json, at, byte]) => {
      const whole = bytes(json);
      whole[at % whole.length] = byte;
      return whole;
    });
    fc.assert(
      fc.property(fc.oneof(text, raw, broken), offsets, (whole, at) => {
        const { good, value } = judged(whole);
        const parts = cut(whole, at);
        expect(errorOf(parts) === null).toBe(good);
        if (good) expect(build(tokensOf(parts))).toEqual(value);
      }),
      { numRuns: 4000 },
    );
  });
});

describe('a text that is not JSON', () => {
  it.each([
    ['', 0, 'The text ends before its JSON value is complete (byte 0).'],
    ['  [1', 4, 'The text ends before its JSON value is complete (byte 4).'],
    ['"abc', 4, 'The text ends before its JSON value is complete (byte 4).'],
    ['tru', 3, 'The text ends before its JSON value is complete (byte 3).'],
    ['{}x', 2, 'Here the JSON text should have nothing more (byte 2).'],
    ['{a', 1, 'Here the JSON text should have a name in quotes or a closing brace (byte 1).'],
    ['{"a" 1', 5, 'Here the JSON text should have a colon (byte 5).'],
    ['{"a":1,}', 7, 'Here the JSON text should have a name in quotes (byte 7).'],
    ['[1,]', 3, 'Here the JSON text should have a value (byte 3).'],
    ['[1}', 2, 'Here the JSON text should have a comma or a closing bracket (byte 2).'],
    ['[01]', 1, 'The number that begins here is not written as JSON asks (byte 1).'],
    ['[-]', 1, 'The number that begins here is not written as JSON asks (byte 1).'],
    ['1.', 0, 'The number that begins here is not written as JSON asks (byte 0).'],
    ['[nul]', 1, 'The word "null" was expected here (byte 1).'],
    ['["a\tb"]', 3, 'A string holds a control character that is not escaped (byte 3).'],
    ['["é\\x"]', 4, 'A string holds a backslash that does not begin a JSON escape (byte 4).'],
    ['["\\u12g4"]', 2, 'A string holds a backslash that does not begin a JSON escape (byte 2).'],
    ['\ufeff{}', 0, 'The text begins with a byte order mark or another character that JSON does not allow there (byte 0).'],
  ])('%j is refused with the place and a plain sentence, at every cut', (text, offset, message) => {
    const whole = bytes(text);
    for (let at = 0; at <= whole.length; at += 1) {
      const error = errorOf(cut(whole, [at]));
      expect([error?.offset, error?.message]).toEqual([offset, message]);
    }
  });

  it.each([
    ['overlong', [0xc0, 0xaf]],
    ['encoded surrogate', [0xed, 0xa0, 0x80]],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['cut short', [0xe2, 0x82]],
    ['stray continuation', [0x80]],
  ])('UTF-8 that is %s is refused at every cut', (_name, bad) => {
    const whole = Uint8Array.of(0x5b, 0x22, 0x61, ...bad, 0x22, 0x5d);
    for (let at = 0; at <= whole.length; at += 1) {
      expect(errorOf(cut(whole, [at]))?.message).toBe('The string that begins here is not valid UTF-8 (byte 1).');
    }
  });

  it('stays refused: every later call throws the same error', () => {
    const tokens = new JsonTokens(new TokenList());
    expect(() => tokens.feed(bytes('[}'))).toThrow(JsonError);
    expect(() => tokens.feed(bytes(']'))).toThrow('Here the JSON text should have a value or a closing square bracket (byte 1).');
    expect(() => tokens.end()).toThrow('(byte 1)');
  });

  it('lets an error of the handler through as it is', () => {
    const list = new TokenList();
    list.string = () => {
      throw new RangeError('mine');
    };
    expect(() => new JsonTokens(list).feed(bytes('["a"]'))).toThrow(new RangeError('mine'));
  });
});

describe('limits', () => {
  it('takes 64 levels and refuses the 65th', () => {
    const nested = (depth: number): Uint8Array[] => [bytes('[{"a":'.repeat(depth / 2) + '1' + '}]'.repeat(depth / 2))];
    expect(errorOf(nested(MAX_JSON_DEPTH))).toBeNull();
    expect(errorOf([bytes('['.repeat(65))])?.message).toBe('Objects and arrays are nested more than 64 deep, which is refused (byte 64).');
  });

  it('takes a string of a mebibyte, in one chunk or many, and refuses one byte more', () => {
    const string = (length: number): Uint8Array => bytes(`"${'x'.repeat(length)}"`);
    const cuts = [0, 1, 500_000, MAX_JSON_TOKEN_BYTES];
    for (const at of [[], cuts]) {
      expect(tokensOf(cut(string(MAX_JSON_TOKEN_BYTES), at))).toEqual([['string', 'x'.repeat(MAX_JSON_TOKEN_BYTES)]]);
      expect(errorOf(cut(string(MAX_JSON_TOKEN_BYTES + 1), at))?.message).toBe('The string or number that begins here is longer than 1048576 bytes (byte 0).');
    }
  });

  it('refuses a number without end before it fills memory', () => {
    const tokens = new JsonTokens(new TokenList());
    const digits = bytes('1'.repeat(65_536));
    expect(() => {
      for (let n = 0; n < 17; n += 1) tokens.feed(digits);
    }).toThrow('longer than 1048576 bytes');
  });
});
