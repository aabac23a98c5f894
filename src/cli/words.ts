import { counted, grouped } from '../core/index.ts';

/** Numbers, times and names as people read them on a terminal. */

export { counted as count, grouped };

/** `6,102,144 bytes` */
export function bytes(n: number): string {
  return counted(n, 'byte');
}

/**
 * Text from files, names and other people's words as it may stand on a terminal: control characters, line ends, lone surrogates and the characters that turn the
 * direction of writing or have no width come out as `\u{N}`, because a name must not be able to move the cursor or to look like another name.
 */
export function shown(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u{61c}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{206f}\u{feff}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Columns that a text takes on a terminal; East Asian wide characters and emoji take two, combining marks none. */
export function width(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (/[\p{Mn}\p{Me}]/u.test(character)) continue;
    columns += /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u.test(character) ? 2 : 1;
  }
  return columns;
}

/** Instants as the office's clocks show them: `2024-07-30 19:59:59 -04:00`. In UTC where this system does not know the zone. */
export function officeClock(zone: string): (instant: string) => string {
  const format = formatFor(zone) ?? formatFor('UTC');
  return (instant) => {
    const parts = new Map(format?.formatToParts(new Date(instant)).map(({ type, value }) => [type, value]));
    const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
    // longOffset gives "GMT-04:00", and "GMT" alone for UTC.
    const offset = part('timeZoneName').slice(3) || '+00:00';
    return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}:${part('second')} ${offset}`;
  };
}

function formatFor(zone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', {
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
      timeZoneName: 'longOffset',
    });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** `12 s`, `3 min 20 s`, `1 h 5 min` */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
