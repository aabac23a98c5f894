import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TableName } from '../../../../src/contract/index.ts';
import { prepareQuestion } from '../../../../src/engine/asking.ts';
import { WarehouseTables } from '../../../../src/engine/asking-tables.ts';
import type { Relations } from '../../../../src/engine/query/index.ts';
import { signal, Warehouse } from '../tables/warehouse.ts';
import { toldBy } from './hall.ts';

/** Files are left out of what DuckDB reads where the WHERE of a question says that none of their rows can matter; the answer is the same as if all were read. */

const VISITS = 'visits' as TableName;
const FILES = 6;

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await Warehouse.make();
  const schema = [
    { name: 'program', type: 'integer', nullable: true },
    { name: 'id', type: 'long', nullable: false },
    { name: 'day', type: 'date', nullable: true },
    { name: 'seen', type: 'timestamp', nullable: true },
    { name: 'cost', type: 'decimal(18,2)', nullable: true },
    { name: 'Name', type: 'string', nullable: true },
    { name: 'ratio', type: 'double', nullable: true },
  ] as const;
  // Six files of ten rows: programs NULL, 1 … 5; numbers, days and instants rise with them.
  const select = `SELECT CASE WHEN i < 10 THEN NULL ELSE (i // 10)::INTEGER END AS program, i AS id, DATE '2024-07-01' + i::INTEGER AS day, TIMESTAMPTZ '2024-07-01 00:00:00+00' + to_hours(i) AS seen,
    (i / 4)::DECIMAL(18,2) AS cost, CASE WHEN i // 10 = 3 THEN NULL ELSE chr((97 + i // 10)::INTEGER) || i END AS "Name", i / 3.0::DOUBLE AS ratio FROM range(60) r(i)`;
  await warehouse.insert([{ name: VISITS, definition: { schema, partitionBy: ['program'] }, select }]);
}, 180_000);
afterAll(() => warehouse.close());

/** The lake's tables; counts the files that each mention of one has. */
function watched(all: boolean): { readonly relations: Relations; readonly files: number[] } {
  const tables = new WarehouseTables(warehouse.lake);
  const files: number[] = [];
  const relations: Relations = {
    names: () => tables.names(),
    find: async (name, state, conditions) => {
      const found = await tables.find(name, state, all ? [] : conditions);
      if (found?.rows.kind === 'parts') files.push(found.rows.parts.reduce((sum, part) => sum + part.files.length, 0));
      return found;
    },
  };
  return { relations, files };
}

/** Files that are read, of each mention of the table. */
async function read(sql: string, parameters = {}): Promise<number[]> {
  const [some, every] = [watched(false), watched(true)];
  const options = { processes: warehouse.processes, parameters };
  const told = await toldBy(warehouse.lake, sql, { ...options, relations: [some.relations] });
  expect(told.rows, sql).toEqual((await toldBy(warehouse.lake, sql, { ...options, relations: [every.relations] })).rows);
  return some.files;
}

/** The same of several, all in one question. */
async function readEach(queries: readonly string[]): Promise<Record<string, number | undefined>> {
  const files = await read(`SELECT ${queries.map((query) => `(SELECT list(x ORDER BY x) FROM (${query}) AS q(x))`).join(',\n')}`);
  return Object.fromEntries(queries.map((query, i) => [query, files[i]]));
}

const where = (condition: string): string => `SELECT id FROM visits WHERE ${condition}`;

it('files are left out by partitions and by statistics, with every type that a value may be written in', { timeout: 180_000 }, async () => {
  const wanted: Record<string, number> = {
    'program = 3': 1,
    "program = '3'": 1,
    '3 = visits.PROGRAM AND ratio > 0': 1,
    'program IN (1, 2) AND id >= 0': 2,
    'program IS NULL': 1,
    'program > 3 AND program <= 4 + 1': 2,
    'program BETWEEN 2 AND 3': 2,
    'program = 99': 0,
    'id < 25 AND id >= 20': 1,
    "day = '2024-07-05'": 1,
    "day > DATE '2024-08-29' - INTERVAL 9 DAYS": 1,
    // A day is its first moment, so the 11th is one of them.
    "day < TIMESTAMP '2024-07-11 00:00:01'": 2,
    "seen >= '2024-07-03 12:00:00' AND seen < TIMESTAMPTZ '2024-07-03 13:00:00+01'": 0,
    "seen >= '2024-07-03 02:00:00'": 1,
    'cost = 10.50': 1,
    "name = 'd30'": 0,
    'name IS NULL': 1,
    "lower(name) = 'd30'": FILES,
    'ratio > 15': 2,
  };
  const files = await readEach(Object.keys(wanted).map(where));
  expect(files).toEqual(Object.fromEntries(Object.entries(wanted).map(([condition, count]) => [where(condition), count])));
});

