import type { z } from 'zod';
import type { Path } from './document.ts';
import type { Faults } from './compile.ts';
import type { columnExtras, Property } from './odcs.ts';
import type { NumberFormat, TypePlan } from './plan.ts';
import { timeFormat } from './time-format.ts';

/** What is tried where a contract gives no format: what ISO 8601 and databases write. */
export const isoDate = ['yyyy-MM-dd'];
export const isoTime = ['HH:mm:ss', 'HH:mm', 'HH:mm:ss.S'];
export const isoTimestamp = ["yyyy-MM-dd'T'HH:mm:ssXXX", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.SXXX", "yyyy-MM-dd'T'HH:mm:ss.S", 'yyyy-MM-dd HH:mm:ssXXX', 'yyyy-MM-dd HH:mm:ss', 'yyyy-MM-dd HH:mm:ss.S', "yyyy-MM-dd'T'HH:mmXXX", "yyyy-MM-dd'T'HH:mm", 'yyyy-MM-dd HH:mm'];

type Options = Readonly<Record<string, unknown>>;
type Extras = { readonly [K in keyof typeof columnExtras]?: z.output<(typeof columnExtras)[K]> };

/** The type of a column, out of its logical type, its options, and the custom properties that say how values are written. */
export function columnType(property: Property, options: Options, extras: Extras, path: Path, faults: Faults): TypePlan {
  const { logicalType } = property;
  const misplaced = (name: keyof Extras, kinds: readonly string[]): void => {
    if (extras[name] !== undefined && !kinds.includes(logicalType)) faults.add([...path, 'customProperties'], `"${name}" is not for columns of the type ${logicalType}.`, 'Leave it out.');
  };
  misplaced('formats', ['date', 'time', 'timestamp']);
  misplaced('numberFormat', ['integer', 'number']);
  misplaced('trueValues', ['boolean']);
  misplaced('falseValues', ['boolean']);
  switch (logicalType) {
    case 'string':
    case 'object':
    case 'array':
      return { kind: logicalType };
    case 'boolean':
      return booleanType(extras, path, faults);
    case 'integer':
      return { kind: 'integer', bits: options['format'] === 'i32' ? 32 : 64, number: numberFormat(extras, path, faults) };
    case 'number': {
      const decimal = decimalOf(property.physicalType, [...path, 'physicalType'], faults);
      return { kind: 'number', decimal, bits: options['format'] === 'f32' ? 32 : 64, number: numberFormat(extras, path, faults) };
    }
    case 'date':
      return { kind: 'date', formats: formatsOf(options, extras, isoDate, path, faults, (format) => format.hasDate, 'a year, a month and a day') };
    case 'time':
      return { kind: 'time', formats: formatsOf(options, extras, isoTime, path, faults, (format) => format.hasTime, 'hours and minutes') };
    case 'timestamp': {
      const zone = typeof options['defaultTimezone'] === 'string' ? options['defaultTimezone'] : 'UTC';
      if (!isZone(zone)) faults.add([...path, 'logicalTypeOptions', 'defaultTimezone'], `"${zone.slice(0, 60)}" is not a time zone.`, 'Write one like America/New_York, or Etc/UTC.');
      return { kind: 'timestamp', formats: formatsOf(options, extras, isoTimestamp, path, faults, (format) => format.hasDate && format.hasTime, 'a date and a time'), zone: isZone(zone) ? zone : 'UTC' };
    }
  }
}

function booleanType({ trueValues = ['true', 't', 'yes', 'y', '1'], falseValues = ['false', 'f', 'no', 'n', '0'] }: Extras, path: Path, faults: Faults): TypePlan {
  const no = new Set(falseValues.map((value) => value.toLowerCase()));
  const both = trueValues.find((value) => no.has(value.toLowerCase()));
  if (both !== undefined) faults.add([...path, 'customProperties'], `"${both}" stands for both true and false.`, 'Give both trueValues and falseValues.');
  return { kind: 'boolean', trueValues, falseValues };
}

function numberFormat({ numberFormat: given = {} }: Extras, path: Path, faults: Faults): NumberFormat {
  const { decimal = '.', group = null, prefix = null, suffix = null } = given;
  if (decimal === group) faults.add([...path, 'customProperties'], `"${decimal}" is both the decimal point and the divider of thousands.`);
  return { decimal, group, prefix, suffix };
}

/** `DECIMAL(18,2)`; null where the physical type is none of these. */
function decimalOf(physical: string | undefined, path: Path, faults: Faults): { readonly precision: number; readonly scale: number } | null {
  if (physical === undefined || !/^\s*(decimal|numeric)\b/i.test(physical)) return null;
  const found = /^\s*(?:decimal|numeric)\s*\(\s*(\d{1,2})\s*(?:,\s*(\d{1,2})\s*)?\)\s*$/i.exec(physical);
  const [precision, scale] = [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)];
  if (found !== null && precision >= 1 && precision <= 38 && scale <= precision) return { precision, scale };
  faults.add(path, `"${physical.slice(0, 60)}" is not a decimal type.`, 'Write DECIMAL(18,2): at most 38 digits, and how many of them stand behind the point.');
  return null;
}

function formatsOf(options: Options, extras: Extras, standard: readonly string[], path: Path, faults: Faults, fits: (format: Exclude<ReturnType<typeof timeFormat>, string>) => boolean, needs: string): readonly string[] {
  const first = typeof options['format'] === 'string' ? [options['format']] : [];
  const given = [...first, ...(extras.formats ?? [])];
  const good: string[] = [];
  for (const [i, pattern] of given.entries()) {
    const format = timeFormat(pattern);
    const at = i < first.length ? [...path, 'logicalTypeOptions', 'format'] : [...path, 'customProperties'];
    if (typeof format === 'string') faults.add(at, `The format "${pattern.slice(0, 60)}" ${format}.`, 'Write it like yyyy-MM-dd HH:mm:ss.');
    else if (!fits(format)) faults.add(at, `The format "${pattern.slice(0, 60)}" does not give ${needs}.`);
    else good.push(pattern);
  }
  return given.length === 0 ? standard : good;
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
