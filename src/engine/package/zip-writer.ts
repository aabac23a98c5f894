import { crc32 } from 'node:zlib';
import type { Instant } from '../../contract/index.ts';
import { Output } from './output.ts';
import type { PackageSink, PackageWriter } from './types.ts';
import { dataDescriptor, directoryRecord, dosTimeOf, endRecords, localHeader } from './zip-records.ts';
import type { ZipEntry } from './zip-records.ts';

const SLAB_BYTES = 1 << 20;

/**
 * Writes a zip in one pass: stored entries, zip64 where needed, the same bytes for the same input (docs/formats/export.md section 10;
 * why not a library: docs/adr/0001-own-zip-writer.md). Memory: two buffers of 1 MiB, and the central directory, about 120 bytes an entry.
 *
 * Each call is awaited before the next. Names are the caller's: relative, `/` between segments, each once.
 */
export class ZipWriter implements PackageWriter {
  readonly #output: Output;
  readonly #top: string;
  readonly #dosTime: number;
  readonly #directory: Buffer[] = [];
  #slabUsed = 0;
  #directorySize = 0;
  #entries = 0;

  /** `time` is that of every entry; `top` the folder in which all of them stand, or nothing. */
  constructor(sink: PackageSink, time: Instant, top = '') {
    this.#output = new Output(sink);
    this.#dosTime = dosTimeOf(time);
    this.#top = top === '' ? '' : `${top}/`;
  }

  addFolder(name: string): Promise<void> {
    return this.add(`${name}/`, new Uint8Array(0));
  }

  /** An entry whose bytes are all there. */
  async add(name: string, bytes: Uint8Array): Promise<void> {
    const crc = crc32(bytes);
    const { entry, offset } = await this.#begin(name, bytes.length, crc);
    await this.#output.push(bytes);
    this.#record(entry, crc, offset);
  }

  /**
   * An entry in pieces. `size` is exact; `crc` is that of all bytes where it is known beforehand. Chunks may be used again by their source once the next is asked for.
   * Throws an Error where the pieces are not what was announced.
   */
  async addStream(name: string, announced: { readonly size: number; readonly crc: number | null }, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const { entry, offset } = await this.#begin(name, announced.size, announced.crc);
    let crc = 0;
    let size = 0;
    for await (const chunk of chunks) {
      crc = crc32(chunk, crc);
      size += chunk.length;
      await this.#output.push(chunk);
    }
    if (size !== announced.size || (announced.crc !== null && crc !== announced.crc)) {
      throw new Error(`The entry ${name} was announced with other bytes than it got.`);
    }
    if (announced.crc === null) await this.#output.push(dataDescriptor(entry, crc));
    this.#record(entry, crc, offset);
  }

  /** The central directory and the end. Answers the size of the zip, all of it with the sink. */
  async finish(): Promise<number> {
    const offset = this.#output.size;
    for (const [i, slab] of this.#directory.entries()) {
      await this.#output.push(i === this.#directory.length - 1 ? slab.subarray(0, this.#slabUsed) : slab);
    }
    await this.#output.push(endRecords(this.#entries, this.#directorySize, offset));
    await this.#output.flush();
    return this.#output.size;
  }

  /** Waits until nothing is written any more. After an error, before the sink is given up. */
  async settle(): Promise<void> {
    await this.#output.settle();
  }

  async #begin(name: string, size: number, crc: number | null): Promise<{ entry: ZipEntry; offset: number }> {
    const entry: ZipEntry = { name: Buffer.from(this.#top + name, 'utf8'), size, crc, dosTime: this.#dosTime };
    const offset = this.#output.size;
    await this.#output.push(localHeader(entry));
    return { entry, offset };
  }

  /** Records are packed into slabs: 100,000 buffers of their own would weigh three times as much. */
  #record(entry: ZipEntry, crc: number, offset: number): void {
    const record = directoryRecord(entry, crc, offset);
    this.#entries++;
    this.#directorySize += record.length;
    let at = 0;
    while (at < record.length) {
      let slab = this.#directory.at(-1);
      if (slab === undefined || this.#slabUsed === SLAB_BYTES) {
        slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
        this.#directory.push(slab);
        this.#slabUsed = 0;
      }
      const copied = record.copy(slab, this.#slabUsed, at);
      this.#slabUsed += copied;
      at += copied;
    }
  }
}
