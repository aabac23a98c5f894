import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { By, Caller, DatasetId } from '../contract/index.ts';
import { abortable, DraftBook, EventLog, EXPORT_KEPT_MS, handlerOf, KnownLakes, LakeDesk, Metrics, Nights, NormalDesk, problemOf, QuestionDesk, RawDesk, takePathsJob, Uploads } from './api/index.ts';
import type { Services, Verify } from './api/index.ts';
import { takeStationLock } from './catalog/index.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { JobFile, Jobs } from './jobs/index.ts';
import { station } from './keys/index.ts';
import type { Signer } from './keys/index.ts';
import { closeToOthers, durableOn, ifMissing, inWords, placeOf, systemDisk } from './lake/index.ts';
import type { Disk, Durable, Spawner } from './lake/index.ts';
import { QueryProcesses } from './query/index.ts';
import type { SampleStory } from './sample-lake.ts';
import { sampleYear } from './sample-year.ts';
import { makeProfile } from './profile-folder.ts';
import { PROGRAM, whoActs } from './station.ts';
import { tokensOf } from './token-list.ts';

/** The door: one WHATWG handler for screens, other programs and tests (docs/operations/api.md). */

export interface DoorOptions {
  /** Folder of this account's keys and lists. */
  readonly profile: string;
  /** Folder where lakes are made by name; null: they are made where a person chooses. */
  readonly home: string | null;
  /** Folder of a lake that is opened at the start. */
  readonly lake?: string;
  /** Whether routes that take or give paths of this computer are answered. */
  readonly localPaths: boolean;
  /** The checker of `verify`, which the engine does not know. */
  readonly verify: Verify;
  /** Bytes that one post of raw drops may have; larger files are uploaded in parts. */
  readonly mostRawBytes?: number;
  /** What happens in a sample lake; default: a year. */
  readonly sample?: SampleStory;
  readonly disk?: Disk;
  readonly clock?: Clock;
  readonly by?: By;
  /** How processes are started that the engine needs; default: as children of this one. In the window the main process starts them. */
  readonly spawner?: Spawner;
  /** Told what goes wrong in the program; never anything of a request's content. Default: silence. */
  readonly log?: (words: string, error?: unknown) => void;
}

export interface Door {
  /** `caller`: who asks with a token of another program, as `admit` has said; without one everything is allowed. */
  fetch(request: Request, caller?: Caller | null): Promise<Response>;
  /** Who a token of another program is of; else a sentence why it is refused. */
  admit(token: string): Promise<Caller | string>;
  /** Waits until no job is at work, at most `ms`. */
  drain(ms: number): Promise<void>;
  /** Stops jobs, ends streams, closes the lake. */
  close(): Promise<void>;
}

/** While someone reads the events, or work waits for a lake that is away, the lake is looked at this often, ms: with what a look takes, well under ten seconds. */
const LOOK_EVERY_MS = 3_000;
/** While nobody does, at every so many of these: drops that others put in are normalized all the same. */
const UNWATCHED = 10;
/** How soon a night is seen to have come. */
const NIGHT_EVERY_MS = 60_000;
/** How often uploads that were given up are looked for. */
const IDLE_EVERY_MS = 3_600_000;

