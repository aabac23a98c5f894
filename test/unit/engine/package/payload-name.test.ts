import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogicalPath } from '../../../../src/contract/index.ts';
import { PayloadNames } from '../../../../src/engine/package/payload-name.ts';

const one = (path: string): string => new PayloadNames().map(LogicalPath.parse(path));

/** Under which names are one to a file system that ignores case or normalizes. */
const folded = (name: string): string => name.normalize('NFC').toUpperCase().toLowerCase();

const hostile = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('=', '%', '=3D', '%3D', '%25', '=25', 'a', 'A', '.', ' ', '\u00a0', '\u0338', '\u0307', 'D\u0307', '\u1e0a', '<', '\\') },
  { weight: 1, arbitrary: fc.constantFrom('\n', '\r', '\u0085', '\u2028', '\u3000', '\ufeff', 'CON', 'con', 'é', 'e\u0301', 'ß', 'ẞ', 'x'.repeat(70), '=\u0338', '≠', '😀', '~') },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }) },
);
const segment = fc.array(hostile, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('').replaceAll('/', '').replaceAll('\0', ''));
const path = fc
  .array(segment, { minLength: 1, maxLength: 3 })
  .map((segments) => segments.join('/'))
  .filter((text) => LogicalPath.safeParse(text).success);

describe('payload names', () => {
  it('leaves ordinary names as they are', () => {
    expect(one('2024/sensor A (final).csv')).toBe('2024/sensor A (final).csv');
    expect(one('données/été.txt')).toBe('données/été.txt');
    expect(one('記録/報告.pdf')).toBe('記録/報告.pdf');
  });

  it('writes what a manifest or a file system cannot take with an equals sign and hex digits', () => {
    expect(one('100%.csv')).toBe('100=25.csv');
    expect(one('a=b')).toBe('a=3Db');
    expect(one('a%25b')).toBe('a=2525b');
    expect(one('a=25b')).toBe('a=3D25b');
    expect(one('what?.txt')).toBe('what=3F.txt');
    expect(one('back\\slash')).toBe('back=5Cslash');
    expect(one('line\nbreak\r')).toBe('line=0Abreak=0D');
    expect(one('next\u0085line')).toBe('next=C2=85line');
    expect(one('no\u00a0break\u2028line\u3000')).toBe('no=C2=A0break=E2=80=A8line=E3=80=80');
    expect(one('CON.txt')).toBe('=43ON.txt');
    expect(one('ends.')).toBe('ends=2E');
  });

  it('keeps apart names that differ only in how their signs are written', () => {
    const names = new PayloadNames();
    const paths = ['a%3Cb', 'a<b', 'a=3Cb', 'a=3D3Cb', 'a=b', 'a%3Db'].sort();
    expect(new Set(paths.map((each) => names.map(LogicalPath.parse(each)))).size).toBe(paths.length);
  });

  it('keeps twins of case and normalization apart', () => {
    const names = new PayloadNames();
    const [upper, lower] = ['A.txt', 'a.txt'].map((each) => names.map(LogicalPath.parse(each)));
    expect(upper).toBe('A.txt');
    expect(lower).toMatch(/^a\.txt~[0-9a-f]{8}$/);
  });

  it('stays within the limits for segments and paths, however many signs are encoded', () => {
    const long = one(`${'='.repeat(90)}/${'='.repeat(90)}.txt`);
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(180);
    for (const part of long.split('/')) expect(Buffer.byteLength(part)).toBeLessThanOrEqual(126);
  });

  it('gives every file of any version a name of its own that every tool reads alike', () => {
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 12 }), (paths) => {
        const names = new PayloadNames();
        const sorted = [...paths].sort();
        const mapped = sorted.map((each) => names.map(each as LogicalPath));
        for (const name of mapped) {
          expect(name).not.toMatch(/[%\\<>:"|?*\p{Cc}]|(?! )\s/u);
          for (const part of name.split('/')) expect(part).not.toMatch(/^$|^\.\.?$|[. ]$|^(con|prn|aux|nul|com\d|lpt\d) *(\.|$)/i);
        }
        expect(new Set(mapped.map(folded)).size).toBe(paths.length);
        const again = new PayloadNames();
        expect(sorted.map((each) => again.map(each as LogicalPath))).toEqual(mapped);
      }),
      { numRuns: 2_000 },
    );
  });
});
