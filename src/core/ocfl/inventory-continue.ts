import type { Instant } from '../../contract/index.ts';
import { utf8 } from '../bytes.ts';
import { DigestList } from './digest-list.ts';
import { isContentPath, isLogicalPath, isSha256 } from './grammar.ts';
import { inParts, PassingInventory, refuseFindings } from './inventory-pass.ts';
import { InventoryReader } from './inventory-read.ts';
import { INVENTORY_CLOSING, inPieces, manifestOpening, PIECE_LENGTH, stateClosing, stateOpening, VERSIONS_OPENING, type InventoryUser } from './inventory-write.ts';
import { MergedBlock, type DigestPath } from './merged-block.ts';
import { refusePrevious } from './version-text.ts';

/** A version told by what it changes, so that a version of any number of files needs no memory for them. */
export interface VersionChange {
  readonly id: string;
  /** Its number, 1 for a new object. */
  readonly version: number;
  readonly created: Instant;
  readonly message: string;
  readonly user: InventoryUser;
  /** Content that comes with this version: paths relative to the object's root (`v2/content/a.csv`), ascending by digest, then path. */
  readonly content: Iterable<DigestPath>;
  /** The files that the version has besides those of the version before that are not touched: ascending by digest, then path. */
  readonly files: Iterable<DigestPath>;
  /** Whether the version before's file of this name goes, or is among `files`. */
  readonly isTouched: (path: string) => boolean;
}

/**
 * The next inventory of an object as UTF-8 in chunks of about 64 KiB: the bytes that `nextInventory` would give for the same version, without holding
 * manifest or state. Memory: 32 bytes a digest.
 *
 * `previous` opens the object's newest inventory, null for a new object; it is read twice where there is one, and nothing is read before it is asked for.
 * Throws an Error, one plain sentence, where the inventory before is not one that this program writes for version n−1 of this object (its digests and paths
 * in order), or where the new version would not be valid; what was handed out until then is worthless. Not judged here is whether a name is a file and
 * also a folder: callers know the names in order.
 */
export async function* continuedInventory(change: VersionChange, previous: (() => AsyncIterable<Uint8Array>) | null): AsyncGenerator<Uint8Array> {
  let piece = '';
  for await (const text of texts(change, previous)) {
    piece += text;
    if (piece.length < PIECE_LENGTH) continue;
    yield utf8(piece);
    piece = '';
  }
  if (piece !== '') yield utf8(piece);
}

async function* texts(change: VersionChange, previous: (() => AsyncIterable<Uint8Array>) | null): AsyncGenerator<string> {
  const { version, created, message, user } = change;
  check(change, previous !== null);
  const old = new DigestList();
  const fresh = new DigestList();
  const name = `v${String(version)}`;

  yield manifestOpening({ id: change.id, head: name });
  const manifest = manifestOf(change, fresh);
  if (previous === null) {
    yield* inPieces(manifest.end());
    yield VERSIONS_OPENING;
  } else {
    yield* new PassingInventory(change, old, manifest).all(previous());
    yield ',';
  }
  yield stateOpening({ name, created, message });
  const state = stateOf(change, old, fresh);
  if (previous !== null) yield* headState(`v${String(version - 1)}`, state.block, previous());
  yield* inPieces(state.block.end());
  state.end();
  yield stateClosing({ user });
  yield INVENTORY_CLOSING;
}

function check({ id, version, message, user }: VersionChange, hasPrevious: boolean): void {
  if (id === '') throw new Error('An object needs an id.');
  if (!Number.isSafeInteger(version) || version < 1) throw new Error(`${String(version)} is not a version number.`);
  if (message === '') throw new Error(`Version ${String(version)} has no message.`);
  if (user.name === '' || user.address === '') throw new Error(`Version ${String(version)} does not say who made it.`);
  if (version === 1 && hasPrevious) throw new Error('Version 1 is the first one; there can be no inventory before it.');
  if (version > 1 && !hasPrevious) throw new Error(`Version ${String(version)} needs the inventory of the version before it.`);
}

/** The manifest, to be fed with that of the inventory before. Digests of new content come to be in `fresh`. */
function manifestOf({ version, content }: VersionChange, fresh: DigestList): MergedBlock {
  const own = `v${String(version)}/content/`;
  const onPair = ([digest, path]: DigestPath): void => {
    if (!path.startsWith(own)) return;
    if (!isSha256(digest)) throw new Error(`The new content "${path}" has the digest "${digest}", which is not a sha256 digest in lower case.`);
    fresh.add(digest);
  };
  const checked = function* (): Generator<DigestPath> {
    for (const pair of content) {
      if (!isContentPath(pair[1]) || !pair[1].startsWith(own)) throw new Error(`"${pair[1]}" is not a path inside the content of version ${String(version)}.`);
      yield pair;
    }
  };
  return new MergedBlock(checked(), () => true, onPair, ([digest]) => refusePrevious(`its manifest is not in order at the digest ${digest}`));
}

/** The state of the new version, to be fed with that of the version before. `end` judges whether all new content was needed. */
function stateOf({ version, files, isTouched }: VersionChange, old: DigestList, fresh: DigestList): { block: MergedBlock; end: () => void } {
  const isOld = old.cursor();
  const isFresh = fresh.cursor();
  let used = 0;
  let last = '';
  const onPair = ([digest, path]: DigestPath): void => {
    if (digest === last) return;
    last = digest;
    if (isFresh(digest)) used += 1;
    else if (!isOld(digest)) throw new Error(`The file "${path}" has the digest ${digest}, for which there is no content.`);
  };
  const checked = function* (): Generator<DigestPath> {
    for (const pair of files) {
      const [digest, path] = pair;
      if (!isLogicalPath(path)) throw new Error(`"${path}" is not a name that a file can have in a version.`);
      if (!isSha256(digest)) throw new Error(`The file "${path}" has the digest "${digest}", which is not a sha256 digest in lower case.`);
      yield pair;
    }
  };
  const block = new MergedBlock(checked(), (path) => !isTouched(path), onPair, ([, path]) => refusePrevious(`the state of its newest version is not in order at "${path}"`));
  const end = (): void => {
    if (used !== fresh.length) throw new Error(`${String(fresh.length - used)} of the new contents belong to no file of version ${String(version)}.`);
  };
  return { block, end };
}

/** Feeds the state of one version of an inventory that has just been read into a block. */
async function* headState(name: string, block: MergedBlock, inventory: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let pairs: DigestPath[] = [];
  const nothing = (): undefined => undefined;
  const state = (version: string, digest: string, path: string): void => {
    if (version === name) pairs.push([digest, path]);
  };
  const reader = new InventoryReader({ field: nothing, content: nothing, version: nothing, versionField: nothing, state, fixity: nothing });
  for await (const part of inParts(inventory)) {
    reader.feed(part);
    refuseFindings(reader);
    yield* inPieces(block.take(pairs));
    pairs = [];
  }
}
