import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from 'duckdb';
import type { DuckDBConnection } from 'duckdb';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Answers } from '../../../../src/engine/query/answers.ts';
import { KeptResult, RESULT } from '../../../../src/engine/query/kept-result.ts';
import type { Answer } from '../../../../src/engine/query/protocol.ts';

/** Results are read by row number: whatever their size and the names of their columns, pages are the rows of the question in its order, and nothing else. */

/** Rows of DuckDB's groups. */
const GROUP = 122_880;
const LARGE = 1_000_000;

let folder: string;
let connection: DuckDBConnection;
let answers: Answers;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hms-kept-'));
  connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
  answers = new Answers(connection, () => [], () => undefined);
});
afterEach(() => {
  connection.closeSync();
  rmSync(folder, { recursive: true, force: true });
});

type Of<K extends Answer['is']> = Extract<Answer, { is: K }>;
const ask = async (sql: string): Promise<Of<'asked'>> => (await answers.do({ do: 'ask', explain: '', sql, parameters: {} }, () => false)) as Of<'asked'>;
const page = async (from: number, limit: number): Promise<readonly (readonly unknown[])[]> => ((await answers.do({ do: 'page', from, limit }, () => false)) as Of<'page'>).page.rows;
const rowsOf = async (sql: string): Promise<unknown[][]> => (await connection.runAndReadAll(sql)).getRows();
const columnsOfTable = async (): Promise<unknown[]> => (await rowsOf(`SELECT column_name FROM (DESCRIBE ${RESULT})`)).flat();

/** Sizes at which something changes: of groups, and of results that get numbers for them. */
const sizes = fc.oneof(
  { weight: 2, arbitrary: fc.tuple(fc.integer({ min: 1, max: 10 }), fc.integer({ min: -2, max: 2 })).map(([groups, off]) => groups * GROUP + off) },
  { weight: 1, arbitrary: fc.integer({ min: -2, max: 2 }).map((off) => LARGE + off) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 1_200_000 }) },
);
const orders = fc.constantFrom<readonly [words: string, value: (row: number, rows: number) => number]>(['', (row) => row], ['ORDER BY i', (row) => row], ['ORDER BY i DESC', (row, rows) => rows - 1 - row], ['ORDER BY i % 2, i', (row, rows) => (row < Math.ceil(rows / 2) ? row * 2 : (row - Math.ceil(rows / 2)) * 2 + 1)]);

