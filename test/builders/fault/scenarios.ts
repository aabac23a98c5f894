import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { instantOf } from '../../../src/contract/index.ts';
import type { LogicalPath, ProgramId, Sha256, TableName, Tag } from '../../../src/contract/index.ts';
import { commit, discard, draftsOf, myDraft, put, removeFiles, renameFile } from '../../../src/engine/drafting.ts';
import { addTag } from '../../../src/engine/datasets/index.ts';
import { exportVersion } from '../../../src/engine/export.ts';
import { versionOf } from '../../../src/engine/files.ts';
import { forkLake } from '../../../src/engine/fork.ts';
import { initLake } from '../../../src/engine/init.ts';
import { systemDisk } from '../../../src/engine/lake/index.ts';
import type { Disk } from '../../../src/engine/lake/index.ts';
import { dropContent } from '../../../src/engine/raw-drops.ts';
import { Receiving } from '../../../src/engine/receiving.ts';
import { openToRead } from '../../../src/engine/open.ts';
import type { ReadableLake, WritableLake } from '../../../src/engine/open.ts';
import { tableDesk } from '../../../src/engine/table-rows.ts';
import { commitTables } from '../../../src/engine/tables/index.ts';
import type { NewPart } from '../../../src/engine/tables/index.ts';
import { enrollStation, pendingRequests, requestEnrolment } from '../../../src/engine/stations.ts';
import { destroyBody, voidVersion } from '../../../src/engine/upkeep.ts';
import { verify } from '../../../src/verify/index.ts';
import { errorsOf, expectVersion, hashOf } from './fault-place.ts';
import type { FaultPlace, Files } from './fault-place.ts';
import { DATASET, inSession, orElse, quiet, within } from './scenario.ts';
import type { Scenario } from './scenario.ts';
import { firstFiles, largeFiles, manyFiles, replacingFiles, secondFiles } from './sources.ts';

/** Every act of the service that writes, as a scenario. */

const tag = (text: string): Tag => text as Tag;
const path = (text: string): LogicalPath => text as LogicalPath;
const plain = { message: null, tags: [] } as const;

/** Puts what the draft does not hold: what an acknowledged `put` brought must be there, so that only the commit is left to do. */
export async function putOnce(lake: WritableLake, place: FaultPlace, source: string, files: Files): Promise<void> {
  const draft = await myDraft(lake, DATASET);
  if (draft !== null && Object.entries(files).every(([name, bytes]) => draft.current(path(name))?.sha256 === hashOf(bytes))) return;
  await putAll(lake, place, source, files);
}

/** Puts everything, whatever is there, as a command that is given again does. */
async function putAll(lake: WritableLake, place: FaultPlace, source: string, files: Files): Promise<void> {
  const report = await put(lake, DATASET, [{ kind: 'path', path: join(place.sources, source) }], { ...quiet, inline: true });
  expect([report.problems, report.files + report.resumed + report.unchanged]).toEqual([[], Object.keys(files).length]);
}

export async function firstCommit(lake: WritableLake, place: FaultPlace): Promise<void> {
  await putAll(lake, place, 'first/sensors', firstFiles);
  await commit(lake, DATASET, { message: 'Initial sensor dump', tags: [tag('raw')] });
}

export async function secondCommit(lake: WritableLake, place: FaultPlace): Promise<void> {
  await putOnce(lake, place, 'second/sensors', replacingFiles);
  const draft = await myDraft(lake, DATASET);
  if (draft === null) throw new Error('There is no draft.');
  if (draft.current(path('sensors/empty.txt')) !== null) await removeFiles(lake, DATASET, [path('sensors/empty.txt')]);
  if (draft.current(path('sensors/moved.txt')) === null) await renameFile(lake, DATASET, path('sensors/night/plain.txt'), path('sensors/moved.txt'));
  await commit(lake, DATASET, plain);
}

