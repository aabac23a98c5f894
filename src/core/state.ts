import { nameKey, ZERO_HASH } from '../contract/index.ts';
import type { ContractName, DatasetId, DropId, Instant, KeyId, RootName, Sha256, TableName, Tag, TxnId } from '../contract/index.ts';
import type { Change } from './changes.ts';
import type { Judgement } from './effect.ts';
import type { BodyState, DatasetRecord, FirstTags, KeyRecord, LedgerView, TableRecord, VersionRecord } from './view.ts';

/** What one body says of a version's tags; null once nobody can know. `seq` is null for entries of a fork's origin. */
interface TagWord {
  readonly seq: number | null;
  readonly adds: boolean;
  readonly tags: readonly Tag[] | null;
}

interface Version {
  readonly version: number;
  hash: Sha256;
  readonly seq: number;
  withdrawn: boolean;
  root: Word<RootName>;
  tags: TagWord[];
}

interface Dataset {
  readonly id: DatasetId;
  readonly createdSeq: number;
  root: Word<RootName>;
  firstTags: FirstTags | null;
  readonly versions: Version[];
}

/** A value with the entry whose body said it. */
interface Word<T> {
  readonly seq: number | null;
  readonly value: T | null;
}

interface Name {
  readonly id: DatasetId;
  /** The entry whose body gave the alias; null for ids, and for aliases of a fork's origin. */
  readonly aliasSeq: number | null;
}

/** The state of a lake in memory: what the leaves say, leaf after leaf. Memory grows with the entries; a lake of millions wants the catalog. */
export class LedgerState implements LedgerView {
  #size = 0;
  #lastLeafHash: Sha256 = ZERO_HASH;
  #lastEffectiveAt: Instant | null = null;
  #stations = 0;
  readonly #keys = new Map<KeyId, KeyRecord>();
  readonly #names = new Map<string, Name>();
  readonly #datasets = new Map<DatasetId, Dataset>();
  readonly #contracts = new Map<ContractName, Set<Sha256>>();
  readonly #cubes = new Map<TableName, Sha256>();
  readonly #tables = new Map<TableName, TableRecord>();
  readonly #txns = new Set<TxnId>();
  readonly #drops = new Set<DropId>();
  readonly #leaves: { readonly op: string | null; body: BodyState | null }[] = [];

