import { instantOf, ZERO_HASH } from '../../../../src/contract/index.ts';
import type { BodyHead, Entry, EntryKey, Instant, LakeId, Refs, Sha256, TxnId, UnsignedEntry } from '../../../../src/contract/index.ts';
import { actSigningBytes, encodeEntry, entrySigningBytes, judge, leafHash, LedgerState, toHex, utf8 } from '../../../../src/core/index.ts';
import type { Change, Judgement, Leaf, VerifySignature } from '../../../../src/core/index.ts';
import { makeKey, makeVerify, sha } from './crypto.ts';
import type { TestKey } from './crypto.ts';

export const lakeId = '01907c3e-5b4a-4d51-9c62-0123456789ab' as LakeId;
export const START = Date.UTC(2024, 6, 30, 12);

export function hashOf(text: string): Sha256 {
  return toHex(sha(utf8(text))) as Sha256;
}

export function txnOf(n: number): TxnId {
  return `01907c3e-0000-7000-8000-${n.toString(16).padStart(12, '0')}` as TxnId;
}

export interface EntryOptions {
  /** Members of the body's first line besides v, op and by; or what is left of the body. */
  readonly head?: Record<string, unknown> | 'missing' | 'destroyed';
  readonly inputs?: readonly (readonly [ref: string, sha256: string])[];
  readonly outputs?: readonly (readonly [ref: string, sha256: string])[];
  readonly key?: TestKey;
  readonly station?: TestKey;
  readonly officer?: TestKey;
  readonly at?: Instant;
  readonly txn?: TxnId;
  /** Changes the statement before the officer signs. */
  readonly statement?: Record<string, string>;
  /** Changes the entry before the station signs it. */
  readonly before?: (entry: UnsignedEntry) => UnsignedEntry;
  /** Changes the entry after the station signed it. */
  readonly after?: (entry: Entry) => Entry;
}

export type Body = Leaf['body'];

/** A ledger in memory: composes entries as a station does, has them judged, and takes them into its state. */
export class TestLake {
  readonly lake: LakeId;
  readonly station: TestKey;
  readonly verify: VerifySignature;
  state = new LedgerState();
  readonly leaves: { readonly bytes: Uint8Array; readonly body: Body }[] = [];
  readonly judgements: Judgement[] = [];
  #made = 0;

  constructor(station: TestKey = makeKey('station'), verify: VerifySignature = makeVerify(), lake: LakeId = lakeId) {
    this.lake = lake;
    this.station = station;
    this.verify = verify;
  }

  /** A lake whose first entry is there. */
  static begun(station?: TestKey, verify?: VerifySignature): TestLake {
    const lake = new TestLake(station, verify);
    lake.add('lake.created', 'lake', { key: lake.station, outputs: [['lake.json', hashOf('lake.json')]], head: {} });
    return lake;
  }

