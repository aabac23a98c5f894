import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { publishContract } from '../../../../src/engine/contracting.ts';
import { defineCube } from '../../../../src/engine/cube-defining.ts';
import { refreshCube } from '../../../../src/engine/cube-refreshing.ts';
import { CUBE_MS, QuerySession, RULE_MS, TRIAL_MS } from '../../../../src/engine/query/index.ts';
import { contractText, put, stateOf, work } from '../normalize/intake.ts';
import { signal, tripColumns, trips, TRIPS, Warehouse } from '../tables/warehouse.ts';

/** Statements that take no memory and never end. Their limits are minutes: the tests see that they are given, and wait for half a second of them. */

const ENDLESS = 'range(1000000) b, range(1000000) c WHERE hash(b.range, c.range) = 1';

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await Warehouse.make();
  await warehouse.insert([{ name: TRIPS, definition: { schema: tripColumns, partitionBy: [] }, select: trips(0, 9) }]);
}, 120_000);
afterEach(() => vi.restoreAllMocks());
afterAll(() => warehouse.close());

/** The limits that statements of sessions were given, those of the engine's own left out; each is half a second instead. */
function shortened(): (number | null)[] {
  const given: (number | null)[] = [];
  const { select, parts } = QuerySession.prototype;
  const short = (ms: number | null): number | null => {
    if (ms !== null) given.push(ms);
    return ms === null ? null : 500;
  };
  vi.spyOn(QuerySession.prototype, 'select').mockImplementation(function (this: QuerySession, sql, wanted, filter, ms = null) {
    return select.call(this, sql, wanted, filter, short(ms));
  });
  vi.spyOn(QuerySession.prototype, 'parts').mockImplementation(function (this: QuerySession, sql, folder, by, wanted, options = {}) {
    return parts.call(this, sql, folder, by, wanted, { ...options, ms: short(options.ms ?? null) });
  });
  return given;
}

const STOPPED = 'The statement was stopped: it was not done after 0.5 s, which is the longest that it may take.';
const withRule = (name: string, sql: string): string =>
  contractText({ name, patterns: [`${name}*.csv`], columns: ['{name: model, logicalType: string}'], quality: `    quality:\n      - {type: sql, name: never, query: ${JSON.stringify(sql)}, mustBe: 0}\n` });

it('a rule that never ends quarantines the file, says so, and lets the next drop through', { timeout: 120_000 }, async () => {
  const { lake, processes } = warehouse;
  await publishContract(lake, Buffer.from(withRule('endless', `SELECT count(*) FROM {object}, ${ENDLESS}`)), { major: false, signal, processes });
  await publishContract(lake, Buffer.from(withRule('honest', 'SELECT 0 FROM {object}')), { major: false, signal, processes });
  const given = shortened();
  const [raw = 0] = await put(lake, { 'endless.csv': 'model\nModel-Z\n' });
  await put(lake, { 'honest.csv': 'model\nModel-A\n' });
  expect(await work(lake, { processes })).toMatchObject({ drops: 1, rows: 1, quarantined: 1, held: [] });
  const { status, outcome } = stateOf(lake, raw);
  expect(status).toBe('quarantined');
  expect(outcome?.findings.map(({ kind: one, message }) => [one, message])).toEqual([['RULE_FAILED', `The rule "never" cannot be asked: ${STOPPED}`]]);
  expect(new Set(given)).toEqual(new Set([RULE_MS]));
});

it('a rule that never ends over no rows is not published', { timeout: 120_000 }, async () => {
  const { lake, processes } = warehouse;
  const given = shortened();
  await expect(publishContract(lake, Buffer.from(withRule('never', `SELECT count(*) FROM ${ENDLESS}`)), { major: false, signal, processes })).rejects.toMatchObject({
    code: 'CONTRACT_INVALID',
    message: `The rule "never" of never cannot be asked: ${STOPPED}`,
  });
  expect(given).toEqual([TRIAL_MS]);
});

it('a cube whose rows are never made keeps its last version', { timeout: 120_000 }, async () => {
  const { lake, processes } = warehouse;
  const definition = (sql: string): Buffer => Buffer.from(`name: slow_cube\nrefresh: by_hand\nsql: ${JSON.stringify(sql)}\n`);
  await defineCube(lake, definition(`SELECT count(*) AS n FROM ${TRIPS}`), { signal, processes });
  const { version } = await refreshCube(lake, 'slow_cube', { signal, processes });
  await defineCube(lake, definition(`SELECT count(*) AS n FROM ${TRIPS}, ${ENDLESS}`), { signal, processes });
  const given = shortened();
  await expect(refreshCube(lake, 'slow_cube', { signal, processes })).rejects.toMatchObject({ code: 'QUERY_STOPPED', message: expect.stringContaining(STOPPED) as string });
  expect(given).toEqual([CUBE_MS]);
  expect(lake.catalog.tables.version(version.table, null)?.version).toBe(1);
});
