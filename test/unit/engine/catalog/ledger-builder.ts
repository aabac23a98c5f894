import { createHash } from 'node:crypto';
import {
  instantOf,
  ZERO_HASH,
  type BodyHead,
  type BodyLine,
  type DatasetId,
  type Entry,
  type EntryKey,
  type KeyId,
  type LakeId,
  type Ref,
  type Sha256,
  type TxnId,
} from '../../../../src/contract/index.ts';
import { encodeEntry, judge, leafHash, LedgerState, toBase64, toHex, type Judgement, type LedgerView } from '../../../../src/core/index.ts';
import { openCatalog, type Catalog, type Projection, type StateFile } from '../../../../src/engine/catalog/index.ts';

export const sha = (...parts: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

/** Hash of a word: a content, an inventory, a package. */
export function hashOf(word: string): Sha256 {
  return createHash('sha256').update(word).digest('hex') as Sha256;
}

export const lakeId = '0190a000-0000-4000-8000-000000000001' as LakeId;
export const by = { account: 'officer', host: 'station-1', program: 'HMS-DTA 0.1.0' };
export const started = Date.UTC(2024, 6, 30, 12);

/** A key whose encoding is that of P-256; nothing here signs with it, since `judge` is given a signature check that always agrees. */
export function keyNamed(name: string, role: EntryKey['role'] = 'station'): EntryKey {
  const prefix = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');
  const spki = Buffer.concat([prefix, createHash('sha512').update(name).digest()]);
  return { id: toHex(sha(spki)) as KeyId, role, spki: toBase64(spki) };
}

type Members<T> = T extends unknown ? Omit<T, 'v' | 'op' | 'by'> : never;

export interface Act {
  readonly op: BodyHead['op'];
  readonly subject: string;
  /** Members of the body's first line; null writes an entry whose body cannot be found. */
  readonly head: Members<BodyHead> | null;
  readonly inputs?: readonly Ref[];
  readonly outputs?: readonly Ref[];
  readonly key?: EntryKey;
  readonly lines?: readonly BodyLine[];
  /** What goes wrong on purpose. */
  readonly spoil?: 'bytes' | 'prev' | 'txn' | 'at' | 'newer';
}

export interface BuiltLeaf {
  readonly bytes: Uint8Array;
  head: BodyHead | 'missing';
  lines: readonly BodyLine[] | null;
}

export type TestState = ReadonlyMap<string, { readonly sha256: Sha256; readonly size: number }>;

/** Writes a ledger in memory as a station would, and keeps what the files of each version really are. */
export class LedgerBuilder {
  readonly leaves: BuiltLeaf[] = [];
  readonly station = keyNamed('station-1');
  readonly states = new Map<string, TestState>();
  readonly #state: LedgerState;
  readonly #lake: LakeId;
  #ticks: number;

  constructor(lake = lakeId, state = new LedgerState(), ticks = 0) {
    this.#lake = lake;
    this.#state = state;
    this.#ticks = ticks;
  }

  get state(): LedgerState {
    return this.#state;
  }

  get lake(): LakeId {
    return this.#lake;
  }

  create(): Judgement {
    return this.add({ op: 'lake.created', subject: 'lake', head: {}, key: this.station, outputs: [{ ref: 'lake.json', sha256: hashOf('lake.json') }] });
  }

  /** Adds a version whose files are those given; its lines are the changes against the version before. */
  commit(id: string, version: number, state: TestState, lines: readonly BodyLine[], more: { tags?: string[]; sources?: string[]; transform?: string } = {}): Judgement {
    this.states.set(`${id}:v${version}`, state);
    const before = version > 1 ? [`version:${id}:v${version - 1}`] : [];
    return this.add({
      op: 'version.committed',
      subject: `version:${id}:v${version}`,
      head: {
        message: `Message of ${id}:v${version}`,
        tags: more.tags ?? [],
        root: 'store',
        files: state.size,
        bytes: [...state.values()].reduce((sum, file) => sum + file.size, 0),
        ...(more.transform === undefined ? {} : { transform: more.transform }),
      } as Members<BodyHead>,
      inputs: [...before, ...(more.sources ?? [])].map((ref) => ({ ref, sha256: hashOf(ref) })),
      outputs: [{ ref: `version:${id}:v${version}`, sha256: hashOf(`${id}:v${version}`) }],
      lines,
    });
  }

  add(act: Act): Judgement {
    const seq = this.leaves.length;
    this.#ticks += 1;
    const clock = instantOf(started + this.#ticks * 60_000);
    const txn = (n: number) => `0190a000-${n.toString(16).padStart(4, '0')}-7000-8000-${this.#lake.slice(24)}` as TxnId;
    const entry: Entry = {
      v: act.spoil === 'newer' ? 2 : 1,
      lake: this.#lake,
      seq,
      prev: act.spoil === 'prev' ? hashOf('somewhere else') : seq === 0 ? ZERO_HASH : this.#state.lastLeafHash,
      at: act.spoil === 'at' ? instantOf(started) : clock,
      clock,
      txn: act.spoil === 'txn' ? txn(Math.max(seq - 1, 0)) : txn(seq),
      actor: this.station.id,
      station: this.station.id,
      op: act.op,
      subject: act.subject,
      inputs: [...(act.inputs ?? [])],
      outputs: [...(act.outputs ?? [])],
      body: { commit: hashOf(`body ${seq}`), size: 100 },
      ...(act.key === undefined ? {} : { key: act.key }),
      sig: 'MEUCIQ==',
    };
    const head = act.head === null ? 'missing' : ({ v: 1, op: act.op, by, ...act.head } as BodyHead);
    const bytes = act.spoil === 'bytes' ? Buffer.from('{"v":1') : encodeEntry(entry);
    this.leaves.push({ bytes, head, lines: act.head === null ? null : (act.lines ?? null) });
    const judgement = this.judgeLeaf(seq, this.#state);
    this.#state.apply(seq, judgement);
    if (judgement.effect) this.#destroy(judgement);
    return judgement;
  }

  judgeLeaf(seq: number, view: LedgerView): Judgement {
    const leaf = this.leaves[seq];
    if (leaf === undefined) throw new Error(`no leaf ${seq}`);
    return judge({ seq, bytes: leaf.bytes, leafHash: leafHash(sha, leaf.bytes), body: leaf.head }, view, this.#lake, sha, () => true);
  }

  /** Takes the leaves that the catalog does not have yet into it, files included. */
  async project(catalog: Catalog, upTo = this.leaves.length): Promise<void> {
    await catalog.project(null, async (projection) => {
      for (let seq = projection.view.size; seq < upTo; seq++) await this.projectLeaf(projection, seq);
    });
  }

  async projectLeaf(projection: Projection, seq: number): Promise<void> {
    const leaf = this.leaves[seq];
    if (leaf === undefined) throw new Error(`no leaf ${seq}`);
    const judgement = this.judgeLeaf(seq, projection.view);
    projection.apply(seq, judgement, leaf.head === 'missing' ? 'missing' : 'present');
    if (!judgement.effect) return;
    for (const change of judgement.changes) {
      if (change.kind !== 'versionAdded') continue;
      const taken = leaf.lines === null ? null : await projection.addLines(change.id, change.version, leaf.lines);
      if (taken?.kind !== 'taken') await projection.setState(change.id, change.version, this.inventory(change.id, change.version));
    }
  }

  inventory(id: string, version: number): StateFile[] {
    const state = this.states.get(`${id}:v${version}`) ?? new Map();
    return [...state].map(([path, file]) => ({ path: path as StateFile['path'], sha256: file.sha256, size: file.size }));
  }

  #destroy(judgement: Judgement & { effect: true }): void {
    for (const change of judgement.changes) {
      const leaf = change.kind === 'bodyDestroyed' ? this.leaves[change.seq] : undefined;
      if (leaf === undefined) continue;
      leaf.head = 'missing';
      leaf.lines = null;
    }
  }
}

/** A new catalog in memory; throws where that fails. */
export function memoryCatalog(): Catalog {
  return opened(':memory:');
}

export function opened(file: string): Catalog {
  const result = openCatalog(file);
  if (!result.ok) throw new Error(`${result.trouble}: ${result.message}`);
  return result.catalog;
}

export const id = (text: string): DatasetId => text as DatasetId;
