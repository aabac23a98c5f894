import type { Path } from './document.ts';
import type { Faults } from './compile.ts';
import type { LimitsPlan, TypePlan } from './plan.ts';
import { isMore } from './number-order.ts';
import { valueReader } from './values.ts';

/** What single values may be. */

type Options = Readonly<Record<string, unknown>>;
/** Of a number that is calculated with: it would be another one than the one that was written. */
export const TOO_MANY_DIGITS = ['The number has more digits than are calculated with here.', 'Write one with at most 15 digits.'] as const;
const bounds = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'] as const;

export function limitsOf(type: TypePlan, options: Options, path: Path, faults: Faults): LimitsPlan {
  const limits: Record<string, unknown> = {};
  for (const name of ['minLength', 'maxLength', 'pattern', 'multipleOf'] as const) if (options[name] !== undefined) limits[name] = options[name];
  for (const name of bounds) {
    const value = options[name];
    if (value === undefined) continue;
    if (typeof value === 'number') {
      limits[name] = faults.exact([...path, name], value);
      continue;
    }
    const read = readBound(type, String(value));
    if (read === null) faults.add([...path, name], `"${String(value).slice(0, 60)}" is not a ${type.kind}.`, 'Write it as the files do, or as ISO 8601: 2026-07-30.');
    else limits[name] = read;
  }
  const [least, most] = [limits['minimum'] ?? limits['exclusiveMinimum'], limits['maximum'] ?? limits['exclusiveMaximum']];
  if (least !== undefined && most !== undefined && isMore(least as number | string, most as number | string)) faults.add(path, 'The least value allowed is more than the most.');
  const step = options['multipleOf'];
  if (typeof step === 'number' && typeof faults.exact([...path, 'multipleOf'], step) === 'string') faults.add([...path, 'multipleOf'], ...TOO_MANY_DIGITS);
  const { minLength, maxLength } = limits as LimitsPlan;
  if (minLength !== undefined && maxLength !== undefined && minLength > maxLength) faults.add(path, 'The least length allowed is more than the most.');
  return limits as LimitsPlan;
}

/** A bound in the form of the files, or in ISO 8601 whatever the files have. */
function readBound(type: TypePlan, text: string): string | null {
  const own = valueReader(type)(text);
  if (own !== null) return own;
  if (type.kind === 'date') return valueReader({ kind: 'date', formats: ['yyyy-MM-dd'] })(text);
  if (type.kind === 'timestamp') return valueReader({ ...type, formats: ["yyyy-MM-dd'T'HH:mm:ssXXX", 'yyyy-MM-dd HH:mm:ss'] })(text);
  return null;
}

const MOST_PATTERN = 500;

/**
 * What is wrong with a pattern, the end of the sentence "The pattern …"; null where it can be used. Patterns are matched by RE2, whose time grows with the value and never more,
 * so what only backtracking can do is refused.
 */
export function patternFault(pattern: string): string | null {
  if (pattern.length > MOST_PATTERN) return `has more than ${MOST_PATTERN} characters`;
  try {
    new RegExp(`^(?:${pattern})$`, 'u');
  } catch (error) {
    const why = error instanceof SyntaxError ? error.message.replace(/^Invalid regular expression: \/.*\/u: /s, '') : 'it cannot be read';
    return `is not a regular expression: ${why}`;
  }
  if (/\(\?<?[=!]/.test(pattern)) return 'looks ahead or behind, which is not possible here';
  if (/\\(?:[1-9]|k<)/.test(pattern)) return 'refers back to a group, which is not possible here';
  return null;
}
