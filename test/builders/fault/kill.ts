import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync, globSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { openToRead } from '../../../src/engine/open.ts';
import { verify } from '../../../src/verify/index.ts';
import { errorsOf, expectVersion } from './fault-place.ts';
import type { Files } from './fault-place.ts';
import { hms } from './processes.ts';
import type { Ended, Running } from './processes.ts';

/** Kills real command lines with SIGKILL while they take files into a lake, and looks at what is left. */

const DATASET = 'KILLED';
const SMALL_FILES = 400;
const earlier: Files = { 'earlier.txt': 'acknowledged before anything was killed' };

/** Where a process was when it was killed, as its traces tell. */
export type Moment = 'before the draft' | 'copying' | 'copied' | 'committing' | 'committed' | 'ended by itself';

export interface KillEnd {
  readonly moments: readonly Moment[];
  /** Files that the last attempt did not have to copy again. */
  readonly resumed: number;
}

export class KillPlace {
  readonly #base: string;
  readonly #files: Files;
  readonly #random: () => number;
  /** How long an ingest takes that nobody kills, ms. */
  #usual = 0;

  private constructor(base: string, random: () => number) {
    this.#base = base;
    this.#random = random;
    const small = Array.from({ length: SMALL_FILES }, (_, i) => [`in/${i % 7}/${i}.txt`, `file ${i % 390}`] as const);
    this.#files = { ...Object.fromEntries(small), 'in/large.bin': Buffer.alloc(24 << 20, 'a large one ') };
  }

  static async make(random: () => number): Promise<KillPlace> {
    const place = new KillPlace(await mkdtemp(join(tmpdir(), 'hms-kill-')), random);
    await place.#prepare();
    return place;
  }

