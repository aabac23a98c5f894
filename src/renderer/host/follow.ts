import { HostEvent } from '../../contract/api/screens.ts';
import { readEvents } from './sse.ts';

/** How the page stands with the engine. `refused`: the engine answers, but not to this page. */
export type Connection = 'connecting' | 'live' | 'lost' | 'refused';

export interface Following {
  /** Opens the stream; `after` is the id of the last event that was read. */
  open(after: string | null, signal: AbortSignal): Promise<Response>;
  event(event: HostEvent): void;
  connection(now: Connection): void;
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** The host sends a comment every 15 s; a stream that is silent for longer than this is dead although nothing was closed (a lid, a sleeping laptop). */
export const SILENCE_MS = 40_000;
/** First pause before the stream is opened again, and the longest one. */
export const PAUSE_MS = { first: 500, longest: 10_000 } as const;

/**
 * Reads the engine's events until `signal` is aborted, and opens the stream again whenever it ends: at once for the first time, then after pauses that double.
 * What was missed meanwhile is sent again by the engine, or `resync` says that everything must be asked for anew. Never rejects.
 */
export async function follow(following: Following, signal: AbortSignal): Promise<void> {
  let after: string | null = null;
  let pause = 0;
  following.connection('connecting');
  while (!signal.aborted) {
    const attempt = new AbortController();
    const ended = AbortSignal.any([signal, attempt.signal]);
    try {
      const response = await following.open(after, ended);
      if (response.status === 401 || response.status === 403) return following.connection('refused');
      if (!response.ok || response.body === null) throw new Error(`The event stream was answered ${response.status}.`);
      following.connection('live');
      const watch = watchdog(() => attempt.abort(), following.wait, signal);
      try {
        for await (const { id, data } of readEvents(abortable(response.body, ended), watch.alive)) {
          pause = 0;
          if (id !== null) after = id;
          const event = HostEvent.safeParse(jsonOf(data));
          // Kinds of events that a newer engine may send are not for this page.
          if (event.success) following.event(event.data);
        }
      } finally {
        watch.stop();
      }
    } catch {
      // Whatever ended it, it is opened again below; the banner tells that it is away.
    } finally {
      attempt.abort();
    }
    if (signal.aborted) return;
    following.connection('lost');
    await following.wait(pause, signal).catch(() => undefined);
    pause = Math.min(pause === 0 ? PAUSE_MS.first : pause * 2, PAUSE_MS.longest);
  }
}

/** Calls `bite` when `alive` was not called for `SILENCE_MS`. */
function watchdog(bite: () => void, wait: Following['wait'], signal: AbortSignal): { alive(): void; stop(): void } {
  let round = new AbortController();
  const start = (): void => {
    round = new AbortController();
    wait(SILENCE_MS, AbortSignal.any([signal, round.signal])).then(bite, () => undefined);
  };
  start();
  return {
    alive: () => {
      round.abort();
      start();
    },
    stop: () => round.abort(),
  };
}

/** A body that ends with an error when `signal` is aborted; some hosts do not pass that on. */
function abortable(body: ReadableStream<Uint8Array>, signal: AbortSignal): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const gone = new Promise<never>((_, reject) => {
    const stop = (): void => reject(new DOMException('Stopped.', 'AbortError'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  gone.catch(() => undefined);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await Promise.race([gone, reader.read()]);
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel(reason) {
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
