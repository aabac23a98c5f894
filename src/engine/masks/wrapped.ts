import { createCipheriv, createDecipheriv, scrypt } from 'node:crypto';
import { z } from 'zod';
import { Instant, KeyId } from '../../contract/index.ts';
import { canonicalJson } from '../../core/index.ts';
import { passphraseText } from './passphrase/index.ts';
import { secretIdOf } from './secret.ts';
import type { MaskSecret } from './secret.ts';

/** Copies of the secret that lie on the lake, each closed by a passphrase: docs/formats/secrets.md section 4. */

/** Cost of one guess: 128 MB of memory and about half a second. Other values are another format. */
const KDF = { n: 131_072, r: 8, p: 1 } as const;
const [KEY_BYTES, SALT_BYTES, NONCE_BYTES, TAG_BYTES] = [32, 16, 12, 16];

export const SecretId = z.string().regex(/^[0-9a-f]{32}$/);
const Base64 = z.base64().max(200);

export const WrappedSecret = z.strictObject({
  v: z.literal(1),
  secret: SecretId,
  made: Instant,
  /** Who made the copy. */
  station: KeyId,
  kdf: z.strictObject({ name: z.literal('scrypt'), n: z.literal(KDF.n), r: z.literal(KDF.r), p: z.literal(KDF.p), salt: Base64 }),
  cipher: z.strictObject({ name: z.literal('aes-256-gcm'), nonce: Base64 }),
  /** The 32 bytes of the secret, enciphered, and the 16 of the tag after them. */
  sealed: Base64,
});
export type WrappedSecret = z.infer<typeof WrappedSecret>;

/** Closes a secret. Salt and nonce are new each time, so that no key is used twice. */
export async function wrapSecret(secret: MaskSecret, passphrase: string, of: { readonly made: Instant; readonly station: KeyId }, random: (size: number) => Uint8Array): Promise<WrappedSecret> {
  const [salt, nonce] = [random(SALT_BYTES), random(NONCE_BYTES)];
  const open: Omit<WrappedSecret, 'sealed'> = {
    v: 1,
    secret: secret.id,
    ...of,
    kdf: { name: 'scrypt', ...KDF, salt: Buffer.from(salt).toString('base64') },
    cipher: { name: 'aes-256-gcm', nonce: Buffer.from(nonce).toString('base64') },
  };
  const cipher = createCipheriv('aes-256-gcm', await stretched(passphrase, salt), nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(told(open));
  const sealed = Buffer.concat([cipher.update(secret.key), cipher.final(), cipher.getAuthTag()]);
  return { ...open, sealed: sealed.toString('base64') };
}

/** The secret in a copy; null where the passphrase does not open it, or anything of the copy was changed. */
export async function unwrapSecret(wrapped: WrappedSecret, passphrase: string): Promise<MaskSecret | null> {
  const { sealed, ...open } = wrapped;
  const [bytes, salt, nonce] = [Buffer.from(sealed, 'base64'), Buffer.from(open.kdf.salt, 'base64'), Buffer.from(open.cipher.nonce, 'base64')];
  if (bytes.length !== KEY_BYTES + TAG_BYTES || salt.length !== SALT_BYTES || nonce.length !== NONCE_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', await stretched(passphrase, salt), nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(told(open));
  decipher.setAuthTag(bytes.subarray(KEY_BYTES));
  const key = decipher.update(bytes.subarray(0, KEY_BYTES));
  try {
    decipher.final();
  } catch {
    // The one thing that fails here is the tag.
    return null;
  }
  const id = secretIdOf(key);
  return id === open.secret ? { id, key: new Uint8Array(key) } : null;
}

/** What the copy says openly is sealed with it. */
const told = (open: Omit<WrappedSecret, 'sealed'>): Buffer => Buffer.from(canonicalJson(open));

function stretched(passphrase: string, salt: Uint8Array): Promise<Buffer> {
  const { n, r, p } = KDF;
  return new Promise((resolve, reject) => {
    scrypt(passphraseText(passphrase), salt, KEY_BYTES, { N: n, r, p, maxmem: 256 * 2 ** 20 }, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
