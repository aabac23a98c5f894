import { createHash, timingSafeEqual } from 'node:crypto';
import type { DoorCode, Route } from '../contract/api/index.ts';

/** Who may ask what over the loopback port. Pure, so that each rule can be tried without a socket. */

/** What is looked at of a request before anything else is done with it. */
export interface Asked {
  readonly method: string;
  /** Path of the address, without the query. */
  readonly path: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly authorization: string | undefined;
}

export interface Refusal {
  readonly code: Extract<DoorCode, 'TOKEN_REFUSED' | 'HOST_REFUSED'>;
  readonly status: 401 | 403;
  readonly detail: string;
  readonly next: string;
  /** A token was sent, and it is not good (RFC 6750, section 3.1). */
  readonly isBadToken?: true;
}

/** First parts of the door's paths; everything else belongs to the screens. */
const doorParts: ReadonlySet<string> = new Set(['api', 'dta', 'requests', 'events', 'openapi.json', 'metrics']);

export function isDoorPath(path: string): boolean {
  return doorParts.has(path.split('/')[1] ?? '');
}

/** The token of another program, which the door itself judges. */
export interface Presented {
  readonly token: string;
}

/**
 * Rules of one listening port: null where a request may go on, with all rights. `routes` are those of the door; the ones marked `open` need no token. What looks like a JSON Web
 * Token is handed back to be judged.
 */
export function accessRules(port: number, token: string, routes: readonly Route[]): (asked: Asked) => Refusal | Presented | null {
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  const open = routes.filter((route) => route.open === true).map(({ method, path }) => ({ method, pattern: patternOf(path) }));
  const expected = digest(token);

  const isOpen = (asked: Asked): boolean => {
    if (!isDoorPath(asked.path)) return true;
    const path = asked.path.replace(/^\/api(?=\/)/, '');
    return open.some(({ method, pattern }) => (method === asked.method || (method === 'GET' && asked.method === 'HEAD')) && pattern.test(path));
  };

  return (asked) => {
    // A page elsewhere can make its own name point at 127.0.0.1 (DNS rebinding); its name then stands here.
    if (asked.host === undefined || !hosts.has(asked.host.toLowerCase())) {
      return { code: 'HOST_REFUSED', status: 403, detail: `This port answers to 127.0.0.1:${port} and localhost:${port} only.`, next: `Use the address http://127.0.0.1:${port}/.` };
    }
    // curl and other programs send none; a browser sends that of the page that asks.
    if (asked.origin !== undefined && asked.origin !== `http://${asked.host.toLowerCase()}`) {
      return { code: 'HOST_REFUSED', status: 403, detail: 'A page from elsewhere may not ask this program.', next: 'Leave the header Origin out, or use the screens that this port serves.' };
    }
    if (isOpen(asked)) return null;
    const given = /^Bearer ([A-Za-z0-9_-]+)$/i.exec(asked.authorization ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return null;
    const presented = /^Bearer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i.exec(asked.authorization ?? '')?.[1];
    if (presented !== undefined) return { token: presented };
    return {
      code: 'TOKEN_REFUSED',
      status: 401,
      ...whyNoToken(asked.authorization),
      next: 'Send the header "Authorization: Bearer TOKEN"; the token stands in the file that "hms dta serve" names when it starts.',
    };
  };
}

/** What is wrong with a header that gives no token which could be judged. The header itself is not repeated: it may hold a secret. */
function whyNoToken(authorization = ''): Pick<Refusal, 'detail' | 'isBadToken'> {
  const [, scheme = '', rest = ''] = /^\s*(\S+)\s*([^]*)$/.exec(authorization) ?? [];
  if (scheme === '') return { detail: 'The request has no token.' };
  if (scheme.toLowerCase() !== 'bearer') return { detail: 'The header "Authorization" is not of the kind Bearer, so the request has no token.' };
  if (rest === '') return { detail: 'The header "Authorization: Bearer" has no token behind that word.' };
  const bad = (detail: string) => ({ detail, isBadToken: true }) as const;
  if (/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.$/.test(rest)) return bad('The token is not signed: nothing stands behind its second point. Tokens without a signature are not taken.');
  if (/\s/.test(rest)) return bad('The token has blanks or line ends in it: a token is one word.');
  if (!/^[A-Za-z0-9_.-]+$/.test(rest)) return bad('The token has characters that no token has.');
  return bad(rest.includes('.') ? 'The token is not a JSON Web Token: that has three parts with points between them. It may have been cut off.' : 'The token is not that of this run of the program.');
}

/** `/dta/links/{secret}` as a pattern. */
function patternOf(path: string): RegExp {
  const parts = path.split(/\{\w+\}/).map((part) => part.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/]+')}$`);
}

/** Hashes have one length, which a comparison that takes always the same time needs. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
