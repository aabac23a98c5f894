import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { HmsError, instantOf, versionName } from '../contract/index.ts';
import type { DatasetId, Imported, Lineage, LogicalPath, OnProgress, Ref, RootName, Tag } from '../contract/index.ts';
import { intake } from './ingest/index.ts';
import type { IntakeReport, Source } from './ingest/index.ts';
import { largeTables } from './draft-tables.ts';
import { noteBeginning } from './half-begun.ts';
import { beginDraft, commitDraft, ifMissing, inWords, listDrafts, newTxn, noteSilence, openDraft, unwrapObject, watchedSteps } from './lake/index.ts';
import type { BaseFile, CommittedVersion, Draft, DraftJson, JournalLine, Steps } from './lake/index.ts';
import type { StationLock, VersionDetail } from './catalog/index.ts';
import { lakeProfile } from './open.ts';
import type { ReadableLake, WritableLake } from './open.ts';
import { tidyReceived } from './receiving.ts';
import { lockStation } from './station-lock.ts';

/** Drafts as an officer works with them: one for each dataset, put into by any number of processes, committed once. */

/** Drafts of this lake that are not committed, oldest first; those of others too. */
export async function draftsOf(lake: ReadableLake, kept = 'Nothing was changed.'): Promise<DraftJson[]> {
  const drafts = await inWords('Reading the drafts', kept, () => noteSilence(lake.durable.place, lake.clock, () => listDrafts(lake.paths)));
  return drafts.filter((draft) => draft.lake === lake.lake.id && !lake.catalog.view.txnSeen(draft.txn));
}

/** This officer's draft of a dataset, or null. `close` it. */
export async function myDraft(lake: WritableLake, dataset: DatasetId, steps?: Steps): Promise<Draft | null> {
  const mine = await myRecord(lake, dataset);
  return mine === null ? null : openDraftOf(lake, mine, steps);
}

/** Whether this officer has a draft of a dataset; its journals are not read. */
export async function hasDraft(lake: WritableLake, dataset: DatasetId): Promise<boolean> {
  return (await myRecord(lake, dataset)) !== null;
}

async function myRecord(lake: WritableLake, dataset: DatasetId, kept?: string): Promise<DraftJson | null> {
  return (await draftsOf(lake, kept)).find((draft) => draft.dataset === dataset && isMine(lake, draft)) ?? null;
}

/** Opens a draft, anyone's. `close` it. */
export function openDraftOf(lake: ReadableLake, record: DraftJson, steps?: Steps, kept = 'The draft is kept.'): Promise<Draft> {
  const base = baseFile(lake, record.dataset, record.base?.ver ?? 0);
  return inWords('Opening the draft', kept, () => openDraft(record, base, lake.paths, lake.durable, lake.clock, largeTables(lake), steps));
}

/** Whether a draft was begun at this station under this system account. */
export function isMine(lake: WritableLake, draft: DraftJson): boolean {
  return draft.station === lake.signer.id && draft.osUser === lake.by.account;
}

/** Beginning a draft takes some milliseconds; on a slow share some seconds. */
const BEGIN_WAIT_MS = 20_000;

/** A draft that is worked on. While it is held no program commits or discards it. */
export interface HeldDraft {
  readonly draft: Draft;
  /** Lets go of it and closes it. */
  release(): void;
  /** Lets go of it; it stays open, for who gets it to close. */
  leaveOpen(): Draft;
}

/**
 * Holds this officer's draft of a dataset, begun now if there is none. Any number of programs may do so at the same time; a commit waits for none of them, and
 * none begins during a commit: what they stage would come into the version without being listed.
 */
