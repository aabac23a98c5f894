import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CancelledError, Dataset, HmsError, lake, Transform } from 'hms-dta';
import type { Lake } from 'hms-dta';
import { openOffice } from '../../builders/lake/office.ts';
import type { Office } from '../../builders/lake/office.ts';

let office: Office;
let records: Lake;
beforeAll(async () => {
  office = await openOffice();
  records = await lake.open(office.lake, { profile: office.options().profile });
});
afterAll(async () => {
  await records.close();
  await office.remove();
});

const csv = 'id,temp,note\n007,1e1,"a ""b"""\n008,2,\n';

async function dataset(id: string, files: Readonly<Record<string, string>>): Promise<Dataset> {
  const ds = await Dataset.create(id, { lake: records, tags: ['raw'] });
  for (const [name, content] of Object.entries(files)) await ds.putStream(name, [Buffer.from(content)]);
  await ds.commit('First');
  return ds;
}

const content = async (id: string, name: string): Promise<string> => text(await (await Dataset.open(id, { lake: records })).openFile(name));

it('each transform makes the next version, says what it came from, and leaves the source as it is', async () => {
  const ds = await dataset('STEPS', { 'a.csv': csv, 'b.json': '[{"n":1.50}]', 'c.txt': 'SSN 123-45-6789' });
  const trim = Transform.csvTrim(ds, { cols: ['temp', 'id'], files: ['a.csv'] });
  expect(trim.versionId).toBeNull();
  const v2 = await trim.commit('Trimmed', { tags: ['clean'] });
  expect(v2).toMatchObject({ id: 'STEPS:v2', tags: ['clean'], derivedFrom: ['STEPS:v1'], transform: 'csv_trim', lineage: { from: ['STEPS:v1'], parameters: { columns: ['temp', 'id'] } } });
  expect([trim.versionId, ds.versionId]).toEqual(['STEPS:v2', 'STEPS:v1']);
  expect(await content('STEPS:v2', 'a.csv')).toBe('temp,id\n1e1,007\n2,008\n');
  await expect(trim.commit('Again')).rejects.toMatchObject({ code: 'ACT_REFUSED' });

  await Transform.csvFilter(ds, { where: "id = '008'", into: 'ROWS' }).commit();
  expect(await content('ROWS:v1', 'a.csv')).toBe('id,temp,note\n008,2,\n');
  await Transform.jsonToCsv(ds, { into: 'FLAT' }).commit();
  expect(await content('FLAT', 'b.csv')).toMatch(/^n\r?\n1\.50\r?\n$/);
  await Transform.redactText(ds, { find: /\d{3}-\d\d-\d{4}/g, mark: '[SSN]', files: ['c.txt'], into: 'REDACTED' }).commit();
  expect(await content('REDACTED', 'c.txt')).toBe('SSN [SSN]');
  await Transform.csvToParquet(ds, { into: 'PARQUET' }).commit();
  expect((await content('PARQUET', 'a.parquet')).startsWith('PAR1')).toBe(true);
  const both = [ds, await Dataset.open('ROWS', { lake: records })];
  const sql = 'SELECT a.id, b.temp FROM "STEPS:v1/a.csv" a JOIN "ROWS:v1/a.csv" b USING (id)';
  expect(await Transform.sql(both, { sql, as: 'ids.csv', into: 'IDS' }).commit()).toMatchObject({ derivedFrom: ['STEPS:v1', 'ROWS:v1'], transform: 'sql' });
  expect(await content('IDS', 'ids.csv')).toMatch(/^id,temp\r?\n008,2\r?\n$/);
}, 60_000);

it('what cannot be done leaves nothing behind', async () => {
  const ds = await dataset('NOTHING', { 'a.csv': csv });
  await expect(Transform.csvTrim(ds, { cols: ['missing'] }).commit()).rejects.toThrow(HmsError);
  await expect(Transform.csvTrim(ds, { cols: ['id'] }).commit('x', { signal: AbortSignal.abort() })).rejects.toThrow(CancelledError);
  expect(() => Transform.redactText(ds, { find: /x/m })).toThrow(expect.objectContaining({ code: 'USAGE' }));
  expect(() => Transform.csvTrim(ds, { cols: ['id'], files: ['../a.csv'] })).toThrow(expect.objectContaining({ code: 'NAME_INVALID' }));
  const empty = await Dataset.create('EMPTY', { lake: records });
  expect(() => Transform.csvTrim(empty, { cols: ['id'] })).toThrow(expect.objectContaining({ code: 'VERSION_UNKNOWN' }));
  expect([await ds.draft(), (await ds.versions()).length]).toEqual([null, 1]);
});
