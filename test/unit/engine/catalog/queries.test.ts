import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instantOf, parseVersionRef, type Instant, type LakeId, type TxnId, type VersionRef } from '../../../../src/contract/index.ts';
import { emptyFrontier, frontierRoot, LedgerState } from '../../../../src/core/index.ts';
import type { Catalog, Resolved } from '../../../../src/engine/catalog/index.ts';
import { editDistance } from '../../../../src/core/index.ts';
import { hashOf, id, keyNamed, LedgerBuilder, memoryCatalog, opened, sha, started } from './ledger-builder.ts';

let catalog: Catalog;
let builder: LedgerBuilder;
beforeEach(() => {
  catalog = memoryCatalog();
  builder = new LedgerBuilder();
  builder.create();
});
afterEach(() => catalog.close());

const empty = new Map();
const ref = (text: string): VersionRef => {
  const parsed = parseVersionRef(text);
  if (parsed === null) throw new Error(text);
  return parsed;
};
/** The instant of an entry of the builder. */
const at = (seq: number): Instant => instantOf(started + (seq + 1) * 60_000);
const tag = (op: 'tag.added' | 'tag.removed', subject: string, name: string) => builder.add({ op, subject: `version:${subject}`, head: { tag: name } as never });
const alias = (of: string, name: string) => builder.add({ op: 'alias.added', subject: `dataset:${of}`, head: { alias: name } as never });
const withdraw = (subject: string) => builder.add({ op: 'version.withdrawn', subject: `version:${subject}`, head: { reason: 'wrong county' } });
const destroy = (seq: number) => builder.add({ op: 'body.destroyed', subject: `entry:${seq}`, head: { authority: 'Schedule 12', reason: 'privacy' } });

describe('resolving a reference', () => {
  const found = (text: string): string => {
    const resolved: Resolved = catalog.resolve(ref(text));
    return resolved.kind === 'found' ? `${resolved.version.dataset}:v${resolved.version.version}` : resolved.kind;
  };

  it('finds the newest, a number, a tag and an instant, leaves out withdrawn versions except by number, and follows aliases in any letter case', async () => {
    builder.commit('WF-2024-07', 1, empty, [], { tags: ['raw'] });
    builder.commit('WF-2024-07', 2, empty, [], { tags: ['clean'] });
    builder.commit('WF-2024-07', 3, empty, [], { tags: ['clean'] });
    alias('WF-2024-07', 'Wildfires');
    withdraw('WF-2024-07:v3');
    await builder.project(catalog);
    expect(found('WF-2024-07')).toBe('WF-2024-07:v2');
    expect(found('wf-2024-07')).toBe('WF-2024-07:v2');
    expect(found('WILDFIRES:raw')).toBe('WF-2024-07:v1');
    expect(found('WF-2024-07:clean')).toBe('WF-2024-07:v2');
    expect(found('WF-2024-07:v3')).toBe('WF-2024-07:v3');
    expect(found(`WF-2024-07@${at(1)}`)).toBe('WF-2024-07:v1');
    expect(found(`WF-2024-07@${at(9)}`)).toBe('WF-2024-07:v2');
  });

  it('says why there is none', async () => {
    builder.commit('WF-2024-07', 1, empty, [], { tags: ['raw'] });
    builder.add({ op: 'dataset.created', subject: 'dataset:Air', head: { root: 'store', tags: [] } });
    await builder.project(catalog);
    expect(catalog.resolve(ref('WF-2024-70'))).toEqual({ kind: 'datasetUnknown', nearest: 'WF-2024-07' });
    expect(catalog.resolve(ref('Water-Quality'))).toEqual({ kind: 'datasetUnknown', nearest: null });
    expect(catalog.resolve(ref('Air'))).toEqual({ kind: 'noVersions', dataset: 'Air' });
    expect(catalog.resolve(ref('WF-2024-07:v2'))).toEqual({ kind: 'versionUnknown', dataset: 'WF-2024-07', newest: 1 });
    expect(catalog.resolve(ref('WF-2024-07:clean'))).toEqual({ kind: 'tagUnknown', dataset: 'WF-2024-07', complete: true });
    expect(catalog.resolve(ref(`WF-2024-07@${instantOf(started)}`))).toEqual({ kind: 'beforeFirst', dataset: 'WF-2024-07', first: at(1) });
    withdraw('WF-2024-07:v1');
    await builder.project(catalog);
    for (const text of ['WF-2024-07', 'WF-2024-07:raw', `WF-2024-07@${at(5)}`]) {
      expect(catalog.resolve(ref(text))).toMatchObject({ kind: 'withdrawn', newest: { version: 1, withdrawn: { seq: 3, at: at(3), reason: 'wrong county' } } });
    }
    destroy(1);
    await builder.project(catalog);
    expect(catalog.resolve(ref('WF-2024-07:raw'))).toEqual({ kind: 'tagUnknown', dataset: 'WF-2024-07', complete: false });
  });
});