async function largeCommit(lake: WritableLake, place: FaultPlace): Promise<void> {
  await orElse(() => putOnce(lake, place, 'large/large.bin', largeFiles), () => putOnce(lake, place, 'large/large.bin', largeFiles));
  await commit(lake, DATASET, plain);
}

async function manyCommit(lake: WritableLake, place: FaultPlace): Promise<void> {
  await putOnce(lake, place, 'many/many', manyFiles);
  await commit(lake, DATASET, plain);
}

/** The version is there with exactly these files, or not at all; the one before it is whole in any case. */
function versionIs(version: number, files: Files, tags: readonly string[] = []): Scenario['isDone'] {
  return async (lake) => {
    if (version > 1) await expectVersion(lake, DATASET, version - 1, firstFiles);
    const detail = lake.catalog.version(DATASET, version);
    if (detail === null) return false;
    await expectVersion(lake, DATASET, version, files);
    expect(detail.tags).toEqual(tags);
    return true;
  };
}

/** A disk on which the first write of a copy fails: what was begun is taken back, and the next attempt works. */
function stumbling(): Disk {
  let stumbled = false;
  const write: Disk['blocking']['write'] = (descriptor, bytes) => {
    if (stumbled) return systemDisk.blocking.write(descriptor, bytes);
    stumbled = true;
    throw Object.assign(new Error('EIO: made by the test'), { code: 'EIO' });
  };
  return { ...systemDisk, blocking: { ...systemDisk.blocking, write } };
}

const packageFile = (place: FaultPlace): string => join(place.out, 'wildfires_raw.zip');

async function exportFirst(lake: WritableLake, place: FaultPlace): Promise<void> {
  await exportVersion(lake, versionOf(lake, `${DATASET}:v1`), packageFile(place), quiet);
}

/** A package appears whole, and stands in the ledger by then. */
async function isExported(lake: ReadableLake, place: FaultPlace): Promise<boolean> {
  await expectVersion(lake, DATASET, 1, firstFiles);
  if (!existsSync(packageFile(place))) return false;
  expect(errorsOf(await verify(packageFile(place), { workers: 0 }))).toEqual([]);
  expect(lake.catalog.exports(DATASET).length).toBeGreaterThan(0);
  return true;
}

/** Nothing lies about beside the package; a process that died, or has no disk any more, leaves its unfinished one. */
function onlyPackage(place: FaultPlace, stranded: boolean): void {
  expect(readdirSync(place.out).filter((name) => !(stranded && name.endsWith('.part')))).toEqual(['wildfires_raw.zip']);
}

async function enrolSecond(lake: WritableLake): Promise<void> {
  for (const request of await pendingRequests(lake)) await enrollStation(lake, request.id.slice(0, 16), request.fingerprint);
}

const seqOfCommit = (lake: ReadableLake): number => lake.catalog.version(DATASET, 1)?.seq ?? -1;

async function isDestroyed(lake: ReadableLake): Promise<boolean> {
  const seq = seqOfCommit(lake);
  await expectVersion(lake, DATASET, 1, firstFiles);
  const files = ['body.json', 'body.salt'].filter((name) => existsSync(join(lake.paths.entry(seq), name)));
  if (lake.catalog.entry(seq)?.body?.state === 'destroyed') return files.length === 0;
  expect(files).toHaveLength(2);
  return false;
}

/** The lost version itself; what is being staged in its place, which is not what its entry names; and the root inventory, which is the lost version's to the end. */
const lostUntilVoided = /^(VERSION_LOST|FILE_MISSING|FILE_UNLISTED|INVENTORY_ALTERED|INVENTORY_MISSING|SIDECAR_WRONG|STATE_DIFFERS|ROOT_INVENTORY_ALTERED) /;

async function isVoided(lake: ReadableLake): Promise<boolean> {
  await expectVersion(lake, DATASET, 1, firstFiles);
  if (lake.catalog.log({ op: 'version.voided' }, 1).entries.length === 0) return false;
  await expectVersion(lake, DATASET, 2, firstFiles);
  return true;
}

