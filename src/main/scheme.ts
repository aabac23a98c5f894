import { readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { ProblemError } from '../contract/api/index.ts';
import type { Fetch } from '../contract/api/index.ts';
import { screenFileOf, screenHeaders, securityHeaders } from '../contract/screens.ts';
import { engineLost } from '../contract/wire/index.ts';
import { isOurs, ORIGIN } from './security.ts';

export interface SchemeOptions {
  /** Folder of the built screens. */
  readonly screens: string;
  /** The engine that runs now; null while there is none. */
  readonly engine: () => Fetch | null;
  /** The plain page that is shown when the engine cannot be started any more. */
  readonly stoppedPage: () => string;
}

/**
 * Answers everything under `app://hms`: files of the screens, and `/api` through the engine. Never throws: an exception would reach the page as a broken
 * connection, with its words in the console.
 */
export function schemeHandler(options: SchemeOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      return await answer(request, options);
    } catch (error) {
      if (request.signal.aborted) return problem(engineLost(), 499);
      return problem(error instanceof ProblemError ? error : engineLost());
    }
  };
}

async function answer(request: Request, { screens, engine, stoppedPage }: SchemeOptions): Promise<Response> {
  const initiator = (request as Request & { readonly initiatorOrigin?: string }).initiatorOrigin;
  // The page cannot set it; absent where the window itself loads its page.
  if (!isOurs(request.url) || (initiator !== undefined && initiator !== ORIGIN)) return plain(403, 'Refused.');
  const { pathname } = new URL(request.url);
  if (pathname.startsWith('/api/')) {
    const fetch = engine();
    if (fetch === null) throw engineLost();
    return await fetch(request);
  }
  if (request.method !== 'GET') return plain(405, 'Only GET is answered here.');
  if (pathname === '/stopped') return new Response(stoppedPage(), { headers: { ...securityHeaders, 'content-type': 'text/html; charset=utf-8' } });
  const file = screenFileOf(pathname);
  const bytes = file === null ? null : await read(screens, file.path);
  return file === null || bytes === null ? plain(404, 'There is no such file.') : new Response(bytes, { headers: screenHeaders(file) });
}

/** The bytes of a built file; null where there is none, or where a link leads out of the folder. */
async function read(folder: string, path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const [top, real] = await Promise.all([realpath(folder), realpath(join(folder, path))]).catch(() => ['', '']);
  if (top === undefined || real === undefined || top === '' || !real.startsWith(`${top}${sep}`)) return null;
  return readFile(real).then((bytes) => new Uint8Array(bytes), () => null);
}

function plain(status: number, text: string): Response {
  return new Response(`${text}\n`, { status, headers: { ...securityHeaders, 'content-type': 'text/plain; charset=utf-8' } });
}

function problem(error: ProblemError, status = error.problem.status): Response {
  return new Response(JSON.stringify(error.problem), { status, headers: { ...securityHeaders, 'content-type': 'application/problem+json' } });
}
