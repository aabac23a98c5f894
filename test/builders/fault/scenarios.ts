import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { HmsError } from '../../../src/contract/index.ts';
import type { DatasetId, ErrorCode, LogicalPath, Tag } from '../../../src/contract/index.ts';
import { commit, discard, draftFor, myDraft, put, removeFiles, renameFile, tidyStaging } from '../../../src/engine/drafting.ts';
import { addTag } from '../../../src/engine/datasets/index.ts';
import { exportVersion } from '../../../src/engine/export.ts';
import { versionOf } from '../../../src/engine/files.ts';
import { forkLake } from '../../../src/engine/fork.ts';
import { initLake } from '../../../src/engine/init.ts';
import { objectFolder } from '../../../src/engine/lake/index.ts';
import type { Disk } from '../../../src/engine/lake/index.ts';
import { openToRead } from '../../../src/engine/open.ts';
import type { OpenOptions, ReadableLake, WritableLake } from '../../../src/engine/open.ts';
import { enrollStation, requestEnrolment } from '../../../src/engine/stations.ts';
import { destroyBody, voidVersion } from '../../../src/engine/upkeep.ts';
import { verify } from '../../../src/verify/index.ts';
import { Crash, FaultyDisk } from './faulty-disk.ts';
import { errorsOf, expectVersion, hashOf } from './fault-place.ts';
import type { FaultPlace, Files } from './fault-place.ts';

/** What people do with a lake, as commands that are given again after a fault and then do what is left. */
export interface Scenario {
  readonly name: string;
  /** The saved state from which each trial begins; null: nothing is there. */
  readonly from: string | null;
  /** The command as a process of its own, from opening to closing. */
  command(place: FaultPlace, options: OpenOptions): Promise<void>;
  /** The same within a lake that is open, where a program goes on after an error. */
  readonly session?: (lake: WritableLake, place: FaultPlace) => Promise<void>;
  /** Whether what the command does is there, all of it; throws where only a part of it can be seen. */
  isDone(lake: ReadableLake, place: FaultPlace): Promise<boolean>;
  /** Codes with which the lake may refuse to be opened for writing while the command is not done. */
  readonly mayBeShut?: readonly ErrorCode[];
  /** After the command was given again with success. */
  readonly after?: (place: FaultPlace) => Promise<void>;
}

const noSignal = new AbortController().signal;
const quiet = { signal: noSignal, onProgress: () => undefined } as const;
export const DATASET = 'WF-2024-07' as DatasetId;
const tag = (text: string): Tag => text as Tag;
const path = (text: string): LogicalPath => text as LogicalPath;

export const firstFiles: Files = {
  'sensors/a.csv': 'station,value\na,1\n',
  'sensors/b.csv': 'station,value\nb,2\n',
  'sensors/again.csv': 'station,value\na,1\n',
  'sensors/empty.txt': '',
  'sensors/night/CON.txt': 'a name that Windows reserves',
  'sensors/night/plain.txt': 'below a sub-folder',
};
const { 'sensors/a.csv': _old, 'sensors/night/plain.txt': moved, 'sensors/empty.txt': _removed, ...kept } = firstFiles;
export const secondFiles: Files = { ...kept, 'sensors/a.csv': 'station,value\na,1.5\n', 'sensors/moved.txt': moved ?? '', 'sensors/new/c.csv': 'new\n' };

const replacing: Files = { 'sensors/a.csv': 'station,value\na,1.5\n', 'sensors/new/c.csv': 'new\n' };

export function writeSources(place: FaultPlace): void {
  const write = (folder: string, files: Files): void => {
    for (const [name, bytes] of Object.entries(files)) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    }
  };
  write(join(place.sources, 'first'), firstFiles);
  mkdirSync(join(place.sources, 'first', 'sensors', 'nothing'));
  symlinkSync('a.csv', join(place.sources, 'first', 'sensors', 'link.csv'));
  write(join(place.sources, 'second'), replacing);
  write(join(place.sources, 'large'), { 'large.bin': Buffer.alloc(9 << 20, 'large ') });
}

async function within(options: OpenOptions, place: FaultPlace, session: (lake: WritableLake, place: FaultPlace) => Promise<void>): Promise<void> {
  const { openToWrite } = await import('../../../src/engine/open.ts');
  const lake = await openToWrite(options);
  try {
    await tidyStaging(lake);
    await session(lake, place);
  } finally {
    await lake.close();
  }
}

/** A scenario of one session. */
function inSession(name: string, from: string, session: (lake: WritableLake, place: FaultPlace) => Promise<void>, isDone: Scenario['isDone'], after?: Scenario['after']): Scenario {
  return { name, from, session, command: (place, options) => within(options, place, session), isDone, ...(after === undefined ? {} : { after }) };
}

const source = (place: FaultPlace, name: string) => [{ kind: 'path', path: join(place.sources, name) }] as const;

