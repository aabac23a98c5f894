import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TableName } from '../../../../src/contract/index.ts';
import { systemClock } from '../../../../src/engine/clock.ts';
import { defineCube } from '../../../../src/engine/cube-defining.ts';
import { refreshCube } from '../../../../src/engine/cube-refreshing.ts';
import { initLake } from '../../../../src/engine/init.ts';
import type { WritableLake } from '../../../../src/engine/open.ts';
import { QueryProcesses, QuerySession } from '../../../../src/engine/query/index.ts';
import { insertRows } from '../../../../src/engine/table-rows.ts';
import { openScratch } from '../../../../src/engine/transform-world.ts';
import { never, toldBy } from './hall.ts';
import type { Told } from './hall.ts';

/** Tables and cubes as they were, in a sample lake of an office in New York, whose clock is set: half an hour before a midnight there, half an hour after it, and a day later. */

const BELTS = 'belts' as TableName;
const [FIRST, SECOND, THIRD] = ['2024-07-31T03:30:00.250Z', '2024-07-31T04:30:00.000Z', '2024-08-01T04:30:00.000Z'];
const base = mkdtempSync(join(tmpdir(), 'hms-then-'));
const processes = new QueryProcesses({ questions: 'several' });
let now = Date.parse('2024-07-31T03:00:00.000Z');
let lake: WritableLake;

beforeAll(async () => {
  ({ lake } = await initLake({ folder: join(base, 'lake'), profile: join(base, 'profile'), zone: 'America/New_York', sample: true, clock: { ...systemClock, now: () => now } }));
  const definition = { schema: [{ name: 'id', type: 'long', nullable: false }], partitionBy: [] } as const;
  for (const [i, at] of [FIRST, SECOND, THIRD].entries()) {
    now = Date.parse(at);
    const scratch = await openScratch(lake);
    const session = new QuerySession(processes, { files: [], output: scratch.outputs, temporary: scratch.temporary });
    await insertRows(lake, [{ name: BELTS, ...(i === 0 ? { definition } : {}), select: `SELECT ${i + 1}::BIGINT AS id` }], { sources: [], message: `Rows ${i + 1}` }, { session, scratch, signal: never, processes });
    await session.close();
    await scratch.close();
    now += 1_000;
    if (i === 0) await defineCube(lake, Buffer.from('name: belt_count\nsql: SELECT count(*) AS n FROM belts\nrefresh: by_hand\n'), { signal: never, processes });
    await refreshCube(lake, 'belt_count', { signal: never, processes });
  }
  now += 3_600_000;
}, 180_000);
afterAll(async () => {
  await lake.close();
  await processes.close();
  rmSync(base, { recursive: true, force: true });
});

const tell = (sql: string, options: Parameters<typeof toldBy>[2] = {}): Promise<Told> => toldBy(lake, sql, { processes, ...options });
/** Of each expression of a FROM, the version that it reads; all in one question. */
async function versions(froms: readonly string[], options: Parameters<typeof toldBy>[2] = {}): Promise<(readonly [string, string])[]> {
  const told = await tell(`SELECT ${froms.map((from) => `(SELECT count(*) FROM ${from})`).join(', ')}`, options);
  // Each version has a row more than the one before, so the rows say the same as the header.
  for (const [i, { version }] of told.relations.entries()) if (version.startsWith('belts')) expect(told.rows[0]?.[i], froms[i]).toBe(version.slice('belts:v'.length));
  return told.relations.map(({ version, instant }) => [version, instant] as const);
}
const of = (...instants: readonly string[]): string[] => instants.map((instant) => `belts FOR SYSTEM_TIME AS OF ${instant}`);

