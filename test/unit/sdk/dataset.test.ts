import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CancelledError, Dataset, HmsError, lake } from 'hms-dta';
import { openOffice } from '../../builders/lake/office.ts';
import type { Office } from '../../builders/lake/office.ts';

let office: Office;
let where: { readonly lake: string; readonly profile: string };
beforeAll(async () => {
  office = await openOffice();
  where = { lake: office.lake, profile: office.options().profile };
});
afterAll(() => office.remove());

async function source(name: string, content: string): Promise<string> {
  const path = join(office.folder, 'in', name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
  return path;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');
/** Where the lake keeps the bytes of a file of the dataset BYTES. */
const storedFile = (name: string): string => globSync(`store/*/*/hms%3aBYTES/v1/content/${name}`, { cwd: office.lake }).map((file) => join(office.lake, file))[0] ?? '';
const codeOf = (call: Promise<unknown>): Promise<unknown> => call.then(() => 'no error', (error: unknown) => (error instanceof HmsError ? error.code : error));

it('files, streams and folders become versions; each method means the version that the dataset stands on', async () => {
  await using ds = await Dataset.create('AIR-1', { ...where, tags: ['raw'] });
  expect([ds.id, ds.versionId, await ds.versions()]).toEqual(['AIR-1', null, []]);
  const a = await ds.putFile(await source('a.csv', 'a,b\n1,2\n'), { as: 'north/a.csv', chunk: 8 * 1024 * 1024 });
  expect(a).toEqual({ name: 'north/a.csv', sha256: sha256('a,b\n1,2\n'), size: 8, outcome: 'staged' });
  expect(await ds.putFile(join(office.folder, 'in', 'a.csv'), { as: 'north/a.csv' })).toMatchObject({ outcome: 'resumed' });
  expect(await ds.putStream('b.txt', Readable.from(['x', Buffer.from('yz')]), { mtime: new Date('2024-07-04T12:00:00Z') })).toMatchObject({ name: 'b.txt', size: 3, outcome: 'staged' });
  expect(await ds.putStream('bytes', new Uint8Array([1, 2]))).toMatchObject({ size: 2 });
  await source('folder/one', '1');
  await source('folder/deep/two', '2');
  await symlink('one', join(office.folder, 'in', 'folder', 'link'));
  expect(await ds.putFolder(join(office.folder, 'in', 'folder'))).toMatchObject({ files: 2, bytes: 2, notes: { counts: { symlinks: 1, emptyFolders: 0 } } });
  expect(await ds.draft()).toMatchObject({ changes: 5, base: null });

  const v1 = await ds.commit('First');
  expect(v1).toMatchObject({ id: 'AIR-1:v1', number: 1, message: 'First', tags: ['raw'], files: 5, derivedFrom: [], transform: null, imported: null, withdrawn: null });
  expect([ds.versionId, await ds.draft()]).toEqual(['AIR-1:v1', null]);
  const files = await all(ds.files());
  expect(files.map(({ name }) => name)).toEqual(['b.txt', 'bytes', 'folder/deep/two', 'folder/one', 'north/a.csv']);
  expect(files[0]).toEqual({ name: 'b.txt', sha256: sha256('xyz'), size: 3, mtime: '2024-07-04T12:00:00.000Z' });

  await ds.rename('b.txt', 'c.txt');
  expect(await ds.remove('folder', 'bytes')).toBe(3);
  expect(await ds.putStream('north/a.csv', [Buffer.from('a\n1\n')])).toMatchObject({ outcome: 'staged' });
  expect(await ds.commit('Second', { tags: ['clean'] })).toMatchObject({ id: 'AIR-1:v2', files: 2, derivedFrom: ['AIR-1:v1'] });
  expect((await all(ds.diff())).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'removed bytes',
    'renamed c.txt',
    'removed folder/deep/two',
    'removed folder/one',
    'replaced north/a.csv',
  ]);
  expect((await all(ds.diff(2, 1))).map(({ kind, name }) => `${kind} ${name}`)).toEqual(['renamed b.txt', 'added bytes', 'added folder/deep/two', 'added folder/one', 'replaced north/a.csv']);
  expect((await ds.versions()).map(({ id }) => id)).toEqual(['AIR-1:v2', 'AIR-1:v1']);

  await using old = await Dataset.open('AIR-1:raw', where);
  expect(old.versionId).toBe('AIR-1:v1');
  expect(await text(await old.openFile('north/a.csv'))).toBe('a,b\n1,2\n');
  expect(await text(await old.openFile('north/a.csv', { version: 'clean' }))).toBe('a\n1\n');
});

it('what is said of a dataset and its versions can be changed and read', async () => {
  await office.ingest('LABELS', { a: 'a' }, { tags: ['raw'] });
  await using ds = await Dataset.open('labels', where);
  expect(ds.id).toBe('LABELS');
  expect(await ds.tag('clean')).toEqual(['clean', 'raw']);
  expect(await ds.tag('clean', 1)).toEqual(['clean', 'raw']);
  expect(await ds.untag('raw', 'v1')).toEqual(['clean']);
  expect(await codeOf(ds.untag('raw'))).toBe('TAG_UNKNOWN');
  await ds.alias('also-labels');
  expect(await ds.aliases()).toEqual(['also-labels']);
  expect(await ds.describe({ title: 'Labels', creator: 'Records' })).toEqual({ title: 'Labels', creator: 'Records' });
  expect(await ds.describe({ creator: null, date: '2024' })).toEqual({ title: 'Labels', date: '2024' });
  expect(await ds.description()).toEqual({ title: 'Labels', date: '2024' });
  expect(await codeOf(ds.withdraw('clean', 'Wrong sensor'))).toBe('USAGE');
  expect((await ds.withdraw('v1', 'Wrong sensor')).withdrawn).toMatchObject({ reason: 'Wrong sensor' });
  await using again = await Dataset.open('also-labels', where);
  expect([again.id, again.versionId]).toEqual(['LABELS', null]);
  expect(await codeOf(all(again.files()))).toBe('VERSION_UNKNOWN');
});

it('an id cannot be changed, and whoever tries is offered an alias', async () => {
  await using ds = await Dataset.create('FIXED', where);
  const wanted = { code: 'ACT_REFUSED', message: 'The id FIXED stands in the ledger for ever, so a dataset cannot be renamed.', next: expect.stringContaining("dataset.alias('OTHER-NAME')") as string };
  expect(() => ((ds as { id: string }).id = 'OTHER')).toThrow(expect.objectContaining(wanted));
  await expect((ds.rename.bind(ds) as (name: string) => Promise<void>)('OTHER')).rejects.toMatchObject(wanted);
  expect(ds.id).toBe('FIXED');
});

it('a program that ended in the middle is told of its draft, and goes on with it', async () => {
  const path = await source('half.csv', '1\n');
  const first = await Dataset.create('HALF', where);
  await first.putFile(path);
  await first.close();
  await expect(Dataset.create('HALF', where)).rejects.toMatchObject({
    code: 'DATASET_EXISTS',
    message: expect.stringMatching(/^The name "HALF" is taken by the dataset HALF\. You have a draft of it with 1 change, begun at 20/) as string,
    next: expect.stringContaining("Dataset.open('HALF')") as string,
  });
  await using second = await Dataset.open('HALF', where);
  expect(await second.putFile(path)).toMatchObject({ outcome: 'resumed' });
  expect(await second.commit()).toMatchObject({ id: 'HALF:v1', message: 'Version 1' });
  expect(await second.putFile(path)).toMatchObject({ outcome: 'unchanged' });
  expect(await codeOf(second.commit('again'))).toBe('DRAFT_EMPTY');
  await second.putStream('x', [Buffer.from('x')]);
  expect([await second.discard(), await second.draft(), await second.discard()]).toEqual([1, null, 0]);
});

it('changes made at once wait for one another', async () => {
  await using ds = await Dataset.create('AT-ONCE', where);
  const puts = Array.from({ length: 8 }, (_, i) => ds.putStream(`f${i}`, [Buffer.from(String(i))]));
  const commit = ds.commit('All of them');
  const after = ds.putStream('late', [Buffer.from('late')]);
  expect((await Promise.all(puts)).map(({ outcome }) => outcome)).toEqual(Array(8).fill('staged'));
  expect(await commit).toMatchObject({ files: 8 });
  await after;
  expect(await ds.draft()).toMatchObject({ changes: 1, base: 'AT-ONCE:v1' });
  await ds.discard();
});

it('a version names what it was made from, in another dataset too', async () => {
  await office.ingest('SOURCE', { a: 'a' });
  await using ds = await Dataset.create('DERIVED', where);
  await ds.putStream('b', [Buffer.from('b')]);
  expect(await codeOf(ds.commit('x', { derivedFrom: ['NOT-THERE:v1'] }))).toBe('DATASET_UNKNOWN');
  expect(await codeOf(ds.commit('x', { transform: 'two\nlines' }))).toBe('NAME_INVALID');
  expect(await ds.commit('Made by hand', { derivedFrom: ['SOURCE:v1', 'SOURCE:v1'], transform: 'my-tool 1.2' })).toMatchObject({ derivedFrom: ['SOURCE:v1'], transform: 'my-tool 1.2' });
  await ds.putStream('c', [Buffer.from('c')]);
  expect(await ds.commit('On', { derivedFrom: ['DERIVED:v1'] })).toMatchObject({ derivedFrom: ['DERIVED:v1'] });
});

it('a stored file is checked while it is read; of a range only the length', async () => {
  await office.ingest('BYTES', { a: '0123456789', empty: '' });
  await using ds = await Dataset.open('BYTES', where);
  const whole = await ds.openFile('a');
  expect([whole.checked, whole.file.sha256]).toEqual(['sha256', sha256('0123456789')]);
  expect(await text(whole)).toBe('0123456789');
  const part = await ds.openFile('a', { range: { start: 2, end: 4 } });
  expect([part.checked, await text(part)]).toEqual(['length', '234']);
  expect(await text(await ds.openFile('a', { range: { start: 8 } }))).toBe('89');
  expect((await ds.openFile('a', { range: { start: 0, end: 9 } })).checked).toBe('sha256');
  expect(await buffer(await ds.openFile('empty'))).toHaveLength(0);
  expect(await codeOf(ds.openFile('a', { range: { start: 10 } }))).toBe('USAGE');
  expect(await codeOf(ds.openFile('b'))).toBe('FILE_UNKNOWN');
  await expect(ds.openFile('a', { signal: AbortSignal.abort() }).then(text)).rejects.toThrow(CancelledError);

  const stored = storedFile('a');
  await writeFile(stored, '012345678X');
  let given = '';
  await expect(
    (async () => {
      for await (const piece of await ds.openFile('a')) given += String(piece);
    })(),
  ).rejects.toMatchObject({ code: 'STORED_DAMAGED' });
  expect(given).toBe('');
  await writeFile(stored, '012');
  expect(await codeOf(ds.openFile('a', { range: { start: 1, end: 5 } }).then(text))).toBe('STORED_DAMAGED');
  await rm(stored);
  expect(await codeOf(ds.openFile('a').then(text))).toBe('STORED_DAMAGED');
});

it('bad input leaves the draft as it was', async () => {
  await using ds = await Dataset.create('STRICT', where);
  expect(await codeOf(ds.putFile(join(office.folder, 'not-there')))).toBe('SOURCE_UNREADABLE');
  expect(await codeOf(ds.putFile(office.folder))).toBe('SOURCE_REFUSED');
  expect(await codeOf(ds.putFile(await source('ok', 'ok'), { as: '../up' }))).toBe('NAME_INVALID');
  expect(await codeOf(ds.putFile(await source('ok', 'ok'), { chunk: 1.5 }))).toBe('USAGE');
  const failing = new Error('The sensor is away');
  const stream = (async function* () {
    yield Buffer.from('half');
    await Promise.reject(failing);
  })();
  await expect(ds.putStream('s', stream)).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE', cause: failing });
  expect(await codeOf(ds.putStream('s', 'sensorA.csv' as unknown as Uint8Array))).toBe('SOURCE_UNREADABLE');
  expect(await codeOf(ds.putStream('s', [1] as unknown as Uint8Array[]))).toBe('SOURCE_UNREADABLE');
  await expect(ds.putFolder(join(office.folder, 'in'), { signal: AbortSignal.abort() })).rejects.toThrow(CancelledError);
  expect(await ds.draft()).toMatchObject({ changes: 0 });
  expect(await codeOf(Dataset.open('STRICTT', where))).toBe('DATASET_UNKNOWN');
  expect(await codeOf(Dataset.create('con', where))).toBe('NAME_INVALID');
  expect(await codeOf(Dataset.open('A b', where))).toBe('USAGE');
  expect(await codeOf(ds.version(7))).toBe('VERSION_UNKNOWN');
  await office.ingest('ELSE', { a: 'a' });
  expect(await codeOf(ds.version('ELSE:v1'))).toBe('USAGE');
});

it('a lake is opened once for several datasets; HMS_LAKE and HMS_PROFILE name it where nothing else does', async () => {
  await using records = await lake.open(where.lake, { profile: where.profile });
  expect(await records.readOnly()).toBeNull();
  await using ds = await Dataset.create('SHARED-LAKE', { lake: records });
  await ds.putStream('a', [Buffer.from('a')]);
  await ds.commit();
  const listed = await all(records.datasets());
  expect(listed.find(({ id }) => id === 'SHARED-LAKE')).toMatchObject({ newest: 'SHARED-LAKE:v1', aliases: [] });
  const before = { ...process.env };
  try {
    Object.assign(process.env, { HMS_LAKE: where.lake, HMS_PROFILE: where.profile });
    await using found = await Dataset.open('SHARED-LAKE');
    expect(found.versionId).toBe('SHARED-LAKE:v1');
    delete process.env['HMS_LAKE'];
    expect(await codeOf(Dataset.open('SHARED-LAKE'))).toBe('USAGE');
  } finally {
    process.env = before;
  }
  expect(await codeOf(lake.open(office.folder, { profile: where.profile }))).toBe('NOT_A_LAKE');
});

it('a workstation that is not enrolled can read, and is told why it cannot write', async () => {
  await office.ingest('READ-ONLY', { a: 'a' });
  const stranger = { lake: office.lake, profile: office.options('stranger').profile };
  await using ds = await Dataset.open('READ-ONLY', stranger);
  expect(await text(await ds.openFile('a'))).toBe('a');
  expect(await codeOf(ds.putStream('b', [Buffer.from('b')]))).toBe('NOT_ENROLLED');
  expect(await codeOf(Dataset.create('NEW', stranger))).toBe('NOT_ENROLLED');
});
