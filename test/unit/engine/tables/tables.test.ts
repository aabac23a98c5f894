import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TableName } from '../../../../src/contract/index.ts';
import { compactTable } from '../../../../src/engine/compacting.ts';
import { openToRead } from '../../../../src/engine/open.ts';
import { verify } from '../../../../src/verify/index.ts';
import { signal, tripColumns, trips, TRIPS, Warehouse } from './warehouse.ts';

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await Warehouse.make();
});
afterAll(() => warehouse.close());

const logOf = (name: string): string => join(warehouse.lake.paths.root, 'tables', name, '_delta_log');
const definition = { schema: tripColumns, partitionBy: ['program'] };

async function errors(): Promise<string[]> {
  const report = await verify(warehouse.lake.paths.root, { workers: 0 });
  return report.findings.map(({ code, path, message }) => `${code} ${path} ${message}`);
}

it('a new table is one entry, one Delta commit with the protocol first after the commit info, and files with their partition values', async () => {
  const { claimed, versions } = await warehouse.insert([{ name: TRIPS, definition, select: trips(0, 9) }], 'First trips');
  expect(versions.map(({ table, version, totals }) => [table, version, totals?.rows, totals?.files])).toEqual([['trips', 1, 9, 3]]);
  expect(claimed.entry.subject).toBe('table:trips:v1');
  const text = readFileSync(join(logOf('trips'), '00000000000000000000.json'), 'utf8');
  const lines = text.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, never>);
  expect(lines.map((line) => Object.keys(line)[0])).toEqual(['commitInfo', 'protocol', 'metaData', 'add', 'add', 'add']);
  expect(lines[0]?.['commitInfo']).toMatchObject({ inCommitTimestamp: Date.parse(claimed.entry.at), txnId: claimed.entry.txn, seq: claimed.seq });
  const adds = lines.flatMap((line) => ('add' in line ? [line['add'] as { partitionValues: unknown; stats: string }] : []));
  expect(adds.map(({ partitionValues }) => partitionValues)).toEqual(expect.arrayContaining([{ program: null }, { program: 'Food & Aid/100%' }, { program: 'Wohnen größer' }]));
  expect(JSON.parse(adds.find(({ partitionValues }) => (partitionValues as { program: string | null }).program === null)?.stats ?? '')).toEqual({
    numRecords: 3,
    minValues: { id: 0, day: '1850-01-01', cost: 0, seen: '2024-07-30T12:00:00.123Z' },
    maxValues: { id: 6, day: '1850-01-07', cost: 0.75, seen: '2024-07-30T12:00:00.123Z' },
    nullCount: { id: 0, program: 3, day: 0, cost: 0, seen: 0 },
  });
  const [output] = claimed.entry.outputs;
  const after = text.slice(text.indexOf('\n') + 1);
  expect(output).toEqual({ ref: 'table:trips:v1', sha256: createHash('sha256').update(after).digest('hex') });
  expect(readdirSync(warehouse.lake.paths.staging)).toEqual([]);
  expect(await errors()).toEqual([]);
});

it('rows that follow are a version more, and the one before still has its own', async () => {
  await warehouse.insert([{ name: TRIPS, select: trips(9, 12) }]);
  expect(await warehouse.select(TRIPS, null, 'SELECT count(*)::VARCHAR, sum(cost)::VARCHAR FROM trips')).toEqual([['12', '8.250']]);
  expect(await warehouse.select(TRIPS, 1, 'SELECT count(*)::VARCHAR FROM trips')).toEqual([['9']]);
  const crc = JSON.parse(readFileSync(join(logOf('trips'), '00000000000000000001.crc'), 'utf8')) as { numFiles: number };
  expect(crc.numFiles).toBe(6);
});

it('a column more is NULL in rows of before, and older versions do not have it', async () => {
  const wider = { schema: [...tripColumns, { name: 'note', type: 'string' as const, nullable: true }], partitionBy: ['program'] };
  await warehouse.insert([{ name: TRIPS, definition: wider, select: `SELECT *, 'new' AS note FROM (${trips(12, 14)})` }]);
  expect(await warehouse.select(TRIPS, null, 'SELECT note, count(*)::VARCHAR FROM trips GROUP BY note ORDER BY note')).toEqual([['new', '2'], [null, '12']]);
  await expect(warehouse.select(TRIPS, 2, 'SELECT note FROM trips')).rejects.toMatchObject({ code: 'QUERY_REFUSED' });
  await expect(warehouse.insert([{ name: TRIPS, definition, select: trips(14, 15) }])).rejects.toMatchObject({ code: 'TABLE_REFUSED' });
  await expect(warehouse.insert([{ name: TRIPS, select: `SELECT NULL AS id, 'x' AS program, NULL AS day, NULL AS cost, NULL AS seen, NULL AS note` }])).rejects.toMatchObject({ code: 'TABLE_REFUSED' });
  expect(warehouse.lake.catalog.tables.version(TRIPS, null)?.version).toBe(3);
  expect(readdirSync(warehouse.lake.paths.staging)).toEqual([]);
});

it('conditions leave out partitions and files', async () => {
  const newest = warehouse.lake.catalog.tables.version(TRIPS, null);
  if (newest === null) throw new Error('There is no table.');
  const files = (conditions: Parameters<typeof warehouse.lake.catalog.tables.view>[1]): number | undefined => warehouse.lake.catalog.tables.view(newest, conditions)?.files.length;
  expect([files([]), files([{ column: 'program', is: 'null' }]), files([{ column: 'id', is: '>', value: '11' }])]).toEqual([8, 3, 2]);
});

