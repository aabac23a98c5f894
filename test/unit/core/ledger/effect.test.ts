import { describe, expect, it } from 'vitest';
import type { DatasetId, Instant, LakeId, Tag } from '../../../../src/contract/index.ts';
import { fits, LedgerState, utf8 } from '../../../../src/core/index.ts';
import { makeKey, makeVerify } from './crypto.ts';
import { changes, enroll, hashOf, lakeId, snapshot, TestLake, why } from './test-lake.ts';
import type { EntryOptions } from './test-lake.ts';

const verify = makeVerify();
const station = makeKey('station');
const second = makeKey('station');
const begun = () => TestLake.begun(station, verify);
const A = 'A' as DatasetId;

describe('datasets and versions (rule 3)', () => {
  it('grow without gaps', () => {
    const lake = begun();
    expect(why(lake.commit('A', 2))).toBe('There is no dataset A in this lake, so its first version would be A:v1.');
    expect(changes(lake.commit('A', 1))).toEqual([
      { kind: 'datasetCreated', id: 'A', root: 'store', firstTags: null },
      {
        kind: 'versionAdded',
        id: 'A',
        version: 1,
        hash: hashOf('A 1'),
        root: 'store',
        message: 'Version 1',
        tags: [],
        firstTags: null,
        files: 1,
        bytes: 10,
        imported: null,
        lineage: null,
        transform: null,
      },
    ]);
    expect(why(lake.commit('A', 1))).toBe('The next version of A is A:v2, not v1.');
    expect(why(lake.commit('A', 3))).toBe('The next version of A is A:v2, not v3.');
    expect(lake.commit('A', 2).effect).toBe(true);
    expect(lake.state.dataset(A)).toEqual({ id: 'A', root: 'store', newest: 2, createdSeq: 2, firstTags: null });
    expect(lake.state.versions(A)).toEqual([
      { version: 1, hash: hashOf('A 1'), seq: 2, withdrawn: false },
      { version: 2, hash: hashOf('A 2'), seq: 5, withdrawn: false },
    ]);
    expect(lake.state.version(A, 3)).toBeNull();
    expect(lake.state.version(A, 0)).toBeNull();
  });

  it('have names that are unique ignoring case, ids and aliases alike', () => {
    const lake = begun();
    lake.add('dataset.created', 'dataset:Fires', { head: { root: 'raw', tags: [] } });
    expect(changes(lake.add('alias.added', 'dataset:Fires', { head: { alias: 'Burns' } }))).toEqual(
      [{ kind: 'aliasAdded', id: 'Fires', alias: 'Burns' }],
    );
    expect(lake.state.nameOwner('burns')).toBe('Fires');
    expect(why(lake.add('dataset.created', 'dataset:FIRES', { head: { root: 'raw', tags: [] } }))).toBe(
      'The name "FIRES" is taken by the dataset Fires.',
    );
    expect(why(lake.add('dataset.created', 'dataset:burns', { head: 'missing' }))).toBe(
      'The name "burns" is taken: it is an alias of the dataset Fires.',
    );
    expect(why(lake.commit('BURNS', 1))).toBe('The name "BURNS" is taken: it is an alias of the dataset Fires.');
    expect(why(lake.commit('fires', 1))).toBe('The name "fires" is taken by the dataset Fires.');
    expect(why(lake.add('alias.added', 'dataset:Fires', { head: { alias: 'fires' } }))).toBe(
      'The name "fires" is taken by the dataset Fires.',
    );
    expect(why(lake.add('alias.added', 'dataset:fires', { head: { alias: 'x' } }))).toBe('There is no dataset fires in this lake.');
    expect([...lake.state.datasets()].map((dataset) => dataset.id)).toEqual(['Fires']);
  });

  it('give a first version the tags of its own and of its dataset', () => {
    const lake = begun();
    lake.add('dataset.created', 'dataset:A', { head: { root: 'store', tags: ['draft', 'fire'] } });
    const head = { message: 'm', tags: ['final', 'fire'], root: 'store', files: 2, bytes: 3, transform: 'T' };
    expect(changes(lake.commit('A', 1, head))).toEqual([
      {
        kind: 'versionAdded',
        id: 'A',
        version: 1,
        hash: hashOf('A 1'),
        root: 'store',
        message: 'm',
        tags: ['final', 'fire'],
        firstTags: { seq: 1, tags: ['draft', 'fire'] },
        files: 2,
        bytes: 3,
        imported: null,
        lineage: null,
        transform: 'T',
      },
    ]);
    lake.commit('A', 2);
    expect(lake.state.tags(A, 1)).toEqual({ tags: ['draft', 'final', 'fire'], complete: true });
    expect(lake.state.tags(A, 2)).toEqual({ tags: [], complete: true });
  });

  it('are tagged, described, withdrawn and exported only where they exist', () => {
    const lake = begun();
    lake.commit('A', 1);
    const v1 = 'version:A:v1';
    expect(changes(lake.add('tag.added', v1, { head: { tag: 'final' } }))).toEqual(
      [{ kind: 'tagAdded', id: 'A', version: 1, tag: 'final' }],
    );
    expect(lake.state.hasTag(A, 1, 'final' as Tag)).toBe(true);
    expect(lake.state.hasTag(A, 1, 'other' as Tag)).toBe(false);
    expect(why(lake.add('tag.removed', v1, { head: { tag: 'other' } }))).toBe('A:v1 does not have the tag "other".');
    expect(changes(lake.add('tag.removed', v1, { head: { tag: 'final' } }))).toEqual(
      [{ kind: 'tagRemoved', id: 'A', version: 1, tag: 'final' }],
    );
    expect(lake.state.hasTag(A, 1, 'final' as Tag)).toBe(false);
    expect(changes(lake.add('dataset.described', 'dataset:A', { head: { description: { title: 'T' } } }))).toEqual(
      [{ kind: 'described', id: 'A', description: { title: 'T' } }],
    );
    expect(changes(lake.add('version.withdrawn', v1, { head: { reason: 'wrong' } }))).toEqual(
      [{ kind: 'withdrawn', id: 'A', version: 1, reason: 'wrong' }],
    );
    expect(lake.state.version(A, 1)?.withdrawn).toBe(true);
    const exported = { name: 'A-v1', bytes: 5, payload: { files: 1, octets: 3 }, signer: 'desk' };
    expect(changes(lake.add('version.exported', v1, { head: exported, outputs: [['package', hashOf('p')]] }))).toEqual([
      { kind: 'exported', id: 'A', version: 1, package: hashOf('p'), words: exported },
    ]);
    for (const op of ['tag.added', 'tag.removed', 'version.withdrawn']) expect(why(lake.add(op, 'version:A:v2'))).toBe(
      'There is no version A:v2 in this lake.',
    );
    expect(why(lake.add('version.exported', v1))).toBe('The entry does not give the hash of the package.');
    expect(why(lake.add('version.exported', 'version:B:v1', { outputs: [['package', hashOf('p')]] }))).toBe(
      'There is no version B:v1 in this lake.',
    );
    expect(why(lake.add('dataset.described', 'dataset:B'))).toBe('There is no dataset B in this lake.');
    expect(why(lake.add('tag.added', 'dataset:A'))).toBe('The subject "dataset:A" is not one that "tag.added" can have.');
    expect(why(lake.add('version.committed', 'version:A:v2'))).toBe("The entry does not give the hash of the version's inventory.");
  });

  it('are voided only at their newest version', () => {
    const lake = begun();
    lake.commit('A', 1);
    lake.commit('A', 2);
    const voided = (version: number) => lake.add(
      'version.voided',
      `version:A:v${version}`,
      { head: { reason: 'lost' }, outputs: [[`version:A:v${version}`, hashOf('empty')]] },
    );
    expect(why(voided(1))).toBe('Only the newest version of a dataset can be voided, and A:v1 is not.');
    expect(changes(voided(2))).toEqual([{ kind: 'voided', id: 'A', version: 2, hash: hashOf('empty'), reason: 'lost' }]);
    expect(lake.state.version(A, 2)).toEqual({ version: 2, hash: hashOf('empty'), seq: 2, withdrawn: false });
    expect(why(voided(3))).toBe('There is no version A:v3 in this lake.');
    expect(lake.commit('A', 3).effect).toBe(true);
  });

  it('keep their other deeds in the ledger', () => {
    const lake = begun();
    const done = [{ did: 'placed', ref: 'version:A:v1', seq: 1, txn: null }];
    expect(changes(lake.add('lake.recovered', 'lake', { head: { done } }))).toEqual([{ kind: 'recovered', done }]);
    const accepted = { server: null, offset: -400_000, reason: 'the server is slow' };
    expect(changes(lake.add('clock.accepted', 'lake', { head: accepted }))).toEqual(
      [{ kind: 'clockAccepted', station: station.id, accepted }],
    );
  });
});

