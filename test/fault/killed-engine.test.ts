import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caller, routes } from '../../src/contract/api/index.ts';
import type { CallOf, Job, ReplyOf, Route } from '../../src/contract/api/index.ts';
import { hmsFile as hms } from '../builders/program.ts';

/** The program that serves the screens is killed while a job of each kind is at work, and started anew. */

const FILES = 1_500;

let folder: string;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hms-killed-engine-'));
  env = { ...process.env, HMS_PROFILE: join(folder, 'profile'), HMS_HOME: join(folder, 'lakes'), HMS_LAKE: join(folder, 'lakes', 'Office') };
  await mkdir(join(folder, 'lakes'));
  command('init', join(folder, 'lakes', 'Office'), '--zone', 'UTC');
  const source = join(folder, 'source');
  await mkdir(source);
  await Promise.all(Array.from({ length: FILES }, (_, at) => writeFile(join(source, `reading-${at}.csv`), `reading\n${at}\n`)));
  command('ingest', 'WF-1', source, '-m', 'Readings');
  command('create', 'WF-2');
  command('put', 'WF-2', source);
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

function command(...args: string[]): string {
  return execFileSync(process.execPath, [hms, 'dta', ...args], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

class Engine {
  readonly #child: ChildProcess;
  readonly #api: string;
  readonly #token: string;

  private constructor(child: ChildProcess, api: string, token: string) {
    this.#child = child;
    this.#api = api;
    this.#token = token;
  }

  static async start(): Promise<Engine> {
    const child = spawn(process.execPath, [hms, 'dta', 'serve', '--json'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    const { api, tokenFile } = JSON.parse(line) as { api: string; tokenFile: string };
    return new Engine(child, api, (await readFile(tokenFile, 'utf8')).trim());
  }

  ask<R extends Route>(route: R, call: CallOf<R>): Promise<ReplyOf<R>> {
    const send = (request: Request): Promise<Response> => fetch(new Request(request, { headers: { ...Object.fromEntries(request.headers), authorization: `Bearer ${this.#token}` } }));
    return caller(send, this.#api.replace(/\/dta$/, ''), () => crypto.randomUUID())(route, call);
  }

  /** Waits until the job has begun to do what it does, or has ended. */
  async underWay(id: string): Promise<Job> {
    for (;;) {
      const job = await this.ask(routes.getJob, { params: { job: id } });
      if (job.ended !== null || (job.state === 'running' && job.progress.phase !== 'Starting')) return job;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  async kill(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}

const begin: Readonly<Record<string, (engine: Engine) => Promise<{ readonly job: Job }>>> = {
  export: (engine) => engine.ask(routes.exportToFetch, { body: { refs: ['WF-1:v1'], name: 'WF-1.zip' } }),
  verify: (engine) => engine.ask(routes.verify, { body: { of: { kind: 'lake' } } }),
  rebuild: (engine) => engine.ask(routes.rebuildCatalog, {}),
  commit: (engine) => engine.ask(routes.commitDraft, { params: { dataset: 'WF-2' }, body: { message: 'Killed' } }),
};

describe.each(Object.keys(begin))('a program that is killed during %s', (kind) => {
  it('says so when it is started again, leaves the lake whole, and does it when it is asked again', { timeout: 120_000 }, async () => {
    const engine = await Engine.start();
    const { job } = await (begin[kind] as NonNullable<(typeof begin)[string]>)(engine);
    const before = await engine.underWay(job.id);
    await engine.kill();

    const next = await Engine.start();
    try {
      const after = (await next.ask(routes.listJobs, {})).jobs.find(({ id }) => id === job.id);
      if (before.ended === null) expect(after === undefined || after.state === 'done' || after.problem?.code === 'ENGINE_LOST', JSON.stringify(after)).toBe(true);
      expect(await readdir(join(folder, 'profile')).then((names) => names.filter((name) => name.endsWith('.part')))).toEqual([]);
      const isDone = kind === 'commit' && command('ls', '--json').includes('"WF-2"') && (JSON.parse(command('show', 'WF-2', '--json')) as { versions?: unknown[] }).versions?.length === 1;
      if (!isDone) {
        const again = await (begin[kind] as NonNullable<(typeof begin)[string]>)(next);
        for (;;) {
          const now = await next.ask(routes.getJob, { params: { job: again.job.id } });
          if (now.ended !== null) {
            expect(now, JSON.stringify(now.problem)).toMatchObject({ state: 'done' });
            break;
          }
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    } finally {
      await next.kill();
    }
    expect(JSON.parse(command('verify', join(folder, 'lakes', 'Office'), '--json'))).toMatchObject({ clean: true });
  });
});
