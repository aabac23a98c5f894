import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetId, LogicalPath, Tag } from '../../../../src/contract/index.ts';
import { addAlias, addTag, createDataset, describeDataset, removeTag, withdrawVersion } from '../../../../src/engine/datasets/index.ts';
import { commit, discard, draftsOf, put, removeFiles, renameFile } from '../../../../src/engine/drafting.ts';
import { openFile, versionOf } from '../../../../src/engine/files.ts';
import { initLake } from '../../../../src/engine/init.ts';
import type { Draft } from '../../../../src/engine/lake/index.ts';
import { openToRead } from '../../../../src/engine/open.ts';
import type { WritableLake } from '../../../../src/engine/open.ts';
import { destroyBody, rebuildCatalog, voidVersion } from '../../../../src/engine/upkeep.ts';
import { openOffice, quiet, textOf } from '../../../builders/lake/office.ts';
import type { Office } from '../../../builders/lake/office.ts';

let office: Office;
beforeEach(async () => {
  office = await openOffice();
});
afterEach(() => office.remove());

const id = (text: string): DatasetId => text as DatasetId;
const path = (text: string): LogicalPath => text as LogicalPath;
const tag = (text: string): Tag => text as Tag;

describe('a new lake', () => {
  it('is two entries: its creation and its recovery key', async () => {
    await office.read((lake) => {
      expect(lake.catalog.log({}, 10).entries.map((entry) => [entry.seq, entry.op, entry.effect])).toEqual([
        [1, 'key.enrolled', true],
        [0, 'lake.created', true],
      ]);
      expect(lake.catalog.keys().map((key) => key.role)).toEqual(['station', 'recovery']);
      expect(lake.readOnly).toBeNull();
    });
    expect(office.recoveryKey.startsWith(join(office.folder, 'profile-first', 'recovery'))).toBe(true);
  });

  it('names the hash of lake.json in entry 0', async () => {
    const entry = JSON.parse(await readFile(join(office.lake, 'ledger/entries/x000/x000/000/entry.json'), 'utf8')) as { outputs: unknown };
    const hash = createHash('sha256').update(await readFile(join(office.lake, 'lake.json'))).digest('hex');
    expect(entry.outputs).toEqual([{ ref: 'lake.json', sha256: hash }]);
  });

  it('is not made where a lake is, nor in a folder that holds something else', async () => {
    await expect(initLake({ ...office.options(), zone: 'UTC' })).rejects.toMatchObject({ code: 'ALREADY_A_LAKE' });
    const used = join(office.folder, 'used');
    await mkdir(used);
    await writeFile(join(used, 'letter.txt'), 'x');
    await expect(initLake({ ...office.options(), folder: used, zone: 'UTC' })).rejects.toMatchObject({ code: 'ALREADY_A_LAKE' });
    expect(await readdir(used)).toEqual(['letter.txt']);
  });

  it('needs a time zone that exists', async () => {
    await expect(initLake({ ...office.options(), folder: join(office.folder, 'other'), zone: 'Mars/Olympus' })).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('versions', () => {
  it('keep every file of every version, whatever comes after', async () => {
    await office.ingest('WF', { 'a.csv': 'one', 'b/c.csv': 'two' });
    await office.ingest('WF', { 'a.csv': 'changed', 'd.csv': 'three' });
    await office.write(async (lake) => {
      await removeFiles(lake, id('WF'), [path('b')]);
      await renameFile(lake, id('WF'), path('d.csv'), path('renamed.csv'));
      await commit(lake, id('WF'), { message: 'third', tags: [] });
    });
    await office.read(async (lake) => {
      const names = (version: number): string[] => [...(lake.catalog.iterateFiles(id('WF'), version) ?? [])].map((file) => file.path);
      expect([1, 2, 3].map(names)).toEqual([['a.csv', 'b/c.csv'], ['a.csv', 'b/c.csv', 'd.csv'], ['a.csv', 'renamed.csv']]);
      const read = async (ref: string, name: string): Promise<string> => textOf((await openFile(lake, versionOf(lake, ref), path(name))).stream);
      expect(await read('WF:v1', 'a.csv')).toBe('one');
      expect(await read('WF:v2', 'a.csv')).toBe('changed');
      expect(await read('WF:v3', 'renamed.csv')).toBe('three');
      expect(await textOf((await openFile(lake, versionOf(lake, 'WF:v2'), path('a.csv'), { start: 2, end: 4 })).stream)).toBe('ang');
    });
    const object = join(office.lake, 'store');
    expect((await readdir(object, { recursive: true })).filter((name) => name.includes('/v3/') && name.includes('content'))).toEqual([]);
  });

  it('do not store the same bytes twice, within a version or across versions', async () => {
    await office.ingest('WF', { 'a.txt': 'same', 'b.txt': 'same', 'c.txt': 'other' });
    await office.ingest('WF', { 'd.txt': 'same', 'e.txt': 'new' });
    const stored = (await readdir(join(office.lake, 'store'), { recursive: true })).filter((name) => /\/v\d+\/content\//.test(name));
    expect(stored.map((name) => name.slice(name.indexOf('/v') + 1)).sort()).toEqual(['v1/content/a.txt', 'v1/content/c.txt', 'v2/content/e.txt']);
  });

  it('are not made where nothing differs', async () => {
    await office.ingest('WF', { 'a.txt': 'same' });
    await expect(office.ingest('WF', { 'a.txt': 'same' })).rejects.toMatchObject({ code: 'DRAFT_EMPTY' });
  });

  it('refuse a name that would be a file and a folder', async () => {
    await office.ingest('WF', { name: 'file' });
    await expect(office.ingest('WF', { 'name/below': 'x' })).rejects.toMatchObject({ code: 'NAME_INVALID' });
  });

  it('are found by number, tag, instant and newest; a withdrawn one by its number only', async () => {
    await office.ingest('WF', { 'a.txt': '1' }, { tags: ['raw'] });
    const between = new Date().toISOString();
    await office.ingest('WF', { 'a.txt': '2' }, { tags: ['clean'] });
    await office.ingest('WF', { 'a.txt': '3' });
    await office.write(async (lake) => {
      await withdrawVersion(lake, { dataset: id('WF'), version: 3 }, 'wrong sensor');
    });
    await office.read((lake) => {
      expect(['WF', 'WF:v3', 'WF:raw', 'WF:clean', `WF@${between}`].map((ref) => versionOf(lake, ref).version)).toEqual([2, 3, 1, 2, 1]);
      expect(() => versionOf(lake, 'WF:v4')).toThrowError(expect.objectContaining({ code: 'VERSION_UNKNOWN' }));
      expect(() => versionOf(lake, 'WG')).toThrowError(expect.objectContaining({ code: 'DATASET_UNKNOWN', facts: { nearest: 'WF' } }));
      expect(() => versionOf(lake, 'WF:nope')).toThrowError(expect.objectContaining({ code: 'TAG_UNKNOWN' }));
    });
  });

  it('take tags, and give them back', async () => {
    await office.ingest('WF', { 'a.txt': '1' });
    await office.write(async (lake) => {
      await addTag(lake, { dataset: id('WF'), version: 1 }, tag('checked'));
      expect(versionOf(lake, 'WF:checked').version).toBe(1);
      await removeTag(lake, { dataset: id('WF'), version: 1 }, tag('checked'));
      expect(versionOf(lake, 'WF').tags).toEqual([]);
      await expect(removeTag(lake, { dataset: id('WF'), version: 1 }, tag('checked'))).rejects.toMatchObject({ code: 'ACT_REFUSED' });
    });
  });
});

describe('datasets', () => {
  it('share one namespace with aliases, ignoring case', async () => {
    await office.write(async (lake) => {
      await createDataset(lake, id('WF-2024'), [tag('raw')]);
      await expect(createDataset(lake, id('wf-2024'), [])).rejects.toMatchObject({ code: 'ACT_REFUSED' });
      await addAlias(lake, id('WF-2024'), id('wildfire'));
      await expect(createDataset(lake, id('Wildfire'), [])).rejects.toMatchObject({ code: 'ACT_REFUSED' });
    });
    await office.ingest('WF-2024', { 'a.txt': '1' });
    await office.read((lake) => {
      expect(versionOf(lake, 'WILDFIRE:raw').dataset).toBe('WF-2024');
    });
  });

  it('keep every description', async () => {
    await office.write(async (lake) => {
      await createDataset(lake, id('WF'), []);
      await describeDataset(lake, id('WF'), { title: 'Wildfire', creator: 'Forest Service' });
      await describeDataset(lake, id('WF'), { title: 'Wildfire July' });
      expect(lake.catalog.dataset(id('WF'))?.descriptions.map((said) => said.value)).toEqual([{ title: 'Wildfire July' }, { title: 'Wildfire', creator: 'Forest Service' }]);
    });
  });

  it('with the tag phi lie in raw/, and the tag is refused on others', async () => {
    await office.ingest('CLINIC', { 'a.txt': '1' }, { tags: ['phi', 'encrypted'] });
    await office.ingest('OPEN', { 'a.txt': '1' });
    expect((await readdir(join(office.lake, 'raw'), { recursive: true })).some((name) => name.endsWith('v1/content/a.txt'))).toBe(true);
    await office.write(async (lake) => {
      await expect(addTag(lake, { dataset: id('OPEN'), version: 1 }, tag('phi'))).rejects.toMatchObject({ code: 'TAG_REFUSED' });
    });
  });
});

describe('drafts', () => {
  it('go on from one process to the next until they are committed', async () => {
    const one = await office.sources({ 'a.txt': '1' });
    const two = await office.sources({ 'b.txt': '2' });
    await office.write((lake) => put(lake, id('WF'), [{ kind: 'path', path: one }], quiet));
    await office.write((lake) => put(lake, id('WF'), [{ kind: 'path', path: two }], quiet));
    await office.write(async (lake) => {
      expect((await draftsOf(lake)).map((draft) => draft.dataset)).toEqual(['WF']);
      expect((await commit(lake, id('WF'), { message: null, tags: [] })).prepared.files).toBe(2);
      expect(await draftsOf(lake)).toEqual([]);
      expect(await readdir(lake.paths.staging)).toEqual([]);
    });
  });

  it('that are committed by the process that filled them are read again where another has put into them since', async () => {
    const [one, two, three] = [await office.sources({ 'a.txt': '1' }), await office.sources({ 'b.txt': '2' }), await office.sources({ 'c.txt': '3' })];
    const putIn = async (lake: WritableLake, path: string): Promise<Draft> => {
      let left: Draft | null = null;
      await put(lake, id('WF'), [{ kind: 'path', path }], { ...quiet, leaveOpen: (draft) => (left = draft) });
      return left as unknown as Draft;
    };
    await office.write(async (lake) => {
      const draft = await putIn(lake, one);
      await put(lake, id('WF'), [{ kind: 'path', path: two }], quiet);
      expect((await commit(lake, id('WF'), { message: null, tags: [], draft })).prepared.files).toBe(2);
      draft.close();
      const alone = await putIn(lake, three);
      const phases = new Set<string>();
      expect((await commit(lake, id('WF'), { message: null, tags: [], draft: alone, onProgress: ({ phase }) => phases.add(phase) })).prepared.files).toBe(3);
      alone.close();
      expect(phases.has('Putting the version in place')).toBe(true);
      // One that belongs to an act that is over is not mistaken for the next.
      await put(lake, id('WF'), [{ kind: 'path', path: await office.sources({ 'd.txt': '4' }) }], quiet);
      expect((await commit(lake, id('WF'), { message: null, tags: [], draft: alone })).prepared.files).toBe(4);
    });
  });

  it('are applied to a newer version when the paths are others, and stop where they are the same', async () => {
    await office.ingest('WF', { 'a.txt': '1', 'b.txt': '1' });
    const mine = await office.sources({ 'a.txt': 'mine' });
    await office.write((lake) => put(lake, id('WF'), [{ kind: 'path', path: mine }], quiet));
    await office.write(
      async (lake) => {
        await put(lake, id('WF'), [{ kind: 'path', path: await office.sources({ 'b.txt': 'theirs' }) }], quiet);
        await commit(lake, id('WF'), { message: null, tags: [] });
      },
      'first',
      { by: { account: 'other', host: 'REC-first', program: 'HMS-DTA test' } },
    );
    expect(await office.write(async (lake) => (await commit(lake, id('WF'), { message: null, tags: [] })).version)).toBe(3);
    await office.write((lake) => put(lake, id('WF'), [{ kind: 'path', path: mine }], quiet)).then(() => office.write((lake) => removeFiles(lake, id('WF'), [path('b.txt')])));
    await office.write(
      async (lake) => {
        await put(lake, id('WF'), [{ kind: 'path', path: await office.sources({ 'b.txt': 'again' }) }], quiet);
        await commit(lake, id('WF'), { message: null, tags: [] });
      },
      'first',
      { by: { account: 'other', host: 'REC-first', program: 'HMS-DTA test' } },
    );
    await expect(office.write((lake) => commit(lake, id('WF'), { message: null, tags: [] }))).rejects.toMatchObject({ code: 'DATASET_MOVED', facts: { newest: 4, base: 3, paths: ['b.txt'] } });
    await office.write(async (lake) => {
      const [draft] = await draftsOf(lake);
      expect(draft?.dataset).toBe('WF');
      if (draft !== undefined) await discard(lake, draft);
      expect(await draftsOf(lake)).toEqual([]);
    });
  });
});

describe('the catalog', () => {
  it('is the same when it was deleted and built again', async () => {
    await office.ingest('WF', { 'a.csv': 'one', 'b/c.csv': 'two' }, { tags: ['raw'] });
    await office.ingest('WF', { 'a.csv': 'changed' });
    await office.write((lake) => addAlias(lake, id('WF'), id('fires')));
    const before = await office.read((lake) => lake.catalog.fingerprint());
    const totals = await rebuildCatalog(office.options());
    expect(totals).toEqual({ entries: 5, datasets: 1, files: 2 });
    expect(await office.read((lake) => lake.catalog.fingerprint())).toBe(before);
    expect(await office.read((lake) => lake.catalog.fingerprint(), 'auditor')).toBe(before);
    expect(await office.read((lake) => lake.catalog.fingerprint(), 'auditor', { inMemory: true })).toBe(before);
  });

  it('that is damaged is set aside and built again', async () => {
    await office.ingest('WF', { 'a.csv': 'one' });
    const lakes = join(office.folder, 'profile-first', 'lakes');
    const file = (await readdir(lakes, { recursive: true })).find((name) => name.endsWith('catalog.sqlite')) as string;
    await rm(join(lakes, `${file}-wal`), { force: true });
    await writeFile(join(lakes, file), 'this is not a database, and long enough to be taken for one'.repeat(100));
    await office.read((lake) => expect(versionOf(lake, 'WF').version).toBe(1));
  });

  it('answers the same of files where the body was destroyed', async () => {
    await office.ingest('WF', { 'a.csv': 'one', 'b.csv': 'two' }, { message: 'of Jane Roe', tags: ['raw'] });
    await office.ingest('WF', { 'a.csv': 'changed' });
    await office.write((lake) => destroyBody(lake, 2, 'Court order 12-345', 'expunged'));
    expect(await readdir(join(office.lake, 'ledger/entries/x000/x000/002'))).toEqual(['entry.json']);
    await rebuildCatalog(office.options());
    await office.read(async (lake) => {
      const version = versionOf(lake, 'WF:v1');
      expect([version.message, version.tags, version.tagsComplete, version.destroyed?.authority]).toEqual([null, [], false, 'Court order 12-345']);
      expect([...(lake.catalog.iterateFiles(id('WF'), 1) ?? [])].map((file) => [file.path, file.size])).toEqual([['a.csv', 3], ['b.csv', 3]]);
      expect([...(lake.catalog.iterateFiles(id('WF'), 2) ?? [])].map((file) => [file.path, file.size])).toEqual([['a.csv', 7], ['b.csv', 3]]);
      expect(await textOf((await openFile(lake, version, path('a.csv'))).stream)).toBe('one');
    });
    await expect(office.write((lake) => destroyBody(lake, 2, 'again', 'again'))).rejects.toMatchObject({ code: 'ACT_REFUSED' });
    await expect(office.write((lake) => destroyBody(lake, 99, 'none', 'none'))).rejects.toMatchObject({ code: 'ENTRY_UNKNOWN' });
  });
});

describe('a version whose bytes are lost', () => {
  it('stops commits to its dataset until someone gives it up', async () => {
    await office.ingest('WF', { 'a.csv': 'one' });
    await office.ingest('WF', { 'a.csv': 'two' });
    const stored = (await readdir(join(office.lake, 'store'), { recursive: true })).find((name) => name.endsWith('/v2')) as string;
    await rename(join(office.lake, 'store', stored), join(office.folder, 'taken-away'));
    await expect(office.ingest('WF', { 'b.csv': 'three' })).rejects.toMatchObject({ code: 'VERSION_LOST' });
    await office.write((lake) => voidVersion(lake, { dataset: id('WF'), version: 2 }, 'disk failure'));
    await office.write((lake) => commit(lake, id('WF'), { message: 'goes on', tags: [] }));
    await office.read((lake) => {
      expect([...(lake.catalog.iterateFiles(id('WF'), 3) ?? [])].map((file) => file.path)).toEqual(['a.csv', 'b.csv']);
      expect(versionOf(lake, 'WF:v2').voided).not.toBeNull();
    });
  });

  it('is not given up while its bytes are there', async () => {
    await office.ingest('WF', { 'a.csv': 'one' });
    await expect(office.write((lake) => voidVersion(lake, { dataset: id('WF'), version: 1 }, 'by mistake'))).rejects.toMatchObject({ code: 'ACT_REFUSED' });
  });
});

describe('opening', () => {
  it('says that a folder is no lake, and what to do', async () => {
    await expect(openToRead({ ...office.options(), folder: office.folder })).rejects.toMatchObject({ code: 'NOT_A_LAKE' });
    await expect(openToRead({ ...office.options(), folder: join(office.folder, 'nowhere') })).rejects.toMatchObject({ code: 'NOT_A_LAKE' });
  });
});
