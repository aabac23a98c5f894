import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { contentSecurityPolicy } from '../../../src/contract/screens.ts';
import { systemClock } from '../../../src/engine/clock.ts';
import { browserCommand } from '../../../src/host/browser.ts';
import { homeFolder, listen, newToken, writeOpeningPage, writeTokenFile } from '../../../src/host/index.ts';
import type { Loopback } from '../../../src/host/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'hms-loopback-'));
const screens = join(folder, 'screens');
const token = newToken(systemClock);
let loopback: Loopback;

beforeAll(async () => {
  mkdirSync(join(screens, 'assets'), { recursive: true });
  writeFileSync(join(screens, 'index.html'), '<!doctype html><title>HMS-DTA</title>');
  writeFileSync(join(screens, 'assets', 'main-1a2b3c4d.js'), 'export {};');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  symlinkSync(join(folder, 'secret.txt'), join(screens, 'leak.txt'));
  loopback = await listen({ fetch: (request) => Promise.resolve(Response.json({ url: request.url })), routes: [], token, port: 0, screens });
});
afterAll(async () => {
  await loopback.close(0);
  rmSync(folder, { recursive: true });
});

/** What a port answers to these exact words. */
async function raw(port: number, words: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  // Not ended: a server of Node's drops what it has not begun to answer when the other side closes.
  socket.write(words);
  let text = '';
  socket.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  await once(socket, 'close');
  return text;
}
const get = (path: string, headers: Record<string, string> = {}): Promise<Response> => fetch(`${loopback.origin}${path}`, { headers });

describe('an answer that breaks', () => {
  it('ends the connection and is one line in the log: nothing is printed, and its words do not reach who asked', async () => {
    const logged: string[] = [];
    const printed = [vi.spyOn(console, 'error'), vi.spyOn(console, 'info'), vi.spyOn(process.stderr, 'write')].map((spy) => spy.mockImplementation(() => true));
    let cancelled = 0;
    const source = (sent: number): ReadableStream<Uint8Array> => {
      let left = sent;
      return new ReadableStream({
        pull: (controller) => {
          if (left-- > 0) controller.enqueue(Buffer.alloc(1_000, 'x'));
          else controller.error(new Error('the share\nis gone'));
        },
        cancel: () => void cancelled++,
      });
    };
    const breaking = await listen({
      fetch: async (request) => (request.url.endsWith('/whole') ? Response.json({ is: 'whole' }) : new Response(source(Number(new URL(request.url).searchParams.get('sent'))))),
      routes: [],
      token,
      port: 0,
      screens: null,
      log: (...words) => logged.push(words.join(' ')),
    });
    const headers = { authorization: `Bearer ${token}` };
    try {
      for (const sent of [0, 1, 50]) {
        const told = await fetch(`${breaking.origin}/api/x?sent=${sent}`, { headers }).then((response) => response.text()).then((text) => `answered ${text.slice(0, 40)}`, (error: Error) => error.name);
        expect([sent, told]).toEqual([sent, 'TypeError']);
      }
      expect(await (await fetch(`${breaking.origin}/api/whole`, { headers })).json()).toEqual({ is: 'whole' });
      expect(logged).toEqual(Array.from({ length: 3 }, () => 'An answer broke off: the share is gone'));
      // One that is left by who asked is no news.
      const control = new AbortController();
      const left = await fetch(`${breaking.origin}/api/x?sent=1000000`, { headers, signal: control.signal });
      await left.body?.getReader().read();
      control.abort();
      await expect.poll(() => cancelled).toBe(1);
      expect([logged.length, ...printed.map((spy) => spy.mock.calls)]).toEqual([3, [], [], []]);
    } finally {
      for (const spy of printed) spy.mockRestore();
      await breaking.close(0);
    }
  });
});