export async function holdDraft(lake: WritableLake, dataset: DatasetId): Promise<HeldDraft> {
  const { profileDurable } = lake.ledger.context;
  const file = lockFile(lake, dataset);
  const shared = await lockStation(file, 'shared', profileDurable, beingCommitted);
  let draft: Draft | null = null;
  try {
    // Two programs that both find no draft would begin two.
    const begin = await lockStation(`${file}-begin`, 'exclusive', profileDurable, beingCommitted, BEGIN_WAIT_MS);
    try {
      await dropAbandoned(lake, dataset);
      draft = (await myDraft(lake, dataset)) ?? (await beginNow(lake, dataset));
      await makeReady(lake, draft);
    } finally {
      begin.release();
    }
    const held = draft;
    return {
      draft,
      release() {
        held.close();
        shared.release();
      },
      leaveOpen() {
        shared.release();
        return held;
      },
    };
  } catch (error) {
    draft?.close();
    shared.release();
    throw error;
  }
}

/** Holds the draft for as long as `work` lasts. `leaveOpen` is given it where the work went well, to close it later. */
export async function withDraft<T>(lake: WritableLake, dataset: DatasetId, work: (draft: Draft) => Promise<T>, leaveOpen?: (draft: Draft) => void): Promise<T> {
  const held = await holdDraft(lake, dataset);
  const ends = lake.presence.works('ingesting', held.draft.txn);
  let isDone = false;
  try {
    const result = await work(held.draft);
    isDone = true;
    return result;
  } finally {
    ends();
    if (isDone && leaveOpen !== undefined) leaveOpen(held.leaveOpen());
    else held.release();
  }
}

/**
 * Works on a new draft of a dataset that nobody else works on meanwhile, for a transform: it is committed by `work` or nothing is left of it. Refused where this officer
 * has a draft of the dataset, which would be mixed with the result.
 */
