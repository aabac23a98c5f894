import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { dropOf, HmsError, versionName } from '../../contract/index.ts';
import type { DatasetId, Imported, Lineage, Ref, RootName, Tag } from '../../contract/index.ts';
import type { Claimed } from './claim.ts';
import { codeOf } from './durable.ts';
import { lost, prepareVersion, rootFor } from './commit.ts';
import type { PreparedVersion, VersionWords } from './commit.ts';
import { conflictsOf } from './draft-changes.ts';
import type { Draft } from './draft.ts';
import type { ClaimedVersion } from './lake-index.ts';
import type { Ledger, LedgerSigner } from './ledger.ts';
import { ifMissing } from './leaf.ts';
import { inWords } from './place-error.ts';
import { unwatched } from './steps.ts';
import type { Steps } from './steps.ts';
import { newTxn } from './txn.ts';
import { appears, isInPlace, isOccupied, isRootCurrent, placeVersion, writeRootInventory } from './store.ts';

/** Committing a draft, and finishing what others left unfinished (docs/formats/lake.md sections 11 and 13). */

export interface CommitRequest {
  readonly words: VersionWords;
  readonly tags: readonly Tag[];
  /** Says why a dataset in this storage root may not get these tags; null where it may. */
  readonly refusal: (root: RootName) => HmsError | null;
  /** Name of the transform that made the draft, where one did. */
  readonly transform?: string;
  /** Versions that the draft was made from; the version before is always named among the inputs. */
  readonly sources?: readonly Ref[];
  /** How it was made from them (docs/formats/lake.md section 6.2). */
  readonly how?: Omit<Lineage, 'from'>;
  /** Where the version comes from, if it was made elsewhere (docs/formats/lake.md section 6.1). */
  readonly imported?: Imported;
  /** Default: nobody watches, nobody stops it. It can be stopped until its entry is claimed. */
  readonly steps?: Steps;
}

export interface CommittedVersion {
  readonly dataset: DatasetId;
  readonly version: number;
  readonly claimed: Claimed;
  readonly prepared: PreparedVersion;
}

const KEPT = 'Nothing was committed; the draft is kept.';

/** Commits a draft as the next version of its dataset. */
export async function commitDraft(ledger: Ledger, signer: LedgerSigner, draft: Draft, request: CommitRequest): Promise<CommittedVersion> {
  const { index, paths, durable } = ledger.context;
  const steps = request.steps ?? unwatched;
  const newest = async (): Promise<number> => {
    steps.goesOn();
    await ledger.catchUp();
    return index.view.dataset(draft.dataset)?.newest ?? 0;
  };
  await inWords('Looking who else commits', KEPT, () => ledger.turns.giveWay({ paths, place: durable.place, clock: ledger.context.clock, newest }, draft.dataset, draft.txn));
  for (;;) {
    await inWords('Reading the ledger', KEPT, () => ledger.catchUp());
    const base = await newestOf(ledger, draft);
    const root = index.rootOf(draft.dataset) ?? rootFor(request.tags);
    const refusal = request.refusal(root);
    if (refusal !== null) throw refusal;
    const same = request.imported === undefined ? 'refuse' : 'allow';
    const prepared = await inWords(`Preparing the next version of ${draft.dataset}`, KEPT, () => prepareVersion({ paths, durable, index }, draft, base, request.words, steps, same));
    await inWords('Looking into the store', KEPT, () => refuseForeign(ledger, draft.dataset, root, prepared.version));
    const name = versionName(draft.dataset, prepared.version);
    const claimed = await ledger.claimWith(
      signer,
      draft.txn,
      {
        op: 'version.committed',
        subject: `version:${name}`,
        head: {
          message: request.words.message ?? `Version ${prepared.version}`,
          tags: [...request.tags],
          root,
          files: prepared.files,
          bytes: prepared.bytes,
          ...(request.transform === undefined ? {} : { transform: request.transform }),
          ...lineageHead(request),
          ...(request.imported === undefined ? {} : { imported: request.imported }),
        },
        lines: prepared.lines,
        inputs: inputsOf(base, request.sources ?? []),
        outputs: [{ ref: `version:${name}`, sha256: prepared.hash }],
      },
      () => (index.view.dataset(draft.dataset)?.newest ?? 0) === (base?.version ?? 0) && (index.rootOf(draft.dataset) ?? root) === root && steps.goesOn(),
      KEPT,
    );
    // The dataset moved while this was prepared: judge the draft against its new state.
    if (claimed === null) continue;
    ledger.turns.committed(draft.dataset, ledger.context.clock);
    steps.cannotStop();
    steps.begin('Putting the version in place', null);
    await finishCommit(ledger, signer, draft, prepared);
    return { dataset: draft.dataset, version: prepared.version, claimed, prepared };
  }
}

