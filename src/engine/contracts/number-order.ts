/** Numbers compared digit for digit: a double keeps 15 digits surely, and whole numbers and decimals have up to 38. */

export interface ExactNumber {
  /** All of its digits, as one whole number. */
  readonly digits: bigint;
  /** How many of them stand behind the point. */
  readonly scale: number;
}

/** A text of plain digits with a point or without one, or a number as JavaScript has it; null for what is none, or has hundreds of digits. */
export function exactNumber(number: number | string): ExactNumber | null {
  const text = typeof number === 'number' && Number.isInteger(number) ? String(BigInt(number)) : String(number);
  const found = /^(-?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?$/i.exec(text);
  const [, sign = '', whole = '', behind = '', exponent = '0'] = found ?? [];
  if (whole === '' && behind === '') return null;
  const scale = behind.length - Number(exponent);
  const digits = BigInt(`${sign}${whole}${behind}`) * 10n ** BigInt(Math.max(0, -scale));
  return { digits, scale: Math.max(0, scale) };
}

/** Less than 0, 0 or more than 0, as the one is less than the other, equal or more. */
export function compareExact(one: ExactNumber, other: ExactNumber): number {
  const scale = Math.max(one.scale, other.scale);
  const [a, b] = [one, other].map(({ digits, scale: own }) => digits * 10n ** BigInt(scale - own)) as [bigint, bigint];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The number as it is written where its digits say another one than JavaScript keeps, else the number. */
export function exactly(value: number, written: string): number | string {
  const [kept, meant] = [exactNumber(value), exactNumber(written)];
  return kept === null || meant === null || compareExact(kept, meant) === 0 ? value : written;
}

/** Whether one limit is more than another, of the same kind: digit for digit where both are numbers, else as text that sorts. */
export function isMore(one: number | string, other: number | string): boolean {
  const [a, b] = [exactNumber(one), exactNumber(other)];
  return a === null || b === null ? one > other : compareExact(a, b) > 0;
}

/** Longer texts may have more digits than a double keeps. */
const SURE_LENGTH = 15;

/** How values, in the table's form, are to a limit. */
export function orderTo(limit: number | string): (value: string) => number {
  const number = Number(limit);
  const exact = exactNumber(limit);
  return (value) => {
    const own = value.length <= SURE_LENGTH || exact === null ? null : exactNumber(value);
    return own === null || exact === null ? Number(value) - number : compareExact(own, exact);
  };
}
