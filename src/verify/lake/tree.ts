import type { Checkpoint, TileId } from '../../core/index.ts';
import { checkpointSignedBy, equalBytes, fromUtf8, parseCheckpoint, parseTilePath, tilePath } from '../../core/index.ts';
import { sha256, verifyP256 } from '../crypto.ts';
import { listFolder, readWhole } from '../read.ts';
import type { LakeCheck } from './context.ts';
import type { LedgerRead } from './facts.ts';

/** Checkpoints are a few hundred bytes; cosignatures add a line each. */
const MAX_CHECKPOINT = 64 * 1024;
const TILE_WIDTH = 256;
const HASH_BYTES = 32;

/** A checkpoint and where it came from, in words for a sentence. */
export interface KnownCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly path: string;
  readonly called: string;
}

/** Reads `ledger/checkpoint`; null, with a finding, where there is none that can be read. */
export function readCheckpoint(check: LakeCheck, ledger: string, origin: string): KnownCheckpoint | null {
  const path = `${ledger}checkpoint`;
  const read = readWhole(`${check.root}/${path}`, MAX_CHECKPOINT);
  if ('why' in read) {
    if (read.why === 'missing') check.findings.add('CHECKPOINT_MISSING', path, 'There is no checkpoint, so nobody vouches for the length of the ledger.');
    else check.findings.add('CHECKPOINT_UNREADABLE', path, `The checkpoint cannot be read: ${read.detail}.`);
    return null;
  }
  const checkpoint = parseKnown(read.bytes, origin);
  if (typeof checkpoint === 'string') {
    check.findings.add('CHECKPOINT_UNREADABLE', path, `The checkpoint is damaged: ${checkpoint}.`);
    return null;
  }
  return { checkpoint, path, called: 'The checkpoint' };
}

/** The checkpoint of these bytes, or why it is none of this lake. */
export function parseKnown(bytes: Uint8Array, origin: string): Checkpoint | string {
  const text = fromUtf8(bytes);
  const checkpoint = text === null ? null : parseCheckpoint(text);
  if (checkpoint === null) return 'it is not in the form of a checkpoint';
  return checkpoint.origin === origin ? checkpoint : `it is of the log "${checkpoint.origin}" instead of "${origin}"`;
}

/** Holds a checkpoint against the ledger that was read: who signed it, and whether the ledger begins with what it vouches for. */
export function checkCheckpoint(check: LakeCheck, { checkpoint, path, called }: KnownCheckpoint, ledger: LedgerRead): void {
  const { findings } = check;
  // A key that was revoked later signed earlier checkpoints with good right.
  const stations = ledger.state.keys().filter(({ role }) => role === 'station');
  if (!stations.some(({ spki }) => checkpointSignedBy(checkpoint, spki, sha256, verifyP256))) {
    findings.add('CHECKPOINT_SIGNATURE_WRONG', path, `${called} carries no good signature of a station of this lake.`);
  }
  if (checkpoint.size > ledger.size) {
    findings.add('LEDGER_SHORTENED', path, `${called} vouches for ${String(checkpoint.size)} entries, and the ledger has ${String(ledger.size)}.`);
    return;
  }
  if (!equalBytes(ledger.nodes.rootAt(checkpoint.size), checkpoint.root)) {
    findings.add('LEDGER_REWRITTEN', path, `The first ${String(checkpoint.size)} entries of the ledger do not give the root for which ${called.toLowerCase()} vouches.`);
  }
}

/** Compares every tile on disk with the one that the leaf hashes give, and says which are missing for a tree of `size`. */
export async function checkTiles(check: LakeCheck, ledgerPath: string, ledger: LedgerRead, size: number): Promise<void> {
  for (const { bytes, ...tile } of ledger.nodes.tiles()) {
    const { level, n } = tile;
    const there = widthsAt(check, ledgerPath, tile).filter((width) => compareTile(check, ledgerPath, { level, n, width }, bytes));
    const wanted = Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - n * TILE_WIDTH);
    // A full tile takes the place of every partial one.
    if (wanted > 0 && !there.some((width) => width === wanted || width === TILE_WIDTH)) {
      check.findings.add('TILE_MISSING', `${ledgerPath}${tilePath({ level, n, width: wanted })}`, 'A tile of the Merkle tree is missing.');
    }
    await check.meter.breathe();
  }
  reportStrangers(check, ledgerPath, ledger.size, `${ledgerPath}tile`);
}

/** Widths of the tiles that may be there at a place: the partial ones that are, up to the width that the ledger has, and the full one. */
function widthsAt(check: LakeCheck, ledgerPath: string, { level, n, width }: TileId): number[] {
  const partials = listFolder(`${check.root}/${ledgerPath}${tilePath({ level, n, width: TILE_WIDTH })}.p`);
  const names = partials === null || 'why' in partials ? [] : partials.map(({ name }) => name);
  const widths = names.filter((name) => /^[1-9]\d{0,2}$/.test(name)).map(Number);
  return [...widths.filter((partial) => partial < TILE_WIDTH && partial <= width), ...(width === TILE_WIDTH ? [TILE_WIDTH] : [])];
}

/** Answers whether the tile is there; `bytes` begins with what it must hold. */
function compareTile(check: LakeCheck, ledgerPath: string, tile: TileId, bytes: Uint8Array): boolean {
  const path = `${ledgerPath}${tilePath(tile)}`;
  const read = readWhole(`${check.root}/${path}`, TILE_WIDTH * HASH_BYTES);
  if ('why' in read && read.why === 'missing') return false;
  if ('why' in read || !equalBytes(read.bytes, bytes.subarray(0, tile.width * HASH_BYTES))) {
    check.findings.add('TILE_ALTERED', path, 'A tile of the Merkle tree does not hold the hashes that follow from the entries.');
  }
  return true;
}

/** Files below `tile/` that are no tiles, or tiles of a larger tree than the ledger gives. */
function reportStrangers(check: LakeCheck, ledgerPath: string, size: number, folder: string): void {
  const names = listFolder(`${check.root}/${folder}`);
  if (names === null) return;
  if ('why' in names) {
    check.findings.add('FILE_UNREADABLE', folder, `The folder cannot be read: ${names.detail}.`);
    return;
  }
  for (const entry of names) {
    const path = `${folder}/${entry.name}`;
    const tile = parseTilePath(path.slice(ledgerPath.length));
    if (entry.isDirectory()) reportStrangers(check, ledgerPath, size, path);
    else if (tile === null || !entry.isFile()) check.findings.add('FOREIGN_FILE', path, 'This is not a tile of the Merkle tree.');
    else if (tile.n * TILE_WIDTH + tile.width > Math.floor(size / TILE_WIDTH ** tile.level)) {
      check.findings.add('TILE_ALTERED', path, 'This tile is of a larger tree than the ledger gives.');
    }
  }
}
