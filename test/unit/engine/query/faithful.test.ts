import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from 'duckdb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { faithfulSelect, faithfulValue } from '../../../../src/engine/query/faithful.ts';
import type { CopyFormat } from '../../../../src/engine/query/protocol.ts';

let folder: string;
let database: Awaited<ReturnType<DuckDBInstance['connect']>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hms-faithful-'));
  database = await (await DuckDBInstance.create()).connect();
});
afterAll(() => {
  database.closeSync();
  rmSync(folder, { recursive: true });
});

async function written(select: string, format: CopyFormat): Promise<string> {
  await database.run(`CREATE OR REPLACE TEMP TABLE "the result" AS ${select}`);
  const file = join(folder, `result.${format}`);
  await database.run(`COPY (${await faithfulSelect(database, '"the result"', format)}) TO '${file}' (FORMAT ${format === 'ndjson' ? 'json' : format})`);
  return file;
}

it('sums of whole numbers keep all of their digits in Parquet, and what has more than 38 is an error', async () => {
  const file = await written('SELECT sum(x) AS "a""b", sum(x) > 0 AS more FROM (VALUES (9007199254740993), (9007199254740993)) t(x)', 'parquet');
  expect((await database.runAndReadAll(`SELECT typeof("a""b"), "a""b"::VARCHAR, more FROM '${file}'`)).getRows()).toEqual([['DECIMAL(38,0)', '18014398509481986', true]]);
  await expect(written('SELECT 170141183460469231731687303715884105727::HUGEINT AS h', 'parquet')).rejects.toThrow(/DECIMAL\(38,0\)/);
});

it('JSON is JSON, whatever numbers are in a result', async () => {
  const file = await written(`SELECT 'nan'::DOUBLE AS n, '-infinity'::FLOAT AS i, 1.5::DOUBLE AS x, NULL::DOUBLE AS e, 7 AS w`, 'ndjson');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ n: 'nan', i: '-inf', x: 1.5, e: null, w: 7 });
});

it('JSON is JSON, also where such numbers stand in lists, groups of values and maps, and everything beside them is as it was', async () => {
  const group = (number: string): string => `{'a''b': ${number}, 'd': DATE '2024-07-04', 'l': [{'x': '-inf'::DOUBLE, 'y': NULL}]}`;
  const rows = `([1.5::DOUBLE, 'nan', NULL], ${group("'inf'::FLOAT")}, MAP {'k"': 'nan'::DOUBLE, 'z': 2}, ['nan'::DOUBLE, 1]::DOUBLE[2], [['inf'::DOUBLE], NULL], ['NaN']), (NULL, NULL, NULL, NULL, NULL, NULL), ([], NULL, MAP {}, [1, 2], [], [])`;
  const expected = [
    { l: [1.5, 'nan', null], s: { "a'b": 'inf', d: '2024-07-04', l: [{ x: '-inf', y: null }] }, m: { 'k"': 'nan', z: 2 }, a: ['nan', 1], n: [['inf'], null], t: ['NaN'] },
    { l: null, s: null, m: null, a: null, n: null, t: null },
    { l: [], s: null, m: {}, a: [1, 2], n: [], t: [] },
  ];
  const file = await written(`SELECT * FROM (VALUES ${rows}) t(l, s, m, a, n, t)`, 'ndjson');
  const lines = readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as unknown);
  expect(lines).toEqual(expected);
});

it('a span of time is shown as it is written', async () => {
  const [[span, list] = []] = (await database.runAndReadAll('SELECT INTERVAL 3 MONTHS, [1, NULL]')).convertRows(faithfulValue);
  expect([span, list]).toEqual(['3 months', [1, null]]);
});