const dropped: Files = { 'seatbelt.csv': 'model,fail\nModel-Z,1\n', 'airbag.csv': 'model,fail\nModel-A,0\n' };
const PROGRAM = 12 as ProgramId;

/** Two files, entered together. Drops that an earlier attempt entered are recognised by their bytes, so that giving the command again makes no second ones. */
async function receiveDrops(lake: WritableLake): Promise<void> {
  const receiving = await Receiving.begin(lake);
  const order = { program: PROGRAM, sender: 'Seat-belt rig', contract: null };
  try {
    const staged = [];
    for (const [name, text] of Object.entries(dropped)) staged.push(await receiving.stage(name, bytesOfText(text)));
    const ends = await Promise.allSettled(staged.map((one) => receiving.enter(order, one)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  } finally {
    await receiving.close();
  }
}

async function* bytesOfText(text: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}

/** What there is of the drops is whole, and none is there twice. */
async function areReceived(lake: ReadableLake): Promise<boolean> {
  await expectVersion(lake, DATASET, 1, firstFiles);
  const { drops } = lake.catalog.drops(null, null, 10);
  for (const drop of drops) {
    const text = String(dropped[drop.name ?? '']);
    expect(drop.sha256).toBe(hashOf(text));
    expect(readFileSync((await dropContent(lake, drop)).place, 'utf8')).toBe(text);
  }
  const names = drops.map(({ name }) => name ?? '').sort();
  expect(new Set(names).size).toBe(names.length);
  return names.length === 2;
}

export const commitScenarios: readonly Scenario[] = [
  inSession('put and commit a new dataset', 'empty', firstCommit, versionIs(1, firstFiles, ['raw'])),
  inSession('put, remove, rename and commit the next version', 'one version', secondCommit, versionIs(2, secondFiles)),
  inSession('put a large file twice, because the first copy failed', 'empty', largeCommit, versionIs(1, largeFiles), { under: stumbling }),
  {
    name: 'finish an interrupted commit',
    from: 'interrupted',
    command: (place, options) => within(options, place, () => Promise.resolve()),
    isDone: (lake) => versionIs(1, firstFiles, ['raw'])(lake, undefined as never),
  },
];

const trips = 'trips' as TableName;
const drivers = 'drivers' as TableName;

/** The bytes are none of a Parquet file: what is in them is nobody's business here. */
function part(text: string): NewPart {
  return { bytes: () => [Buffer.from(text)], rows: 1, partition: {}, stats: null };
}

async function commitRows(lake: WritableLake): Promise<void> {
  const definition = { schema: [{ name: 'id', type: 'long', nullable: true }], partitionBy: [] } as const;
  const changes = [
    { name: trips, definition, parts: [part('first'), part('second')] },
    { name: drivers, definition, parts: [part('other')] },
  ];
  await commitTables(tableDesk(lake), { changes, sources: [], message: 'Rows' });
}

/** Both tables are there, with all of their files, or neither is. */
function areCommitted(lake: ReadableLake): Promise<boolean> {
  const files = [trips, drivers].map((name) => lake.catalog.tables.version(name, null)?.totals?.files ?? 0);
  if (files.every((n) => n === 0)) return Promise.resolve(false);
  expect(files).toEqual([2, 1]);
  return Promise.resolve(true);
}

const cube = 'trips_cube' as TableName;
const definition = 'name: trips_cube\nsql: SELECT id FROM trips\n';

/** A cube is defined, and its first version made of what stands for rows. */
async function refreshCube(lake: WritableLake): Promise<void> {
  const hash = hashOf(definition) as Sha256;
  if (lake.catalog.view.cube(cube) === null) {
    await lake.ledger.act(lake.signer, { op: 'cube.defined', subject: 'cube:trips_cube:v1', head: { text: definition }, outputs: [{ ref: 'definition', sha256: hash }] });
  }
  const base = lake.catalog.tables.version(cube, null)?.version ?? 0;
  if (base > 0) return;
  const schema = [{ name: 'id', type: 'long', nullable: true }] as const;
  await commitTables(tableDesk(lake), {
    changes: [{ name: cube, definition: { schema, partitionBy: [] }, parts: [part('first'), part('second')] }],
    sources: [],
    message: 'Refreshed',
    cube: { definition: hash, base, instant: instantOf(lake.clock.now()), window: null, sources: [], rows: 2, how: 'full' },
  });
}

/** The cube has its version with all of its files, or none. */
function isRefreshed(lake: ReadableLake): Promise<boolean> {
  const version = lake.catalog.tables.version(cube, null);
  if (version === null) return Promise.resolve(false);
  expect([version.version, version.totals?.files, lake.catalog.cubeDefinitions(cube)[0]?.text]).toEqual([1, 2, definition]);
  return Promise.resolve(true);
}

/** 860 calls, most of which are alike. */
export const manyScenario: Scenario = inSession('put and commit 210 files', 'empty', manyCommit, versionIs(1, manyFiles));

export const actScenarios: readonly Scenario[] = [
  {
    name: 'init',
    from: 'nothing',
    isBirth: true,
    mayBeShut: ['NOT_A_LAKE', 'NOT_ENROLLED'],
    command: async (_place, options) => {
      const made = await initLake({ ...options, zone: 'America/New_York' });
      await made.lake.close();
    },
    isDone: (lake) => Promise.resolve(lake.catalog.keys().map((key) => key.role).sort().join() === 'recovery,station'),
  },
  inSession(
    'tag',
    'one version',
    async (lake) => void (await addTag(lake, { dataset: DATASET, version: 1 }, tag('clean'))),
    (lake) => Promise.resolve(lake.catalog.version(DATASET, 1)?.tags.includes(tag('clean')) ?? false),
  ),
  inSession('receive raw drops together', 'one version', receiveDrops, areReceived),
  inSession('commit rows to two tables', 'empty', commitRows, areCommitted),
  inSession('refresh a cube', 'empty', refreshCube, isRefreshed),
  inSession('export to a zip', 'one version', exportFirst, isExported, { after: onlyPackage }),
  {
    name: 'ask for enrolment',
    from: 'one version',
    command: async (place, options) => {
      const lake = await openToRead({ ...options, profile: place.secondProfile });
      try {
        await requestEnrolment(lake);
      } finally {
        await lake.close();
      }
    },
    isDone: async (lake) => (await pendingRequests(lake)).length > 0,
  },
  inSession('enrol a station', 'requested', enrolSecond, (lake) => Promise.resolve(lake.catalog.keys().filter((key) => key.role === 'station').length === 2)),
  inSession('destroy a body', 'one version', async (lake) => void (await destroyBody(lake, seqOfCommit(lake), 'GRS 5.2 item 20', 'A name stood in it.')), isDestroyed),
  inSession('void a lost version', 'lost version', async (lake) => void (await voidVersion(lake, { dataset: DATASET, version: 2 }, 'The disk was lost.')), isVoided, { meanwhile: lostUntilVoided }),
  inSession(
    'discard a draft',
    'draft',
    async (lake) => {
      const draft = await myDraft(lake, DATASET);
      if (draft !== null) await discard(lake, draft.details);
    },
    async (lake) => (await draftsOf(lake)).length === 0,
  ),
  {
    name: 'fork',
    from: 'older copy',
    mayBeShut: ['LAKE_OLDER_THAN_SEEN', 'LEDGER_DAMAGED'],
    command: async (_place, options) => void (await forkLake(options, 'The newer copy burned.')),
    isDone: async (lake) => {
      await expectVersion(lake, DATASET, 1, firstFiles);
      return lake.catalog.log({ op: 'lake.forked' }, 1).entries.length === 1;
    },
  },
];
