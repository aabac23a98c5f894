import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProgramId, TableName } from '../../../../src/contract/index.ts';
import * as passes from '../../../../src/engine/contract-pass.ts';
import type { WritableLake } from '../../../../src/engine/open.ts';
import { QueryProcesses, QuerySession } from '../../../../src/engine/query/index.ts';
import { QueryProcess } from '../../../../src/engine/query/query-process.ts';
import { dropContent, dropOfText } from '../../../../src/engine/raw-drops.ts';
import { Receiving } from '../../../../src/engine/receiving.ts';
import { Warehouse } from '../tables/warehouse.ts';
import { publish, put, rig, seatbelt, stateOf, work } from './intake.ts';

/** Many small drops, normalized together (docs/operations/normalize.md). */

vi.mock(import('../../../../src/engine/contract-pass.ts'), { spy: true });

const TESTS = 'car_sensor_tests' as TableName;
let warehouse: Warehouse;
beforeEach(async () => {
  warehouse = await Warehouse.make();
  vi.mocked(passes.passFile).mockClear();
});
afterEach(() => warehouse.close());

/** Puts files in at the same time. */
async function putAll(lake: WritableLake, files: readonly string[], program = 12): Promise<number[]> {
  const receiving = await Receiving.begin(lake);
  const of = async function* (text: string): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.from(text));
  };
  try {
    const staged = await Promise.all(files.map((text, n) => receiving.stage(`seatbelt_${program}_${n}.csv`, of(text))));
    const received = await Promise.all(staged.map((one) => receiving.enter({ program: program as ProgramId, sender: 'test', contract: null }, one)));
    return received.map(({ rawId }) => rawId);
  } finally {
    await receiving.close();
  }
}

const readOneByOne = (): string[] => vi.mocked(passes.passFile).mock.calls.map(([{ name }]) => name);
const counted = 'SELECT count(*)::VARCHAR, count(DISTINCT ssn)::VARCHAR, min(program_id)::VARCHAR, max(program_id)::VARCHAR FROM car_sensor_tests';

