import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  growTiles,
  hashesOfTile,
  inclusionPath,
  leafHash,
  nodeAtFromTiles,
  nodeHash,
  parseTilePath,
  rootAt,
  tilePath,
  tilesToWrite,
  utf8,
  verifyInclusion,
} from '../../../../src/core/index.ts';
import type { NodeAt, ReadTile, TileId } from '../../../../src/core/index.ts';
import { sha } from './crypto.ts';

/** A tree held in memory, level by level. */
function treeOf(count: number): { readonly nodeAt: NodeAt; readonly leaves: readonly Uint8Array[] } {
  const leaves = Array.from({ length: count }, (_, i) => leafHash(sha, utf8(String(i))));
  const levels = [leaves];
  for (let row = leaves; row.length > 1; ) {
    const above: Uint8Array[] = [];
    for (let i = 0; i + 1 < row.length; i += 2) above.push(nodeHash(sha, row[i] ?? sha(), row[i + 1] ?? sha()));
    levels.push(above);
    row = above;
  }
  return {
    leaves,
    nodeAt: (level, index) => {
      const hash = levels[level]?.[index];
      return hash === undefined ? Promise.reject(new RangeError(`no node ${index} at ${level}`)) : Promise.resolve(hash);
    },
  };
}

/** A folder of tiles in which a full tile replaces its partial ones. */
class TileFolder {
  readonly files = new Map<string, Uint8Array>();
  reads = 0;

  write(tile: TileId, bytes: Uint8Array): void {
    expect(bytes).toHaveLength(tile.width * 32);
    if (tile.width === 256) for (let width = 1; width < 256; width++) this.files.delete(tilePath({ ...tile, width }));
    this.files.set(tilePath(tile), bytes);
  }

  readonly read: ReadTile = (tile) => {
    this.reads += 1;
    const bytes = this.files.get(tilePath(tile)) ?? this.files.get(tilePath({ ...tile, width: 256 }));
    return bytes === undefined ? Promise.reject(new Error(`no ${tilePath(tile)}`)) : Promise.resolve(bytes);
  };
}

