import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Dataset, HmsError, lake } from 'hms-dta';
import { openOffice } from '../../builders/lake/office.ts';
import type { Office } from '../../builders/lake/office.ts';

let [here, there]: Office[] = [];
const where = (office: Office | undefined): { lake: string; profile: string } => ({ lake: office?.lake ?? '', profile: office?.options().profile ?? '' });
beforeAll(async () => {
  [here, there] = [await openOffice(), await openOffice()];
});
afterAll(() => Promise.all([here?.remove(), there?.remove()]));

it('a package goes from one lake to another; both are checked', async () => {
  await here?.ingest('PARKS', { 'a.csv': '1', 'what?.csv': '2' }, { message: 'First' });
  await using ds = await Dataset.open('PARKS', where(here));
  const zip = join(here?.folder ?? '', 'parks.zip');
  const exported = await ds.export(zip);
  expect(exported).toEqual({ bytes: (await stat(zip)).size, payload: { files: 2, octets: 2 } });
  await expect(ds.export(zip)).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
  await ds.export(zip, { version: 'v1', replace: true });
  expect((await readFile(zip)).subarray(0, 2).toString()).toBe('PK');

  await using other = await lake.open(where(there).lake, { profile: where(there).profile });
  const phases = new Set<string>();
  const report = await other.import(zip, { as: 'FROM-PARKS', onProgress: ({ phase }) => void phases.add(phase) });
  expect(report).toMatchObject({ dataset: 'FROM-PARKS', form: 'bag', id: 'PARKS:v1', versions: ['FROM-PARKS:v1'], before: 0, left: [] });
  expect(phases).toContain('Copying and checking');
  await using taken = await Dataset.open('FROM-PARKS', { lake: other });
  expect(await text(await taken.openFile('what?.csv'))).toBe('2');
  expect((await taken.version()).imported).toMatchObject({ form: 'bag', spec: '1.0', id: 'PARKS:v1' });
  await expect(other.import(zip, { as: 'a b' })).rejects.toThrow(HmsError);

  const checked = await other.verify();
  expect([checked.kind, checked.clean, checked.findings]).toEqual(['lake', true, []]);
}, 60_000);
