import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Http2Bindings, HttpBindings } from '@hono/node-server';
import { HmsError } from '../contract/index.ts';
import type { Caller } from '../contract/index.ts';
import { problemType, titleOf } from '../contract/api/index.ts';
import type { Problem, Route } from '../contract/api/index.ts';
import { securityHeaders } from '../contract/screens.ts';
import { codeOf } from '../engine/lake/index.ts';
import { inOneLine, withoutErrors } from './broken-answers.ts';
import type { Log } from './log-file.ts';
import { accessRules, isDoorPath } from './access.ts';
import type { Asked, Refusal } from './access.ts';
import { askForBodyWhenRead, readRestOfRefused } from './rest-of-body.ts';
import { screensFrom } from './screens.ts';

/** The door on a port of this computer, for other programs, for machines without a display, and for a browser. docs/operations/serve.md */

export interface LoopbackOptions {
  readonly fetch: (request: Request, caller: Caller | null) => Promise<Response>;
  /** Who the token of another program is of, or why it is refused; left out, none is taken. */
  readonly admit?: (token: string) => Promise<Caller | string>;
  /** The routes that `fetch` answers: which of them need no token is said there. */
  readonly routes: readonly Route[];
  /** What `Authorization: Bearer` must carry. */
  readonly token: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Folder of the built screens; null serves none. */
  readonly screens: string | null;
  /** Told when an answer breaks off; default: silence. */
  readonly log?: Log;
}

export interface Loopback {
  readonly port: number;
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** Takes no more requests; those that are answered now are cut off after `ms`. */
  close(ms: number): Promise<void>;
}

/** A disk that wakes up is silent for less, and a gigabyte takes less to come over this computer's own network. */
const PATIENCE = { whole: 10_000, silence: 1_000 };

/** Listens on 127.0.0.1. Throws USAGE where the port is taken or may not be used. */
export async function listen(options: LoopbackOptions): Promise<Loopback> {
  const screens = screensFrom(options.screens);
  const callers = new WeakMap<object, Caller>();
  const answer = async (request: Request, incoming: object): Promise<Response> => {
    const { pathname } = new URL(request.url);
    return isDoorPath(pathname) ? options.fetch(request, callers.get(incoming) ?? null) : screens(request.method, pathname);
  };
  const cutOff = (request: Request, outgoing: HttpBindings['outgoing'] | Http2Bindings['outgoing'], error: unknown): void => {
    // Whoever asked and left is no news.
    if (!outgoing.destroyed && !request.signal.aborted) options.log?.(`An answer broke off: ${inOneLine(error)}`);
    outgoing.destroy();
  };
  const listener = getRequestListener(async (request, { incoming, outgoing }) => withoutErrors(await answer(request, incoming), (error) => cutOff(request, outgoing, error)), { overrideGlobalObjects: false, hostname: '127.0.0.1' });
  // Uploads and streams of events may last; only the head of a request must come soon.
  const server = createServer({ requestTimeout: 0, headersTimeout: 20_000, keepAliveTimeout: 30_000 });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', (error) => reject(portError(error, options.port)));
    // A script may open thousands of connections at once: with a short queue the system resets some of them.
    server.listen({ host: '127.0.0.1', port: options.port, exclusive: true, backlog: 4_096 }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : options.port);
    });
  });
  const refusalOf = accessRules(port, options.token, options.routes);
  const take = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    readRestOfRefused(incoming, outgoing, PATIENCE);
    for (const [name, value] of Object.entries(securityHeaders)) outgoing.setHeader(name, value);
    const refusal = refusalOf(askedBy(incoming));
    if (refusal === null) void listener(incoming, outgoing);
    else if ('token' in refusal) void admitted(options, refusal.token).then((caller) => {
      if ('code' in caller) return refuse(outgoing, caller);
      callers.set(incoming, caller);
      void listener(incoming, outgoing);
    });
    else refuse(outgoing, refusal);
  };
  server.on('request', take);
  server.on('checkContinue', (incoming, outgoing) => {
    askForBodyWhenRead(incoming, outgoing);
    take(incoming, outgoing);
  });
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    close: (ms) =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), ms);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

/** Who a token is of, or the refusal. */
async function admitted({ admit, log }: LoopbackOptions, token: string): Promise<Caller | Refusal> {
  try {
    const caller = (await admit?.(token)) ?? 'The token is not that of this run of the program.';
    if (typeof caller !== 'string') return caller;
    return { code: 'TOKEN_REFUSED', status: 401, detail: caller, isBadToken: true, next: 'Make another where the lake is: hms dta token make NAME --scope raw:write' };
  } catch (error) {
    log?.(`A token could not be judged: ${inOneLine(error)}`);
    return { code: 'TOKEN_REFUSED', status: 401, detail: error instanceof HmsError ? error.message : 'The token could not be judged.', next: 'See the log of the program that serves this port.' };
  }
}

function askedBy({ method = '', url = '/', headers, rawHeaders }: IncomingMessage): Asked {
  // Node keeps the first of several Host headers; a request with two is nobody's honest one.
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length;
  return { method, path: pathOf(url), host: hosts === 1 ? headers.host : undefined, origin: headers.origin, authorization: headers.authorization };
}

/** The path as the handler will see it: an address that is no path, such as an absolute one, counts as none. */
function pathOf(url: string): string {
  if (!url.startsWith('/')) return '/api/';
  try {
    return new URL(`http://127.0.0.1${url}`).pathname;
  } catch {
    return '/api/';
  }
}

/** RFC 6750, section 3: who sent no token is told no error; a description has only what a quoted string of it can have. */
function challengeOf({ detail, isBadToken }: Refusal): string {
  const realm = 'Bearer realm="HMS-DTA"';
  return isBadToken === true ? `${realm}, error="invalid_token", error_description="${detail.replaceAll(/[^ -!#-[\]-~]/g, "'")}"` : realm;
}

function refuse(outgoing: ServerResponse, refusal: Refusal): void {
  const { code, status, detail, next } = refusal;
  const problem: Problem = { type: problemType(code), title: titleOf(code), status, detail, code, kept: null, next, facts: {}, instance: null };
  const body = JSON.stringify(problem);
  outgoing.writeHead(status, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    connection: 'close',
    ...(status === 401 ? { 'www-authenticate': challengeOf(refusal) } : {}),
  });
  outgoing.end(body);
}

function portError(error: unknown, port: number): unknown {
  const code = codeOf(error);
  if (code === 'EADDRINUSE') return new HmsError('USAGE', `Port ${port} is taken by another program. Nothing was started.`, { next: 'Name another with --port, or leave it out: then a free one is taken.' });
  if (code === 'EACCES') return new HmsError('USAGE', `Port ${port} may not be used by this account. Nothing was started.`, { next: 'Name one above 1023 with --port, or leave it out: then a free one is taken.' });
  return error;
}
