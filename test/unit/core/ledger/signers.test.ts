import { describe, expect, it } from 'vitest';
import type { DatasetId, Instant, LakeId } from '../../../../src/contract/index.ts';
import { encodeEntry, judge, leafHash, LedgerState, utf8 } from '../../../../src/core/index.ts';
import type { Judgement } from '../../../../src/core/index.ts';
import { makeKey, makeVerify, sha } from './crypto.ts';
import { changes, enroll, hashOf, keyHead, lakeId, TestLake, why } from './test-lake.ts';
import type { EntryOptions } from './test-lake.ts';

const verify = makeVerify();
const station = makeKey('station');
const second = makeKey('station');
const officer = makeKey('officer');
const recovery = makeKey('recovery');
const begun = () => TestLake.begun(station, verify);
const A = 'A' as DatasetId;

describe('the first entry', () => {
  it('creates the lake and its first station', () => {
    const lake = begun();
    expect(lake.judgements[0]?.effect).toBe(true);
    expect(lake.judgements[0] && changes(lake.judgements[0])).toEqual([
      { kind: 'lakeCreated', lakeJson: hashOf('lake.json') },
      { kind: 'keyAdded', key: { id: station.id, role: 'station', spki: station.spki }, words: null },
    ]);
    expect(lake.state.stations).toBe(1);
    expect(lake.state.key(station.id)).toEqual({ id: station.id, role: 'station', spki: station.spki, revoked: false });
  });

  const created: EntryOptions = { key: station, outputs: [['lake.json', hashOf('lake.json')]], head: {} };
  it.each<[string, string, EntryOptions, string]>([
    [
      'another operation',
      'dataset.created',
      { head: { root: 'store', tags: [] } },
      'The first entry is not signed by the key that it carries.',
    ],
    ['another signed operation that carries a key', 'key.enrolled', created, 'The subject "lake" is not one that "key.enrolled" can have.'],
    [
      'the key of an officer',
      'lake.created',
      { ...created, key: officer, station: officer },
      `The entry is signed by an officer's key, ${officer.id.slice(0, 16)}, in place of a station's.`,
    ],
    ['a recovery key', 'lake.created', { ...created, key: recovery, station: recovery }, 'A recovery key may only enroll and revoke keys.'],
    ['a key that did not sign', 'lake.created', { ...created, key: second }, 'The first entry is not signed by the key that it carries.'],
    ['no hash of lake.json', 'lake.created', { ...created, outputs: [] }, 'The entry does not give the hash of lake.json.'],
    [
      'two hashes of lake.json',
      'lake.created',
      { ...created, outputs: [['lake.json', hashOf('a')], ['lake.json', hashOf('b')]] },
      'The entry does not give the hash of lake.json.',
    ],
    [
      'an id that is not that of its key',
      'lake.created',
      { ...created, before: (entry) => ({ ...entry, key: entry.key && { ...entry.key, spki: second.entryKey.spki } }) },
      'The key that the entry carries does not have the id that the entry gives it.',
    ],
    [
      'a key that is none',
      'lake.created',
      { ...created, before: (entry) => ({ ...entry, key: entry.key && { ...entry.key, spki: 'AAAA' } }) },
      'The key that the entry carries is not a P-256 key.',
    ],
    [
      'no body',
      'lake.created',
      { ...created, before: (entry) => ({ ...entry, body: null }) },
      'The entry has no body, which "lake.created" must have.',
    ],
    [
      'a bad signature',
      'lake.created',
      { ...created, after: (entry) => ({ ...entry, outputs: [] }) },
      `The signature of the key ${station.id.slice(0, 16)} on the entry is not good.`,
    ],
  ])('has no effect with %s', (_, op, options, reason) => {
    const lake = new TestLake(station, verify);
    expect(why(lake.add(op, 'lake', options))).toBe(reason);
    expect(lake.state).toMatchObject({ size: 1, stations: 0, lastEffectiveAt: null });
  });

  it('is the only one that may begin', () => {
    const lake = begun();
    expect(why(lake.add('lake.created', 'lake', { key: station, outputs: [['lake.json', hashOf('lake.json')]] }))).toBe(
      'The ledger has begun already.',
    );
    const barren = new TestLake(station, verify);
    barren.addBytes(utf8('x'), null);
    expect(why(barren.add('lake.created', 'lake', { key: station, outputs: [['lake.json', hashOf('lake.json')]] }))).toBe(
      `The key ${station.id.slice(0, 16)} that signed the entry is not enrolled in this lake.`,
    );
  });
});