describe('names that look alike', () => {
  it('are found by their edit distance, ids and aliases alike', async () => {
    builder.commit('WF-2024-07', 1, empty, []);
    builder.commit('Soil', 1, empty, []);
    alias('Soil', 'Ground-Samples');
    await builder.project(catalog);
    expect(catalog.nearestName('wf202407')).toBe('WF-2024-07');
    expect(catalog.nearestName('siol')).toBe('Soil');
    expect(catalog.nearestName('ground_sample')).toBe('Ground-Samples');
    expect(catalog.nearestName('')).toBeNull();
    expect(catalog.nearestName('entirely-different-name')).toBeNull();
  });

  it('are as far apart as insertions, deletions, changes and swaps of neighbours', () => {
    expect(editDistance('kitten', 'sitting', 9)).toBe(3);
    expect(editDistance('ab', 'ba', 9)).toBe(1);
    expect(editDistance('', 'abc', 9)).toBe(3);
    expect(editDistance('same', 'same', 0)).toBe(0);
    expect(editDistance('kitten', 'sitting', 2)).toBeNull();
  });
});

describe('tags', () => {
  it('are those of the version, of its dataset\'s creation and those added, without those removed', async () => {
    builder.add({ op: 'dataset.created', subject: 'dataset:A', head: { root: 'raw', tags: ['first', 'raw'] as never } });
    builder.commit('A', 1, empty, [], { tags: ['own'] });
    tag('tag.added', 'A:v1', 'late');
    tag('tag.removed', 'A:v1', 'raw');
    tag('tag.removed', 'A:v1', 'late');
    tag('tag.added', 'A:v1', 'late');
    await builder.project(catalog);
    expect(catalog.version(id('A'), 1)).toMatchObject({ tags: ['first', 'late', 'own'], tagsComplete: true });
    destroy(1);
    await builder.project(catalog);
    expect(catalog.version(id('A'), 1)).toMatchObject({ tags: ['late', 'own'], tagsComplete: false });
    expect(catalog.dataset(id('A'))).toMatchObject({ root: 'store', createdSeq: 1, createdAt: at(1) });
  });
});

describe('datasets', () => {
  it('come in order of their names ignoring case, with aliases, the newest version, descriptions and exports', async () => {
    builder.commit('beta', 1, empty, [], { tags: ['raw'] });
    builder.commit('Alpha', 1, empty, []);
    builder.commit('gamma', 1, empty, []);
    alias('beta', 'B');
    builder.add({ op: 'dataset.described', subject: 'dataset:beta', head: { description: { title: 'Old' } } });
    builder.add({ op: 'dataset.described', subject: 'dataset:beta', head: { description: { title: 'New', creator: 'Office' } } });
    builder.add({
      op: 'version.exported', subject: 'version:beta:v1', outputs: [{ ref: 'package', sha256: hashOf('package') }],
      head: { name: 'beta.zip', bytes: 900, payload: { files: 3, octets: 700 }, signer: 'station-1' },
    });
    await builder.project(catalog);
    const first = catalog.datasets('', 2);
    expect(first.datasets.map((one) => [one.id, one.aliases, one.versions, one.newest?.tags])).toEqual([['Alpha', [], 1, []], ['beta', ['B'], 1, ['raw']]]);
    expect(catalog.datasets(first.next ?? '', 2)).toMatchObject({ datasets: [{ id: 'gamma' }], next: null });
    expect(catalog.dataset(id('beta'))?.descriptions).toEqual([
      { seq: 6, at: at(6), value: { title: 'New', creator: 'Office' }, destroyed: null },
      { seq: 5, at: at(5), value: { title: 'Old' }, destroyed: null },
    ]);
    expect(catalog.exports(id('beta'))).toEqual([
      { seq: 7, at: at(7), version: 1, package: hashOf('package'), name: 'beta.zip', bytes: 900, payload: { files: 3, octets: 700 }, signer: 'station-1', destroyed: null },
    ]);
    expect(catalog.dataset(id('Beta'))).toBeNull();
    expect(catalog.totals()).toEqual({ datasets: 3, versions: 3, entries: 8, files: 0, bytes: 0 });
  });

  it('tell versions newest first, and which of them are not in their place yet', async () => {
    for (const version of [1, 2, 3]) builder.commit('A', version, empty, []);
    await builder.project(catalog);
    expect(catalog.versions(id('A'), null, 2).map((one) => one.version)).toEqual([3, 2]);
    expect(catalog.versions(id('A'), 2, 2).map((one) => one.version)).toEqual([1]);
    const before = catalog.fingerprint();
    await catalog.project(null, (projection) => {
      projection.setPlaced(id('A'), 1, true);
      projection.setPlaced(id('A'), 3, true);
      projection.setChecked({ size: 4, root: hashOf('root') });
    });
    expect(catalog.unsettled().map((one) => one.version)).toEqual([2]);
    expect(catalog.position().checked).toEqual({ size: 4, root: hashOf('root') });
    expect(catalog.fingerprint()).toBe(before);
  });
});

