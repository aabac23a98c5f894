import { appendLeaf, emptyFrontier, LedgerState } from '../../../src/core/index.ts';
import type { Frontier, LedgerView } from '../../../src/core/index.ts';
import type { BodyLine, DatasetId, Instant, LogicalPath, RootName, TxnId } from '../../../src/contract/index.ts';
import { sha256 } from '../../../src/engine/lake/index.ts';
import type { ClaimedVersion, IndexedFile, IndexTransaction, JudgedLeaf, LakeIndex, LedgerEnd } from '../../../src/engine/lake/index.ts';

type Files = ReadonlyMap<LogicalPath, IndexedFile>;

/** What the catalog answers, kept in memory: for tests that make thousands of lakes, and as a second opinion on the catalog. */
export class MemoryIndex implements LakeIndex {
  #state = new LedgerState();
  #frontier: Frontier = emptyFrontier;
  readonly #leaves: Uint8Array[] = [];
  readonly #files = new Map<string, Files>();
  readonly #versions = new Map<string, ClaimedVersion>();
  readonly #unplaced = new Map<string, ClaimedVersion>();
  readonly effects: { seq: number; txn: TxnId | null; effect: boolean; why: string }[] = [];
  lastClock: Instant | null = null;
  acceptedOffset = 0;

  get view(): LedgerView {
    return this.#state;
  }

  look<T>(work: () => T): T {
    return work();
  }

  async project(expectedSize: number, work: (transaction: IndexTransaction) => Promise<void>): Promise<'applied' | 'moved'> {
    if (this.#state.size !== expectedSize) return 'moved';
    await work({ view: this.#state, apply: (leaf) => this.#apply(leaf) });
    return 'applied';
  }

  async #apply(leaf: JudgedLeaf): Promise<void> {
    const { judgement } = leaf;
    this.effects.push({ seq: leaf.seq, txn: judgement.entry?.txn ?? null, effect: judgement.effect, why: judgement.effect ? '' : judgement.why });
    if (judgement.entry !== null) this.lastClock = judgement.entry.clock;
    if (judgement.effect) {
      for (const change of judgement.changes) {
        if (change.kind === 'clockAccepted' && change.accepted !== null) this.acceptedOffset = change.accepted.offset;
        if (change.kind !== 'versionAdded') continue;
        const lines: BodyLine[] = [];
        if (leaf.body.is === 'kept') for await (const line of leaf.body.lines()) lines.push(line);
        const key = `${change.id}:v${change.version}`;
        this.#files.set(key, nextFiles(this.#files.get(`${change.id}:v${change.version - 1}`) ?? new Map(), lines));
        const version: ClaimedVersion = {
          dataset: change.id,
          root: (change.root ?? 'store') satisfies RootName,
          version: change.version,
          hash: change.hash,
          txn: judgement.entry.txn,
          seq: leaf.seq,
        };
        this.#versions.set(key, version);
        this.#unplaced.set(key, version);
      }
    }
    this.#state.apply(leaf.seq, judgement);
    this.#leaves.push(leaf.leafHash);
    this.#frontier = appendLeaf(sha256, this.#frontier, leaf.leafHash);
  }

  end(): LedgerEnd {
    return { size: this.#state.size, lastLeaf: this.#state.lastLeafHash, lastAt: this.#state.lastEffectiveAt };
  }

  frontier(): Frontier {
    return this.#frontier;
  }

  leafHashes(from: number, count: number): readonly Uint8Array[] {
    return this.#leaves.slice(from, from + count);
  }

  checked(): null {
    return null;
  }

  setChecked(): Promise<void> {
    return Promise.resolve();
  }

  rootOf(dataset: DatasetId): RootName | null {
    return this.#state.dataset(dataset)?.root ?? null;
  }

  claimedVersion(dataset: DatasetId, version: number): ClaimedVersion | null {
    return this.#versions.get(`${dataset}:v${version}`) ?? null;
  }

  versionTotals(dataset: DatasetId, version: number): { files: number; bytes: number } | null {
    const files = this.#files.get(`${dataset}:v${version}`);
    if (files === undefined) return null;
    return { files: files.size, bytes: [...files.values()].reduce((sum, file) => sum + file.size, 0) };
  }

  fileAt(dataset: DatasetId, version: number, path: LogicalPath): IndexedFile | null {
    return this.#files.get(`${dataset}:v${version}`)?.get(path) ?? null;
  }

  files(dataset: DatasetId, version: number): IndexedFile[] {
    return [...(this.#files.get(`${dataset}:v${version}`)?.values() ?? [])];
  }

  pathsBelow(dataset: DatasetId, version: number, folder: string): LogicalPath[] {
    return [...(this.#files.get(`${dataset}:v${version}`)?.keys() ?? [])].filter((path) => path.startsWith(`${folder}/`)).sort();
  }

  *changedPaths(dataset: DatasetId, from: number, to: number): Generator<LogicalPath> {
    const before = this.#files.get(`${dataset}:v${from}`) ?? new Map<LogicalPath, IndexedFile>();
    const after = this.#files.get(`${dataset}:v${to}`) ?? new Map<LogicalPath, IndexedFile>();
    for (const path of new Set([...before.keys(), ...after.keys()])) if (before.get(path)?.sha256 !== after.get(path)?.sha256) yield path;
  }

  unplaced(): readonly ClaimedVersion[] {
    return [...this.#unplaced.values()];
  }

  markPlaced(dataset: DatasetId, version: number): Promise<void> {
    this.#unplaced.delete(`${dataset}:v${version}`);
    return Promise.resolve();
  }

  /** Every act that has effect, by transaction: what was acknowledged must be here exactly once. */
  transactions(): (TxnId | null)[] {
    return this.effects.filter((effect) => effect.effect).map((effect) => effect.txn);
  }
}

function nextFiles(before: Files, lines: readonly BodyLine[]): Files {
  const files = new Map(before);
  for (const line of lines) {
    if ('note' in line) continue;
    if (line.do === 'remove') files.delete(line.path);
    if (line.do === 'rename') files.delete(line.from);
  }
  for (const line of lines) {
    if ('note' in line) continue;
    if (line.do === 'rename') {
      const file = before.get(line.from);
      if (file !== undefined) files.set(line.path, { ...file, path: line.path });
    }
    if (line.do === 'add' || line.do === 'replace') files.set(line.path, { path: line.path, sha256: line.sha256, size: line.size, mtime: line.mtime });
  }
  return files;
}

