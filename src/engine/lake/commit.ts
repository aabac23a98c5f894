import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HmsError, versionName } from '../../contract/index.ts';
import type { BodyLine, ChangeLine, ContentPath, DatasetId, Instant, LogicalPath, RootName, Sha256 } from '../../contract/index.ts';
import { fileThatIsAlsoFolder, HeadStateCollector, INVENTORY_NAME, nextInventory, OBJECT_DECLARATION, SIDECAR_NAME, sidecarText } from '../../core/index.ts';
import type { HeadState, HeadStateResult } from '../../core/index.ts';
import type { Draft } from './draft.ts';
import type { Durable } from './durable.ts';
import type { ClaimedVersion, LakeIndex } from './lake-index.ts';
import { ifMissing } from './leaf.ts';
import { bytesOf } from './read-file.ts';
import { settleContent } from './staged-content.ts';
import { versionFolder } from './store.ts';
import type { LakePaths } from './paths.ts';

/** Preparing a version from a draft: what changes, the inventory, the folder that will be moved into place (steps 1 and 2 of docs/formats/lake.md section 11). */

export interface VersionWords {
  /** Null: "Version N". */
  readonly message: string | null;
  readonly user: { readonly name: string; readonly address: string };
  readonly created: Instant;
}

export interface PreparedVersion {
  readonly version: number;
  readonly base: ClaimedVersion | null;
  readonly hash: Sha256;
  readonly lines: readonly BodyLine[];
  readonly files: number;
  readonly bytes: number;
  /** Size of the inventory; past 50 MB the dataset should be divided. */
  readonly inventoryBytes: number;
}

export interface PrepareContext {
  readonly paths: LakePaths;
  readonly durable: Durable;
  readonly index: LakeIndex;
}