describe('words of destroyed bodies', () => {
  it('are gone, with what they were destroyed under, and the same as in a catalog that never saw them', async () => {
    builder.commit('A', 1, empty, [], { tags: ['raw'], transform: 'clean.py' });
    alias('A', 'Secret-Name');
    builder.add({ op: 'dataset.described', subject: 'dataset:A', head: { description: { title: 'Secret' } } });
    withdraw('A:v1');
    await builder.project(catalog);
    for (const seq of [1, 2, 3, 4]) destroy(seq);
    await builder.project(catalog);
    const under = { authority: 'Schedule 12', reason: 'privacy' };
    expect(catalog.version(id('A'), 1)).toMatchObject({
      message: null, transform: null, root: null, tags: [], tagsComplete: false, bodyFound: null, destroyed: { seq: 5, at: at(5), ...under }, withdrawn: { seq: 4, reason: null },
    });
    expect(catalog.dataset(id('A'))).toMatchObject({
      aliases: [], aliasesSaid: [{ seq: 2, value: null, destroyed: { seq: 6, ...under } }], descriptions: [{ seq: 3, value: null, destroyed: { seq: 7 } }],
    });
    expect(catalog.resolve(ref('Secret-Name'))).toMatchObject({ kind: 'datasetUnknown' });
    expect(catalog.entry(2)).toMatchObject({ body: { state: 'destroyed', found: null }, destroyed: { seq: 6, ...under } });
    expect(catalog.position().stale).toBe(false);
    const rebuilt = memoryCatalog();
    await builder.project(rebuilt);
    expect(rebuilt.fingerprint()).toBe(catalog.fingerprint());
    await rebuilt.close();
  });

  it('make the catalog stale where an entry had no effect because of them, and only there', async () => {
    const staleAfter = async (act: () => { readonly effect: boolean }, seq: number): Promise<boolean> => {
      builder = new LedgerBuilder();
      builder.create();
      const fresh = memoryCatalog();
      builder.commit('A', 1, empty, [], { tags: ['raw'] });
      builder.commit('B', 1, empty, []);
      alias('A', 'Name');
      expect(act().effect).toBe(false);
      await builder.project(fresh);
      expect(fresh.position().stale).toBe(false);
      destroy(seq);
      await builder.project(fresh);
      const { stale } = fresh.position();
      await fresh.close();
      return stale;
    };
    const create = (name: string) => builder.add({ op: 'dataset.created', subject: `dataset:${name}`, head: { root: 'store', tags: [] } });
    expect(await staleAfter(() => alias('B', 'NAME'), 3)).toBe(true);
    expect(await staleAfter(() => alias('B', 'NAME'), 4)).toBe(true);
    expect(await staleAfter(() => create('NAME'), 3)).toBe(true);
    expect(await staleAfter(() => create('a'), 3)).toBe(false);
    expect(await staleAfter(() => tag('tag.removed', 'A:v1', 'clean'), 1)).toBe(true);
    expect(await staleAfter(() => tag('tag.removed', 'A:v1', 'clean'), 2)).toBe(false);
    expect(await staleAfter(() => withdraw('A:v9'), 1)).toBe(false);
  });
});

