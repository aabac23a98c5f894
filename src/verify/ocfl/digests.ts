import { createHash, getHashes, hash } from 'node:crypto';
import { blake2b } from '@noble/hashes/blake2';
import { sha512_256 } from '@noble/hashes/sha2';

/**
 * The digest algorithms that an inventory may name: the five of OCFL 1.1 section 3.4 and those of extension 0009. `name` is OCFL's, `node`
 * that of Node's crypto. The place in the list is the algorithm's bit in a mask; `size` is kept as 8 bytes, most significant first.
 */
const algorithms = [
  { name: 'sha512', node: 'sha512', bytes: 64 },
  { name: 'sha256', node: 'sha256', bytes: 32 },
  { name: 'md5', node: 'md5', bytes: 16 },
  { name: 'sha1', node: 'sha1', bytes: 20 },
  { name: 'blake2b-512', node: 'blake2b512', bytes: 64 },
  { name: 'blake2b-160', node: null, bytes: 20 },
  { name: 'blake2b-256', node: null, bytes: 32 },
  { name: 'blake2b-384', node: null, bytes: 48 },
  { name: 'sha512/256', node: 'sha512-256', bytes: 32 },
  { name: 'size', node: null, bytes: 8 },
] as const;

export type AlgorithmName = (typeof algorithms)[number]['name'];

/** Place of an algorithm in the list; -1 for a name that is none's. */
export function algorithmIndex(name: string): number {
  return algorithms.findIndex((algorithm) => algorithm.name === name);
}

export function algorithmName(index: number): AlgorithmName {
  return at(index).name;
}

/** Bytes of a digest. */
export function digestBytes(index: number): number {
  return at(index).bytes;
}

/** Bytes of all digests of a mask, one after the other in the order of the list. */
export function digestsLength(mask: number): number {
  return indexesOf(mask).reduce((sum, index) => sum + at(index).bytes, 0);
}

/** Where among the digests of a mask that of one algorithm begins. */
export function digestOffset(mask: number, index: number): number {
  return digestsLength(mask & ((1 << index) - 1));
}

/** A digest as an inventory writes it, in bytes; null where it is not written in the way of its algorithm. Upper case is as good as lower case. */
export function parseDigest(index: number, text: string): Buffer | null {
  const { name, bytes } = at(index);
  if (name === 'size') {
    if (!/^(?:0|[1-9]\d{0,15})$/.test(text)) return null;
    const size = Buffer.alloc(8);
    size.writeBigUInt64BE(BigInt(text));
    return size;
  }
  return text.length === bytes * 2 && /^[0-9a-fA-F]+$/.test(text) ? Buffer.from(text, 'hex') : null;
}

/** The digest as it is shown to people. */
export function digestText(index: number, digest: Uint8Array): string {
  const bytes = Buffer.from(digest.buffer, digest.byteOffset, digest.length);
  return at(index).name === 'size' ? bytes.readBigUInt64BE().toString() : bytes.toString('hex');
}

/** Several digests of one stream of bytes. */
export class Digester {
  readonly #sums: readonly { update(bytes: Uint8Array): unknown; digest(): Uint8Array }[];

  constructor(mask: number) {
    this.#sums = indexesOf(mask).map(sumOf);
  }

  update(bytes: Uint8Array): void {
    for (const sum of this.#sums) sum.update(bytes);
  }

  /** All digests, one after the other in the order of the list. */
  finish(): Buffer {
    return Buffer.concat(this.#sums.map((sum) => sum.digest()));
  }
}

/** The digests of bytes that are all at hand, which is several times faster for small files. */
export function digestsOf(mask: number, bytes: Uint8Array): Buffer {
  const parts = indexesOf(mask).map((index): Uint8Array => {
    const { node } = at(index);
    if (node !== null && nodeHas(node)) return hash(node, bytes, 'buffer');
    const sum = sumOf(index);
    sum.update(bytes);
    return sum.digest();
  });
  return Buffer.concat(parts);
}

function sumOf(index: number): { update(bytes: Uint8Array): unknown; digest(): Uint8Array } {
  const { name, node, bytes } = at(index);
  if (node !== null && nodeHas(node)) return createHash(node);
  if (name === 'size') return new Size();
  if (name === 'sha512/256') return sha512_256.create();
  return blake2b.create({ dkLen: bytes });
}

/** Electron's crypto has fewer algorithms than Node's own; md5, sha1, sha256 and sha512 are in both. */
function nodeHas(node: string): boolean {
  return !/^(?:blake2b512|sha512-256)$/.test(node) || getHashes().includes(node);
}

class Size {
  #bytes = 0n;

  update(bytes: Uint8Array): void {
    this.#bytes += BigInt(bytes.length);
  }

  digest(): Uint8Array {
    const size = Buffer.alloc(8);
    size.writeBigUInt64BE(this.#bytes);
    return size;
  }
}

function indexesOf(mask: number): number[] {
  const indexes: number[] = [];
  for (let index = 0; index < algorithms.length; index++) if ((mask & (1 << index)) !== 0) indexes.push(index);
  return indexes;
}

function at(index: number): (typeof algorithms)[number] {
  const algorithm = algorithms[index];
  if (algorithm === undefined) throw new RangeError(`There is no digest algorithm ${String(index)}.`);
  return algorithm;
}
