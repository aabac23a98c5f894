import { spawnSync } from 'node:child_process';
import { createWriteStream, globSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CancelledError } from '../../../../src/contract/index.ts';
import type { DatasetId } from '../../../../src/contract/index.ts';
import { draftsOf } from '../../../../src/engine/drafting.ts';
import { exportVersion } from '../../../../src/engine/export.ts';
import { versionOf } from '../../../../src/engine/files.ts';
import { verify } from '../../../../src/verify/index.ts';
import { digest, handBagFiles, writeAll } from '../../../builders/foreign.ts';
import { openOffice, quiet } from '../../../builders/lake/office.ts';
import type { Office } from '../../../builders/lake/office.ts';
import { codeOf, contents, take, version } from './desk.ts';

let office: Office;
beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office.remove());

const at = (name: string): string => join(office.folder, name);
const payload = { 'a.txt': 'A', 'deep/b c.txt': 'B', 'ü.txt': 'Ü' };
const info = [
  'Source-Organization: Forest Service',
  'Contact-Name: Jane Doe',
  'Contact-Email: jane@example.gov',
  'External-Description: Readings of',
  '   July 2019',
  'Bagging-Date: 2019-08-01',
  'External-Identifier: FS-2019-07',
  'Payload-Oxum: 4.3',
];

function tar(path: string, files: Readonly<Record<string, string>>, packed = false): Promise<void> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name, mtime: new Date('2019-07-31T10:00:00Z') }, content);
  archive.finalize();
  const target = createWriteStream(path);
  return packed ? pipeline(archive, createGzip(), target) : pipeline(archive, target);
}

const below = (top: string, files: Readonly<Record<string, string>>): Record<string, string> => Object.fromEntries(Object.entries(files).map(([name, content]) => [`${top}/${name}`, content]));
const payloadOf = (files: Readonly<Record<string, string>>): Record<string, string> => Object.fromEntries(Object.entries(files).filter(([name]) => !name.startsWith('_bag')));

it('a bag in a folder becomes one version; what it says of itself becomes the description, and stays word for word', async () => {
  const files = handBagFiles(payload, { info, algorithms: ['md5', 'sha512'], tags: { 'metadata/mets.xml': '<mets/>' } });
  await writeAll(at('bag'), files);
  expect(await take(office, 'bag')).toMatchObject({ dataset: 'FS-2019-07', form: 'bag', id: 'FS-2019-07', committed: [1], left: [] });
  const found = await contents(office, 'FS-2019-07:v1');
  expect(payloadOf(found)).toEqual(payload);
  expect(Object.keys(found).filter((name) => name.startsWith('_bag/'))).toEqual(Object.keys(files).filter((name) => !name.startsWith('data/')).map((name) => `_bag/${name}`).sort());
  const { imported, message } = await version(office, 'FS-2019-07:v1');
  expect(message).toBe('Imported from bag');
  expect(imported).toEqual({
    form: 'bag',
    spec: '1.0',
    name: 'bag',
    id: 'FS-2019-07',
    version: null,
    seal: { file: 'manifest-sha512.txt', algorithm: 'sha256', digest: digest('sha256', files['manifest-sha512.txt'] ?? '') },
    created: '2019-08-01',
    user: { name: 'Jane Doe', address: 'jane@example.gov' },
    info: [
      ['Source-Organization', 'Forest Service'],
      ['Contact-Name', 'Jane Doe'],
      ['Contact-Email', 'jane@example.gov'],
      ['External-Description', 'Readings of July 2019'],
      ['Bagging-Date', '2019-08-01'],
      ['External-Identifier', 'FS-2019-07'],
      ['Payload-Oxum', '4.3'],
    ],
    tagFiles: '_bag',
  });
  const [description] = await office.read((lake) => lake.catalog.dataset('FS-2019-07' as DatasetId)?.descriptions ?? []);
  expect(description?.value).toEqual({ creator: 'Forest Service', description: 'Readings of July 2019', identifier: 'FS-2019-07' });
  expect(await take(office, 'bag')).toMatchObject({ committed: [], before: 1 });
});

