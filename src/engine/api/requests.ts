/** Requests that have no answer yet, so that they can be withdrawn by their id: some hosts pass no abort signal on. */
export class Requests {
  readonly #open = new Map<string, Set<AbortController>>();

  /** A signal that aborts when the host says so, or the request is withdrawn; `done` when its head is out. */
  begin(id: string | null, host: AbortSignal): { readonly signal: AbortSignal; done(): void } {
    if (id === null) return { signal: host, done: () => undefined };
    const own = new AbortController();
    const same = this.#open.get(id) ?? new Set();
    same.add(own);
    this.#open.set(id, same);
    return {
      signal: AbortSignal.any([host, own.signal]),
      done: () => {
        same.delete(own);
        if (same.size === 0) this.#open.delete(id);
      },
    };
  }

  /** One that is answered already, or never came, is nothing to complain of. */
  withdraw(id: string): void {
    for (const controller of this.#open.get(id) ?? []) controller.abort();
  }
}

/**
 * The same handler for callers in this process: a Response's body knows nothing of its request's signal, so it is cancelled here when that aborts. A body
 * that was cut off never looks complete.
 */
export function abortable<A extends readonly unknown[]>(handler: (request: Request, ...rest: A) => Promise<Response>): (request: Request, ...rest: A) => Promise<Response> {
  return async (request, ...rest) => {
    const { signal } = request;
    signal.throwIfAborted();
    const response = await untilAborted(handler(request, ...rest), signal);
    if (response.body === null) return response;
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          try {
            const read = await untilAborted(reader.read(), signal);
            signal.throwIfAborted();
            if (read.done) controller.close();
            else controller.enqueue(read.value);
          } catch (error) {
            reader.cancel(error).catch(() => undefined);
            throw error;
          }
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
    return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers });
  };
}

async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
    promise.catch(() => undefined);
  }
}
