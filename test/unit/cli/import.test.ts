import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { handOcflObject } from '../../builders/foreign.ts';
import { Office } from './office.ts';

const [from, to] = [new Office(), new Office()];
let zip = '';
beforeAll(async () => {
  await Promise.all([from.init(), to.init()]);
  from.write('a.csv', '1\n');
  from.write('b c.csv', '2\n');
  await from.does(['ingest', 'PARKS', 'a.csv', 'b c.csv', '-m', 'First']);
  zip = join(from.folder, 'parks.zip');
  await from.does(['export', 'PARKS:v1', '--to', 'zip', zip]);
}, 60_000);
afterAll(() => {
  from.remove();
  to.remove();
});

it('a package of another lake is imported with its files, and says where it comes from', async () => {
  const ran = await to.hms(['import', zip, '-m', 'From the parks']);
  expect([ran.code, ran.out]).toEqual([0, 'PARKS:v1\n']);
  expect(ran.err).toContain('1 version of the bag "PARKS:v1" was imported into PARKS.');
  expect(await to.does(['cat', 'PARKS:v1', 'b c.csv'])).toBe('2');
  const { value } = await to.json(['show', 'PARKS:v1']);
  expect(value['version']).toMatchObject({ message: 'From the parks', imported: { form: 'bag', id: 'PARKS:v1', name: 'parks.zip', tagFiles: '_bag' } });
  expect(await to.does(['show', 'PARKS:v1'])).toMatch(/^Imported from: +bag "PARKS:v1", in parks\.zip; its tag files are in _bag\/$/m);
  expect(await to.does(['log', 'PARKS'])).toMatch(/version\.committed .* From the parks \(originally created \d{4}-\d\d-\d\d\)$/m);

  const again = await to.hms(['import', zip]);
  expect([again.code, again.out]).toEqual([0, '']);
  expect(again.err).toContain('1 version of PARKS was there from an import before; nothing was changed.');
  expect((await to.json(['import', zip])).value).toMatchObject({ dataset: 'PARKS', versions: [], before: 1 });
}, 60_000);

it('one that was changed is refused with what is wrong, and nothing is changed', async () => {
  const spoiled = join(to.folder, 'spoiled.zip');
  cpSync(zip, spoiled);
  const bytes = readFileSync(spoiled);
  // The name stands first in the local header, whose 30 fixed bytes end with the lengths of the name and of what follows it.
  const nameAt = bytes.indexOf('/data/a.csv');
  const headerAt = bytes.lastIndexOf('PK\u0003\u0004', nameAt);
  const contentAt = headerAt + 30 + bytes.readUInt16LE(headerAt + 26) + bytes.readUInt16LE(headerAt + 28);
  expect(bytes.toString('latin1', contentAt, contentAt + 2)).toBe('1\n');
  bytes[contentAt] = 0x39;
  writeFileSync(spoiled, bytes);
  const entries = (await to.json(['log'])).value['entries'] as unknown as unknown[];
  const ran = await to.hms(['import', spoiled, '--as', 'SPOILED']);
  expect([ran.code, ran.out]).toEqual([3, '']);
  expect(ran.err).toMatch(/^ERROR [A-Z_]+ .*data\/a\.csv/m);
  expect(ran.err).toContain('is not imported, because it is not valid.');
  const { code, value } = await to.json(['import', spoiled, '--as', 'SPOILED']);
  expect([code, value['error']]).toEqual([3, expect.objectContaining({ code: 'SOURCE_REFUSED', kept: 'Nothing was changed.', facts: expect.objectContaining({ errors: expect.any(Number) as number }) as object })]);
  expect((await to.json(['log'])).value['entries']).toHaveLength(entries.length);
  expect((await to.hms(['import', to.folder])).code).toBe(3);
}, 60_000);

it('an OCFL object in sha512 keeps its versions, dates and users; a damaged one is refused with the codes of the standard', async () => {
  const object = join(to.folder, 'object');
  const versions = [
    { files: { 'map.txt': 'old' }, message: 'Scanned', user: { name: 'Jane Doe', address: 'mailto:jane@example.gov' } },
    { files: { 'map.txt': 'new' }, message: 'Mended', user: { name: 'J. Roe', address: 'mailto:roe@example.gov' } },
  ];
  await handOcflObject(object, versions, { fixity: ['md5'] });
  expect(await to.does(['import', object, '--as', 'MAPS'])).toBe('MAPS:v1\nMAPS:v2');
  expect(await to.does(['show', 'MAPS:v1'])).toMatch(/^Originally created: +2010-05-01T12:00:00\+02:00 by Jane Doe <mailto:jane@example\.gov>$/m);
  expect(await to.does(['log', 'MAPS', '--limit', '1'])).toContain('Mended (originally created 2011-05-02T12:00:00+02:00 by J. Roe <mailto:roe@example.gov>)');
  expect((await to.json(['verify', to.lake])).value).toMatchObject({ clean: true, findings: [] });
  writeFileSync(join(object, 'v1', 'content', 'f0', 'map.txt'), 'odd');
  const { code, value } = await to.json(['import', object, '--as', 'DAMAGED']);
  const findings = (value['error'] as { facts?: { findings?: readonly { code: string }[] } } | undefined)?.facts?.findings ?? [];
  expect([code, findings.map((finding) => finding.code)]).toEqual([3, expect.arrayContaining(['E092', 'E093'])]);
}, 60_000);
