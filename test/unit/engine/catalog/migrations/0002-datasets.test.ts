import { expect, it } from 'vitest';
import { after, leaf, lenient, names } from './database.ts';

it('step 2 adds datasets, names, versions and what is said of them, and keeps what step 1 holds', () => {
  const { database, goOn } = after(1);
  database.prepare('INSERT INTO entry (pos, log, seq, leaf, effect, counts, newer) VALUES (0, 0, 0, ?, 1, 1, 0)').run(leaf);
  goOn(2);
  expect(names(database, 'table')).toEqual([
    'alias', 'dataset', 'description', 'enrolled_key', 'entry', 'export', 'meta', 'name', 'remark', 'source', 'tag_said', 'version',
  ]);
  expect(lenient(database)).toEqual([]);
  expect(database.pragma('user_version', { simple: true })).toBe(2);
  expect(database.prepare('SELECT count(*) FROM entry').pluck().get()).toBe(1);
  database.exec("INSERT INTO dataset (id, pos, has_first_tags) VALUES ('A', 0, 0)");
  expect(() => database.exec("INSERT INTO dataset (id, pos, has_first_tags) VALUES ('A', 1, 0)")).toThrow('UNIQUE');
  const version = database.prepare('INSERT INTO version (ds, number, pos, hash) VALUES (?, ?, ?, ?)');
  version.run(1, 1, 1, leaf);
  expect(database.prepare('SELECT state, placed FROM version').all()).toEqual([{ state: 'unknown', placed: 0 }]);
  expect(() => version.run(1, 1, 2, leaf)).toThrow('UNIQUE');
  expect(() => version.run(9, 1, 2, leaf)).toThrow('FOREIGN KEY');
});
