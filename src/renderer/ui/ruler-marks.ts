/** One version on the ruler. */
export interface RulerVersion {
  readonly version: number;
  readonly at: string;
  /** As it arrived, or made by a transform. */
  readonly raw: boolean;
}

/** A mark: one version, or several that stand too near one another to be told apart. */
export interface Mark {
  /** From the left, in px. */
  readonly x: number;
  /** Oldest first; never empty. */
  readonly versions: readonly RulerVersion[];
}

/** Marks nearer than this, in px, become one with a count. */
export const APART_PX = 24;

/** Where instants stand on a ruler of `width` px, from `margin` px on: the first version at the left, `now` at the right end. */
export function scaleOf(versions: readonly RulerVersion[], now: number, width: number, margin = 40): (at: number) => number {
  const start = Math.min(...versions.map(({ at }) => Date.parse(at)), now);
  const span = Math.max(now - start, 1);
  return (at) => margin + ((Math.min(Math.max(at, start), now) - start) / span) * Math.max(width - margin - 8, 1);
}

/** The marks of versions, left to right. */
export function marksOf(versions: readonly RulerVersion[], x: (at: number) => number): Mark[] {
  const marks: { x: number; versions: RulerVersion[] }[] = [];
  for (const version of versions.toSorted((a, b) => a.version - b.version)) {
    const at = x(Date.parse(version.at));
    const last = marks.at(-1);
    if (last !== undefined && at - last.x < APART_PX) last.versions.push(version);
    else marks.push({ x: at, versions: [version] });
  }
  return marks;
}

/** An instant under the ruler, and how it is written: its date, or its time where the whole ruler is a day or two. */
export interface Tick {
  readonly at: number;
  readonly form: 'date' | 'time';
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const steps = [MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE, 3 * 60 * MINUTE, 6 * 60 * MINUTE, 12 * 60 * MINUTE, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 91 * DAY, 182 * DAY, 365 * DAY, 730 * DAY, 1826 * DAY];

/** Ticks between two instants, at least `apart` px from one another on `width` px. */
export function ticksOf(start: number, end: number, width: number, apart = 112): Tick[] {
  const most = Math.max(1, Math.floor(width / apart));
  const step = steps.find((ms) => (end - start) / ms <= most) ?? (end - start) / most;
  const form = step < DAY ? 'time' : 'date';
  const ticks: Tick[] = [];
  for (let at = Math.ceil(start / step) * step; at <= end; at += step) ticks.push({ at, form });
  return ticks;
}

/** The newest version at the end of a day; null where there was none yet. `dayOf` gives the day of an instant, as `2024-08-05`. */
export function versionOn(day: string, versions: readonly RulerVersion[], dayOf: (at: string) => string): number | null {
  const until = versions.filter(({ at }) => dayOf(at) <= day).map(({ version }) => version);
  return until.length === 0 ? null : Math.max(...until);
}
