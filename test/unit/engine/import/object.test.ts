import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CancelledError } from '../../../../src/contract/index.ts';
import type { DatasetId } from '../../../../src/contract/index.ts';
import { draftsOf, put } from '../../../../src/engine/drafting.ts';
import { verify } from '../../../../src/verify/index.ts';
import { digest, handOcflObject, writeAll } from '../../../builders/foreign.ts';
import type { HandVersion } from '../../../builders/foreign.ts';
import { openOffice, quiet } from '../../../builders/lake/office.ts';
import type { Office } from '../../../builders/lake/office.ts';
import { codeOf, contents, hashes, take, version } from './desk.ts';

let office: Office;
beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office.remove());

const three: readonly HandVersion[] = [
  { files: { 'map.txt': 'old', 'notes/a b.txt': 'A', 'copy of a': 'A' }, message: 'Scanned', user: { name: 'Jane Doe', address: 'mailto:jane@example.gov' } },
  { files: { 'map.txt': 'new', 'notes/a b.txt': 'A', 'notes/ü%.txt': 'old' }, user: { name: 'J. Roe' } },
  { files: { 'map.txt': 'new', 'moved/a.txt': 'A', again: 'old' }, message: 'Moved' },
];

const at = (name: string): string => join(office.folder, name);

it('an object of three versions in sha512 becomes three versions, each with its own files, message, date and user', async () => {
  await handOcflObject(at('maps'), three, { fixity: ['md5', 'sha1', 'blake2b-512'] });
  await writeAll(at('maps'), { 'logs/2010.log': 'checked' });
  const report = await take(office, 'maps', { as: 'MAPS', message: 'From the map room' });
  expect(report).toEqual({ dataset: 'MAPS', form: 'ocfl', id: 'urn:example:maps', committed: [1, 2, 3], before: 0, left: ['logs'], warnings: [] });
  for (const [n, { files }] of three.entries()) expect(await contents(office, `MAPS:v${n + 1}`)).toEqual(files);
  expect(await office.read((lake) => lake.catalog.versions('MAPS' as DatasetId, null, 9).map(({ message }) => message))).toEqual(['Moved', 'From the map room', 'Scanned']);
  const sealed = readFileSync(join(at('maps'), 'v1', 'inventory.json'));
  expect((await version(office, 'MAPS:v1')).imported).toEqual({
    form: 'ocfl',
    spec: '1.1',
    name: 'maps',
    id: 'urn:example:maps',
    version: 'v1',
    seal: { file: 'v1/inventory.json', algorithm: 'sha512', digest: digest('sha512', sealed) },
    created: '2010-05-01T12:00:00+02:00',
    user: { name: 'Jane Doe', address: 'mailto:jane@example.gov' },
    left: ['logs'],
  });
  expect((await version(office, 'MAPS:v2')).imported).toMatchObject({ version: 'v2', user: { name: 'J. Roe', address: null } });
  expect((await version(office, 'MAPS:v3')).imported).toMatchObject({ created: '2012-05-03T12:00:00+02:00', user: null });
  // Bytes that an earlier version has are not stored again.
  const stored = (await office.read((lake) => lake.index.claimedVersion('MAPS' as DatasetId, 3)))?.hash;
  expect(stored).toMatch(/^[0-9a-f]{64}$/);
  const checked = await verify(office.lake, { workers: 0 });
  expect([checked.findings, checked.checked.files]).toEqual([[], 3]);
});

it('imported again, nothing is made twice; versions that came since are added', async () => {
  await handOcflObject(at('grows'), three.slice(0, 2), { id: 'GROWS' });
  expect((await take(office, 'grows')).committed).toEqual([1, 2]);
  expect(await take(office, 'grows')).toMatchObject({ dataset: 'GROWS', committed: [], before: 2 });
  await rm(at('grows'), { recursive: true });
  await handOcflObject(at('grows'), three, { id: 'GROWS' });
  expect(await take(office, 'grows')).toMatchObject({ committed: [3], before: 2 });
  expect(await contents(office, 'GROWS')).toEqual(three[2]?.files);

  await handOcflObject(at('impostor'), [{ files: { x: 'x' } }], { id: 'GROWS' });
  expect(await codeOf(take(office, 'impostor'))).toBe('DATASET_EXISTS');
  await office.ingest('OWN', { a: 'a' });
  await handOcflObject(at('own'), [{ files: { a: 'a' } }], { id: 'OWN' });
  expect(await codeOf(take(office, 'own'))).toBe('DATASET_EXISTS');
});

