/** OCFL 1.1 section 3.5.1. */
export const INVENTORY_TYPE = 'https://ocfl.io/1.1/spec/#inventory';
export const INVENTORY_DIGEST_ALGORITHM = 'sha256';

/** Characters of text after which a piece is handed on. */
export const PIECE_LENGTH = 1 << 16;

/** Paths of each digest: digests ascending, paths ascending, both by UTF-16 code units. */
export type DigestBlock = Iterable<readonly [digest: string, paths: readonly string[]]>;

export interface InventoryHeader {
  readonly id: string;
  /** Name of the newest version: `v3`. */
  readonly head: string;
}
export interface InventoryVersion {
  readonly name: string;
  readonly created: string;
  readonly message: string;
  readonly state: DigestBlock;
  readonly user: InventoryUser;
}
export interface InventoryUser {
  readonly address: string;
  readonly name: string;
}
export type Inventory = InventoryHeader & { readonly manifest: DigestBlock; readonly versions: Iterable<InventoryVersion> };

/**
 * The text of an `inventory.json`, in pieces of about {@link PIECE_LENGTH} characters, never the whole: exactly the bytes of
 * docs/formats/lake.md section 9. Throws where digests or paths are not in ascending order, or a block lists one twice.
 */
export function* inventoryText(inventory: Inventory): Generator<string> {
  yield* inPieces(inventoryParts(inventory));
}

function* inventoryParts(inventory: Inventory): Generator<string> {
  yield* openingParts(inventory, inventory.manifest);
  let comma = '';
  for (const version of inventory.versions) {
    yield comma;
    yield* versionParts(version);
    comma = ',';
  }
  yield INVENTORY_CLOSING;
}

/** All that stands before the first version. */
export function* openingParts(header: InventoryHeader, manifest: DigestBlock): Generator<string> {
  yield manifestOpening(header);
  yield* blockParts(manifest);
  yield VERSIONS_OPENING;
}

/** All that stands before the manifest. */
export function manifestOpening({ id, head }: InventoryHeader): string {
  return `{"id":${quoted(id)},"type":"${INVENTORY_TYPE}","digestAlgorithm":"${INVENTORY_DIGEST_ALGORITHM}","head":${quoted(head)},"manifest":`;
}

/** What stands between the manifest and the first version. */
export const VERSIONS_OPENING = ',"versions":{';

/** All that stands behind the last version. */
export const INVENTORY_CLOSING = '}}';

export function* versionParts(version: InventoryVersion): Generator<string> {
  yield stateOpening(version);
  yield* blockParts(version.state);
  yield stateClosing(version);
}

/** What stands before the state of a version. */
export function stateOpening({ name, created, message }: Pick<InventoryVersion, 'name' | 'created' | 'message'>): string {
  return `${quoted(name)}:{"created":${quoted(created)},"message":${quoted(message)},"state":`;
}

/** What stands behind it. */
export function stateClosing({ user }: Pick<InventoryVersion, 'user'>): string {
  return `,"user":{"address":${quoted(user.address)},"name":${quoted(user.name)}}}`;
}

function* blockParts(block: DigestBlock): Generator<string> {
  yield '{';
  let lastDigest: string | null = null;
  for (const [digest, paths] of block) {
    if (lastDigest !== null && digest <= lastDigest) throw new Error(`The digest ${digest} is not in its place: digests must ascend.`);
    yield `${lastDigest === null ? '' : ','}${quoted(digest)}:[`;
    lastDigest = digest;
    let lastPath: string | null = null;
    for (const path of paths) {
      if (lastPath !== null && path <= lastPath) {
        throw new Error(`The path "${path}" is not in its place: the paths of a digest must ascend.`);
      }
      yield (lastPath === null ? '' : ',') + quoted(path);
      lastPath = path;
    }
    yield ']';
  }
  yield '}';
}

/** A string as JSON writes it (RFC 8785 section 3.2.2.2). A lone surrogate comes out as an escape, so it is not lost in UTF-8. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** Joins small texts to pieces of about {@link PIECE_LENGTH} characters. */
export function* inPieces(parts: Iterable<string>): Generator<string> {
  let piece = '';
  for (const part of parts) {
    piece += part;
    if (piece.length >= PIECE_LENGTH) {
      yield piece;
      piece = '';
    }
  }
  if (piece !== '') yield piece;
}

/** Digests with their values, ascending by digest: what a {@link DigestBlock} asks for. Sorts the paths in place. */
export function* sortedBlock(digests: ReadonlyMap<string, string[]>): Generator<readonly [string, readonly string[]]> {
  for (const digest of [...digests.keys()].sort()) {
    const paths = digests.get(digest) ?? [];
    yield [digest, paths.length > 1 ? paths.sort() : paths];
  }
}
