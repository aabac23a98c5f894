import { expect, it } from 'vitest';
import { after, leaf, lenient } from './database.ts';

it('step 6 adds where a version was imported from; versions of before have none', () => {
  const { database, goOn } = after(5);
  database.exec("INSERT INTO dataset (id, pos, has_first_tags) VALUES ('A', 0, 0)");
  const insert = (columns: string, values: string): unknown => database.prepare(`INSERT INTO version (ds, number, pos, hash${columns}) VALUES (1, ${values})`).run(leaf);
  insert('', '1, 0, ?');
  goOn(6);
  insert(', imported', "2, 1, ?, '{}'");
  expect(lenient(database)).toEqual([]);
  expect(database.pragma('user_version', { simple: true })).toBe(6);
  expect(database.prepare('SELECT imported FROM version ORDER BY number').pluck().all()).toEqual([null, '{}']);
});
