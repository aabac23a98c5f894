import { equalBytes } from './bytes.ts';
import type { Sha256Fn } from './bytes.ts';

/**
 * The Merkle tree of RFC 6962 section 2.1 and RFC 9162 section 2.1. Sizes and indexes are whole numbers up to 2^53 − 1, so everything here
 * divides and takes remainders: JavaScript's bit operators would cut them to 32 bits.
 */

const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);
const nothing = new Uint8Array(0);
const HASH_BYTES = 32;

/** SHA-256(0x00 ‖ bytes). */
export function leafHash(sha: Sha256Fn, bytes: Uint8Array): Uint8Array {
  return sha(leafPrefix, bytes);
}

/** SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(sha: Sha256Fn, left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha(nodePrefix, left, right);
}

/** Root of the tree without leaves: SHA-256 of the empty string. */
export function emptyRoot(sha: Sha256Fn): Uint8Array {
  return sha(nothing);
}

/** All that is needed to go on adding leaves: the roots of the perfect subtrees, largest first, one per bit set in `size`. */
export interface Frontier {
  readonly size: number;
  readonly hashes: readonly Uint8Array[];
}

export const emptyFrontier: Frontier = { size: 0, hashes: [] };

/** The frontier with one leaf more. */
export function appendLeaf(sha: Sha256Fn, frontier: Frontier, leaf: Uint8Array): Frontier {
  const hashes = frontier.hashes.slice();
  let hash = leaf;
  for (let rest = frontier.size; rest % 2 === 1; rest = (rest - 1) / 2) {
    const left = hashes.pop();
    if (left === undefined) throw new RangeError(`A frontier of size ${frontier.size} with ${frontier.hashes.length} hashes is not whole.`);
    hash = nodeHash(sha, left, hash);
  }
  hashes.push(hash);
  return { size: frontier.size + 1, hashes };
}

/** Root of the tree whose frontier this is. */
export function frontierRoot(sha: Sha256Fn, frontier: Frontier): Uint8Array {
  return foldRight(sha, frontier.hashes);
}

/** Hash of the perfect subtree over the 2^level leaves from leaf index × 2^level on. */
export type NodeAt = (level: number, index: number) => Promise<Uint8Array>;

/** Root of the tree over the first `size` leaves. */
export function rootAt(sha: Sha256Fn, size: number, nodeAt: NodeAt): Promise<Uint8Array> {
  return rangeRoot(sha, 0, size, nodeAt);
}

/** Frontier of the tree over the first `size` leaves. */
export async function frontierAt(size: number, nodeAt: NodeAt): Promise<Frontier> {
  return { size, hashes: await perfectSubtrees(0, size, nodeAt) };
}

/** Inclusion path of leaf `index` in the tree of `size` leaves, from the leaf's sibling up: RFC 9162 section 2.1.3.1. */
export async function inclusionPath(sha: Sha256Fn, size: number, index: number, nodeAt: NodeAt): Promise<Uint8Array[]> {
  if (!(isCount(size) && isCount(index) && index < size)) throw new RangeError(`There is no leaf ${index} in a tree of ${size} leaves.`);
  const path: Uint8Array[] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + largestPowerBelow(end - start);
    if (index < middle) {
      path.push(await rangeRoot(sha, middle, end, nodeAt));
      end = middle;
    } else {
      path.push(await rangeRoot(sha, start, middle, nodeAt));
      start = middle;
    }
  }
  return path.reverse();
}

/**
 * Proof that the first `oldSize` leaves of the tree of `newSize` are the tree of `oldSize`: RFC 9162 section 2.1.4.1. Empty where one of
 * them is empty or both are equal.
 */
export async function consistencyPath(sha: Sha256Fn, oldSize: number, newSize: number, nodeAt: NodeAt): Promise<Uint8Array[]> {
  if (!(isCount(oldSize) && isCount(newSize) && oldSize <= newSize)) {
    throw new RangeError(`A tree of ${newSize} leaves cannot extend one of ${oldSize}.`);
  }
  if (oldSize === 0 || oldSize === newSize) return [];
  const path: Uint8Array[] = [];
  let start = 0;
  let end = newSize;
  while (end > oldSize) {
    const middle = start + largestPowerBelow(end - start);
    if (oldSize <= middle) {
      path.push(await rangeRoot(sha, middle, end, nodeAt));
      end = middle;
    } else {
      path.push(await rangeRoot(sha, start, middle, nodeAt));
      start = middle;
    }
  }
  // A subtree that begins the tree is the old root itself, which the verifier has.
  if (start > 0) path.push(await rangeRoot(sha, start, end, nodeAt));
  return path.reverse();
}

