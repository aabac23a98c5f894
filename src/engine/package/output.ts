import type { PackageSink } from './types.ts';

const BUFFER_BYTES = 1 << 20;
/** Chunks from this size on go to the sink as they are: copying them would cost more than the larger write saves. */
const PASS_ON_BYTES = 1 << 18;

/**
 * Collects small pieces into writes of 1 MiB, and fills one buffer while the sink writes the other. Memory: two buffers.
 *
 * One writer at a time: each `push` is awaited before the next.
 */
export class Output {
  readonly #sink: PackageSink;
  #filling = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #other = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #used = 0;
  #underWay: Promise<void> = Promise.resolve();
  /** Octets pushed so far. */
  size = 0;

  constructor(sink: PackageSink) {
    this.#sink = sink;
  }

  /** Writes, now or soon. The bytes may be used again once it has answered. Throws what the sink threw, also from an earlier piece. */
  async push(bytes: Uint8Array): Promise<void> {
    this.size += bytes.length;
    if (bytes.length >= PASS_ON_BYTES) {
      await this.#send();
      await this.#underWay;
      await this.#sink.write(bytes);
      return;
    }
    let at = 0;
    while (at < bytes.length) {
      const part = bytes.subarray(at, at + BUFFER_BYTES - this.#used);
      this.#filling.set(part, this.#used);
      this.#used += part.length;
      at += part.length;
      if (this.#used === BUFFER_BYTES) await this.#send();
    }
  }

  /** All that was pushed is with the sink. */
  async flush(): Promise<void> {
    await this.#send();
    await this.#underWay;
  }

  /** Waits for a write that is under way, whatever becomes of it: after an error elsewhere nothing may still be writing. */
  async settle(): Promise<void> {
    await this.#underWay.then(
      () => undefined,
      () => undefined,
    );
  }

  async #send(): Promise<void> {
    await this.#underWay;
    if (this.#used === 0) return;
    const full = this.#filling.subarray(0, this.#used);
    [this.#filling, this.#other] = [this.#other, this.#filling];
    this.#used = 0;
    this.#underWay = this.#sink.write(full);
    // The error is thrown by the next push; until then it is not to count as unhandled.
    this.#underWay.catch(() => undefined);
  }
}
