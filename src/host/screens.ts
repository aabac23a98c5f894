import { readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { screenFileOf, screenHeaders, securityHeaders } from '../contract/screens.ts';
import { codeOf } from '../engine/lake/index.ts';

const unbuilt = 'The screens are not built. Run "npm run build" in the folder of HMS-DTA, then load this page again.\n';
const doorOnly = 'HMS-DTA answers programs here, under /dta. Start it with "hms dta serve --ui" for its screens.\n';

/** Answers what is asked of the screens, from the folder of their built files; null: this run serves none. */
export function screensFrom(folder: string | null): (method: string, path: string) => Promise<Response> {
  const top = folder === null ? null : realpath(folder).catch(() => null);
  return async (method, path) => {
    if (method !== 'GET' && method !== 'HEAD') return plain(405, 'Only GET and HEAD are answered here.\n', { allow: 'GET, HEAD' });
    const file = screenFileOf(path);
    if (file === null) return plain(404, 'There is no such file.\n');
    if (top === null) return path === '/' ? plain(200, doorOnly) : plain(404, 'There is no such file.\n');
    const bytes = await read(await top, file.path);
    if (bytes === null) return file.path === 'index.html' ? plain(503, unbuilt) : plain(404, 'There is no such file.\n');
    return new Response(method === 'HEAD' ? null : bytes, { headers: { ...screenHeaders(file), 'content-length': String(bytes.length) } });
  };
}

/** The bytes of a file; null where there is none, or where a link leads out of the folder. */
async function read(top: string | null, path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  if (top === null) return null;
  try {
    const real = await realpath(join(top, path));
    return real.startsWith(`${top}${sep}`) ? new Uint8Array(await readFile(real)) : null;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(codeOf(error))) return null;
    throw error;
  }
}

function plain(status: number, text: string, headers: Record<string, string> = {}): Response {
  return new Response(text, { status, headers: { ...securityHeaders, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers } });
}
