import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Instant, LogicalPath, NoteLine, Sha256 } from '../../../../src/contract/index.ts';
import { SqlDraftTable } from '../../../../src/engine/catalog/index.ts';
import { MemoryDraftTable, SpillingDraftTable } from '../../../../src/engine/lake/index.ts';
import type { DraftTable, StagedFile } from '../../../../src/engine/lake/index.ts';
import { firstCopies } from '../../../../src/engine/lake/draft-table.ts';

let folder: string;
let made = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hms-draft-table-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sqlTable(): SqlDraftTable {
  const file = join(folder, `${made++}.sqlite`);
  return new SqlDraftTable(file, () => rmSync(file, { force: true }));
}

const implementations: [string, () => DraftTable][] = [
  ['in memory', () => new MemoryDraftTable()],
  ['in a file', sqlTable],
  ['that moves into a file after three', () => new SpillingDraftTable(sqlTable, 3)],
  ['that has no file to move into', () => new SpillingDraftTable(null, 3)],
];

const at = (path: string): LogicalPath => path as LogicalPath;
const digest = (n: number): Sha256 => n.toString(16).padStart(2, '0').repeat(32) as Sha256;
const file = (n: number, content: string | null, mtime: string | null = null): StagedFile => ({ sha256: digest(n), size: n, mtime: mtime as Instant | null, content });

describe.each(implementations)('a draft table %s', (_, make) => {
  const opened = (work: (table: DraftTable) => void): void => {
    const table = make();
    try {
      work(table);
    } finally {
      table.close();
    }
  };

  it('answers what was set last, and keeps the order in which paths came', () => {
    opened((table) => {
      table.set(at('b'), file(2, 'b'), null);
      table.set(at('a'), file(1, 'a', '2026-01-01T00:00:00.000Z'), null);
      table.set(at('b'), file(1, 'b~1'), null);
      table.set(at('c'), 'gone', null);
      table.set(at('d'), file(3, null), at('old'));
      table.delete(at('c'));
      table.delete(at('never'));
      expect(table.size).toBe(3);
      expect(table.get(at('a'))).toEqual(expect.objectContaining({ path: 'a', file: file(1, 'a', '2026-01-01T00:00:00.000Z'), from: null }));
      expect(table.get(at('c'))).toBeNull();
      expect([...table.byPath('')].map(({ path }) => path)).toEqual(['a', 'b', 'd']);
      expect([...table.byPath('a')].map(({ path }) => path)).toEqual(['b', 'd']);
      expect([...table.byDigest()].map(({ path }) => path)).toEqual(['a', 'b', 'd']);
      expect([...table.renames()].map(({ path, from }) => [path, from])).toEqual([['d', 'old']]);
      // Both have the same bytes; b came first.
      expect([...firstCopies(table)].map(({ path, content }) => [path, content])).toEqual([['b', 'b~1']]);
    });
  });

  it('sorts by UTF-16 code units, and holds any name', () => {
    const names = ['\u{1f600}', '\ufb01', 'Z', 'a', 'é', '\u0001"\\', 'a/b', 'a-b', '\u2028'];
    opened((table) => {
      for (const [i, name] of names.entries()) table.set(at(name), file(i, `${name}~x`), null);
      expect([...table.byPath('')].map(({ path }) => path)).toEqual([...names].sort());
      for (const [i, name] of names.entries()) expect(table.sizeAt(`${name}~x`)).toBe(i);
      expect(table.sizeAt('a')).toBeNull();
    });
  });

  it('has a note of each place once, in the order in which the places came', () => {
    const notes: NoteLine[] = [
      { note: 'emptyFolder', path: 'z' },
      { note: 'symlink', path: 'a', target: '→' },
      { note: 'special', path: 'm', kind: 'fifo' },
      { note: 'symlink', path: 'z', target: 'elsewhere' },
    ];
    opened((table) => {
      for (const note of notes) table.setNote(note);
      expect([...table.notes()]).toEqual([notes[3], notes[1], notes[2]]);
    });
  });

  it('keeps names that are taken', () => {
    opened((table) => {
      for (let i = 0; i < 10; i++) table.names.set(`key/${i % 5}`, `value ${i}`);
      expect(Array.from({ length: 6 }, (_, i) => table.names.get(`key/${i}`))).toEqual(['value 5', 'value 6', 'value 7', 'value 8', 'value 9', undefined]);
    });
  });
});

it('the tables answer alike after any changes', () => {
  const path = fc.constantFrom('a', 'b', 'c/d', 'c/e', 'é', '\u{1f600}', 'f').map(at);
  const staged = fc.record({ sha256: fc.integer({ min: 1, max: 4 }).map(digest), size: fc.nat(9), mtime: fc.constant(null), content: fc.option(fc.constantFrom('a', 'c/d', 'other', 'one more')) });
  const change = fc.oneof(
    fc.record({ do: fc.constant('set' as const), path, file: fc.oneof(staged, fc.constant('gone' as const)), from: fc.option(path) }),
    fc.record({ do: fc.constant('delete' as const), path }),
  );
  const look = (table: DraftTable): unknown => [
    table.size,
    [...table.byPath('')].map(({ path: name, file: it, from }) => [name, it, from]),
    [...table.byDigest()].map(({ path: name, file: it }) => [name, it]),
    [...table.renames()].map(({ path: name, from }) => [name, from]),
    [...firstCopies(table)].map(({ path: name, content }) => [name, content]),
  ];
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      const tables = implementations.map(([, make]) => make());
      try {
        for (const step of changes) {
          for (const table of tables) {
            if (step.do === 'set') table.set(step.path, step.file, step.from);
            else table.delete(step.path);
          }
        }
        const [first, ...others] = tables.map(look);
        for (const other of others) expect(other).toEqual(first);
      } finally {
        for (const table of tables) table.close();
      }
    }),
    { numRuns: 60 },
  );
});

it('a table in a file holds more than a look takes, and leaves no file', () => {
  const name = join(folder, 'long.sqlite');
  const table = new SqlDraftTable(name, () => rmSync(name, { force: true }));
  for (let i = 0; i < 3_500; i++) table.set(at(`file ${String(i).padStart(5, '0')}`), { sha256: i.toString(16).padStart(64, '0') as Sha256, size: i, mtime: null, content: `c${i}` }, null);
  expect([...table.byPath('')].length).toBe(3_500);
  expect([...table.byDigest()].map(({ file: it }) => it.size)).toEqual(Array.from({ length: 3_500 }, (_, i) => i));
  expect(table.sizeAt('c3499')).toBe(3_499);
  table.close();
  expect(existsSync(name)).toBe(false);
});
