import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { verifyCodes } from '../../../src/verify/index.ts';

const page = fileURLToPath(new URL('../../../docs/verify-codes.md', import.meta.url));

it('docs/verify-codes.md lists every code with its meaning, and no other', () => {
  const rows = Object.entries(verifyCodes).map(([code, { severity, means }]) => `| \`${code}\` | ${severity} | ${means} |`);
  const listed = readFileSync(page, 'utf8').split('\n').filter((line) => line.startsWith('| `'));
  expect(listed).toEqual(rows);
});

it('every meaning is a full sentence for people', () => {
  for (const { means } of Object.values(verifyCodes)) {
    expect(means).toMatch(/^[A-Z].*\.$|^[a-z]+(-info)?\.(json|txt) .*\.$/);
    expect(means).not.toMatch(/!|\bwe\b|oops/i);
  }
});
