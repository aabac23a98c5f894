import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { hmsFile } from '../../builders/program.ts';

export { hmsFile };

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly profile?: string;
  readonly lake?: string;
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

/** A temporary folder with a lake and a profile, and the command line as a person has it there: each command is a process of its own. */
export class Office {
  readonly folder = mkdtempSync(join(tmpdir(), 'hms-cli-'));
  readonly lake = join(this.folder, 'lake');
  readonly profile = join(this.folder, 'profile');

  /** Makes the lake. */
  async init(zone = 'America/New_York'): Promise<this> {
    const { code, err } = await this.hms(['init', 'lake', '--zone', zone]);
    if (code !== 0) throw new Error(err);
    return this;
  }

  start(args: readonly string[], options: RunOptions = {}): ChildProcess {
    const { profile = this.profile, lake = this.lake, env = {} } = options;
    return spawn(process.execPath, [hmsFile, 'dta', ...args], { cwd: this.folder, env: { ...process.env, HMS_LAKE: lake, HMS_PROFILE: profile, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  }

  async hms(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const child = this.start(args, options);
    child.stdin?.end(options.input ?? '');
    return ended(child);
  }

  /** A command that has to succeed; its standard output without the last line end. */
  async does(args: readonly string[], options: RunOptions = {}): Promise<string> {
    const ran = await this.hms(args, options);
    if (ran.code !== 0) throw new Error(`hms dta ${args.join(' ')} ended with ${ran.code}: ${ran.err}${ran.out}`);
    return ran.out.replace(/\n$/, '');
  }

  /** The one JSON object that a command prints, whatever its exit code. */
  async json(args: readonly string[], options: RunOptions = {}): Promise<{ code: number | null; value: Json; err: string }> {
    const { code, out, err } = await this.hms([...args, '--json'], options);
    if (!/^\{.*\}\n$/.test(out)) throw new Error(`Not one JSON object: ${out}${err}`);
    return { code, value: JSON.parse(out) as Json, err };
  }

  write(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  /** The files of the lake that match a pattern, as bytes. */
  lakeFiles(pattern: string): { readonly path: string; readonly bytes: Buffer }[] {
    return globSync(pattern, { cwd: this.lake, withFileTypes: true })
      .filter((item) => item.isFile())
      .map((item) => join(item.parentPath, item.name))
      .map((path) => ({ path, bytes: readFileSync(path) }));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

// What a test asks of an answer it asserts exactly; until then it is any JSON.
export type Json = { readonly [member: string]: Json } & readonly Json[] & string & number;

export async function ended(child: ChildProcess): Promise<Ran> {
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  const code = await new Promise<number | null>((done, fail) => child.on('error', fail).on('close', done));
  return { code, out, err };
}
