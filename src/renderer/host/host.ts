import type { Fetch } from '../../contract/api/index.ts';
import type { WindowHost } from '../../contract/window-host.ts';
import { pageClock } from './clock.ts';
import type { PageClock } from './clock.ts';
import { takeToken } from './token.ts';

/** Where a page runs, and what only that place can do. Nothing outside this folder asks which one it is. */
export interface Host {
  /** Where the routes stand: `app://hms/api`. */
  readonly base: string;
  /** Sends a request to the engine, with whatever the place needs to let it through. */
  readonly fetch: Fetch;
  readonly clock: PageClock;
  /** What the desktop window offers; null in a browser. */
  readonly desktop: WindowHost | null;
  /** Headers for senders that do not go through `fetch`, such as a tus client. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Finds out where the page runs, once, before anything is drawn. */
export function findHost(page: Window & { readonly hms?: WindowHost }): Host {
  const base = new URL('/api', page.location.href).href;
  const clock = pageClock();
  if (page.hms !== undefined) return { base, fetch: (request) => page.fetch(request), clock, desktop: page.hms, headers: {} };
  const token = takeToken(page.location.hash, page.sessionStorage, () => page.history.replaceState(null, '', page.location.pathname + page.location.search));
  const headers: Readonly<Record<string, string>> = token === null ? {} : { authorization: `Bearer ${token}` };
  return {
    base,
    clock,
    desktop: null,
    headers,
    fetch: (request) => {
      for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
      return page.fetch(request);
    },
  };
}