describe('the place of an entry (rule 1)', () => {
  it.each<[string, EntryOptions, RegExp]>([
    [
      'of another lake',
      { before: (entry) => ({ ...entry, lake: '01907c3e-5b4a-4d51-9c62-0123456789ac' as LakeId }) },
      /^The entry is of another lake, 01907c3e-5b4a-4d51-9c62-0123456789ac\.$/,
    ],
    ['of another number', { before: (entry) => ({ ...entry, seq: 2 }) }, /^The entry says that it is number 2, and stands at 1\.$/],
    [
      'after another leaf',
      { before: (entry) => ({ ...entry, prev: hashOf('other') }) },
      /^The entry does not follow the one that stands before it\.$/,
    ],
    [
      'no later than the last',
      { at: '2024-07-30T12:00:01.000Z' as Instant },
      /^The entry's time, 2024-07-30T12:00:01\.000Z, is not later than 2024-07-30T12:00:01\.000Z, the time of an entry before it\.$/,
    ],
    [
      'of an act that is there already',
      { txn: '01907c3e-0000-7000-8000-000000000001' as never },
      /^The act 01907c3e-0000-7000-8000-000000000001 is in the ledger already\.$/,
    ],
  ])('takes its effect away when it is %s', (_, options, reason) => {
    const lake = begun();
    expect(why(lake.add('dataset.created', 'dataset:A', { head: { root: 'store', tags: [] }, ...options }))).toMatch(reason);
    expect(lake.state.dataset(A)).toBeNull();
    expect(lake.commit('A', 1).effect).toBe(true);
  });

  it('may be right one millisecond later', () => {
    const lake = begun();
    expect(
      lake.add('dataset.created', 'dataset:A', { head: { root: 'store', tags: [] }, at: '2024-07-30T12:00:01.001Z' as Instant }).effect,
    ).toBe(true);
  });

  it('goes on after a leaf that is not an entry', () => {
    const lake = begun();
    const bad = utf8('not an entry');
    expect(lake.addBytes(bad, null)).toEqual(
      { leafHash: Buffer.from(leafHash(sha, bad)).toString('hex'), entry: null, effect: false, why: 'The entry is not JSON.' },
    );
    expect(lake.state.entryBody(1)).toBeNull();
    expect(lake.commit('A', 1).effect).toBe(true);
  });

  it('must be the view\'s next one', () => {
    const { entry } = begun().compose('lake.recovered', 'lake');
    const leaf = { seq: 4, bytes: encodeEntry(entry), leafHash: sha(), body: null };
    expect(() => judge(leaf, new LedgerState(), lakeId, sha, verify)).toThrow(RangeError);
    const state = new LedgerState();
    expect(() => state.apply(1, { leafHash: hashOf('a'), entry: null, effect: false, why: '' })).toThrow(RangeError);
  });
});