it.each([
  ['OCFL 1.0 in sha256', { spec: '1.0', algorithm: 'sha256' }],
  ['zero-padded versions', { padding: 4 }],
  ['a content directory of its own, and versions without inventories', { contentDirectory: 'bytes', bare: ['v1', 'v2'] }],
] as const)('%s', async (name, options) => {
  const id = `KIND-${name.length}`;
  await handOcflObject(at(id), three, { id, ...options });
  expect((await take(office, id)).committed).toEqual([1, 2, 3]);
  for (const [n, { files }] of three.entries()) expect(await contents(office, `${id}:v${n + 1}`)).toEqual(files);
  const first = (await version(office, `${id}:v1`)).imported;
  expect([first?.spec, first?.seal?.algorithm ?? null]).toEqual([{ 'OCFL 1.0 in sha256': '1.0' }[name as string] ?? '1.1', 'bare' in options ? null : name.startsWith('OCFL') ? 'sha256' : 'sha512']);
  expect(await take(office, id)).toMatchObject({ committed: [], before: 3 });
});

it('versions without files, and versions that only say something new, are versions too', async () => {
  await handOcflObject(at('quiet'), [{ files: {}, message: 'Begun' }, { files: { a: 'a' } }, { files: { a: 'a' }, message: 'Reviewed' }, { files: {} }], { id: 'QUIET' });
  expect((await take(office, 'quiet')).committed).toEqual([1, 2, 3, 4]);
  expect([await contents(office, 'QUIET:v1'), await contents(office, 'QUIET:v3'), await contents(office, 'QUIET:v4')]).toEqual([{}, { a: 'a' }, {}]);
  expect((await verify(office.lake, { workers: 0 })).findings).toEqual([]);
});

it('an object out of the store of another lake keeps its files, hashes and history', async () => {
  const other = await openOffice();
  try {
    await other.ingest('AIR', { 'a.csv': '1', 'deep/CON.txt': '2', 'what?.txt': '3' }, { message: 'One', tags: ['raw'] });
    await other.ingest('AIR', { 'a.csv': '1b' }, { message: 'Two' });
    const [source] = await other.read((lake) => [lake.index.claimedVersion('AIR' as DatasetId, 1)]);
    const object = join(other.lake, 'store', ...objectOf(other));
    await cp(object, at('copied'), { recursive: true });
    expect(await take(office, 'copied')).toMatchObject({ dataset: 'AIR', committed: [1, 2] });
    for (const n of [1, 2]) {
      const there = await other.read((lake) => hashes(lake, 'AIR', n));
      expect(await office.read((lake) => hashes(lake, 'AIR', n))).toEqual(there);
    }
    const { imported, message } = await version(office, 'AIR:v1');
    expect([message, imported?.seal?.digest, imported?.user?.address]).toEqual(['One', source?.hash, expect.stringMatching(/^urn:hms:key:/)]);
  } finally {
    await other.remove();
  }
});

function objectOf(of: Office): string[] {
  return (globSync('*/*/hms*AIR', { cwd: join(of.lake, 'store') })[0] ?? '').split('/');
}

it('what is not valid is refused with its findings, and nothing is changed', async () => {
  await handOcflObject(at('bad'), three, { id: 'BAD' });
  const findings = [{ code: 'E092', severity: 'error' as const, path: 'v1', message: 'Wrong.' }];
  const before = await office.read((lake) => lake.catalog.view.size);
  await expect(take(office, 'bad', { judge: () => Promise.resolve({ clean: false, summary: 'It is damaged.', findings }) })).rejects.toMatchObject({ code: 'SOURCE_REFUSED', facts: { findings } });
  expect(await codeOf(take(office, 'nothing-there'))).toBe('SOURCE_REFUSED');
  await mkdir(at('plain'), { recursive: true });
  expect(await codeOf(take(office, 'plain'))).toBe('SOURCE_REFUSED');
  expect(await codeOf(take(office, 'lake/store'))).toBe('SOURCE_REFUSED');
  await handOcflObject(at('nameless'), three, { id: 'info:lc/nameless 1' });
  expect(await codeOf(take(office, 'nameless'))).toBe('NAME_INVALID');
  expect(await codeOf(take(office, 'nameless', { as: 'a b' }))).toBe('NAME_INVALID');
  expect(await office.read((lake) => [lake.catalog.view.size, lake.catalog.dataset('BAD' as DatasetId)])).toEqual([before, null]);
  expect(await office.read(draftsOf)).toEqual([]);
});

