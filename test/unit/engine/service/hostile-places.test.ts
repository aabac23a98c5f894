import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetId, LogicalPath, Tag } from '../../../../src/contract/index.ts';
import { systemClock } from '../../../../src/engine/clock.ts';
import { createDataset, describeDataset } from '../../../../src/engine/datasets/index.ts';
import { commit, discard, draftsOf, put, removeFiles } from '../../../../src/engine/drafting.ts';
import { openFile, versionOf } from '../../../../src/engine/files.ts';
import { forkLake } from '../../../../src/engine/fork.ts';
import { openToWrite } from '../../../../src/engine/open.ts';
import { enrollStation, requestEnrolment, revokeStation } from '../../../../src/engine/stations.ts';
import { destroyBody, rebuildCatalog, voidVersion } from '../../../../src/engine/upkeep.ts';
import { verify } from '../../../../src/verify/index.ts';
import { openOffice, quiet, textOf } from '../../../builders/lake/office.ts';
import type { Office } from '../../../builders/lake/office.ts';

let office: Office;
beforeEach(async () => {
  office = await openOffice();
});
afterEach(() => office.remove());

const id = (text: string): DatasetId => text as DatasetId;
const path = (text: string): LogicalPath => text as LogicalPath;
const plain = { message: null, tags: [] };
const stage = async (name: string, files: Readonly<Record<string, string>>): Promise<void> => {
  const source = await office.sources(files);
  await office.write((lake) => put(lake, id(name), [{ kind: 'path', path: source }], quiet));
};
const errors = async (): Promise<string[]> => (await verify(office.lake, { workers: 0 })).findings.filter((finding) => finding.severity === 'error').map((finding) => finding.code);
const inStore = async (ending: string): Promise<string> => join(office.lake, 'store', (await readdir(join(office.lake, 'store'), { recursive: true })).find((name) => name.endsWith(ending)) as string);

describe('a backup that was restored in the place of the lake', () => {
  it('is noticed at opening and by who had the lake open, and nothing is written into the gap', async () => {
    await office.ingest('WF', { 'a.txt': '1' });
    const backup = await office.copyLake('backup');
    const open = await openToWrite(office.options());
    await office.ingest('WF', { 'a.txt': '2' });
    await open.refresh();
    await rm(office.lake, { recursive: true });
    await cp(backup, office.lake, { recursive: true });
    await expect(createDataset(open, id('GAP'), [])).rejects.toMatchObject({ code: 'LAKE_OLDER_THAN_SEEN' });
    await open.close();
    await expect(office.ingest('WF', { 'a.txt': '3' })).rejects.toMatchObject({ code: 'LAKE_OLDER_THAN_SEEN' });
    await office.read((lake) => expect(versionOf(lake, 'WF').version).toBe(1));
    expect((await readdir(join(office.lake, 'ledger/entries/x000/x000'))).length).toBe(3);
  });
});

describe('files of other programs in the lake', () => {
  it('in the store and in the ledger are in nobody\'s way, are left alone, and the checker names each', async () => {
    await office.ingest('WF', { 'a.txt': '1' });
    const object = dirname(await inStore('v1'));
    const strangers = ['store/Thumbs.db', 'ledger/.DS_Store', 'ledger/entries/x000/desktop.ini', 'ledger/entries/x000/x000/Thumbs.db', 'ledger/entries/x000/x000/001/notes.txt'].map((name) => join(office.lake, name));
    strangers.push(join(object, 'Thumbs.db'), join(object, 'v1', 'content', '.DS_Store'));
    for (const file of strangers) await writeFile(file, 'mine');
    expect(await office.ingest('WF', { 'a.txt': '2' })).toBe(2);
    await office.write((lake) => describeDataset(lake, id('WF'), { title: 'goes on' }));
    await rebuildCatalog(office.options());
    await office.read(async (lake) => expect(await textOf((await openFile(lake, versionOf(lake, 'WF'), path('a.txt'))).stream)).toBe('2'));
    const { findings } = await verify(office.lake, { workers: 0 });
    const named = findings.filter(({ severity }) => severity !== 'note').map((finding) => finding.path);
    expect(new Set(named)).toEqual(new Set(strangers.map((file) => relative(office.lake, file).replaceAll('\\', '/'))));
    for (const file of strangers) expect(await readFile(file, 'utf8')).toBe('mine');
  });
});

