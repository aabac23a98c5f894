import { getHashes } from 'node:crypto';

/** An algorithm of a manifest, RFC 8493 section 2.4. */
export interface Algorithm {
  /** As it stands in the name of a manifest. */
  readonly name: string;
  /** As Node calls it. */
  readonly hash: string;
  /** Bytes of a checksum. */
  readonly bytes: number;
}

const table: readonly Algorithm[] = [
  { name: 'md5', hash: 'md5', bytes: 16 },
  { name: 'sha1', hash: 'sha1', bytes: 20 },
  { name: 'sha224', hash: 'sha224', bytes: 28 },
  { name: 'sha256', hash: 'sha256', bytes: 32 },
  { name: 'sha384', hash: 'sha384', bytes: 48 },
  { name: 'sha512', hash: 'sha512', bytes: 64 },
  { name: 'sha512256', hash: 'sha512-256', bytes: 32 },
  { name: 'sha3224', hash: 'sha3-224', bytes: 28 },
  { name: 'sha3256', hash: 'sha3-256', bytes: 32 },
  { name: 'sha3384', hash: 'sha3-384', bytes: 48 },
  { name: 'sha3512', hash: 'sha3-512', bytes: 64 },
  { name: 'blake2b512', hash: 'blake2b512', bytes: 64 },
  { name: 'blake2s256', hash: 'blake2s256', bytes: 32 },
];

/** The algorithm of a name such as `sha256`, `SHA256` or `sha-256`; null where it is not known, or this Node does not have it (Electron's has no SHA-3). */
export function algorithmOf(name: string): Algorithm | null {
  const plain = plainName(name);
  return table.find((one) => one.name === plain && getHashes().includes(one.hash)) ?? null;
}

/** RFC 8493 section 2.4: small letters, and nothing but letters and digits. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
