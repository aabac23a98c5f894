import type { InventoryEvents } from '../../core/index.ts';
import { InventoryReader, isContentPath, isLogicalPath } from '../../core/index.ts';
import type { Changes } from './changes.ts';
import { DigestList, RecordList } from './compact.ts';
import { SequenceHash } from './sequence.ts';

/** A fault of an inventory: a code of OCFL 1.1's list, or `ORDER` where it is only not written as lake.md section 9 says. */
export interface InventoryFault {
  readonly code: string;
  readonly message: string;
}

/** The same fault at a thousand places says nothing new. */
const MAX_FAULTS = 20;
const hex64 = /^[0-9a-f]{64}$/;
const created = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

export interface InventoryWanted {
  readonly objectId: string;
  readonly version: number;
  /** The lines of the version's body; null where they are not to be compared. */
  readonly changes: Changes | null;
  readonly keepsManifest: boolean;
}

/** One streaming pass over an inventory: is it sound by itself, and what does it say, in forms small enough to be compared with others. */
export class InventoryPass implements InventoryEvents {
  readonly faults: InventoryFault[] = [];
  /** Hash of each version's state, v1 first. */
  readonly states: string[] = [];
  readonly manifestAll = new SequenceHash();
  /** The manifest without the content of this version: what the version before must list. */
  readonly manifestBefore = new SequenceHash();
  readonly manifestDigests = new DigestList();
  /** The manifest, where it is wanted. */
  readonly manifest = new RecordList();
  message: string | null = null;

  readonly #wanted: InventoryWanted;
  readonly #reader: InventoryReader;
  readonly #fields = new Map<string, string>();
  #digest = '';
  #path = '';
  #state: SequenceHash | null = null;
  #stateDigest = '';
  #statePath = '';
  #used: Uint8Array | null = null;
  /** Where the walk along the manifest's digests is, for the state that is being read. */
  #manifestAt = 0;
  /** Files that the body does not name, in the state before and in this one: both must be the same. */
  readonly #untouched = [new SequenceHash(), new SequenceHash()] as const;
  #ordered = true;

  constructor(wanted: InventoryWanted) {
    this.#wanted = wanted;
    this.#reader = new InventoryReader(this);
  }

  feed(chunk: Uint8Array): void {
    this.#reader.feed(chunk);
  }