describe('pages of a result', () => {
  it('joined are the whole result in order, whatever its size', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, orders, async (rows, [order, value]) => {
        expect((await ask(`SELECT i::INTEGER AS i FROM range(${rows}) r(i) ${order}`)).rows).toBe(rows);
        const step = 100_000;
        let at = 0;
        for (let from = 0; from < rows; from += step) for (const [found] of await page(from, step)) if (found !== value(at++, rows)) throw new Error(`Row ${at - 1} is ${String(found)}.`);
        expect(at).toBe(rows);
      }),
      { numRuns: 12 },
    );
  }, 120_000);

  it('begin and end anywhere, also around the borders of groups and behind the end', async () => {
    const rows = 9 * GROUP + 7;
    await ask(`SELECT i::INTEGER AS i FROM range(${rows}) r(i)`);
    const places = fc.oneof(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: -250, max: 250 })).map(([groups, off]) => Math.max(0, groups * GROUP + off)), fc.integer({ min: 0, max: rows + 1_000 }));
    await fc.assert(
      fc.asyncProperty(places, fc.integer({ min: 1, max: 500 }), async (from, limit) => {
        const expected = Array.from({ length: Math.max(0, Math.min(limit, rows - from)) }, (_, i) => [from + i]);
        expect(await page(from, limit)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it('are of a result with a column rowid what they are of every other', async () => {
    const asked = await ask('SELECT 100 - i AS RowId, i::INTEGER AS "hms rowid" FROM range(10) r(i)');
    expect([asked.columns.map(({ name }) => name), asked.first.rows[9]]).toEqual([['RowId', 'hms rowid'], ['91', 9]]);
    expect(await page(5, 2)).toEqual([['95', 5], ['94', 6]]);
    await ask('SELECT 1 AS a');
    expect(await page(0, 9)).toEqual([[1]]);
  });
});

describe('a large result', () => {
  const large = `SELECT i::INTEGER AS rowid, (i % 7)::INTEGER AS "HMS group", 1 AS a, 2 AS a FROM range(${LARGE}) r(i)`;
  const names = ['rowid', 'HMS group', 'a', 'a_1'];

  it('has groups whose bounds DuckDB knows, and the columns of the question alone', async () => {
    const asked = await ask(large);
    expect(asked.columns).toEqual(names.map((name) => ({ name, type: 'INTEGER' })));
    expect(await columnsOfTable()).toEqual(['hms rowid', 'HMS group', 'a', 'a_1', 'hms group _']);
    const bounds = await rowsOf(`SELECT DISTINCT row_group_id, stats FROM pragma_storage_info('hms result') WHERE column_name = 'hms group _' AND segment_type = 'UTINYINT' ORDER BY 1`);
    expect(bounds).toEqual(Array.from({ length: 9 }, (_, i) => [BigInt(i), `[Min: ${i}, Max: ${i}][Has Null: false, Has No Null: true]`]));
    expect(await page(GROUP - 1, 2)).toEqual([[GROUP - 1, (GROUP - 1) % 7, 1, 2], [GROUP, GROUP % 7, 1, 2]]);
    expect(((await answers.do({ do: 'statistics' }, () => false)) as Of<'statistics'>).columns.map(({ name, min, max }) => [name, min, max])).toEqual([
      ['rowid', '0', String(LARGE - 1)],
      ['HMS group', '0', '6'],
      ['a', '1', '1'],
      ['a_1', '2', '2'],
    ]);
    // In the scan itself, which is where groups are left out.
    const kept = new KeptResult(connection);
    await connection.run(`ALTER TABLE ${RESULT} DROP COLUMN "hms group _"`);
    await kept.numberGroups(LARGE, names);
    expect((await rowsOf(`EXPLAIN ${kept.select(500_000, 200)}`)).flat().join('\n')).not.toMatch(/CAST|\bFILTER\b/);
  });

  it.each(['csv', 'ndjson', 'json', 'parquet'] as const)('goes into a file of %s in its order, with its columns alone', async (format) => {
    await ask(large);
    const file = join(folder, `result.${format}`);
    expect(await answers.do({ do: 'copy', file, format }, () => false)).toEqual({ is: 'done', rows: LARGE });
    if (format === 'parquet') {
      expect(await rowsOf(`SELECT column_name FROM (DESCRIBE FROM read_parquet('${file}'))`)).toEqual(names.map((name) => [name]));
      expect(await rowsOf(`SELECT count(*) FROM (SELECT "rowid" AS id, row_number() OVER () - 1 AS place FROM read_parquet('${file}')) WHERE id <> place`)).toEqual([[0n]]);
    } else {
      const lines = readFileSync(file, 'utf8').split('\n');
      const row = (i: number): string => (format === 'csv' ? `${i},${i % 7},1,2` : `{"rowid":${i},"HMS group":${i % 7},"a":1,"a_1":2}`);
      const first = format === 'ndjson' ? 0 : 1;
      expect([lines[first], lines[first + 500_000]].map((line) => line?.trim().replace(/,$/, ''))).toEqual([row(0), row(500_000)]);
    }
  });

  it('loses its groups with the next question', async () => {
    await ask(large);
    await ask('SELECT 1 AS x');
    expect([await columnsOfTable(), await page(0, 10)]).toEqual([['x'], [[1]]]);
  });

  it('is read without groups where they do not lead to its rows', async () => {
    await ask(`SELECT i::INTEGER AS i FROM range(${LARGE}) r(i)`);
    await connection.run(`UPDATE ${RESULT} SET "hms group" = 200`);
    expect(await page(500_000, 3)).toEqual([[500_000], [500_001], [500_002]]);
  });

  it('stays as it was where groups cannot be numbered', async () => {
    await connection.run('CREATE TEMP SEQUENCE "hms rows"');
    expect((await ask(`SELECT i::INTEGER AS i FROM range(${LARGE}) r(i)`)).rows).toBe(LARGE);
    expect([await columnsOfTable(), await page(500_000, 1)]).toEqual([['i'], [[500_000]]]);
  });

  it('is stopped, and has no answer, where that is wished while groups are numbered', async () => {
    let isStopped = false;
    const run = connection.run.bind(connection);
    connection.run = (sql, ...more) => {
      if (sql.startsWith('BEGIN')) isStopped = true;
      return run(sql, ...more);
    };
    await expect(answers.do({ do: 'ask', explain: '', sql: `SELECT i FROM range(${LARGE}) r(i)`, parameters: {} }, () => isStopped)).rejects.toThrow('Interrupted.');
    expect(isStopped).toBe(true);
  });
});

it('counts several groups of DuckDB as one where there are more than a byte counts', async () => {
  await connection.run(`CREATE TEMP TABLE ${RESULT} AS SELECT i::INTEGER AS i FROM range(${3 * GROUP}) r(i)`);
  const kept = new KeptResult(connection);
  await kept.numberGroups(40_000_000, ['i']);
  expect(await rowsOf(`SELECT "hms group", count(*)::INTEGER FROM ${RESULT} GROUP BY 1 ORDER BY 1`)).toEqual([[0, 2 * GROUP], [1, GROUP]]);
  expect(await rowsOf(kept.select(2 * GROUP - 1, 2))).toEqual([[2 * GROUP - 1], [2 * GROUP]]);
  expect(await rowsOf(kept.select(39_999_999, 200))).toEqual([]);
});
