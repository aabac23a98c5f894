import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** `hms dta serve --ui` of the built product, with a profile and a folder of lakes that nobody used before. */
export interface Program {
  /** Address with the token, as a person is given it. */
  readonly url: string;
  /** A folder of this run, for files that are dropped and packages that are saved. */
  readonly folder: string;
  /** Folder in which lakes are made by name. */
  readonly home: string;
  /** Runs the command line beside it, as another program of the same account; resolves to what it printed. */
  hms(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>;
  /** The same, begun and left to go on; its standard input stays open. */
  begin(args: readonly string[], env?: Readonly<Record<string, string>>): ChildProcess;
  /** Ends it without warning, as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again on the same port. */
  again(): Promise<string>;
  end(): Promise<void>;
}

export async function startProgram(): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'hms-web-'));
  const home = join(folder, 'lakes');
  await mkdir(home);
  const env = { ...process.env, HMS_PROFILE: join(folder, 'profile'), HMS_HOME: home };
  let child = begin(0);
  let url = await addressOf(child);
  const { port } = new URL(url);

  function begin(on: number | string): ChildProcess {
    return spawn(node, [join(root, 'bin', 'hms.mjs'), 'dta', 'serve', '--ui', '--port', String(on)], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  }
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  };
  return {
    get url() {
      return url;
    },
    folder,
    home,
    hms: (args, more = {}) => run([join(root, 'bin', 'hms.mjs'), ...args], { ...env, ...more }),
    begin: (args, more = {}) => spawn(node, [join(root, 'bin', 'hms.mjs'), ...args], { cwd: root, env: { ...env, ...more }, stdio: ['pipe', 'ignore', 'ignore'] }),
    kill: () => stop('SIGKILL'),
    again: async () => {
      child = begin(port);
      return (url = await addressOf(child));
    },
    end: async () => {
      await stop('SIGTERM');
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** What it prints when it listens. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const read = (piece: Buffer): void => {
      text += piece.toString();
      const url = /http:\/\/\S+#token=\S+/.exec(text)?.[0];
      if (url !== undefined) resolve(url);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => reject(new Error(`The program ended with ${code} before it listened:\n${text}`)));
  });
}

function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    child.stdout.on('data', (piece: Buffer) => (text += piece.toString()));
    child.stderr.on('data', (piece: Buffer) => (text += piece.toString()));
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve(text) : reject(new Error(`hms ${args.slice(1).join(' ')} ended with ${code}:\n${text}`))));
  });
}
