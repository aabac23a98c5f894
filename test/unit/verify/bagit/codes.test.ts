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

it('the meaning of a code is that of the kind of the report', () => {
  expect(meaningOf('bag', 'BAGIT_LINK')).toBe(bagitCodes.BAGIT_LINK);
  expect(meaningOf('package', 'FILE_ALTERED')).toBe(verifyCodes.FILE_ALTERED);
  expect(meaningOf('lake', 'FILE_UNREADABLE')).toBe(verifyCodes.FILE_UNREADABLE);
  expect(meaningOf('ocfl-object', 'E023')).toBe(ocflCodes.E023);
  expect(meaningOf('bag', 'FILE_ALTERED')).toBeNull();
  expect(meaningOf('lake', 'constructor')).toBeNull();
});
