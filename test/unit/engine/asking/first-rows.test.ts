import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TableName } from '../../../../src/contract/index.ts';
import { WarehouseTables } from '../../../../src/engine/asking-tables.ts';
import type { Relations } from '../../../../src/engine/query/index.ts';
import { Planner } from '../../../../src/engine/query/planner.ts';
import { Warehouse } from '../tables/warehouse.ts';
import { toldBy } from './hall.ts';

/** `SELECT … LIMIT n` is answered from the first files of a table, where these have enough rows. */

const SMALL = 'small' as TableName;
const FILES = 200;

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await Warehouse.make();
  const schema = [
    { name: 'program', type: 'integer', nullable: true },
    { name: 'id', type: 'integer', nullable: false },
  ] as const;
  await warehouse.insert([{ name: SMALL, definition: { schema, partitionBy: ['program'] }, select: `SELECT (i // 3)::INTEGER AS program, i::INTEGER AS id FROM range(${FILES * 3}) r(i)` }]);
}, 180_000);
afterAll(() => warehouse.close());

interface Read {
  readonly rows: readonly (readonly unknown[])[];
  /** Files that it was given first. */
  readonly files: number;
  /** Whether it was given all of them after that. */
  readonly again: boolean;
}

async function read(sql: string, parameters = {}): Promise<Read> {
  const tables = new WarehouseTables(warehouse.lake);
  let [files, again] = [0, false];
  const some: Relations = {
    names: () => tables.names(),
    find: async (...asked) => {
      const found = await tables.find(...asked);
      if (found?.rows.kind !== 'parts') return found;
      files = found.rows.parts.reduce((sum, part) => sum + part.files.length, 0);
      const { whole } = found.rows;
      return whole === undefined ? found : { ...found, rows: { ...found.rows, whole: () => ((again = true), whole()) } };
    },
  };
  const { rows } = await toldBy(warehouse.lake, sql, { processes: warehouse.processes, parameters, relations: [some] });
  return { rows, files, again };
}

const plain = (from: number, to: number): number[][] => Array.from({ length: to - from }, (_, i) => [from + i]);

it('the first files are enough for the first rows, which are those that all files give', { timeout: 180_000 }, async () => {
  const every = await read('SELECT id FROM (SELECT * FROM small) LIMIT 20 OFFSET 5');
  expect(every).toMatchObject({ files: FILES, again: false });
  const first = await read('SELECT id FROM small LIMIT 20 OFFSET 5');
  expect(first).toEqual({ rows: every.rows, files: 64 + 9, again: false });
  expect(await read('SELECT id FROM small WHERE id >= 3 LIMIT $n', { n: 3 })).toMatchObject({ files: 64 + 1, again: false });
});

it('where too few of their rows meet the WHERE, all files are read', { timeout: 180_000 }, async () => {
  expect(await read('SELECT id FROM small WHERE id % 1000 >= 597 LIMIT 5')).toEqual({ rows: plain(597, 600), files: 66, again: true });
  expect(await read('SELECT id FROM small WHERE id % 1000 >= 597 LIMIT 5 OFFSET 2')).toEqual({ rows: plain(599, 600), files: 67, again: true });
  expect(await read('SELECT id FROM small WHERE program = 199 LIMIT 5')).toEqual({ rows: plain(597, 600), files: 1, again: false });
});

it('where most files are needed, or nothing is known of how many, all are read at once', { timeout: 180_000 }, async () => {
  expect(await read('SELECT id FROM small LIMIT 300')).toMatchObject({ files: FILES, again: false });
  expect(await read('SELECT id FROM small ORDER BY id DESC LIMIT 2')).toEqual({ rows: [[599], [598]], files: FILES, again: false });
});

it('statements whose answer is made of other rows too are none of these', async () => {
  const planner = await Planner.open();
  const first = async (sql: string, parameters = {}): Promise<unknown> => (await planner.plan(sql, parameters, 'conditions')).firstRows;
  expect(await first('FROM t LIMIT 7')).toEqual({ limit: 7, offset: 0 });
  expect(await first("SELECT upper(a) || 'x', b + 1 FROM t AT (VERSION => 3) WHERE lower(a) = 'x' AND b IN (1, 2) LIMIT 7 OFFSET 2")).toEqual({ limit: 7, offset: 2 });
  expect(await first('SELECT a FROM t LIMIT ? OFFSET ?', { 1: 7, 2: 2 })).toEqual({ limit: 7, offset: 2 });
  const others = [
    ...['SELECT a FROM t', 'SELECT a FROM t LIMIT ALL', 'SELECT a FROM t LIMIT 10%', 'SELECT a FROM t LIMIT 1.5', 'SELECT a FROM t LIMIT (SELECT 3)', 'SELECT a FROM t LIMIT 3 OFFSET 1.5'],
    ...['SELECT a FROM t ORDER BY a LIMIT 3', 'SELECT DISTINCT a FROM t LIMIT 3', 'SELECT DISTINCT ON (a) a, b FROM t LIMIT 3', 'SELECT a FROM t GROUP BY a LIMIT 3', 'SELECT a FROM t GROUP BY ALL LIMIT 3'],
    ...['SELECT count(*) FROM t LIMIT 3', 'SELECT max(a) FROM t LIMIT 3', 'SELECT 1 FROM t HAVING true LIMIT 3', 'SELECT a, row_number() OVER () FROM t LIMIT 3', 'SELECT a FROM t QUALIFY row_number() OVER () < 3 LIMIT 3'],
    ...['SELECT a FROM t, u LIMIT 3', 'SELECT a FROM t JOIN t u USING (a) LIMIT 3', 'SELECT a FROM (FROM t) LIMIT 3', 'WITH t AS (FROM u) SELECT a FROM t LIMIT 3', 'SELECT a FROM t UNION ALL SELECT a FROM u LIMIT 3'],
    ...['SELECT a FROM t WHERE a IN (SELECT a FROM t) LIMIT 3', 'SELECT (SELECT max(a) FROM t) FROM t LIMIT 3', 'SELECT unnest(a) FROM t LIMIT 3', 'SELECT a FROM t USING SAMPLE 3 LIMIT 3', 'SELECT a FROM t TABLESAMPLE 10% LIMIT 3'],
    ...['SELECT geomean(a) FROM t LIMIT 3', 'SELECT nosuch(a) FROM t LIMIT 3', 'EXPLAIN SELECT a FROM t LIMIT 3', 'DESCRIBE SELECT a FROM t LIMIT 3'],
  ];
  for (const sql of others) expect(await first(sql), sql).toBeNull();
  planner.connection.closeSync();
});
