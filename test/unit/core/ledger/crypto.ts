import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { EntryKey, KeyId, KeyRole } from '../../../../src/contract/index.ts';
import { toBase64, toHex } from '../../../../src/core/index.ts';
import type { Sha256Fn, VerifySignature } from '../../../../src/core/index.ts';

export const sha: Sha256Fn = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

export interface TestKey {
  readonly id: KeyId;
  readonly role: KeyRole;
  readonly spki: Uint8Array;
  readonly entryKey: EntryKey;
  sign(message: Uint8Array): string;
  signDer(message: Uint8Array): Uint8Array;
}

export function makeKey(role: KeyRole, namedCurve = 'P-256'): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve });
  const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
  const id = toHex(sha(spki)) as KeyId;
  const signDer = (message: Uint8Array) => new Uint8Array(sign('sha256', message, { key: privateKey, dsaEncoding: 'der' }));
  return { id, role, spki, entryKey: { id, role, spki: toBase64(spki) }, signDer, sign: (message) => toBase64(signDer(message)) };
}

/** A verifier of its own for each test file: reading a key costs more than using it. */
export function makeVerify(): VerifySignature {
  const keys = new Map<string, KeyObject>();
  return (spki, message, signature) => {
    try {
      const name = toHex(spki);
      const key = keys.get(name) ?? createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
      keys.set(name, key);
      return verify('sha256', message, { key, dsaEncoding: 'der' }, signature);
    } catch {
      return false;
    }
  };
}