describe('bodies that are not there', () => {
  it('leave what the entry itself says', () => {
    const lake = begun();
    expect(changes(enroll(lake, second)).length).toBe(1);
    expect(changes(lake.commit('A', 1, 'missing'))).toEqual([
      { kind: 'datasetCreated', id: 'A', root: null, firstTags: null },
      {
        kind: 'versionAdded',
        id: 'A',
        version: 1,
        hash: hashOf('A 1'),
        root: null,
        message: null,
        tags: null,
        firstTags: null,
        files: null,
        bytes: null,
        imported: null,
        lineage: null,
        transform: null,
      },
    ]);
    expect(changes(lake.add('version.withdrawn', 'version:A:v1', { head: 'destroyed' }))).toEqual(
      [{ kind: 'withdrawn', id: 'A', version: 1, reason: null }],
    );
    expect(changes(lake.add('alias.added', 'dataset:A'))).toEqual([{ kind: 'aliasAdded', id: 'A', alias: null }]);
    expect(changes(lake.add('tag.added', 'version:A:v1'))).toEqual([{ kind: 'tagAdded', id: 'A', version: 1, tag: null }]);
    expect(changes(lake.add('dataset.described', 'dataset:A'))).toEqual([{ kind: 'described', id: 'A', description: null }]);
    expect(changes(lake.add('lake.recovered', 'lake'))).toEqual([{ kind: 'recovered', done: null }]);
    expect(changes(lake.add('clock.accepted', 'lake'))).toEqual([{ kind: 'clockAccepted', station: station.id, accepted: null }]);
    expect(lake.state.tags(A, 1)).toEqual({ tags: [], complete: false });
  });

  it('make tags unknown, so that none can be said not to be there', () => {
    const lake = begun();
    lake.commit('A', 1);
    lake.add('tag.added', 'version:A:v1', { head: 'missing' });
    expect(lake.state.hasTag(A, 1, 'final' as Tag)).toBe('unknown');
    expect(lake.add('tag.removed', 'version:A:v1', { head: { tag: 'final' } }).effect).toBe(true);
  });

  it('of another operation count as missing', () => {
    const lake = begun();
    lake.commit('A', 1);
    const judgement = lake.add('tag.added', 'version:A:v1', { head: { op: 'alias.added', alias: 'B' } });
    expect(changes(judgement)).toEqual([{ kind: 'tagAdded', id: 'A', version: 1, tag: null }]);
  });

  it('let the root become known by a later version', () => {
    const lake = begun();
    lake.add('dataset.created', 'dataset:A', { head: 'missing' });
    expect(lake.state.dataset(A)?.root).toBeNull();
    lake.commit('A', 1);
    expect(lake.state.dataset(A)).toEqual({ id: 'A', root: 'store', newest: 1, createdSeq: 1, firstTags: { seq: 1, tags: null } });
    expect(lake.state.tags(A, 1).complete).toBe(false);
  });

  it('can be destroyed once, and only where there is one', () => {
    const lake = begun();
    lake.commit('A', 1);
    lake.addBytes(utf8('rubbish'), null);
    lake.add('lake.recovered', 'lake', { before: (entry) => ({ ...entry, body: null }) });
    const destroy = (seq: number) => lake.add('body.destroyed', `entry:${seq}`, { head: { authority: 'GRS 4.2', reason: 'due' } });
    expect(changes(destroy(1))).toEqual([{ kind: 'bodyDestroyed', seq: 1, op: 'version.committed', authority: 'GRS 4.2', reason: 'due' }]);
    expect(lake.state.entryBody(1)).toBe('destroyed');
    expect(why(destroy(1))).toBe('The destruction of the body of entry 1 is recorded already.');
    expect(why(destroy(2))).toBe('There is no earlier entry 2 that can be read.');
    expect(why(destroy(3))).toBe('The entry 3 has no body.');
    expect(why(destroy(8))).toBe('There is no earlier entry 8 that can be read.');
    expect(lake.state.opOf(3)).toBe('lake.recovered');
    expect(lake.state.opOf(99)).toBeNull();
  });

  it('leave the state, on their destruction, as it is for one who never saw them', () => {
    const lake = begun();
    lake.add('dataset.created', 'dataset:A', { head: { root: 'store', tags: ['one', 'two'] } });
    lake.commit('A', 1, { message: 'm', tags: ['two', 'three'], root: 'store', files: 0, bytes: 0 });
    lake.add('tag.added', 'version:A:v1', { head: { tag: 'four' } });
    lake.add('tag.removed', 'version:A:v1', { head: { tag: 'one' } });
    lake.add('alias.added', 'dataset:A', { head: { alias: 'Other' } });
    expect(lake.state.tags(A, 1)).toEqual({ tags: ['four', 'three', 'two'], complete: true });
    const expected: readonly (readonly [number, readonly string[]])[] = [
      [1, ['four', 'three', 'two']],
      [3, ['three', 'two']],
      [4, ['three', 'two']],
      [2, []],
      [5, []],
    ];
    const gone = new Set<number>();
    for (const [seq, tags] of expected) {
      expect(lake.add('body.destroyed', `entry:${seq}`, { head: { authority: 'a', reason: 'r' } }).effect).toBe(true);
      gone.add(seq);
      expect(lake.state.tags(A, 1)).toEqual({ tags, complete: false });
      const replayed = lake.replayed((at, body) => (gone.has(at) ? 'destroyed' : body));
      expect(snapshot(replayed)).toEqual(snapshot(lake.state));
    }
    expect(lake.state.nameOwner('other')).toBeNull();
    expect(lake.state.dataset(A)?.root).toBeNull();
  });

  it('that do not fit do not change how later entries are judged', () => {
    const lake = begun();
    lake.commit('A', 1);
    const far = lake.add('alias.added', 'dataset:A', { head: { alias: 'a' }, at: '2099-01-01T00:00:00.000Z' as Instant });
    expect(far).toMatchObject({ effect: false, why: 'The name "a" is taken by the dataset A.', bodyOnly: true });
    expect(why(lake.commit('A', 2))).toBe('it has effect');
    lake.add('tag.added', 'version:A:v1', { head: { tag: 'x' }, at: '2024-08-01T00:00:00.000Z' as Instant });
    lake.add('body.destroyed', 'entry:2', { head: { authority: 'a', reason: 'r' } });
    const replayed = lake.replayed((seq, body) => (seq === 2 ? 'destroyed' : body));
    expect(replayed.lastEffectiveAt).toBe(lake.state.lastEffectiveAt);
    expect(replayed.versions(A)).toEqual(lake.state.versions(A));
    expect(replayed.tags(A, 1)).toEqual(lake.state.tags(A, 1));
  });
});