describe('who may sign (rules 2 and 4)', () => {
  const dataset: EntryOptions = { head: { root: 'store', tags: [] } };

  it('is a station that is enrolled', () => {
    const lake = begun();
    expect(why(lake.add('dataset.created', 'dataset:A', { ...dataset, station: second }))).toBe(
      `The key ${second.id.slice(0, 16)} that signed the entry is not enrolled in this lake.`,
    );
    expect(changes(enroll(lake, second))).toEqual(
      [{ kind: 'keyAdded', key: { id: second.id, role: 'station', spki: second.spki }, words: keyHead('desk') }],
    );
    expect(lake.state.stations).toBe(2);
    expect(lake.add('dataset.created', 'dataset:A', { ...dataset, station: second }).effect).toBe(true);
  });

  it('is nobody any more once revoked', () => {
    const lake = begun();
    enroll(lake, second);
    expect(changes(lake.add('key.revoked', `key:${second.id}`, { key: second, head: { reason: 'stolen' } }))).toEqual(
      [{ kind: 'keyRevoked', id: second.id, reason: 'stolen' }],
    );
    expect(why(lake.add('dataset.created', 'dataset:A', { ...dataset, station: second }))).toBe(
      `The key ${second.id.slice(0, 16)} that signed the entry was revoked before.`,
    );
    expect(why(lake.add('key.revoked', `key:${second.id}`, { key: second }))).toBe(`The key ${second.id.slice(0, 16)} is revoked already.`);
    expect(why(enroll(lake, second))).toBe(`The key ${second.id.slice(0, 16)} was revoked, and a revoked key cannot be enrolled again.`);
    expect(lake.state.stations).toBe(1);
  });

  it('is never an officer in place of a station', () => {
    const lake = begun();
    enroll(lake, officer);
    expect(lake.state.stations).toBe(1);
    expect(why(lake.add('dataset.created', 'dataset:A', { ...dataset, station: officer }))).toBe(
      `The entry is signed by an officer's key, ${officer.id.slice(0, 16)}, in place of a station's.`,
    );
  });

  it('is the recovery key for enrolling and revoking only', () => {
    const lake = begun();
    enroll(lake, recovery);
    expect(enroll(lake, second, recovery).effect).toBe(true);
    expect(lake.add('key.revoked', `key:${station.id}`, { key: station, station: recovery, head: { reason: 'lost' } }).effect).toBe(true);
    const third = makeKey('recovery');
    expect(why(lake.add('key.rotated', `key:${recovery.id}`, { key: third, station: recovery }))).toBe(
      'A recovery key may only enroll and revoke keys.',
    );
    expect(why(lake.add('dataset.created', 'dataset:A', { ...dataset, station: recovery }))).toBe(
      'A recovery key may only enroll and revoke keys.',
    );
  });

  it('is whoever the signature is of', () => {
    const lake = begun();
    const bad = `The signature of the key ${station.id.slice(0, 16)} on the entry is not good.`;
    expect(why(lake.add('dataset.created', 'dataset:A', { ...dataset, after: (entry) => ({ ...entry, subject: 'dataset:B' }) }))).toBe(bad);
    expect(why(lake.add('dataset.created', 'dataset:A', { ...dataset, after: (entry) => ({ ...entry, sig: '' }) }))).toBe(bad);
    expect(why(lake.add('dataset.created', 'dataset:A', { ...dataset, after: (entry) => ({ ...entry, sig: 'AAAA' }) }))).toBe(bad);
    expect(
      why(lake.add('dataset.created', 'dataset:A', { ...dataset, after: (entry) => ({ ...entry, sig: second.sign(utf8('x')) }) })),
    ).toBe(bad);
    expect(why(lake.add('dataset.created', 'dataset:A', { ...dataset, after: (entry) => ({ ...entry, sig: 'AB==' }) }))).toBe(bad);
  });

  it('is an officer who signed the act, beside the station', () => {
    const lake = begun();
    const short = officer.id.slice(0, 16);
    expect(why(lake.add('dataset.created', 'dataset:A', { ...dataset, officer }))).toBe(
      `The officer's key ${short} is not enrolled in this lake.`,
    );
    enroll(lake, officer);
    expect(lake.add('dataset.created', 'dataset:A', { ...dataset, officer }).effect).toBe(true);
    const other = 'The officer signed another act than the one that the entry records.';
    const statements: readonly Record<string, string>[] = [
      { op: 'alias.added' },
      { subject: 'dataset:C' },
      { lake: '01907c3e-5b4a-4d51-9c62-0123456789ac' },
      { txn: '01907c3e-0000-7000-8000-0000000000ff' },
    ];
    for (const statement of statements) {
      expect(why(lake.add('dataset.created', 'dataset:B', { ...dataset, officer, statement }))).toBe(other);
    }
    const hashes = 'The officer signed for other hashes than those that the entry records.';
    const made = hashOf('a package');
    const otherHashes = [[], [hashOf('another')], [made, made]];
    for (const signed of otherHashes) {
      const statement = { hashes: signed } as unknown as Record<string, string>;
      expect(why(lake.add('dataset.created', 'dataset:B', { ...dataset, outputs: [['x', made]], officer, statement }))).toBe(hashes);
    }
    const resigned: EntryOptions = { officer, before: (entry) => ({ ...entry, act: entry.act && { ...entry.act, sig: second.sign(utf8('x')) } }) };
    expect(why(lake.add('dataset.created', 'dataset:B', { ...dataset, ...resigned }))).toBe(
      `The signature of the officer's key ${short} on the act is not good.`,
    );
    expect(why(lake.add('dataset.created', 'dataset:B', { ...dataset, before: (entry) => ({ ...entry, actor: officer.id }) }))).toBe(
      `The entry names ${short} as the one who acted, and does not carry that signature.`,
    );
    expect(why(lake.add('dataset.created', 'dataset:B', { ...dataset, officer: station }))).toBe(
      `The key ${station.id.slice(0, 16)} that signed the act is not an officer's key.`,
    );
    lake.add('key.revoked', `key:${officer.id}`, { key: officer, head: { reason: 'retired' } });
    expect(why(lake.add('dataset.created', 'dataset:B', { ...dataset, officer }))).toBe(`The officer's key ${short} was revoked before.`);
    expect(lake.state.dataset('B' as DatasetId)).toBeNull();
  });
});