it('the bag can be put together again out of the version, and sha256sum finds every byte', async (ctx) => {
  ctx.skip(spawnSync('sha256sum', ['--version']).error !== undefined, 'this system has no sha256sum');
  await writeAll(at('again'), handBagFiles({ ...payload, '_bag/x': 'x', '_BAG-2': 'y' }, { algorithms: ['sha256'] }));
  await take(office, 'again', { as: 'AGAIN' });
  expect((await version(office, 'AGAIN')).imported?.tagFiles).toBe('_bag-3');
  for (const [name, content] of Object.entries(await contents(office, 'AGAIN'))) {
    const path = join(at('rebuilt'), name.startsWith('_bag-3/') ? name.slice(7) : `data/${name}`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  for (const manifest of ['manifest-sha256.txt', 'tagmanifest-sha256.txt']) expect(spawnSync('sha256sum', ['--strict', '-c', manifest], { cwd: at('rebuilt') }).status).toBe(0);
});

it.each(['plain', 'packed'] as const)('a bag in a tar (%s) is the same', async (form) => {
  await tar(at(`${form}.tar`), { ...below('top', handBagFiles(payload, { info: ['External-Identifier: x y'] })), 'beside.txt': 'b' }, form === 'packed');
  expect(await codeOf(take(office, `${form}.tar`))).toBe('NAME_INVALID');
  expect(await take(office, `${form}.tar`, { as: `TAR-${form}`, message: 'From tape' })).toMatchObject({ committed: [1], left: ['beside.txt'] });
  expect(payloadOf(await contents(office, `TAR-${form}`))).toEqual(payload);
  const { message, imported } = await version(office, `TAR-${form}`);
  expect([message, imported?.left, imported?.name]).toEqual(['From tape', ['beside.txt'], `${form}.tar`]);
  const [file] = await office.read((lake) => [...(lake.catalog.iterateFiles(`TAR-${form}` as DatasetId, 1) ?? [])]);
  expect(file?.mtime).toBe('2019-07-31T10:00:00.000Z');
});

it('names are decoded as the version of BagIt says', async () => {
  const odd = { '100%25.txt': 'p', 'a%0Ab': 'n' };
  await writeAll(at('old'), handBagFiles({ '100%25.txt': 'p', 'two\nlines': 'n' }, { version: '0.97', algorithms: ['md5'], encode: (path) => path.replaceAll('\n', '%0A') }));
  await take(office, 'old', { as: 'OLD-BAG' });
  expect(payloadOf(await contents(office, 'OLD-BAG'))).toEqual({ '100%25.txt': 'p', 'two\nlines': 'n' });
  await writeAll(at('new'), handBagFiles({ '100%.txt': 'p', 'two\r\nlines': 'n', ...odd }));
  await take(office, 'new', { as: 'NEW-BAG' });
  expect(payloadOf(await contents(office, 'NEW-BAG'))).toEqual({ '100%.txt': 'p', 'two\r\nlines': 'n', ...odd });
  // A writer that did not encode, and a system that normalized names.
  await writeAll(at('loose'), handBagFiles({ '50%25': 'p', 'e\u0301': 'e' }, { encode: (path) => path.normalize('NFC') }));
  await take(office, 'loose', { as: 'LOOSE-BAG' });
  expect(payloadOf(await contents(office, 'LOOSE-BAG'))).toEqual({ '50%25': 'p', 'e\u0301': 'e' });
});

it('our own package brings the exact names, times and bytes back, in another lake', async () => {
  const other = await openOffice();
  try {
    const source = await other.sources({ 'a.csv': '1', 'what?/100%.txt': '2', 'two\nlines=': '3', 'Aux.txt': '4' });
    await other.ingest('PARKS', { 'x.csv': 'x' });
    await other.write(async (lake) => {
      const { commit, put } = await import('../../../../src/engine/drafting.ts');
      await put(lake, 'PARKS' as DatasetId, [{ kind: 'path', path: source }], quiet);
      await commit(lake, 'PARKS' as DatasetId, { message: 'Two', tags: [] });
      await exportVersion(lake, versionOf(lake, 'PARKS:v2'), at('parks.zip'), quiet);
    });
    expect(await take(office, 'parks.zip')).toMatchObject({ dataset: 'PARKS', id: 'PARKS:v2', committed: [1] });
    const rows = (from: Office, id: string, n: number) => from.read((lake) => Array.from(lake.catalog.iterateFiles(id as DatasetId, n) ?? [], ({ path, sha256, size, mtime }) => ({ path, sha256, size, mtime })));
    const there = await rows(other, 'PARKS', 2);
    expect((await rows(office, 'PARKS', 1)).filter(({ path }) => !path.startsWith('_bag/'))).toEqual(there);
    expect(Object.keys(await contents(office, 'PARKS'))).toContain('_bag/signatures/station.p7s');
    expect((await verify(office.lake, { workers: 0 })).findings).toEqual([]);
  } finally {
    await other.remove();
  }
});

it.each([
  ['payload-altered', (files: Record<string, string>) => ({ ...files, 'data/a.txt': 'X' })],
  ['tag-file-altered', (files: Record<string, string>) => ({ ...files, 'bag-info.txt': 'Title: Other\n' })],
  ['payload-missing', ({ 'data/a.txt': _gone, ...files }: Record<string, string>) => files],
  ['payload-unlisted', (files: Record<string, string>) => ({ ...files, 'data/extra': 'x' })],
  ['manifest-line-broken', (files: Record<string, string>) => ({ ...files, 'manifest-sha512.txt': 'no digest here\n' })],
  ['manifest-algorithm-unknown', ({ 'manifest-sha512.txt': text, ...files }: Record<string, string>) => ({ ...files, 'manifest-crc32.txt': text ?? '' })],
  ['bagit-txt-empty', (files: Record<string, string>) => ({ ...files, 'bagit.txt': '' })],
  ['tag-file-not-utf8', (files: Record<string, string>) => ({ ...files, 'bag-info.txt': Buffer.from([0x54, 0x3a, 0x20, 0xff]) as unknown as string })],
] as const)('a bag that is not whole is refused while it is copied, and nothing is left: %s', async (name, spoil) => {
  await writeAll(at(name), spoil(handBagFiles(payload, { info: ['Title: T'] })));
  expect(await codeOf(take(office, name, { as: `BAD-${name}` }))).toBe('SOURCE_REFUSED');
  expect(await office.read(draftsOf)).toEqual([]);
  expect(await office.read((lake) => lake.catalog.view.dataset(`BAD-${name}` as DatasetId)?.newest ?? 0)).toBe(0);
});

it('a tar whose names lead out of it, and a broken zip, are refused', async () => {
  await tar(at('escape.tar'), below('top', { ...handBagFiles({ '../../up': 'x' }) }));
  expect(await codeOf(take(office, 'escape.tar', { as: 'ESCAPE' }))).toBe('SOURCE_REFUSED');
  await mkdir(at('zips'), { recursive: true });
  await rm(at('parks-cut.zip'), { force: true });
  writeFileSync(at('parks-cut.zip'), (await readFile(at('parks.zip'))).subarray(0, 3_000));
  expect(await codeOf(take(office, 'parks-cut.zip', { as: 'CUT' }))).toBe('SOURCE_REFUSED');
});

function inodes(pattern: string): number[] {
  const files = globSync(pattern, { cwd: office.lake, withFileTypes: true }).filter((item) => item.isFile());
  return files.map((item) => statSync(join(item.parentPath, item.name)).ino);
}

it('an import that was stopped goes on; its bytes are not copied again', async () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${i}`, `content ${i}`]));
  await writeAll(at('many'), handBagFiles(many, { algorithms: ['sha256'] }));
  const stop = new AbortController();
  await expect(take(office, 'many', { as: 'MANY', signal: stop.signal, onProgress: ({ filesDone }) => (filesDone >= 20 ? stop.abort() : undefined) })).rejects.toThrow(CancelledError);
  expect((await office.read(draftsOf)).map(({ dataset }) => dataset)).toEqual(['MANY']);
  const staged = inodes('staging/*/version/content/**');
  expect(staged).toHaveLength(20);
  expect(await take(office, 'many', { as: 'MANY' })).toMatchObject({ committed: [1] });
  expect(inodes('store/*/*/hms%3aMANY/v1/content/**')).toEqual(expect.arrayContaining(staged));
  expect(payloadOf(await contents(office, 'MANY'))).toEqual(many);
});
