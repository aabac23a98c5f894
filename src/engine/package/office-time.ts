import type { Instant } from '../../contract/index.ts';

/**
 * The instant as the office's clocks showed it: `2024-07-30 19:59:59 -04:00 (America/New_York)`. null where this system does not know the zone.
 *
 * Put together from numbers, because the order and the words of a locale change from one version of its data to the next.
 */
export function officeTime(instant: Instant, zone: string): string | null {
  const at = new Date(instant);
  let parts;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  const [year, month, day, hour, minute, second] = (['year', 'month', 'day', 'hour', 'minute', 'second'] as const).map((type) => Number(parts.get(type)));
  if (year === undefined || month === undefined || day === undefined || hour === undefined || minute === undefined || second === undefined) return null;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  const offset = Math.round((wall - Math.floor(at.getTime() / 1000) * 1000) / 60_000);
  const text = new Date(wall).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 19)} ${offset < 0 ? '-' : '+'}${twoDigits(Math.abs(offset) / 60)}:${twoDigits(Math.abs(offset) % 60)} (${zone})`;
}

function twoDigits(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}
