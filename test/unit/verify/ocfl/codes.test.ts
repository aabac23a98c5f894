import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codeIn } from '../../../../src/verify/ocfl/codes.ts';
import type { OcflCode } from '../../../../src/verify/ocfl/index.ts';
import { ocflCodes } from '../../../../src/verify/ocfl/index.ts';
import { codesPage, objectMutants, shownBy } from '../../../builders/ocfl/codes-page.ts';
import { storageRootMutants } from '../../../builders/ocfl/storage-root-mutants.ts';

const codes = Object.keys(ocflCodes) as OcflCode[];
const numbers = (from: number, to: number, without: readonly number[]): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((n) => !without.includes(n));
const named = (letter: string, list: readonly number[]): string[] => list.map((n) => `${letter}${String(n).padStart(3, '0')}`);

describe('the table of codes', () => {
  it('has all of OCFL 1.1: 107 errors and 15 warnings', () => {
    const expected = [...named('E', numbers(1, 112, [65, 68, 86, 91, 109])), ...named('W', numbers(1, 16, [6]))];
    expect(codes.filter((code) => /^[EW]\d{3}$/.test(code) && ocflCodes[code].only !== '1.0')).toEqual(expected);
    expect(expected).toHaveLength(107 + 15);
  });

  it('has all of OCFL 1.0: 101 errors and 14 warnings', () => {
    const expected = [...named('E', numbers(1, 102, [65])), ...named('W', numbers(1, 15, [6]))];
    expect(codes.filter((code) => /^[EW]\d{3}$/.test(code) && ocflCodes[code].only !== '1.1')).toEqual(expected);
  });

  it('has for every code of 1.1 alone, but one, the rule of 1.0', () => {
    const only11 = codes.filter((code) => ocflCodes[code].only === '1.1');
    for (const code of only11.filter((one) => one !== 'E103')) {
      expect(ocflCodes[codeIn('1.0', code)].only).not.toBe('1.1');
      expect(ocflCodes[codeIn('1.0', code)].severity).toBe(ocflCodes[code].severity);
    }
    for (const code of codes.filter((one) => ocflCodes[one].only !== '1.1')) expect(codeIn('1.0', code)).toBe(code);
    for (const code of codes) expect(codeIn('1.1', code)).toBe(code);
  });

  it('shows every code by a mutant, or says why it is never raised', () => {
    expect(codes.filter((code) => shownBy(code) === null)).toEqual([]);
    const raised = new Set([...objectMutants, ...storageRootMutants].flatMap((mutant) => mutant.codes));
    expect(codes.filter((code) => ocflCodes[code].never !== undefined && raised.has(code))).toEqual([]);
  });

  it('says every meaning in full sentences for people', () => {
    for (const { means, never } of Object.values(ocflCodes)) {
      for (const text of [means, never ?? 'None.']) {
        expect(text).toMatch(/^(?:[A-Z]|ocfl_layout\.json ).*\.$/);
        expect(text).not.toMatch(/!|\bwe\b|oops/i);
      }
    }
  });
});

it('mutants have names of their own', () => {
  const names = [...objectMutants, ...storageRootMutants].map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  for (const { codes: expected } of [...objectMutants, ...storageRootMutants]) expect(expected).toEqual([...expected].sort());
});

it('docs/ocfl-codes.md is up to date: node scripts/ocfl-codes.mjs makes it anew', () => {
  expect(readFileSync(new URL('../../../../docs/ocfl-codes.md', import.meta.url), 'utf8')).toBe(codesPage());
});
