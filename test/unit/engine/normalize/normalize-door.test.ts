import { join } from 'node:path';
import { Readable } from 'node:stream';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ProgramId } from '../../../../src/contract/index.ts';
import { routes } from '../../../../src/contract/api/index.ts';
import type { RawState } from '../../../../src/contract/api/index.ts';
import { openToRead, openToWrite } from '../../../../src/engine/open.ts';
import { insertPosted } from '../../../../src/engine/posted-rows.ts';
import { QueryProcesses } from '../../../../src/engine/query/index.ts';
import { lake as lakes } from '../../../../src/sdk/index.ts';
import { DoorBench } from '../../../builders/door.ts';
import { signal } from '../tables/warehouse.ts';
import { publish, put, rig, seatbelt, stateOf } from './intake.ts';

/** Normalizing behind the door: by itself, and for programs that do it themselves. */

let bench: DoorBench;
const open = { folder: '', profile: '' };
beforeAll(async () => {
  bench = await DoorBench.withLake();
  Object.assign(open, { folder: join(bench.folder, 'lakes', 'Records'), profile: join(bench.folder, 'profile') });
  const lake = await openToWrite(open);
  await publish(lake);
  await publish(lake, { name: 'posted', patterns: ['never.dat'], columns: seatbelt });
  await lake.close();
});
afterAll(() => bench.remove());

async function post(files: Readonly<Record<string, string>>): Promise<{ raw_id: number; status: string; name?: string }[]> {
  const form = new FormData();
  form.set('program_id', '12');
  for (const [name, text] of Object.entries(files)) form.append('file', new Blob([text]), name);
  const response = await bench.raw('/dta/raw', { method: 'POST', body: form });
  const answer = (await response.json()) as { drops?: never[]; raw_id: number; status: string };
  return answer.drops ?? [answer];
}

