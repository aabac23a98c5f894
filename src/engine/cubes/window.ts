import { instantOf } from '../../contract/index.ts';
import type { Instant } from '../../contract/index.ts';

/** The rows that a rolling window lets in: those after the one instant and not after the other. */
export interface CubeWindow {
  readonly column: string;
  readonly days: number;
  readonly after: Instant;
  readonly until: Instant;
}

const DAY = 86_400_000;

export function windowOf({ column, days }: { readonly column: string; readonly days: number }, until: Instant): CubeWindow {
  return { column, days, after: instantOf(Date.parse(until) - days * DAY), until };
}

/**
 * Its bounds for a column of a table, as texts. An instant is taken as it is. A date is a day of the office: the last one is the day on which the window ends there, and as many days as the
 * window has are in it, that one counted.
 */
export function boundsFor(type: 'date' | 'timestamp', { days, after, until }: CubeWindow, zone: string): { readonly after: string; readonly until: string } {
  if (type === 'timestamp') return { after, until };
  const last = new Intl.DateTimeFormat('en-CA', { timeZone: zone, calendar: 'gregory', numberingSystem: 'latn', year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date(until));
  return { after: new Date(Date.parse(`${last}T00:00:00.000Z`) - days * DAY).toISOString().slice(0, 10), until: last };
}