describe('a commit that was refused', () => {
  it('leaves the draft whole, also where it had found second copies', async () => {
    await stage('WF', { 'a.txt': 'same', 'b.txt': 'same', 'c.txt': 'other' });
    const next = join(office.lake, 'ledger/entries/x000/x000/002');
    await mkdir(next);
    await expect(office.write((lake) => commit(lake, id('WF'), plain))).rejects.toMatchObject({ code: 'LEDGER_BLOCKED' });
    await rm(next, { recursive: true });
    await office.write((lake) => removeFiles(lake, id('WF'), [path('a.txt')]));
    await office.write((lake) => commit(lake, id('WF'), plain));
    await office.read(async (lake) => expect(await textOf((await openFile(lake, versionOf(lake, 'WF'), path('b.txt'))).stream)).toBe('same'));
    expect(await errors()).toEqual([]);
  });

  it('can be put into again, and then committed', async () => {
    await stage('WF', { 'a.txt': '1' });
    const next = join(office.lake, 'ledger/entries/x000/x000/002');
    await mkdir(next);
    await expect(office.write((lake) => commit(lake, id('WF'), plain))).rejects.toMatchObject({ code: 'LEDGER_BLOCKED' });
    await rm(next, { recursive: true });
    await stage('WF', { 'a.txt': '1', 'b.txt': '2' });
    expect(await office.write(async (lake) => (await commit(lake, id('WF'), plain)).prepared.files)).toBe(2);
    expect(await errors()).toEqual([]);
  });

  it('because a staged file is gone names it, and goes on once it was put again', async () => {
    await stage('WF', { 'a.txt': '1', 'b.txt': '2' });
    const staged = (await readdir(join(office.lake, 'staging'), { recursive: true })).find((name) => name.endsWith('content/b.txt')) as string;
    await rm(join(office.lake, 'staging', staged));
    await expect(office.write((lake) => commit(lake, id('WF'), plain))).rejects.toMatchObject({ code: 'STAGED_DAMAGED', facts: { paths: ['b.txt'] } });
    await stage('WF', { 'b.txt': '2' });
    await office.write((lake) => commit(lake, id('WF'), plain));
    expect(await errors()).toEqual([]);
  });
});

describe('a station that was revoked while it had the lake open', () => {
  it('is told so, and nothing that it wanted is done', async () => {
    const { id16 } = await office.read((lake) => requestEnrolment(lake), 'second');
    await office.write((lake) => enrollStation(lake, id16, null));
    const second = await openToWrite(office.options('second'));
    await office.write((lake) => revokeStation(lake, id16, 'stolen'));
    await expect(createDataset(second, id('X'), [])).rejects.toMatchObject({ code: 'NOT_ENROLLED' });
    await expect(destroyBody(second, 0, 'none', 'none')).rejects.toMatchObject({ code: 'NOT_ENROLLED' });
    await second.close();
    expect(await readdir(join(office.lake, 'ledger/entries/x000/x000/000'))).toContain('body.json');
    expect(await errors()).toEqual([]);
  });
});

describe('a fork beside an open writer', () => {
  it('stops that writer instead of losing what it writes', async () => {
    await office.ingest('WF', { 'a.txt': '1' });
    const open = await openToWrite(office.options());
    await forkLake(office.options(), 'on purpose');
    await expect(createDataset(open, id('X'), [])).rejects.toMatchObject({ code: 'LAKE_FORKED' });
    await open.close();
    expect(await office.ingest('WF', { 'a.txt': '2' })).toBe(2);
    expect(await errors()).toEqual([]);
  });
});

describe('a dataset that became protected health information while a draft of it was open', () => {
  it('gets the draft into raw/', async () => {
    await stage('PHI', { 'a.txt': '1' });
    await office.write((lake) => createDataset(lake, id('PHI'), ['phi' as Tag]), 'first', { by: { account: 'other', host: 'x', program: 'y' } });
    await office.write((lake) => commit(lake, id('PHI'), plain));
    expect((await readdir(join(office.lake, 'raw'), { recursive: true })).some((name) => name.endsWith('content/a.txt'))).toBe(true);
    expect(await office.ingest('PHI', { 'a.txt': '2' })).toBe(2);
    expect(await errors()).toEqual([]);
  });
});

describe('a draft', () => {
  it('is not discarded once its version is claimed, though it is not in place yet', async () => {
    await stage('WF', { 'a.txt': '1' });
    const other = await openToWrite(office.options());
    const [draft] = await draftsOf(other);
    await office.write((lake) => commit(lake, id('WF'), plain));
    if (draft === undefined) throw new Error('There is no draft.');
    await expect(discard(other, draft)).rejects.toMatchObject({ code: 'DRAFT_NONE' });
    await other.close();
  });

  it('keeps what was put last, also where the clock went back in between', async () => {
    await stage('WF', { 'n.txt': 'old' });
    const early = { ...systemClock, now: () => systemClock.now() - 200_000 };
    const source = await office.sources({ 'n.txt': 'new' });
    await office.write((lake) => put(lake, id('WF'), [{ kind: 'path', path: source }], quiet), 'first', { clock: early });
    await office.write((lake) => commit(lake, id('WF'), plain));
    await office.read(async (lake) => expect(await textOf((await openFile(lake, versionOf(lake, 'WF'), path('n.txt'))).stream)).toBe('new'));
  });
});

