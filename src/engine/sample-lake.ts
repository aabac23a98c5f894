import { join } from 'node:path';
import { CancelledError, instantOf } from '../contract/index.ts';
import type { DatasetId, LogicalPath, OnProgress, Tag } from '../contract/index.ts';
import { systemClock } from './clock.ts';
import { describeDataset } from './datasets/index.ts';
import { commit, put } from './drafting.ts';
import { initLake } from './init.ts';
import { durableOn, placeOf, systemDisk } from './lake/index.ts';
import type { OpenOptions } from './open.ts';
import { later, SAMPLE_TRIM, sampleFiles } from './sample-records.ts';
import { prepareTransform } from './transforming.ts';

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
    await describeDataset(lake, SAMPLE_DATASET, { title: 'Wildfire sensors, July 2024', subject: 'Made-up readings, for looking around' });
    say('Keeping three columns of each', 2);
    const trimmed = await prepareTransform(lake, `${SAMPLE_DATASET}:v1`, { name: 'csv_trim', columns: SAMPLE_TRIM }, { signal, onProgress: () => undefined });
    await trimmed.commit({ message: 'Removed unused columns', tags: ['clean' as Tag] });
    say('Done', 4);
    return folder;
  } finally {
    await lake.close();
  }
}

function stopIf(signal: AbortSignal): void {
  if (signal.aborted) throw new CancelledError('The sample lake stays as far as it was made.');
}
