import { equalBytes, fromBase64, toBase64, utf8 } from './bytes.ts';
import type { Sha256Fn } from './bytes.ts';

/** C2SP tlog-checkpoint in a C2SP signed-note: the tree's size and root, and who vouches for them. docs/formats/lake.md section 8. */

/**
 * Whether `signatureDer` is the ECDSA P-256 signature (DER) of `message`, hashed with SHA-256, under a DER SubjectPublicKeyInfo. False,
 * never a throw, on a key or signature that cannot be read.
 */
export type VerifySignature = (spki: Uint8Array, message: Uint8Array, signatureDer: Uint8Array) => boolean;

/** One signature line. `keyHash` is 4 bytes; `signature` is all that follows them. */
export interface NoteSignature {
  readonly name: string;
  readonly keyHash: Uint8Array;
  readonly signature: Uint8Array;
}

export interface Checkpoint {
  /** What is signed: the three lines, with the last line end. */
  readonly text: string;
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** All lines in order, those of unknown keys and types too. */
  readonly signatures: readonly NoteSignature[];
}

const KEY_HASH_BYTES = 4;
const ROOT_BYTES = 32;
/** The standard asks for at least 16. */
const MAX_SIGNATURES = 64;

/** The signed text: origin, size in decimal, root in base64, a line each. */
export function checkpointText(origin: string, size: number, root: Uint8Array): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** Key hash of signature type 0x02 (ECDSA): the first 4 bytes of SHA-256 of the DER SubjectPublicKeyInfo. */
export function noteKeyHash(sha: Sha256Fn, spki: Uint8Array): Uint8Array {
  return sha(spki).slice(0, KEY_HASH_BYTES);
}

/** The whole note: text, empty line, signature lines. */
export function formatCheckpoint(text: string, signatures: readonly NoteSignature[]): string {
  return `${text}\n${signatures.map(signatureLine).join('')}`;
}

function signatureLine({ name, keyHash, signature }: NoteSignature): string {
  const blob = new Uint8Array(keyHash.length + signature.length);
  blob.set(keyHash);
  blob.set(signature, keyHash.length);
  return `— ${name} ${toBase64(blob)}\n`;
}

/**
 * Reads a checkpoint; null where one byte is not as the standards say (or where there are more than 64 signatures). Extension lines are
 * refused: our checkpoints have none. Nothing is verified here.
 */
export function parseCheckpoint(note: string): Checkpoint | null {
  const found = /^([^\n]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/=]{44})\n\n((?:— [^\n]+\n)+)$/.exec(note);
  if (!found || hasControlCharacter(note) || !note.isWellFormed()) return null;
  const [, origin = '', digits = '', rootText = '', lines = ''] = found;
  const size = Number(digits);
  const root = fromBase64(rootText);
  if (!Number.isSafeInteger(size) || root?.length !== ROOT_BYTES) return null;
  const signatures: NoteSignature[] = [];
  for (const line of lines.split('\n').slice(0, -1)) {
    const signature = parseSignatureLine(line);
    if (signature === null || signatures.length === MAX_SIGNATURES) return null;
    signatures.push(signature);
  }
  return { text: checkpointText(origin, size, root), origin, size, root, signatures };
}

function parseSignatureLine(line: string): NoteSignature | null {
  const found = /^— ([^\s\p{White_Space}+]+) ([A-Za-z0-9+/=]+)$/u.exec(line);
  const blob = fromBase64(found?.[2] ?? '');
  if (!found || blob === null || blob.length <= KEY_HASH_BYTES) return null;
  return { name: found[1] ?? '', keyHash: blob.slice(0, KEY_HASH_BYTES), signature: blob.slice(KEY_HASH_BYTES) };
}

function hasControlCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 && code !== 0x0a) return true;
  }
  return false;
}

/**
 * Whether the log's own signature by this key stands on the checkpoint and is good: signed-note's rule that name and key hash must both
 * match.
 */
export function checkpointSignedBy(checkpoint: Checkpoint, spki: Uint8Array, sha: Sha256Fn, verifySignature: VerifySignature): boolean {
  const keyHash = noteKeyHash(sha, spki);
  const message = utf8(checkpoint.text);
  return checkpoint.signatures.some(
    (line) => line.name === checkpoint.origin && equalBytes(line.keyHash, keyHash) && verifySignature(spki, message, line.signature),
  );
}