describe('the log', () => {
  it('is read newest first, by dataset, operation and number, a page at a time', async () => {
    builder.commit('A', 1, empty, []);
    builder.commit('B', 1, empty, []);
    tag('tag.added', 'A:v1', 'raw');
    builder.add({ op: 'tag.added', subject: 'version:A:v1', head: { tag: 'x' } as never, spoil: 'bytes' });
    withdraw('A:v9');
    destroy(1);
    await builder.project(catalog);
    const seqs = (...args: Parameters<Catalog['log']>) => catalog.log(...args).entries.map((entry) => entry.seq);
    expect(seqs({}, 10)).toEqual([6, 5, 4, 3, 2, 1, 0]);
    // The destruction of a dataset's body is shown with the dataset.
    expect(seqs({ dataset: id('A') }, 10)).toEqual([6, 5, 3, 1]);
    expect(seqs({ dataset: id('A'), op: 'tag.added' }, 10)).toEqual([3]);
    expect(seqs({ since: 4 }, 10)).toEqual([6, 5]);
    const page = catalog.log({}, 3);
    expect([page.entries.length, page.next]).toEqual([3, 4]);
    expect(seqs({ before: page.next ?? 0 }, 10)).toEqual([3, 2, 1, 0]);
    expect(catalog.entry(4)).toMatchObject({ effect: false, why: 'The entry is not JSON.', op: null, at: null, body: null });
    expect(catalog.entry(5)).toMatchObject({ effect: false, why: 'There is no version A:v9 in this lake.', subject: 'version:A:v9' });
    expect(catalog.entry(7)).toBeNull();
    const third = catalog.entry(3);
    expect(third).toMatchObject({ op: 'tag.added', at: at(3), station: builder.station.id, actor: builder.station.id, body: { size: 100, state: 'kept', found: 'present' } });
    expect(catalog.entryByTxn(third?.txn as TxnId)).toEqual(third);
    expect(catalog.entryByTxn('0190a000-ffff-7000-8000-000000000000' as TxnId)).toBeNull();
  });

  it('keeps the leaf hashes and the frontier of the tree', async () => {
    for (const version of [1, 2, 3, 4]) builder.commit('A', version, empty, []);
    await builder.project(catalog);
    const leaves = builder.leaves.map((leaf) => sha(Uint8Array.of(0), leaf.bytes));
    expect(catalog.leafHashes(0, 99)).toEqual(leaves);
    expect(catalog.leafHashes(1, 3)).toEqual(leaves.slice(1, 3));
    expect(catalog.leafHash(2)).toEqual(leaves[2]);
    expect(catalog.leafHash(5)).toBeNull();
    const node = (a: Uint8Array, b: Uint8Array) => sha(Uint8Array.of(1), a, b);
    const [a, b, c, d, e] = leaves as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const { frontier } = catalog.position();
    expect(frontier.size).toBe(5);
    expect(frontierRoot(sha, frontier)).toEqual(node(node(node(a, b), node(c, d)), e));
    expect(memoryPosition()).toEqual(emptyFrontier);
  });

  function memoryPosition() {
    const other = memoryCatalog();
    const { frontier } = other.position();
    void other.close();
    return frontier;
  }
});

describe('a fork', () => {
  it('goes on from its origin: facts stay, numbers begin again', async () => {
    builder.add({ op: 'dataset.created', subject: 'dataset:A', head: { root: 'store', tags: ['first'] as never } });
    builder.commit('A', 1, empty, [], { tags: ['raw'] });
    alias('A', 'Name');
    await builder.project(catalog);
    const forkId = '0190a000-0000-4000-8000-000000000002' as LakeId;
    const fork = new LedgerBuilder(forkId, LedgerState.forkOf(builder.state), 100);
    fork.add({
      op: 'lake.forked', subject: 'lake', key: fork.station, head: { reason: 'restored from a copy' },
      inputs: [{ ref: `lake:${builder.lake}@4`, sha256: hashOf('old root') }], outputs: [{ ref: 'lake.json', sha256: hashOf('lake.json') }],
    });
    fork.commit('A', 2, empty, []);
    fork.add({ op: 'body.destroyed', subject: 'entry:1', head: { authority: 'Schedule 12', reason: 'privacy' } });
    await catalog.project(4, async (projection) => {
      projection.beginFork();
      for (let seq = 0; seq < fork.leaves.length; seq++) await fork.projectLeaf(projection, seq);
    });
    expect(catalog.position()).toMatchObject({ lake: forkId, size: 3, total: 7, lastLeaf: fork.state.lastLeafHash });
    expect(catalog.resolve(ref('Name'))).toMatchObject({ kind: 'found', version: { version: 2, seq: 1, log: 1 } });
    // Entry 1 of the new log is v2's commit; entry 1 of the old one created the dataset and keeps its tags.
    expect(catalog.version(id('A'), 2)).toMatchObject({ message: null, destroyed: { seq: 2 } });
    expect(catalog.version(id('A'), 1)).toMatchObject({ seq: 2, log: 0, message: 'Message of A:v1', tags: ['first', 'raw'] });
    expect(catalog.log({}, 10).entries.map((entry) => [entry.place, entry.log, entry.seq])).toEqual([[6, 1, 2], [5, 1, 1], [4, 1, 0], [3, 0, 3], [2, 0, 2], [1, 0, 1], [0, 0, 0]]);
    expect(catalog.leafHashes(0, 9)).toHaveLength(3);
    expect(catalog.view.entryBody(1)).toBe('destroyed');
    await expect(catalog.project(7, (projection) => projection.beginFork())).rejects.toThrow('without its first entry');
    expect(catalog.position().total).toBe(7);
  });
});

