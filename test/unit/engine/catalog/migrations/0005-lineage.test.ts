import { expect, it } from 'vitest';
import { after } from './database.ts';

it('step 5 keeps what bodies say of lineage, tells the version before from sources, and has a catalog that knew nothing of it built again', () => {
  const { database, goOn } = after(4);
  database.exec(`
    UPDATE meta SET size = 3;
    INSERT INTO dataset (ds, id, pos, has_first_tags) VALUES (1, 'A', 0, 0);
    INSERT INTO version (ds, number, pos, hash, transform) VALUES (1, 1, 0, zeroblob(32), NULL), (1, 2, 1, zeroblob(32), 'old'), (1, 3, 2, zeroblob(32), 'csv_trim');
    INSERT INTO source (ds, version, ordinal, source_id, source_version) VALUES (1, 2, 0, 'A', 1), (1, 3, 0, 'A', 2), (1, 3, 1, 'A', 1)`);
  goOn(5);
  database.exec(`UPDATE version SET lineage = '{"from":["A:v1"]}' WHERE number = 3`);
  expect(database.prepare('SELECT * FROM lineage').raw().all()).toEqual([
    ['A', 'v2', 'A:v1', 'old'],
    ['A', 'v3', 'A:v2', null],
    ['A', 'v3', 'A:v1', 'csv_trim'],
  ]);
  expect(database.prepare('SELECT stale FROM meta').pluck().get()).toBe(1);
});

it('step 5 leaves a new catalog as it is', () => {
  const { database } = after(5);
  expect(database.prepare('SELECT stale FROM meta').pluck().get()).toBe(0);
});
