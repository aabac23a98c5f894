import type { Plain } from './hand-crypto.ts';
import { sha256Hex } from './hand-crypto.ts';

/** One dataset as an OCFL 1.1 object, written down a second time: docs/formats/lake.md section 9. */

interface Version {
  readonly created: string;
  readonly message: string;
  readonly key: string;
  /** Logical name → digest. */
  readonly state: ReadonlyMap<string, string>;
}

export interface HandChange {
  readonly inventory: string;
  readonly content: readonly { readonly path: string; readonly bytes: string | Uint8Array }[];
  readonly lines: Plain[];
  readonly files: number;
  readonly bytes: number;
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export class HandObject {
  readonly id: string;
  /** Relative to the lake. */
  readonly folder: string;
  /** Hash of each version's inventory as the ledger names it. */
  readonly hashes: string[] = [];
  readonly #versions: Version[] = [];
  /** Content path → digest. */
  readonly #manifest = new Map<string, string>();
  readonly #sizes = new Map<string, number>();

  constructor(dataset: string) {
    this.id = `hms:${dataset}`;
    const digest = sha256Hex(this.id);
    const encoded = this.id.replaceAll(/[^A-Za-z0-9_-]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
    this.folder = `store/${digest.slice(0, 2)}/${digest.slice(2, 4)}/${encoded}`;
  }

  get newest(): number {
    return this.#versions.length;
  }

  /** Logical name → digest of the newest version. */
  get state(): ReadonlyMap<string, string> {
    return this.#versions.at(-1)?.state ?? new Map<string, string>();
  }

  size(digest: string): number {
    return this.#sizes.get(digest) ?? 0;
  }

  /** Content path of a digest. */
  contentPath(digest: string): string {
    for (const [path, of] of this.#manifest) if (of === digest) return path;
    throw new Error(`no content ${digest}`);
  }

  change(
    files: Readonly<Record<string, string | Uint8Array>>,
    remove: readonly string[],
    rename: Readonly<Record<string, string>>,
    about: { readonly created: string; readonly message: string; readonly key: string },
  ): HandChange {
    const before = this.state;
    const state = new Map(before);
    const lines: (Plain & { readonly path: string })[] = [];
    for (const path of remove) {
      state.delete(path);
      lines.push({ do: 'remove', path });
    }
    for (const from of Object.values(rename)) state.delete(from);
    for (const [path, from] of Object.entries(rename)) {
      const digest = before.get(from);
      if (digest === undefined) throw new Error(`no file ${from}`);
      state.set(path, digest);
      lines.push({ do: 'rename', from, path });
    }
    const content: { path: string; bytes: string | Uint8Array }[] = [];
    for (const [path, bytes] of Object.entries(files)) {
      const digest = sha256Hex(bytes);
      const size = Buffer.byteLength(bytes);
      if (!this.#sizes.has(digest)) {
        content.push({ path, bytes });
        this.#manifest.set(`v${String(this.newest + 1)}/content/${path}`, digest);
      }
      this.#sizes.set(digest, size);
      lines.push({ do: before.has(path) ? 'replace' : 'add', path, sha256: digest, size, mtime: '2024-07-29T08:30:00.000Z' });
      state.set(path, digest);
    }
    this.#versions.push({ ...about, state });
    const bytes = [...state.values()].reduce((sum, digest) => sum + this.size(digest), 0);
    return { inventory: this.#inventory(), content, lines: lines.sort((a, b) => byText(a.path, b.path)), files: state.size, bytes };
  }

  /** Replaces the newest version by one with the state before it. */
  void(about: { readonly created: string; readonly key: string }): string {
    const version = this.newest;
    for (const [path, digest] of [...this.#manifest]) {
      if (!path.startsWith(`v${String(version)}/`)) continue;
      this.#manifest.delete(path);
      this.#sizes.delete(digest);
    }
    this.#versions.pop();
    this.#versions.push({ ...about, message: 'voided', state: this.state });
    return this.#inventory();
  }

  #inventory(): string {
    const versions: Record<string, Plain> = {};
    for (const [i, { created, message, state, key }] of this.#versions.entries()) {
      versions[`v${String(i + 1)}`] = { created, message, state: byDigest(state), user: { address: `urn:hms:key:${key}`, name: 'workstation RECORDS-7' } };
    }
    return JSON.stringify({
      id: this.id,
      type: 'https://ocfl.io/1.1/spec/#inventory',
      digestAlgorithm: 'sha256',
      head: `v${String(this.newest)}`,
      manifest: byDigest(this.#manifest),
      versions,
    });
  }
}

/** Path → digest, turned into digest → paths, both sorted. */
function byDigest(paths: ReadonlyMap<string, string>): Record<string, string[]> {
  const groups = Map.groupBy(paths, ([, digest]) => digest);
  const sorted = [...groups].sort(([a], [b]) => byText(a, b));
  return Object.fromEntries(sorted.map(([digest, group]) => [digest, group.map(([path]) => path).sort(byText)]));
}
