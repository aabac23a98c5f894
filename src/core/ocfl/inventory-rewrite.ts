import { utf8 } from '../bytes.ts';
import { isContentPath, isSha256 } from './grammar.ts';
import { InventoryReader, type InventoryField } from './inventory-read.ts';
import {
  INVENTORY_CLOSING,
  inPieces,
  openingParts,
  PIECE_LENGTH,
  sortedBlock,
  versionParts,
} from './inventory-write.ts';
import { checkNextVersion, type NextVersion } from './next-version.ts';
import { refuseOtherFields } from './previous-fields.ts';
import { refusePrevious, VersionText } from './version-text.ts';

/**
 * Makes the next inventory of an object out of the one before: versions that are there pass through as they are, without being held;
 * the manifest is held, since it stands in front of them and takes in the new content; the new version comes last.
 *
 * Same inputs, however they are cut, give the same text: docs/formats/lake.md section 9. Memory: manifest and new state. Throws an
 * Error, one plain sentence, where the inventory before is not one that this program would write for version n−1 of this object, or
 * where the new version would not be valid; what was handed out until then is worthless.
 */
export class InventoryRewriter {
  readonly #next: NextVersion;
  readonly #reader: InventoryReader;
  readonly #fields = new Map<InventoryField, string>();
  readonly #manifest = new Map<string, string[]>();
  readonly #passing = new VersionText();
  /** Whether id, manifest and all that stands before the versions was handed out. */
  #opened = false;

  constructor(next: NextVersion) {
    checkNextVersion(next);
    this.#next = next;
    this.#reader = new InventoryReader({
      field: (name, value) => this.#fields.set(name, value),
      contentDigest: (digest) => this.#contentDigest(digest),
      content: (digest, path) => this.#content(digest, path),
      version: (name) => this.#passing.version(name),
      versionField: (_version, name, value) => this.#passing.field(name, value),
      stateDigest: (_version, digest) => this.#stateDigest(digest),
      state: (_version, _digest, path) => this.#passing.path(path),
      fixity: () => refusePrevious('it has a fixity block, which this program would lose'),
    });
  }

  /**
   * Takes the next part of the inventory before; answers the text that is ready, in pieces. Nothing happens before the pieces are
   * taken, and all must be taken before the next call. A piece grows with the part: parts of 64 KiB are good.
   */
  *feed(chunk: Uint8Array): Generator<string> {
    this.#reader.feed(chunk);
    this.#refuseFindings();
    if (this.#passing.count === 0) return;
    yield* this.#opening();
    yield this.#passing.take();
  }

  /** To be called once, after the last part; for a new object at once. Answers the rest of the text. */
  *end(): Generator<string> {
    const { version } = this.#next;
    if (version > 1) {
      this.#reader.end();
      this.#refuseFindings();
      refuseOtherFields(this.#fields, this.#next, this.#passing.count);
    }
    yield* this.#opening();
    yield* inPieces(this.#closing());
  }

  *#opening(): Generator<string> {
    if (this.#opened) return;
    this.#opened = true;
    this.#mergeContent();
    const { id, version } = this.#next;
    yield* inPieces(openingParts({ id, head: `v${String(version)}` }, sortedBlock(this.#manifest)));
  }

  *#closing(): Generator<string> {
    const { version, created, message, user, state } = this.#next;
    if (version > 1) {
      this.#passing.end();
      yield this.#passing.take();
      yield ',';
    }
    yield* versionParts({ name: `v${String(version)}`, created, message, user, state: sortedBlock(byDigest(state)) });
    yield INVENTORY_CLOSING;
  }

  #contentDigest(digest: string): void {
    if (this.#passing.count > 0) refusePrevious('its manifest stands behind its versions');
    if (!isSha256(digest)) refusePrevious(`its manifest has the digest "${digest}", which is not a sha256 digest in lower case`);
    this.#manifest.set(digest, []);
  }

  #content(digest: string, path: string): void {
    if (!isContentPath(path)) refusePrevious(`its manifest has the path "${path}", which is not inside the content of a version`);
    const version = String(this.#next.version);
    if (path.startsWith(`v${version}/`)) refusePrevious(`its manifest already has content of version ${version}`);
    this.#manifest.get(digest)?.push(path);
  }

  #stateDigest(digest: string): void {
    if (this.#manifest.size === 0) refusePrevious('its manifest is empty or stands behind its versions');
    if (!this.#manifest.has(digest)) {
      refusePrevious(`a version in it has a file with the digest ${digest}, which its manifest does not list`);
    }
    this.#passing.digest(digest);
  }

  #refuseFindings(): void {
    const [finding] = this.#reader.findings;
    if (finding !== undefined) refusePrevious(`it is not a good OCFL inventory (${finding.code}). ${finding.message}`);
  }

  #mergeContent(): void {
    for (const [digest, paths] of this.#next.newContent) {
      this.#manifest.set(digest, [...(this.#manifest.get(digest) ?? []), ...paths]);
    }
    for (const [path, digest] of this.#next.state) {
      if (!this.#manifest.has(digest)) throw new Error(`The file "${path}" has the digest ${digest}, for which there is no content.`);
    }
  }
}

/**
 * The next inventory of an object as UTF-8 in chunks of about 64 KiB; nothing is read before it is asked for. `previous` is the object's
 * newest inventory, null for a new object (version 1). Throws as {@link InventoryRewriter} does.
 */
export async function* nextInventory(
  next: NextVersion & { readonly previous: AsyncIterable<Uint8Array> | null },
): AsyncGenerator<Uint8Array> {
  let piece = '';
  for await (const text of nextTexts(next, next.previous)) {
    piece += text;
    if (piece.length < PIECE_LENGTH) continue;
    yield utf8(piece);
    piece = '';
  }
  if (piece !== '') yield utf8(piece);
}

async function* nextTexts(next: NextVersion, previous: AsyncIterable<Uint8Array> | null): AsyncGenerator<string> {
  if (next.version === 1 && previous !== null) throw new Error('Version 1 is the first one; there can be no inventory before it.');
  if (next.version > 1 && previous === null) {
    throw new Error(`Version ${String(next.version)} needs the inventory of the version before it.`);
  }
  const rewriter = new InventoryRewriter(next);
  for await (const chunk of previous ?? []) {
    for (let at = 0; at < chunk.length; at += PIECE_LENGTH) yield* rewriter.feed(chunk.subarray(at, at + PIECE_LENGTH));
  }
  yield* rewriter.end();
}

function byDigest(state: ReadonlyMap<string, string>): Map<string, string[]> {
  const paths = new Map<string, string[]>();
  for (const [path, digest] of state) {
    const known = paths.get(digest);
    if (known === undefined) paths.set(digest, [path]);
    else known.push(path);
  }
  return paths;
}
