import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** A second, naive writing down of the formats, from the standards alone: nothing of src is imported, so that a mistake there is not repeated here. */

export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [member: string]: Plain };

/** RFC 8785 for the values that lakes hold: sort the members, leave the rest to JSON.stringify. */
export function canonical(value: Plain): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item: Plain) => canonical(item)).join(',')}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}

export function sha256(...parts: (Uint8Array | string)[]): Buffer {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return sum.digest();
}

export function sha256Hex(...parts: (Uint8Array | string)[]): string {
  return sha256(...parts).toString('hex');
}

/** RFC 6962 section 2.1, as it is written there. */
export function treeRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha256('');
  const [only] = leaves;
  if (leaves.length === 1 && only !== undefined) return only;
  const k = split(leaves.length);
  return sha256(Buffer.of(1), treeRoot(leaves.slice(0, k)), treeRoot(leaves.slice(k)));
}

/** RFC 6962 section 2.1.1. */
export function auditPath(index: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length <= 1) return [];
  const k = split(leaves.length);
  return index < k
    ? [...auditPath(index, leaves.slice(0, k)), treeRoot(leaves.slice(k))]
    : [...auditPath(index - k, leaves.slice(k)), treeRoot(leaves.slice(0, k))];
}

function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

export interface HandKey {
  readonly id: string;
  readonly spki: Buffer;
  readonly privateKey: KeyObject;
  sign(text: string): string;
}

export function newKey(): HandKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return { id: sha256Hex(spki), spki, privateKey, sign: (text) => sign('sha256', Buffer.from(text), privateKey).toString('base64') };
}