describe('AS OF', () => {
  it('at the exact instant of a commit has it, and a millisecond before has not', { timeout: 180_000 }, async () => {
    expect(await versions(of(`'${FIRST}'`, `'${SECOND}'`, `'2024-07-31T04:29:59.999Z'`, `'2024-08-01T04:29:59.999Z'`, `'${THIRD}'`))).toEqual([
      ['belts:v1', FIRST],
      ['belts:v2', SECOND],
      ['belts:v1', '2024-07-31T04:29:59.999Z'],
      ['belts:v2', '2024-08-01T04:29:59.999Z'],
      ['belts:v3', THIRD],
    ]);
  });

  it('takes a time without an offset, a date and a DATE as those of the office, and an offset as it is', { timeout: 180_000 }, async () => {
    expect(await versions(of(`'2024-07-31'`, `DATE '2024-07-31'`, `DATE '2024-07-31' + 1`, `'2024-07-31 00:30:00'`, `TIMESTAMP '2024-07-31 00:29:59'`, `'2024-07-31 00:30:00-04:00'`, `'2024-07-31T00:30:00-05:00'`, `'2024-07-31 04:29Z'`))).toEqual([
      ['belts:v1', '2024-07-31T04:00:00.000Z'],
      ['belts:v1', '2024-07-31T04:00:00.000Z'],
      ['belts:v2', '2024-08-01T04:00:00.000Z'],
      ['belts:v2', SECOND],
      ['belts:v1', '2024-07-31T04:29:59.000Z'],
      ['belts:v2', SECOND],
      ['belts:v2', '2024-07-31T05:30:00.000Z'],
      ['belts:v1', '2024-07-31T04:29:00.000Z'],
    ]);
  });

  it('takes parameters, casts and expressions, of tables and cubes', { timeout: 180_000 }, async () => {
    const froms = [...of('$then', `$day::DATE + INTERVAL 1 DAY`, `(TIMESTAMPTZ '2024-07-31 03:30:00.250+00' + INTERVAL 1 HOUR)`, `strptime('31.07.2024', '%d.%m.%Y')`), 'belt_count FOR SYSTEM_TIME AS OF $then', 'belts AT (VERSION => $number)'];
    expect(await versions(froms, { parameters: { then: SECOND, day: '2024-07-31', number: 2 } })).toEqual([
      ['belts:v2', SECOND],
      ['belts:v2', '2024-08-01T04:00:00.000Z'],
      ['belts:v2', '2024-07-31T04:30:00.250Z'],
      ['belts:v1', '2024-07-31T04:00:00.000Z'],
      ['belt_count:v1', SECOND],
      ['belts:v2', SECOND],
    ]);
  });

  it('before the first version says so, when that was, and where in the question it stands', { timeout: 180_000 }, async () => {
    await expect(tell(`SELECT 1\nFROM belts FOR SYSTEM_TIME AS OF '2024-07-30 23:30:00'`)).rejects.toMatchObject({
      code: 'VERSION_UNKNOWN',
      message: `belts did not exist at 2024-07-31T03:30:00.000Z: its first version is of ${FIRST} (line 2, character 6).`,
      facts: { position: 14 },
    });
    await expect(tell('FROM belt_count', { asOf: FIRST })).rejects.toMatchObject({ code: 'VERSION_UNKNOWN', message: `belt_count did not exist at ${FIRST}: its first version is of 2024-07-31T03:30:01.251Z (line 1, character 6).` });
    await expect(tell('FROM belts AT (VERSION => 0)')).rejects.toMatchObject({ code: 'VERSION_UNKNOWN', message: expect.stringContaining('belts has no version 0: the newest is v3') as string });
    await expect(tell(`FROM belts AT (VERSION => 'newest')`)).rejects.toMatchObject({ code: 'QUERY_REFUSED', message: expect.stringContaining('"newest" is no number of a version') as string });
  });
});

describe('then beside now', () => {
  it('joins states of tables and cubes, and the header says of each which it is', { timeout: 180_000 }, async () => {
    const sql = `SELECT n.id::INTEGER AS id, c.n::INTEGER AS was FROM belts n ANTI JOIN belts FOR SYSTEM_TIME AS OF '${FIRST}' AS t USING (id), belt_count AT (VERSION => 2) AS c JOIN belts b ON b.id = c.n ORDER BY 1`;
    const told = await tell(sql, { asOf: SECOND });
    expect([told.columns, told.rows]).toEqual([['id', 'was'], [[2, 2]]]);
    expect(told.relations).toEqual([
      { name: 'belts', version: 'belts:v2', instant: SECOND, asked: 'default' },
      { name: 'belts', version: 'belts:v1', instant: FIRST, asked: 'instant' },
      { name: 'belt_count', version: 'belt_count:v2', instant: '2024-07-31T04:30:01.000Z', asked: 'version' },
      { name: 'belts', version: 'belts:v2', instant: SECOND, asked: 'default' },
    ]);
  });

  it('asked again AS OF the instant that the header gave, it is the same although rows came', { timeout: 180_000 }, async () => {
    const told = await tell('SELECT id::INTEGER FROM belts ORDER BY 1');
    const [{ version, instant } = { version: '', instant: '' }] = told.relations;
    expect([version, instant]).toEqual(['belts:v3', new Date(now).toISOString()]);
    expect((await tell(`SELECT id::INTEGER FROM belts FOR SYSTEM_TIME AS OF '${instant}' ORDER BY 1`)).rows).toEqual(told.rows);
  });

  it('a WITH table of the same name hides the table, but not from its own text, and has no past', { timeout: 180_000 }, async () => {
    const told = await tell(`WITH belts AS (SELECT id + 10 AS id FROM belts AT (VERSION => 1)), other AS (FROM belts) SELECT (SELECT max(id)::INTEGER FROM belts), (SELECT count(*)::INTEGER FROM other), (WITH RECURSIVE belts(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM belts WHERE id < 7) SELECT max(id) FROM belts)`);
    expect([told.rows, told.relations.map(({ version }) => version)]).toEqual([[[11, 1, 7]], ['belts:v1']]);
    await expect(tell(`WITH belts AS (SELECT 1) FROM belts AT (VERSION => 1)`)).rejects.toMatchObject({ code: 'QUERY_REFUSED', facts: { position: 30 } });
  });

  it('an alias stands before or after, also with names of columns', { timeout: 180_000 }, async () => {
    const froms = [`belts AS x FOR SYSTEM_TIME AS OF '${FIRST}'`, `belts x FOR SYSTEM_VERSION AS OF 1`, `belts FOR SYSTEM_TIME AS OF '${FIRST}' x`, `belts AT (VERSION => 1) AS x`, `belts x AT (TIMESTAMP => '${FIRST}')`, `belts FOR SYSTEM_TIME AS OF '${FIRST}' AS x(id)`, `"Belts" "x" FOR SYSTEM_TIME AS OF '${FIRST}'`];
    const told = await tell(`SELECT ${froms.map((from) => `(SELECT list(x.id::INTEGER) FROM ${from} WHERE x.id > 0)`).join(', ')}`);
    expect(told.rows).toEqual([froms.map(() => '[1]')]);
    expect(new Set(told.relations.map(({ version }) => version))).toEqual(new Set(['belts:v1']));
  });
});