it('nothing is left out where it cannot be told', { timeout: 180_000 }, async () => {
  const conditions = ['program = 3 OR id = 1', 'NOT program = 3', 'program <> 3', 'program + 0 = 3', 'id = 3e0', "id = '3.6'", "id BETWEEN '3' AND 5", 'id IN (3, 5.5)', "name COLLATE nocase = 'A1'", 'day >= current_date'];
  const queries = [
    ...conditions.map(where),
    'SELECT program FROM (SELECT program FROM visits) WHERE program = 3',
    'SELECT x FROM visits AS v(x) WHERE x = 3',
    'SELECT v.id FROM range(3) r(i) LEFT JOIN visits v ON v.id = r.i WHERE v.program IS NULL',
    'SELECT count(*) FROM visits HAVING count(*) > 3',
    `SELECT id FROM visits WHERE id IN (${Array.from({ length: 300 }, (_, i) => i).join(', ')})`,
  ];
  // The last has so many values that none of the whole text are looked at, so it is asked by itself.
  expect(await readEach(queries.slice(0, -1))).toEqual(Object.fromEntries(queries.slice(0, -1).map((query) => [query, FILES])));
  expect(await read(`${queries.at(-1)} AND program = 3 ORDER BY 1`)).toEqual([FILES]);
});

it('each mention has its own', { timeout: 180_000 }, async () => {
  const files = await read(`SELECT (SELECT count(*) FROM visits WHERE program = 1), (SELECT max(id) FROM visits), (SELECT min(id) FROM visits AT (VERSION => 1) AS v WHERE v.program > 3),
    (SELECT list(a.id ORDER BY a.id) FROM visits a JOIN visits b USING (id) WHERE a.program = 2 AND b.day IS NOT NULL),
    (SELECT list(a.id ORDER BY a.id) FROM visits a LEFT JOIN visits b ON a.id = b.id AND b.program = 1 WHERE a.program = 2 AND b.program IS NULL),
    (WITH visits AS (SELECT * FROM visits WHERE program = 5) SELECT count(*) FROM visits WHERE program = 4),
    (SELECT list(id ORDER BY id) FROM visits v WHERE EXISTS (SELECT 1 FROM visits w WHERE w.program = v.program AND w.id = 12) AND v.id < 20),
    (SELECT list(x) FROM (SELECT id + 1 AS id FROM visits WHERE id = 9) AS q(x))`);
  expect(files).toEqual([1, FILES, 2, 1, FILES, 1, FILES, 1, 2, 1, 1]);
});

it('values of parameters count as they are', { timeout: 180_000 }, async () => {
  expect(await read(`${where('program = $p AND id < $2')} ORDER BY 1`, { p: 3, 2: '35' })).toEqual([1]);
  expect(await read(`${where('program = $p')} ORDER BY 1`, { p: null })).toEqual([FILES]);
});

it('what is wrong with the question is said as ever', { timeout: 180_000 }, async () => {
  const ask = (sql: string): Promise<unknown> => toldBy(warehouse.lake, sql, { processes: warehouse.processes });
  await expect(ask("SELECT id FROM visits WHERE day = DATE 'never'")).rejects.toMatchObject({ code: 'QUERY_REFUSED', message: expect.stringContaining('never') as string });
  await expect(ask('SELECT id FROM visits WHERE nosuch = 3')).rejects.toMatchObject({ code: 'QUERY_REFUSED', facts: { position: 28 } });
  const question = await prepareQuestion(warehouse.lake, 'SELECT id FROM visits WHERE program = 3', { signal, processes: warehouse.processes });
  expect(question.relations).toMatchObject([{ name: 'visits', version: 'visits:v1', asked: 'now' }]);
  await question.close();
});
