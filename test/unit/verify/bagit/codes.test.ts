import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { bagitCodes, meaningOf, ocflCodes, verifyCodes } from '../../../../src/verify/index.ts';

const page = fileURLToPath(new URL('../../../../docs/bagit-codes.md', import.meta.url));

it('docs/bagit-codes.md lists every code with its section and meaning, and no other', () => {
  const rows = Object.entries(bagitCodes).map(([code, { severity, section, means }]) => `| \`${code}\` | ${severity} | ${section} | ${means} |`);
  const before = readFileSync(page, 'utf8');
  if (process.env['HMS_UPDATE_REFERENCE'] === '1') writeFileSync(page, `${before.split('\n').filter((line) => !line.startsWith('| `BAGIT_')).join('\n').trimEnd()}\n${rows.join('\n')}\n`);
  expect(readFileSync(page, 'utf8').split('\n').filter((line) => line.startsWith('| `BAGIT_'))).toEqual(rows);
});

it('every meaning is a full sentence for people, and every error says what to do', () => {
  for (const [code, meaning] of Object.entries(bagitCodes)) {
    expect(meaning.means).toMatch(/^[A-Z].*\.$|^[a-z]+(-[a-z]+)?\.txt .*\.$|^Payload-Oxum .*\.$/);
    expect(meaning.means).not.toMatch(/!|\bwe\b|oops/i);
    expect('next' in meaning).toBe(meaning.severity === 'error' || code === 'BAGIT_PACKAGE_UNJUDGED');
  }
});

it('no two tables share a code, so that a code alone says what it means', () => {
  const all = [verifyCodes, bagitCodes, ocflCodes].flatMap((table) => Object.keys(table));
  expect(new Set(all).size).toBe(all.length);
  expect(meaningOf('BAGIT_LINK')).toBe(bagitCodes.BAGIT_LINK);
  expect(meaningOf('FILE_ALTERED')).toBe(verifyCodes.FILE_ALTERED);
  expect(meaningOf('constructor')).toBeNull();
});