describe('a stored inventory that was changed', () => {
  it('is never built upon, nor read from', async () => {
    await office.ingest('WF', { 'a.txt': '1', 'b.txt': '2' });
    const inventory = await inStore('v1/inventory.json');
    await writeFile(inventory, (await readFile(inventory, 'utf8')).replace('"b.txt"', '"c.txt"'));
    await expect(office.ingest('WF', { 'd.txt': '3' })).rejects.toMatchObject({ code: 'STORED_DAMAGED' });
    await office.read(async (lake) => {
      await expect(openFile(lake, versionOf(lake, 'WF'), path('a.txt'))).rejects.toMatchObject({ code: 'STORED_DAMAGED' });
    });
  });

  it('whose body is gone too leaves the rest of the lake open', async () => {
    await office.ingest('BAD', { 'a.txt': '1' });
    await office.ingest('GOOD', { 'a.txt': '1' });
    await office.write((lake) => destroyBody(lake, 2, 'order', 'order'));
    await writeFile(await inStore('BAD/v1/inventory.json'), '{');
    await rebuildCatalog(office.options());
    await office.read(async (lake) => expect(await textOf((await openFile(lake, versionOf(lake, 'GOOD'), path('a.txt'))).stream)).toBe('1'));
    expect(await office.ingest('GOOD', { 'b.txt': '2' })).toBe(2);
    await expect(office.ingest('BAD', { 'b.txt': '2' })).rejects.toMatchObject({ code: 'STORED_DAMAGED' });
  });
});

describe('a claimed version whose place is taken', () => {
  it('stops its own dataset and no other', async () => {
    await office.ingest('WF', { 'a.txt': '1' });
    await office.ingest('WF', { 'a.txt': '2' });
    const folder = await inStore('/v2');
    const entry = JSON.parse(await readFile(join(office.lake, 'ledger/entries/x000/x000/003/entry.json'), 'utf8')) as { txn: string };
    await mkdir(join(office.lake, 'staging', entry.txn));
    await rename(folder, join(office.lake, 'staging', entry.txn, 'version'));
    await mkdir(folder);
    await writeFile(join(folder, 'Thumbs.db'), 'x');
    await rebuildCatalog(office.options());
    expect(await office.ingest('OTHER', { 'a.txt': '1' })).toBe(1);
    await expect(office.ingest('WF', { 'b.txt': '3' })).rejects.toMatchObject({ code: 'DATASET_FOREIGN' });
    await office.read(async (lake) => expect(await textOf((await openFile(lake, versionOf(lake, 'WF:v2'), path('a.txt'))).stream)).toBe('2'));
    await rm(folder, { recursive: true });
    await office.write((lake) => expect(lake.recovery.placed.map((version) => version.version)).toEqual([2]) as never);
    expect(await errors()).toEqual([]);
  });
});

describe('voiding', () => {
  it('is refused for a lost version that is not the newest, and writes nothing', async () => {
    await office.ingest('WF', { 'a.txt': '1' });
    await office.ingest('WF', { 'a.txt': '2' });
    await office.ingest('WF', { 'a.txt': '3' });
    const folder = await inStore('/v2');
    await rename(folder, join(office.folder, 'v2'));
    await expect(office.write((lake) => voidVersion(lake, { dataset: id('WF'), version: 2 }, 'lost'))).rejects.toMatchObject({ code: 'ACT_REFUSED' });
    await rename(join(office.folder, 'v2'), folder);
    expect(await errors()).toEqual([]);
  });
});

describe('a catalog that is damaged inside', () => {
  it('is built again', async () => {
    await office.ingest('WF', { 'a.txt': '1' });
    const lakes = join(office.folder, 'profile-first', 'lakes');
    const names = await readdir(lakes, { recursive: true });
    const file = join(lakes, names.find((name) => name.endsWith('catalog.sqlite')) as string);
    await rm(`${file}-wal`, { force: true });
    const bytes = await readFile(file);
    bytes.fill(0xaa, 4096, bytes.length);
    await writeFile(file, bytes);
    await office.write((lake) => describeDataset(lake, id('WF'), { title: 'goes on' }));
    await office.read((lake) => expect(versionOf(lake, 'WF').version).toBe(1));
  });
});
