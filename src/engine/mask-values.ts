import { createHmac, createSecretKey } from 'node:crypto';
import { HmsError } from '../contract/index.ts';
import type { ContractPlan, MaskPlan, TypePlan } from './contracts/index.ts';
import { base32, derivedKey } from './masks/index.ts';
import type { MaskSecret } from './masks/index.ts';
import { roundDown } from './round-down.ts';

/** Takes a checked value as text, as the plain table has it, and gives the masked text. What is empty stays empty. */
export type Masker = (value: string | null, type: TypePlan) => string | null;

/** 80 bits: among a billion different values two are given one token with a chance of one in two million. */
const TOKEN_BYTES = 10;

/**
 * The function of a mask. The same value gives the same hash in every column and table of a lake, so that tables can be joined by it; a token is of another key, so that hash and token of a value
 * do not tell of one another. SECRET_MISSING where the mask needs the lake's secret and it is not there.
 */
export function maskerOf(mask: MaskPlan, secret: MaskSecret | null): Masker {
  switch (mask.how) {
    case 'none':
      return (value) => value;
    case 'redact':
      return (value) => (value === null ? null : mask.text);
    case 'hash': {
      const digest = keyed(needed(secret).key);
      return (value) => (value === null ? null : digest(value).toString('hex'));
    }
    case 'token': {
      const digest = keyed(derivedKey(needed(secret).key, 'hms-dta/mask-secret/token/1'));
      return (value) => (value === null ? null : base32(digest(value).subarray(0, TOKEN_BYTES)));
    }
    case 'generalize':
      return generalizer(mask);
  }
}

function generalizer(mask: Extract<MaskPlan, { how: 'generalize' }>): Masker {
  if ('to' in mask) return (value, type) => (value === null ? null : beginOf(value, mask.to, type));
  if ('step' in mask) return (value, type) => (value === null ? null : roundDown(value, mask.step, type));
  // Characters, not UTF-16 units: half of one would be no text.
  return (value) => (value === null ? null : [...value.slice(0, 2 * mask.first)].slice(0, mask.first).join(''));
}

/** The first day, or the first instant in UTC, of a value's year or month. */
function beginOf(value: string, to: 'year' | 'month', type: TypePlan): string {
  const day = to === 'year' ? `${value.slice(0, 4)}-01-01` : `${value.slice(0, 7)}-01`;
  return type.kind === 'timestamp' ? `${day}T00:00:00Z` : day;
}

/** The type that a column has in the table. */
export function maskedType(mask: MaskPlan, type: TypePlan): TypePlan {
  return mask.how === 'none' || mask.how === 'generalize' ? type : { kind: 'string' };
}

/** Whether rows under this contract can only be made by a station that has the lake's secret. */
export function needsSecret(plan: ContractPlan): boolean {
  return plan.columns.some(({ pii }) => pii?.mask.how === 'hash' || pii?.mask.how === 'token');
}

function needed(secret: MaskSecret | null): MaskSecret {
  if (secret !== null) return secret;
  throw new HmsError('SECRET_MISSING', 'This workstation does not have the secret of this lake, with which values are masked.', {
    kept: 'Nothing was changed; the drop is kept as it came.',
    next: 'On a workstation that has it run `hms dta secret share`, then here `hms dta secret accept` with the words that it prints.',
  });
}

function keyed(key: Uint8Array): (value: string) => Buffer {
  const held = createSecretKey(key);
  return (value) => createHmac('sha256', held).update(value, 'utf8').digest();
}