describe('many small drops', () => {
  it('are in as many commits as entries need to name them, each once, from one statement and one process', { timeout: 120_000 }, async () => {
    const { lake } = warehouse;
    await publish(lake);
    const raw = [...(await putAll(lake, Array.from({ length: 40 }, (_, n) => rig(3, { from: 3 * n })))), ...(await putAll(lake, Array.from({ length: 30 }, (_, n) => rig(3, { from: 1_000 + 3 * n })), 13))];
    const taken = vi.spyOn(QueryProcesses.prototype, 'take');
    const written = vi.spyOn(QuerySession.prototype, 'parts');
    expect(await work(lake)).toMatchObject({ drops: 70, rows: 210, quarantined: 0 });
    expect([taken.mock.calls.length, written.mock.calls.length, readOneByOne()]).toEqual([1, 2, []]);
    vi.restoreAllMocks();
    const versions = [1, 2].map((number) => lake.catalog.tables.version(TESTS, number));
    expect(versions.map((version) => version?.totals?.rows)).toEqual([186, 210]);
    expect(lake.catalog.tables.version(TESTS, null)?.version).toBe(2);
    expect(raw.map((number) => stateOf(lake, number).tables.map(({ version }) => version).join())).toEqual(raw.map((_, i) => (i < 62 ? '1' : '2')));
    expect(await warehouse.select(TESTS, null, counted)).toEqual([['210', '210', '12', '13']]);
    // Nothing of a batch is left in the profile.
    expect(readdirSync(join(warehouse.base, 'profile'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.csv') || name.endsWith('.parquet'))).toEqual([]);
  });

  it('of which one is in doubt, or has a double, stay together without it', { timeout: 60_000 }, async () => {
    const { lake } = warehouse;
    await publish(lake, { columns: [...seatbelt.slice(0, 3), '{name: ssn, logicalType: string, unique: true, customProperties: [{property: pii, value: {kind: ssn, mask: hash}}]}'] });
    const [, doubtful, , twice, short] = ['', '1e0', '', '', ''].map((fail, n) => rig(4, { from: 10 * n }).replace(/,[01],/, fail === '' ? '$&' : `,${fail},`));
    const files = [rig(4), doubtful, rig(4, { from: 20 }), twice?.replace('219090031', '219090030'), short?.replace(/,\d+\n$/, '\n')].map((text) => text ?? '');
    const raw = await putAll(lake, files);
    expect(await work(lake)).toMatchObject({ drops: 2, rows: 8, quarantined: 3 });
    expect(readOneByOne().sort()).toEqual(['seatbelt_12_1.csv', 'seatbelt_12_3.csv', 'seatbelt_12_4.csv']);
    expect(raw.map((number) => stateOf(lake, number).outcome?.findings.map(({ kind, count }) => `${kind} ${count}`))).toEqual([undefined, ['TYPE 1'], undefined, ['DUPLICATE 1'], ['FIELDS 1']]);
  });

  it('of which one is in doubt only when it is written are written without it, and it is read by itself', { timeout: 60_000 }, async () => {
    const { lake } = warehouse;
    await publish(lake);
    const raw = await putAll(lake, [rig(4), rig(4, { from: 10 }).replace(/,[01],/, ',+1,'), rig(4, { from: 20 }).replace(/,[01],/, ',one,'), rig(4, { from: 30 })]);
    expect(await work(lake)).toMatchObject({ drops: 3, rows: 12, quarantined: 1 });
    expect(readOneByOne()).toEqual(['seatbelt_12_1.csv', 'seatbelt_12_2.csv']);
    expect(raw.map((number) => stateOf(lake, number).status)).toEqual(['normalized', 'normalized', 'quarantined', 'normalized']);
    expect(lake.catalog.tables.version(TESTS, null)?.version).toBe(1);
    expect(await warehouse.select(TESTS, null, counted)).toEqual([['12', '12', '12', '12']]);
  });

  it('whose bytes are not those that arrived are found by halves, and the others come into the table', { timeout: 60_000 }, async () => {
    const { lake } = warehouse;
    await publish(lake);
    const raw = await putAll(lake, Array.from({ length: 5 }, (_, n) => rig(2, { from: 10 * n })));
    const { place } = await dropContent(lake, dropOfText(lake, String(raw[3])));
    chmodSync(place, 0o600);
    writeFileSync(place, rig(2, { from: 90 }));
    expect(await work(lake)).toMatchObject({ drops: 4, rows: 8, quarantined: 1 });
    expect(stateOf(lake, raw[3] ?? 0).outcome?.findings).toMatchObject([{ kind: 'DAMAGED' }]);
  });

  it('under a contract with SQL of a person have a process that sees their files alone', { timeout: 60_000 }, async () => {
    const { lake } = warehouse;
    await publish(lake, { columns: [...seatbelt.slice(0, 3), '{name: ssn, logicalType: string, quality: [{type: sql, query: "SELECT count(*) FROM {object} WHERE length({property}) > 9", mustBe: 0}]}'] });
    await publish(lake, { name: 'others', patterns: ['other_*.csv'] });
    await putAll(lake, [rig(2), rig(2, { from: 10 })]);
    await put(lake, { 'other_1.csv': rig(2, { from: 20 }) });
    const opened = vi.spyOn(QueryProcess.prototype, 'open');
    expect(await work(lake)).toMatchObject({ drops: 3, rows: 6, quarantined: 0 });
    const seen = opened.mock.calls.map(([{ files, folders = [] }]) => [files.length, folders.length]).sort(([a = 0], [b = 0]) => a - b);
    vi.restoreAllMocks();
    // Of two drops: the files, and two for each that is read row by row.
    expect(seen).toEqual([[0, 1], [6, 0]]);
  });
});
