import type { Sha256Fn } from './bytes.ts';
import { nodeHash } from './merkle.ts';
import type { NodeAt } from './merkle.ts';

/** C2SP tlog-tiles: the Merkle tree in files of 256 hashes, eight levels of the tree to one level of tiles. */

const TILE_HEIGHT = 8;
const FULL_WIDTH = 256;
const HASH_BYTES = 32;
/** 2^53 leaves need seven levels of tiles; the standard's grammar allows 64. */
const MAX_LEVEL = 63;

/** One tile. `width` is the number of hashes in it, 1 to 256; under 256 the tile is partial. */
export interface TileId {
  readonly level: number;
  readonly n: number;
  readonly width: number;
}

/** Path relative to `ledger/`: `tile/0/x001/234`, partial `tile/0/x001/235.p/17`. */
export function tilePath(tile: TileId): string {
  const digits = String(tile.n);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/\d{3}/g) ?? [];
  const number = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${tile.level}/${number}${tile.width < FULL_WIDTH ? `.p/${tile.width}` : ''}`;
}

/** The tile of a path that `tilePath` could have written; null for every other text (`tile/entries/…` included). */
export function parseTilePath(path: string): TileId | null {
  const found = /^tile\/(\d{1,2})\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  if (!found) return null;
  const [, level, number = '', width = FULL_WIDTH] = found;
  const tile = { level: Number(level), n: Number(number.replaceAll(/[x/]/g, '')), width: Number(width) };
  const isTile = tile.level <= MAX_LEVEL && Number.isSafeInteger(tile.n) && tile.width >= 1 && tile.width <= FULL_WIDTH;
  return isTile && tilePath(tile) === path ? tile : null;
}

/**
 * Every tile of the tree of `newSize` that the tree of `oldSize` does not have in the same width; lower levels first, so that each can be
 * made of those before it.
 */
export function tilesToWrite(oldSize: number, newSize: number): TileId[] {
  const tiles: TileId[] = [];
  for (let level = 0, unit = 1; unit <= newSize; level += 1, unit *= FULL_WIDTH) {
    const had = Math.floor(oldSize / unit);
    const has = Math.floor(newSize / unit);
    if (had >= has) continue;
    for (let n = Math.floor(had / FULL_WIDTH); n * FULL_WIDTH < has; n++) {
      tiles.push({ level, n, width: Math.min(FULL_WIDTH, has - n * FULL_WIDTH) });
    }
  }
  return tiles;
}

/**
 * The content of a tile. Level 0 asks `nodeAt` for leaf hashes; level L for nodes of 2^(8L−1) leaves, which stand in the full tiles one
 * level below: so tiles can be made in the order of `tilesToWrite` out of the ones just made.
 */
export async function hashesOfTile(sha: Sha256Fn, tile: TileId, nodeAt: NodeAt): Promise<Uint8Array> {
  const bytes = new Uint8Array(tile.width * HASH_BYTES);
  for (let i = 0; i < tile.width; i++) bytes.set(await hashInTile(sha, tile.level, tile.n * FULL_WIDTH + i, nodeAt), i * HASH_BYTES);
  return bytes;
}

async function hashInTile(sha: Sha256Fn, level: number, index: number, nodeAt: NodeAt): Promise<Uint8Array> {
  if (level === 0) return nodeAt(0, index);
  const below = level * TILE_HEIGHT - 1;
  return nodeHash(sha, await nodeAt(below, 2 * index), await nodeAt(below, 2 * index + 1));
}

/**
 * The bytes of a tile: `width` × 32, or more where only a wider tile of the same place is left (a partial one goes once the full one is
 * there).
 */
export type ReadTile = (tile: TileId) => Promise<Uint8Array>;

/** Tiles kept in memory, 8 KiB each. */
const KEPT_TILES = 256;

/**
 * Any node of the tree of `size` leaves out of its tiles, partial or full as that tree has them. Each tile is read once while it is among
 * the last ones used; a tile that could not be read is asked for again the next time. Throws a RangeError for a node that the tree does
 * not have, an Error for a tile of the wrong length.
 */
export function nodeAtFromTiles(sha: Sha256Fn, size: number, readTile: ReadTile): NodeAt {
  const kept = new Map<string, Promise<Uint8Array>>();

  async function tileBytes(tile: TileId): Promise<Uint8Array> {
    const key = `${tile.level}/${tile.n}`;
    const bytes = kept.get(key) ?? readTile(tile);
    kept.delete(key);
    kept.set(key, bytes);
    for (const oldest of kept.keys()) {
      if (kept.size <= KEPT_TILES) break;
      kept.delete(oldest);
    }
    try {
      return checked(tile, await bytes);
    } catch (error) {
      if (kept.get(key) === bytes) kept.delete(key);
      throw error;
    }
  }

  return async (level, index) => {
    if (!((index + 1) * 2 ** level <= size)) throw new RangeError(`A tree of ${size} leaves has no node ${index} at level ${level}.`);
    const tileLevel = Math.floor(level / TILE_HEIGHT);
    const span = 2 ** (level % TILE_HEIGHT);
    const first = index * span;
    const n = Math.floor(first / FULL_WIDTH);
    const hashesInLevel = Math.floor(size / FULL_WIDTH ** tileLevel);
    const bytes = await tileBytes({ level: tileLevel, n, width: Math.min(FULL_WIDTH, hashesInLevel - n * FULL_WIDTH) });
    return foldPerfect(sha, hashesIn(bytes, first - n * FULL_WIDTH, span));
  };
}

/**
 * All tiles that a tree needs on growing from `oldSize` by the given leaf hashes, in the order in which they can be written. Reads of the
 * old tree only its last partial tile of each level, and holds one tile a level.
 */
export async function* growTiles(
  sha: Sha256Fn,
  oldSize: number,
  leaves: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  readTile: ReadTile,
): AsyncGenerator<{ readonly tile: TileId; readonly bytes: Uint8Array }> {
  const levels: OpenTile[] = [];
  for (let level = 0, unit = 1; unit <= oldSize; level += 1, unit *= FULL_WIDTH) {
    const has = Math.floor(oldSize / unit);
    const n = Math.floor(has / FULL_WIDTH);
    const width = has % FULL_WIDTH;
    const tile = { level, n, width };
    levels.push({ n, hashes: width === 0 ? [] : hashesIn(checked(tile, await readTile(tile)), 0, width), grown: false });
  }
  for await (const leaf of leaves) {
    let hash = leaf;
    for (let level = 0; ; level += 1) {
      const open = (levels[level] ??= { n: 0, hashes: [], grown: false });
      open.hashes.push(hash);
      open.grown = true;
      if (open.hashes.length < FULL_WIDTH) break;
      yield { tile: { level, n: open.n, width: FULL_WIDTH }, bytes: joined(open.hashes) };
      hash = foldPerfect(sha, open.hashes);
      levels[level] = { n: open.n + 1, hashes: [], grown: false };
    }
  }
  for (const [level, open] of levels.entries()) {
    if (open.grown) yield { tile: { level, n: open.n, width: open.hashes.length }, bytes: joined(open.hashes) };
  }
}

interface OpenTile {
  readonly n: number;
  readonly hashes: Uint8Array[];
  grown: boolean;
}

function checked(tile: TileId, bytes: Uint8Array): Uint8Array {
  const isWhole = bytes.length >= tile.width * HASH_BYTES && bytes.length <= FULL_WIDTH * HASH_BYTES && bytes.length % HASH_BYTES === 0;
  if (!isWhole) throw new Error(`The tile ${tilePath(tile)} has ${bytes.length} bytes instead of ${tile.width * HASH_BYTES}.`);
  return bytes;
}

function hashesIn(bytes: Uint8Array, first: number, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => bytes.subarray((first + i) * HASH_BYTES, (first + i + 1) * HASH_BYTES));
}

function joined(hashes: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(hashes.length * HASH_BYTES);
  for (const [i, hash] of hashes.entries()) bytes.set(hash, i * HASH_BYTES);
  return bytes;
}

/** Root over hashes whose number is a power of two. */
function foldPerfect(sha: Sha256Fn, hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes;
  while (row.length > 1) {
    const above: Uint8Array[] = [];
    for (const [i, right] of row.entries()) {
      const left = row[i - 1];
      if (i % 2 === 1 && left !== undefined) above.push(nodeHash(sha, left, right));
    }
    row = above;
  }
  const root = row[0];
  if (root === undefined) throw new RangeError('There is nothing to fold.');
  return root;
}
