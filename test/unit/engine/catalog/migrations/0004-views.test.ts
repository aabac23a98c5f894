import { expect, it } from 'vitest';
import { migrate } from '../../../../../src/engine/catalog/migrate.ts';
import { migrations } from '../../../../../src/engine/catalog/migrations/index.ts';
import { Sql } from '../../../../../src/engine/catalog/sql.ts';
import { after, names } from './database.ts';

it('step 4 adds the views that auditors query, with exactly the columns that the format names', () => {
  const { database, goOn } = after(3);
  goOn(4);
  expect(names(database, 'view')).toEqual(['datasets', 'lineage', 'tag_now', 'versions']);
  const columns = (view: string) => database.prepare(`SELECT * FROM ${view}`).columns().map((column) => column.name);
  expect(columns('datasets')).toEqual(['id', 'created_at']);
  expect(columns('versions')).toEqual(['ds_id', 'ver', 'ts', 'comment', 'hash', 'tags']);
  expect(columns('lineage')).toEqual(['ds_id', 'ver', 'source_ver', 'transform']);
  expect(database.pragma('user_version', { simple: true })).toBe(4);
});

it('the steps are in order of their numbers from 1, each of its own, and taking them twice changes nothing', () => {
  const numbers = migrations.map((step) => step.number);
  expect([numbers[0], [...new Set(numbers)].sort((a, b) => a - b)]).toEqual([1, numbers]);
  const { database, goOn } = after(migrations.length);
  const before = database.prepare('SELECT type, name, sql FROM sqlite_schema').all();
  goOn(migrations.length);
  expect(database.prepare('SELECT type, name, sql FROM sqlite_schema').all()).toEqual(before);
});

it('a step that fails leaves schema and number as they were', () => {
  const { database } = after(3);
  const bad = { number: 4, name: 'bad', sql: 'CREATE TABLE half (a TEXT) STRICT; CREATE TABLE' };
  expect(() => migrate(new Sql(database), [...migrations.slice(0, 3), bad])).toThrow('incomplete input');
  expect(names(database, 'table')).not.toContain('half');
  expect(database.pragma('user_version', { simple: true })).toBe(3);
});
