import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetId } from '../../../../src/contract/index.ts';
import { beginTransformDraft, commit, draftsOf, put, sourceRef } from '../../../../src/engine/drafting.ts';
import { versionOf } from '../../../../src/engine/files.ts';
import { openScratch } from '../../../../src/engine/transform-world.ts';
import { prepareTransform } from '../../../../src/engine/transforming.ts';
import type { TransformSpec } from '../../../../src/engine/transforms/index.ts';
import { destroyBody } from '../../../../src/engine/upkeep.ts';
import { verify } from '../../../../src/verify/index.ts';
import { quiet } from '../../../builders/lake/office.ts';
import { never, paths, Workshop } from './workshop.ts';

let shop: Workshop;
beforeEach(async () => {
  shop = await Workshop.open();
});
afterEach(() => shop.remove());

const SENSOR = 'timestamp,temp,humidity,pm25\n2024-07-04T00:00Z,91.5,20,007\n2024-07-04T01:00Z,88,"",1e1\n';
const trim: TransformSpec = { name: 'csv_trim', columns: ['timestamp', 'temp', 'pm25'] };
const id = (text: string): DatasetId => text as DatasetId;

/** The lineage view, as an auditor reads it. */
async function lineage(): Promise<unknown[][]> {
  // Opened once, so that the catalog is up to date.
  await shop.office.read(() => undefined);
  const [file = ''] = globSync(join(shop.office.folder, 'profile-first/lakes/*/*/catalog.sqlite'));
  const database = new Database(file, { readonly: true });
  try {
    return database.prepare('SELECT ds_id, ver, source_ver, transform FROM lineage').raw().all() as unknown[][];
  } finally {
    database.close();
  }
}

