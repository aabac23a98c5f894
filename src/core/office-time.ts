import { instantOf } from '../contract/index.ts';
import type { Instant } from '../contract/index.ts';

/** Times as people of an office write them, without an offset, and the instants that they mean. */

export type OfficeTime =
  | { readonly kind: 'instant'; readonly at: Instant; /** Whether its offset was that of the office. */ readonly isOffice: boolean }
  /** No date and time, or none that exists. */
  | { readonly kind: 'unreadable' }
  /** Left out when clocks were put forward. */
  | { readonly kind: 'never' }
  /** Shown by clocks two times when they were put back. */
  | { readonly kind: 'twice'; readonly first: Instant; readonly second: Instant };

const FORM = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/i;
const DAY = 86_400_000;

/** `2024-07-30`, `2024-07-30 23:59:59`, with or without fraction and offset; a date alone is its first moment. Fractions of milliseconds are dropped. */
export function officeTime(text: string, zone: string): OfficeTime {
  const found = FORM.exec(text.trim());
  if (found === null) return { kind: 'unreadable' };
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part: string | undefined) => Number(part ?? '0')) as [number, number, number, number, number, number];
  const clock = Date.UTC(year, month - 1, day, hour, minute, second, Number((found[7] ?? '').padEnd(3, '0').slice(0, 3)));
  const exists = new Date(clock).toISOString().startsWith(`${found[1] ?? ''}-${found[2] ?? ''}-${found[3] ?? ''}T${(found[4] ?? '00')}:${found[5] ?? '00'}:${found[6] ?? '00'}`);
  if (!exists) return { kind: 'unreadable' };
  const offset = found[8];
  if (offset !== undefined) return { kind: 'instant', at: instantOf(clock - minutesOf(offset) * 60_000), isOffice: false };
  const offsets = new Set([offsetAt(clock - DAY, zone), offsetAt(clock + DAY, zone)]);
  const [first, second_] = [...offsets].map((ms) => clock - ms).filter((ms) => offsetAt(ms, zone) === clock - ms).sort((a, b) => a - b);
  if (first === undefined) return { kind: 'never' };
  if (second_ !== undefined) return { kind: 'twice', first: instantOf(first), second: instantOf(second_) };
  return { kind: 'instant', at: instantOf(first), isOffice: true };
}

function minutesOf(offset: string): number {
  const found = /^([+-])(\d\d):?(\d\d)?$/.exec(offset);
  if (found === null) return 0;
  return (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3] ?? '0'));
}

/** How far the zone's clocks are ahead of UTC at an instant, ms. */
function offsetAt(ms: number, zone: string): number {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric', era: 'short' },
  });
  const parts = new Map(format.formatToParts(new Date(ms)).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return shown - Math.floor(ms / 1000) * 1000;
}