function lineageHead({ sources = [], how }: CommitRequest): { lineage?: Lineage } {
  if (sources.length === 0) return {};
  return { lineage: { ...how, from: sources.map(({ ref }) => ref.replace(/^version:/, '')) } };
}

/** The version before, then the sources, each once. */
function inputsOf(base: ClaimedVersion | null, sources: readonly Ref[]): Ref[] {
  const before = base === null ? [] : [{ ref: `version:${versionName(base.dataset, base.version)}`, sha256: base.hash }];
  return [...new Map([...before, ...sources].map((input) => [input.ref, input])).values()];
}

/** The newest version, in place, if the draft still fits it; else DATASET_MOVED. */
async function newestOf(ledger: Ledger, draft: Draft): Promise<ClaimedVersion | null> {
  const { index } = ledger.context;
  const newest = index.view.dataset(draft.dataset)?.newest ?? 0;
  if (newest === 0) return null;
  const { count, paths } = newest === (draft.details.base?.ver ?? 0) ? { count: 0, paths: [] } : conflictsOf(draft, index, newest);
  if (count > 0) {
    const listed = paths.slice(0, 5).map((path) => `"${path}"`);
    throw new HmsError(
      'DATASET_MOVED',
      `${draft.dataset} was changed by someone else after this draft was begun: ${versionName(draft.dataset, newest)} changes ${listed.join(', ')}${count > 5 ? ` and ${count - 5} more` : ''}, which the draft changes too.`,
      {
        kept: KEPT,
        next: `Look at it with \`hms dta diff ${draft.details.base === null ? versionName(draft.dataset, 1) : versionName(draft.dataset, draft.details.base.ver)} ${versionName(draft.dataset, newest)}\`; then discard the draft and put the files again on top of it.`,
        facts: { dataset: draft.dataset, newest, base: draft.details.base?.ver ?? null, paths, count },
      },
    );
  }
  const version = index.claimedVersion(draft.dataset, newest);
  if (version === null) throw new Error(`The index has no ${versionName(draft.dataset, newest)}.`);
  await inWords(`Putting ${versionName(version.dataset, version.version)} in place, which another commit left unfinished,`, KEPT, async () => {
    if (!(await isWritersWork(ledger, version))) await settle(ledger, version, draft.folder);
  });
  return version;
}

/**
 * Whether the newest version is in place, or comes there while it is waited for a moment. On a share its writer is most likely at it: to do the same beside it would only
 * slow both down, and who wants to commit next has to be quicker than a writer that commits again and again.
 */
async function isWritersWork(ledger: Ledger, version: ClaimedVersion): Promise<boolean> {
  const { index, paths, durable } = ledger.context;
  if (durable.place.kind !== 'share') return false;
  const isUnsettled = index.unplaced().some((one) => one.dataset === version.dataset && one.version === version.version);
  return !isUnsettled || (await isInPlace(paths, version)) || appears(paths, version, durable);
}

/** How long a share may hide an entry whose version it shows already. */
const ENTRY_SHOWN_WITHIN_MS = 10_000;

/** A folder that no entry names stands where the version would go: someone wrote into the store. */
async function refuseForeign(ledger: Ledger, dataset: DatasetId, root: RootName, version: number): Promise<void> {
  const { paths, index, durable, clock } = ledger.context;
  if (!(await isOccupied(paths, root, dataset, version))) return;
  // Another writer may have put its version there since the ledger was read; the claim will notice that. A share may show the version before the entry that names it.
  for (const until = clock.monotonic() + (durable.place.kind === 'share' ? ENTRY_SHOWN_WITHIN_MS : 0); ; await clock.sleep(200)) {
    await readdir(dirname(paths.entry(index.view.size))).catch(ifMissing(null));
    await ledger.catchUp();
    if ((index.view.dataset(dataset)?.newest ?? 0) >= version) return;
    if (clock.monotonic() >= until) break;
  }
  throw new HmsError('DATASET_FOREIGN', `The store has a ${versionName(dataset, version)} that no ledger entry names: something other than this lake's ledger wrote it.`, {
    kept: 'It was left as it is, nothing was committed, and the draft is kept.',
    next: 'Find out who wrote it (`hms dta verify` names the folder), and move it out of the lake.',
    facts: { dataset, version },
  });
}

