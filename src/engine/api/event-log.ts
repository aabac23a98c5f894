import type { Doc } from './handler.ts';
import type { HostEvent } from '../../contract/api/index.ts';

/** Events that a reader that comes back can still be given. */
const KEPT = 1_000;
const BEAT_MS = 15_000;

export type Told = Doc<HostEvent>;

/** What happened, for any number of readers. A slow reader holds nothing back: each has a place in one list, and where that is gone it is told to ask for everything again. */
export class EventLog {
  /** Names this run of the program in ids, so that those of another are known as such. */
  readonly #run: string;
  readonly #events: Told[] = [];
  readonly #waiting = new Set<() => void>();
  /** Number of the event before the first that is kept. */
  #before = 0;
  #readers = 0;
  #isClosed = false;

  constructor(run: string) {
    this.#run = run;
  }

  get readers(): number {
    return this.#readers;
  }

  tell(event: Told): void {
    this.#events.push(event);
    if (this.#events.length > KEPT) {
      this.#events.shift();
      this.#before++;
    }
    this.#wake();
  }

  /** Ends all streams. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /** `text/event-stream` of what happens after the event of this id; from now on where none is given. */
  stream(after: string | null, signal: AbortSignal): Response {
    let place = after === null ? this.#last : this.#placeOf(after);
    let beat: NodeJS.Timeout | null = null;
    let isOpen = true;
    let wake: (() => void) | null = null;
    const stop = (): void => {
      if (!isOpen) return;
      isOpen = false;
      this.#readers--;
      clearInterval(beat ?? undefined);
      signal.removeEventListener('abort', stop);
      wake?.();
    };
    this.#readers++;
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          // A reader that is cut off before the first event has an id to come back with.
          controller.enqueue(encoder.encode(`retry: 1000\nid: ${this.#idOf(place ?? this.#last)}\n\n`));
          if (!isOpen) return;
          beat = setInterval(() => {
            if (isOpen && (controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(': beat\n\n'));
          }, BEAT_MS);
          beat.unref();
        },
        pull: async (controller) => {
          while (isOpen && !this.#isClosed && place === this.#last) await new Promise<void>((resolve) => this.#waiting.add((wake = resolve)));
          if (wake !== null) this.#waiting.delete(wake);
          if (!isOpen || this.#isClosed) {
            stop();
            controller.close();
            return;
          }
          if (place === null || place < this.#before) {
            place = this.#last;
            controller.enqueue(encoder.encode(this.#text(place, { type: 'resync' })));
            return;
          }
          const event = this.#events[place - this.#before];
          place++;
          if (event !== undefined) controller.enqueue(encoder.encode(this.#text(place, event)));
        },
        cancel: stop,
      },
      { highWaterMark: 8 },
    );
    return new Response(body, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' } });
  }

  get #last(): number {
    return this.#before + this.#events.length;
  }

  #idOf(place: number): string {
    return `${this.#run}-${place}`;
  }

  /** Null where what came after it is not known any more. */
  #placeOf(id: string): number | null {
    const cut = id.lastIndexOf('-');
    const place = Number(id.slice(cut + 1));
    if (id.slice(0, cut) !== this.#run || !Number.isSafeInteger(place) || place < this.#before || place > this.#last) return null;
    return place;
  }

  #text(place: number, event: Told): string {
    return `id: ${this.#idOf(place)}\ndata: ${JSON.stringify(event)}\n\n`;
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}
