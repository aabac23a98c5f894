import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { HmsError, ProgramId } from '../contract/index.ts';
import { bytesOf } from '../engine/lake/index.ts';
import { dropContent, dropOfText } from '../engine/raw-drops.ts';
import { contractOf, Receiving } from '../engine/receiving.ts';
import type { Access } from './access.ts';

/** What a file is kept as. */
export interface PutRawOptions {
  /** Number of the program that the file belongs to. */
  readonly program: number;
  /** Data contract that the file is meant for. */
  readonly contract?: string;
  /** Name that it is kept under; that of the file where it is left out. */
  readonly as?: string;
}

/** What has become of it. */
export interface PutRaw {
  readonly rawId: number;
  readonly name: string;
  /** The program had brought the same bytes before: `rawId` is the drop that holds them. */
  readonly duplicate: boolean;
}

/** A file as it arrived. What is `null` stood in a body that was destroyed. */
export interface RawFile {
  /** `null` for one from before a fork. */
  readonly rawId: number | null;
  readonly uuid: string;
  readonly program: number | null;
  readonly name: string;
  /** By its first bytes. */
  readonly mediaType: string | null;
  readonly size: number;
  readonly sha256: string;
  readonly sender: string | null;
  readonly contract: string | null;
  /** ISO 8601 instant in UTC. */
  readonly received: string;
  /** Its bytes. They are not checked on the way: compare with `sha256`, or let `hms dta raw cat` do it. */
  readonly stream: AsyncIterable<Uint8Array>;
}

/** The raw drops of a lake: files kept byte for byte as programs deliver them. */
export class RawDrops {
  readonly #access: Access;

  /** @internal */
  constructor(access: Access) {
    this.#access = access;
  }

  /**
   * Keeps a file, or bytes as they come, and resolves when it stands in the ledger.
   *
   * @throws {@link HmsError} `NAME_INVALID`, `USAGE`
   *
   * @example
   * ```ts
   * const { rawId } = await records.raw.put('seatbelt_2024_07_31.csv', { program: 12 });
   * ```
   */
  async put(source: string | AsyncIterable<Uint8Array>, options: PutRawOptions): Promise<PutRaw> {
    const program = ProgramId.safeParse(options.program);
    if (!program.success) throw new HmsError('USAGE', `${options.program} is not the number of a program.`, { kept: 'Nothing was kept.', next: 'Give a whole number: { program: 12 }' });
    const name = options.as ?? (typeof source === 'string' ? basename(source) : '');
    const lake = await this.#access.writing();
    const order = { program: program.data, contract: options.contract === undefined ? null : contractOf(options.contract), sender: lake.by.account };
    const receiving = await Receiving.begin(lake);
    try {
      const content = typeof source === 'string' ? (createReadStream(source, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>) : source;
      const { rawId, name: kept, duplicate } = await receiving.enter(order, await receiving.stage(name, content));
      return { rawId, name: kept, duplicate };
    } finally {
      await receiving.close();
    }
  }

  /**
   * A drop by its `raw_id` or its UUID, with its bytes.
   *
   * @throws {@link HmsError} `RAW_UNKNOWN`
   */
  async fetch(raw: number | string): Promise<RawFile> {
    const lake = await this.#access.reading();
    const drop = dropOfText(lake, String(raw));
    const { place, size, sha256, name } = await dropContent(lake, drop);
    const { rawId, id, program, media, sender, contract, at } = drop;
    return { rawId, uuid: id, program, name, mediaType: media, size, sha256, sender, contract, received: at, stream: bytesOf(place) };
  }
}
