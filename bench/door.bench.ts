import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createReadStream, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { alternate, hms, median, ratioRow, timed } from './harness.ts';
import type { Bench, Ran, Row } from './harness.ts';
import { largeFile } from './inputs.ts';

const BYTES = 2 ** 30;

/** The door on its loopback port: bytes of a stored file beside Node's own http over the same bytes, the start page, and how soon a job that was begun is heard of. */
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
    const bare = createServer((_, response) => createReadStream(large).pipe(response));
    try {
      const url = new URL(await addressOf(served));
      const headers = { authorization: `Bearer ${url.hash.slice('#token='.length)}` };
      await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
      const peer = `http://127.0.0.1:${(bare.address() as AddressInfo).port}/`;
      const sides = await alternate(rounds, () => fetched(`${url.origin}/api/dta/versions/large%3Av1/file?path=large.bin`, headers), () => fetched(peer, {}));
      const pages: number[] = [];
      const events: number[] = [];
      for (let round = 0; round < rounds; round++) {
        pages.push((await fetched(`${url.origin}/`, {})).seconds);
        events.push(await firstEvent(url.origin, headers));
      }
      return [ratioRow('read a stored file of 1 GiB through the door', "Node's http over the same file", 1.5, sides), soon('the start page is answered', pages, 0.05), soon('first event of a job after it was begun', events, 0.25)];
    } finally {
      bare.close();
      served.kill('SIGTERM');
    }
  },
};

function soon(work: string, seconds: readonly number[], most: number): Row {
  const took = median(seconds);
  return { work, ours: `${(took * 1000).toFixed(0)} ms (${seconds.map((one) => (one * 1000).toFixed(0)).join(' ')})`, against: '–', peer: '–', result: `${(took * 1000).toFixed(0)} ms`, target: `≤ ${most * 1000} ms`, reached: took <= most, memory: null };
}

async function fetched(url: string, headers: Readonly<Record<string, string>>): Promise<Ran> {
  const started = performance.now();
  const response = await fetch(url, { headers });
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
