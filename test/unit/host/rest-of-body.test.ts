import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen } from '../../../src/host/index.ts';
import type { Loopback } from '../../../src/host/index.ts';

/** A refusal reaches also who writes its whole body before it reads: more than the buffers between the two of them hold. */

const SIZE = 150 * 1024 * 1024;
const token = 'secret';
let loopback: Loopback;

beforeAll(async () => {
  const fetch = async (request: Request): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/dta/taken') return Response.json({ bytes: (await request.arrayBuffer()).byteLength });
    // As a handler that has enough of a form: a part was read, and the reader stays.
    if (searchParams.has('begin')) await request.body?.getReader().read();
    return Response.json({ code: 'MEDIA_REFUSED' }, { status: 415 });
  };
  loopback = await listen({ fetch, routes: [], token, port: 0, screens: null });
});
afterAll(() => loopback.close(0));

const head = (path: string, bearer: string, ...more: readonly string[]): string => [`POST ${path} HTTP/1.1`, `Host: 127.0.0.1:${loopback.port}`, `Authorization: Bearer ${bearer}`, ...more, '', ''].join('\r\n');

/** Reads until these words have come, or the other side ends. */
async function until(socket: Socket, words: string): Promise<string> {
  let text = '';
  for await (const piece of socket.setEncoding('latin1') as AsyncIterable<string>) if ((text += piece).includes(words)) break;
  return text;
}

async function writtenBeforeRead(path: string, bearer: string, framing: 'length' | 'chunked'): Promise<string> {
  const socket = connect(loopback.port, '127.0.0.1');
  socket.pause();
  await once(socket, 'connect');
  socket.write(head(path, bearer, framing === 'length' ? `Content-Length: ${SIZE}` : 'Transfer-Encoding: chunked'));
  const piece = Buffer.alloc(1024 * 1024, 'x');
  const pieces = framing === 'length' ? [piece] : [Buffer.from('100000\r\n'), piece, Buffer.from('\r\n')];
  for (let at = 0; at < SIZE; at += piece.length) for (const each of pieces) if (!socket.write(each)) await once(socket, 'drain');
  if (framing === 'chunked') socket.write('0\r\n\r\n');
  const answer = await until(socket, '}');
  socket.destroy();
  return answer;
}

describe('a refusal of a large body', () => {
  it.each(['length', 'chunked'] as const)('is read by who writes all before it reads (%s), and nothing of the body is kept', { timeout: 60_000 }, async (framing) => {
    const before = process.memoryUsage.rss();
    expect(await writtenBeforeRead('/dta/raw', 'wrong', framing)).toMatch(/^HTTP\/1\.1 401 [^]*"code":"TOKEN_REFUSED"/);
    expect(await writtenBeforeRead('/dta/raw', token, framing)).toMatch(/^HTTP\/1\.1 415 [^]*"code":"MEDIA_REFUSED"/);
    expect(await writtenBeforeRead('/dta/raw?begin', token, framing)).toMatch(/^HTTP\/1\.1 415 [^]*"code":"MEDIA_REFUSED"/);
    expect(process.memoryUsage.rss() - before).toBeLessThan(SIZE);
  });

  it('is read by the client of Python', { timeout: 60_000 }, async (ctx) => {
    ctx.skip(spawnSync('python3', ['--version']).status !== 0, 'There is no python3 here.');
    const script = `
import http.client, sys
for path, token in (('/dta/raw', 'wrong'), ('/dta/raw', '${token}'), ('/dta/raw?begin', '${token}')):
    c = http.client.HTTPConnection('127.0.0.1', ${loopback.port}, timeout=30)
    c.request('POST', path, b'x' * ${SIZE}, {'Authorization': 'Bearer ' + token})
    print(c.getresponse().status)
`;
    expect((await promisify(execFile)('python3', ['-c', script])).stdout.trim().split(/\s+/)).toEqual(['401', '415', '415']);
  });

  it('comes at once, and ends the connection a second after the last byte of a body that does not come', async () => {
    for (const bearer of ['wrong', token]) {
      const socket = connect(loopback.port, '127.0.0.1');
      const ended = once(socket, 'close');
      const begun = performance.now();
      socket.write(head('/dta/raw', bearer, `Content-Length: ${SIZE}`));
      let text = '';
      let answered = 0;
      socket.setEncoding('latin1').on('data', (piece: string) => {
        answered ||= performance.now() - begun;
        text += piece;
      });
      await ended;
      expect(text).toMatch(/^HTTP\/1\.1 4(01|15) /);
      expect(answered).toBeLessThan(800);
      expect(performance.now() - begun).toBeGreaterThan(900);
    }
  });

  it('is told to "Expect: 100-continue" without asking for the body, and a body that is read is asked for', async () => {
    const answers: string[] = [];
    for (const [path, bearer] of [['/dta/raw', 'wrong'], ['/dta/raw', token]] as const) {
      const socket = connect(loopback.port, '127.0.0.1');
      socket.write(head(path, bearer, `Content-Length: ${SIZE}`, 'Expect: 100-continue'));
      answers.push(await until(socket, '}'));
    }
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 4(01|15) [^]*\r\nconnection: close\r\n/i);
    const socket = connect(loopback.port, '127.0.0.1');
    let text = '';
    socket.setEncoding('latin1').on('data', (piece: string) => (text += piece));
    socket.write(head('/dta/taken', token, 'Content-Length: 5', 'Expect: 100-continue'));
    await expect.poll(() => text).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('12345');
    await expect.poll(() => text).toMatch(/ 200 OK[^]*\{"bytes":5\}$/);
    socket.destroy();
  });
});
