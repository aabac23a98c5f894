import { createHash } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';

/** One way to a handler that stands elsewhere. */
export interface Transport {
  /** Address that paths of the handler follow. */
  readonly base: string;
  fetch(request: Request): Promise<Response>;
  /** Ends the other end as a crash would; null where there is no other end that could crash alone. */
  readonly kill: (() => Promise<void>) | null;
  close(): Promise<void>;
}

/** What the handler of the tests saw of a request. */
interface Seen {
  readonly produced: number;
  readonly received: number;
  readonly cancelled: boolean;
  readonly aborted: boolean;
}

/** Asking the handler of the tests over one transport. Its members stand alone, without `this`. */
export interface Asking {
  readonly name: string;
  readonly open: () => Promise<Transport>;
  readonly call: (path: string, init?: RequestInit & { duplex?: 'half' }) => Promise<Response>;
  readonly post: (path: string, body: NonNullable<RequestInit['body']>, init?: RequestInit) => Promise<Response>;
  /** A key that no other request has: the handler is asked by it what it saw. */
  readonly key: () => string;
  readonly seen: (key: string) => Promise<Seen>;
  readonly hashOf: (bytes: Uint8Array) => string;
  /** Whether something becomes true within three seconds. */
  readonly settled: (is: () => Promise<boolean>) => Promise<boolean>;
  /** Reads a body to its end and resolves to its length. */
  readonly drain: (response: Response) => Promise<number>;
}

/** `transport` gives the one that is open when a test asks. */
export function askingOver(name: string, open: () => Promise<Transport>, transport: () => Transport): Asking {
  let keys = 0;
  const call: Asking['call'] = (path, init = {}) => transport().fetch(new Request(`${transport().base}${path}`, init));
  return {
    name,
    open,
    call,
    post: (path, body, init = {}) => call(path, { method: 'POST', body, duplex: 'half', ...init }),
    key: () => `${name}-${++keys}`,
    seen: async (which) => (await call(`/seen?key=${encodeURIComponent(which)}`)).json() as never,
    hashOf: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    settled: async (is) => {
      for (let turn = 0; turn < 100; turn++) {
        if (await is()) return true;
        await after(30);
      }
      return false;
    },
    drain: async (response) => {
      let size = 0;
      for await (const chunk of response.body ?? []) size += (chunk as Uint8Array).length;
      return size;
    },
  };
}
