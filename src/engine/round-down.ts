import type { TypePlan } from './contracts/index.ts';

/** A number as digits and the place of its point: digits × 10^-scale. */
interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/**
 * The largest multiple of a step that is not above the value, as the column's type writes it: 47 with the step 10 is 40, -3 is -10. Counted in whole digits, so that 0.3 is a multiple of 0.1.
 * Where the type cannot hold the multiple (a step of 0.25 in a column with one digit behind the point, a value at the type's lower end), the next lower value that it can hold, or its lowest.
 */
export function roundDown(value: string, step: number, type: TypePlan): string {
  const [number, by] = [decimalOf(value), decimalOf(String(step))];
  const scale = Math.max(number.scale, by.scale);
  const size = scaled(by, scale);
  const multiple = floorDivide(scaled(number, scale), size) * size;
  if (type.kind === 'integer') {
    const whole = floorDivide(multiple, 10n ** BigInt(scale));
    return String(atLeast(whole, -(2n ** BigInt(type.bits - 1))));
  }
  if (type.kind === 'number' && type.decimal !== null) {
    const held = floorDivide(multiple * 10n ** BigInt(type.decimal.scale), 10n ** BigInt(scale));
    return digitsWith(atLeast(held, 1n - 10n ** BigInt(type.decimal.precision)), type.decimal.scale);
  }
  const float = Number(digitsWith(multiple, scale));
  return String(type.kind === 'number' && type.bits === 32 ? Math.fround(float) : float);
}

const atLeast = (value: bigint, least: bigint): bigint => (value < least ? least : value);
const scaled = ({ digits, scale }: Decimal, to: number): bigint => digits * 10n ** BigInt(to - scale);

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by !== 0n && value < 0n ? quotient - 1n : quotient;
}

/** Of a number as checked values have it: `-12.50`, `1e-7`. */
function decimalOf(text: string): Decimal {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (found === null) throw new RangeError('A value that is no number was to be rounded.');
  const [, sign = '', whole = '', behind = '', exponent = '0'] = found;
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${behind}` || '0');
  const scale = behind.length - Number(exponent);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

function digitsWith(digits: bigint, scale: number): string {
  if (scale === 0) return String(digits);
  const all = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0');
  return `${digits < 0n ? '-' : ''}${all.slice(0, -scale)}.${all.slice(-scale)}`;
}
