/**
 * Instants as people read them. Every instant is stored in UTC and shown in the office's time zone; the zone stands in the status bar, UTC to the millisecond
 * is one hover away.
 */
export interface Dates {
  /** `Aug 5, 8:47 AM`; with the year where it is not this one. */
  instant(at: string): string;
  /** `8:47 AM` today, else `Aug 5`, else `Aug 5, 2023`. */
  short(at: string): string;
  /** `Monday, August 5, 2024 at 8:47:12 AM EDT`. */
  full(at: string): string;
  /** `Monday, August 5, 2024`. */
  day(at: string): string;
  /** `Aug 5`; with the year where it is not this one. */
  date(at: string): string;
  /** `2024-08-05`, as a field for dates takes it. */
  isoDay(at: string): string;
  /** `2024-08-05 12:47:12.408 UTC`. */
  utc(at: string): string;
  /** `8:47 AM`. */
  time(at: string): string;
  /** Short name of the zone at that instant: `EDT`. */
  zoneName(at: string): string;
}

/** Formats for a language and a zone of the IANA database. A zone that this system does not know is shown as UTC. `now` tells which year is this one. */
export function datesOf(locale: string, zone: string, now: () => number): Dates {
  const timeZone = knownZone(zone);
  const format = (options: Intl.DateTimeFormatOptions): ((at: string) => string) => {
    const made = new Intl.DateTimeFormat(locale, { timeZone, ...options });
    // Newer ICU puts a narrow no-break space before AM; a plain one is what people search and compare with.
    return (at) => made.format(Date.parse(at)).replaceAll(' ', ' ');
  };
  const time = format({ hour: 'numeric', minute: '2-digit' });
  const date = format({ month: 'short', day: 'numeric' });
  const dateOfYear = format({ month: 'short', day: 'numeric', year: 'numeric' });
  const dayNumber = format({ year: 'numeric', month: '2-digit', day: '2-digit' });
  const isoParts = new Intl.DateTimeFormat('en-US', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const year = format({ year: 'numeric' });
  const today = (): string => new Date(now()).toISOString();
  const dated = (at: string): string => (year(at) === year(today()) ? date(at) : dateOfYear(at));
  return {
    instant: (at) => `${dated(at)}, ${time(at)}`,
    short: (at) => (dayNumber(at) === dayNumber(today()) ? time(at) : dated(at)),
    full: format({ weekday: 'long', month: 'long', day: 'numeric', year: 'numeric', hour: 'numeric', minute: '2-digit', second: '2-digit', timeZoneName: 'short' }),
    day: format({ weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' }),
    date: dated,
    isoDay: (at) => {
      const parts = Object.fromEntries(isoParts.formatToParts(Date.parse(at)).map(({ type, value }) => [type, value]));
      return `${parts['year']?.padStart(4, '0')}-${parts['month']}-${parts['day']}`;
    },
    utc: (at) => `${new Date(Date.parse(at)).toISOString().replace('T', ' ').replace('Z', '')} UTC`,
    time,
    zoneName: (at) => new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'short' }).formatToParts(Date.parse(at)).find(({ type }) => type === 'timeZoneName')?.value ?? timeZone,
  };
}

function knownZone(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}