  /** After the last chunk: the sentence that says where body and states differ, or null. */
  end(): string | null {
    this.#closeState();
    const shape = this.#reader.end();
    for (const { code, message } of shape) this.#fault(code, message);
    this.#checkFields();
    if (this.states.length !== this.#wanted.version) this.#fault('E008', `It describes ${String(this.states.length)} versions instead of ${String(this.#wanted.version)}.`);
    if (this.#ordered && shape.length === 0) this.#checkUsed();
    return this.#wanted.changes === null || this.faults.length > 0 ? null : this.#compareWithBody(this.#wanted.changes);
  }

  field(name: string, value: string): void {
    this.#fields.set(name, value);
  }

  contentDigest(digest: string): void {
    if (!hex64.test(digest)) this.#fault('E030', `"${digest}" in the manifest is not a SHA-256 in 64 lower-case hex digits.`);
    if (this.#digest !== '' && digest <= this.#digest) this.#disorder('The digests of the manifest are not sorted.');
    this.#digest = digest;
    this.#path = '';
    this.manifestDigests.push(digest);
  }

  content(digest: string, contentPath: string): void {
    const { version, keepsManifest } = this.#wanted;
    const folder = /^v([1-9]\d*)\/content\//.exec(contentPath);
    const of = Number(folder?.[1] ?? 0);
    if (!isContentPath(contentPath) || of < 1 || of > version) {
      this.#fault('E099', `The manifest names "${contentPath}", which is not a place for content of this object.`);
      return;
    }
    if (this.#path !== '' && contentPath <= this.#path) this.#disorder('The paths of a digest in the manifest are not sorted.');
    this.#path = contentPath;
    this.manifestAll.add(digest, contentPath);
    if (of !== version) this.manifestBefore.add(digest, contentPath);
    if (keepsManifest) {
      this.manifest.add(digest, contentPath);
    }
  }

  version(name: string): void {
    this.#closeState();
    this.#state = new SequenceHash();
    this.#stateDigest = '';
    this.#manifestAt = 0;
    this.#used ??= new Uint8Array(this.manifestDigests.length);
    if (name !== `v${String(this.states.length + 1)}`) this.#fault('E009', `Its versions are not v1, v2 and so on in order: "${name}" stands in place ${String(this.states.length + 1)}.`);
  }

  versionField(version: string, name: string, value: string): void {
    if (name === 'created' && !created.test(value)) this.#fault('E049', `The time of ${version} is not written as RFC 3339 asks.`);
    if (name === 'message' && version === `v${String(this.#wanted.version)}`) this.message = value;
  }

  stateDigest(version: string, digest: string): void {
    if (this.#stateDigest !== '' && digest <= this.#stateDigest) this.#disorder(`The digests in the state of ${version} are not sorted.`);
    this.#stateDigest = digest;
    this.#statePath = '';
    if (this.#ordered) this.#use(version, digest);
  }

  state(version: string, digest: string, logicalPath: string): void {
    if (!isLogicalPath(logicalPath)) {
      this.#fault('E052', `Version ${version} names the file "${logicalPath}", which is not a path that can be used.`);
      return;
    }
    if (this.#statePath !== '' && logicalPath <= this.#statePath) this.#disorder(`The paths of a digest in the state of ${version} are not sorted.`);
    this.#statePath = logicalPath;
    this.#state?.add(digest, logicalPath);
    const { changes, version: newest } = this.#wanted;
    if (changes === null) return;
    const number = this.states.length + 1;
    if (number === newest - 1 && !changes.before(digest, logicalPath)) this.#untouched[0].add(digest, logicalPath);
    if (number === newest && !changes.now(digest, logicalPath)) this.#untouched[1].add(digest, logicalPath);
  }

  fixity(): void {
    // Extra digests are allowed by OCFL and never written by us; the manifest's own are what is checked.
  }

  #closeState(): void {
    if (this.#state !== null) this.states.push(this.#state.digest());
    this.#state = null;
  }

  /** Both lists are sorted, so one walk along the manifest finds every digest of a state. */
  #use(version: string, digest: string): void {
    const manifest = this.manifestDigests;
    while (this.#manifestAt < manifest.length) {
      const listed = manifest.hexAt(this.#manifestAt);
      if (listed === digest && this.#used !== null) this.#used[this.#manifestAt] = 1;
      if (listed === digest) return;
      if (listed > digest) break;
      this.#manifestAt += 1;
    }
    this.#fault('E050', `The state of ${version} has the digest ${digest}, which the manifest does not list.`);
  }

  #checkUsed(): void {
    const at = this.#used?.indexOf(0) ?? -1;
    if (at >= 0) this.#fault('E107', `The manifest lists the digest ${this.manifestDigests.hexAt(at)}, which no version has.`);
  }

  #checkFields(): void {
    const wanted = { id: this.#wanted.objectId, type: 'https://ocfl.io/1.1/spec/#inventory', digestAlgorithm: 'sha256', head: `v${String(this.#wanted.version)}` };
    const codes = { id: 'E110', type: 'E038', digestAlgorithm: 'E025', head: 'E040' } as const;
    for (const name of ['id', 'type', 'digestAlgorithm', 'head'] as const) {
      const value = this.#fields.get(name);
      if (value !== undefined && value !== wanted[name]) this.#fault(codes[name], `Its "${name}" is "${value}" instead of "${wanted[name]}".`);
    }
    const folder = this.#fields.get('contentDirectory');
    if (folder !== undefined && folder !== 'content') this.#fault('E019', `Its content folder is called "${folder}" instead of "content".`);
  }

  #compareWithBody(changes: Changes): string | null {
    const [before, now] = this.#untouched;
    const fault = changes.end(now.count);
    if (fault !== null) return fault;
    if (before.digest() !== now.digest()) return 'The inventory changes files that the body does not name.';
    return changes.head.message === this.message ? null : 'Body and inventory do not have the same message.';
  }

  #disorder(message: string): void {
    this.#ordered = false;
    this.#fault('ORDER', message);
  }

  #fault(code: string, message: string): void {
    if (this.faults.length < MAX_FAULTS && !this.faults.some((fault) => fault.code === code)) this.faults.push({ code, message });
  }
}