/** Puts only what the draft does not hold: what a `put` acknowledged must be there, so that only the commit is left to do. */
async function putOnce(lake: WritableLake, place: FaultPlace, folder: string, files: Files): Promise<void> {
  const draft = await myDraft(lake, DATASET);
  if (draft !== null && Object.entries(files).every(([name, bytes]) => draft.current(path(name))?.sha256 === hashOf(bytes))) return;
  const report = await put(lake, DATASET, source(place, `${folder}/sensors`), { ...quiet, inline: true });
  expect([report.problems, report.files + report.resumed + report.unchanged]).toEqual([[], Object.keys(files).length]);
}

async function firstCommit(lake: WritableLake, place: FaultPlace): Promise<void> {
  await putOnce(lake, place, 'first', firstFiles);
  await commit(lake, DATASET, { message: 'Initial sensor dump', tags: [tag('raw')] });
}

async function secondCommit(lake: WritableLake, place: FaultPlace): Promise<void> {
  await putOnce(lake, place, 'second', replacing);
  const draft = await draftFor(lake, DATASET);
  if (draft.current(path('sensors/empty.txt')) !== null) await removeFiles(lake, DATASET, [path('sensors/empty.txt')]);
  if (draft.current(path('sensors/moved.txt')) === null) await renameFile(lake, DATASET, path('sensors/night/plain.txt'), path('sensors/moved.txt'));
  await commit(lake, DATASET, { message: null, tags: [] });
}

function versionIs(dataset: DatasetId, version: number, files: Files, tags: readonly string[] = []): Scenario['isDone'] {
  return async (lake) => {
    for (let earlier = 1; earlier < version; earlier++) await expectVersion(lake, dataset, earlier, firstFiles);
    const detail = lake.catalog.version(dataset, version);
    if (detail === null) return false;
    await expectVersion(lake, dataset, version, files);
    expect(detail.tags).toEqual(tags);
    return true;
  };
}

const packageFile = (place: FaultPlace): string => join(place.out, 'wildfires_raw.zip');

async function exportFirst(lake: WritableLake, place: FaultPlace): Promise<void> {
  await exportVersion(lake, versionOf(lake, `${DATASET}:v1`), packageFile(place), quiet);
}

/** A package appears whole, and is then in the ledger. */
async function isExported(lake: ReadableLake, place: FaultPlace): Promise<boolean> {
  await expectVersion(lake, DATASET, 1, firstFiles);
  if (!existsSync(packageFile(place))) return false;
  expect(errorsOf(await verify(packageFile(place), { workers: 0 }))).toEqual([]);
  expect(lake.catalog.exports(DATASET).length).toBeGreaterThan(0);
  return true;
}

const second = (options: OpenOptions): OpenOptions => ({ ...options, profile: `${options.profile}-second` });

async function enrolSecond(lake: WritableLake): Promise<void> {
  const [request] = (await import('../../../src/engine/stations.ts').then(({ pendingRequests }) => pendingRequests(lake)));
  if (request === undefined) throw new HmsError('KEY_UNKNOWN', 'The request is gone.');
  await enrollStation(lake, request.id.slice(0, 16), request.fingerprint);
}

async function isEnrolled(lake: ReadableLake): Promise<boolean> {
  const stations = lake.catalog.keys().filter((key) => key.role === 'station');
  expect(stations.length).toBeLessThanOrEqual(2);
  return stations.length === 2;
}

const seqOfCommit = (lake: ReadableLake): number => lake.catalog.version(DATASET, 1)?.seq ?? -1;

async function isDestroyed(lake: ReadableLake): Promise<boolean> {
  const seq = seqOfCommit(lake);
  await expectVersion(lake, DATASET, 1, firstFiles);
  const files = ['body.json', 'body.salt'].filter((name) => existsSync(join(lake.paths.entry(seq), name)));
  if (lake.catalog.entry(seq)?.body?.state !== 'destroyed') {
    expect(files).toHaveLength(2);
    return false;
  }
  return files.length === 0;
}

