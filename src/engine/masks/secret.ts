import { hkdfSync } from 'node:crypto';

/** The lake's secret, with which values are hashed and tokens made. */
export interface MaskSecret {
  /** 32 hex digits, made of the key: what is recorded, and by which a key is recognised. */
  readonly id: string;
  /** 32 random bytes. */
  readonly key: Uint8Array;
}

const SECRET_BYTES = 32;
const DERIVED_BYTES = 32;
const ID_BYTES = 16;

/** A key for one use, from the lake's secret: HKDF (RFC 5869) with SHA-256, no salt, `use` as its info. Nothing that is known of it tells of the secret, or of the key for another use. */
export function derivedKey(key: Uint8Array, use: string, size = DERIVED_BYTES): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(0), use, size));
}

/** The id of a secret: who has the secret can tell that the id is its own, and nobody can tell the secret by the id. */
export function secretIdOf(key: Uint8Array): string {
  return Buffer.from(derivedKey(key, 'hms-dta/mask-secret/id/1', ID_BYTES)).toString('hex');
}

/** A new secret out of 32 random bytes. */
export function newSecret(random: (size: number) => Uint8Array): MaskSecret {
  const key = Uint8Array.from(random(SECRET_BYTES));
  return { id: secretIdOf(key), key };
}

/** The id that the domain `hms.contract` of a table (docs/formats/tables.md) names as that of the secret which its rows are masked with; null where it names none. */
export function secretInDomain(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'secret' in value && typeof value.secret === 'string' ? value.secret : null;
  } catch {
    return null;
  }
}
