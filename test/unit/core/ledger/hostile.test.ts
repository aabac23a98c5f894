import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isKnownOp, knownOps, nameKey } from '../../../../src/contract/index.ts';
import type { BodyHead, DatasetId, Entry, Instant, LakeId, UnsignedEntry } from '../../../../src/contract/index.ts';
import { encodeEntry, fits, parseSubject, utf8 } from '../../../../src/core/index.ts';
import { makeKey, makeVerify } from './crypto.ts';
import { hashOf, lakeId, snapshot, TestLake, txnOf } from './test-lake.ts';
import type { Body, EntryOptions } from './test-lake.ts';

const verify = makeVerify();
const keys = [
  makeKey('station'),
  makeKey('station'),
  makeKey('officer'),
  makeKey('recovery'),
  makeKey('station'),
  makeKey('officer'),
] as const;
const [founder] = keys;
const names = ['A', 'a', 'B', 'b', 'C.d', 'c.D'] as const;
const tags = ['final', 'draft', 'x'] as const;

/** One thing that somebody does to the ledger. Small numbers choose, so that acts often meet. */
interface Step {
  readonly op: string;
  readonly name: string;
  readonly other: string;
  /** Offset to the next version's number. */
  readonly skip: number;
  readonly tag: string;
  readonly key: number;
  readonly station: number;
  readonly officer: number;
  readonly target: number;
  readonly body: 'kept' | 'missing' | 'destroyed' | 'otherOp';
  readonly harm: string;
}

const rarely = <T>(usual: T, ...others: T[]) => fc.oneof(
  { weight: 12, arbitrary: fc.constant(usual) },
  { weight: 1, arbitrary: fc.constantFrom(...others) },
);
const step: fc.Arbitrary<Step> = fc.record({
  op: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom('version.committed', 'dataset.created', 'tag.added', 'tag.removed', 'alias.added', 'body.destroyed'),
    },
    { weight: 3, arbitrary: fc.constantFrom(...knownOps) },
    { weight: 2, arbitrary: fc.constantFrom('key.enrolled', 'key.revoked', 'key.rotated') },
  ),
  name: fc.constantFrom(...names),
  other: fc.constantFrom(...names),
  skip: rarely(0, -1, 1, -99),
  tag: fc.constantFrom(...tags),
  key: fc.nat({ max: keys.length - 1 }),
  station: rarely(0, 1, 2, 3, 4),
  officer: rarely(-1, 2, 5, 0),
  target: fc.nat({ max: 20 }),
  body: rarely<Step['body']>('kept', 'missing', 'destroyed', 'otherOp'),
  harm: rarely(
    'none',
    'bytes',
    'cut',
    'prev',
    'seq',
    'at',
    'txn',
    'lake',
    'sig',
    'v',
    'op',
    'subject',
    'noBody',
    'outputs',
    'key',
    'space',
  ),
});

function subjectOf(lake: TestLake, { op, name, skip, key, target }: Step): string {
  const kind = op.split('.')[0];
  if (kind === 'dataset' || kind === 'alias') return `dataset:${name}`;
  if (kind === 'key') return `key:${keys[key]?.id}`;
  if (kind === 'body') return `entry:${target}`;
  if (kind !== 'version' && kind !== 'tag') return 'lake';
  const newest = lake.state.dataset(name as DatasetId)?.newest ?? 0;
  return `version:${name}:v${Math.max(1, newest + skip + (op === 'version.committed' ? 1 : 0))}`;
}

function optionsOf(lake: TestLake, one: Step, subject: string): EntryOptions {
  const words = {
    name: 'n',
    certificate: '',
    fingerprint: hashOf(''),
    reason: 'r',
    authority: 'a',
    description: {},
    message: 'm',
    done: [],
    server: null,
    offset: 0,
  };
  const data = {
    tags: [one.tag],
    tag: one.tag,
    alias: one.other,
    root: 'store',
    files: 0,
    bytes: 0,
    payload: { files: 0, octets: 0 },
    signer: 's',
  };
  const carried = one.op === 'key.rotated' ? keys[(one.key + one.target) % keys.length] : keys[one.key];
  const officer = keys[one.officer];
  return {
    head: one.body === 'kept' ? { ...words, ...data } : one.body === 'otherOp' ? {
      op: one.op === 'tag.added' ? 'alias.added' : 'tag.added',
      ...data,
    } : one.body,
    station: keys[one.station] ?? founder,
    outputs: [
      [subject, hashOf(`${subject} ${one.target}`)],
      ['package', hashOf('p')],
      ['lake.json', hashOf('l')],
    ],
    inputs: one.op === 'lake.forked' ? [[`lake:${lakeId}@1`, hashOf('r')]] : [],
    ...(one.op.startsWith('key.') || one.op === 'lake.created' || one.op === 'lake.forked' ? { key: carried ?? founder } : {}),
    ...(officer ? { officer } : {}),
    before: (entry) => harmed(entry, one),
  };
}