describe('a transform', () => {
  it('makes the next version of the seeds, and the lake knows by itself where it came from', async () => {
    await shop.ingest('WF-2024-07', { 'sensorA.csv': SENSOR, 'sensorB.csv': 'timestamp;temp;pm25\r\nx;1;2\r\n', 'notes.txt': 'kept' }, ['raw']);
    const done = await shop.transform('WF-2024-07:raw', trim, {}, ['clean']);
    expect(done).toEqual({ version: 2, made: ['sensorA.csv', 'sensorB.csv'], counts: { files: 2, rows: 3 } });
    expect(await shop.text('WF-2024-07:clean', 'sensorA.csv')).toBe('timestamp,temp,pm25\n2024-07-04T00:00Z,91.5,007\n2024-07-04T01:00Z,88,1e1\n');
    expect(await shop.names('WF-2024-07:v2')).toEqual(['notes.txt', 'sensorA.csv', 'sensorB.csv']);
    expect(await lineage()).toEqual([['WF-2024-07', 'v2', 'WF-2024-07:v1', 'csv_trim']]);

    const entry = globSync(join(shop.office.lake, 'ledger/entries/*/*/*')).sort().at(-1) ?? '';
    const { inputs, outputs } = JSON.parse(await readFile(join(entry, 'entry.json'), 'utf8')) as { inputs: object[]; outputs: object[] };
    await shop.office.read((lake) => {
      const [v1, v2] = [versionOf(lake, 'WF-2024-07:v1'), versionOf(lake, 'WF-2024-07:v2')];
      expect(inputs).toEqual([{ ref: 'version:WF-2024-07:v1', sha256: v1.hash }]);
      expect(outputs).toEqual([{ ref: 'version:WF-2024-07:v2', sha256: v2.hash }]);
      expect(v2.transform).toBe('csv_trim');
      expect(v2.lineage).toEqual({ from: ['WF-2024-07:v1'], parameters: { columns: ['timestamp', 'temp', 'pm25'] }, engine: 'HMS-DTA 0.1.0', counts: { files: 2, rows: 3 } });
    });
    expect(await shop.remains()).toEqual([]);
    expect((await verify(shop.office.lake, { workers: 0 })).findings).toEqual([]);
  });

  it('tells the version before from what it was made from, and takes several sources into another dataset', async () => {
    await shop.ingest('A', { 'a.csv': 'x,y\n1,2\n' });
    await shop.ingest('A', { 'b.csv': 'x,z\n1,3\n' });
    await shop.transform('A:v1', { name: 'csv_trim', columns: ['y'] });
    await shop.transform(['A:v1', 'A:v2'], { name: 'sql', sql: 'SELECT z FROM "A:v1/a.csv" JOIN b USING (x)', as: paths('z.parquet')[0] as never }, { into: id('NEW') }, ['joined']);
    expect(await lineage()).toEqual([
      ['A', 'v2', 'A:v1', null],
      ['A', 'v3', 'A:v2', null],
      ['A', 'v3', 'A:v1', 'csv_trim'],
      ['NEW', 'v1', 'A:v1', 'sql'],
      ['NEW', 'v1', 'A:v2', 'sql'],
    ]);
    expect(await shop.names('NEW:joined')).toEqual(['z.parquet']);
    await shop.office.read((lake) => expect(versionOf(lake, 'NEW').lineage?.engine).toMatch(/^HMS-DTA 0\.1\.0, DuckDB v1\./));
  });

  it('keeps what was hidden in the body only, and forgets it with the body', async () => {
    await shop.ingest('R', { 'a.txt': 'SSN 123-45-6789' });
    await shop.transform('R:v1', { name: 'redact_text', find: { text: '123-45-6789' } });
    const holding = globSync(join(shop.office.lake, '**/*'), { withFileTypes: true }).filter((file) => file.isFile());
    const names: string[] = [];
    for (const file of holding) if ((await readFile(join(file.parentPath, file.name), 'latin1')).includes('123-45-6789')) names.push(file.name);
    expect(names.sort()).toEqual(['a.txt', 'body.json']);
    await shop.office.write(async (lake) => destroyBody(lake, versionOf(lake, 'R:v2').seq, 'Order 1', 'names a person'));
    await shop.office.read((lake) => expect(versionOf(lake, 'R:v2')).toMatchObject({ transform: null, lineage: null }));
    expect((await verify(shop.office.lake, { workers: 0 })).findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('records what a program of one’s own made of a version', async () => {
    await shop.ingest('P', { 'a.csv': SENSOR });
    await shop.office.write(async (lake) => {
      await put(lake, id('MODEL'), [{ kind: 'path', path: await shop.office.sources({ 'm.nc': 'model' }) }], quiet);
      await commit(lake, id('MODEL'), { message: 'Model', tags: [], transform: 'smoke-2.1', sources: [sourceRef(versionOf(lake, 'P:v1'))] });
    });
    expect(await lineage()).toEqual([['MODEL', 'v1', 'P:v1', 'smoke-2.1']]);
  });
});

describe('a transform that does not come to its end leaves nothing', () => {
  const run = (source: string, spec: TransformSpec, signal = never) => shop.office.write((lake) => prepareTransform(lake, source, spec, { signal, onProgress: () => undefined }));

  it('when a later file is refused', async () => {
    await shop.ingest('A', { 'a.csv': SENSOR, 'b.csv': 'timestamp,temp,pm25\n1,2\n' });
    await expect(run('A:v1', trim)).rejects.toMatchObject({ code: 'CONTENT_REFUSED', message: 'Line 2 of "b.csv" has 2 fields, its header 3 fields.' });
    expect(await shop.remains()).toEqual([]);
  });

  it('when the stored bytes are not those that were committed', async () => {
    await shop.ingest('A', { 'a.csv': SENSOR });
    const [stored = ''] = globSync(join(shop.office.lake, 'store/**/content/a.csv'));
    await chmod(stored, 0o600);
    await writeFile(stored, SENSOR.replace('91.5', '19.5'));
    for (const spec of [trim, { name: 'csv_filter', where: 'true' }, { name: 'csv_to_parquet' }] as const) {
      await expect(run('A:v1', spec)).rejects.toMatchObject({ code: 'STORED_DAMAGED' });
      expect(await shop.remains()).toEqual([]);
    }
  });

  it('when it is cancelled, also in a pattern that goes back and forth for ever', async () => {
    await shop.ingest('A', { 'a.txt': `${'a'.repeat(50)}!` });
    const control = new AbortController();
    setTimeout(() => control.abort(), 300);
    await expect(run('A:v1', { name: 'redact_text', find: { pattern: '(a+)+$' } }, control.signal)).rejects.toMatchObject({ name: 'CancelledError' });
    expect(await shop.remains()).toEqual([]);
  });

  it('when a statement is stopped', async () => {
    await shop.ingest('A', { 'a.csv': SENSOR });
    const control = new AbortController();
    setTimeout(() => control.abort(), 1_500);
    await expect(run('A:v1', { name: 'csv_filter', where: `levenshtein(repeat('ab', 4000000), repeat(temp, 1000000)) = 1` }, control.signal)).rejects.toMatchObject({ name: 'CancelledError' });
    expect(await shop.remains()).toEqual([]);
  });

  it('when its commit is refused, or it is discarded', async () => {
    await shop.ingest('A', { 'a.csv': 'x\n1\n' });
    await shop.office.write(async (lake) => {
      const same = await prepareTransform(lake, 'A:v1', { name: 'csv_trim', columns: ['x'] }, { signal: never, onProgress: () => undefined });
      await expect(same.commit({ message: null, tags: [] })).rejects.toMatchObject({ code: 'DRAFT_EMPTY', message: expect.stringMatching(/^The transform changes nothing/) as string });
      await expect(same.commit({ message: null, tags: [] })).rejects.toMatchObject({ code: 'DRAFT_NONE' });
      const other = await prepareTransform(lake, 'A:v1', { name: 'csv_to_parquet' }, { signal: never, onProgress: () => undefined });
      await other.discard();
      await other.discard();
    });
    expect(await shop.remains()).toEqual([]);
  });

  it('when its program was ended in the middle: the next one clears up', async () => {
    await shop.ingest('A', { 'a.csv': SENSOR });
    await shop.office.write(async (lake) => {
      const { lock } = await beginTransformDraft(lake, id('A'), 'csv_trim');
      lock.release();
      const scratch = await openScratch(lake);
      await scratch.write(scratch.input(0), (async function* () { yield Buffer.from('secret'); })());
      expect((await draftsOf(lake)).map(({ transform }) => transform)).toEqual(['csv_trim']);
      // A commit takes nothing of it.
      await expect(commit(lake, id('A'), { message: null, tags: [] })).rejects.toMatchObject({ code: 'DRAFT_NONE' });
      // Its scratch folder is in use, by this very program, and so it stays.
      const second = await openScratch(lake);
      await second.close();
      expect((await readdir(join(scratch.temporary, '..'))).sort()).toEqual(['inputs', 'outputs', 'temporary']);
      await scratch.close();
    });
    await shop.transform('A:v1', trim);
    expect(await shop.remains()).toEqual([]);
  });
});

describe('a transform is refused', () => {
  const run = (source: string, spec: TransformSpec, more: object = {}) => shop.office.write((lake) => prepareTransform(lake, source, spec, { signal: never, onProgress: () => undefined, ...more }));

  it('where the officer has a draft of the dataset, which is kept', async () => {
    await shop.ingest('A', { 'a.csv': SENSOR });
    await shop.office.write(async (lake) => put(lake, id('A'), [{ kind: 'path', path: await shop.office.sources({ 'new.txt': 'x' }) }], quiet));
    await expect(run('A:v1', trim)).rejects.toMatchObject({ code: 'DRAFT_OPEN' });
    expect((await shop.office.read((lake) => draftsOf(lake))).map(({ dataset }) => dataset)).toEqual(['A']);
  });

  it('where a draft of it is waiting to be committed by another program, or the other way round', async () => {
    await shop.ingest('A', { 'a.csv': SENSOR });
    await shop.office.write(async (lake) => {
      const pending = await prepareTransform(lake, 'A:v1', trim, { signal: never, onProgress: () => undefined });
      await expect(put(lake, id('A'), [{ kind: 'path', path: await shop.office.sources({ 'new.txt': 'x' }) }], quiet)).rejects.toMatchObject({ code: 'DRAFT_BUSY' });
      await pending.discard();
    });
  });

  it('where health information would leave the place that can be closed', async () => {
    await shop.ingest('CASE', { 'a.csv': SENSOR }, ['phi']);
    await shop.ingest('OPEN', { 'a.txt': 'x' });
    await expect(run('CASE:v1', trim, { into: id('OPEN') })).rejects.toMatchObject({ code: 'TAG_REFUSED' });
    await shop.office.write(async (lake) => {
      const pending = await prepareTransform(lake, 'CASE:v1', trim, { signal: never, onProgress: () => undefined, into: id('FRESH') });
      await expect(pending.commit({ message: null, tags: [] })).rejects.toMatchObject({ code: 'TAG_REFUSED' });
    });
    expect(await shop.remains()).toEqual([]);
    await shop.transform('CASE:v1', trim, { into: id('FRESH') }, ['phi']);
  });

  it('where it names what is not there, or would take the place of another file', async () => {
    await shop.ingest('A', { 'sensorA.csv': SENSOR, 'sensorA.parquet': 'x' });
    await expect(run('A:v1', { ...trim, files: paths('sensorB.csv') })).rejects.toMatchObject({ code: 'FILE_UNKNOWN', message: 'A:v1 has no file "sensorB.csv". Is "sensorA.csv" meant?' });
    await expect(run('A:v1', { name: 'csv_to_parquet' })).rejects.toMatchObject({ code: 'NAME_TAKEN' });
    await expect(run('A:v1', { name: 'json_to_csv' })).rejects.toMatchObject({ code: 'FILE_UNKNOWN' });
    await expect(run('A:v1', { ...trim, delimiter: ',,' })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(run('A:v9', trim)).rejects.toMatchObject({ code: 'VERSION_UNKNOWN' });
    expect(await shop.remains()).toEqual([]);
  });
});
