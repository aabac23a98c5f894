import type { Entry } from '../contract/index.ts';
import { MAX_REFS } from '../contract/index.ts';

/**
 * The form of nearly every entry: version 1, canonical, ASCII without escapes, no officer's act and no key. One expression sees at once that its members
 * are these, in canonical order, each in the form that the schema asks for; the schema and the writing of canonical JSON take five times as long.
 */
const HEX = '[0-9a-f]{64}';
const INSTANT = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z';
const UUID_END = '[0-9a-f]{4}-[0-9a-f]{12}';
const TEXT = '[ !#-\\[\\]-~]';
const REF = `\\{"ref":"${TEXT}{1,200}","sha256":"${HEX}"\\}`;
const REFS = `\\[(?:${REF}(?:,${REF}){0,${String(MAX_REFS - 1)}})?\\]`;
const plainEntry = new RegExp(
  `^\\{"actor":"${HEX}","at":"${INSTANT}","body":(?:null|\\{"commit":"${HEX}","size":(?:0|[1-9]\\d{0,14})\\}),"clock":"${INSTANT}",` +
    `"inputs":${REFS},"lake":"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-${UUID_END}","op":"[a-z]+\\.[a-z_]+","outputs":${REFS},` +
    `"prev":"${HEX}","seq":(?:0|[1-9]\\d{0,8}),"sig":"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?","station":"${HEX}",` +
    `"subject":"${TEXT}{1,200}","txn":"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}","v":1\\}$`,
);

/** The entry in this text where it has the plain form; null says nothing: whoever asks must look in the other way, with `parseEntry`. */
export function parsePlainEntry(text: string): Entry | null {
  if (!plainEntry.test(text)) return null;
  // Not cut out of the text: a part of a text keeps all of it in memory, and of every entry some words are kept.
  const entry = JSON.parse(text) as Entry;
  return isOnCalendar(entry.at) && isOnCalendar(entry.clock) ? entry : null;
}

/** The entry in a text in which `parsePlainEntry` found one, without looking whether it has that form. */
export function readPlainEntry(text: string): Entry {
  return JSON.parse(text) as Entry;
}

/** What the station signed of a text in which `parsePlainEntry` found an entry: all but the member `sig`. No string of it can hold the quotation mark that is looked for. */
export function signedPartOfPlain(text: string, { sig }: Entry): string {
  const at = text.indexOf(',"sig":"');
  return text.slice(0, at) + text.slice(at + ',"sig":""'.length + sig.length);
}

/** Whether the day and the time are some that exist; the digits and marks are in their places. */
function isOnCalendar(instant: string): boolean {
  const two = (at: number): number => (instant.charCodeAt(at) - 48) * 10 + instant.charCodeAt(at + 1) - 48;
  const month = two(5);
  const day = two(8);
  return month >= 1 && month <= 12 && day >= 1 && (day <= 28 || isLastDays(instant, month, day)) && two(11) <= 23 && two(14) <= 59 && two(17) <= 59;
}

function isLastDays(instant: string, month: number, day: number): boolean {
  if (month !== 2) return day <= (month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31);
  const year = Number(instant.slice(0, 4));
  return day === 29 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
