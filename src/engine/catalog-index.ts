import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { dropName, dropOf, HmsError, tableHead, ZERO_HASH } from '../contract/index.ts';
import type { BodyLine, DatasetId, DropId, DropName, LakeId, LogicalPath, RootName, Sha256, TableName, TableWords, VersionNumber } from '../contract/index.ts';
import type { Change, DeltaAction, Frontier, LedgerView } from '../core/index.ts';
import type { Catalog, DropDetail, Projection, StateFile, VersionDetail } from './catalog/index.ts';
import { codeOf, ifMissing, objectFolder, readHeadState, versionFolder } from './lake/index.ts';
import type { ClaimedVersion, ForkableIndex, IndexedFile, IndexTransaction, JudgedLeaf, LakeIndex, LakePaths, LedgerEnd } from './lake/index.ts';

/** The catalog as the store and the ledger ask for it. */
export class CatalogIndex implements LakeIndex, ForkableIndex {
  readonly catalog: Catalog;
  readonly #paths: LakePaths;
  readonly #roots = new Map<DatasetId, RootName>();

  constructor(catalog: Catalog, paths: LakePaths) {
    this.catalog = catalog;
    this.#paths = paths;
  }

  get view(): LedgerView {
    return this.catalog.view;
  }

  async project(expectedSize: number, work: (transaction: IndexTransaction) => Promise<void>): Promise<'applied' | 'moved'> {
    const { size, total } = this.catalog.position();
    if (size !== expectedSize) return 'moved';
    const outcome = await this.catalog.project(total, (projection) => work({ view: projection.view, apply: (leaf) => this.#apply(projection, leaf) }));
    return outcome.kind === 'done' ? 'applied' : 'moved';
  }

  look<T>(work: () => T): T {
    return this.catalog.look(work);
  }

  lakeNow(): LakeId | null {
    return this.catalog.position().lake;
  }

  async beginFork(work: (transaction: IndexTransaction) => Promise<void>): Promise<void> {
    await this.catalog.project(this.catalog.position().total, async (projection) => {
      projection.beginFork();
      await work({ view: projection.view, apply: (leaf) => this.#apply(projection, leaf) });
    });
  }

  async #apply(projection: Projection, leaf: JudgedLeaf): Promise<void> {
    const { judgement, body } = leaf;
    projection.apply(leaf.seq, judgement, body.is === 'altered' ? 'altered' : body.is === 'missing' ? 'missing' : 'present');
    if (!judgement.effect) return;
    const made = body.is === 'kept' ? tableHead(body.head) : null;
    if (body.is === 'kept' && made !== null) await this.#takeTables(projection, judgement.changes, made.tables, body.deltaLines());
    for (const change of judgement.changes) {
      if (change.kind === 'dropReceived' && body.is === 'kept') await takeDropFile(projection, change.drop, body.lines());
      if (change.kind !== 'versionAdded') continue;
      const taken = body.is === 'kept' ? await projection.addLines(change.id, change.version, body.lines()) : null;
      if (taken?.kind === 'taken' && taken.fits) continue;
      // The body does not tell the files, or tells something else than it says of their number: the inventory is the authority.
      const claimed: ClaimedVersion = {
        dataset: change.id,
        root: change.root ?? this.#rootOnDisk(change.id) ?? 'store',
        version: change.version,
        hash: change.hash,
        txn: judgement.entry.txn,
        seq: leaf.seq,
      };
      await this.#stateFromInventory(projection, claimed);
    }
  }

  /** Lines that do not have the hash that the entry gives are not believed: the version's files are then not known, and the table cannot be written. */
  async #takeTables(projection: Projection, changes: readonly Change[], words: readonly TableWords[], lines: AsyncIterable<{ text: string; action: DeltaAction }>): Promise<void> {
    const all: { text: string; action: DeltaAction }[] = [];
    for await (const line of lines) all.push(line);
    let from = 0;
    for (const { name, version, lines: count } of words) {
      const own = all.slice(from, from + count);
      from += count;
      const change = changes.find((one) => one.kind === 'tableCommitted' && one.name === name && one.version === version);
      const hash = createHash('sha256');
      for (const { text } of own) hash.update(`${text}\n`);
      if (change?.kind !== 'tableCommitted' || own.length !== count || hash.digest('hex') !== change.hash) continue;
      projection.addTableLines(name, version, own.map(({ action }) => action));
    }
  }

  async markTablePlaced(name: TableName, version: number): Promise<void> {
    await this.catalog.project(null, (projection) => projection.setTablePlaced(name, version));
  }

  /** What cannot be read leaves the version's files unknown: one damaged inventory, or a closed folder, is no reason to close the whole lake. */
  async #stateFromInventory(projection: Projection, claimed: ClaimedVersion): Promise<void> {
    const files = await inventoryFiles(this.#paths, claimed).catch((error: unknown) => {
      if (error instanceof HmsError || codeOf(error) !== '') return null;
      throw error;
    });
    if (files !== null) await projection.setState(claimed.dataset as DatasetId, claimed.version as VersionNumber, files);
  }

  end(): LedgerEnd {
    const { size, lastLeaf, lastEffectiveAt } = this.catalog.position();
    return { size, lastLeaf: lastLeaf ?? ZERO_HASH, lastAt: lastEffectiveAt };
  }

  frontier(): Frontier {
    return this.catalog.position().frontier;
  }

  leafHashes(from: number, count: number): readonly Uint8Array[] {
    return this.catalog.leafHashes(from, from + count);
  }

  checked(): { size: number; root: Uint8Array } | null {
    const { checked } = this.catalog.position();
    return checked === null ? null : { size: checked.size, root: Buffer.from(checked.root, 'hex') };
  }

  async setChecked(head: { readonly size: number; readonly root: Uint8Array }): Promise<void> {
    await this.catalog.project(null, (projection) => projection.setChecked({ size: head.size, root: Buffer.from(head.root).toString('hex') as Sha256 }));
  }

  claimedVersion(dataset: DatasetId | DropName, version: number): ClaimedVersion | null {
    const drop = dropOf(dataset);
    if (drop !== null) return this.claimedDrop(drop);
    const detail = this.catalog.version(dataset as DatasetId, version);
    return detail === null ? null : this.#claimed(detail);
  }

  claimedDrop(id: DropId): ClaimedVersion | null {
    const detail = this.catalog.dropById(id);
    return detail === null ? null : claimedOf(detail);
  }

  versionTotals(dataset: DatasetId, version: number): { files: number; bytes: number } | null {
    const detail = this.catalog.version(dataset, version);
    if (detail === null || detail.files === null || detail.bytes === null) return null;
    return { files: detail.files, bytes: detail.bytes };
  }

  fileAt(dataset: DatasetId, version: number, path: LogicalPath): IndexedFile | null {
    return this.catalog.fileAt(dataset, version, path);
  }

  *pathsBelow(dataset: DatasetId, version: number, folder: string): Generator<LogicalPath> {
    const prefix = `${folder}/`;
    // Most often there is nothing: one row tells.
    let limit = 1;
    for (let after: string | null = prefix; after !== null; limit = 1_000) {
      const page = this.catalog.files(dataset, version, after, limit);
      for (const { path } of page?.files ?? []) {
        if (!path.startsWith(prefix)) return;
        yield path;
      }
      after = page?.next ?? null;
    }
  }

  *changedPaths(dataset: DatasetId, from: number, to: number): Generator<LogicalPath> {
    const differences = this.catalog.differences(dataset, from, to);
    if (differences === null) return;
    try {
      for (const difference of differences) {
        yield difference.path;
        if (difference.kind === 'renamed') yield difference.from;
      }
    } finally {
      differences.close();
    }
  }

  unplaced(): readonly ClaimedVersion[] {
    return [...this.catalog.unsettled().map((detail) => this.#claimed(detail)), ...this.catalog.unsettledDrops().map(claimedOf)];
  }

  async markPlaced(dataset: DatasetId | DropName, version: number): Promise<void> {
    await this.#setPlaced(dataset, version, true);
  }

  /** As markPlaced, of several drops in one write. */
  async markDropsPlaced(drops: readonly DropId[]): Promise<void> {
    if (drops.length === 0) return;
    await this.catalog.project(null, (projection) => {
      for (const drop of drops) projection.setDropPlaced(drop, true);
    });
  }

  /** Has a version looked at again when the lake is opened for writing. */
  async markUnplaced(dataset: DatasetId | DropName, version: number): Promise<void> {
    await this.#setPlaced(dataset, version, false);
  }

  async #setPlaced(dataset: DatasetId | DropName, version: number, placed: boolean): Promise<void> {
    const drop = dropOf(dataset);
    await this.catalog.project(null, (projection) => (drop === null ? projection.setPlaced(dataset as DatasetId, version, placed) : projection.setDropPlaced(drop, placed)));
  }

  rootOf(dataset: DatasetId): RootName | null {
    const said = this.catalog.dataset(dataset);
    if (said === null) return null;
    return said.root ?? this.#rootOnDisk(dataset);
  }

  /**
   * Looks where the objects of those datasets are of which no entry tells any more. Done when a lake is opened: answers that need it then wait for no disk, and above all
   * for no share that may be away.
   */
  async learnRoots(): Promise<void> {
    for (const dataset of this.catalog.datasetsWithoutRoot()) {
      for (const root of ['raw', 'store'] as const) {
        if (!this.#roots.has(dataset) && (await lstat(objectFolder(this.#paths, root, dataset)).then(() => true, ifMissing(false)))) this.#roots.set(dataset, root);
      }
    }
  }

  #rootOnDisk(dataset: DatasetId): RootName | null {
    const known = this.#roots.get(dataset);
    if (known !== undefined) return known;
    // Asked at once rather than awaited: it is needed in the middle of answers, once for each dataset whose words were destroyed.
    const found = (['raw', 'store'] as const).find((root) => statSync(objectFolder(this.#paths, root, dataset), { throwIfNoEntry: false }) !== undefined) ?? null;
    if (found !== null) this.#roots.set(dataset, found);
    return found;
  }

  #claimed(detail: VersionDetail): ClaimedVersion {
    return { dataset: detail.dataset, root: detail.root ?? this.rootOf(detail.dataset) ?? 'store', version: detail.version, hash: detail.hash, txn: detail.txn, seq: detail.seq };
  }
}

/** A drop is the one version of an object of its own. */
function claimedOf({ id, hash, txn, seq }: DropDetail): ClaimedVersion {
  return { dataset: dropName(id), root: 'raw', version: 1, hash, txn, seq };
}

/** The line after the first says name, size and hash; a body with another says nothing of them. */
async function takeDropFile(projection: Projection, drop: DropId, lines: AsyncIterable<BodyLine>): Promise<void> {
  const files: Extract<BodyLine, { do: 'add' | 'replace' }>[] = [];
  for await (const line of lines) {
    if (!('do' in line) || line.do !== 'add' || files.length === 1) return;
    files.push(line);
  }
  const [file] = files;
  if (file !== undefined) projection.setDropFile(drop, file);
}

/** The files of a version as its inventory and the stored bytes tell them; null where the version is not to be found. */
export async function inventoryFiles(paths: LakePaths, version: ClaimedVersion): Promise<AsyncIterable<StateFile> | null> {
  const folder = await versionFolder(paths, version);
  if (folder === null) return null;
  const head = await readHeadState(join(folder, 'inventory.json'), version.hash);
  const locate = contentLocator(paths, version, folder);
  return (async function* () {
    for (const [path, sha256] of head.state) {
      const content = head.manifest.get(sha256)?.[0];
      const size = content === undefined ? 0 : await lstat(locate(content)).then((stats) => stats.size, ifMissing(0));
      yield { path, sha256, size };
    }
  })();
}

/**
 * Where the bytes of a content path (`vN/content/…`) are: in the object, or, for the version itself, in `folder`, which after an interrupted
 * commit is still in staging.
 */
export function contentLocator(paths: LakePaths, version: ClaimedVersion, folder: string): (contentPath: string) => string {
  const object = objectFolder(paths, version.root, version.dataset);
  const own = `v${version.version}/`;
  return (contentPath) =>
    contentPath.startsWith(own) ? join(folder, ...contentPath.slice(own.length).split('/')) : join(object, ...contentPath.split('/'));
}
