import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { caller, ProblemError, routes } from '../../src/contract/api/index.ts';
import type { CallOf, HostEvent, Job, JobResult, Problem, ReplyOf, Route } from '../../src/contract/api/index.ts';
import { openDoor } from '../../src/engine/door.ts';
import type { Door, DoorOptions } from '../../src/engine/door.ts';
import { verify } from '../../src/verify/index.ts';

/** A door in a temporary folder, asked as the screens ask it; every answer is held against the schema of its route. */
export class DoorBench {
  readonly folder: string;
  door: Door;
  readonly logged: string[] = [];
  readonly #options: Partial<DoorOptions>;

  private constructor(folder: string, door: Door, options: Partial<DoorOptions>, logged: string[]) {
    this.folder = folder;
    this.door = door;
    this.#options = options;
    this.logged = logged;
  }

  static async open(options: Partial<DoorOptions> = {}): Promise<DoorBench> {
    const folder = await mkdtemp(join(tmpdir(), 'hms-door-'));
    const logged: string[] = [];
    return new DoorBench(folder, await doorIn(folder, options, logged), options, logged);
  }

  /** A door with an empty lake that is open. */
  static async withLake(options: Partial<DoorOptions> = {}): Promise<DoorBench> {
    const bench = await DoorBench.open(options);
    await bench.ask(routes.createLake, { body: { name: 'Records', zone: 'America/New_York' } });
    return bench;
  }

  /** Another run of the program. */
  async again(options: Partial<DoorOptions> = {}): Promise<void> {
    this.door = await doorIn(this.folder, { ...this.#options, ...options }, this.logged);
  }

  async ask<R extends Route>(route: R, call: CallOf<R>): Promise<ReplyOf<R>> {
    const reply = await caller((request) => this.door.fetch(request), 'http://hms.test/api', () => crypto.randomUUID())(route, call);
    return (typeof route.reply === 'string' ? reply : strict(route.reply).parse(reply)) as ReplyOf<R>;
  }

  /** The problem that a call ends with. */
  async refused<R extends Route>(route: R, call: CallOf<R>): Promise<Problem> {
    try {
      await this.ask(route, call);
    } catch (error) {
      if (error instanceof ProblemError) return error.problem;
      throw error;
    }
    throw new Error(`${route.method} ${route.path} was answered.`);
  }

  raw(path: string, init: RequestInit = {}): Promise<Response> {
    return this.door.fetch(new Request(`http://hms.test/api${path}`, { ...init, ...(init.body === undefined || init.body === null ? {} : { duplex: 'half' }) } as RequestInit));
  }

  /** Waits until a job has ended. */
  async ended(id: string): Promise<Job> {
    return this.until(id, (job) => ['done', 'failed', 'cancelled'].includes(job.state));
  }

  async until(id: string, isSo: (job: Job) => boolean): Promise<Job> {
    for (const until = Date.now() + 30_000; ; ) {
      const job = await this.ask(routes.getJob, { params: { job: id } });
      if (isSo(job)) return job;
      if (Date.now() > until) throw new Error(`The job is ${job.state}: ${JSON.stringify(job)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** What a job has made; throws where it did not end well. */
  async made<K extends JobResult['kind']>(begun: { job: Job }, kind: K): Promise<Extract<JobResult, { kind: K }>> {
    const job = await this.ended(begun.job.id);
    if (job.result?.kind !== kind) throw new Error(`The job is ${job.state}: ${JSON.stringify(job.problem)}`);
    return job.result as Extract<JobResult, { kind: K }>;
  }

  /** Writes source files and answers their folder, ending in `/.`. */
  async sources(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
    const folder = await mkdtemp(join(this.folder, 'source-'));
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    return `${folder}/.`;
  }

  async take(dataset: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<Extract<JobResult, { kind: 'intake' }>> {
    return this.made(await this.ask(routes.takePaths, { body: { dataset, paths: [await this.sources(files)] } }), 'intake');
  }

  async commit(dataset: string, message: string | null = null, tags: string[] = []): Promise<string> {
    return (await this.made(await this.ask(routes.commitDraft, { params: { dataset }, body: { message, tags } }), 'commit')).ref;
  }

  async ingest(dataset: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
    await this.take(dataset, files);
    return this.commit(dataset);
  }

  /** Events as they come. */
  async *events(after?: string, signal?: AbortSignal): AsyncGenerator<{ id: string; event: HostEvent }> {
    const response = await this.raw(`/events${after === undefined ? '' : `?after=${encodeURIComponent(after)}`}`, signal === undefined ? {} : { signal });
    const decoder = new TextDecoder();
    let text = '';
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(piece, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const id = lines.find((line) => line.startsWith('id: '))?.slice(4) ?? '';
        const data = lines.find((line) => line.startsWith('data: '))?.slice(6);
        if (data !== undefined) yield { id, event: JSON.parse(data) as HostEvent };
      }
    }
  }

  async remove(): Promise<void> {
    await this.door.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function doorIn(folder: string, options: Partial<DoorOptions>, logged: string[]): Promise<Door> {
  return openDoor({ profile: join(folder, 'profile'), home: join(folder, 'lakes'), localPaths: true, verify, log: (words, error) => logged.push(`${words} ${String(error)}`), ...options });
}

function strict(schema: Exclude<Route['reply'], string>): { parse(value: unknown): unknown } {
  return schema;
}
