import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dropOf, HmsError, versionName } from '../../contract/index.ts';
import type { BodyLine, Instant, LogicalPath, RootName, Sha256 } from '../../contract/index.ts';
import { continuedInventory, DigestList, INVENTORY_NAME, OBJECT_DECLARATION, SIDECAR_NAME, sidecarText } from '../../core/index.ts';
import type { DigestPath } from '../../core/index.ts';
import { DraftChanges, nameClash } from './draft-changes.ts';
import { firstCopies } from './draft-table.ts';
import type { Draft } from './draft.ts';
import type { Content, Durable, Written } from './durable.ts';
import type { ClaimedVersion, LakeIndex } from './lake-index.ts';
import { ifMissing } from './leaf.ts';
import type { LakePaths } from './paths.ts';
import { piecesOf } from './read-file.ts';
import { readHeldDigests } from './read-inventory.ts';
import { settleContent } from './staged-content.ts';
import type { Steps } from './steps.ts';
import { FlushTogether } from './together.ts';
import { versionFolder } from './store.ts';

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
  /** Lines of the body after the first; read anew each time. */
  readonly lines: Iterable<BodyLine>;
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

/**
 * Builds the staged folder of the next version on `base`. Repeatable: called again after the dataset moved, it builds anew. A version that does not differ from
 * the one before is refused, unless it was made elsewhere: there it may have said something new of the same files.
 */
export async function prepareVersion(context: PrepareContext, draft: Draft, base: ClaimedVersion | null, words: VersionWords, steps: Steps, same: 'refuse' | 'allow' = 'refuse'): Promise<PreparedVersion> {
  const { index, durable } = context;
  await unwrapObject(context, draft);
  const version = (base?.version ?? 0) + 1;
  const changes = new DraftChanges(draft, index, base?.version ?? null);
  const before = base === null ? { files: 0, bytes: 0 } : index.versionTotals(draft.dataset, base.version);
  steps.begin('Comparing the draft with the version before', draft.changes.size);
  const totals = await changes.totals(before ?? { files: 0, bytes: 0 }, steps);
  if (totals.changes === 0 && same === 'refuse') throw empty(draft, base);
  const baseFolder = base === null ? null : await versionFolder(context.paths, base);
  if (base !== null && baseFolder === null) throw lost(base);
  if (base !== null && before === null) throw unreadable(base);
  await refuseClash(draft, index, base, steps);
  const held = await heldDigests(base, baseFolder, steps);
  const kept = await settleContent(draft, (digest) => held.has(digest), durable, steps);

  const text = continuedInventory(
    {
      id: `hms:${draft.dataset}`,
      version,
      created: words.created,
      message: words.message ?? `Version ${version}`,
      user: words.user,
      content: contentOf(draft, version),
      files: filesOf(draft, steps),
      isTouched: (path) => draft.changes.get(path as LogicalPath) !== null,
    },
    baseFolder === null ? null : () => piecesOf(join(baseFolder, INVENTORY_NAME)),
  );
  steps.begin('Writing the list of files', draft.changes.size);
  const folder = join(draft.folder, 'version');
  const inventory = await flushedTogether(durable, folder, async (put) => {
    const written = await put(INVENTORY_NAME, text);
    await put(SIDECAR_NAME, Buffer.from(sidecarText(written.sha256)));
    return written;
  });
  if (kept === 0) await durable.removeEmptyFolder(draft.contentFolder);
  if (base === null) await wrapObject(context, draft);
  const { files, bytes } = totals;
  return { version, base, hash: inventory.sha256, lines: { [Symbol.iterator]: () => bodyLines(draft, changes, totals.changes, steps) }, files, bytes, inventoryBytes: inventory.size };
}

async function heldDigests(base: ClaimedVersion | null, folder: string | null, steps: Steps): Promise<DigestList> {
  if (base === null || folder === null) return new DigestList();
  steps.begin('Reading the list of files of the version before', null);
  return readHeldDigests(join(folder, INVENTORY_NAME), base.hash);
}

