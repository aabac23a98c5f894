import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HmsError, Instant, LogicalPath, Sha256 } from '../../../../src/contract/index.ts';
import { canonicalJson } from '../../../../src/core/index.ts';
import type { Json } from '../../../../src/core/index.ts';
import { journalText, parseJournalLine } from '../../../../src/engine/lake/journal.ts';

const path = fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }).filter((text) => LogicalPath.safeParse(text).success);
const line = fc.record({
  do: fc.constantFrom('add', 'replace'),
  path,
  sha256: fc.constantFrom('0'.repeat(64), 'ab'.repeat(32)),
  size: fc.nat(),
  mtime: fc.constantFrom(null, '2024-07-30T23:59:59.000Z'),
  content: fc.option(fc.oneof(path, fc.constant(''))),
});

it('a line of a file is canonical JSON, and is read as it was written', () => {
  fc.assert(
    fc.property(line, (it) => {
      const text = journalText(it as never);
      expect(text).toBe(`${canonicalJson(it as Json)}\n`);
      expect(parseJournalLine(text.trimEnd(), 'j')).toEqual(it);
    }),
  );
});

it.each([
  ['a member more', { more: 1 }],
  ['a member less', { content: undefined }],
  ['another deed', { do: 'copy' }],
  ['a name that climbs out', { path: '../a' }],
  ['no name', { path: '' }],
  ['a digest in upper case', { sha256: 'AB'.repeat(32) }],
  ['a size below nothing', { size: -1 }],
  ['a size that is no number', { size: '1' }],
  ['a size beyond what is counted exactly', { size: 2 ** 53 }],
  ['a day that does not exist', { mtime: '2024-02-30T00:00:00.000Z' }],
  ['content that is no text', { content: 1 }],
])('a line with %s is refused', (_, part) => {
  const good = { do: 'add', path: 'a', sha256: Sha256.parse('ab'.repeat(32)), size: 1, mtime: Instant.parse('2024-07-30T23:59:59.000Z'), content: 'a' };
  expect(parseJournalLine(JSON.stringify(good), 'j')).toEqual(good);
  expect(() => parseJournalLine(JSON.stringify({ ...good, ...part }), 'the journal')).toThrow(HmsError);
});

it.each(['', '[]', 'null', '{"do":"add"', '{"do":"rename","path":"a"}'])('the text %j is refused', (text) => {
  expect(() => parseJournalLine(text, 'the journal')).toThrow('The draft\'s journal the journal has a line that cannot be read.');
});
