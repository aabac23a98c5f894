import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sha256, TableName } from '../../../../src/contract/index.ts';
import { placeContract } from '../../../../src/engine/contract-copies.ts';
import { compileContract } from '../../../../src/engine/contracts/index.ts';
import type { CubePlan } from '../../../../src/engine/cube-definition.ts';
import { cubeSources, cubeStatement } from '../../../../src/engine/cube-sources.ts';
import { defineCube } from '../../../../src/engine/cube-defining.ts';
import { refreshCube } from '../../../../src/engine/cube-refreshing.ts';
import { publishContract } from '../../../../src/engine/contracting.ts';
import { toHex } from '../../../../src/core/index.ts';
import { newTxn, sha256 } from '../../../../src/engine/lake/index.ts';
import { QueryProcesses } from '../../../../src/engine/query/index.ts';
import { dropContent } from '../../../../src/engine/raw-drops.ts';
import { planFilter } from '../../../../src/engine/transforms/filter-plan.ts';
import type { World } from '../../../../src/engine/transforms/world.ts';
import { verify } from '../../../../src/verify/index.ts';
import { reachingOut, takingEverything } from '../../../builders/attacks.ts';
import { contractText, put, stateOf, work } from '../normalize/intake.ts';
import { signal, tripColumns, trips, TRIPS, Warehouse } from '../tables/warehouse.ts';

/** The attacks of questions, tried through the rules of contracts, the definitions of cubes and the conditions of filters. */

const STOLEN = '/tmp/hms-stolen-by-definition.csv';
const columns = ['{name: model, logicalType: string}'];

let warehouse: Warehouse;
/** Statements that take everything are stopped soon, so that the tests are short; honest ones have the time that they need. */
const bounded = new QueryProcesses({ limits: { memoryBytes: 700 * 2 ** 20, ms: 3_000 } });
let stored = '';
let before: string[] = [];
beforeAll(async () => {
  warehouse = await Warehouse.make();
  const { lake } = warehouse;
  await warehouse.insert([{ name: TRIPS, definition: { schema: tripColumns, partitionBy: [] }, select: trips(0, 9) }]);
  const [other = 0] = await put(lake, { 'other.csv': 'name\nSmith\n' }, null, 13);
  stored = (await dropContent(lake, lake.catalog.drop(other) as never)).place;
  before = contentFiles();
}, 120_000);
afterAll(async () => {
  await bounded.close();
  await warehouse.close();
});

/** Files of tables, of datasets and of drops, whose names or bytes nobody's SQL may change. */
function contentFiles(): string[] {
  return globSync(['tables/**/*.parquet', 'raw/**/content/**', 'store/**'], { cwd: warehouse.lake.paths.root }).sort();
}

function withRules(name: string, rules: readonly string[]): string {
  const quality = rules.map((sql, i) => `      - {type: sql, name: rule ${i}, query: ${JSON.stringify(sql)}, mustBe: 1}\n`).join('');
  return contractText({ name, patterns: [`${name}*.csv`], columns, quality: `    quality:\n${quality}` });
}

/** A contract that is in the ledger although no program of now would put it there. */
async function smuggle(text: string): Promise<void> {
  const { lake } = warehouse;
  const compiled = compileContract(Buffer.from(text));
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.faults));
  const { plan } = compiled.compiled;
  const hash = toHex(sha256(Buffer.from(text))) as Sha256;
  await lake.ledger.act(lake.signer, { op: 'contract.published', subject: `contract:${plan.name}:${hash}`, head: { version: plan.version, text, major: false } });
  const folder = lake.paths.transaction(newTxn(lake.clock));
  await lake.durable.makeFolder(folder);
  await placeContract(lake, plan.name, hash, Buffer.from(text), folder);
  await lake.durable.removeTree(folder);
}

const attacks = (own: string): readonly string[] => reachingOut({ own, stored, stolen: STOLEN });

describe('a rule of a contract', () => {
  it('that reaches out is not published, and one that is in the ledger all the same quarantines the drop, with a sentence for each', { timeout: 120_000 }, async () => {
    const { lake, processes } = warehouse;
    const tried = attacks('{object}').filter((sql) => sql.length < 100_000);
    expect(tried.length).toBeGreaterThan(50);
    expect(compileContract(Buffer.from(withRules('too_long', [attacks('{object}').find((sql) => sql.length > 100_000) ?? ''])))).toMatchObject({ ok: false });
    for (const sql of [`COPY {object} TO '${STOLEN}'`, `FROM '${stored}'`, 'SELECT 1; SELECT 2', `SELECT count(*) FROM read_text('/etc/passwd')`]) {
      await expect(publishContract(lake, Buffer.from(withRules('hostile', [sql])), { major: false, signal, processes }), sql).rejects.toMatchObject({ code: 'CONTRACT_INVALID' });
    }
    await smuggle(withRules('hostile', [...tried, 'SELECT 1']));
    const [raw = 0] = await put(lake, { 'hostile.csv': 'model\nModel-Z\n' });
    expect(await work(lake, { processes })).toMatchObject({ drops: 0, quarantined: 1, held: [] });
    const found = stateOf(lake, raw).outcome?.findings ?? [];
    expect(found.map(({ kind, message }) => [kind, /^The rule "rule (\d+)" cannot be asked: /.exec(message)?.[1]])).toEqual(tried.map((_, i) => ['RULE_FAILED', String(i)]));
    expect(found.map(({ message }) => message).join('\n')).not.toMatch(/Smith|root:/);
  });

  it('that would take everything is stopped, the others are asked, and the next drop is normalized', { timeout: 180_000 }, async () => {
    const { lake, processes } = warehouse;
    await smuggle(withRules('greedy', [...takingEverything, 'SELECT count(*) FROM {object}']));
    const [raw = 0] = await put(lake, { 'greedy.csv': 'model\nModel-A\n' });
    expect(await work(lake, { processes: bounded })).toMatchObject({ quarantined: 1 });
    expect(stateOf(lake, raw).outcome?.findings.map(({ kind }) => kind)).toEqual(takingEverything.map(() => 'RULE_FAILED'));
    await smuggle(withRules('honest', ['SELECT count(*) FROM {object}']));
    await put(lake, { 'honest.csv': 'model\nModel-B\n' });
    expect(await work(lake, { processes })).toMatchObject({ drops: 1, rows: 1, quarantined: 0 });
  });
});