  /**
   * The state with which a fork's new ledger begins: everything that the origin's entries say, and no entries yet. The origin may go on by
   * itself.
   */
  static forkOf(origin: LedgerState): LedgerState {
    const fork = new LedgerState();
    fork.#lastEffectiveAt = origin.#lastEffectiveAt;
    fork.#stations = origin.#stations;
    for (const [id, key] of origin.#keys) fork.#keys.set(id, key);
    for (const [key, name] of origin.#names) fork.#names.set(key, { ...name, aliasSeq: null });
    for (const [name, hashes] of origin.#contracts) fork.#contracts.set(name, new Set(hashes));
    for (const [name, hash] of origin.#cubes) fork.#cubes.set(name, hash);
    for (const [name, table] of origin.#tables) fork.#tables.set(name, table);
    for (const txn of origin.#txns) fork.#txns.add(txn);
    for (const drop of origin.#drops) fork.#drops.add(drop);
    for (const [id, dataset] of origin.#datasets) {
      const versions = dataset.versions.map((version) => ({
        ...version,
        root: { ...version.root, seq: null },
        tags: version.tags.map((word) => ({ ...word, seq: null })),
      }));
      const firstTags = dataset.firstTags && { ...dataset.firstTags, seq: null };
      fork.#datasets.set(id, { ...dataset, root: { ...dataset.root, seq: null }, firstTags, versions });
    }
    return fork;
  }

  get size(): number {
    return this.#size;
  }

  get lastLeafHash(): Sha256 {
    return this.#lastLeafHash;
  }

  get lastEffectiveAt(): Instant | null {
    return this.#lastEffectiveAt;
  }

  get stations(): number {
    return this.#stations;
  }

  key(id: KeyId): KeyRecord | null {
    return this.#keys.get(id) ?? null;
  }

  keys(): KeyRecord[] {
    return [...this.#keys.values()];
  }

  nameOwner(name: string): DatasetId | null {
    return this.#names.get(name)?.id ?? null;
  }

  dataset(id: DatasetId): DatasetRecord | null {
    const dataset = this.#datasets.get(id);
    return dataset === undefined ? null : datasetRecord(dataset);
  }

  /** All datasets, in the order in which they were created. */
  *datasets(): Generator<DatasetRecord> {
    for (const dataset of this.#datasets.values()) yield datasetRecord(dataset);
  }

  version(id: DatasetId, version: number): VersionRecord | null {
    const found = this.#version(id, version);
    return found === undefined ? null : versionRecord(found);
  }

  /** All versions of a dataset, v1 first. */
  versions(id: DatasetId): VersionRecord[] {
    return this.#datasets.get(id)?.versions.map(versionRecord) ?? [];
  }

  /** The tags of a version as far as they are known, sorted; `complete` is false where a body that says more is not there. */
  tags(id: DatasetId, version: number): { readonly tags: readonly Tag[]; readonly complete: boolean } {
    const tags = new Set<Tag>();
    const words = this.#version(id, version)?.tags ?? [];
    for (const word of words) {
      for (const tag of word.tags ?? []) {
        if (word.adds) tags.add(tag);
        else tags.delete(tag);
      }
    }
    return { tags: [...tags].sort(), complete: words.every((word) => word.tags !== null) };
  }

  hasTag(id: DatasetId, version: number, tag: Tag): boolean | 'unknown' {
    const { tags, complete } = this.tags(id, version);
    return tags.includes(tag) || (complete ? false : 'unknown');
  }

  hasDrop(id: DropId): boolean {
    return this.#drops.has(id);
  }

  hasContract(name: ContractName, hash: Sha256): boolean {
    return this.#contracts.get(name)?.has(hash) ?? false;
  }

  contractNamed(name: ContractName): boolean {
    return this.#contracts.has(name);
  }

  cube(name: TableName): Sha256 | null {
    return this.#cubes.get(name) ?? null;
  }

  table(name: TableName): TableRecord | null {
    return this.#tables.get(name) ?? null;
  }

  txnSeen(txn: TxnId): boolean {
    return this.#txns.has(txn);
  }

  entryBody(seq: number): BodyState | null {
    return this.#leaves[seq]?.body ?? null;
  }

  opOf(seq: number): string | null {
    return this.#leaves[seq]?.op ?? null;
  }

  /** Takes the judgement of the next leaf into the state. Throws a RangeError where it is not the next. */
  apply(seq: number, judgement: Judgement): void {
    if (seq !== this.#size) throw new RangeError(`Entry ${seq} cannot be applied to the state after ${this.#size} entries.`);
    const { entry } = judgement;
    this.#leaves.push({ op: entry?.op ?? null, body: entry === null ? null : entry.body === null ? 'none' : 'kept' });
    this.#size += 1;
    this.#lastLeafHash = judgement.leafHash;
    if (entry === null || !(judgement.effect || judgement.bodyOnly === true)) return;
    this.#lastEffectiveAt = entry.at;
    this.#txns.add(entry.txn);
    if (judgement.effect) for (const change of judgement.changes) this.#change(seq, change);
  }

  #change(seq: number, change: Change): void {
    switch (change.kind) {
      case 'keyAdded':
        this.#addKey({ ...change.key, revoked: false });
        break;
      case 'keyRotated':
        this.#addKey({ ...change.key, revoked: false });
        this.#revokeKey(change.old);
        break;
      case 'keyRevoked':
        this.#revokeKey(change.id);
        break;
      case 'datasetCreated':
        this.#addDataset(seq, change);
        break;
      case 'aliasAdded':
        if (change.alias !== null) this.#names.set(nameKey(change.alias), { id: change.id, aliasSeq: seq });
        break;
      case 'versionAdded':
        this.#addVersion(seq, change);
        break;
      case 'withdrawn':
        this.#known(change).withdrawn = true;
        break;
      case 'voided':
        this.#known(change).hash = change.hash;
        break;
      case 'tagAdded':
      case 'tagRemoved':
        this.#known(change).tags.push({ seq, adds: change.kind === 'tagAdded', tags: change.tag === null ? null : [change.tag] });
        break;
      case 'contractPublished':
        this.#contracts.set(change.name, (this.#contracts.get(change.name) ?? new Set()).add(change.hash));
        break;
      case 'cubeDefined':
        this.#cubes.set(change.name, change.hash);
        break;
      case 'tableCommitted':
        this.#tables.set(change.name, { name: change.name, newest: change.version, hash: change.hash });
        break;
      case 'bodyDestroyed':
        this.#forget(change.seq, change.op);
        break;
      case 'dropReceived':
        this.#drops.add(change.drop);
        break;
      case 'lakeCreated':
      case 'lakeForked':
      case 'recovered':
      case 'clockAccepted':
      case 'described':
      case 'exported':
      case 'dropRepeated':
        break;
    }
  }

  #addKey(key: KeyRecord): void {
    const known = this.#keys.get(key.id);
    if (key.role === 'station' && known === undefined) this.#stations += 1;
    this.#keys.set(key.id, key);
  }

  #revokeKey(id: KeyId): void {
    const key = this.#keys.get(id);
    if (key === undefined || key.revoked) return;
    if (key.role === 'station') this.#stations -= 1;
    this.#keys.set(id, { ...key, revoked: true });
  }

  #addDataset(seq: number, { id, root, firstTags }: Extract<Change, { kind: 'datasetCreated' }>): void {
    this.#names.set(nameKey(id), { id, aliasSeq: null });
    this.#datasets.set(id, { id, createdSeq: seq, root: { seq, value: root }, firstTags, versions: [] });
  }

  #addVersion(seq: number, change: Extract<Change, { kind: 'versionAdded' }>): void {
    const { version, hash, root, firstTags } = change;
    const tags: TagWord[] = [{ seq, adds: true, tags: change.tags }];
    if (firstTags !== null) tags.unshift({ seq: firstTags.seq, adds: true, tags: firstTags.tags });
    this.#datasets.get(change.id)?.versions.push({ version, hash, seq, withdrawn: false, root: { seq, value: root }, tags });
  }

  /** Drops what only the body of entry `seq` said, and that nothing else holds. */
  #forget(seq: number, op: string | null): void {
    const leaf = this.#leaves[seq];
    if (leaf !== undefined) leaf.body = 'destroyed';
    if (op === 'alias.added') for (const [key, name] of this.#names) if (name.aliasSeq === seq) this.#names.delete(key);
    if (op === null || !opsThatSay.has(op)) return;
    for (const dataset of this.#datasets.values()) {
      if (dataset.root.seq === seq) dataset.root = { seq, value: null };
      if (dataset.firstTags?.seq === seq) dataset.firstTags = { seq, tags: null };
      for (const version of dataset.versions) {
        if (version.root.seq === seq) version.root = { seq, value: null };
        version.tags = version.tags.map((word) => (word.seq === seq ? { ...word, tags: null } : word));
      }
    }
  }

  #version(id: DatasetId, version: number): Version | undefined {
    return this.#datasets.get(id)?.versions[version - 1];
  }

  #known({ id, version }: { readonly id: DatasetId; readonly version: number }): Version {
    const found = this.#version(id, version);
    if (found === undefined) throw new RangeError(`The state has no version ${id}:v${version}: the judgement was made against another.`);
    return found;
  }
}

const opsThatSay: ReadonlySet<string> = new Set(['dataset.created', 'version.committed', 'tag.added', 'tag.removed']);

function datasetRecord({ id, createdSeq, root, firstTags, versions }: Dataset): DatasetRecord {
  const value = root.value ?? versions.find((version) => version.root.value !== null)?.root.value ?? null;
  return { id, root: value, newest: versions.length, createdSeq, firstTags };
}

function versionRecord({ version, hash, seq, withdrawn }: Version): VersionRecord {
  return { version, hash, seq, withdrawn };
}