describe('keys and clocks', () => {
  it('are told with their names, revocations and the last accepted offset', async () => {
    const second = keyNamed('station-2');
    const words = { name: 'Second station', certificate: 'AA==', fingerprint: hashOf('certificate') };
    builder.add({ op: 'key.enrolled', subject: `key:${second.id}`, key: second, head: words });
    builder.add({ op: 'clock.accepted', subject: 'lake', head: { reason: 'slow', server: null, offset: -400_000 } });
    builder.add({ op: 'key.revoked', subject: `key:${second.id}`, key: second, head: { reason: 'sold' } });
    await builder.project(catalog);
    expect(catalog.keys().map(({ id: key, role, name, certificate, since, revoked }) => ({ key, role, name, certificate, since, revoked }))).toEqual([
      { key: builder.station.id, role: 'station', name: null, certificate: null, since: at(0), revoked: null },
      { key: second.id, role: 'station', name: 'Second station', certificate: 'AA==', since: at(1), revoked: { seq: 3, at: at(3), reason: 'sold' } },
    ]);
    expect(catalog.acceptedOffset(builder.station.id)).toBe(-400_000);
    expect(catalog.acceptedOffset(second.id)).toBe(0);
    expect(catalog.lastClock()).toBe(at(3));
    expect(catalog.isNewer()).toBe(false);
    builder.add({ op: 'tag.added', subject: 'lake', head: null, spoil: 'newer' });
    await builder.project(catalog);
    expect(catalog.isNewer()).toBe(true);
  });
});

describe('the views for auditors', () => {
  it('are read with any SQLite program, as the format describes them', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'hms-catalog-'));
    try {
      const file = path.join(folder, 'catalog.sqlite');
      builder.commit('Raw', 1, empty, [], { tags: ['raw', 'phi'] });
      builder.commit('Clean', 1, empty, [], { sources: ['version:Raw:v1', 'raw:0190a000-0000-7000-8000-000000000000'], transform: 'clean.py' });
      builder.commit('Clean', 2, empty, []);
      const written = opened(file);
      await builder.project(written);
      await written.close();
      const other = new Database(file, { readonly: true });
      expect(other.prepare('SELECT * FROM datasets').all()).toEqual([{ id: 'Clean', created_at: at(2) }, { id: 'Raw', created_at: at(1) }]);
      expect(other.prepare('SELECT * FROM versions').all()).toEqual([
        { ds_id: 'Clean', ver: 'v1', ts: at(2), comment: 'Message of Clean:v1', hash: hashOf('Clean:v1'), tags: '' },
        { ds_id: 'Clean', ver: 'v2', ts: at(3), comment: 'Message of Clean:v2', hash: hashOf('Clean:v2'), tags: '' },
        { ds_id: 'Raw', ver: 'v1', ts: at(1), comment: 'Message of Raw:v1', hash: hashOf('Raw:v1'), tags: 'phi,raw' },
      ]);
      expect(other.prepare('SELECT * FROM lineage').all()).toEqual([
        { ds_id: 'Clean', ver: 'v1', source_ver: 'Raw:v1', transform: 'clean.py' },
        { ds_id: 'Clean', ver: 'v2', source_ver: 'Clean:v1', transform: null },
      ]);
      other.close();
      const read = opened(file);
      expect(read.sources(id('Clean'), 1)).toEqual([{ dataset: 'Raw', version: 1 }]);
      expect(read.derivedFrom(id('Raw'), 1).map((one) => one.dataset)).toEqual(['Clean']);
      await read.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