describe('paths of tiles', () => {
  // The examples of C2SP tlog-tiles and of lake.md section 2.
  it.each<[TileId, string]>([
    [{ level: 0, n: 1234067, width: 256 }, 'tile/0/x001/x234/067'],
    [{ level: 0, n: 1234, width: 256 }, 'tile/0/x001/234'],
    [{ level: 0, n: 1235, width: 17 }, 'tile/0/x001/235.p/17'],
    [{ level: 1, n: 0, width: 1 }, 'tile/1/000.p/1'],
    [{ level: 2, n: 999, width: 255 }, 'tile/2/999.p/255'],
    [{ level: 0, n: 1000, width: 256 }, 'tile/0/x001/000'],
    [{ level: 63, n: 2 ** 53 - 1, width: 256 }, 'tile/63/x009/x007/x199/x254/x740/991'],
  ])('say where tile %j is', (tile, path) => {
    expect(tilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual(tile);
  });

  it.each([
    '',
    'tile/0/0',
    'tile/00/000',
    'tile/64/000',
    'tile/0/x000/001',
    'tile/0/1234',
    'tile/0/x001/x234',
    'tile/0/001/234',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/0/000.p/',
    'tile/0/000/',
    '/tile/0/000',
    'tile/0/000\n',
    'tile/entries/000',
    'tile/0/x009/x007/x199/x254/x740/992',
    'tile/-1/000',
  ])('are not read from %j', (path) => {
    expect(parseTilePath(path)).toBeNull();
  });

  it('come back the same for every tile', () => {
    const tile = fc.record({ level: fc.integer({ min: 0, max: 63 }), n: fc.maxSafeNat(), width: fc.integer({ min: 1, max: 256 }) });
    fc.assert(
      fc.property(tile, (one) => {
        expect(parseTilePath(tilePath(one))).toEqual(one);
      }),
    );
  });
});

describe('tiles to write', () => {
  it('are those of the example of tlog-tiles for 70,000 leaves', () => {
    const tiles = tilesToWrite(0, 70_000);
    expect(tiles.filter((tile) => tile.level === 0 && tile.width === 256)).toHaveLength(273);
    expect(tiles.filter((tile) => tile.level > 0 || tile.width < 256)).toEqual([
      { level: 0, n: 273, width: 112 },
      { level: 1, n: 0, width: 256 },
      { level: 1, n: 1, width: 17 },
      { level: 2, n: 0, width: 1 },
    ]);
  });

  it('of a tree of 256 are a full tile and a partial one above it', () => {
    expect(tilesToWrite(255, 256)).toEqual([
      { level: 0, n: 0, width: 256 },
      { level: 1, n: 0, width: 1 },
    ]);
  });

  it('are only the last one for one leaf more', () => {
    expect(tilesToWrite(1000, 1001)).toEqual([{ level: 0, n: 3, width: 233 }]);
    expect(tilesToWrite(1024, 1025)).toEqual([{ level: 0, n: 4, width: 1 }]);
    expect(tilesToWrite(7, 7)).toEqual([]);
    expect(tilesToWrite(0, 0)).toEqual([]);
    expect(tilesToWrite(9, 4)).toEqual([]);
  });

  it('are right for sizes beyond 32 bits', () => {
    expect(tilesToWrite(2 ** 40 - 1, 2 ** 40)).toEqual([
      { level: 0, n: 2 ** 32 - 1, width: 256 },
      { level: 1, n: 2 ** 24 - 1, width: 256 },
      { level: 2, n: 2 ** 16 - 1, width: 256 },
      { level: 3, n: 255, width: 256 },
      { level: 4, n: 0, width: 256 },
      { level: 5, n: 0, width: 1 },
    ]);
  });
});

describe('a tree in tiles', () => {
  const size = 66_500;
  const tree = treeOf(size);

  it('is the same whether grown leaf by leaf, in leaps, or tile by tile out of the tiles below', async () => {
    const steps = [0, 1, 2, 255, 256, 257, 511, 512, 700, 65_535, 65_536, 65_537, size];
    const grown = new TileFolder();
    const made = new TileFolder();
    for (const [i, next] of steps.slice(1).entries()) {
      const before = steps[i] ?? 0;
      const written: TileId[] = [];
      for await (const { tile, bytes } of growTiles(sha, before, tree.leaves.slice(before, next), grown.read)) {
        grown.write(tile, bytes);
        written.push(tile);
      }
      const wanted = tilesToWrite(before, next);
      const byPlace = (a: TileId, b: TileId) => a.level - b.level || a.n - b.n;
      expect(written.sort(byPlace)).toEqual(wanted);
      const fromBelow = nodeAtFromTiles(sha, next, made.read);
      const nodeAt: NodeAt = (level, index) => (level === 0 ? tree.nodeAt(0, index) : fromBelow(level, index));
      for (const tile of wanted) made.write(tile, await hashesOfTile(sha, tile, nodeAt));
    }
    expect([...grown.files.keys()].sort()).toEqual([...made.files.keys()].sort());
    for (const [path, bytes] of grown.files) expect(Buffer.compare(bytes, made.files.get(path) ?? sha()), path).toBe(0);

    // Every size whose checkpoint could have been written can be read again, though most of its partial tiles are gone.
    for (const old of [1, 255, 256, 700, 65_536, size]) {
      const nodeAt = nodeAtFromTiles(sha, old, grown.read);
      const root = await rootAt(sha, old, nodeAt);
      expect(root).toEqual(await rootAt(sha, old, tree.nodeAt));
      for (const index of [0, 1, 254, 255, 256, 699, 65_535, size - 1].filter((n) => n < old)) {
        const path = await inclusionPath(sha, old, index, nodeAt);
        expect(verifyInclusion(sha, { size: old, index, leaf: tree.leaves[index] ?? sha(), path, root })).toBe(true);
      }
    }
  });

  it('gives every node of every level', async () => {
    const folder = new TileFolder();
    for await (const { tile, bytes } of growTiles(sha, 0, tree.leaves, folder.read)) folder.write(tile, bytes);
    const nodeAt = nodeAtFromTiles(sha, size, folder.read);
    for (let level = 0; 2 ** level <= size; level++) {
      const last = Math.floor(size / 2 ** level) - 1;
      for (const index of new Set([0, Math.floor(last / 2), last])) expect(await nodeAt(level, index)).toEqual(
        await tree.nodeAt(level, index),
      );
      await expect(nodeAt(level, last + 1)).rejects.toThrow(RangeError);
    }
  });

  it('reads a tile once, and again after a read that failed', async () => {
    const folder = new TileFolder();
    for await (const { tile, bytes } of growTiles(sha, 0, tree.leaves.slice(0, 300), folder.read)) folder.write(tile, bytes);
    folder.reads = 0;
    const nodeAt = nodeAtFromTiles(sha, 300, folder.read);
    await Promise.all([nodeAt(0, 0), nodeAt(0, 255), nodeAt(7, 1), nodeAt(3, 4)]);
    expect(folder.reads).toBe(1);

    const bytes = folder.files.get('tile/0/001.p/44') ?? sha();
    folder.files.delete('tile/0/001.p/44');
    await expect(nodeAt(0, 256)).rejects.toThrow('no tile/0/001.p/44');
    folder.files.set('tile/0/001.p/44', bytes);
    expect(await nodeAt(0, 256)).toEqual(tree.leaves[256]);
  });

  it('refuses a tile of the wrong length', async () => {
    for (const length of [0, 31, 43 * 32, 44 * 32 - 1, 257 * 32]) {
      const nodeAt = nodeAtFromTiles(sha, 300, () => Promise.resolve(new Uint8Array(length)));
      await expect(nodeAt(0, 256), String(length)).rejects.toThrow(/^The tile tile\/0\/001\.p\/44 has/);
      await expect(growTiles(sha, 300, [], () => Promise.resolve(new Uint8Array(length))).next()).rejects.toThrow(/^The tile /);
    }
  });
});
