import { join } from 'node:path';
import { systemClock } from './clock.ts';
import type { NewLake } from './init.ts';
import { durableOn, placeOf, systemDisk } from './lake/index.ts';
import type { OpenOptions } from './open.ts';
import type { SampleWork, SampleYearOptions } from './sample-year.ts';

/** Makes a sample lake: what happens in it. */
export type SampleStory = (options: SampleYearOptions, work: SampleWork) => Promise<NewLake>;

/**
 * Makes a sample lake in a new folder below `home` and answers that folder. Where it is stopped or fails, the lake stays as far as it came; it is marked as a
 * sample, and can be deleted like any folder.
 */
export async function sampleLake(story: SampleStory, options: Omit<OpenOptions, 'folder'>, home: string, work: SampleWork): Promise<string> {
  const clock = options.clock ?? systemClock;
  await durableOn(options.disk ?? systemDisk, { kind: 'journaled', name: 'new' }, clock).makeFolder(home);
  await placeOf(home);
  const folder = join(home, `Sample ${clockHere(clock.now())}`);
  const { lake } = await story({ ...options, folder, zone: 'America/New_York' }, work);
  await lake.close();
  return folder;
}

/** `2026-07-30 16.05.09`, as the clock of this computer shows it: the name is for whoever sits here, and the sample has an office of its own. */
function clockHere(now: number): string {
  const date = new Date(now);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join('.')}`;
}
