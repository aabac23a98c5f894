import type { ReadOcflInventoryResult } from '../workers/read-ocfl-inventory.ts';
import { algorithmIndex, digestBytes } from './digests.ts';
import { PrintTable } from './inventory/print-table.ts';
import type { PrintedRecord } from './inventory/records.ts';
import { recordAt, recordsIn } from './inventory/records.ts';

/** The manifest and the additional digests of one inventory, to be compared with the files. Some 30 bytes for each file beside the records themselves. */
export class ContentList {
  /** Where the inventory is, relative to the object. */
  readonly inventory: string;
  /** Versions up to this number are its own. */
  readonly newest: number;
  /** Of the manifest's digests; -1 for an algorithm that is not known. */
  readonly algorithm: number;
  readonly algorithmName: string;
  readonly #blocks: readonly Uint8Array[];
  readonly #table = new PrintTable();
  readonly #blockOf: Uint16Array;
  readonly #placeOf: Uint32Array;
  readonly #seen: Uint8Array;
  readonly #fixityBlocks: readonly Uint8Array[];
  /** First additional digest of each file, and the next one of the same file, as numbers + 1. */
  readonly #fixityFirst: Int32Array;
  readonly #fixityNext: Int32Array;
  readonly #fixityPlace: readonly [Uint16Array, Uint32Array];

  constructor(inventory: string, newest: number, reading: ReadOcflInventoryResult) {
    this.inventory = inventory;
    this.newest = newest;
    this.algorithmName = reading.algorithm ?? '';
    this.algorithm = algorithmIndex(this.algorithmName);
    const [files, fixity] = reading.blockCounts;
    this.#blocks = reading.blocks.slice(0, files);
    this.#fixityBlocks = reading.blocks.slice(files, files + fixity);
    const count = reading.content.reduce((sum, place) => sum + place.count, 0);
    this.#blockOf = new Uint16Array(count);
    this.#placeOf = new Uint32Array(count);
    this.#seen = new Uint8Array(count);
    for (const { record, block, at } of recordsIn(this.#blocks)) {
      const index = this.#table.add(record.a, record.b);
      if (index < 0) continue;
      this.#blockOf[index] = block;
      this.#placeOf[index] = at;
    }
    const digests = reading.fixity.reduce((sum, place) => sum + place.count, 0);
    this.#fixityFirst = new Int32Array(digests > 0 ? count : 0);
    this.#fixityNext = new Int32Array(digests);
    this.#fixityPlace = [new Uint16Array(digests), new Uint32Array(digests)];
    this.#chainFixity();
  }

  /** The number of a file, given the print of its path; -1 where it is not listed. */
  find(a: number, b: number): number {
    return this.#table.find(a, b);
  }

  /** The file is there, whatever its bytes are. */
  see(index: number): void {
    this.#seen[index] = 1;
  }

  /** Bits of the algorithms that this file's digests are of. */
  maskOf(index: number): number {
    let mask = this.digestOf(index) === null ? 0 : 1 << this.algorithm;
    for (const { algorithm } of this.fixityOf(index)) mask |= 1 << algorithm;
    return mask;
  }

  /** The digest in the manifest; null where it is not one of the inventory's algorithm, which is reported elsewhere. */
  digestOf(index: number): Buffer | null {
    const { bytes } = this.#record(index);
    return this.algorithm >= 0 && bytes.length === digestBytes(this.algorithm) ? bytes : null;
  }

  *fixityOf(index: number): Generator<{ readonly algorithm: number; readonly digest: Buffer }> {
    for (let next = this.#fixityFirst[index] ?? 0; next > 0; next = this.#fixityNext[next - 1] ?? 0) {
      const [blocks, places] = this.#fixityPlace;
      const record = recordAt(this.#fixityBlocks[blocks[next - 1] ?? 0] ?? new Uint8Array(0), places[next - 1] ?? 0);
      yield { algorithm: fixityAlgorithm(record), digest: record.bytes };
    }
  }

  /** Files that were not seen. */
  *missing(): Generator<{ readonly path: string; readonly hasFixity: boolean }> {
    for (let index = 0; index < this.#table.length; index++) {
      if (this.#seen[index] === 0) yield { path: this.#record(index).text(), hasFixity: (this.#fixityFirst[index] ?? 0) > 0 };
    }
  }

  #record(index: number): PrintedRecord {
    return recordAt(this.#blocks[this.#blockOf[index] ?? 0] ?? new Uint8Array(0), this.#placeOf[index] ?? 0);
  }

  #chainFixity(): void {
    let number = 0;
    for (const { record, block, at } of recordsIn(this.#fixityBlocks)) {
      const file = this.#table.find(record.a, record.b);
      if (file >= 0) {
        this.#fixityPlace[0][number] = block;
        this.#fixityPlace[1][number] = at;
        this.#fixityNext[number] = this.#fixityFirst[file] ?? 0;
        this.#fixityFirst[file] = number + 1;
      }
      number += 1;
    }
  }
}

/** The place of an algorithm in the list is written as one character. */
function fixityAlgorithm(record: PrintedRecord): number {
  return record.text().charCodeAt(0) - 48;
}