/** What a draft changes against the version that it will follow, sorted by path. A file that is there with the same bytes is no change. */
export function changesAgainst(draft: Draft, index: LakeIndex, base: number | null): ChangeLine[] {
  const lines: ChangeLine[] = [];
  const renamedFrom = new Set<LogicalPath>();
  const before = (path: LogicalPath) => (base === null ? null : index.fileAt(draft.dataset, base, path));
  for (const [path, change] of draft.changes) {
    if (change === 'gone') continue;
    const old = before(path);
    if (old?.sha256 === change.sha256) continue;
    const from = draft.renames.get(path);
    if (old === null && from !== undefined && draft.changes.get(from) === 'gone' && !renamedFrom.has(from) && before(from)?.sha256 === change.sha256) {
      renamedFrom.add(from);
      lines.push({ do: 'rename', from, path });
    } else {
      lines.push({ do: old === null ? 'add' : 'replace', path, sha256: change.sha256, size: change.size, mtime: change.mtime });
    }
  }
  for (const [path, change] of draft.changes) {
    if (change === 'gone' && !renamedFrom.has(path) && before(path) !== null) lines.push({ do: 'remove', path });
  }
  return lines.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/**
 * Paths that the draft touches and that changed between its base and the newest version: the reason to stop with DATASET_MOVED. A draft that
 * began without any version has a conflict with every path that is now there.
 */
export function conflictingPaths(draft: Draft, index: LakeIndex, newest: number): LogicalPath[] {
  const touched = new Set<LogicalPath>(draft.changes.keys());
  const from = draft.details.base?.ver ?? null;
  if (from === null) return [...touched].filter((path) => index.fileAt(draft.dataset, newest, path) !== null);
  return [...index.changedPaths(draft.dataset, from, newest)].filter((path) => touched.has(path));
}

/**
 * Builds the staged folder of the next version on `base`. Repeatable: called again after the dataset moved, it builds anew. A version that does not differ from
 * the one before is refused, unless it was made elsewhere: there it may have said something new of the same files.
 */
export async function prepareVersion(context: PrepareContext, draft: Draft, base: ClaimedVersion | null, words: VersionWords, same: 'refuse' | 'allow' = 'refuse'): Promise<PreparedVersion> {
  const { index } = context;
  await unwrapObject(context, draft);
  const version = (base?.version ?? 0) + 1;
  const lines = changesAgainst(draft, index, base?.version ?? null);
  if (lines.length === 0 && same === 'refuse') {
    throw new HmsError('DRAFT_EMPTY', `There is nothing to commit: the draft of ${draft.dataset} does not differ from ${base === null ? 'an empty dataset' : versionName(draft.dataset, base.version)}.`, {
      kept: 'Nothing was changed.',
      next: 'Put a file, remove or rename one; or discard the draft.',
    });
  }
  const baseFolder = base === null ? null : await versionFolder(context.paths, base);
  if (base !== null && baseFolder === null) throw lost(base);
  if (base !== null && index.versionTotals(draft.dataset, base.version) === null) throw unreadable(base);
  const head = baseFolder === null ? null : await readHeadState(join(baseFolder, INVENTORY_NAME), (base as ClaimedVersion).hash);
  const state = applyLines(head?.state ?? new Map<LogicalPath, Sha256>(), lines);
  const clash = fileThatIsAlsoFolder(state);
  if (clash !== null) {
    throw new HmsError('NAME_INVALID', `"${clash.file}" cannot be a file and, for "${clash.below}", also a folder.`, {
      kept: 'Nothing was committed; the draft is kept.',
      next: `Rename or remove one of them: hms dta rm ${draft.dataset} NAME`,
    });
  }
  const kept = await settleContent(draft, (digest) => head?.manifest.has(digest) ?? false, context.durable);
  const newContent = new Map<Sha256, ContentPath[]>();
  for (const [digest, path] of kept) newContent.set(digest, [`v${version}/content/${path}` as ContentPath]);
  const folder = join(draft.folder, 'version');
  const previous = baseFolder === null ? null : bytesOf(join(baseFolder, INVENTORY_NAME));
  const text = nextInventory({ previous, id: `hms:${draft.dataset}`, version, created: words.created, message: words.message ?? `Version ${version}`, user: words.user, newContent, state });
  const inventory = await context.durable.rewrite(join(folder, INVENTORY_NAME), text);
  await context.durable.rewrite(join(folder, SIDECAR_NAME), Buffer.from(sidecarText(inventory.sha256)));
  if (kept.size === 0) await context.durable.removeEmptyFolder(draft.contentFolder);
  if (base === null) await wrapObject(context, draft);
  const totals = totalsAfter(index, draft.dataset, base?.version ?? null, lines);
  return { version, base, hash: inventory.sha256, lines: [...lines, ...draft.notes.values()], ...totals, inventoryBytes: inventory.size };
}

/** A new dataset appears by one rename of its whole object, so its first version is staged as one. */
async function wrapObject({ durable }: PrepareContext, draft: Draft): Promise<void> {
  const object = join(draft.folder, 'object');
  const version = join(draft.folder, 'version');
  await durable.makeFolder(object);
  await durable.rewrite(join(object, OBJECT_DECLARATION.name), Buffer.from(OBJECT_DECLARATION.text));
  await durable.rewrite(join(object, INVENTORY_NAME), bytesOf(join(version, INVENTORY_NAME)));
  await durable.rewrite(join(object, SIDECAR_NAME), await readFile(join(version, SIDECAR_NAME)));
  await durable.publishFolder(version, join(object, 'v1'));
}

/** Undoes wrapObject, where the dataset turned out to be there, or where an earlier attempt stopped. */
export async function unwrapObject({ durable }: Pick<PrepareContext, 'durable'>, draft: { readonly folder: string; readonly contentFolder: string }): Promise<void> {
  const wrapped = join(draft.folder, 'object', 'v1');
  const version = join(draft.folder, 'version');
  const stands = await readFile(join(wrapped, SIDECAR_NAME)).catch(ifMissing(null));
  if (stands !== null) await durable.publishFolder(wrapped, version);
  await durable.removeTree(join(draft.folder, 'object'));
  await durable.makeFolder(draft.contentFolder);
}

function applyLines(state: Map<LogicalPath, Sha256>, lines: readonly ChangeLine[]): Map<LogicalPath, Sha256> {
  const moved = new Map<LogicalPath, Sha256>();
  for (const line of lines) {
    const from = line.do === 'rename' ? state.get(line.from) : undefined;
    if (line.do === 'rename' && from !== undefined) moved.set(line.path, from);
  }
  for (const line of lines) {
    if (line.do === 'remove') state.delete(line.path);
    else if (line.do === 'rename') state.delete(line.from);
    else state.set(line.path, line.sha256);
  }
  for (const [path, digest] of moved) state.set(path, digest);
  return state;
}

function totalsAfter(index: LakeIndex, dataset: DatasetId, base: number | null, lines: readonly ChangeLine[]): { files: number; bytes: number } {
  const totals = base === null ? { files: 0, bytes: 0 } : index.versionTotals(dataset, base);
  let files = totals?.files ?? 0;
  let bytes = totals?.bytes ?? 0;
  for (const line of lines) {
    const old = base === null || line.do === 'rename' || line.do === 'add' ? null : index.fileAt(dataset, base, line.path);
    if (line.do === 'add') files += 1;
    if (line.do === 'remove') files -= 1;
    bytes += (line.do === 'add' || line.do === 'replace' ? line.size : 0) - (old?.size ?? 0);
  }
  return { files, bytes };
}

/** Manifest and newest state of an inventory, streamed. Throws STORED_DAMAGED where it has not the hash that the ledger names, or cannot be read. */
export async function readHeadState(file: string, hash: Sha256): Promise<HeadState> {
  let result = await collectHead(file, null, hash);
  if (!result.ok && result.again !== null) result = await collectHead(file, result.again, hash);
  if (result.ok) return result.value;
  throw new HmsError('STORED_DAMAGED', `The inventory ${file} cannot be read: ${result.findings[0]?.message ?? 'it is not an OCFL inventory.'}`, {
    kept: 'Nothing was changed.',
    next: 'Run `hms dta verify` on the lake, and restore the file from a backup.',
  });
}

async function collectHead(file: string, version: string | null, expected: Sha256): Promise<HeadStateResult> {
  const collector = new HeadStateCollector(version);
  const hash = createHash('sha256');
  for await (const chunk of bytesOf(file)) {
    hash.update(chunk);
    collector.feed(chunk);
  }
  if (hash.digest('hex') === expected) return collector.end();
  throw new HmsError('STORED_DAMAGED', `The inventory ${file} is not the one that was committed: its SHA-256 is not the one in the ledger.`, {
    kept: 'Nothing was changed.',
    next: 'Run `hms dta verify` on the lake, and restore the file from a backup.',
  });
}


/** The refusal where a claimed version's bytes are nowhere. */
export function lost(version: ClaimedVersion): HmsError {
  return new HmsError('VERSION_LOST', `The bytes of ${versionName(version.dataset, version.version)} are neither in the store nor in staging.`, {
    kept: 'Nothing was changed. The other versions can be read.',
    next: `Look for them in a backup of the lake. If they are lost for good: hms dta void ${versionName(version.dataset, version.version)} -m REASON`,
    facts: { dataset: version.dataset, version: version.version, seq: version.seq },
  });
}

function unreadable(version: ClaimedVersion): HmsError {
  return new HmsError('STORED_DAMAGED', `The files of ${versionName(version.dataset, version.version)} are not known: neither its words nor its inventory can be read.`, {
    kept: 'Nothing was committed; the draft is kept.',
    next: 'Run `hms dta verify` on the lake, restore what it names from a backup, then `hms dta rebuild`.',
  });
}

/** Storage root of a dataset, decided at its creation: `raw` for what is tagged phi, so that folder permissions can close it. */
export function rootFor(tags: readonly string[]): RootName {
  return tags.includes('phi') ? 'raw' : 'store';
}