it('compaction keeps the rows, and every older version too', async () => {
  const before = await warehouse.select(TRIPS, null, 'SELECT * FROM trips ORDER BY id');
  const done = await compactTable(warehouse.lake, TRIPS, { signal, processes: warehouse.processes });
  expect([done.before, done.after, done.rows, done.version?.version, done.version?.operation]).toEqual([8, 3, 14, 4, 'OPTIMIZE']);
  expect(await warehouse.select(TRIPS, null, 'SELECT * FROM trips ORDER BY id')).toEqual(before);
  expect(await warehouse.select(TRIPS, 3, 'SELECT * FROM trips ORDER BY id')).toEqual(before);
  expect(await warehouse.select(TRIPS, 1, 'SELECT count(*)::VARCHAR FROM trips')).toEqual([['9']]);
  const again = await compactTable(warehouse.lake, TRIPS, { signal, processes: warehouse.processes });
  expect(again.version).toBeNull();
  expect(await errors()).toEqual([]);
});

it('two tables change in one entry, and a catalog built anew says the same', async () => {
  const other = 'drivers' as TableName;
  const { claimed, versions } = await warehouse.insert([
    { name: TRIPS, select: `SELECT *, NULL AS note FROM (${trips(20, 21)})` },
    { name: other, definition: { schema: [{ name: 'name', type: 'string', nullable: true }], partitionBy: [] }, select: `SELECT 'Ann' AS name` },
  ]);
  expect(versions.map(({ table, version, seq }) => [table, version, seq])).toEqual([['trips', 5, claimed.seq], ['drivers', 1, claimed.seq]]);
  const fresh = await openToRead({ folder: warehouse.lake.paths.root, profile: join(warehouse.base, 'other'), inMemory: true });
  expect(fresh.catalog.fingerprint()).toBe(warehouse.lake.catalog.fingerprint());
  await fresh.close();
  expect(await errors()).toEqual([]);
});

it('the tenth version has a checkpoint that a Parquet reader reads, and the file that points to it', async () => {
  for (let i = 0; i < 5; i++) await warehouse.insert([{ name: TRIPS, select: `SELECT *, NULL AS note FROM (${trips(30 + i, 31 + i)})` }]);
  const log = logOf('trips');
  expect(JSON.parse(readFileSync(join(log, '_last_checkpoint'), 'utf8'))).toMatchObject({ version: 9 });
  const file = join(log, '00000000000000000009.checkpoint.parquet');
  const said = await warehouse.parquet(file, 'SELECT count(add)::VARCHAR, sum(add.size)::VARCHAR, count(remove)::VARCHAR, max(protocol.minReaderVersion)::VARCHAR, max(len(protocol.writerFeatures))::VARCHAR FROM log');
  const { totals } = warehouse.lake.catalog.tables.version(TRIPS, 10) ?? {};
  expect(said).toEqual([[String(totals?.files), String(totals?.bytes), '8', '1', '5']]);
  expect(await warehouse.parquet(file, `SELECT DISTINCT add.partitionValues['program'] AS p FROM log WHERE add IS NOT NULL ORDER BY p`)).toEqual([['Food & Aid/100%'], ['Wohnen größer'], [null]]);
  expect(await errors()).toEqual([]);
});

it('the check finds a changed byte in a data file, in a commit and in a checksum of the log, and a file that is gone', async () => {
  const found = async (file: string, bytes: Buffer | null): Promise<string[]> => {
    const kept = readFileSync(file);
    if (bytes === null) rmSync(file);
    else writeFileSync(file, bytes);
    const codes = (await errors()).map((line) => line.split(' ')[0] ?? '');
    writeFileSync(file, kept);
    return codes;
  };
  const [path = ''] = warehouse.lake.catalog.tables.view(warehouse.lake.catalog.tables.version(TRIPS, 1) as never, [])?.files.map((file) => file.path) ?? [];
  const data = join(warehouse.lake.paths.root, 'tables', 'trips', path);
  const commit = join(logOf('trips'), '00000000000000000001.json');
  expect(await found(data, Buffer.concat([readFileSync(data), Buffer.from('x')]))).toEqual(['FILE_ALTERED']);
  expect(await found(data, null)).toEqual(['FILE_MISSING']);
  expect(await found(commit, Buffer.from(readFileSync(commit, 'utf8').replace('"dataChange":true', '"dataChange":false')))).toEqual(['TABLE_LOG_ALTERED']);
  expect(await found(commit, null)).toEqual(['TABLE_LOG_MISSING']);
  expect(await found(commit.replace('.json', '.crc'), Buffer.from('{}'))).toEqual(['TABLE_LOG_ALTERED']);
  expect(await errors()).toEqual([]);
});

it('a commit of another program is seen: the table is read as the ledger has it, and not written', async () => {
  const file = join(logOf('drivers'), '00000000000000000001.json');
  writeFileSync(file, '{"commitInfo":{}}\n');
  await expect(warehouse.insert([{ name: 'drivers' as TableName, select: `SELECT 'Bob' AS name` }])).rejects.toMatchObject({ code: 'TABLE_FOREIGN', facts: { file } });
  expect(await warehouse.select('drivers' as TableName, null, 'SELECT name FROM drivers')).toEqual([['Ann']]);
  expect((await errors()).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual(['TABLE_LOG_FOREIGN tables/drivers/_delta_log/00000000000000000001.json']);
  await warehouse.insert([{ name: TRIPS, select: `SELECT *, NULL AS note FROM (${trips(40, 41)})` }]);
});
