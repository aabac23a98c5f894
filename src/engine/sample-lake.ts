import { join } from 'node:path';
import { CancelledError, HmsError, instantOf } from '../contract/index.ts';
import type { DatasetId, LogicalPath, OnProgress, Tag } from '../contract/index.ts';
import { systemClock } from './clock.ts';
import { addTag } from './datasets/index.ts';
import { commit, put } from './drafting.ts';
import { storedFiles, versionOf } from './files.ts';
import { initLake } from './init.ts';
import { bytesOf, durableOn, placeOf, systemDisk } from './lake/index.ts';
import type { OpenOptions, WritableLake } from './open.ts';
import { sampleFiles } from './sample-records.ts';

/** What the tour makes, without its words: a lake with two versions of a dataset of made-up sensor readings. */

export const SAMPLE_DATASET = 'WF-2024-07' as DatasetId;

export interface SampleWork {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/**
 * Makes a sample lake in a new folder below `home` and answers that folder. Where it is stopped or fails, the lake stays as far as it came; it is marked as a
 * sample, and can be deleted like any folder.
 */
export async function sampleLake(options: Omit<OpenOptions, 'folder'>, home: string, { signal, onProgress }: SampleWork): Promise<string> {
  const clock = options.clock ?? systemClock;
  await durableOn(options.disk ?? systemDisk, { kind: 'journaled', name: 'new' }, clock).makeFolder(home);
  await placeOf(home);
  const folder = join(home, `Sample ${instantOf(clock.now()).slice(0, 19).replace('T', ' ').replaceAll(':', '.')}`);
  const say = (phase: string, filesDone: number): void => onProgress({ phase, filesDone, filesTotal: 4, bytesDone: 0, bytesTotal: 0 });
  say('Making the lake', 0);
  const { lake } = await initLake({ ...options, folder, zone: 'America/New_York', sample: true });
  try {
    say('Putting two files of sensor readings', 0);
    const raw = sampleFiles.map(({ name, content }) => ({ kind: 'stream' as const, as: name as LogicalPath, mtime: null, stream: later(content()) }));
    await put(lake, SAMPLE_DATASET, raw, { signal, onProgress: () => undefined, inline: true });
    stopIf(signal);
    await commit(lake, SAMPLE_DATASET, { message: 'Initial sensor dump', tags: ['raw' as Tag] });
    say('Keeping three columns of each', 2);
    await put(lake, SAMPLE_DATASET, await trimmed(lake), { signal, onProgress: () => undefined, inline: true });
    stopIf(signal);
    const cleaned = await commit(lake, SAMPLE_DATASET, { message: 'Removed unused columns', tags: [] });
    await addTag(lake, { dataset: SAMPLE_DATASET, version: cleaned.version }, 'clean' as Tag);
    say('Done', 4);
    return folder;
  } finally {
    await lake.close();
  }
}

/** The columns timestamp, temp and pm25 of each file of version 1. */
async function trimmed(lake: WritableLake): Promise<{ kind: 'stream'; as: LogicalPath; mtime: null; stream: AsyncIterable<Uint8Array> }[]> {
  const version = versionOf(lake, `${SAMPLE_DATASET}:v1`);
  const stored = await storedFiles(lake, version);
  return sampleFiles.map(({ name }) => {
    const file = lake.catalog.fileAt(version.dataset, version.version, name);
    if (file === null) throw new HmsError('FILE_UNKNOWN', `The sample's first version has no file ${name}.`);
    return { kind: 'stream', as: file.path, mtime: null, stream: columnsOf(bytesOf(stored(file.sha256)), [0, 2, 4]) };
  });
}

/** Some columns of a CSV without quotes, as `cut` gives them. */
export async function* columnsOf(pieces: AsyncIterable<Uint8Array>, kept: readonly number[]): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield Buffer.from(lines.map((line) => `${cut(line, kept)}\n`).join(''));
  }
  if (rest !== '') yield Buffer.from(cut(rest, kept));
}

function cut(line: string, kept: readonly number[]): string {
  const fields = line.split(',');
  return kept.map((column) => fields[column] ?? '').join(',');
}

async function* later(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    yield piece;
    // Other requests are answered between two pieces.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function stopIf(signal: AbortSignal): void {
  if (signal.aborted) throw new CancelledError('The sample lake stays as far as it was made.');
}