async function isVoided(lake: ReadableLake): Promise<boolean> {
  const voided = lake.catalog.version(DATASET, 2)?.voided ?? null;
  if (voided === null) return false;
  await expectVersion(lake, DATASET, 2, firstFiles);
  return true;
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'init',
    from: null,
    mayBeShut: ['NOT_A_LAKE', 'NOT_ENROLLED'],
    command: async (_place, options) => {
      const made = await initLake({ ...options, zone: 'America/New_York' });
      await made.lake.close();
    },
    isDone: async (lake) => lake.catalog.keys().map((key) => key.role).sort().join() === 'recovery,station',
  },
  inSession('put and commit a new dataset', 'empty', firstCommit, versionIs(DATASET, 1, firstFiles, ['raw'])),
  inSession('put, remove, rename and commit the next version', 'one version', secondCommit, versionIs(DATASET, 2, secondFiles)),
  inSession(
    'put and commit a large file',
    'empty',
    async (lake, place) => {
      const draft = await myDraft(lake, DATASET);
      if (draft === null || draft.isEmpty) await put(lake, DATASET, source(place, 'large/large.bin'), { ...quiet, inline: true });
      await commit(lake, DATASET, { message: null, tags: [] });
    },
    versionIs(DATASET, 1, { 'large.bin': Buffer.alloc(9 << 20, 'large ') }),
  ),
  inSession(
    'tag',
    'one version',
    async (lake) => void (await addTag(lake, { dataset: DATASET, version: 1 }, tag('clean'))),
    async (lake) => lake.catalog.version(DATASET, 1)?.tags.includes(tag('clean')) ?? false,
  ),
  inSession('export to a zip', 'one version', exportFirst, isExported, async (place) => expect(await import('node:fs').then(({ readdirSync }) => readdirSync(place.out))).toEqual(['wildfires_raw.zip'])),
  inSession('enrol a station', 'requested', enrolSecond, isEnrolled),
  {
    name: 'ask for enrolment',
    from: 'one version',
    command: async (_place, options) => {
      const lake = await openToRead(second(options));
      try {
        await requestEnrolment(lake);
      } finally {
        await lake.close();
      }
    },
    isDone: async (lake) => {
      const { pendingRequests } = await import('../../../src/engine/stations.ts');
      return (await pendingRequests(lake)).length > 0;
    },
  },
  inSession('destroy a body', 'one version', async (lake) => void (await destroyBody(lake, seqOfCommit(lake), 'GRS 5.2 item 20', 'A name stood in it.')), isDestroyed),
  inSession('void a lost version', 'lost version', async (lake) => void (await voidVersion(lake, { dataset: DATASET, version: 2 }, 'The disk was lost.')), isVoided),
  inSession(
    'discard a draft',
    'draft',
    async (lake) => {
      const draft = await myDraft(lake, DATASET);
      if (draft !== null) await discard(lake, draft.details);
    },
    async (lake) => (await myDraft(lake as WritableLake, DATASET)) === null,
  ),
  {
    name: 'finish an interrupted commit',
    from: 'interrupted',
    command: (place, options) => within(options, place, () => Promise.resolve()),
    isDone: async (lake) => {
      await expectVersion(lake, DATASET, 1, firstFiles);
      return true;
    },
  },
  {
    name: 'fork',
    from: 'older copy',
    mayBeShut: ['LAKE_OLDER_THAN_SEEN', 'LEDGER_DAMAGED'],
    command: async (_place, options) => {
      await forkLake(options, 'The newer copy burned.');
    },
    isDone: async (lake) => {
      await expectVersion(lake, DATASET, 1, firstFiles);
      return lake.catalog.log({ op: 'lake.forked' }, 1).entries.length === 1;
    },
  },
];

/** Makes the saved states from which the scenarios begin. */
export async function saveTemplates(place: FaultPlace): Promise<void> {
  place.save('nothing');
  const made = await initLake({ ...place.options(), zone: 'America/New_York' });
  await made.lake.close();
  place.save('empty');

  await within(place.options(), place, firstCommit);
  place.save('one version');

  const asking = await openToRead(second(place.options()));
  await requestEnrolment(asking);
  await asking.close();
  rmSync(`${place.profile}-second`, { recursive: true });
  place.save('requested');

  place.restore('one version');
  await within(place.options(), place, secondCommit);
  const lake = await place.open();
  const object = objectFolder(lake.paths, 'store', DATASET);
  await lake.close();
  rmSync(join(object, 'v2'), { recursive: true });
  place.restoreCatalog(null);
  place.save('lost version');

  place.restore('one version');
  await within(place.options(), place, async (open) => void (await put(open, DATASET, source(place, 'second/sensors'), { ...quiet, inline: true })));
  place.save('draft');

  await saveInterrupted(place);

  // The profile has seen one entry more than the copy has.
  place.restore('one version');
  const profile = join(place.base, 'newer-profile');
  const { cpSync } = await import('node:fs');
  await within(place.options(), place, async (open) => void (await addTag(open, { dataset: DATASET, version: 1 }, tag('newer'))));
  cpSync(place.profile, profile, { recursive: true });
  place.restore('one version');
  rmSync(place.profile, { recursive: true });
  cpSync(profile, place.profile, { recursive: true });
  place.restoreCatalog(null);
  place.save('older copy');
}

/** A process that died between the claim of a first version and putting it in place. */
async function saveInterrupted(place: FaultPlace): Promise<void> {
  place.restore('empty');
  const counting = new FaultyDisk(null);
  await within(place.options({ disk: counting.disk }), place, firstCommit);
  const claimed = counting.calls.findIndex((call) => call.primitive === 'rename' && call.path.endsWith(join('claim')));
  place.restore('empty');
  const dying = new FaultyDisk({ at: claimed + 1, kind: 'crashAfter' });
  await within(place.options({ disk: dying.disk as Disk }), place, firstCommit).catch((error: unknown) => {
    if (!(error instanceof Crash)) throw error;
  });
  await dying.bury();
  place.bereaveLocks();
  place.save('interrupted');
}
