import { HmsError } from '../../../src/contract/index.ts';
import type { DatasetId, ErrorCode } from '../../../src/contract/index.ts';
import { tidyStaging } from '../../../src/engine/drafting.ts';
import { codeOf } from '../../../src/engine/lake/index.ts';
import type { Disk } from '../../../src/engine/lake/index.ts';
import { openToWrite } from '../../../src/engine/open.ts';
import type { OpenOptions, ReadableLake, WritableLake } from '../../../src/engine/open.ts';
import type { FaultPlace } from './fault-place.ts';

/** What people do with a lake: a command that is given again after a fault, and then does what is left. */
export interface Scenario {
  readonly name: string;
  /** The saved state from which each trial begins. */
  readonly from: string;
  /** The command as a process of its own, from opening to closing. */
  command(place: FaultPlace, options: OpenOptions): Promise<void>;
  /** The same within a lake that is open, where a program goes on after an error. */
  readonly session?: Session;
  /** Whether what the command does is there, all of it; throws where only a part of it can be seen. */
  isDone(lake: ReadableLake, place: FaultPlace): Promise<boolean>;
  /** Codes with which the lake may refuse to be opened for writing while the command is not done. */
  readonly mayBeShut?: readonly ErrorCode[];
  /** The command makes the lake. */
  readonly isBirth?: boolean;
  /** Findings of the check that are true until the command is done. */
  readonly meanwhile?: RegExp;
  /** After the command was given again with success. `stranded`: nobody could tidy up after the fault. */
  readonly after?: (place: FaultPlace, stranded: boolean) => void;
  /** A disk that stumbles by itself, so that what a program does after an error is failed too. */
  readonly under?: () => Disk;
}

export type Session = (lake: WritableLake, place: FaultPlace) => Promise<void>;

export const DATASET = 'WF-2024-07' as DatasetId;
export { quiet } from './quiet.ts';

/** Opens for writing, as every command does, and works there. */
export async function within(options: OpenOptions, place: FaultPlace, session: Session): Promise<void> {
  const lake = await openToWrite(options);
  try {
    await tidy(lake);
    await session(lake, place);
  } finally {
    await lake.close();
  }
}

/** Removes what a finished act left; where that is not possible now it is in nobody's way, as the command line sees it too. */
export async function tidy(lake: WritableLake): Promise<void> {
  try {
    await tidyStaging(lake);
  } catch (error) {
    if (codeOf(error) === '') throw error;
  }
}

/** A scenario of one session. */
export function inSession(name: string, from: string, session: Session, isDone: Scenario['isDone'], rest: Partial<Pick<Scenario, 'after' | 'under' | 'meanwhile'>> = {}): Scenario {
  return { name, from, session, command: (place, options) => within(options, place, session), isDone, ...rest };
}

/** Goes on after an expected error, as people do who give a command twice. */
export async function orElse(first: () => Promise<unknown>, second: () => Promise<unknown>): Promise<void> {
  try {
    await first();
  } catch (error) {
    if (!(error instanceof HmsError)) throw error;
    await second();
  }
}
