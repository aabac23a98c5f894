import type { WritableLake } from '../access.ts';
import { Receiving } from '../receiving.ts';

/** What one post may bring. */
const MOST_BYTES = 16 * 1024 ** 3;

/** Keeps what receives raw drops into the open lake, so that all requests share it. */
export class RawDesk {
  readonly mostBytes: number;
  #open: { readonly lake: WritableLake; readonly receiving: Promise<Receiving> } | null = null;

  constructor(mostBytes = MOST_BYTES) {
    this.mostBytes = mostBytes;
  }

  /** Of the lake that is open now. */
  async receiving(lake: WritableLake): Promise<Receiving> {
    if (this.#open?.lake.signer !== lake.signer || this.#open.lake.catalog !== lake.catalog) this.#open = { lake, receiving: Receiving.begin(lake) };
    return this.#open.receiving;
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    await (await open?.receiving.catch(() => null))?.close();
  }
}