  async remove(): Promise<void> {
    await rm(this.#base, { recursive: true, force: true });
  }

  async #prepare(): Promise<void> {
    for (const [name, bytes] of Object.entries({ ...this.#files, ...earlier })) {
      await mkdir(join(this.#base, name, '..'), { recursive: true });
      await writeFile(join(this.#base, name), bytes);
    }
    const template = join(this.#base, 'template');
    await succeed(hms(join(template, 'profile'), 'dta', 'init', join(template, 'lake'), '--zone', 'America/New_York'));
    await succeed(hms(join(template, 'profile'), 'dta', 'ingest', '--lake', join(template, 'lake'), 'EARLIER', join(this.#base, 'earlier.txt')));
    const trial = await this.#fresh();
    const began = performance.now();
    await succeed(this.#ingest(trial));
    this.#usual = performance.now() - began;
    await rm(trial, { recursive: true });
  }

  async #fresh(): Promise<string> {
    const trial = await mkdtemp(join(this.#base, 'trial-'));
    await cp(join(this.#base, 'template'), trial, { recursive: true });
    return trial;
  }

  #ingest(trial: string): Running {
    return hms(join(trial, 'profile'), 'dta', 'ingest', '--lake', join(trial, 'lake'), DATASET, join(this.#base, 'in'), '-m', 'ingest', '--json');
  }

  /** Kills `kills` attempts of one ingest one after the other, looks at the lake after each, and then lets one go through. */
  async trial(kills: number): Promise<KillEnd> {
    const trial = await this.#fresh();
    const moments: Moment[] = [];
    for (let i = 0; i < kills; i++) {
      const running = this.#ingest(trial);
      await this.#wait(trial, running);
      running.child.kill('SIGKILL');
      const end = await running.ended;
      moments.push(await momentOf(trial, end));
      await this.#expectWhole(trial, end.code === 0);
    }
    const staged = await recordedFiles(trial);
    const resumed = await this.#finish(trial, staged);
    await this.#expectWhole(trial, true);
    await rm(trial, { recursive: true });
    return { moments, resumed };
  }

  /** Mostly any moment of the usual time; else one shortly after the files were copied, which is soon over. */
  async #wait(trial: string, running: Running): Promise<void> {
    const moment = this.#random();
    if (moment < 0.6) {
      await Promise.race([sleep(this.#usual * (0.1 + 1.5 * moment)), running.ended]);
      return;
    }
    let ended = false;
    void running.ended.then(() => (ended = true));
    while (!ended && globSync('lake/staging/*/journal/*.ndjson', { cwd: trial }).length === 0) await sleep(1);
    await sleep(60 * this.#random());
  }

  /** Nothing of an unfinished ingest can be seen, and nothing acknowledged is missing, before anybody mends anything. */
  async #expectWhole(trial: string, acknowledged: boolean): Promise<void> {
    const lake = join(trial, 'lake');
    expect(errorsOf(await verify(lake, { workers: 0 })).join('\n')).toBe('');
    const open = await openToRead({ folder: lake, profile: join(trial, 'profile'), inMemory: true });
    try {
      await expectVersion(open, 'EARLIER', 1, earlier);
      const version = open.catalog.version(DATASET as never, 1);
      if (version === null) expect(acknowledged, 'an acknowledged ingest is not there').toBe(false);
      else await expectVersion(open, DATASET, 1, this.#files);
      expect(open.catalog.version(DATASET as never, 2)).toBeNull();
    } finally {
      await open.close();
    }
  }

  /** Gives the command once more: it goes on, or says that there is nothing left to do. */
  async #finish(trial: string, staged: number): Promise<number> {
    const end = await this.#ingest(trial).ended;
    const answer = JSON.parse(end.stdout) as { intake?: { files: number; resumed: number }; error?: { code: string } };
    if (end.code !== 0) {
      expect([end.code, answer.error?.code, end.stderr]).toEqual([3, 'DRAFT_EMPTY', expect.anything()]);
      return 0;
    }
    // What was staged and recorded is not copied again.
    expect(answer.intake).toMatchObject({ resumed: staged, files: Object.keys(this.#files).length - staged });
    expect(await readdir(join(trial, 'lake', 'staging'))).toEqual([]);
    return staged;
  }
}

async function succeed(running: Running): Promise<Ended> {
  const end = await running.ended;
  expect([end.code, end.code === 0 ? '' : end.stderr]).toEqual([0, '']);
  return end;
}

/** Files that the open draft's journals name. */
async function recordedFiles(trial: string): Promise<number> {
  const lake = join(trial, 'lake');
  const names = new Set<string>();
  for (const draft of globSync('staging/*/draft.json', { cwd: lake })) {
    const txn = await txnIn(join(lake, draft));
    if (txn === null || (await isClaimed(lake, txn))) continue;
    for (const journal of globSync('journal/*.ndjson', { cwd: join(lake, draft, '..') })) {
      const text = await readFile(join(lake, draft, '..', 'journal', journal.split('/').at(-1) ?? ''), 'utf8');
      for (const line of text.split('\n').slice(0, -1)) {
        const { do: what, path } = JSON.parse(line) as { do: string; path: string };
        if (what === 'add') names.add(path);
      }
    }
  }
  return names.size;
}

/** The act in a draft.json; null where the process was killed before that file was whole. */
async function txnIn(file: string): Promise<string | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.endsWith('}') ? (JSON.parse(text) as { txn: string }).txn : null;
}

async function isClaimed(lake: string, txn: string): Promise<boolean> {
  for (const entry of globSync('ledger/entries/x*/x*/*/entry.json', { cwd: lake })) {
    if ((JSON.parse(await readFile(join(lake, entry), 'utf8')) as { txn: string }).txn === txn) return true;
  }
  return false;
}

async function momentOf(trial: string, end: Ended): Promise<Moment> {
  if (end.signal === null) return 'ended by itself';
  const lake = join(trial, 'lake');
  const drafts = globSync('staging/*/draft.json', { cwd: lake });
  const txn = drafts[0] === undefined ? null : await txnIn(join(lake, drafts[0]));
  if (globSync('ledger/entries/x*/x*/*', { cwd: lake }).length > 3 || (txn !== null && (await isClaimed(lake, txn)))) return 'committed';
  if (txn === null) return 'before the draft';
  const folder = join(lake, 'staging', txn);
  if (existsSync(join(folder, 'object')) || existsSync(join(folder, 'claim')) || existsSync(join(folder, 'version', 'inventory.json'))) return 'committing';
  return (await recordedFiles(trial)) > 0 ? 'copied' : 'copying';
}
