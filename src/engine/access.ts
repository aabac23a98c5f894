import { tidyStaging } from './drafting.ts';
import type { KnownLakeFile } from './known-lake.ts';
import { codeOf } from './lake/index.ts';
import { openKnown, openToRead, openToWrite } from './open.ts';
import type { OpenOptions, ReadableLake, WritableLake } from './open.ts';

/**
 * A lake as a program holds it that goes on running: opened for reading, and for writing only when something is to be written, because a place that does not keep
 * two writers apart admits one at a time.
 */
export class Access {
  readonly #options: OpenOptions;
  readonly #reader: ReadableLake;
  #writer: Promise<WritableLake> | null = null;
  #open: ReadableLake;

  private constructor(options: OpenOptions, reader: ReadableLake) {
    this.#options = options;
    this.#reader = reader;
    this.#open = reader;
  }

  static async of(options: OpenOptions): Promise<Access> {
    return new Access(options, await openToRead(options));
  }

  /** A lake that does not answer, as it was read last: it can be read from its catalog, and is not written to. */
  static async ofKnown(options: OpenOptions, known: Pick<KnownLakeFile, 'lake' | 'place'>): Promise<Access> {
    return new Access(options, await openKnown(options, known));
  }

  /** What never changes of a lake: its id, folder and zone. */
  get fixed(): Pick<ReadableLake, 'lake' | 'paths'> {
    return this.#reader;
  }

  /** The lake as it was read last: nothing is asked of its folder. */
  get known(): ReadableLake {
    return this.#open;
  }

  /** The lake with all that was added since, by anyone. */
  async reading(): Promise<ReadableLake> {
    const lake = this.#writer === null ? this.#reader : await this.#writer;
    await lake.refresh();
    return lake;
  }

  /** The lake for writing, with all that was added since. Throws the reason where this workstation may not write. */
  async writing(): Promise<WritableLake> {
    const opened = (this.#writer ??= this.#openWriter());
    const lake = await opened.catch((error: unknown) => {
      this.#writer = null;
      throw error;
    });
    this.#open = lake;
    await lake.refresh();
    return lake;
  }

  async close(): Promise<void> {
    const writer = await this.#writer?.catch(() => null);
    this.#writer = null;
    this.#open = this.#reader;
    await writer?.close();
    await this.#reader.close();
  }

  async #openWriter(): Promise<WritableLake> {
    const lake = await openToWrite(this.#options);
    try {
      await tidyStaging(lake);
    } catch (error) {
      // A folder that a finished act left, and that cannot be removed at this moment, is in nobody's way.
      if (codeOf(error) === '') {
        await lake.close();
        throw error;
      }
    }
    return lake;
  }
}

export type { ReadableLake, WritableLake } from './open.ts';
