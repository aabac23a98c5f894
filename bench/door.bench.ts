import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { chromium } from '@playwright/test';
import type { Page } from '@playwright/test';
import { findBrowser } from '../scripts/browser.mjs';
import type { Fetch } from '../src/contract/api/index.ts';
import { wireFetch } from '../src/contract/wire/index.ts';
import { threadWire } from '../src/host/wires.ts';
import { alternate, hms, median, ratioRow, timed } from './harness.ts';
import type { Bench, Ran, Row } from './harness.ts';
import { largeFile } from './inputs.ts';

const BYTES = 2 ** 30;
const FILE = '/api/dta/versions/large%3Av1/file?path=large.bin';

/** The door: bytes of a stored file beside Node's own http over the same bytes, the start page in a browser, and how soon a job that was begun is heard of. */
export const door: Bench = {
  name: 'door',
  async run(folder, rounds) {
    const large = join(folder, 'large.bin');
    largeFile(large, BYTES);
    const home = join(folder, 'lakes');
    mkdirSync(home);
    const environment = { HMS_PROFILE: join(folder, 'profile'), HMS_HOME: home };
    const lake = join(home, 'bench');
    await timed([...hms, 'init', lake], environment);
    await timed([...hms, 'ingest', 'large', large, '--lake', lake, '-m', 'One large file'], environment);
    const [program = '', ...args] = hms;
    const served = spawn(program, [...args, 'serve', '--ui', '--lake', lake], { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    const bare = createServer((request, response) => (request.url === '/' ? response.end('<!doctype html>') : createReadStream(large).pipe(response)));
    const thread = new Worker(new URL('./door-thread.ts', import.meta.url), { workerData: { profile: join(folder, 'window'), lake } });
    try {
      const url = new URL(await addressOf(served));
      const headers = { authorization: `Bearer ${url.hash.slice('#token='.length)}` };
      await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
      const peer = `http://127.0.0.1:${(bare.address() as AddressInfo).port}`;
      await once(thread, 'message');
      const wire = wireFetch(threadWire(thread));
      const over = (): Promise<Ran> => fetched(wire, `http://window${FILE}`, {});
      const http: Fetch = (request) => fetch(request);
      const plain = (): Promise<Ran> => fetched(http, `${peer}/file`, {});
      const rows = [
        ratioRow('read a stored file of 1 GiB through the door, over a message port', "Node's http over the same file", 1 / 0.6, await alternate(rounds, over, plain)),
        ratioRow('the same over the loopback port, by a Node client', "Node's http over the same file", 1 / 0.6, await alternate(rounds, () => fetched(http, `${url.origin}${FILE}`, headers), plain)),
      ];
      const events: number[] = [];
      for (let round = 0; round < rounds; round++) events.push(await firstEvent(url.origin, headers));
      return [...rows, ...(await inBrowser(url, headers, peer, rounds)), soon('first event of a job after it was begun', events, 0.1)];
    } finally {
      await thread.terminate();
      bare.close();
      served.kill('SIGTERM');
    }
  },
};

/** Rows that need a browser; none where there is none. */
async function inBrowser(url: URL, headers: Readonly<Record<string, string>>, peer: string, rounds: number): Promise<Row[]> {
  const found = findBrowser();
  if ('reason' in found) {
    process.stderr.write(`The browser is left out: ${found.reason}.\n`);
    return [];
  }
  const browser = await chromium.launch({ executablePath: found.path, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  try {
    const [ours, theirs] = [await browser.newPage(), await browser.newPage()];
    await ours.goto(url.href);
    await theirs.goto(`${peer}/`);
    const sides = await alternate(rounds, () => readInPage(ours, FILE, headers), () => readInPage(theirs, '/file', {}));
    const usable: number[] = [];
    for (let round = 0; round < rounds; round++) usable.push(await startPage(await browser.newPage(), url.href));
    return [ratioRow('the same in Chromium', "Node's http over the same file, in Chromium", 1 / 0.4, sides), soon('the first screen is usable, in a new page', usable, 1.5)];
  } finally {
    await browser.close();
  }
}

async function readInPage(page: Page, path: string, headers: Readonly<Record<string, string>>): Promise<Ran> {
  const seconds = await page.evaluate(
    async ([address, given]) => {
      const started = performance.now();
      const reader = (await fetch(address, { headers: given })).body?.getReader();
      while ((await reader?.read())?.done === false);
      return (performance.now() - started) / 1000;
    },
    [path, { ...headers }] as const,
  );
  return { seconds, memory: 0, said: '' };
}

/** Seconds from the address to a heading that can be read and a rail that can be clicked. */
async function startPage(page: Page, address: string): Promise<number> {
  const started = performance.now();
  await page.goto(address);
  await page.getByRole('heading', { level: 1 }).waitFor();
  const seconds = (performance.now() - started) / 1000;
  await page.close();
  return seconds;
}

function soon(work: string, seconds: readonly number[], most: number): Row {
  const took = median(seconds);
  return { work, ours: `${(took * 1000).toFixed(0)} ms (${seconds.map((one) => (one * 1000).toFixed(0)).join(' ')})`, against: '–', peer: '–', result: `${(took * 1000).toFixed(0)} ms`, target: `≤ ${most * 1000} ms`, reached: took <= most, memory: null };
}

async function fetched(fetch: Fetch, url: string, headers: Readonly<Record<string, string>>): Promise<Ran> {
  const started = performance.now();
  const response = await fetch(new Request(url, { headers }));
  if (!response.ok || response.body === null) throw new Error(`${url} was answered ${response.status}.`);
  for await (const piece of response.body) if (piece.length === 0) break;
  return { seconds: (performance.now() - started) / 1000, memory: 0, said: '' };
}

/** Begins a check of the lake, waits for the first event that tells of it, and stops it. */
async function firstEvent(origin: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const stop = new AbortController();
  const stream = await fetch(`${origin}/api/events`, { headers, signal: stop.signal });
  if (stream.body === null) throw new Error('The event stream has no body.');
  const started = performance.now();
  const begun = await fetch(`${origin}/api/dta/verifications`, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify({ of: { kind: 'lake' }, trust: [] }) });
  const { job } = (await begun.json()) as { readonly job: { readonly id: string } };
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of stream.body) {
    text += decoder.decode(piece, { stream: true });
    if (text.includes(job.id)) break;
  }
  const seconds = (performance.now() - started) / 1000;
  stop.abort();
  await fetch(`${origin}/api/dta/jobs/${job.id}`, { method: 'DELETE', headers });
  return seconds;
}

function addressOf(served: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    served.stdout?.on('data', (piece: Buffer) => {
      text += piece.toString();
      const url = /http:\/\/\S+#token=\S+/.exec(text)?.[0];
      if (url !== undefined) resolve(url);
    });
    served.once('exit', (code) => reject(new Error(`serve ended with ${code}.`)));
  });
}
