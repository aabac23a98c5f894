import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { searchPath } from './missing.ts';

/**
 * A box of the computer: its own network, mounts and process numbers. Everything that is started in it, and every mount, ends with its first process, which in turn
 * ends with this one, however that ends. `work` is a new folder that the box and this process both see.
 */
export class Box {
  readonly work: string;
  readonly #keeper: ChildProcess;
  readonly #first: number;

  private constructor(work: string, keeper: ChildProcess, first: number) {
    this.work = work;
    this.#keeper = keeper;
    this.#first = first;
  }

  static async open(): Promise<Box> {
    const work = mkdtempSync(join(tmpdir(), 'hms-net-'));
    // The file server's own accounts look into it.
    await chmod(work, 0o755);
    const own = ['--net', '--mount', '--pid', '--fork', '--kill-child=KILL', '--mount-proc'];
    const idle = 'echo ready; while :; do sleep 3600 & wait $!; done';
    const keeper = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', ...own, 'sh', '-c', idle], { stdio: ['ignore', 'pipe', 'inherit'], env: environment() });
    await once(keeper.stdout, 'data');
    const [first] = readFileSync(`/proc/${keeper.pid}/task/${keeper.pid}/children`, 'utf8').trim().split(' ');
    return new Box(work, keeper, Number(first));
  }

  /** Runs a program in the box to its end; throws with what it said where it fails. */
  run(program: string, ...args: readonly string[]): string {
    const done = spawnSync('nsenter', this.#inside(program, args), { encoding: 'utf8', env: environment() });
    if (done.status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${String(done.status)}: ${done.stderr}${done.stdout}`);
    return done.stdout;
  }

  /** Starts a program in the box, as a group of processes of its own; what it says goes to `<work>/<log>`. */
  start(log: string, program: string, ...args: readonly string[]): Started {
    const said = openSync(join(this.work, log), 'a');
    try {
      return new Started(spawn('nsenter', this.#inside(program, args), { stdio: ['ignore', said, said], detached: true, env: environment() }), join(this.work, log));
    } finally {
      closeSync(said);
    }
  }

  /** Ends everything in the box, and removes the work folder. */
  async close(): Promise<void> {
    const ended = once(this.#keeper, 'exit');
    this.#keeper.kill('SIGKILL');
    await ended;
    rmSync(this.work, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  #inside(program: string, args: readonly string[]): string[] {
    return ['--target', String(this.#first), '--net', '--mount', '--pid', '--', program, ...args];
  }
}

/** A program in a box. */
export class Started {
  readonly log: string;
  readonly #child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(child: ChildProcess, log: string) {
    this.#child = child;
    this.log = log;
    this.ended = new Promise((resolve) => child.on('exit', (code) => resolve(code)));
  }

  /** Sends a signal to the program and to all that it started. */
  signal(name: NodeJS.Signals): void {
    try {
      process.kill(-(this.#child.pid ?? 0), name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: searchPath().join(delimiter), LC_ALL: 'C.UTF-8' };
}
