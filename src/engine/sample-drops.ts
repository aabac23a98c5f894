import { numbers } from './sample-records.ts';

/**
 * The sample drops: tests of seat belts that two programs send in from August 2023 to July 2024, made up and the same on every machine. In the 90 days before the last of them, program 12
 * has 810 tests of Model-Z with 112 failures, and 744 of Model-A with 14.
 */
export interface SampleDrop {
  readonly program: number;
  /** `seatbelt_2024_07_31.csv` */
  readonly name: string;
  /** When it is sent in; milliseconds since 1970. */
  readonly at: number;
  readonly content: string;
}

const DAY_MS = 86_400_000;
const LAST = Date.UTC(2024, 6, 31);
/** Program 12 sends one drop a week: these, the last of which are in the 90 days. */
const WEEKS = 52;
const COUNTED = 13;
/** Program 7 sends one in eight weeks. */
const EVERY = 8;
/** Sent in at 14:00 UTC of their day; tests are of the five days that ended at noon. */
const SENT_AT_MS = 14 * 3_600_000;
const TESTED_WITHIN_S = 5 * 86_400;

const models = [
  { model: 'Model-Z', tests: 810, failures: 112, force: 412 },
  { model: 'Model-A', tests: 744, failures: 14, force: 455 },
] as const;

/** All drops, oldest first. */
export function seatBeltDrops(): SampleDrop[] {
  return Array.from({ length: WEEKS }, (_, week) => {
    const day = LAST - (WEEKS - 1 - week) * 7 * DAY_MS;
    const counted = week - (WEEKS - COUNTED);
    const weekly = dropOf(12, day, models.map((one) => ({ ...one, tests: shareOf(one.tests, counted), failures: shareOf(one.failures, counted) })));
    return week % EVERY === 0 ? [weekly, dropOf(7, day, [{ model: 'Model-K', tests: 25, failures: 1, force: 430 }])] : [weekly];
  }).flat();
}

/** What is left over when the total of the 90 days is shared out is in their last weeks, one more in each. */
function shareOf(total: number, counted: number): number {
  return Math.trunc(total / COUNTED) + (counted >= COUNTED - (total % COUNTED) ? 1 : 0);
}

interface Tests {
  readonly model: string;
  readonly tests: number;
  readonly failures: number;
  readonly force: number;
}

function dropOf(program: number, day: number, tests: readonly Tests[]): SampleDrop {
  const random = numbers(program * 100_000 + day / DAY_MS);
  const rows = tests.flatMap((one) => Array.from({ length: one.tests }, (_, i) => rowOf(one, i < one.failures, day, random)));
  rows.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  const name = `seatbelt_${new Date(day).toISOString().slice(0, 10).replaceAll('-', '_')}.csv`;
  return { program, name, at: day + SENT_AT_MS, content: `car_model,sensor_fail,test_time,rig,buckle_force,ssn\n${rows.map(({ text }) => text).join('')}` };
}

function rowOf({ model, force }: Tests, isFailure: boolean, day: number, random: () => number): { readonly time: string; readonly text: string } {
  const second = random() % TESTED_WITHIN_S;
  const time = `${new Date(day + 12 * 3_600_000 - second * 1000).toISOString().slice(0, 19)}Z`;
  const measured = force + (random() % 90) - (isFailure ? 180 : 20);
  // 900 to 999 are given to nobody, so no person has such a number.
  const ssn = `${900 + (random() % 100)}-${String(10 + (random() % 80))}-${String(1000 + (random() % 9000))}`;
  return { time, text: `${model},${isFailure ? 1 : 0},${time},RIG-${1 + (random() % 4)},${measured},${ssn}\n` };
}
