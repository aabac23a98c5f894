/** One entry of a zip's directory, with what is behind it in the file. */
export interface Spot {
  readonly name: string;
  readonly size: number;
  readonly crc: number;
  readonly stored: boolean;
  readonly packedSize: number;
  readonly offset: number;
  readonly hasDescriptor: boolean;
  /** Where its bytes begin; null where its local header is not that of the same file. */
  readonly start: number | null;
}

const STORED = 1;
const DESCRIPTOR = 2;
const NUMBERS = 4;
const NO_START = -1;

/** Entries of a zip, side by side in arrays: hundreds of thousands of objects would take several times the memory. */
export class SpotList implements Iterable<Spot> {
  readonly #names: string[] = [];
  /** Size, packed size, offset and start of each. */
  #numbers = new Float64Array(64 * NUMBERS);
  #crcs = new Uint32Array(64);
  #flags = new Uint8Array(64);

  get length(): number {
    return this.#names.length;
  }

  add({ name, size, crc, stored, packedSize, offset, hasDescriptor, start }: Spot): void {
    const index = this.#names.length;
    if (index === this.#crcs.length) this.#resize(Math.max(64, Math.ceil(index * 1.5)));
    this.#names.push(name);
    this.#numbers.set([size, packedSize, offset, start ?? NO_START], index * NUMBERS);
    this.#crcs[index] = crc;
    this.#flags[index] = (stored ? STORED : 0) | (hasDescriptor ? DESCRIPTOR : 0);
  }

  /** Gives up the room for more. */
  close(): void {
    this.#resize(this.length);
  }

  names(): readonly string[] {
    return this.#names;
  }

  at(index: number): Spot {
    const number = (column: number): number => this.#numbers[index * NUMBERS + column] ?? 0;
    const flags = this.#flags[index] ?? 0;
    const start = number(3);
    return {
      name: this.#names[index] ?? '',
      size: number(0),
      packedSize: number(1),
      offset: number(2),
      start: start === NO_START ? null : start,
      crc: this.#crcs[index] ?? 0,
      stored: (flags & STORED) !== 0,
      hasDescriptor: (flags & DESCRIPTOR) !== 0,
    };
  }

  *[Symbol.iterator](): Generator<Spot> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }

  /** In the order in which they stand in the file. */
  *inPlace(): Generator<Spot> {
    const order = Uint32Array.from({ length: this.length }, (_, index) => index);
    const offset = (index: number): number => this.#numbers[index * NUMBERS + 2] ?? 0;
    for (const index of order.sort((a, b) => offset(a) - offset(b))) yield this.at(index);
  }

  #resize(room: number): void {
    const numbers = new Float64Array(room * NUMBERS);
    numbers.set(this.#numbers.subarray(0, numbers.length));
    this.#numbers = numbers;
    const crcs = new Uint32Array(room);
    crcs.set(this.#crcs.subarray(0, room));
    this.#crcs = crcs;
    const flags = new Uint8Array(room);
    flags.set(this.#flags.subarray(0, room));
    this.#flags = flags;
  }
}
