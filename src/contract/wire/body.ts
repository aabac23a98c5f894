import { CHUNK, GRANT, WINDOW } from './messages.ts';

/** Both halves of a body on its way: what sends it, and what makes a stream of what comes. Each end of a wire uses both. */

export interface Pump {
  /** The reader wants so many more bytes. */
  grant(bytes: number): void;
  /** Stops reading the stream, which is told so. */
  cancel(reason: unknown): void;
}

export interface PumpTarget {
  chunk(bytes: Uint8Array<ArrayBuffer>): void;
  end(): void;
  fail(error: unknown): void;
}

/** Sends a stream in chunks, never more than was asked for. After `cancel`, `target` hears nothing more. */
export function pump(stream: ReadableStream<Uint8Array>, target: PumpTarget): Pump {
  const reader = stream.getReader();
  const stopped = new AbortController();
  let credit = WINDOW;
  let wake: () => void = () => undefined;

  const allowed = async (): Promise<void> => {
    while (credit === 0 && !stopped.signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
  };
  const send = async (value: Uint8Array): Promise<void> => {
    for (let at = 0; at < value.length; ) {
      await allowed();
      stopped.signal.throwIfAborted();
      const length = Math.min(value.length - at, CHUNK, credit);
      credit -= length;
      // Copied out: a view would carry the whole buffer that it looks into, and one of a pool cannot be transferred. (`slice` of a Buffer is a view.)
      target.chunk(new Uint8Array(Uint8Array.prototype.slice.call(value, at, at + length)));
      at += length;
    }
  };
  const run = async (): Promise<void> => {
    try {
      for (;;) {
        const { done, value } = await reader.read();
        // A stream that was cancelled reads as ended: what was cut off must not look complete.
        stopped.signal.throwIfAborted();
        if (done) return target.end();
        await send(value);
      }
    } catch (error) {
      if (stopped.signal.aborted) return;
      await reader.cancel(error).catch(() => undefined);
      target.fail(error);
    }
  };
  void run();
  return {
    grant: (bytes) => {
      credit += bytes;
      wake();
    },
    cancel: (reason) => {
      if (stopped.signal.aborted) return;
      stopped.abort(reason);
      wake();
      // Whether the source could be told makes no difference to who cancels.
      reader.cancel(reason).catch(() => undefined);
    },
  };
}

export interface Intake {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  chunk(bytes: Uint8Array<ArrayBuffer>): void;
  end(): void;
  fail(error: unknown): void;
}

/** A stream of the chunks that come. `grant` is called as they are read, `cancelled` when the reader wants no more; after that nothing reaches the stream. */
export function intake(grant: (bytes: number) => void, cancelled: () => void): Intake {
  let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  let isOpen = true;
  let owed = 0;
  const pull = (): void => {
    if (!isOpen || owed < GRANT) return;
    const bytes = owed;
    owed = 0;
    grant(bytes);
  };
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start: (given) => {
        controller = given;
      },
      pull,
      cancel: () => {
        isOpen = false;
        cancelled();
      },
    },
    { highWaterMark: WINDOW / 4, size: (chunk) => chunk.length },
  );
  const close = (how: () => void): void => {
    if (!isOpen) return;
    isOpen = false;
    how();
  };
  return {
    stream,
    chunk: (bytes) => {
      if (!isOpen) return;
      // Before `enqueue`, which calls `pull` at once.
      owed += bytes.length;
      controller.enqueue(bytes);
    },
    end: () => close(() => controller.close()),
    fail: (error) => close(() => controller.error(error)),
  };
}
