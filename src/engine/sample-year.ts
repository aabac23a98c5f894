import { CancelledError } from '../contract/index.ts';
import type { OnProgress } from '../contract/index.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { initLake } from './init.ts';
import type { NewLake } from './init.ts';
import { station } from './keys/index.ts';
import { durableOn, inWords, placeOf, systemDisk } from './lake/index.ts';
import type { OpenOptions } from './open.ts';
import { makeProfile } from './profile-folder.ts';
import { QueryProcesses } from './query/index.ts';
import { Receiving } from './receiving.ts';
import { storyClock } from './sample-clock.ts';
import { sampleStory, STORY_BEGIN } from './sample-story.ts';

export interface SampleYearOptions extends OpenOptions {
  readonly zone: string;
}

export interface SampleWork {
  readonly signal: AbortSignal;
  /** Told the month that is being made, and the share of the acts of the story that are done. */
  readonly onProgress: OnProgress;
}

/**
 * Makes a sample lake with a year of records in it: what happens in `sample-story.ts`, each act at its time. Where it is stopped or fails, the lake stays as far as it came; its lake.json says
 * that it is a sample. The lake is answered with the clock of the story; who opens it again acts in the present.
 */
export async function sampleYear(options: SampleYearOptions, { signal, onProgress }: SampleWork): Promise<NewLake> {
  const real = options.clock ?? systemClock;
  const disk = options.disk ?? systemDisk;
  // The key of this workstation is for other lakes too: it is made now and not in the story.
  await inWords(`Opening the profile folder ${options.profile}`, 'No lake was made.', async () => {
    await makeProfile(options.profile, durableOn(disk, { kind: 'journaled', name: 'profile' }, real));
    await station(options.profile, durableOn(disk, await placeOf(options.profile), real), real);
  });
  const clock = storyClock(real, STORY_BEGIN);
  const made = await initLake({ ...options, clock, sample: true });
  const processes = new QueryProcesses({ reserve: true, ...(options.spawner === undefined ? {} : { spawner: options.spawner }) });
  let receiving: Receiving | null = null;
  try {
    receiving = await Receiving.begin(made.lake);
    const scenes = sampleStory();
    for (const [i, { at, play }] of scenes.entries()) {
      if (signal.aborted) throw new CancelledError(keptWords(clock));
      clock.set(at);
      onProgress({ phase: `Making ${monthOf(at)}`, filesDone: 0, filesTotal: null, bytesDone: 0, bytesTotal: 0, share: i / scenes.length });
      await play({ lake: made.lake, receiving, processes, signal });
    }
    await receiving.close();
    return made;
  } catch (error) {
    await receiving?.close();
    await made.lake.close();
    throw error instanceof CancelledError ? new CancelledError(keptWords(clock)) : error;
  } finally {
    await processes.close();
  }
}

function keptWords(clock: Clock): string {
  return `The sample lake stays as far as it was made, into ${monthOf(clock.now())}. It can be looked at, or deleted like any folder.`;
}

function monthOf(at: number): string {
  return new Date(at).toLocaleString('en-US', { month: 'long', year: 'numeric', timeZone: 'America/New_York' });
}
