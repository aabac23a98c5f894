import { HmsError } from '../contract/index.ts';
import { tidyStaging } from '../engine/drafting.ts';
import { profileFolder } from '../engine/keys/index.ts';
import { codeOf } from '../engine/lake/index.ts';
import { openToRead, openToWrite } from '../engine/open.ts';
import type { OpenOptions, ReadableLake, WritableLake } from '../engine/open.ts';

/**
 * A lake as the SDK holds it: opened for reading, and for writing only when something is to be written, because a place that does not keep
 * two writers apart admits one at a time.
 */
export class Access {
  readonly #options: OpenOptions;
  readonly #reader: ReadableLake;
  #writer: Promise<WritableLake> | null = null;

  private constructor(options: OpenOptions, reader: ReadableLake) {
    this.#options = options;
    this.#reader = reader;
  }

  /** Where `folder` is left out, HMS_LAKE names it; the same for `profile` and HMS_PROFILE. */
  static async open(folder?: string, profile?: string): Promise<Access> {
    const options = { folder: folder ?? process.env['HMS_LAKE'] ?? '', profile: profile ?? profileFolder(process.env) };
    if (options.folder === '') {
      throw new HmsError('USAGE', 'No lake is named.', { kept: 'Nothing was changed.', next: "Give its folder, as in { lake: '/records/lake' }, or name it in HMS_LAKE. A lake is made with: hms dta init DIR" });
    }
    return new Access(options, await openToRead(options));
  }

  /** What never changes of a lake: its id, folder and zone. */
  get fixed(): Pick<ReadableLake, 'lake' | 'paths'> {
    return this.#reader;
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
    await lake.refresh();
    return lake;
  }

  async close(): Promise<void> {
    const writer = await this.#writer?.catch(() => null);
    this.#writer = null;
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