function* contentOf(draft: Draft, version: number): Generator<DigestPath> {
  for (const { file, content } of firstCopies(draft.changes)) yield [file.sha256, `v${version}/content/${content}`];
}

function* filesOf(draft: Draft, steps: Steps): Generator<DigestPath> {
  for (const { path, file } of draft.changes.byDigest()) {
    steps.did(1);
    yield [file.sha256, path];
  }
}

function* bodyLines(draft: Draft, changes: DraftChanges, count: number, steps: Steps): Generator<BodyLine> {
  steps.begin('Writing the changes for the ledger', count);
  for (const line of changes.lines()) {
    steps.did(1);
    yield line;
  }
  yield* draft.changes.notes();
}

async function refuseClash(draft: Draft, index: LakeIndex, base: ClaimedVersion | null, steps: Steps): Promise<void> {
  const clash = await nameClash(draft, index, base?.version ?? null, steps);
  if (clash === null) return;
  throw new HmsError('NAME_INVALID', `"${clash.file}" cannot be a file and, for "${clash.below}", also a folder.`, {
    kept: 'Nothing was committed; the draft is kept.',
    next: `Rename or remove one of them: hms dta rm ${draft.dataset} NAME`,
  });
}

function empty(draft: Draft, base: ClaimedVersion | null): HmsError {
  return new HmsError('DRAFT_EMPTY', `There is nothing to commit: the draft of ${draft.dataset} does not differ from ${base === null ? 'an empty dataset' : versionName(draft.dataset, base.version)}.`, {
    kept: 'Nothing was changed.',
    next: 'Put a file, remove or rename one; or discard the draft.',
  });
}

/** A new dataset appears by one rename of its whole object, so its first version is staged as one. */
async function wrapObject({ durable }: PrepareContext, draft: Draft): Promise<void> {
  const object = join(draft.folder, 'object');
  const version = join(draft.folder, 'version');
  await durable.makeFolder(object);
  await flushedTogether(durable, object, async (put) => {
    await put(OBJECT_DECLARATION.name, Buffer.from(OBJECT_DECLARATION.text));
    const { sha256 } = await put(INVENTORY_NAME, piecesOf(join(version, INVENTORY_NAME)));
    await put(SIDECAR_NAME, Buffer.from(sidecarText(sha256)));
  });
  await durable.publishFolder(version, join(object, 'v1'));
}

/** Writes files into a folder that nobody else reads; they and their names are durable when it returns. */
async function flushedTogether<T>(durable: Durable, folder: string, write: (put: (name: string, content: Content) => Promise<Written>) => Promise<T>): Promise<T> {
  const files = new FlushTogether(durable);
  try {
    const result = await write((name, content) => files.write(join(folder, name), content));
    await files.flush([folder]);
    return result;
  } finally {
    await files.close();
  }
}

/** Undoes wrapObject, where the dataset turned out to be there, or where an earlier attempt stopped. */
export async function unwrapObject({ durable }: Pick<PrepareContext, 'durable'>, draft: { readonly folder: string; readonly contentFolder: string }): Promise<void> {
  const object = join(draft.folder, 'object');
  if (await lstat(object).then(() => true, ifMissing(false))) {
    const stands = await readFile(join(object, 'v1', SIDECAR_NAME)).catch(ifMissing(null));
    if (stands !== null) await durable.publishFolder(join(object, 'v1'), join(draft.folder, 'version'));
    await durable.removeTree(object);
  }
  await durable.makeFolder(draft.contentFolder);
}

/** The refusal where a claimed version's bytes are nowhere. */
export function lost(version: ClaimedVersion): HmsError {
  return new HmsError('VERSION_LOST', `The bytes of ${versionName(version.dataset, version.version)} are neither in the store nor in staging.`, {
    kept: 'Nothing was changed. The other versions can be read.',
    next: dropOf(version.dataset) === null ? `Look for them in a backup of the lake. If they are lost for good: hms dta void ${versionName(version.dataset, version.version)} -m REASON` : 'Look for them in a backup of the lake.',
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
