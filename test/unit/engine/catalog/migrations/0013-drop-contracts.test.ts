import { expect, it } from 'vitest';
import { after, leaf, lenient } from './database.ts';

it('step 13 adds which repeats only named a contract; a catalog that has repeats is built again, and its view has the contract that counts', () => {
  const { database, goOn } = after(11);
  const stale = () => database.prepare('SELECT stale FROM meta').pluck().get();
  database.prepare("INSERT INTO raw_drop (pos, id, hash, contract) VALUES (0, 'a', ?, 'sent')").run(leaf);
  database.exec("INSERT INTO raw_repeat (pos, drop_pos, contract) VALUES (1, 0, 'again')");
  expect(stale()).toBe(0);
  goOn(12);
  expect(stale()).toBe(1);
  database.exec("INSERT INTO raw_repeat (pos, drop_pos, contract, assigned) VALUES (2, 0, 'named', 1), (3, 0, 'more', 0)");
  expect(lenient(database)).toEqual([]);
  expect(database.prepare('SELECT assigned FROM raw_repeat ORDER BY pos').pluck().all()).toEqual([0, 1, 0]);
  expect(database.prepare('SELECT sql FROM sqlite_master WHERE name = ?').pluck().get('raw_drops')).toMatch(/r\.assigned = 1/);
});
