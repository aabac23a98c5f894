import { createHmac, hkdfSync } from 'node:crypto';
import { chmodSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../../src/contract/index.ts';
import type { TableName } from '../../../../src/contract/index.ts';
import { prepareQuestion } from '../../../../src/engine/asking.ts';
import { compactTable } from '../../../../src/engine/compacting.ts';
import { destroyBody } from '../../../../src/engine/upkeep.ts';
import { defineCube } from '../../../../src/engine/cube-defining.ts';
import { refreshCube } from '../../../../src/engine/cube-refreshing.ts';
import { makeSecret, secretsOf, secretOfTable, staleTables } from '../../../../src/engine/masking.ts';
import { base32 } from '../../../../src/engine/masks/index.ts';
import { openToWrite } from '../../../../src/engine/open.ts';
import { insertPosted } from '../../../../src/engine/posted-rows.ts';
import { dropContent } from '../../../../src/engine/raw-drops.ts';
import { rotateAndRemask } from '../../../../src/engine/rotating.ts';
import type { RotateOptions, Rotation } from '../../../../src/engine/rotating.ts';
import { verify } from '../../../../src/verify/index.ts';
import { foundIn } from '../../../builders/lake/clear-values.ts';
import { signal, Warehouse } from '../tables/warehouse.ts';
import type { Normalized, NormalizeOptions } from '../../../../src/engine/normalizing.ts';
import type { WritableLake } from '../../../../src/engine/open.ts';
import { publish, put, rig, seatbelt, stateOf, work as worked } from './intake.ts';

/** A new secret, and the tables made again from their raw drops under it. */

const TESTS = 'car_sensor_tests' as TableName;
const PEOPLE = 'people' as TableName;
const OPEN = 'towns' as TableName;

let warehouse: Warehouse;
/** Filled once; each test has a copy. */
let filled: Warehouse;
beforeAll(async () => {
  warehouse = filled = await Warehouse.make();
  await fill();
  await filled.lake.close();
}, 120_000);
afterAll(async () => {
  await filled.processes.close();
  rmSync(filled.base, { recursive: true, force: true });
});
beforeEach(async () => {
  warehouse = new Warehouse();
  cpSync(filled.base, warehouse.base, { recursive: true });
  warehouse.lake = await openToWrite({ folder: join(warehouse.base, 'lake'), profile: join(warehouse.base, 'profile'), grace: 0 });
});
afterEach(() => warehouse.close());

const keyOf = (id: string): Buffer => Buffer.from((JSON.parse(readFileSync(join(warehouse.base, 'profile', 'secrets', `${id}.json`), 'utf8')) as { key: string }).key, 'base64url');
const hashUnder = (id: string, value: string): string => createHmac('sha256', keyOf(id)).update(value).digest('hex');
const tokenUnder = (id: string, value: string): string => {
  const key = Buffer.from(hkdfSync('sha256', keyOf(id), new Uint8Array(), 'hms-dta/mask-secret/token/1', 32));
  return base32(createHmac('sha256', key).update(value).digest().subarray(0, 10));
};
const rotate = (options: Partial<RotateOptions> = {}): Promise<Rotation> => rotateAndRemask(warehouse.lake, { reason: 'A laptop was lost', leave: [], signal, onProgress: () => undefined, processes: warehouse.processes, ...options });
const work = (lake: WritableLake, options: Partial<NormalizeOptions> = {}): Promise<Normalized> => worked(lake, { processes: warehouse.processes, ...options });
const current = (): string => secretsOf(warehouse.lake)[0]?.id ?? '';
const findings = async (): Promise<unknown> => (await verify(warehouse.lake.paths.root, { workers: 0 })).findings;

async function ask(sql: string): Promise<unknown[][]> {
  const question = await prepareQuestion(warehouse.lake, sql, { signal, processes: warehouse.processes });
  try {
    const { rows } = await question.run(signal);
    return (await question.page(0, rows + 1, signal)).rows.map((row) => [...row]);
  } finally {
    await question.close();
  }
}

const person = ['{name: id, logicalType: integer}', '{name: ssn, logicalType: string, customProperties: [{property: pii, value: {kind: ssn, mask: token}}]}'];

/** Two tables with masks, one without, and a drop for two of them at once. */
async function fill(): Promise<void> {
  const { lake } = warehouse;
  await publish(lake);
  await publish(lake, { name: PEOPLE, patterns: ['people*.csv'], columns: person });
  await publish(lake, { name: OPEN, patterns: ['people*.csv'], columns: ['{name: id, logicalType: integer}', '{name: ssn, logicalType: string, customProperties: [{property: pii, value: {kind: ssn, mask: redact}}]}'] });
  await put(lake, { 'seatbelt_1.csv': rig(3), 'people_1.csv': 'id,ssn\n1,219090000\n2,\n' });
  await work(lake);
  await publish(lake, { version: '1.1.0', columns: [...seatbelt, '{name: airbag, logicalType: boolean}'] });
  await put(lake, { 'seatbelt_2.csv': 'car_model,sensor_fail,test_time,ssn,airbag\nModel-Z,1,2024-07-01T00:00:00Z,219090000,true\n' });
  await work(lake);
}

const tests = 'SELECT model, fail::INTEGER, tested_at::VARCHAR, ssn, airbag, tested_month::VARCHAR, program_id::INTEGER FROM car_sensor_tests ORDER BY ALL';

describe('a new secret', () => {
  it('masks the rows of every table anew from their drops, to the digit, and nothing else of them changes', async () => {
    const { lake } = warehouse;
    await compactTable(lake, TESTS, { signal, processes: warehouse.processes });
    const old = current();
    const before = await ask(tests);
    expect(before.map(([, , , ssn]) => ssn).sort()).toEqual([hashUnder(old, '219090000'), hashUnder(old, '219090000'), hashUnder(old, '219090001'), hashUnder(old, '219090002')].sort());
    const version = lake.catalog.tables.version(TESTS, null);
    const day = version?.at ?? '';

    const phases = new Set<string>();
    const done = await rotate({ onProgress: ({ phase }) => phases.add(phase) });
    const made = current();
    expect(made).not.toBe(old);
    expect(done).toMatchObject({ secret: made, replaces: old, isNew: true, left: [], failed: [], cubes: [] });
    expect(done.tables.map(({ table, version: { version: n, operation }, rows, drops }) => [table, n, operation, rows, drops])).toEqual([[TESTS, (version?.version ?? 0) + 1, 'UPDATE', 4, 2], [PEOPLE, 2, 'UPDATE', 2, 1]]);
    expect([...phases].sort()).toEqual(['Masking car_sensor_tests again', 'Masking people again']);

    const renamed = new Map(['219090000', '219090001', '219090002'].map((ssn) => [hashUnder(old, ssn), hashUnder(made, ssn)]));
    const byText = (rows: unknown[][]): string[] => rows.map((row) => JSON.stringify(row)).sort();
    expect(byText(await ask(tests))).toEqual(byText(before.map((row) => row.map((value, i) => (i === 3 ? renamed.get(String(value)) : value)))));
    expect(await ask('SELECT id::INTEGER, ssn FROM people ORDER BY id')).toEqual([[1, tokenUnder(made, '219090000')], [2, null]]);

    // Time travel gives what it gave: the old masks.
    expect(await ask(tests.replace(' FROM car_sensor_tests', ` FROM car_sensor_tests FOR SYSTEM_TIME AS OF '${day}'`))).toEqual(before);
    expect(await ask('SELECT ssn FROM people AT (VERSION => 1) ORDER BY id')).toEqual([[tokenUnder(old, '219090000')], [null]]);

    // A table that hides nothing by the secret is left alone.
    expect(lake.catalog.tables.version(OPEN, null)?.version).toBe(1);
    expect([staleTables(lake), secretOfTable(lake, TESTS), secretOfTable(lake, TESTS, version?.version), secretOfTable(lake, OPEN)]).toEqual([[], made, old, null]);
    expect(await findings()).toEqual([]);
    expect(await foundIn(warehouse.lake.paths.root, ['219090000', '219090001', '219090002', keyOf(old), keyOf(made)], ['raw'])).toEqual([]);
    expect((await foundIn(join(warehouse.base, 'profile'), ['219090000']))).toEqual([]);
  });

  it('stands in the ledger with the drops, the contracts and both secrets; the drops stay normalized once', async () => {
    const { lake } = warehouse;
    const old = current();
    const { drops } = lake.catalog.drops(null, null, 10);
    const before = drops.map(({ id }) => lake.catalog.dropUses(id));
    const { tables: [first] } = await rotate();
    const folder = lake.paths.entry(first?.version.seq ?? -1);
    const entry = JSON.parse(readFileSync(join(folder, 'entry.json'), 'utf8')) as { inputs: { ref: string }[]; outputs: { ref: string }[] };
    const ids = drops.filter(({ name }) => name?.startsWith('seatbelt')).map(({ id }) => `raw:${id}`).reverse();
    expect([entry.inputs.map(({ ref }) => ref), entry.outputs.map(({ ref }) => ref)]).toEqual([[`table:${TESTS}:v2`, ...ids], [`table:${TESTS}:v3`]]);
    const head = JSON.parse(readFileSync(join(folder, 'body.json'), 'utf8').split('\n')[0] ?? '') as object;
    expect(head).toMatchObject({ transform: 'remask', message: 'Masked again from 2 raw drops, with a new secret', parameters: { contracts: [`${TESTS}:1.0.0`, `${TESTS}:1.1.0`], drops: 2, replaces: old, secret: current() }, tables: [{ operation: 'UPDATE', added: { rows: 4 }, removed: { rows: 4 } }] });
    expect(drops.map(({ id }) => lake.catalog.dropUses(id))).toEqual(before);
    expect(await work(lake)).toMatchObject({ drops: 0 });

    // And once more, from the same drops.
    const again = await rotate({ reason: 'Once more' });
    expect(again.tables.map(({ table, rows, version }) => [table, rows, version.version])).toEqual([[TESTS, 4, 4], [PEOPLE, 2, 3]]);
    expect(await ask('SELECT DISTINCT ssn FROM people WHERE id = 1')).toEqual([[tokenUnder(current(), '219090000')]]);
    expect(await findings()).toEqual([]);
  });

  it('takes rows under it again afterwards: drops that waited come into the table', async () => {
    const { lake } = warehouse;
    await rotate();
    await put(lake, { 'seatbelt_3.csv': rig(1).replace('ssn\n', 'ssn,airbag\n').replace(/\n$/, ',false\n') });
    expect(await work(lake)).toMatchObject({ drops: 1, held: [] });
    expect(await ask('SELECT count(*)::INTEGER, count(DISTINCT ssn)::INTEGER FROM car_sensor_tests')).toEqual([[5, 3]]);
  });

  it('refreshes the cubes over the tables, and cubes of cubes, whatever their rule', async () => {
    const { lake } = warehouse;
    const define = async (name: string, sql: string): Promise<void> => {
      await defineCube(lake, Buffer.from(`name: ${name}\nsql: ${sql}\nrefresh: by_hand\n`), { signal, processes: warehouse.processes });
      await refreshCube(lake, name, { signal, processes: warehouse.processes });
    };
    await define('by_person', 'SELECT ssn, count(*) AS n FROM car_sensor_tests GROUP BY ssn');
    await define('above', 'SELECT ssn FROM by_person WHERE n > 1');
    await define('of_towns', 'SELECT id FROM towns');
    const { cubes } = await rotate();
    expect(cubes.map((one) => [one.name, 'refreshed' in one && one.refreshed.version.version])).toEqual([['by_person', 2], ['above', 2]]);
    expect(await ask('SELECT ssn FROM above')).toEqual([[hashUnder(current(), '219090000')]]);
    expect(lake.catalog.tables.version('of_towns' as TableName, null)?.version).toBe(1);
    expect(await findings()).toEqual([]);
  });
});

describe('a rotation that is interrupted', () => {
  it('goes on with the same secret when it is asked for again; until then the drops of what is not done wait', async () => {
    const { lake } = warehouse;
    await defineCube(lake, Buffer.from('name: by_person\nsql: SELECT ssn FROM car_sensor_tests\nrefresh: by_hand\n'), { signal, processes: warehouse.processes });
    await refreshCube(lake, 'by_person', { signal, processes: warehouse.processes });
    const old = current();
    const stop = new AbortController();
    const error: unknown = await rotate({ signal: stop.signal, onProgress: ({ phase }) => phase.includes('people') && stop.abort() }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CancelledError);
    expect((error as CancelledError).kept).toBe('The new secret is in use, and 1 of 2 tables is masked with it. The same command goes on with the others; until then their drops wait.');
    const made = current();
    expect([made === old, staleTables(lake), await findings()]).toEqual([false, [PEOPLE], []]);
    expect(await ask('SELECT ssn FROM people WHERE id = 1')).toEqual([[tokenUnder(old, '219090000')]]);

    const [waiting = 0] = await put(lake, { 'people_2.csv': 'id,ssn\n3,219090002\n' });
    const { drops, held } = await work(lake);
    expect([drops, held.map(({ error: { code, next } }) => [code, next?.includes('hms dta secret rotate')])]).toEqual([0, [['SECRET_REFUSED', true]]]);

    const reopened = await warehouse.reopen();
    expect(await rotate({ reason: 'The same again' })).toMatchObject({ secret: made, replaces: old, isNew: false, tables: [{ table: PEOPLE, rows: 2 }], cubes: [{ name: 'by_person' }] });
    expect(secretsOf(reopened)).toHaveLength(2);
    expect(await ask('SELECT ssn FROM people WHERE id = 1')).toEqual([[tokenUnder(made, '219090000')]]);
    expect(await ask(`SELECT ssn FROM by_person WHERE ssn = '${hashUnder(made, '219090001')}'`)).toHaveLength(1);
    expect(await work(reopened)).toMatchObject({ drops: 1, held: [] });
    expect(stateOf(reopened, waiting).status).toBe('normalized');
    expect(await findings()).toEqual([]);
  });

  it('says so where it is stopped before its first table is done', async () => {
    const stop = new AbortController();
    const error: unknown = await rotate({ signal: stop.signal, onProgress: () => stop.abort() }).catch((thrown: unknown) => thrown);
    expect((error as CancelledError).kept).toBe('The new secret is in use, and none of 2 tables is masked with it yet. The same command goes on with them; until then their drops wait.');
  });

  it('does not let rows in that were masked with the old secret before it, and committed after', async () => {
    const { lake } = warehouse;
    const old = current();
    await put(lake, { 'people_2.csv': 'id,ssn\n3,219090002\n' });
    const other = await openToWrite({ folder: join(warehouse.base, 'lake'), profile: join(warehouse.base, 'profile') });
    try {
      // The secret is replaced between the masking of the rows and their commit.
      let rotated: Promise<Rotation> | null = null;
      const working = work(lake, { working: (_, isAtWork) => void (isAtWork && (rotated ??= rotateAndRemask(other, { reason: 'At once', leave: [], signal, onProgress: () => undefined, processes: warehouse.processes }))) });
      const { drops, held } = await working;
      expect((await (rotated as unknown as Promise<Rotation>)).failed).toEqual([]);
      await lake.refresh();
      if (held.length > 0) expect(held.map(({ error }) => error.code)).toEqual(['SECRET_REFUSED']);
      expect(drops + (await work(lake)).drops).toBe(1);
      expect(await ask('SELECT id::INTEGER, ssn FROM people ORDER BY id')).toEqual([[1, tokenUnder(current(), '219090000')], [2, null], [3, tokenUnder(current(), '219090002')]]);
      expect([current() === old, staleTables(lake)]).toEqual([false, []]);
    } finally {
      await other.close();
    }
  });
});

describe('rows that have no raw file', () => {
  async function post(): Promise<void> {
    async function* content(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from('id,ssn\n7,219090007\n'));
    }
    await insertPosted(warehouse.lake, { table: PEOPLE, format: 'csv', content: content(), inputs: [], program: 12 as never }, { processes: warehouse.processes, signal, onProgress: () => undefined });
  }

  it('stop the rotation before anything is changed, and are left under the old secret where a person says so', async () => {
    await post();
    const { lake } = warehouse;
    const old = current();
    const size = lake.catalog.position().size;
    await expect(rotate()).rejects.toMatchObject({
      code: 'SECRET_REFUSED',
      message: 'The secret was not replaced, because rows that it masks cannot be made again from raw drops. people has rows that a program posted (v2), of which there is no raw file.',
      kept: 'Nothing was changed.',
      next: 'To leave that table as it is, under its old secret and closed to new rows, add: --leave people. New rows then need a contract of another name.',
    });
    await expect(rotate({ leave: ['nothing' as TableName] })).rejects.toMatchObject({ code: 'TABLE_UNKNOWN' });
    expect([lake.catalog.position().size, current()]).toEqual([size, old]);

    expect(await rotate({ leave: [PEOPLE] })).toMatchObject({ isNew: true, tables: [{ table: TESTS }], left: [PEOPLE] });
    const made = current();
    expect(await ask('SELECT ssn FROM people ORDER BY id')).toEqual([[tokenUnder(old, '219090000')], [null], [tokenUnder(old, '219090007')]]);
    expect(await ask(`SELECT count(*)::INTEGER FROM car_sensor_tests WHERE ssn = '${hashUnder(made, '219090000')}'`)).toEqual([[2]]);
    await expect(post()).rejects.toMatchObject({ code: 'SECRET_REFUSED' });
    // What was left is not taken for something to be gone on with.
    expect(await rotate({ leave: [PEOPLE], reason: 'Once more' })).toMatchObject({ isNew: true, replaces: made, tables: [{ table: TESTS }], left: [PEOPLE] });
  });

  it('nor can they be made again where a drop is gone, whose table keeps what it has', async () => {
    const { lake } = warehouse;
    const [raw = 0] = await put(lake, { 'people_2.csv': 'id,ssn\n3,219090002\n' });
    await work(lake);
    const drop = lake.catalog.drop(raw);
    const { place } = await dropContent(lake, drop as never);
    rmSync(join(place, '../..'), { recursive: true });
    await expect(rotate()).rejects.toMatchObject({ code: 'SECRET_REFUSED', message: expect.stringContaining(`Raw drop ${raw} cannot be read any more: its file is gone. Its rows are in people.`) as string });
  });

  it('nor where the words of its entry are gone, though its bytes can be read', async () => {
    const { lake } = warehouse;
    const [raw = 0] = await put(lake, { 'people_2.csv': 'id,ssn\n3,219090002\n' });
    await work(lake);
    const drop = lake.catalog.drop(raw);
    await destroyBody(lake, drop?.seq ?? 0, 'Order 1', 'names a person');
    await expect(rotate()).rejects.toMatchObject({ code: 'SECRET_REFUSED', message: expect.stringContaining(`Raw drop ${raw} cannot be normalized again: the words of its entry, which say whose it is, are gone. Its rows are in people.`) as string });
    expect((await dropContent(lake, lake.catalog.drop(raw) as never)).place).not.toBe('');
  });

  it('a damaged drop keeps its table as it was; the others are done', async () => {
    const { lake } = warehouse;
    const drop = lake.catalog.drops(null, null, 10).drops.find(({ name }) => name === 'people_1.csv');
    const { place } = await dropContent(lake, drop as never);
    chmodSync(place, 0o600);
    const bytes = readFileSync(place);
    writeFileSync(place, 'id,ssn\n1,219090009\n2,\n');
    const old = current();
    expect(await rotate()).toMatchObject({ tables: [{ table: TESTS }], failed: [{ table: PEOPLE, error: { code: 'STORED_DAMAGED' } }] });
    expect(await ask('SELECT ssn FROM people WHERE id = 1')).toEqual([[tokenUnder(old, '219090000')]]);
    writeFileSync(place, bytes);
    expect(await rotate()).toMatchObject({ isNew: false, tables: [{ table: PEOPLE }], failed: [] });
  });
});

it('the secret of a lake without tables is replaced alone', async () => {
  await warehouse.close();
  warehouse = await Warehouse.make();
  const { id } = await makeSecret(warehouse.lake);
  expect(await rotate()).toMatchObject({ replaces: id, isNew: true, tables: [], left: [], failed: [], cubes: [] });
});
