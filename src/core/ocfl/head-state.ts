import type { ContentPath, Finding, LogicalPath, Sha256 } from '../../contract/index.ts';
import { InventoryReader, type InventoryField } from './inventory-read.ts';
import { fileThatIsAlsoFolder, isContentPath, isLogicalPath, isSha256 } from './grammar.ts';

/** What of an inventory is needed to read one version, or to write the next one. */
export interface HeadState {
  readonly id: string;
  readonly head: string;
  /** Content paths, relative to the object's root, of each digest. */
  readonly manifest: Map<Sha256, ContentPath[]>;
  /** The digest of each file of the version. */
  readonly state: Map<LogicalPath, Sha256>;
  /** Names of all versions, as the inventory orders them. */
  readonly versions: string[];
}

export type HeadStateResult =
  | { readonly ok: true; readonly value: HeadState }
  | {
      readonly ok: false;
      readonly findings: readonly Finding[];
      /** Not null: nothing is wrong, but `head` stood behind `versions`; read once more with `new HeadStateCollector(again)`. */
      readonly again: string | null;
    };

/**
 * Reads an inventory and keeps its manifest and the state of one version: the named one, or the head. Memory does not grow with the
 * number of versions.
 *
 * The answer is only `ok` when the whole inventory is of OCFL's shape, its digests are lower-case sha256, every path that is kept is safe
 * to use (no `..`, content inside a version folder), and every file of the state has content.
 */
export class HeadStateCollector {
  readonly #reader: InventoryReader;
  readonly #path: string;
  readonly #findings: Finding[] = [];
  readonly #fields = new Map<InventoryField, string>();
  readonly #manifest = new Map<Sha256, ContentPath[]>();
  readonly #versions: string[] = [];
  #state = new Map<LogicalPath, Sha256>();
  #stateOf: string | null = null;
  #wanted: string | null;

  /** `version` is a name like `v3`; null means the head. `path` is where findings say they are. */
  constructor(version: string | null = null, path = 'inventory.json') {
    this.#wanted = version;
    this.#path = path;
    this.#reader = new InventoryReader(
      {
        field: (name, value) => this.#field(name, value),
        content: (digest, contentPath) => this.#content(digest, contentPath),
        version: (name) => this.#version(name),
        versionField: () => undefined,
        state: (version, digest, logicalPath) => this.#file(version, digest, logicalPath),
        fixity: () => undefined,
      },
      path,
    );
  }

  feed(chunk: Uint8Array): void {
    this.#reader.feed(chunk);
  }

  /** To be called once after the last chunk. */
  end(): HeadStateResult {
    this.#reader.end();
    const head = this.#fields.get('head') ?? '';
    if (this.#reader.findings.length === 0) {
      const wanted = this.#wanted ?? head;
      if (!this.#versions.includes(wanted)) this.#find('E040', `The inventory has no version "${wanted}".`);
      else if (wanted !== this.#stateOf && this.#findings.length === 0) return { ok: false, findings: [], again: wanted };
      this.#checkState();
    }
    const findings = [...this.#reader.findings, ...this.#findings];
    if (findings.length > 0) return { ok: false, findings, again: null };
    const id = this.#fields.get('id') ?? '';
    return { ok: true, value: { id, head, manifest: this.#manifest, state: this.#state, versions: this.#versions } };
  }

  #field(name: InventoryField, value: string): void {
    this.#fields.set(name, value);
    if (name === 'head') this.#wanted ??= value;
    if (name === 'digestAlgorithm' && value !== 'sha256') {
      this.#find('E025', `The inventory uses the digest algorithm "${value}"; only sha256 is read here.`);
    }
  }

  #content(digest: string, contentPath: string): void {
    if (!this.#isDigest(digest)) return;
    if (!isContentPath(contentPath)) {
      this.#find('E099', `The manifest names "${contentPath}", which is not a path inside a version's content.`);
      return;
    }
    const paths = this.#manifest.get(digest);
    if (paths === undefined) this.#manifest.set(digest, [contentPath]);
    else paths.push(contentPath);
  }

  #version(name: string): void {
    this.#versions.push(name);
    if (this.#wanted !== null && this.#wanted !== name) return;
    this.#state = new Map();
    this.#stateOf = name;
  }

  #file(version: string, digest: string, logicalPath: string): void {
    if (version !== this.#stateOf || !this.#isDigest(digest)) return;
    if (!isLogicalPath(logicalPath)) {
      this.#find('E052', `Version ${version} names the file "${logicalPath}", which is not a path that can be used.`);
      return;
    }
    if (this.#state.has(logicalPath)) this.#find('E095', `Version ${version} lists the file "${logicalPath}" twice.`);
    this.#state.set(logicalPath, digest);
  }

  #isDigest(digest: string): digest is Sha256 {
    if (isSha256(digest)) return true;
    this.#find('E030', `"${digest}" is not a sha256 digest in 64 lower-case hex digits.`);
    return false;
  }

  #checkState(): void {
    for (const [path, digest] of this.#state) {
      if (!this.#manifest.has(digest)) this.#find('E050', `The file "${path}" has the digest ${digest}, which the manifest does not list.`);
    }
    const clash = fileThatIsAlsoFolder(this.#state);
    if (clash !== null) this.#find('E095', `The file "${clash.file}" is also a folder, of "${clash.below}".`);
  }

  #find(code: string, message: string): void {
    // One of each kind says enough to refuse; a checker that lists them all reads the events itself.
    if (this.#findings.some((finding) => finding.code === code)) return;
    this.#findings.push({ code, severity: 'error', path: this.#path, message });
  }
}