describe('a newer version of the program', () => {
  it('is met by its operation, where the signature is good', () => {
    const lake = begun();
    expect(lake.add('dataset.sung', 'song:7')).toMatchObject(
      { effect: false, newer: true, why: 'The operation "dataset.sung" was written by a newer version of this program.' },
    );
    expect(lake.add('dataset.sung', 'song:7', { station: second })).not.toHaveProperty('newer');
    expect(lake.commit('A', 1).effect).toBe(true);
  });

  it('is met by its v, whatever it signs', () => {
    const lake = begun();
    expect(lake.add('version.committed', 'version:A:v1', { before: (entry) => ({ ...entry, v: 2 }) })).toMatchObject(
      { effect: false, newer: true },
    );
    expect(lake.addBytes(utf8('{"v":3,"what":"else"}'), null)).toMatchObject({ effect: false, newer: true, entry: null });
    expect(lake.state.dataset(A)).toBeNull();
  });
});

describe('a fork', () => {
  it('goes on from the state of its origin under a new id', () => {
    const origin = begun();
    origin.add('dataset.created', 'dataset:A', { head: { root: 'store', tags: ['x'] } });
    origin.commit('A', 1);
    origin.add('alias.added', 'dataset:A', { head: { alias: 'B' } });
    const fork = new TestLake(second, verify, '01907c3e-5b4a-4d51-9c62-00000000f00c' as LakeId);
    fork.state = LedgerState.forkOf(origin.state);
    const lakeForked: EntryOptions = {
      key: second,
      head: { reason: 'restored' },
      inputs: [[`lake:${lakeId}@4`, hashOf('old root')]],
      outputs: [['lake.json', hashOf('new lake.json')]],
      at: '2024-08-01T00:00:00.000Z' as Instant,
      txn: '01907c3e-0000-7000-8000-00000000ffff' as never,
    };
    expect(changes(fork.add('lake.forked', 'lake', lakeForked))).toEqual([
      {
        kind: 'lakeForked',
        lakeJson: hashOf('new lake.json'),
        from: { lake: lakeId, size: 4, root: hashOf('old root') },
        reason: 'restored',
      },
      { kind: 'keyAdded', key: { id: second.id, role: 'station', spki: second.spki }, words: null },
    ]);
    expect(fork.state.stations).toBe(2);
    const next = (op: string, subject: string, options: EntryOptions, n: number) => fork.add(
      op,
      subject,
      { ...options, at: `2024-08-02T00:00:00.${100 + n}Z` as Instant, txn: `01907c3e-0000-7000-8000-00000000fe${10 + n}` as never },
    );
    expect(
      next(
        'version.committed',
        'version:A:v2',
        { outputs: [['version:A:v2', hashOf('f')]], head: { message: '', tags: [], root: 'store', files: 0, bytes: 0 } },
        1,
      ).effect,
    ).toBe(true);
    // Entry 1 of the fork's own ledger has the number that dataset.created has in the origin's.
    expect(next('body.destroyed', 'entry:1', { head: { authority: 'a', reason: 'r' } }, 2).effect).toBe(true);
    expect(fork.state.tags(A, 1)).toEqual({ tags: ['x'], complete: true });
    expect(fork.state.tags(A, 2).complete).toBe(false);
    expect(fork.state.nameOwner('b')).toBe('A');
    expect(origin.state.dataset(A)?.newest).toBe(1);
    expect(origin.state.stations).toBe(1);
  });

  it('must name its origin, and cannot be begun by a key that the origin revoked', () => {
    const origin = begun();
    enroll(origin, second);
    origin.add('key.revoked', `key:${second.id}`, { key: second, head: { reason: 'r' } });
    const begin = (key: typeof station, inputs: EntryOptions['inputs']) => {
      const fork = new TestLake(key, verify);
      fork.state = LedgerState.forkOf(origin.state);
      const at = '2025-01-01T00:00:00.000Z' as Instant;
      return why(
        fork.add(
          'lake.forked',
          'lake',
          { key, inputs: inputs ?? [], outputs: [['lake.json', hashOf('l')]], at, txn: '01907c3e-0000-7000-8000-00000000ffff' as never },
        ),
      );
    };
    const from = [[`lake:${lakeId}@3`, hashOf('root')]] as const;
    expect(begin(station, from)).toBe('it has effect');
    expect(begin(second, from)).toBe(`The key ${second.id.slice(0, 16)} was revoked.`);
    expect(begin(station, [])).toBe('The entry does not name the lake that was forked.');
    expect(begin(station, [['lake:x@3', hashOf('root')]])).toBe('The entry does not name the lake that was forked.');
    expect(begin(station, [...from, ...from])).toBe('The entry does not name the lake that was forked.');
  });
});