/** Opens the door. Throws where the profile cannot be used, or the lake that is named cannot be opened. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const { profile, home, localPaths, verify } = options;
  const clock = options.clock ?? systemClock;
  const disk = options.disk ?? systemDisk;
  const log = options.log ?? (() => undefined);
  const { durable, signer } = await openProfile(profile, disk, clock);
  // A window and a server of one account share the profile: the first of them keeps the list of jobs and tidies.
  const inProfile = <T>(step: () => Promise<T>): Promise<T> => inWords(`Opening the profile folder ${profile}`, 'No lake was touched.', step);
  await inProfile(() => durable.makeFolder(join(profile, 'locks')));
  const lock = await inProfile(async () => takeStationLock(join(profile, 'locks', 'door'), 'exclusive'));
  const run = clock.uuid();
  // Records lie in these for a while, and are nobody's but this account's.
  for (const folder of ['uploads', 'exports']) await inProfile(() => closedFolder(join(profile, folder), durable));
  const spoolLock = await inProfile(async () => takeStationLock(spoolLockFile(profile, run), 'exclusive'));
  if (lock !== null) await tidy(profile, durable, clock);

  const events = new EventLog(run.slice(0, 8));
  const spawning = options.spawner === undefined ? {} : { spawner: options.spawner };
  const processes = new QueryProcesses(spawning);
  const asking = new QueryProcesses({ ...spawning, questions: 'several' });
  const shared = { ...(options.disk === undefined ? {} : { disk }), ...(options.by === undefined ? {} : { by: options.by }) };
  const drafts: DraftBook = new DraftBook(() => clock.monotonic(), () => desk.away !== null);
  const raw = new RawDesk(options.mostRawBytes);
  const questions: QuestionDesk = new QuestionDesk({ clock, log, reading: (work) => desk.reading(work) });
  const desk: LakeDesk = new LakeDesk(
    { profile, clock, ...shared, ...spawning },
    {
      lake: (lake) => {
        events.tell({ type: 'lake', lake });
        normal.soon();
      },
      ledger: (size, at) => {
        events.tell({ type: 'ledger', size, at });
        normal.soon();
      },
      presence: () => events.tell({ type: 'presence' }),
      away: (away, lake) => {
        log(away === null ? 'The lake answers again.' : `The lake does not answer (${away.why}).`);
        events.tell({ type: 'away', since: away?.since ?? null });
        if (away === null) jobs.goOn(lake);
      },
      closing: async () => {
        drafts.close();
        await raw.close();
        questions.close().catch((error: unknown) => log('What a question left could not be removed.', error));
      },
    },
  );
  const jobs: Jobs = await Jobs.open({
    clock,
    log,
    file: lock === null ? null : new JobFile(profile, durable),
    tell: (event) => events.tell(event),
    problemOf,
    whyAway: (lake, kept) => desk.whyAway(lake, kept),
    specAgain: (job, { dataset, paths }) => takePathsJob({ desk, drafts, events }, job.lake ?? '', dataset as DatasetId, paths),
  });
  const normal: NormalDesk = new NormalDesk({ desk, jobs, processes, log });
  const metrics = new Metrics(() => jobs.list());
  const uploads = new Uploads(join(profile, 'uploads', run), durable, clock, (bytes) => metrics.tookIn(bytes));
  await uploads.clear();
  const known = new KnownLakes(profile, home, durable, clock);
  const services: Services = {
    version: PROGRAM.split(' ')[1] ?? '',
    profile,
    home,
    localPaths,
    clock,
    account: (options.by ?? whoActs()).account,
    station: signer,
    profileDurable: durable,
    desk,
    known,
    jobs,
    processes,
    asking,
    questions,
    events,
    drafts,
    raw,
    normal,
    verify,
    sample: options.sample ?? sampleYear,
    log,
  };
  if (options.lake !== undefined) {
    await desk.open(options.lake, () => undefined);
    await desk.reading((lake) => known.remember(lake.paths.root, lake.lake.sample));
  }
  const nights = new Nights({ desk, jobs, processes, log });
  const lookAtNights = (): void => void nights.look().catch((error: unknown) => log('The cubes of the night could not be looked at.', error));
  const night = setInterval(lookAtNights, NIGHT_EVERY_MS);
  night.unref();
  lookAtNights();
  let passed = 0;
  const looking = setInterval(() => {
    if (!desk.isOpen) return;
    const isWatched = events.readers > 0 || desk.away !== null || jobs.isHolding;
    passed += 1;
    if (!isWatched && passed < UNWATCHED) return;
    passed = 0;
    desk.look().catch((error: unknown) => log('The lake could not be looked at.', error));
  }, LOOK_EVERY_MS);
  looking.unref();

  const idle = setInterval(() => void uploads.removeIdle().catch((error: unknown) => log('Uploads that were given up could not be removed.', error)), IDLE_EVERY_MS);
  idle.unref();

  return {
    fetch: abortable(handlerOf(services, uploads, metrics)),
    async admit(token) {
      if (desk.id === null) return 'No lake is open.';
      return tokensOf({ profile, lake: desk.id, station: signer.id, durable, clock }).holder(token);
    },
    drain: (ms) => jobs.drain(ms),
    async close() {
      clearInterval(looking);
      clearInterval(idle);
      normal.close();
      clearInterval(night);
      await jobs.close();
      await questions.close();
      await processes.close();
      await asking.close();
      events.close();
      await desk.close();
      await durable.removeTree(join(profile, 'uploads', run));
      spoolLock?.release();
      await removeSpoolLock(profile, run, durable);
      lock?.release();
    },
  };
}

async function openProfile(profile: string, disk: Disk, clock: Clock): Promise<{ durable: Durable; signer: Signer }> {
  return inWords(`Opening the profile folder ${profile}`, 'No lake was touched.', async () => {
    await makeProfile(profile, durableOn(disk, { kind: 'journaled', name: 'profile' }, clock));
    const durable = durableOn(disk, await placeOf(profile), clock);
    return { durable, signer: await station(profile, durable, clock) };
  });
}

/** Removes what earlier runs left: uploads that nobody goes on with, and packages older than a day. */
async function tidy(profile: string, durable: Durable, clock: Clock): Promise<void> {
  for (const run of await readdir(join(profile, 'uploads')).catch(ifMissing([]))) {
    // Held: another door of this account is receiving there at this moment.
    const left = takeStationLock(spoolLockFile(profile, run), 'exclusive');
    if (left === null) continue;
    await durable.removeTree(join(profile, 'uploads', run));
    left.release();
    await removeSpoolLock(profile, run, durable);
  }
  const exports = join(profile, 'exports');
  for (const name of await readdir(exports).catch(ifMissing([]))) {
    const made = await stat(join(exports, name)).then((stats) => stats.mtimeMs, ifMissing(0));
    if (clock.now() - made > EXPORT_KEPT_MS) await durable.removeTree(join(exports, name));
  }
}

/** Held by the run whose spool of uploads has this name. */
function spoolLockFile(profile: string, run: string): string {
  return join(profile, 'locks', `uploads-${run}`);
}

async function removeSpoolLock(profile: string, run: string, durable: Durable): Promise<void> {
  const file = spoolLockFile(profile, run);
  for (const name of [file, `${file}-journal`]) await durable.removeFile(name);
}

/** A folder that other accounts of this computer cannot look into, where the disk knows of accounts. */
async function closedFolder(folder: string, durable: Durable): Promise<void> {
  await durable.makeFolder(folder);
  await closeToOthers(folder);
}