async function finishCommit(ledger: Ledger, signer: LedgerSigner, draft: Draft, prepared: PreparedVersion): Promise<void> {
  const { index, paths, durable, clock } = ledger.context;
  // Not in the draft's own folder: another process that opens the lake now may finish this commit and tidy that one away. A share needs none.
  const scratch = paths.transaction(newTxn(clock));
  const isShare = durable.place.kind === 'share';
  await inWords(`Putting ${versionName(draft.dataset, prepared.version)} in place`, 'The version is committed; the next command finishes the rest.', async () => {
    if (!isShare) await ledger.catchUp();
    const version = index.claimedVersion(draft.dataset, prepared.version);
    if (version === null) {
      throw new HmsError('LEDGER_DAMAGED', `${versionName(draft.dataset, prepared.version)} was claimed, and its entry has no effect.`, {
        kept: 'The staged files are kept.',
        next: 'Run `hms dta verify` on the lake.',
      });
    }
    if (!isShare) await durable.makeFolder(scratch);
    await settle(ledger, version, scratch);
  });
  await ledger.finishSoon(signer, draft.folder, scratch);
}

/** Number of the newest version of a claimed version's object; a raw drop has only one. */
function newestNumber(ledger: Ledger, { dataset, version }: ClaimedVersion): number {
  return dropOf(dataset) === null ? (ledger.context.index.view.dataset(dataset as DatasetId)?.newest ?? version) : version;
}

/** Puts a claimed version in place, with its root inventory, if that was not done. Answers whether it had to be moved. */
export async function settle(ledger: Ledger, version: ClaimedVersion, scratch: string): Promise<'there' | 'placed'> {
  const { paths, durable, index } = ledger.context;
  const outcome = await placeVersion(paths, version, durable);
  if (outcome === 'lost') throw lost(version);
  const newest = async (): Promise<ClaimedVersion> => {
    await ledger.catchUp();
    const number = newestNumber(ledger, version);
    const found = index.claimedVersion(version.dataset, number);
    if (found === null) throw new Error(`The index has no ${versionName(version.dataset, number)}.`);
    // A newer version that its writer has not put in place yet is that writer's to copy; the root shows the newest that is there.
    return (await placeVersion(paths, found, durable)) === 'lost' ? version : found;
  };
  const isNewest = outcome === 'placed' && newestNumber(ledger, version) === version.version;
  if (isNewest) {
    // A first version brought its root inventory with it.
    if (version.version > 1) await writeRootInventory(paths, newest, durable, scratch, version);
  } else if (!(await isRootCurrent(paths, await newest()))) await writeRootInventory(paths, newest, durable, scratch);
  await index.markPlaced(version.dataset, version.version);
  return outcome;
}

export interface Recovery {
  readonly placed: readonly ClaimedVersion[];
  readonly lost: readonly ClaimedVersion[];
  /** Versions that could not be put in place, and why; their datasets wait, the others go on. */
  readonly blocked: readonly { readonly version: ClaimedVersion; readonly error: unknown }[];
}

/**
 * Finishes claimed versions that are not in place. Another process may be doing that at this moment, so it first waits `grace` ms, once, and takes what is left.
 * `scratch` is a folder in staging, made only where something must be written: whoever asked removes it.
 */
export async function recover(ledger: Ledger, scratch: string, grace: number): Promise<Recovery> {
  const { index, paths, clock, durable } = ledger.context;
  const recovery = { placed: [] as ClaimedVersion[], lost: [] as ClaimedVersion[], blocked: [] as { version: ClaimedVersion; error: unknown }[] };
  const unfinished: ClaimedVersion[] = [];
  for (const version of index.unplaced()) {
    await each(version, recovery, async () => {
      const isNewest = newestNumber(ledger, version) === version.version;
      if ((await isInPlace(paths, version)) && (!isNewest || (await isRootCurrent(paths, version)))) await index.markPlaced(version.dataset, version.version);
      else unfinished.push(version);
    });
  }
  if (unfinished.length > 0) {
    if (grace > 0) await clock.sleep(grace);
    await durable.makeFolder(scratch);
  }
  for (const version of unfinished) {
    await each(version, recovery, async () => {
      if ((await settle(ledger, version, scratch)) === 'placed') recovery.placed.push(version);
    });
  }
  return recovery;
}

/** One version's trouble is no reason to leave the others, nor to close the lake to everyone. */
async function each(version: ClaimedVersion, recovery: { lost: ClaimedVersion[]; blocked: { version: ClaimedVersion; error: unknown }[] }, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (error instanceof HmsError && error.code === 'VERSION_LOST') recovery.lost.push(version);
    else if (error instanceof HmsError || codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM') recovery.blocked.push({ version, error });
    else throw error;
  }
}
