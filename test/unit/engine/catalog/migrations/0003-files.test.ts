import { expect, it } from 'vitest';
import { after, leaf, lenient, names } from './database.ts';

it('step 3 adds files and notes; a file that is still there ends after any version', () => {
  const { database, goOn } = after(2);
  database.exec("INSERT INTO dataset (id, pos, has_first_tags) VALUES ('A', 0, 0)");
  goOn(3);
  expect(names(database, 'table')).toEqual(expect.arrayContaining(['dataset', 'file', 'note']));
  expect(lenient(database)).toEqual([]);
  expect(database.pragma('user_version', { simple: true })).toBe(3);
  const insert = database.prepare("INSERT INTO file (ds, path, begin, sha256, size) VALUES (1, 'a', ?, ?, 1)");
  insert.run(1, leaf);
  expect(database.prepare('SELECT until FROM file').pluck().get()).toBe(1_000_000_000);
  expect(() => insert.run(1_000_000_000, leaf)).toThrow('CHECK');
  database.exec('DELETE FROM file');
  insert.run(1, leaf);
  expect(database.prepare('SELECT row FROM file').pluck().get()).toBe(2);
});