async function until(raw: number, ...statuses: string[]): Promise<RawState> {
  for (let tries = 0; tries < 1_200; tries++) {
    const state = await bench.ask(routes.getRaw, { params: { raw: String(raw) } });
    if (statuses.includes(state.status)) return state;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Raw drop ${raw} was never ${statuses.join(' or ')}.`);
}

const rows = (query: string, body: string, type = 'text/csv'): Promise<Response> => bench.raw(`/dta/tables/posted/rows${query}`, { method: 'POST', body, headers: { 'content-type': type } });

describe('a drop that is posted', () => {
  it('is queued, and normalized by itself, as a job that says how many', async () => {
    const [one] = await post({ 'seatbelt_1.csv': rig(20) });
    expect(one).toEqual({ raw_id: one?.raw_id, status: 'queued_for_etl' });
    expect(await until(one?.raw_id ?? 0, 'normalized')).toMatchObject({ tables: [{ table: 'car_sensor_tests', version: 1 }], findings: [], trouble: null });
    const { jobs } = await bench.ask(routes.listJobs, {});
    const job = await bench.ended(jobs.find(({ kind }) => kind === 'normalize')?.id ?? '');
    expect(job).toMatchObject({ state: 'done', result: { kind: 'normalize', drops: 1, rows: 20, quarantined: 0 } });
    expect((await post({ 'again.csv': rig(20) }))[0]).toMatchObject({ status: 'normalized', duplicate: true });
    expect((await bench.ask(routes.listTables, {})).items).toMatchObject([{ name: 'car_sensor_tests', version: 1, rows: 20, files: 1 }]);
    expect(await bench.ask(routes.getTable, { params: { name: 'car_sensor_tests' } })).toMatchObject({ partitioned_by: ['program_id', 'tested_month'], contract: { name: 'car_sensor_tests' } });
    expect(await bench.refused(routes.getTable, { params: { name: 'nothing' } })).toMatchObject({ code: 'TABLE_UNKNOWN', status: 404 });
  });

  it('is quarantined with its findings, and can be tried again', async () => {
    const [bad] = await post({ 'seatbelt_bad.csv': rig(2).replace('ssn', 'airbag') });
    const raw = String(bad?.raw_id);
    const state = await until(bad?.raw_id ?? 0, 'quarantined');
    expect(state.findings.map(({ column, kind }) => [column, kind])).toEqual([['airbag', 'UNKNOWN_COLUMN'], ['ssn', 'MISSING_COLUMN']]);
    expect(await bench.ask(routes.retryRaw, { params: { raw } })).toMatchObject({ status: 'queued_for_etl' });
    expect((await until(bad?.raw_id ?? 0, 'quarantined')).line_word).toBe('line');
  });

  it('that no contract takes is stored, and says why', async () => {
    const why = async (raw: number | undefined) => (await bench.ask(routes.getRaw, { params: { raw: String(raw) } })).why;
    const [plain] = await post({ 'readme.txt': 'hello' });
    expect(plain).toMatchObject({ status: 'stored' });
    expect(await why(plain?.raw_id)).toBe('The drop is kept as it came, and nothing more is done with it: no contract has a pattern that its name fits.');
    const form = new FormData();
    for (const [name, value] of Object.entries({ program_id: '12', contract: 'car_sensor_test' })) form.set(name, value);
    form.append('file', new Blob([rig(3, { from: 900 })]), 'seatbelt_9.csv');
    const sent = (await (await bench.raw('/dta/raw', { method: 'POST', body: form })).json()) as { raw_id: number };
    expect(sent).toEqual({ raw_id: sent.raw_id, status: 'stored' });
    expect(await why(sent.raw_id)).toBe('The drop is kept as it came, and nothing more is done with it: it was sent for the contract car_sensor_test, which is not published here (the nearest name is car_sensor_tests).');
    form.set('contract', 'car_sensor_tests');
    const note = `The same bytes came before, for the contract car_sensor_test, and that counts. If they are for car_sensor_tests: POST /dta/raw/${sent.raw_id}/retry?contract=car_sensor_tests`;
    expect(await (await bench.raw('/dta/raw', { method: 'POST', body: form })).json()).toEqual({ raw_id: sent.raw_id, status: 'stored', duplicate: true, note });
    const given = { params: { raw: String(sent.raw_id) }, query: { contract: 'car_sensor_tests' } };
    expect(await bench.refused(routes.retryRaw, { ...given, query: { contract: 'nothing' } })).toMatchObject({ code: 'CONTRACT_UNKNOWN', status: 404 });
    expect(await bench.ask(routes.retryRaw, given)).toMatchObject({ status: 'queued_for_etl', contract: 'car_sensor_tests' });
    await until(sent.raw_id, 'normalized');
    expect(await (await bench.raw('/dta/raw', { method: 'POST', body: form })).json()).toEqual({ raw_id: sent.raw_id, status: 'normalized', duplicate: true });
  });

  it('that waited when the program ended is normalized when it opens the lake again', async () => {
    await bench.door.close();
    const lake = await lakes.open(open.folder, { profile: open.profile });
    const { rawId } = await lake.raw.put((async function* () { yield await Promise.resolve(Buffer.from(rig(5, { from: 500 }))); })(), { program: 12, as: 'seatbelt_5.csv' });
    await lake.close();
    await bench.again({ lake: open.folder });
    expect(await until(rawId, 'normalized')).toMatchObject({ tables: [{ table: 'car_sensor_tests', version: 3 }] });
  });

  it('that another program brought while nobody asks this one anything is found by itself within half a minute', async () => {
    await bench.door.close();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      await bench.again({ lake: open.folder });
      // It looks two seconds after it has opened the lake.
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      const lake = await openToWrite(open);
      const [raw = 0] = await put(lake, { 'seatbelt_6.csv': rig(5, { from: 600 }) });
      await lake.close();
      vi.advanceTimersByTime(30_000);
      const reader = await openToRead(open);
      const isSo = async (): Promise<void> => {
        await reader.refresh();
        expect(stateOf(reader, raw).status).toBe('normalized');
      };
      await vi.waitFor(isSo, { timeout: 20_000, interval: 200 });
      await reader.close();
      await bench.door.close();
    } finally {
      vi.useRealTimers();
    }
    await bench.again({ lake: open.folder });
  });
});

describe('rows that a program made', () => {
  it('come into the table with the drops that they were made from, once; what does not keep to the contract is refused with its findings', async () => {
    const [one] = await post({ 'anything.txt': 'made elsewhere' });
    const inputs = `?inputs=${one?.raw_id ?? 0}`;
    const bad = await rows(inputs, 'model,fail,tested_at,ssn\nModel-Z,x,2024-07-31 10:00:00,\n');
    expect([bad.status, await bad.json()]).toMatchObject([422, { code: 'CONTENT_REFUSED', facts: { findings: [{ column: 'fail', kind: 'TYPE' }] } }]);
    const good = await rows(inputs, 'program_id,model,fail,tested_at,ssn\n12,Model-Z,1,2024-07-31 10:00:00,219099999\n');
    expect([good.status, await good.json()]).toEqual([201, { table: 'posted', version: 1, rows: 1 }]);
    expect(await bench.ask(routes.getRaw, { params: { raw: String(one?.raw_id) } })).toMatchObject({ status: 'normalized', tables: [{ table: 'posted', version: 1 }] });
    expect(await (await rows(inputs, 'model,fail,tested_at,ssn\nModel-Z,1,2024-07-31,\n')).json()).toMatchObject({ code: 'TABLE_REFUSED' });
    const other = await rows('?program_id=12', 'program_id,model,fail,tested_at,ssn\n12,Model-Z,1,2024-07-31 10:00:00,\n99,Model-Z,1,2024-07-31 10:00:00,\n');
    expect([other.status, await other.json()]).toMatchObject([422, { facts: { findings: [{ column: 'program_id', kind: 'LIMIT', message: 'Rows name another program than 12, for which they were posted.', count: 1, samples: [{ line: 3 }] }] } }]);
    expect(await (await rows('?program_id=13', '{"car_model":"A","sensor_fail":0,"test_time":"2024-08-01T00:00:00Z","ssn":null}\n', 'application/x-ndjson')).json()).toEqual({ table: 'posted', version: 2, rows: 1 });
  });

  it('are taken packed with gzip, and refused with 415 where they are packed otherwise, with 422 where they are not packed or unpack to too much', async () => {
    const packed = async (body: Uint8Array, headers: Record<string, string> = {}) => {
      const answer = await bench.raw('/dta/tables/posted/rows?program_id=14', { method: 'POST', headers: { 'content-type': 'text/csv', ...headers }, body: body as Uint8Array<ArrayBuffer> });
      return { status: answer.status, accepts: answer.headers.get('accept-encoding'), body: (await answer.json()) as Record<string, unknown> };
    };
    const text = Buffer.from('model,fail,tested_at,ssn\nModel-Z,1,2024-07-31 10:00:00,219099999\n');
    expect(await packed(gzipSync(text), { 'content-encoding': 'gzip' })).toMatchObject({ status: 201, body: { table: 'posted', rows: 1 } });
    expect(await packed(gzipSync(text))).toMatchObject({ status: 201, body: { table: 'posted', rows: 1 } });
    expect(await packed(brotliCompressSync(text), { 'content-encoding': 'br' })).toMatchObject({ status: 415, accepts: 'gzip', body: { code: 'MEDIA_REFUSED', detail: 'Rows cannot be packed with br.' } });
    expect(await packed(text, { 'content-encoding': 'gzip' })).toMatchObject({ status: 422, body: { code: 'CONTENT_REFUSED', detail: 'The rows are said to be packed with gzip, and are not.' } });
    expect(await packed(gzipSync(text).subarray(0, 30), { 'content-encoding': 'gzip' })).toMatchObject({ status: 422, body: { code: 'CONTENT_REFUSED' } });
    const lake = await openToWrite(open);
    const bomb = { table: 'posted', format: 'csv' as const, content: Readable.from([gzipSync(Buffer.alloc(1_000_000, 'model\n'))]), mostUnpacked: 100_000, inputs: [], program: 14 as ProgramId };
    await expect(insertPosted(lake, bomb, { processes: new QueryProcesses(), signal, onProgress: () => undefined })).rejects.toMatchObject({ code: 'CONTENT_REFUSED', message: '"the rows for posted" unpacks to more than 100,000 bytes.' });
    await lake.close();
  });

  it('are refused where an object has one name twice, since one of the two values would be lost', async () => {
    const before = await bench.ask(routes.getTable, { params: { name: 'posted' } });
    const answer = await rows('?program_id=12', '{"model":"A","fail":0,"tested_at":"2024-08-01T00:00:00Z","ssn":null}\n{"model":"A","fail":0,"tested_at":"2024-08-01T00:00:00Z","ssn":null,"\\u006dodel":null}\n', 'application/x-ndjson');
    const findings = [{ column: null, kind: 'UNREADABLE', message: '"the rows for posted" is not JSON that can be made a table: in object 2, the name "model" stands twice, and it is not said which of the values is meant.', count: 1, samples: [] }];
    expect([answer.status, await answer.json()]).toMatchObject([422, { code: 'CONTENT_REFUSED', facts: { findings } }]);
    expect(await bench.ask(routes.getTable, { params: { name: 'posted' } })).toEqual(before);
  });

  it('in a broken Parquet file are told without a path of this computer', async () => {
    const answer = await rows('?program_id=12', 'PAR1junkPAR1', 'application/vnd.apache.parquet');
    const text = await answer.text();
    expect(answer.status).toBe(422);
    expect(text).toContain('in file \\"the rows for posted\\"');
    expect(text).not.toContain(open.profile);
  });

  it('need a type, a program and a contract that are known', async () => {
    expect([(await rows('?program_id=1', 'x', 'text/html')).status, (await rows('', 'model\nA\n')).status, (await rows('?inputs=99999', 'model\nA\n')).status]).toEqual([415, 422, 404]);
    const unknown = await bench.raw('/dta/tables/nothing/rows?program_id=1', { method: 'POST', body: 'a\n1\n', headers: { 'content-type': 'text/csv' } });
    expect([unknown.status, ((await unknown.json()) as { code: string }).code]).toEqual([404, 'CONTRACT_UNKNOWN']);
  });

  it('are inserted from TypeScript as objects', async () => {
    await using lake = await lakes.open(open.folder, { profile: open.profile });
    expect(await lake.warehouse.insert('posted', [{ model: 'Model-A', fail: 0, tested_at: '2024-09-01T00:00:00Z', ssn: null }], { program: 12 })).toEqual({ table: 'posted', version: 5, rows: 1 });
    expect(await lake.warehouse.normalize()).toEqual({ drops: 0, rows: 0, quarantined: 0 });
  });
});