function harmed(entry: UnsignedEntry, one: Step): UnsignedEntry {
  switch (one.harm) {
    case 'prev':
      return { ...entry, prev: hashOf('elsewhere') };
    case 'seq':
      return { ...entry, seq: entry.seq + 1 };
    case 'at':
      return { ...entry, at: '2000-01-01T00:00:00.000Z' as Instant };
    case 'txn':
      return { ...entry, txn: txnOf(1) };
    case 'lake':
      return { ...entry, lake: '01907c3e-5b4a-4d51-9c62-0123456789ac' as LakeId };
    case 'v':
      return { ...entry, v: 2 };
    case 'op':
      return { ...entry, op: 'dataset.sung' };
    case 'subject':
      return { ...entry, subject: 'nothing' };
    case 'noBody':
      return { ...entry, body: null };
    case 'outputs':
      return { ...entry, outputs: [{ more: 3, sha256: hashOf('more') }] };
    case 'key':
      return { ...entry, key: { ...founder.entryKey, id: keys[1].id } };
    default:
      return entry;
  }
}

function bytesOf(entry: Entry, one: Step): Uint8Array {
  const bytes = encodeEntry(one.harm === 'sig' ? { ...entry, sig: keys[1].sign(utf8('another')) } : entry);
  if (one.harm === 'bytes') return bytes.with((one.target * 37) % bytes.length, 0x20);
  if (one.harm === 'cut') return bytes.slice(0, one.target * 20);
  return one.harm === 'space' ? utf8(`${String.fromCharCode(...bytes)} `) : bytes;
}

/** What must be true of every state, however it came about. */
function checkState(lake: TestLake): void {
  const { state } = lake;
  const known = new Set<string>();
  for (const dataset of state.datasets()) {
    expect(known.has(nameKey(dataset.id)), `${dataset.id} is there once`).toBe(false);
    known.add(nameKey(dataset.id));
    expect(state.nameOwner(nameKey(dataset.id))).toBe(dataset.id);
    const versions = state.versions(dataset.id);
    expect(versions.map((version) => version.version)).toEqual(versions.map((_, i) => i + 1));
    expect(dataset.newest).toBe(versions.length);
    for (const version of versions) expect(state.version(dataset.id, version.version)).toEqual(version);
  }
  for (const name of names) {
    const owner = state.nameOwner(nameKey(name));
    if (owner !== null) expect(state.dataset(owner)).not.toBeNull();
  }
  expect(state.keys().filter((key) => key.role === 'station' && !key.revoked)).toHaveLength(state.stations);
  expect(state.stations).toBeGreaterThanOrEqual(1);

  const effective = lake.judgements.flatMap((judgement) => (judgement.effect ? [judgement.entry] : []));
  expect(new Set(effective.map((entry) => entry.txn)).size).toBe(effective.length);
  for (const [i, entry] of effective.entries()) expect(i === 0 || entry.at > (effective[i - 1]?.at ?? '')).toBe(true);
}

function withoutLeaves(value: unknown): unknown {
  return { ...(value as Record<string, unknown>), size: 0, lastLeafHash: '', leaves: [], lastEffectiveAt: '' };
}

it('keeps every rule under any sequence of entries, good and hostile', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 45, size: 'max' }), (steps) => {
      const lake = TestLake.begun(founder, verify);
      const destroyed = new Set<number>();
      let bodiesMattered = false;
      for (const one of steps) {
        const subject = subjectOf(lake, one);
        const options = optionsOf(lake, one, subject);
        const { entry, body } = lake.compose(one.op, subject, options);
        const asked = isKnownOp(one.op) ? fits(one.op, subject, headFor(body, one.op), lake.state, entry.key) : null;
        const before = snapshot(lake.state);
        const judgement = lake.addBytes(bytesOf(entry, one), body);

        seen.set(`${one.op} ${judgement.effect}`, (seen.get(`${one.op} ${judgement.effect}`) ?? 0) + 1);
        if (!judgement.effect) {
          expect(withoutLeaves(snapshot(lake.state))).toEqual(withoutLeaves(before));
          if (/taken|does not have the tag/.test(judgement.why)) bodiesMattered = true;
        } else {
          // Most operations have no use for outputs.
          expect(one.harm === 'none' || one.harm === 'outputs', `${one.harm} took no effect away`).toBe(true);
          expect(asked).toBeNull();
          for (const change of judgement.changes) if (change.kind === 'bodyDestroyed') destroyed.add(change.seq);
        }
        if (asked !== null) expect(judgement.effect).toBe(false);
        // What only the signer or the bytes could spoil is as it should be here: then the question before the claim decides.
        const plain = one.harm === 'none' && one.station === 0 && lake.state.key(founder.id)?.revoked === false && one.officer === -1;
        if (asked === null && plain && one.op !== 'key.rotated' && parseSubject(subject) !== null) expect(
          judgement.effect,
          JSON.stringify(judgement),
        ).toBe(true);
        checkState(lake);
      }
      expect(snapshot(lake.replayed())).toEqual(snapshot(lake.state));
      const later = lake.replayed((seq, body) => (destroyed.has(seq) ? 'destroyed' : body));
      // Where a name or a tag of a body that is gone stood in an entry's way, that entry has effect for who comes later; only a program that claims what does not fit makes such a one.
      if (!bodiesMattered) expect(snapshot(later)).toEqual(snapshot(lake.state));
    }),
    { numRuns: 100 },
  );
  // The generator is worth something only while each operation is met with and without effect.
  const met = ['version.committed', 'dataset.created', 'tag.added', 'tag.removed', 'alias.added', 'body.destroyed', 'key.enrolled'];
  for (const op of met) {
    expect(seen.get(`${op} true`), `${op} with effect`).toBeGreaterThan(0);
    expect(seen.get(`${op} false`), `${op} without effect`).toBeGreaterThan(0);
  }
});

function headFor(body: Body, op: string): BodyHead | null {
  return typeof body === 'object' && body?.op === op ? body : null;
}
