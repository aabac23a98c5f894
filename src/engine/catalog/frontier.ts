import type { Frontier } from '../../core/index.ts';

const HASH_BYTES = 32;

/** The hashes of a frontier one after the other, as one column holds them. */
export function joinFrontier(frontier: Frontier): Uint8Array {
  return Buffer.concat(frontier.hashes);
}

/** The frontier of a tree of `size` leaves from its joined hashes. */
export function splitFrontier(size: number, joined: Uint8Array): Frontier {
  const hashes: Uint8Array[] = [];
  for (let at = 0; at < joined.length; at += HASH_BYTES) hashes.push(Uint8Array.from(joined.subarray(at, at + HASH_BYTES)));
  return { size, hashes };
}
