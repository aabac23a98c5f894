import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatasetId, Instant, KeyId, LakeJson, LogicalPath, Sha256, Tag } from '../../../src/contract/index.ts';
import type { Clock } from '../../../src/engine/clock.ts';
import { systemClock } from '../../../src/engine/clock.ts';
import {
  beginDraft,
  commitDraft,
  durableOn,
  lakePaths,
  lakeJsonText,
  layOutLake,
  Ledger,
  newTxn,
  readLakeJson,
  recover,
  systemDisk,
} from '../../../src/engine/lake/index.ts';
import type { Disk, Draft, DraftIntake, LedgerSigner } from '../../../src/engine/lake/index.ts';
import { signatureVerifier } from '../../../src/engine/keys/index.ts';
import { toBase64 } from '../../../src/core/index.ts';
import { MemoryIndex } from './memory-index.ts';

/** Lakes in a line, with the real store and ledger and an index in memory. */

const by = { account: 'tester', host: 'bench', program: 'HMS-DTA test' };

export interface TestKey extends LedgerSigner {
  readonly spki: Uint8Array;
}

export function testKey(): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return {
    id: createHash('sha256').update(spki).digest('hex') as KeyId,
    spki,
    sign: (bytes) => sign('sha256', bytes, { key: privateKey, dsaEncoding: 'der' }),
  };
}

export async function temporaryFolder(prefix: string, below = tmpdir()): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(below, prefix));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** One station's view of a lake: what a process of the program has. */
export interface TestStation {
  readonly ledger: Ledger;
  readonly index: MemoryIndex;
  readonly key: TestKey;
  readonly root: string;
  readonly disk: Disk;
}

export interface StationOptions {
  readonly disk?: Disk;
  readonly clock?: Clock;
  readonly key?: TestKey;
  readonly kind?: 'journaled' | 'share' | 'other';
  /** What follows an act is done behind it. */
  readonly completesBehind?: boolean;
  /** Where it notes what it saw; without it: nowhere. */
  readonly seenFile?: string;
}

/** Opens a lake as a station; recovers nothing by itself. */
export async function openStation(root: string, options: StationOptions = {}): Promise<TestStation> {
  const disk = options.disk ?? systemDisk;
  const clock = options.clock ?? systemClock;
  const key = options.key ?? testKey();
  const durable = durableOn(disk, { kind: options.kind ?? 'journaled', name: 'test' }, clock);
  const paths = lakePaths(root);
  const { lake } = await readLakeJson(paths);
  const index = new MemoryIndex();
  const ledger = new Ledger({
    lake,
    paths,
    durable,
    clock,
    index,
    by,
    verifySignature: signatureVerifier(),
    acceptedOffset: () => index.acceptedOffset,
    lastClock: () => index.lastClock,
    seenFile: options.seenFile ?? null,
    profileDurable: durable,
    ...(options.completesBehind === undefined ? {} : { completesBehind: options.completesBehind }),
  });
  return { ledger, index, key, root, disk };
}

/** Makes a lake whose first station has this key. */
export async function makeLake(root: string, key: TestKey = testKey(), clock: Clock = systemClock): Promise<LakeJson> {
  const durable = durableOn(systemDisk, { kind: 'journaled', name: 'test' }, clock);
  await mkdir(root, { recursive: true });
  const lake = await layOutLake(lakePaths(root), 'America/New_York', false, durable, clock);
  const station = await openStation(root, { key, clock });
  await station.ledger.catchUp();
  await station.ledger.act(key, {
    op: 'lake.created',
    subject: 'lake',
    head: {},
    outputs: [{ ref: 'lake.json', sha256: createHash('sha256').update(lakeJsonText(lake)).digest('hex') as Sha256 }],
    key: { id: key.id, role: 'station', spki: toBase64(key.spki) },
  });
  return lake;
}

/** Enrols a further station's key. */
export async function enroll(station: TestStation, key: TestKey): Promise<void> {
  const fingerprint = createHash('sha256').update(key.spki).digest('hex') as Sha256;
  await station.ledger.catchUp();
  await station.ledger.act(station.key, {
    op: 'key.enrolled',
    subject: `key:${key.id}`,
    head: { name: 'second', certificate: toBase64(key.spki), fingerprint },
    key: { id: key.id, role: 'station', spki: toBase64(key.spki) },
  });
}

/** Begins a draft on the newest version and stages files through the disk, as an intake does. */
export async function draftOf(station: TestStation, id: string, files: Readonly<Record<string, string | null>>): Promise<Draft> {
  const { ledger, index, key } = station;
  const dataset = id as DatasetId;
  await ledger.catchUp();
  const newest = index.view.dataset(dataset)?.newest ?? 0;
  const version = newest === 0 ? null : index.claimedVersion(dataset, newest);
  const base = version === null ? null : { ver: version.version, sha256: version.hash };
  const baseFile = (path: LogicalPath) => (newest === 0 ? null : index.fileAt(dataset, newest, path));
  const { lake, paths, durable, clock } = ledger.context;
  const draft = await beginDraft({ txn: newTxn(clock), lake: lake.id, station: key.id, osUser: 'tester' }, dataset, base, baseFile, paths, durable, clock);
  await stage(station, draft, files);
  return draft;
}

/** Stages texts into a draft; null removes the path. */
export async function stage(station: TestStation, draft: DraftIntake, files: Readonly<Record<string, string | null>>): Promise<void> {
  const { durable } = station.ledger.context;
  for (const [name, text] of Object.entries(files)) {
    const path = name as LogicalPath;
    if (text === null) {
      await draft.record([{ do: 'remove', path }]);
      continue;
    }
    const content = draft.assign(path);
    const file = join(draft.contentFolder, ...content.split('/'));
    await durable.makeFolder(join(file, '..'));
    const written = await durable.writeNew(file, Buffer.from(text));
    await draft.record([{ do: draft.base(path) === null ? 'add' : 'replace', path, sha256: written.sha256, size: written.size, mtime: null, content }]);
  }
}

/** Stages and commits texts as the next version of a dataset. */
export async function commitFiles(station: TestStation, id: string, files: Readonly<Record<string, string | null>>, message = 'test', tags: readonly string[] = []): Promise<number> {
  const draft = await draftOf(station, id, files);
  return (await commit(station, draft, message, tags)).version;
}

export function commit(station: TestStation, draft: Draft, message = 'test', tags: readonly string[] = []): ReturnType<typeof commitDraft> {
  return commitDraft(station.ledger, station.key, draft, {
    words: { message, user: { name: 'tester', address: `urn:hms:key:${station.key.id}` }, created: new Date(station.ledger.context.clock.now()).toISOString() as Instant },
    tags: tags as readonly Tag[],
    refusal: () => null,
  });
}

/** Reads to the end and finishes what was claimed, as opening for writing does. */
export async function reopen(root: string, key: TestKey): Promise<TestStation> {
  const station = await openStation(root, { key });
  await station.ledger.catchUp();
  const scratch = join(station.ledger.context.paths.staging, `recovery-${key.id.slice(0, 16)}`);
  await station.ledger.context.durable.makeFolder(scratch);
  await recover(station.ledger, scratch, 0);
  await station.ledger.context.durable.removeTree(scratch);
  return station;
}