describe('keys (rule 3)', () => {
  it('can be rotated by one of the same role, which takes over', () => {
    const lake = begun();
    expect(changes(lake.add('key.rotated', `key:${station.id}`, { key: second, head: { ...keyHead('desk'), reason: 'yearly' } }))).toEqual([
      {
        kind: 'keyRotated',
        old: station.id,
        key: { id: second.id, role: 'station', spki: second.spki },
        words: keyHead('desk'),
        reason: 'yearly',
      },
    ]);
    expect(lake.state.stations).toBe(1);
    expect(lake.state.keys().map((key) => [key.id, key.revoked])).toEqual([[station.id, true], [second.id, false]]);
    expect(lake.commit('A', 1).effect).toBe(false);
    expect(lake.add('dataset.created', 'dataset:A', { head: { root: 'store', tags: [] }, station: second }).effect).toBe(true);
  });

  it.each<[string, (lake: TestLake) => Judgement, string]>([
    [
      'to another role',
      (lake) => lake.add('key.rotated', `key:${station.id}`, { key: officer }),
      'A key can only be replaced by one of the same role.',
    ],
    [
      'to a key that is known',
      (lake) => (enroll(lake, second), lake.add('key.rotated', `key:${station.id}`, { key: second })),
      `The key ${second.id.slice(0, 16)} was enrolled before; a replacement must be a new key.`,
    ],
    [
      'to itself',
      (lake) => lake.add('key.rotated', `key:${station.id}`, { key: station }),
      `The key ${station.id.slice(0, 16)} was enrolled before; a replacement must be a new key.`,
    ],
    [
      'from one that is not there',
      (lake) => lake.add('key.rotated', `key:${second.id}`, { key: second }),
      `The key ${second.id.slice(0, 16)} is not enrolled in this lake.`,
    ],
  ])('cannot be rotated %s', (_, act, reason) => {
    const lake = begun();
    expect(why(act(lake))).toBe(reason);
    expect(lake.state.key(station.id)?.revoked).toBe(false);
  });

  it('are refused where they do not fit', () => {
    const lake = begun();
    const [here, there] = [station.id.slice(0, 16), second.id.slice(0, 16)];
    expect(why(enroll(lake, station))).toBe(`The key ${here} is enrolled already.`);
    expect(why(lake.add('key.revoked', `key:${second.id}`, { key: second }))).toBe(`The key ${there} is not enrolled in this lake.`);
    expect(why(lake.add('key.revoked', `key:${station.id}`, { key: station }))).toBe(
      `The key ${here} is the last that can write in this lake; enroll another station first.`,
    );
    expect(why(lake.add('key.enrolled', `key:${station.id}`, { key: second }))).toBe(
      'The key that the entry carries is not the one that it is about.',
    );
    expect(why(lake.add('key.enrolled', `key:${second.id}`))).toBe('The entry carries no key, which "key.enrolled" must carry.');
    expect(why(lake.add('lake.recovered', 'lake', { key: second }))).toBe(
      'The entry carries a key, which "lake.recovered" must not carry.',
    );
    expect(why(lake.add('key.enrolled', `key:${second.id}`, { key: makeKey('station', 'P-384') }))).toBe(
      'The key that the entry carries is not a P-256 key.',
    );
    enroll(lake, second);
    const asOfficer = { ...second, entryKey: { ...second.entryKey, role: 'officer' as const } };
    expect(why(lake.add('key.revoked', `key:${second.id}`, { key: asOfficer }))).toBe(`The key ${there} is enrolled in another role.`);
  });

  it('of officers and recovery do not count as those that can write', () => {
    const lake = begun();
    enroll(lake, officer);
    enroll(lake, recovery);
    expect(why(lake.add('key.revoked', `key:${station.id}`, { key: station, station: recovery }))).toMatch(/is the last that can write/);
    expect(lake.add('key.revoked', `key:${officer.id}`, { key: officer, head: 'missing' }).effect).toBe(true);
    expect(lake.state.stations).toBe(1);
  });
});
