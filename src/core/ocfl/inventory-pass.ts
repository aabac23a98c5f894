import type { DigestList } from './digest-list.ts';
import { isContentPath, isSha256 } from './grammar.ts';
import { InventoryReader, type InventoryField } from './inventory-read.ts';
import { inPieces, PIECE_LENGTH, VERSIONS_OPENING } from './inventory-write.ts';
import type { DigestPath, MergedBlock } from './merged-block.ts';
import { refuseOtherFields } from './previous-fields.ts';
import { refusePrevious, VersionText } from './version-text.ts';

/**
 * An inventory on its way into the next one of its object: its manifest into a block that takes in new content, its versions as they are. Refuses what this
 * program would not have written for the version before.
 */
export class PassingInventory {
  readonly #next: { readonly id: string; readonly version: number };
  readonly #old: DigestList;
  readonly #manifest: MergedBlock;
  readonly #reader: InventoryReader;
  readonly #fields = new Map<InventoryField, string>();
  readonly #versions = new VersionText();
  #pairs: DigestPath[] = [];
  #isKnown: (digest: string) => boolean = () => false;
  #manifestIsClosed = false;
  /** Digests of the manifest that have a path. */
  #listed = 0;
  #lastListed = '';

  /** Digests of its manifest come to be in `old`. */
  constructor(next: { readonly id: string; readonly version: number }, old: DigestList, manifest: MergedBlock) {
    this.#next = next;
    this.#old = old;
    this.#manifest = manifest;
    this.#reader = new InventoryReader({
      field: (name, value) => this.#fields.set(name, value),
      contentDigest: (digest) => this.#contentDigest(digest),
      content: (digest, path) => this.#content(digest, path),
      version: (name) => {
        this.#versions.version(name);
        this.#isKnown = old.cursor();
      },
      versionField: (_version, name, value) => this.#versions.field(name, value),
      stateDigest: (_version, digest) => this.#stateDigest(digest),
      state: (_version, _digest, path) => this.#versions.path(path),
      fixity: () => refusePrevious('it has a fixity block, which this program would lose'),
    });
  }

  async *all(previous: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
    for await (const part of inParts(previous)) {
      this.#reader.feed(part);
      refuseFindings(this.#reader);
      yield* this.#ready();
    }
    this.#reader.end();
    refuseFindings(this.#reader);
    this.#checkFields();
    this.#versions.end();
    yield* this.#ready();
  }

  *#ready(): Generator<string> {
    const pairs = this.#pairs;
    this.#pairs = [];
    yield* inPieces(this.#manifest.take(pairs));
    if (this.#versions.count === 0) return;
    if (!this.#manifestIsClosed) {
      this.#manifestIsClosed = true;
      yield* inPieces(this.#manifest.end());
      yield VERSIONS_OPENING;
    }
    yield this.#versions.take();
  }

  #contentDigest(digest: string): void {
    if (this.#versions.count > 0) refusePrevious('its manifest stands behind its versions');
    if (!isSha256(digest)) refusePrevious(`its manifest has the digest "${digest}", which is not a sha256 digest in lower case`);
    if (!this.#old.add(digest)) refusePrevious(`its manifest is not in order at the digest ${digest}`);
  }

  #content(digest: string, path: string): void {
    if (!isContentPath(path)) refusePrevious(`its manifest has the path "${path}", which is not inside the content of a version`);
    const version = String(this.#next.version);
    if (path.startsWith(`v${version}/`)) refusePrevious(`its manifest already has content of version ${version}`);
    if (digest !== this.#lastListed) this.#listed += 1;
    this.#lastListed = digest;
    this.#pairs.push([digest, path]);
  }

  #stateDigest(digest: string): void {
    if (this.#old.length === 0) refusePrevious('its manifest is empty or stands behind its versions');
    if (!isSha256(digest) || !this.#isKnown(digest)) refusePrevious(`a version in it has a file with the digest ${digest}, which its manifest does not list`);
    this.#versions.digest(digest);
  }

  #checkFields(): void {
    if (this.#listed !== this.#old.length) refusePrevious('its manifest lists a digest without a path');
    refuseOtherFields(this.#fields, this.#next, this.#versions.count);
  }
}

/** Refuses at the first finding of a reader. */
export function refuseFindings(reader: InventoryReader): void {
  const [finding] = reader.findings;
  if (finding !== undefined) refusePrevious(`it is not a good OCFL inventory (${finding.code}). ${finding.message}`);
}

/** Cuts chunks so that a piece of text that grows with them stays small. */
export async function* inParts(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_LENGTH) yield chunk.subarray(at, at + PIECE_LENGTH);
  }
}
