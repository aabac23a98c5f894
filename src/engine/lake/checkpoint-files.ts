import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { LakeJson } from '../../contract/index.ts';
import { checkpointText, equalBytes, formatCheckpoint, frontierRoot, hashesOfTile, nodeHash, noteKeyHash, parseCheckpoint, tilePath, tilesToWrite } from '../../core/index.ts';
import type { Frontier, NodeAt } from '../../core/index.ts';
import type { DerivedCopy, Durable } from './durable.ts';
import { ifMissing } from './leaf.ts';
import type { LakePaths } from './paths.ts';
import { sha256 } from './sha.ts';

/** Tiles and checkpoint: copies of what the entries say, for other people's tools (docs/formats/lake.md section 8). */

export interface CheckpointSigner {
  readonly spki: Uint8Array;
  sign(bytes: Uint8Array): Uint8Array;
}

/** The signed note over a tree. Sign only after every entry up to its size was replayed. */
export function signedCheckpoint(origin: string, frontier: Frontier, signer: CheckpointSigner): string {
  const text = checkpointText(origin, frontier.size, frontierRoot(sha256, frontier));
  return formatCheckpoint(text, [{ name: origin, keyHash: noteKeyHash(sha256, signer.spki), signature: signer.sign(Buffer.from(text)) }]);
}

export interface TreeSource {
  readonly frontier: Frontier;
  /** Leaf hashes `from` … `from + count` − 1. */
  leafHashes(from: number, count: number): readonly Uint8Array[];
  /** A size at which this very log was found to have this root before; null where none is known. */
  readonly checked: TreeHead | null;
}

export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Tiles that share their flushes. */
const TILES_AT_ONCE = 64;

type Tile = ReturnType<typeof tilesToWrite>[number];

/** Writes the tiles that the checkpoint on the lake does not cover yet, then the checkpoint. Ask for it with the whole ledger read: a checkpoint beyond it is replaced. */
export async function writeTree(
  lake: LakeJson,
  tree: TreeSource,
  signer: CheckpointSigner,
  paths: LakePaths,
  durable: Durable,
  scratch: string,
): Promise<void> {
  const { size } = tree.frontier;
  const found = await readCheckpoint(paths.checkpoint, lake.origin);
  // One that is larger than the ledger it is said to be of was not written by a station.
  const there = found !== null && found.size <= size ? found : null;
  if (there?.size === size && equalBytes(there.root, frontierRoot(sha256, tree.frontier))) return;
  const note = signedCheckpoint(lake.origin, tree.frontier, signer);
  const nodeAt = nodeAtFromLeaves(tree);
  await mendTiles(tree, there?.size ?? 0, size - 1, paths, durable, scratch);
  const made = new Set<string>();
  let copies: DerivedCopy[] = [];
  let full: Tile[] = [];
  for (const tile of tilesToWrite(there === null || there.size === size ? 0 : there.size, size)) {
    const file = paths.ledgerFile(tilePath(tile));
    if (!made.has(dirname(file))) await durable.makeFolder(dirname(file));
    made.add(dirname(file));
    const hashes = await hashesOfTile(sha256, tile, nodeAt);
    copies.push({ path: file, content: () => hashes });
    if (tile.width === 256) full.push(tile);
    if (copies.length < TILES_AT_ONCE) continue;
    await durable.replaceAllDerived(copies, scratch);
    for (const one of full) await removePartials(paths, one, durable);
    copies = [];
    full = [];
  }
  await durable.replaceAllDerived([...copies, { path: paths.checkpoint, content: () => Buffer.from(note) }], scratch);
  for (const one of full) await removePartials(paths, one, durable);
}

/**
 * Makes tiles right that somebody may have begun to write for a tree larger than `from` and not larger than `to`: on a share they are written where they stand, and a workstation that loses its power
 * leaves one half written, which nobody would write again. What is not there stays so. Of the last 256 sizes at most: the partial tiles of older ones are gone.
 */
export async function mendTiles(tree: TreeSource, from: number, to: number, paths: LakePaths, durable: Durable, scratch: string): Promise<void> {
  if (durable.place.kind === 'journaled') return;
  const nodeAt = nodeAtFromLeaves(tree);
  const tiles = new Map<string, Tile>();
  for (let size = Math.max(from, to - 256) + 1; size <= to; size++) {
    for (const tile of tilesToWrite(size - 1, size)) tiles.set(paths.ledgerFile(tilePath(tile)), tile);
  }
  const files = await thereOf([...tiles.keys()]);
  await Promise.all(
    files.map(async (file) => {
      const tile = tiles.get(file) as Tile;
      const found = await readFile(file).catch(ifMissing(null));
      if (found === null) return;
      const hashes = await hashesOfTile(sha256, tile, nodeAt);
      if (!equalBytes(found, hashes)) await durable.replaceDerived(file, () => hashes, scratch);
    }),
  );
}

/** From so many files of a folder on, it is listed before they are looked for: of a row of acts that were signed together hardly any of the sizes between has tiles, and each look is a round trip. */
const LISTED_FROM = 8;

/** Those of some files that may be there. */
async function thereOf(files: readonly string[]): Promise<readonly string[]> {
  const folders = Object.entries(Object.groupBy(files, (file) => dirname(file)));
  const there = folders.map(async ([folder, own = []]) => {
    if (own.length < LISTED_FROM) return own;
    const names = new Set(await readdir(folder).catch(ifMissing<string[]>([])));
    return own.filter((file) => names.has(basename(file)));
  });
  return (await Promise.all(there)).flat();
}

/** The checkpoint of the lake as parsed; null where it is missing, half written, or of another origin: then the entries tell. */
export async function readCheckpoint(file: string, origin: string): Promise<ReturnType<typeof parseCheckpoint>> {
  const text = await readFile(file, 'utf8').catch(ifMissing(null));
  const checkpoint = text === null ? null : parseCheckpoint(text);
  return checkpoint?.origin === origin ? checkpoint : null;
}

/** Hash of any perfect subtree, folded from the leaf hashes, 256 of which are asked for at a time; remembers upper levels while one tree is worked on. */
export function nodeAtFromLeaves(tree: TreeSource): NodeAt {
  const known = new Map<string, Uint8Array>();
  const nodeAt = (level: number, index: number): Uint8Array => {
    const name = `${level}/${index}`;
    const remembered = known.get(name);
    if (remembered !== undefined) return remembered;
    const hash = level <= 8 ? foldRange(tree.leafHashes(index * 2 ** level, 2 ** level)) : nodeHash(sha256, nodeAt(level - 1, 2 * index), nodeAt(level - 1, 2 * index + 1));
    if (level >= 7) known.set(name, hash);
    return hash;
  };
  return (level, index) => Promise.resolve(nodeAt(level, index));
}

function foldRange(leaves: readonly Uint8Array[]): Uint8Array {
  let row = leaves;
  while (row.length > 1) {
    const next: Uint8Array[] = [];
    for (let i = 0; i + 1 < row.length; i += 2) next.push(nodeHash(sha256, row[i] as Uint8Array, row[i + 1] as Uint8Array));
    row = next;
  }
  const [root] = row;
  if (root === undefined) throw new RangeError('There are no such leaves.');
  return root;
}

async function removePartials(paths: LakePaths, tile: { readonly level: number; readonly n: number }, durable: Durable): Promise<void> {
  const folder = dirname(paths.ledgerFile(tilePath({ ...tile, width: 1 })));
  for (let width = 1; width < 256; width++) await durable.removeFile(paths.ledgerFile(tilePath({ ...tile, width })));
  await durable.removeEmptyFolder(folder);
}
