import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetId, Tag } from '../src/contract/index.ts';
import { addTag } from '../src/engine/datasets/index.ts';
import { commit, put } from '../src/engine/drafting.ts';
import { initLake } from '../src/engine/init.ts';
import { openToRead, openToWrite } from '../src/engine/open.ts';

/**
 * What is measured at a workstation of the bench of shares: `share-station WORK PLACE DISK NUMBER…`. `PLACE` is a folder of the share, `DISK` one of the workstation's own.
 * Prints one line of JSON with the seconds of each round. The peer's side of a round is done by the same process in the same way, so that only the work differs.
 */

const [, , what = '', place = '', disk = '', ...numbers] = process.argv;
const options = { folder: join(place, 'lake'), profile: join(disk, 'profile') };
const quiet = { signal: new AbortController().signal, onProgress: (): void => undefined };

const FILES = 100;
const FILE_BYTES = 2_000;
/** As the acts of a ledger are: an entry and a body of some hundred bytes each. */
const ENTRY_BYTES = 900;

async function seconds(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1_000;
}

/** Ours and the peer's in turn, the order changing each round. */
async function alternate(rounds: number, ours: (round: number) => Promise<void>, peer: (round: number) => Promise<void>): Promise<{ ours: number[]; peer: number[] }> {
  const all = { ours: [] as number[], peer: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 === 0 ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const)) all[side].push(await seconds(() => (side === 'ours' ? ours : peer)(round)));
  }
  return all;
}

function sourceOf(round: number): string {
  const folder = join(disk, `source-${round}`);
  mkdirSync(folder, { recursive: true });
  for (let n = 0; n < FILES; n++) writeFileSync(join(folder, `file-${n}.csv`), `round ${round}, file ${n}\n`.padEnd(FILE_BYTES, '0123456789\n'));
  return folder;
}

const works: Readonly<Record<string, () => Promise<unknown>>> = {
  /** ROUNDS: a version of 100 small files, beside a shell script that copies them into a folder, flushes each and renames the folder. */
  async commit() {
    await (await initLake({ ...options, zone: 'UTC' })).lake.close();
    const lake = await openToWrite(options);
    const rounds = Number(numbers[0]);
    const sources = Array.from({ length: rounds }, (_, round) => sourceOf(round));
    const sides = await alternate(
      rounds,
      async (round) => {
        const dataset = `SET-${round}` as DatasetId;
        await put(lake, dataset, [{ kind: 'path', path: `${sources[round] ?? ''}/.` }], quiet);
        await commit(lake, dataset, { message: null, tags: [] });
      },
      (round) => {
        const script = 'set -e; cp -r "$1" "$2.new"; find "$2.new" -type f -exec sync {} +; mv "$2.new" "$2"; sync "$3"';
        execFileSync('sh', ['-c', script, 'sh', sources[round] ?? '', join(place, `copied-${round}`), place]);
        return Promise.resolve();
      },
    );
    await lake.close();
    return sides;
  },

  /** ROUNDS: an act of the ledger, beside a folder that is made, given one flushed file, and renamed. */
  async append() {
    const lake = await openToWrite(options);
    await put(lake, 'LOG' as DatasetId, [{ kind: 'path', path: sourceOf(0) }], quiet);
    await commit(lake, 'LOG' as DatasetId, { message: null, tags: [] });
    const peerFolder = join(place, 'appended');
    await mkdir(peerFolder, { recursive: true });
    const sides = await alternate(
      Number(numbers[0]),
      async (round) => void (await addTag(lake, { dataset: 'LOG' as DatasetId, version: 1 }, `tag-${round}` as Tag)),
      async (round) => {
        const made = join(peerFolder, `new-${round}`);
        await mkdir(made);
        const file = await open(join(made, 'entry.json'), 'wx');
        await file.write(Buffer.alloc(ENTRY_BYTES, 'x'));
        await file.sync();
        await file.close();
        await rename(made, join(peerFolder, `${round}`));
      },
    );
    await lake.close();
    return sides;
  },

  /** ENTRIES: opening a lake that this workstation never saw, and opening it again. */
  async open() {
    const opened = async (): Promise<void> => {
      const lake = await openToRead({ ...options, folder: place });
      if (lake.catalog.position().size < Number(numbers[0])) throw new Error(`The ledger has ${lake.catalog.position().size} entries.`);
      await lake.close();
    };
    return { first: await seconds(opened), again: await seconds(opened) };
  },
};

void works[what]?.().then((measured) => process.stdout.write(`${JSON.stringify(measured)}\n`));
