import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareQuestion } from '../../../../src/engine/asking.ts';
import { QueryProcesses } from '../../../../src/engine/query/index.ts';
import { verify } from '../../../../src/verify/index.ts';
import { hugeLiteral, reachingOut, takingEverything } from '../../../builders/attacks.ts';
import { Hall, never } from './hall.ts';

/** What questions must not do. After each attack an honest question is answered, and at the end the lake is as it was. */

let hall: Hall;
const free = new QueryProcesses();
let stored = '';
let before: string[] = [];
beforeAll(async () => {
  // Statements that take everything are stopped soon, so that the tests are short; honest ones have the time that they need.
  hall = await Hall.open({ memoryBytes: 700 * 2 ** 20, ms: 8_000 });
  await hall.shop.ingest('OPEN', { 'a.csv': 'x\n1\n' });
  await hall.shop.ingest('OTHER', { 'b.csv': 'name\nSmith\n', 'b.parquet.txt': 'PAR1' });
  await hall.shop.ingest('HEALTH', { 'c.csv': 'name\nJones\n' }, ['phi']);
  before = lakeFiles();
  stored = join(hall.shop.office.lake, before.find((name) => name.endsWith('content/b.csv')) ?? 'none');
}, 120_000);
afterAll(async () => {
  await free.close();
  await hall.close();
});

function lakeFiles(): string[] {
  return (readdirSync(hall.shop.office.lake, { recursive: true }) as string[]).sort();
}

const HONEST = `SELECT x FROM dataset('OPEN', 'a.csv')`;
const STOLEN = '/tmp/hms-stolen-by-question.csv';
const A = `dataset('OPEN', 'a.csv')`;

/** Besides those of `reachingOut`: what only a question can name. */
const attacks = (): readonly string[] => [
  ...reachingOut({ own: A, stored, stolen: STOLEN }),
  `FROM "${stored}" FOR SYSTEM_TIME AS OF now()`,
  `FROM dataset('OPEN', '../../../OTHER/v1/content/b.csv')`,
  `FROM dataset('OPEN', '${stored}')`,
  `FROM dataset('OPEN/../OTHER', 'b.csv')`,
  `FROM dataset('HEALTH', 'c.csv')`,
  `FROM dataset('HEALTH:v1', 'c.csv')`,
  `FROM ${A}, "hms 1"`,
  `FROM ${A}, "hms result"`,
  `FROM query_table('datasets')`,
  `FROM versions FOR SYSTEM_TIME AS OF (SELECT content FROM read_text('/etc/passwd'))`,
  `FROM versions FOR SYSTEM_TIME AS OF getenv('HOME')`,
  `FROM versions FOR SYSTEM_TIME AS OF current_setting('temp_directory')`,
  `FROM versions FOR SYSTEM_TIME AS OF '2024-01-01'; DROP TABLE x`,
  `FROM versions AT (TIMESTAMP => '2024-01-01') AT (VERSION => 1)`,
  `FROM versions AT (VERSION => 1; SELECT 1)`,
  `FROM versions FOR SYSTEM_TIME AS OF E'\\'' OR '1'='1'`,
  `FROM ${A} /* FOR SYSTEM_TIME AS OF '2024' */ AT (VERSION => '1'')')`,
  hugeLiteral(),
  `WITH x AS (DELETE FROM datasets RETURNING *) FROM x`,
  `SELECT $1`,
  `SELECT nextval('s')`,
  `SELECT json_execute_serialized_sql('{}')`,
];

describe('questions that reach out', () => {
  it('are refused, each of them, and honest ones go on being answered', { timeout: 600_000 }, async () => {
    for (const sql of attacks()) {
      await expect(hall.rows(sql, { processes: free }), sql.slice(0, 120)).rejects.toMatchObject({ name: 'HmsError', code: expect.stringMatching(/^(QUERY_REFUSED|FILE_UNKNOWN|USAGE|VERSION_UNKNOWN|DATASET_UNKNOWN)$/) as string });
    }
    expect(await hall.rows(HONEST, { processes: free })).toEqual([['1']]);
    expect(existsSync(STOLEN)).toBe(false);
  });

  it('get values of parameters as values, whatever is in them', async () => {
    const nasty = `'; COPY (SELECT 1) TO '${STOLEN}'; --`;
    expect(await hall.rows('SELECT $1, $2', { processes: free, parameters: { 1: nasty, 2: 7 } })).toEqual([[nasty, '7']]);
    await expect(hall.rows('FROM versions FOR SYSTEM_TIME AS OF $1', { processes: free, parameters: { 1: nasty } })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(hall.rows('FROM dataset($1)', { processes: free, parameters: { 1: nasty } })).rejects.toMatchObject({ code: 'USAGE' });
    expect(existsSync(STOLEN)).toBe(false);
  });
});

describe('questions that would take everything', () => {
  it.each([...takingEverything, `FROM versions FOR SYSTEM_TIME AS OF repeat('x', 4000000000)`])('%s', { timeout: 180_000 }, async (sql) => {
    await expect(hall.rows(sql)).rejects.toMatchObject({ name: 'HmsError', code: expect.stringMatching(/^(QUERY_STOPPED|QUERY_REFUSED|NO_SPACE)$/) as string });
    expect(await hall.rows(HONEST, { processes: free })).toEqual([['1']]);
  });

  it('stop within 200 ms of being cancelled: a cross join of 10^12 rows', { timeout: 180_000 }, async () => {
    await hall.shop.office.read(async (lake) => {
      const question = await prepareQuestion(lake, 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE hash(a.range, b.range) = 1', { signal: never, processes: free });
      try {
        const stop = new AbortController();
        const asked = question.run(stop.signal);
        await new Promise((resolve) => setTimeout(resolve, 500));
        const begun = performance.now();
        stop.abort();
        await expect(asked).rejects.toMatchObject({ name: 'CancelledError' });
        // 200 ms until its process is ended, and room for a machine with much else to do.
        expect(performance.now() - begun).toBeLessThan(2_000);
      } finally {
        await question.close();
      }
    });
  });
});

it('the lake is as it was after all of them, and nothing is left in the profile', async () => {
  expect(lakeFiles()).toEqual(before);
  expect(readFileSync(stored, 'utf8')).toBe('name\nSmith\n');
  expect((await hall.shop.remains()).filter((name) => !name.startsWith('draft'))).toEqual([]);
  expect((await verify(hall.shop.office.lake)).findings).toEqual([]);
});