describe('asking before a claim', () => {
  it('answers as the judge would', () => {
    const lake = begun();
    lake.commit('A', 1);
    expect(fits('version.committed', 'version:A:v2', null, lake.state)).toBeNull();
    expect(fits('version.committed', 'version:A:v3', null, lake.state)).toBe('The next version of A is A:v2, not v3.');
    expect(fits('version.committed', 'dataset:A', null, lake.state)).toBe(
      '"dataset:A" is not a subject that "version.committed" can have.',
    );
    expect(fits('version.committed', 'version:A', null, lake.state)).toBe(
      '"version:A" is not a subject that "version.committed" can have.',
    );
    const head = { v: 1, op: 'alias.added', by: { account: '', host: '', program: '' }, alias: 'a' as DatasetId } as const;
    expect(fits('alias.added', 'dataset:A', head, lake.state)).toBe('The name "a" is taken by the dataset A.');
    expect(fits('key.rotated', `key:${station.id}`, null, lake.state, { id: second.id, role: 'officer' })).toBe(
      'A key can only be replaced by one of the same role.',
    );
    expect(fits('lake.created', 'lake', null, new LedgerState())).toBeNull();
    expect(fits('lake.recovered', 'lake', null, new LedgerState())).toBe('A ledger begins with the creation of its lake.');
  });
});
