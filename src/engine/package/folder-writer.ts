import { join } from 'node:path';
import { inWords } from '../lake/index.ts';
import type { Durable } from '../lake/index.ts';
import type { PackageWriter } from './types.ts';
import { NOTHING_WRITTEN } from './words.ts';

/**
 * Writes a package as a folder. Names in a package are portable, so that every file system keeps them apart. Memory: nothing but the names of folders.
 *
 * Where one call makes a whole file system durable, that is left to `finish`: flushing 20,000 small files one by one takes minutes.
 */
export class FolderWriter implements PackageWriter {
  readonly #root: string;
  readonly #durable: Durable;
  readonly #folders = new Set<string>();
  readonly #flushesLater: boolean;
  #octets = 0;

  /** `root` must not be there. */
  constructor(root: string, durable: Durable) {
    this.#root = root;
    this.#durable = durable;
    this.#flushesLater = durable.place.kind === 'journaled' && process.platform === 'linux';
  }

  addFolder(name: string): Promise<void> {
    return this.#inWords(name, () => this.#folder(name));
  }

  async add(name: string, bytes: Uint8Array): Promise<void> {
    await this.#write(name, [bytes]);
  }

  async addStream(name: string, announced: { readonly size: number }, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const size = await this.#write(name, chunks);
    if (size !== announced.size) throw new Error(`The file ${name} was announced with other bytes than it got.`);
  }

  async finish(): Promise<number> {
    await inWords(`Making ${this.#root} durable`, NOTHING_WRITTEN, async () => {
      if (this.#flushesLater) return this.#durable.disk.syncFileSystem(this.#root);
      for (const folder of this.#folders) await this.#durable.disk.syncFolder(join(this.#root, folder));
    });
    return this.#octets;
  }

  settle(): Promise<void> {
    // Every call has waited for its own writes.
    return Promise.resolve();
  }

  async #write(name: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<number> {
    const slash = name.lastIndexOf('/');
    const handle = await this.#inWords(name, async () => {
      await this.#folder(slash < 0 ? '' : name.slice(0, slash));
      return this.#durable.disk.create(join(this.#root, name), 'exclusive');
    });
    let size = 0;
    try {
      for await (const chunk of chunks) {
        if (chunk.length > 0) await this.#inWords(name, () => handle.write(chunk));
        size += chunk.length;
      }
      if (!this.#flushesLater) await this.#inWords(name, () => handle.sync());
    } finally {
      await handle.close();
    }
    this.#octets += size;
    return size;
  }

  /** Makes a folder and those above it; the root is ''. */
  async #folder(name: string): Promise<void> {
    if (this.#folders.has(name)) return;
    if (name !== '') await this.#folder(name.slice(0, Math.max(0, name.lastIndexOf('/'))));
    await this.#durable.disk.mkdir(join(this.#root, name));
    this.#folders.add(name);
  }

  #inWords<T>(name: string, work: () => Promise<T>): Promise<T> {
    return inWords(`Writing ${join(this.#root, name)}`, NOTHING_WRITTEN, work);
  }
}