  compose(op: string, subject: string, options: EntryOptions = {}): { readonly entry: Entry; readonly body: Body } {
    this.#made += 1;
    const station = options.station ?? this.station;
    const txn = options.txn ?? txnOf(this.#made);
    const { officer } = options;
    const time = instantOf(
      Math.max(START + 1000 * this.#made, this.state.lastEffectiveAt === null ? 0 : Date.parse(this.state.lastEffectiveAt) + 1),
    );
    const statement = { at: time, hashes: [...(options.inputs ?? []), ...(options.outputs ?? [])].map(([, sha256]) => sha256), lake: this.lake, op, subject, txn, ...options.statement };
    const unsigned: UnsignedEntry = {
      v: 1,
      lake: this.lake,
      seq: this.state.size,
      prev: this.state.size === 0 ? ZERO_HASH : this.state.lastLeafHash,
      at: options.at ?? time,
      clock: time,
      txn,
      actor: officer?.id ?? station.id,
      station: station.id,
      op,
      subject,
      inputs: refs(options.inputs),
      outputs: refs(options.outputs),
      body: { commit: hashOf(`body ${this.#made}`), size: 100 },
      ...(officer && { act: { sig: officer.sign(actSigningBytes(statement as never)), statement: statement as never } }),
      ...(options.key && { key: options.key.entryKey as EntryKey }),
    };
    const changed = options.before?.(unsigned) ?? unsigned;
    const signed: Entry = { ...changed, sig: station.sign(entrySigningBytes(changed)) };
    const { head = 'missing' } = options;
    const by = { account: 'a', host: 'h', program: 'HMS-DTA 0.1.0' };
    const body = typeof head === 'string' ? head : ({ v: 1, op, by, ...head } as BodyHead);
    return { entry: options.after?.(signed) ?? signed, body };
  }

  add(op: string, subject: string, options: EntryOptions = {}): Judgement {
    const { entry, body } = this.compose(op, subject, options);
    return this.addBytes(encodeEntry(entry), body);
  }

  addBytes(bytes: Uint8Array, body: Body): Judgement {
    const judgement = judgeLeaf(this.state, bytes, body, this.lake, this.verify);
    this.state.apply(this.state.size, judgement);
    this.leaves.push({ bytes, body });
    this.judgements.push(judgement);
    return judgement;
  }

  /** `version.committed` as a station writes it. */
  commit(id: string, version: number, given?: EntryOptions['head']): Judgement {
    const head = given ?? { message: `Version ${version}`, tags: [], root: 'store', files: 1, bytes: 10 };
    return this.add(
      'version.committed',
      `version:${id}:v${version}`,
      { head, outputs: [[`version:${id}:v${version}`, hashOf(`${id} ${version}`)]] },
    );
  }

  /** The state that a catalog would have which reads the same leaves from the start, with bodies as they are now. */
  replayed(body: (seq: number, body: Body) => Body = (_, kept) => kept): LedgerState {
    const state = new LedgerState();
    for (const [seq, leaf] of this.leaves.entries()) state.apply(
      seq,
      judgeLeaf(state, leaf.bytes, body(seq, leaf.body), this.lake, this.verify),
    );
    return state;
  }
}

function judgeLeaf(state: LedgerState, bytes: Uint8Array, body: Body, lake: LakeId, verify: VerifySignature): Judgement {
  return judge({ seq: state.size, bytes, leafHash: leafHash(sha, bytes), body }, state, lake, sha, verify);
}

function refs(list: readonly (readonly [string, string])[] = []): Refs {
  return list.map(([ref, sha256]) => ({ ref, sha256: sha256 as Sha256 }));
}

/** All that a state can be asked. */
export function snapshot(state: LedgerState): unknown {
  const datasets = [...state.datasets()];
  return {
    size: state.size,
    lastLeafHash: state.lastLeafHash,
    lastEffectiveAt: state.lastEffectiveAt,
    stations: state.stations,
    keys: state.keys(),
    datasets,
    versions: datasets.map(({ id }) => state.versions(id)),
    tags: datasets.map(({ id, newest }) => Array.from({ length: newest }, (_, i) => state.tags(id, i + 1))),
    leaves: Array.from({ length: state.size }, (_, seq) => [state.opOf(seq), state.entryBody(seq)]),
  };
}

/** Why a judgement gave no effect. */
export function why(judgement: Judgement): string {
  return judgement.effect ? 'it has effect' : judgement.why;
}

/** What a judgement changes; throws its reason where it gave no effect. */
export function changes(judgement: Judgement): readonly Change[] {
  if (!judgement.effect) throw new Error(judgement.why);
  return judgement.changes;
}

/** What `key.enrolled` says of a key. */
export const keyHead = (name: string) => ({ name, certificate: 'AAAA', fingerprint: hashOf(name) });

export function enroll(lake: TestLake, key: TestKey, by: TestKey = lake.station): Judgement {
  return lake.add('key.enrolled', `key:${key.id}`, { key, head: keyHead('desk'), station: by });
}