it.each([
  ['content-altered', (folder: string) => writeFileSync(join(folder, 'v1', 'content', 'f0', 'map.txt'), 'odd')],
  ['content-missing', (folder: string) => rm(join(folder, 'v1', 'content', 'f1'), { recursive: true })],
  ['content-is-link', async (folder: string) => {
    await rm(join(folder, 'v1', 'content', 'f0', 'map.txt'));
    await symlink('/etc/hostname', join(folder, 'v1', 'content', 'f0', 'map.txt'));
  }],
  ['sidecar-digest-wrong', (folder: string) => writeFileSync(join(folder, 'inventory.json.sha512'), `${'0'.repeat(128)} inventory.json\n`)],
  ['path-escapes', (folder: string) => reseal(folder, (text) => text.replaceAll('v1/content/f0/map.txt', 'v1/content/../../up'))],
  ['logical-path-escapes', (folder: string) => reseal(folder, (text) => text.replaceAll('"map.txt"', '"../map.txt"'))],
  ['fixity-wrong', (folder: string) => reseal(folder, (text) => text.replace(digest('md5', 'old'), digest('md5', 'older')))],
] as const)('bytes and names are judged again while they are copied: %s', async (name, spoil) => {
  await handOcflObject(at(name), three.slice(0, 1), { id: `SPOILED-${name}`, fixity: ['md5'] });
  await spoil(at(name));
  expect(await codeOf(take(office, name))).toBe('SOURCE_REFUSED');
  expect(await office.read((lake) => lake.catalog.dataset(`SPOILED-${name}` as DatasetId))).toBeNull();
  expect(await office.read(draftsOf)).toEqual([]);
});

function reseal(folder: string, change: (text: string) => string): void {
  const text = change(readFileSync(join(folder, 'inventory.json'), 'utf8'));
  writeFileSync(join(folder, 'inventory.json'), text);
  writeFileSync(join(folder, 'inventory.json.sha512'), `${digest('sha512', text)} inventory.json\n`);
}

it('an import that was stopped goes on where it was, without a version twice', async () => {
  const files = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`f${i}`, `content ${i}`]));
  await handOcflObject(at('long'), [{ files }, { files: { ...files, last: 'last' } }, { files: { last: 'last' } }], { id: 'LONG', algorithm: 'sha256' });
  for (const stopAfter of [10, 51]) {
    const stop = new AbortController();
    const call = take(office, 'long', { signal: stop.signal, onProgress: ({ filesDone }) => (filesDone >= stopAfter ? stop.abort() : undefined) });
    await expect(call).rejects.toThrow(CancelledError);
  }
  expect(await take(office, 'long')).toMatchObject({ committed: [2, 3], before: 1 });
  expect(await contents(office, 'LONG:v1')).toEqual(files);
  expect(await contents(office, 'LONG:v3')).toEqual({ last: 'last' });
  expect((await verify(office.lake, { workers: 0 })).findings).toEqual([]);
});

it("a draft with a person's own changes is not mixed with an import", async () => {
  const source = await office.sources({ mine: 'mine' });
  await office.write((lake) => put(lake, 'MIXED' as DatasetId, [{ kind: 'path', path: source }], quiet));
  await handOcflObject(at('mixed'), three, { id: 'MIXED' });
  expect(await codeOf(take(office, 'mixed'))).toBe('DRAFT_BUSY');
  expect((await office.read(draftsOf)).map(({ dataset }) => dataset)).toEqual(['MIXED']);
});
