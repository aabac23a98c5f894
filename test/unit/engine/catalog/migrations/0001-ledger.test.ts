import { expect, it } from 'vitest';
import { after, leaf, lenient, names } from './database.ts';

it('step 1 makes the tables of leaves, keys and remarks, all of them strict, with an empty log', () => {
  const { database } = after(1);
  expect(names(database, 'table')).toEqual(['enrolled_key', 'entry', 'meta', 'remark']);
  expect(lenient(database)).toEqual([]);
  expect(database.pragma('user_version', { simple: true })).toBe(1);
  expect(database.pragma('application_id', { simple: true })).toBe(0x484d5343);
  expect(database.prepare('SELECT log, base, size, stale FROM meta').all()).toEqual([{ log: 0, base: 0, size: 0, stale: 0 }]);
  const insert = database.prepare('INSERT INTO entry (pos, log, seq, leaf, effect, counts, newer) VALUES (?, ?, ?, ?, 1, 1, 0)');
  insert.run(0, 0, 0, leaf);
  expect(() => insert.run(1, 0, 0, leaf)).toThrow('UNIQUE');
  expect(() => insert.run(1, 0, 1, Buffer.alloc(31))).toThrow('CHECK');
  expect(() => insert.run(1, 0, 'one', leaf)).toThrow('cannot store TEXT');
  expect(() => database.exec("INSERT INTO meta (one, log, base, size, frontier) VALUES (2, 0, 0, 0, x'')")).toThrow('CHECK');
});