describe('the loopback port', () => {
  it('gives the screens with every header that keeps them closed', async () => {
    const response = await get('/');
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-cache',
    });
    expect(response.headers.has('access-control-allow-origin')).toBe(false);
  });

  it('gives hashed files for good, and index.html for every place in the screens', async () => {
    expect((await get('/assets/main-1a2b3c4d.js')).headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    for (const path of ['/datasets/WF-2024-07', '/datasets/a.b', '/export/WF-2024-07%3Av1']) expect(await (await get(path)).text()).toContain('<title>HMS-DTA</title>');
    for (const path of ['/assets/none-1a2b3c4d.js', '/none.js', '/assets/none']) expect((await get(path)).status).toBe(404);
  });

  it('gives nothing from outside the folder, in any spelling', async () => {
    for (const path of ['/../secret.txt', '/%2e%2e/secret.txt', '/assets/../../secret.txt', '/..%2fsecret.txt', '/assets/..%5c..%5csecret.txt', '//secret.txt', '/%00secret.txt', '/leak.txt', '/C:/secret.txt', '/assets/%2e%2e/%2e%2e/secret.txt']) {
      const answer = await raw(loopback.port, `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${loopback.port}\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 (404|400) /);
      expect(answer).not.toContain('\r\n\r\nsecret');
    }
  });

  it('answers the door with the token, and with a problem without it', async () => {
    expect(await (await get('/dta/about', { authorization: `Bearer ${token}` })).json()).toEqual({ url: `${loopback.origin}/dta/about` });
    const refused = await get('/api/dta/about');
    expect([refused.status, refused.headers.get('content-type'), refused.headers.get('www-authenticate')]).toEqual([401, 'application/problem+json', 'Bearer realm="HMS-DTA"']);
    expect(await refused.json()).toMatchObject({ code: 'TOKEN_REFUSED', status: 401, kept: null });
    const unsigned = await get('/api/dta/about', { authorization: 'Bearer aa.bb.' });
    const description = 'The token is not signed: nothing stands behind its second point. Tokens without a signature are not taken.';
    expect([unsigned.status, unsigned.headers.get('www-authenticate')]).toEqual([401, `Bearer realm="HMS-DTA", error="invalid_token", error_description="${description}"`]);
  });

  it('refuses names that are not its own, two of them, and addresses that are no paths', async () => {
    const line = (host: string): string => `GET /dta/about HTTP/1.1\r\n${host}Authorization: Bearer ${token}\r\nConnection: close\r\n\r\n`;
    expect(await raw(loopback.port, line('Host: evil.test\r\n'))).toMatch(/^HTTP\/1\.1 403 /);
    expect(await raw(loopback.port, line(`Host: 127.0.0.1:${loopback.port}\r\nHost: evil.test\r\n`))).toMatch(/^HTTP\/1\.1 40[03] /);
    expect(await raw(loopback.port, `GET http://evil.test/dta/about HTTP/1.1\r\nHost: 127.0.0.1:${loopback.port}\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('says in words that the screens are not built', async () => {
    const other = await listen({ fetch: () => Promise.resolve(new Response()), routes: [], token, port: 0, screens: join(folder, 'none') });
    const response = await fetch(other.origin);
    expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('npm run build')]);
    await other.close(0);
  });

  it('says which port is taken', async () => {
    await expect(listen({ fetch: () => Promise.resolve(new Response()), routes: [], token, port: loopback.port, screens: null })).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining(`Port ${loopback.port} is taken`) as string });
  });
});

describe('what a run leaves in the profile while it lasts', () => {
  it('a token of 256 bits, in a file that only this account can read', async (ctx) => {
    ctx.skip(process.platform === 'win32', 'Windows has no modes');
    const file = await writeTokenFile(join(folder, 'profile'), 4711, token, systemClock);
    expect(Buffer.from(token, 'base64url').length).toBe(32);
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
    await expect(writeTokenFile(join(folder, 'profile'), 4711, 'next', systemClock)).resolves.toMatchObject({ path: file.path });
    await file.remove();
    expect(() => statSync(file.path)).toThrow('ENOENT');
  });

  it('a page that leads the browser to the address', async () => {
    const page = await writeOpeningPage(join(folder, 'profile'), 4711, 'http://127.0.0.1:4711/#token=abc', systemClock);
    expect(page.path).toBe(join(folder, 'profile', 'serve', '4711.html'));
    await page.remove();
  });
});

describe('where things are', () => {
  it('lakes are made in HMS_HOME, else in the documents, else in the home folder', () => {
    expect(homeFolder({ HMS_HOME: '/lakes' }, '/home/ana', () => true)).toBe('/lakes');
    expect(homeFolder({}, '/home/ana', () => true)).toBe(join('/home/ana', 'Documents', 'HMS-DTA'));
    expect(homeFolder({ HMS_HOME: '' }, '/home/ana', () => false)).toBe(join('/home/ana', 'HMS-DTA'));
  });

  it('a browser is started where there is a display', () => {
    expect(browserCommand('linux', {})).toBeNull();
    expect(browserCommand('linux', { DISPLAY: ':0' })).toEqual(['xdg-open']);
    expect(browserCommand('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toEqual(['xdg-open']);
    expect(browserCommand('darwin', {})).toEqual(['open']);
    expect(browserCommand('win32', {})).toEqual(['rundll32', 'url.dll,FileProtocolHandler']);
  });
});
