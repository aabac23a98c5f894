import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ProgramId } from '../../../../src/contract/index.ts';
import { initLake } from '../../../../src/engine/init.ts';
import { systemDisk } from '../../../../src/engine/lake/index.ts';
import type { Disk } from '../../../../src/engine/lake/index.ts';
import { openToRead, openToWrite } from '../../../../src/engine/open.ts';
import type { WritableLake } from '../../../../src/engine/open.ts';
import { dropContent } from '../../../../src/engine/raw-drops.ts';
import { Receiving } from '../../../../src/engine/receiving.ts';
import type { Received } from '../../../../src/engine/receiving.ts';
import { enrollStation, pendingRequests, requestEnrolment } from '../../../../src/engine/stations.ts';
import { verify } from '../../../../src/verify/index.ts';

/** Raw drops that are entered together. */

let folder: string;
let lake: WritableLake;
let called: { readonly what: string; readonly path: string }[];
const at = (profile: string): { folder: string; profile: string } => ({ folder: join(folder, 'lake'), profile: join(folder, profile) });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hms-together-'));
  called = [];
  await (await initLake({ ...at('first'), zone: 'UTC' })).lake.close();
  lake = await openToWrite({ ...at('first'), disk: watched() });
});
afterEach(async () => {
  await lake.close();
  rmSync(folder, { recursive: true });
});

function watched(): Disk {
  const note = (what: string, path: string): void => void called.push({ what, path });
  return {
    ...systemDisk,
    async create(path, how, mode) {
      const handle = await systemDisk.create(path, how, mode);
      return {
        write: (bytes) => handle.write(bytes),
        sync: () => {
          note('flush', path);
          return handle.sync();
        },
        modified: () => handle.modified(),
        close: () => handle.close(),
      };
    },
    rename(from, to) {
      note('rename', to);
      return systemDisk.rename(from, to);
    },
    syncFile(path) {
      note('flush', path);
      return systemDisk.syncFile(path);
    },
    syncFolder(path) {
      note('flush', path);
      return systemDisk.syncFolder(path);
    },
    syncFileSystem(path) {
      note('flush all', path);
      return systemDisk.syncFileSystem(path);
    },
  };
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}

async function enterAll(into: WritableLake, texts: readonly string[], program = 12): Promise<Received[]> {
  const receiving = await Receiving.begin(into);
  try {
    const staged = [];
    for (const [i, text] of texts.entries()) staged.push(await receiving.stage(`${i}.csv`, bytesOf(text)));
    return await Promise.all(staged.map((one) => receiving.enter({ program: program as ProgramId, sender: 'rig', contract: null }, one)));
  } finally {
    await receiving.close();
  }
}

it('twelve that wait are durable before the first is named in the ledger, are named in order, and cost one flush of the ledger and one checkpoint', async (context) => {
  context.skip(lake.durable.place.kind !== 'journaled', 'Only a local disk with a journal shares the flush of the ledger.');
  const before = lake.catalog.view.size;
  called = [];
  const received = await enterAll(lake, Array.from({ length: 12 }, (_, i) => `text ${i}`));
  expect(received.map(({ rawId, duplicate }) => [rawId, duplicate])).toEqual(Array.from({ length: 12 }, (_, i) => [before + i, false]));
  const entries = dirname(lake.paths.entry(before));
  const claims = called.flatMap(({ what, path }, i) => (what === 'rename' && dirname(path) === entries ? [i] : []));
  expect(claims.map((i) => basename(called[i]?.path ?? ''))).toEqual(Array.from({ length: 12 }, (_, i) => String(before + i).padStart(3, '0')));
  const flushedBefore = called.slice(0, claims[0]).filter(({ what }) => what === 'flush').map(({ path }) => basename(path));
  for (const [name, times] of [['entry.json', 12], ['body.json', 12], ['body.salt', 12], ['inventory.json', 24], ['inventory.json.sha256', 24], ['0=ocfl_object_1.1', 12], ['claim', 12], ['content', 12]] as const) expect([name, flushedBefore.filter((one) => one === name).length]).toEqual([name, times]);
  expect(flushedBefore.filter((name) => /^\d+\.csv$/.test(name)).length).toBe(12);
  expect(called.filter(({ what, path }) => what === 'flush' && path === entries).length).toBe(1);
  expect(called.filter(({ what, path }) => what === 'rename' && path === lake.paths.checkpoint).length).toBe(1);
  const placed = called.findIndex(({ what, path }) => what === 'rename' && path.startsWith(lake.paths.storageRoot('raw')));
  expect(placed).toBeGreaterThan(called.findIndex(({ what, path }) => what === 'flush' && path === entries));
  expect(called.filter(({ path }) => path.startsWith(folder)).length / 12).toBeLessThan(25);
});

it('the same bytes among them are one drop; other programs get their own', async () => {
  const [one, two, again, three] = await enterAll(lake, ['same', 'other', 'same', 'same']);
  expect([one?.duplicate, two?.duplicate, again, three]).toEqual([false, false, { ...again, rawId: one?.rawId, drop: one?.drop, duplicate: true }, { ...three, rawId: one?.rawId, drop: one?.drop, duplicate: true }]);
  expect((await enterAll(lake, ['same'], 13))[0]?.duplicate).toBe(false);
  expect(lake.catalog.drops(null, null, 10).drops.map(({ repeats }) => repeats)).toEqual([0, 0, 2]);
});

it('two workstations that receive at once take turns in one ledger, which a check finds whole', { timeout: 60_000 }, async () => {
  const asking = await openToRead(at('second'));
  await requestEnrolment(asking);
  await asking.close();
  for (const request of await pendingRequests(lake)) await enrollStation(lake, request.id.slice(0, 16), request.fingerprint);
  const second = await openToWrite(at('second'));
  const texts = (who: string): string[] => Array.from({ length: 8 }, (_, i) => `${who} ${i}`);
  const ends = await Promise.all([enterAll(lake, texts('first')), enterAll(second, texts('second'))]);
  const numbers = ends.flat().map(({ rawId }) => rawId);
  expect(new Set(numbers).size).toBe(16);
  expect(Math.max(...numbers) - Math.min(...numbers)).toBeGreaterThanOrEqual(15);
  await lake.ledger.catchUp();
  for (const [i, received] of ends.entries()) {
    for (const [n, { rawId }] of received.entries()) {
      const drop = lake.catalog.drop(rawId);
      expect(drop === null ? null : await readFile((await dropContent(lake, drop)).place, 'utf8')).toBe(texts(i === 0 ? 'first' : 'second')[n]);
    }
  }
  await second.close();
  const report = await verify(at('first').folder, { workers: 0 });
  expect(report.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
});