export interface InclusionProof {
  readonly size: number;
  readonly index: number;
  /** Leaf hash, not the leaf. */
  readonly leaf: Uint8Array;
  readonly path: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** Whether the path leads from the leaf to the root: RFC 9162 section 2.1.3.2. */
export function verifyInclusion(sha: Sha256Fn, proof: InclusionProof): boolean {
  const { size, index, leaf, path, root } = proof;
  if (!(isCount(size) && isCount(index) && index < size && areHashes([leaf, root]) && areHashes(path))) return false;
  let node = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sha, sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(sha, hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equalBytes(hash, root);
}

export interface ConsistencyProof {
  readonly oldSize: number;
  readonly newSize: number;
  readonly oldRoot: Uint8Array;
  readonly newRoot: Uint8Array;
  readonly path: readonly Uint8Array[];
}

/**
 * Whether the new tree begins with the old one: RFC 9162 section 2.1.4.2. Stricter than the RFC, which leaves size 0 open: a tree of size 0
 * must have the root SHA-256(""), and every tree extends it by the empty path.
 */
export function verifyConsistency(sha: Sha256Fn, proof: ConsistencyProof): boolean {
  const { oldSize, newSize, oldRoot, newRoot, path } = proof;
  if (!(isCount(oldSize) && isCount(newSize) && oldSize <= newSize && areHashes(path))) return false;
  // The published vectors have an equal pair of roots that are no hashes; nothing is computed from them.
  if (oldSize === newSize) return path.length === 0 && equalBytes(oldRoot, newRoot) && (oldSize > 0 || equalBytes(oldRoot, emptyRoot(sha)));
  if (!areHashes([oldRoot, newRoot])) return false;
  if (oldSize === 0) return path.length === 0 && equalBytes(oldRoot, emptyRoot(sha));
  let node = oldSize - 1;
  let last = newSize - 1;
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  // An old tree that is one perfect subtree is its own first node, and node has become 0.
  const [first, rest] = node === 0 ? [oldRoot, path] : [path[0], path.slice(1)];
  if (first === undefined) return false;
  let oldHash = first;
  let newHash = first;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(sha, sibling, oldHash);
      newHash = nodeHash(sha, sibling, newHash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      newHash = nodeHash(sha, newHash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equalBytes(oldHash, oldRoot) && equalBytes(newHash, newRoot);
}

/** Root over the leaves [start, end), where start is a multiple of the smallest power of two that is not under end − start. */
async function rangeRoot(sha: Sha256Fn, start: number, end: number, nodeAt: NodeAt): Promise<Uint8Array> {
  return foldRight(sha, await perfectSubtrees(start, end, nodeAt));
}

async function perfectSubtrees(start: number, end: number, nodeAt: NodeAt): Promise<Uint8Array[]> {
  const hashes: Uint8Array[] = [];
  let from = start;
  while (from < end) {
    let level = 0;
    let width = 1;
    while (width * 2 <= end - from) {
      width *= 2;
      level += 1;
    }
    hashes.push(await nodeAt(level, from / width));
    from += width;
  }
  return hashes;
}

function foldRight(sha: Sha256Fn, hashes: readonly Uint8Array[]): Uint8Array {
  let root = hashes.at(-1);
  if (root === undefined) return emptyRoot(sha);
  for (let i = hashes.length - 2; i >= 0; i--) root = nodeHash(sha, hashes[i] ?? nothing, root);
  return root;
}

/** The largest power of two smaller than n, for n of 2 or more. */
function largestPowerBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

function half(n: number): number {
  return Math.floor(n / 2);
}

function isCount(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0;
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash) => hash.length === HASH_BYTES);
}
