import { instantOf } from '../../contract/index.ts';
import type { Instant } from '../../contract/index.ts';
import { DoorError } from '../../contract/api/index.ts';
import type { Clock } from '../clock.ts';
import { dispositionOf } from './bytes.ts';

const GOOD_MS = 5 * 60 * 1000;
const SECRET_BYTES = 32;

/** Addresses that work for five minutes without a token: a browser's own download sends none. */
export class Links {
  readonly #clock: Clock;
  readonly #ask: (request: Request) => Promise<Response>;
  readonly #links = new Map<string, { readonly path: string; readonly name: string; readonly until: number }>();

  /** `ask` answers the route that a link stands for. */
  constructor(clock: Clock, ask: (request: Request) => Promise<Response>) {
    this.#clock = clock;
    this.#ask = ask;
  }

  make(path: string, name: string): { readonly secret: string; readonly until: Instant } {
    const now = this.#clock.now();
    for (const [secret, { until }] of this.#links) if (until <= now) this.#links.delete(secret);
    const secret = Buffer.from(this.#clock.random(SECRET_BYTES)).toString('base64url');
    this.#links.set(secret, { path, name, until: now + GOOD_MS });
    return { secret, until: instantOf(now + GOOD_MS) };
  }

  /** LINK_EXPIRED for one that is not known any more. */
  async follow(secret: string, headers: Headers, signal: AbortSignal, isHead: boolean): Promise<Response> {
    const link = this.#links.get(secret);
    if (link === undefined || link.until <= this.#clock.now()) throw new DoorError('LINK_EXPIRED', 'This address worked for five minutes, and these are over.', { next: 'Download it again from the program.' });
    const asked = new Headers();
    for (const name of ['range', 'if-range', 'if-none-match']) {
      const value = headers.get(name);
      if (value !== null) asked.set(name, value);
    }
    const response = await this.#ask(new Request(`http://hms.local${link.path}`, { method: isHead ? 'HEAD' : 'GET', headers: asked, signal }));
    if (!response.ok) return response;
    const named = new Headers(response.headers);
    named.set('content-disposition', dispositionOf(link.name));
    return new Response(response.body, { status: response.status, headers: named });
  }
}