describe('the definition of a cube', () => {
  const yaml = (sql: string): Buffer => Buffer.from(`name: hostile_cube\nrefresh: by_hand\nsql: ${JSON.stringify(sql)}\n`);

  it('that reaches out is refused, each way of it', { timeout: 120_000 }, async () => {
    const { lake, processes } = warehouse;
    const process = processes.take();
    try {
      for (const sql of attacks(TRIPS)) {
        const plan: CubePlan = { name: 'hostile_cube' as TableName, description: null, sql, window: null, refresh: 'by_hand', partition: [] };
        const looked = cubeStatement(plan, process, signal).then((statement) => cubeSources(lake, plan, statement, null));
        await expect(looked, sql.slice(0, 120)).rejects.toMatchObject({ name: 'HmsError', code: expect.stringMatching(/^(CUBE_INVALID|QUERY_REFUSED)$/) as string });
      }
    } finally {
      await process.close();
    }
    for (const sql of [`COPY ${TRIPS} TO '${STOLEN}'`, `SELECT id FROM ${TRIPS}; COPY (SELECT 1) TO '${STOLEN}'`, `SELECT id, (SELECT count(*) FROM '${stored}') AS n FROM ${TRIPS}`, `FROM dataset('X', 'a.csv')`]) {
      await expect(defineCube(lake, yaml(sql), { signal, processes }), sql).rejects.toMatchObject({ code: expect.stringMatching(/^(CUBE_INVALID|QUERY_REFUSED)$/) as string });
    }
    // One that is in the ledger all the same has no rows.
    const text = yaml(`SELECT id, (SELECT content FROM read_text('/etc/passwd')) AS x FROM ${TRIPS}`).toString();
    await lake.ledger.act(lake.signer, { op: 'cube.defined', subject: 'cube:hostile_cube:v1', head: { text }, outputs: [{ ref: 'definition', sha256: toHex(sha256(Buffer.from(text))) as never }] });
    await expect(refreshCube(lake, 'hostile_cube', { signal, processes })).rejects.toMatchObject({ code: expect.stringMatching(/^(CUBE_INVALID|QUERY_REFUSED)$/) as string });
    expect(lake.catalog.tables.version('hostile_cube' as TableName, null)).toBeNull();
  });

  it('that would take everything is stopped when it is defined, or when it is refreshed, and an honest one is made', { timeout: 240_000 }, async () => {
    const { lake, processes } = warehouse;
    for (const [i, sql] of takingEverything.entries()) {
      const name = `greedy_${i}`;
      const made = defineCube(lake, Buffer.from(`name: ${name}\nrefresh: by_hand\nsql: ${JSON.stringify(`SELECT id, (${sql}) AS n FROM ${TRIPS}`)}\n`), { signal, processes: bounded }).then(() => refreshCube(lake, name, { signal, processes: bounded }));
      await expect(made, sql).rejects.toMatchObject({ name: 'HmsError', code: expect.stringMatching(/^(QUERY_STOPPED|QUERY_REFUSED|NO_SPACE)$/) as string });
      expect(lake.catalog.tables.version(name as TableName, null)).toBeNull();
    }
    await defineCube(lake, Buffer.from(`name: honest_cube\nsql: SELECT id FROM ${TRIPS}\n`), { signal, processes });
    expect(await refreshCube(lake, 'honest_cube', { signal, processes })).toMatchObject({ rows: 9 });
  });
});

it('a condition of a filter that reaches out is refused, in whichever way it leaves the condition', { timeout: 120_000 }, async () => {
  const process = warehouse.processes.take();
  const file = { path: 'a.csv', stored: '', ref: 'A:v1', sha256: null, size: 1 };
  const world = {
    sources: [{ ref: 'A:v1', files: () => [file], fileAt: () => file }],
    signal,
    judge: (sql: string) => process.judge(sql, null, signal),
    expect: () => undefined,
    queries: () => Promise.reject(new Error('A condition that is refused opens nothing.')),
  } as unknown as World;
  try {
    for (const sql of attacks('rows')) {
      for (const where of [`EXISTS (${sql}\n)`, `true); ${sql}; SELECT (true`, `true) UNION ALL (${sql}`]) {
        await expect(planFilter({ name: 'csv_filter', where }, world), where.slice(0, 120)).rejects.toMatchObject({ name: 'HmsError', code: 'QUERY_REFUSED' });
      }
    }
  } finally {
    await process.close();
  }
});

it('nothing was written or read beyond, and the lake is whole', async () => {
  expect(existsSync(STOLEN)).toBe(false);
  const added = contentFiles().filter((file) => !before.includes(file));
  expect(added.filter((file) => !/^(raw\/|tables\/(honest|honest_cube)\/)/.test(file))).toEqual([]);
  expect(before.filter((file) => !existsSync(join(warehouse.lake.paths.root, file)))).toEqual([]);
  expect(readFileSync(stored, 'utf8')).toBe('name\nSmith\n');
  expect((await verify(warehouse.lake.paths.root, { workers: 0 })).findings).toEqual([]);
});
