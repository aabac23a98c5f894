import { access, constants, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { HmsError } from '../contract/index.ts';
import type { By, LakeJson } from '../contract/index.ts';
import { CatalogError, openCatalog, Outcomes } from './catalog/index.ts';
import type { Catalog, StationLock } from './catalog/index.ts';
import { CatalogIndex } from './catalog-index.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { signatureVerifier, station } from './keys/index.ts';
import type { Signer } from './keys/index.ts';
import {
  codeOf,
  contradiction,
  diskOf,
  durableOn,
  editedLakeJson,
  forkInterrupted,
  interruptedFork,
  inWords,
  lakePaths,
  Ledger,
  placeError,
  placeOf,
  readLakeJson,
  remember,
  replayOrigins,
  seenOf,
  sha256,
  systemDisk,
} from './lake/index.ts';
import type { Disk, Durable, LakePaths, LedgerSigner, Place, Recovery, Spawner } from './lake/index.ts';
import { Presence } from './presence/index.ts';
import { finishContracts } from './contract-copies.ts';
import { finishDestructions, finishInterrupted, mendCheckpoint } from './finish.ts';
import { makeProfile } from './profile-folder.ts';
import { whoActs } from './station.ts';
import type { TableRecovery } from './tables/index.ts';
import { whyClosed, whyReadOnly } from './why-read-only.ts';
import { admitWriter } from './writing-mode.ts';

/** The composition root: opens a lake and wires what works on it. */

export interface OpenOptions {
  readonly folder: string;
  readonly profile: string;
  readonly disk?: Disk;
  readonly clock?: Clock;
  readonly by?: By;
  /** How long an unfinished commit of another process is left alone before it is finished, ms. */
  readonly grace?: number;
  /** Keeps the catalog in memory and leaves the profile alone: for auditors, and where the profile cannot be written. */
  readonly inMemory?: boolean;
  /** How processes are started; default: as children of this one. */
  readonly spawner?: Spawner;
  /** What tells other workstations what this program does; it is given the lake where this station is enrolled. Closed by whoever made it. Default: nothing is told. */
  readonly presence?: Presence;
}

/** A lake that can be read. What is in it is asked of the catalog; bytes are read through `files.ts`. */
export interface ReadableLake {
  readonly lake: LakeJson;
  readonly paths: LakePaths;
  readonly catalog: Catalog;
  readonly index: CatalogIndex;
  readonly ledger: Ledger;
  /** Why raw drops were not normalized at this station. */
  readonly outcomes: Outcomes;
  readonly durable: Durable;
  readonly clock: Clock;
  readonly profile: string;
  readonly by: By;
  /** This workstation's key; null where the profile cannot be used. */
  readonly station: Signer | null;
  /** Why this lake cannot be written from here; null where it can. */
  readonly readOnly: HmsError | null;
  /** Tells other workstations what is being done; silent where nobody asked for that. */
  readonly presence: Presence;
  /** Reads what was added since. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

/** A lake that this station may write. */
export interface WritableLake extends ReadableLake {
  readonly signer: Signer & LedgerSigner;
  readonly readOnly: null;
  /** What an earlier interruption left, and was finished at opening. */
  readonly recovery: FullRecovery;
}

/** What was finished of datasets, and of tables. */
export interface FullRecovery extends Recovery {
  readonly tables: TableRecovery;
}

/** Where the profile keeps what it knows of one lake, and of one place of it. */
export function lakeProfile(profile: string, lake: LakeJson, realFolder: string): { readonly seen: string; readonly place: string } {
  const folder = join(profile, 'lakes', lake.id);
  return { seen: join(folder, 'checkpoint'), place: join(folder, placeKey(realFolder)) };
}

/** Name of a place in the profile. */
export function placeKey(realFolder: string): string {
  return Buffer.from(sha256(Buffer.from(realFolder))).toString('hex').slice(0, 16);
}

/** What is known of a lake before its ledger is read. */
interface Located {
  readonly lake: LakeJson;
  readonly paths: LakePaths;
  readonly durable: Durable;
  readonly clock: Clock;
  readonly profile: { readonly durable: Durable; readonly station: Signer } | null;
  readonly places: { readonly seen: string; readonly place: string };
}

async function locate(options: OpenOptions): Promise<Located> {
  const clock = options.clock ?? systemClock;
  const { lake } = await inWords('Opening the lake', 'Nothing was changed.', () => readLakeJson(lakePaths(options.folder)));
  const folder = await inWords('Opening the lake', 'Nothing was changed.', () => realpath(options.folder));
  const paths = lakePaths(folder);
  if ((await interruptedFork(paths)) !== null) throw forkInterrupted();
  const place = await placeOf(folder);
  const durable = durableOn(options.disk ?? diskOf(place), place, clock);
  const profile = options.inMemory === true ? null : await openProfile(options.profile, options.disk ?? null, clock);
  return { lake, paths, durable, clock, profile, places: lakeProfile(options.profile, lake, folder) };
}

const catalogFile = ({ places }: Located): string => join(places.place, 'catalog.sqlite');

/** Opens a lake for reading: reads the ledger to its end, writes nothing to the lake. */
export async function openToRead(options: OpenOptions): Promise<ReadableLake> {
  const located = await locate(options);
  try {
    return await openLocated(located, options);
  } catch (error) {
    if (located.profile === null || !isCatalogAtFault(error)) throw error;
    // The catalog is damaged, or knows a ledger that is no longer here: built again from what is here, it tells which.
    await dropCatalog(located, located.profile.durable);
    return openLocated(located, options);
  }
}

/** Removes the catalog of a lake, whatever state it is in; the next opening builds it again. */
export async function forgetCatalog(options: OpenOptions): Promise<void> {
  const located = await locate(options);
  if (located.profile !== null) await dropCatalog(located, located.profile.durable);
}

function dropCatalog(located: Located, profileDurable: Durable): Promise<void> {
  return inWords('Setting the old catalog aside', 'The lake was not touched.', async () => {
    for (const suffix of ['', '-wal', '-shm']) await profileDurable.removeFile(`${catalogFile(located)}${suffix}`);
  });
}

function isCatalogAtFault(error: unknown): boolean {
  if (error instanceof CatalogError) return error.trouble === 'damaged';
  if (!(error instanceof HmsError)) return false;
  return error.code === 'LAKE_FORKED' || error.code === 'LAKE_OLDER_THAN_SEEN' || isCatalogAtFault(error.cause);
}

async function openLocated(located: Located, options: OpenOptions): Promise<ReadableLake> {
  const { lake, paths, durable, clock, profile, places } = located;
  const catalog = await openLakeCatalog(profile === null ? null : catalogFile(located), profile?.durable ?? durable);
  const opened = await assembled(located, options, catalog);
  try {
    const { index, ledger, presence } = opened;
    const seen = profile === null ? null : await seenOf(lake, places.seen);
    await inWords('Reading the ledger', 'Nothing was changed.', async () => {
      if (catalog.position().stale) throw new CatalogError('damaged', 'A destroyed body changes what the catalog says of later entries.');
      await replayOrigins({ lake: lake.id, paths, durable, clock, index, verifySignature: ledger.context.verifySignature }, index);
      await ledger.catchUp();
      await index.learnRoots();
    });
    const edited = await inWords('Opening the lake', 'Nothing was changed.', () => editedLakeJson(paths));
    const readOnly = (await contradiction(ledger.tree(), seen)) ?? edited ?? whyReadOnly(opened) ?? (await whyClosed(paths));
    if (options.presence !== undefined && readOnly === null && opened.station !== null) presence.attach({ paths, durable, station: opened.station.id });
    return { ...opened, readOnly, refresh: async () => void (await ledger.catchUp()) };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/**
 * Opens the catalog of a lake that does not answer, as this workstation read it last: nothing is asked of the lake's folder, also later. Throws where there is no
 * catalog that can be used.
 */
export async function openKnown(options: OpenOptions, { lake, place }: { readonly lake: LakeJson; readonly place: Place }): Promise<ReadableLake> {
  const clock = options.clock ?? systemClock;
  const folder = resolve(options.folder);
  const profile = await openProfile(options.profile, options.disk ?? null, clock);
  if (profile === null) throw new CatalogError('damaged', 'The profile cannot be read.');
  const located = { lake, paths: lakePaths(folder), durable: durableOn(options.disk ?? diskOf(place), place, clock), clock, profile, places: lakeProfile(options.profile, lake, folder) };
  const catalog = await openLakeCatalog(catalogFile(located), profile.durable);
  const opened = await assembled(located, options, catalog);
  try {
    const { stale, lake: known } = catalog.position();
    if (stale || known !== lake.id) throw new CatalogError('damaged', 'The catalog is not one of this lake, or has to be built anew.');
    return { ...opened, readOnly: whyReadOnly(opened), refresh: () => Promise.resolve() };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** The parts of an opened lake, wired; nothing of the lake is read yet. Closes the catalog where it throws. */
async function assembled({ lake, paths, durable, clock, profile, places }: Located, options: OpenOptions, catalog: Catalog): Promise<Omit<ReadableLake, 'readOnly' | 'refresh'>> {
  const index = new CatalogIndex(catalog, paths);
  const by = options.by ?? whoActs();
  const ledger = new Ledger({
    lake,
    paths,
    durable,
    clock,
    index,
    by,
    verifySignature: signatureVerifier(),
    acceptedOffset: (id) => catalog.acceptedOffset(id),
    lastClock: () => catalog.lastClock(),
    seenFile: profile === null ? null : places.seen,
    profileDurable: profile?.durable ?? durable,
    // There a checkpoint takes ten times as long as the act itself.
    completesBehind: durable.place.kind === 'share',
  });
  const presence = options.presence ?? new Presence(clock);
  const outcomes = await openOutcomes(profile === null ? ':memory:' : join(places.place, 'outcomes.sqlite'), catalog);
  const close = async (): Promise<void> => {
    try {
      await ledger.completed();
    } finally {
      outcomes.close();
      await catalog.close();
    }
  };
  return { lake, paths, catalog, index, ledger, outcomes, durable, clock, profile: options.profile, by, station: profile?.station ?? null, presence, close };
}

async function openOutcomes(file: string, catalog: Catalog): Promise<Outcomes> {
  try {
    return new Outcomes(file);
  } catch (error) {
    await catalog.close();
    throw error;
  }
}

/** Opens a lake for writing; finishes what an interruption left. Throws the reason where this station may not write. */
export async function openToWrite(options: OpenOptions): Promise<WritableLake> {
  const lake = await openToRead(options);
  let admission: StationLock | null = null;
  const close = async (): Promise<void> => {
    try {
      await lake.close();
    } finally {
      admission?.release();
    }
  };
  try {
    if (lake.readOnly !== null) throw lake.readOnly;
    const signer = lake.station as Signer;
    admission = await admitWriter(lake, lakeProfile(lake.profile, lake.lake, lake.paths.root).place, options.spawner);
    const seen = lake.index.checked()?.size ?? 0;
    await rememberLog(lake, signer);
    const recovery = await inWords('Finishing an interrupted commit', 'Nothing was undone.', () => finishInterrupted(lake, signer, options.grace ?? 1_000));
    await inWords('Removing destroyed bodies', 'Their destruction is in the ledger.', () => finishDestructions(lake));
    await inWords('Putting contracts in their folder', 'They are published: the ledger holds them.', () => finishContracts(lake));
    await inWords('Writing the checkpoint', 'The ledger is whole; its checkpoint is a copy for other tools.', () => mendCheckpoint(lake, signer, seen));
    return { ...lake, readOnly: null, signer, recovery, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** `disk`: null for that of the system. */
async function openProfile(profile: string, disk: Disk | null, clock: Clock): Promise<{ durable: Durable; station: Signer } | null> {
  const local = durableOn(disk ?? systemDisk, { kind: 'journaled', name: 'profile' }, clock);
  try {
    await makeProfile(profile, local);
    // A profile on a medium that is read-only has a key, and no place for a catalog.
    await access(profile, constants.W_OK);
    const place = await placeOf(profile);
    const durable = durableOn(disk ?? diskOf(place), place, clock);
    return { durable, station: await station(profile, durable, clock) };
  } catch (error) {
    // Reading must go on where an auditor's account has no profile to write in.
    if (['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR'].includes(codeOf(error))) return null;
    throw placeError(error, `Opening the profile folder ${profile}`, 'The lake was not touched.');
  }
}

async function openLakeCatalog(file: string | null, profileDurable: Durable): Promise<Catalog> {
  if (file !== null) await inWords('Opening the catalog in the profile', 'The lake was not touched.', () => profileDurable.makeFolder(dirname(file)));
  const opened = openCatalog(file ?? ':memory:');
  if (opened.ok) return opened.catalog;
  throw new HmsError(opened.trouble === 'full' ? 'NO_SPACE' : 'PLACE_AWAY', opened.message, {
    kept: 'The lake was not touched; the catalog is only an index of it.',
    next: 'Close other programs that use this lake. If that does not help, set HMS_PROFILE to another folder.',
    cause: new CatalogError(opened.trouble, opened.message),
  });
}

async function rememberLog(lake: ReadableLake, signer: Signer): Promise<void> {
  const { seenFile, profileDurable } = lake.ledger.context;
  if (seenFile === null) return;
  await inWords('Writing to the profile', 'The lake was not touched.', async () => lake.index.setChecked(await remember(lake.lake, lake.ledger.tree(), signer, seenFile, profileDurable)));
}
