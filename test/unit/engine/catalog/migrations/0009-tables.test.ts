import { expect, it } from 'vitest';
import { migrations } from '../../../../../src/engine/catalog/migrations/index.ts';
import { after, leaf, lenient, names } from './database.ts';

const place = migrations.findIndex(({ number }) => number === 9);

it('step 9 adds tables, and has a catalog built again that took their entries for those of a newer program', () => {
  const { database, goOn } = after(place);
  database.prepare("INSERT INTO entry (pos, log, seq, leaf, effect, counts, newer, op) VALUES (0, 0, 0, ?, 0, 0, 1, 'table.committed')").run(leaf);
  goOn(place + 1);
  expect(lenient(database)).toEqual([]);
  expect(database.pragma('user_version', { simple: true })).toBe(9);
  expect(names(database, 'table')).toEqual(expect.arrayContaining(['delta_domain', 'delta_file', 'delta_part', 'delta_schema', 'delta_table', 'delta_version']));
  expect(database.prepare('SELECT stale FROM meta').pluck().get()).toBe(1);
});

it('step 9 leaves a catalog as it is that met no entry of a newer program', () => {
  const { database } = after(place + 1);
  expect(database.prepare('SELECT stale FROM meta').pluck().get()).toBe(0);
});