export async function beginTransformDraft(lake: WritableLake, dataset: DatasetId, transform: string): Promise<{ readonly draft: Draft; readonly lock: StationLock }> {
  const lock = await lockDataset(lake, dataset);
  try {
    await dropAbandoned(lake, dataset);
    const open = await myDraft(lake, dataset);
    if (open !== null) {
      open.close();
      throw new HmsError('DRAFT_OPEN', `You have a draft of ${dataset} from ${open.details.started}, and the result of a transform would be mixed with it.`, {
        kept: 'Nothing was changed; the draft is kept.',
        next: `Commit it or throw it away first: hms dta commit ${dataset} -m MESSAGE, or hms dta discard ${dataset}`,
      });
    }
    return { draft: await beginNow(lake, dataset, transform), lock };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Removes what a transform left whose program was ended in the middle. Only under a lock of the dataset: while a transform runs, it has that one alone. */
async function dropAbandoned(lake: WritableLake, dataset: DatasetId, kept?: string): Promise<void> {
  for (const draft of await draftsOf(lake, kept)) {
    if (draft.dataset === dataset && draft.transform !== undefined && isMine(lake, draft)) await removeDraft(lake, draft);
  }
}

/** Removes a draft's folder. */
export function removeDraft(lake: WritableLake, draft: DraftJson): Promise<void> {
  return inWords('Discarding the draft', 'The draft is partly there; discard it again.', () => lake.durable.removeTree(lake.paths.transaction(draft.txn), 'draft.json'));
}

async function beginNow(lake: WritableLake, dataset: DatasetId, transform?: string): Promise<Draft> {
  const newest = lake.catalog.view.dataset(dataset)?.newest ?? 0;
  const version = newest === 0 ? null : lake.index.claimedVersion(dataset, newest);
  const base = version === null ? null : { sha256: version.hash, ver: version.version };
  const owner = { txn: newTxn(lake.clock), lake: lake.lake.id, station: lake.signer.id, osUser: lake.by.account, ...(transform === undefined ? {} : { transform }) };
  return inWords('Beginning a draft', 'Nothing was changed.', async () => {
    await noteBeginning(lake, `${lockFile(lake, dataset)}-begun`, owner.txn);
    return beginDraft(owner, dataset, base, baseFile(lake, dataset, newest), lake.paths, lake.durable, lake.clock, largeTables(lake));
  });
}

export interface PutOptions {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  readonly workers?: number;
  /** Copies in this thread, which starts none: for small files, and for fault tests. */
  readonly inline?: boolean;
  /** Bytes that are read at a time. */
  readonly pieceBytes?: number;
  /** Is given the draft as it then is, for a commit that follows at once and need not read it again; whoever takes it closes it. */
  readonly leaveOpen?: (draft: Draft) => void;
}

/** Puts files, folders and streams into a dataset's draft. */
export function put(lake: WritableLake, dataset: DatasetId, sources: readonly Source[], options: PutOptions): Promise<IntakeReport> {
  const { leaveOpen, ...rest } = options;
  return withDraft(lake, dataset, (draft) => putInto(lake, draft, sources, rest), leaveOpen);
}

/** The same for a draft that is held. */
export function putInto(lake: WritableLake, draft: Draft, sources: readonly Source[], options: PutOptions): Promise<IntakeReport> {
  const { signal, onProgress, ...rest } = options;
  const deps = { durable: lake.durable, clock: lake.clock, lake: lake.paths.root, ...rest };
  return inWords(`Putting files into the draft of ${draft.dataset}`, 'What was copied before is kept in the draft.', () => intake(draft, sources, deps, { signal, onProgress }));
}

/** A commit that was refused or interrupted may have left the draft's folder in the form of the version that it would have become. */
async function makeReady(lake: WritableLake, draft: Draft): Promise<void> {
  if (await lstat(draft.contentFolder).then(() => true, ifMissing(false))) return;
  await inWords(`Opening the draft of ${draft.dataset}`, 'The draft is kept.', () => unwrapObject(lake, draft));
}

/** Marks files as removed in the draft. The name of a folder means all files below it. */
export function removeFiles(lake: WritableLake, dataset: DatasetId, names: readonly LogicalPath[]): Promise<number> {
  return withDraft(lake, dataset, (draft) => removeFrom(lake, draft, names));
}

/** The same for a draft that is held. */
export async function removeFrom(lake: WritableLake, draft: Draft, names: readonly LogicalPath[]): Promise<number> {
  const lines: JournalLine[] = [];
  for (const name of names) {
    const found = filesAt(lake, draft, name);
    if (found.length === 0) throw noFile(lake, draft.dataset, name);
    for (const path of found) lines.push({ do: 'remove', path });
  }
  await inWords('Writing to the draft', 'The draft is as it was.', () => draft.record(lines));
  return lines.length;
}

/** Renames a file in the draft. */
export function renameFile(lake: WritableLake, dataset: DatasetId, from: LogicalPath, to: LogicalPath): Promise<void> {
  return withDraft(lake, dataset, (draft) => renameIn(lake, draft, from, to));
}

/** The same for a draft that is held. */
export async function renameIn(lake: WritableLake, draft: Draft, from: LogicalPath, to: LogicalPath): Promise<void> {
  const { dataset } = draft;
  if (draft.current(from) === null) throw noFile(lake, dataset, from);
  if (draft.current(to) !== null) {
    throw new HmsError('NAME_TAKEN', `${dataset} has a file "${to}" already.`, { kept: 'The draft is as it was.', next: `Remove that one first: hms dta rm ${dataset} '${to}'` });
  }
  await inWords('Writing to the draft', 'The draft is as it was.', () => draft.record([{ do: 'rename', path: to, from }]));
}

function filesAt(lake: WritableLake, draft: Draft, name: LogicalPath): LogicalPath[] {
  if (draft.current(name) !== null) return [name];
  const below = new Set<LogicalPath>();
  const prefix = `${name}/`;
  for (const { path, file } of draft.changes.byPath(prefix)) {
    if (!path.startsWith(prefix)) break;
    if (file !== 'gone') below.add(path);
  }
  const base = draft.details.base?.ver ?? 0;
  if (base > 0) {
    for (let after: string | null = prefix; after !== null; ) {
      const page = lake.catalog.files(draft.dataset, base, after, 1000);
      after = page?.next ?? null;
      for (const file of page?.files ?? []) {
        if (!file.path.startsWith(prefix)) after = null;
        else if (draft.current(file.path) !== null) below.add(file.path);
      }
    }
  }
  return [...below].sort();
}

function noFile(lake: WritableLake, dataset: DatasetId, name: string): HmsError {
  const newest = lake.catalog.view.dataset(dataset)?.newest ?? 0;
  return new HmsError('FILE_UNKNOWN', `${newest === 0 ? dataset : versionName(dataset, newest)} has no file or folder "${name}".`, {
    kept: 'Nothing was changed.',
    next: `See the names with: hms dta files ${dataset}`,
  });
}

export interface CommitOptions {
  readonly message: string | null;
  readonly tags: readonly Tag[];
  /** Shown as the author in the inventory: the officer's name, or the account's and the station's. */
  readonly author?: string;
  /** What made the draft from its sources, in words. */
  readonly transform?: string;
  /** Versions that the draft was made from. */
  readonly sources?: readonly Ref[];
  readonly how?: Omit<Lineage, 'from'>;
  /** Where the version comes from, if it was made elsewhere. It may then be the same as the one before. */
  readonly imported?: Imported;
  /** The draft as `put` of this process left it: it is not read again where nobody else has worked on it since. It stays the caller's to close. */
  readonly draft?: Draft;
  /** Stops the commit until its entry is claimed; the draft is then kept. */
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

const NOT_COMMITTED = 'Nothing was committed; the draft is kept.';

/** Commits this officer's draft of a dataset. Throws CancelledError after `signal`. */
export async function commit(lake: WritableLake, dataset: DatasetId, options: CommitOptions): Promise<CommittedVersion> {
  if ((await myRecord(lake, dataset, NOT_COMMITTED)) === null) {
    throw new HmsError('DRAFT_NONE', `There is no draft of ${dataset} on this workstation.`, { kept: 'Nothing was changed.', next: `Put files first: hms dta put ${dataset} FILE` });
  }
  const steps = watchedSteps(lake.clock, options.signal ?? new AbortController().signal, options.onProgress ?? (() => undefined), NOT_COMMITTED);
  const lock = await lockDataset(lake, dataset);
  let opened: Draft | null = null;
  let ends = (): void => undefined;
  try {
    await dropAbandoned(lake, dataset, NOT_COMMITTED);
    // Looked at after the lock was taken, so that no line written before it is missed.
    const record = await myRecord(lake, dataset, NOT_COMMITTED);
    if (record === null) throw new HmsError('DRAFT_NONE', `The draft of ${dataset} was committed or discarded just now.`, { kept: 'Nothing was changed.', next: `Look with: hms dta show ${dataset}` });
    ends = lake.presence.works('committing', record.txn);
    steps.begin('Reading the draft', null);
    const isKnown = options.draft?.txn === record.txn && (await inWords('Opening the draft', NOT_COMMITTED, async () => options.draft?.isAsKnown()));
    if (isKnown !== true) opened = await openDraftOf(lake, record, steps, NOT_COMMITTED);
    return await commitNow(lake, opened ?? (options.draft as Draft), options, () => null, steps);
  } finally {
    ends();
    opened?.close();
    lock.release();
  }
}

/** Commits a draft that nobody else works on. `refusal` says why the result may not go into a dataset of that storage root. */
export function commitNow(
  lake: WritableLake,
  draft: Draft,
  options: CommitOptions,
  refusal: (root: RootName) => HmsError | null = () => null,
  steps?: Steps,
): Promise<CommittedVersion> {
  const name = options.author ?? `${lake.by.account} at ${lake.signer.name}`;
  const words = { message: options.message, user: { name, address: `urn:hms:key:${lake.signer.id}` }, created: instantOf(lake.clock.now()) };
  return commitDraft(lake.ledger, lake.signer, draft, {
    words,
    tags: options.tags,
    refusal: (root) => latePhi(draft.dataset, root, options.tags) ?? refusal(root),
    ...(options.transform === undefined ? {} : { transform: options.transform }),
    ...(options.sources === undefined ? {} : { sources: options.sources }),
    ...(options.how === undefined ? {} : { how: options.how }),
    ...(options.imported === undefined ? {} : { imported: options.imported }),
    ...(steps === undefined ? {} : { steps }),
  });
}

/** A version as one that another was made from. */
export function sourceRef({ dataset, version, hash }: Pick<VersionDetail, 'dataset' | 'version' | 'hash'>): Ref {
  return { ref: `version:${versionName(dataset, version)}`, sha256: hash };
}

function latePhi(dataset: DatasetId, root: RootName, tags: readonly string[]): HmsError | null {
  if (!tags.includes('phi') || root === 'raw') return null;
  return new HmsError('TAG_REFUSED', `${dataset} was not created as protected health information, so its files lie where everyone who can open the lake can read them.`, {
    kept: 'Nothing was changed; a draft is kept.',
    next: 'Create a dataset with --tag phi and put the files there.',
  });
}

/** Removes a draft and everything staged in it. */
export async function discard(lake: WritableLake, draft: DraftJson): Promise<void> {
  const lock = await lockDataset(lake, draft.dataset);
  try {
    await inWords('Reading the ledger', 'Nothing was changed.', () => lake.refresh());
    if (lake.catalog.view.txnSeen(draft.txn)) {
      throw new HmsError('DRAFT_NONE', `The draft of ${draft.dataset} was committed, so it is not discarded.`, { kept: 'Nothing was changed.', next: `See the version with: hms dta show ${draft.dataset}` });
    }
    await removeDraft(lake, draft);
  } finally {
    lock.release();
  }
}

/** Removes this station's staging folders whose act is in the ledger and complete: a crash came between the commit and its tidying. */
export async function tidyStaging(lake: WritableLake): Promise<void> {
  await inWords('Tidying the staging folder', 'Nothing is lost: what it held is committed, or was never entered into the ledger.', () => tidyReceived(lake));
  const unplaced = new Set(lake.index.unplaced().map((version) => version.txn));
  for (const draft of await inWords('Reading the drafts', 'Nothing was changed.', () => listDrafts(lake.paths))) {
    if (draft.station !== lake.signer.id || !lake.catalog.view.txnSeen(draft.txn) || unplaced.has(draft.txn)) continue;
    await inWords('Tidying the staging folder', 'Nothing is lost: what it held is committed.', () => lake.durable.removeTree(lake.paths.transaction(draft.txn), 'draft.json'));
  }
}

function baseFile(lake: ReadableLake, dataset: DatasetId, version: number): BaseFile {
  return (path) => (version === 0 ? null : lake.catalog.fileAt(dataset, version, path));
}

/** One lock for all that this station does with the draft of a dataset; Windows-safe as dataset ids are. */
function lockFile(lake: ReadableLake, dataset: DatasetId): string {
  return join(lakeProfile(lake.profile, lake.lake, lake.paths.root).place, 'locks', `dataset-${dataset.toLowerCase()}`);
}

/** For committing and discarding: nobody else works on the draft meanwhile. */
function lockDataset(lake: WritableLake, dataset: DatasetId): Promise<StationLock> {
  return lockStation(lockFile(lake, dataset), 'exclusive', lake.ledger.context.profileDurable, inUse);
}

function beingCommitted(): HmsError {
  return new HmsError('DRAFT_BUSY', 'The draft is being committed, discarded or filled by a transform, by another program of this workstation.', {
    kept: 'Nothing was changed.',
    next: 'Wait until that has ended, then run the command again.',
  });
}

function inUse(): HmsError {
  return new HmsError('DRAFT_BUSY', 'Another program of this workstation is putting files into the draft, or committing it.', {
    kept: 'Nothing was changed; the draft is kept.',
    next: 'Wait until that has ended, then run the command again.',
  });
}
