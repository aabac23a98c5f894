import { createHmac } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TableName } from '../../../../src/contract/index.ts';
import { maskKeys } from '../../../../src/engine/mask-sql.ts';
import { makeSecret } from '../../../../src/engine/masking.ts';
import { QuerySession } from '../../../../src/engine/query/index.ts';
import { Warehouse } from '../tables/warehouse.ts';
import { BothWays } from './both-ways.ts';
import { publish, put, seatbelt, stateOf, work } from './intake.ts';
import { madeFiles } from './sure-values.ts';

/** Rows that one statement makes of a file (docs/operations/normalize.md): those of the pass row by row, or none. */

const TESTS = 'car_sensor_tests' as TableName;
let warehouse: Warehouse;
beforeEach(async () => {
  warehouse = await Warehouse.make();
});
afterEach(() => warehouse.close());

const BATCHES = Number(process.env['HMS_SURE_BATCHES'] ?? 30);
const FROM = Number(process.env['HMS_SURE_FROM'] ?? 1);

describe('files that one statement reads', () => {
  it('give the rows and statistics of the pass row by row, or are left to it', async () => {
    const ways = await BothWays.open(warehouse.lake, warehouse.processes);
    let [files, sure, clean, takesAll] = [0, 0, 0, 0];
    try {
      for (let seed = FROM; seed < FROM + BATCHES; seed++) {
        const batch = madeFiles(seed);
        const found = await ways.make(batch.files, { name: 'rows', columns: batch.columns });
        const told = `seed ${seed}: ${JSON.stringify(batch.files.map((bytes) => Buffer.from(bytes).toString()))} under ${batch.columns.join(' ')}`;
        expect(found.sure.filter((i) => found.faults[i]?.length !== 0), told).toEqual([]);
        // Where nothing has to be asked, the statement fails on what asking would find, and on nothing else.
        if (found.takesAll !== null) expect(found.takesAll, told).toBe(found.sure.length === found.looked);
        if (found.made !== null) expect(found.made.atOnce, told).toEqual(found.made.exact);
        files += batch.files.length;
        clean += found.faults.filter(({ length }) => length === 0).length;
        sure += found.sure.length;
        if (found.takesAll === true && found.looked > 1) takesAll++;
      }
    } finally {
      await ways.close();
    }
    // Else the statement would refuse too much to be of use, or be given nothing that it must refuse.
    expect({ sure: sure > clean / 2, refused: sure < files, together: takesAll > 0 }).toEqual({ sure: true, refused: true, together: true });
  });
});

describe('a drop whose file is plain', () => {
  const columns = [...seatbelt, '{name: state, logicalType: string, unique: true}'];
  const rows = (from: number, to: number): string => `car_model,sensor_fail,test_time,ssn,state\n${Array.from({ length: to - from }, (_, i) => `Model-Z,${i % 2},2024-0${1 + (i % 3)}-05T10:00:00Z,"219-09-${1_000 + from + i}",S${from + i}\n`).join('')}`;
  const told = 'SELECT model, fail::VARCHAR, tested_at::VARCHAR, tested_month::VARCHAR, ssn, state FROM car_sensor_tests ORDER BY state';

  it('has the rows and masks in its table that it has row by row, compressed or not, with drops beside it that are not plain', async () => {
    const { lake } = warehouse;
    await publish(lake, { columns });
    const files = { 'seatbelt_1.csv': rows(0, 60), 'seatbelt_2.csv.gz': gzipSync(rows(60, 90)), 'seatbelt_3.csv': `${rows(90, 99)}\n`, 'seatbelt_4.csv': rows(99, 100).replace('05T10', '05 10').replace('Z,"', ',"') };
    await put(lake, files);
    const tables = vi.spyOn(QuerySession.prototype, 'table');
    expect(await work(lake, { sureFrom: 0 })).toMatchObject({ drops: 4, rows: 100, quarantined: 0 });
    // One has an empty line, and was read row by row; one has no quotes.
    const given = tables.mock.calls.map(([table]) => `${table.name} ${table.kind} ${table.kind === 'text' ? table.file.length : ''}`);
    tables.mockRestore();
    expect(given.slice(-2)).toEqual(['#rows 0 0 plain ', '#rows 0 1 text 3']);
    const secret = await makeSecret(lake);
    const found = await warehouse.select(TESTS, null, told);
    expect(found).toHaveLength(100);
    expect(found.find((row) => row[5] === 'S7')).toEqual(['Model-Z', '1', '2024-02-05 10:00:00+00', '2024-02-01', createHmac('sha256', secret.key).update('219-09-1007').digest('hex'), 'S7']);
    expect(new Set(found.map((row) => row[4])).size).toBe(100);
    const version = lake.catalog.tables.version(TESTS, null);
    expect(version?.version).toBe(1);
  });

  it('tells what is wrong with it as it is told row by row, and keeps the others', async () => {
    const { lake } = warehouse;
    await publish(lake, { columns });
    const [good = 0, twice = 0, wrong = 0] = await put(lake, { 'seatbelt_1.csv': rows(0, 9).replace('Model-Z,1', 'Model-Z,+1'), 'seatbelt_2.csv': rows(20, 25).replace('S21', 'S20'), 'seatbelt_3.csv': rows(30, 35).replace('Model-Z,1', 'Model-Z,one') });
    expect(await work(lake, { sureFrom: 0 })).toMatchObject({ drops: 1, rows: 9, quarantined: 2 });
    expect(stateOf(lake, good).status).toBe('normalized');
    expect(stateOf(lake, twice).outcome?.findings).toEqual([{ contract: TESTS, column: 'state', kind: 'DUPLICATE', message: 'Values stand in a row before, and must be unique.', count: 1, samples: [{ line: 2, value: 'S20', why: '2 times, the last in line 3' }] }]);
    expect(stateOf(lake, wrong).outcome?.findings).toEqual([{ contract: TESTS, column: 'fail', kind: 'TYPE', message: 'Values cannot be read as a whole number.', count: 1, samples: [{ line: 3, value: 'one', why: null }] }]);
  });

  it('leaves no value that is masked, and nothing of the key, in any byte of the lake or the profile', async () => {
    const { lake } = warehouse;
    await publish(lake, { columns });
    await put(lake, { 'seatbelt_1.csv': rows(0, 30), 'seatbelt_2.csv': rows(30, 40).replace('Model-Z,1', 'Model-Z,one') });
    await work(lake, { sureFrom: 0 });
    const keys = Object.values(maskKeys(await makeSecret(lake)));
    const forms = ['219-09-1007', '219-09-1031', ...keys.flatMap((key) => [key.slice(0, 64), key.slice(0, 64).toUpperCase()])];
    const files = [...globSync(join(warehouse.base, 'lake/{tables,ledger,contracts,staging}/**/*')), ...globSync(join(warehouse.base, 'profile/**/*'))].filter((file) => statSync(file).isFile());
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => forms.some((form) => readFileSync(file).includes(form)))).toEqual([]);
  });

  it('stops where it is canceled, and is done the next time', async () => {
    const { lake } = warehouse;
    await publish(lake, { columns });
    const [raw = 0] = await put(lake, { 'seatbelt_1.csv': rows(0, 9) });
    const stop = new AbortController();
    const canceled = work(lake, { sureFrom: 0, signal: stop.signal, onProgress: () => stop.abort() });
    await expect(canceled).rejects.toMatchObject({ name: 'CancelledError' });
    expect(stateOf(lake, raw).status).toBe('queued_for_etl');
    expect(await work(lake, { sureFrom: 0 })).toMatchObject({ drops: 1, rows: 9 });
  });
});
