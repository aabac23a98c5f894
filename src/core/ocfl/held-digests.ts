import type { Finding } from '../../contract/index.ts';
import { DigestList } from './digest-list.ts';
import { isContentPath, isSha256 } from './grammar.ts';
import { InventoryReader, type InventoryField } from './inventory-read.ts';

export type HeldDigestsResult = { readonly ok: true; readonly digests: DigestList } | { readonly ok: false; readonly findings: readonly Finding[] };

/**
 * Reads the newest inventory of an object before the next version is made, and keeps which content it holds: 32 bytes a digest. Only `ok` when the whole is
 * of OCFL's shape and the manifest is one that this program writes: sha256 digests in lower case and in order, content inside version folders.
 */
export class HeldDigestsCollector {
  readonly #reader: InventoryReader;
  readonly #path: string;
  readonly #digests = new DigestList();
  readonly #findings: Finding[] = [];
  readonly #fields = new Map<InventoryField, string>();

  /** `path` is where findings say they are. */
  constructor(path = 'inventory.json') {
    this.#path = path;
    const nothing = (): undefined => undefined;
    this.#reader = new InventoryReader(
      {
        field: (name, value) => this.#fields.set(name, value),
        contentDigest: (digest) => this.#digest(digest),
        content: (_digest, contentPath) => {
          if (!isContentPath(contentPath)) this.#find('E099', `The manifest names "${contentPath}", which is not a path inside a version's content.`);
        },
        version: nothing,
        versionField: nothing,
        state: nothing,
        fixity: nothing,
      },
      path,
    );
  }

  feed(chunk: Uint8Array): void {
    this.#reader.feed(chunk);
  }

  /** To be called once after the last chunk. */
  end(): HeldDigestsResult {
    this.#reader.end();
    const algorithm = this.#fields.get('digestAlgorithm');
    if (algorithm !== undefined && algorithm !== 'sha256') this.#find('E025', `The inventory uses the digest algorithm "${algorithm}"; only sha256 is read here.`);
    const findings = [...this.#reader.findings, ...this.#findings];
    return findings.length > 0 ? { ok: false, findings } : { ok: true, digests: this.#digests };
  }

  #digest(digest: string): void {
    if (!isSha256(digest)) this.#find('E030', `"${digest}" is not a sha256 digest in 64 lower-case hex digits.`);
    else if (!this.#digests.add(digest)) this.#find('ORDER', `The manifest's digest ${digest} is not in order.`);
  }

  #find(code: string, message: string): void {
    // One of each kind says enough to refuse.
    if (this.#findings.some((finding) => finding.code === code)) return;
    this.#findings.push({ code, severity: 'error', path: this.#path, message });
  }
}
