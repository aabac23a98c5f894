import type { SureValue } from './contracts/index.ts';
import type { MaskSecret } from './masks/index.ts';

/** Masks in SQL, of typed values: the same values as mask-values.ts makes of their texts, which the tests hold against one another. */

/** Parameters of a statement that masks; never part of its text, nor of what is said of it. */
export type MaskKeys = Readonly<Record<'1' | '2', string>>;

const BLOCK = 64;

/**
 * The key of a secret as the two blocks of HMAC (RFC 2104 section 2), in hex: `1` is outer, `2` inner. A key of 32 bytes is less than a block of SHA-256.
 */
export function maskKeys({ key }: MaskSecret): MaskKeys {
  const padded = (byte: number): string => {
    const block = Buffer.alloc(BLOCK, byte);
    for (const [i, one] of key.entries()) block[i] = one ^ byte;
    return block.toString('hex');
  };
  return { '1': padded(0x5c), '2': padded(0x36) };
}

/** Null where a mask has nothing here; the value itself where nothing is masked. */
export function maskedSql({ plan: { pii, type }, value, text }: SureValue): string | null {
  const mask = pii?.mask ?? { how: 'none' };
  switch (mask.how) {
    case 'none':
      return value;
    case 'redact':
      return `CASE WHEN ${value} IS NOT NULL THEN '${mask.text.replaceAll("'", "''")}' END`;
    case 'hash':
      return text === null ? null : `sha256(unhex($1) || unhex(sha256(unhex($2) || encode(${text}))))`;
    case 'token':
      return null;
    case 'generalize':
      if ('first' in mask) return type.kind === 'string' ? `left(${value}, ${mask.first})` : null;
      if ('step' in mask) return null;
      return type.kind === 'date' || type.kind === 'timestamp' ? `CAST(date_trunc('${mask.to}', ${value}) AS ${type.kind === 'date' ? 'DATE' : 'TIMESTAMP'})` : null;
  }
}

/** Whether a value is masked with the secret. */
export function isKeyed({ plan: { pii } }: SureValue): boolean {
  return pii?.mask.how === 'hash';
}
