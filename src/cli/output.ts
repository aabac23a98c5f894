import type { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { shown } from './words.ts';

/** Text collected before it is written: one system call a line would take longer than finding the lines. */
const HELD = 32_768;

/** The reader of a pipe, or the terminal, has gone: nobody is there to be told. */
const gone = ['EPIPE', 'EIO', 'ECONNRESET', 'EOF', 'ERR_STREAM_DESTROYED'];

/**
 * Standard output or standard error. Once its reader has gone (`… | head`) everything more is dropped, and `isClosed` says so; any other error of writing,
 * such as a full disk behind `> file`, is thrown.
 */
export class Output {
  readonly #stream: Writable;
  #held = '';
  #begun = false;
  #closed = false;

  constructor(stream: Writable) {
    this.#stream = stream;
    // Each write has its own answer; without a listener the stream would end the process.
    stream.on('error', () => {
      this.#closed = true;
    });
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Something was written already, so that what follows stands behind it. */
  get hasBegun(): boolean {
    return this.#begun;
  }

  /** One line, escaped, so that no name in it can act on the terminal. */
  async line(text: string): Promise<void> {
    await this.text(`${shown(text)}\n`);
  }

  async lines(texts: Iterable<string>): Promise<void> {
    for (const text of texts) await this.line(text);
  }

  /** Text as it is. */
  async text(text: string): Promise<void> {
    this.#held += text;
    if (this.#held.length >= HELD) await this.flush();
  }

  /** Bytes as they are; they may be used again when this has answered. */
  async bytes(chunk: Uint8Array): Promise<void> {
    await this.flush();
    await this.#write(chunk);
  }

  async flush(): Promise<void> {
    const text = this.#held;
    this.#held = '';
    if (text === '') return;
    await this.#write(text);
    // A pipe or a file takes the text at once; Ctrl-C is noticed only when the event loop turns.
    await setImmediate();
  }

  /** Forgets text that was not written yet. */
  drop(): void {
    this.#held = '';
  }

  #write(chunk: string | Uint8Array): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#begun = true;
    return new Promise((resolve, reject) => {
      this.#stream.write(chunk, (error) => {
        const code = (error as NodeJS.ErrnoException | null | undefined)?.code ?? '';
        if (error === null || error === undefined || gone.includes(code)) resolve();
        else reject(error);
        if (error !== null && error !== undefined) this.#closed = true;
      });
    });
  }
}
