import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';

/** Measuring two ways of doing the same work in one run: rounds alternate, medians are compared, and only ratios are judged. */

/** One line of the results. */
export interface Row {
  readonly work: string;
  /** Median of ours, with its unit. */
  readonly ours: string;
  readonly against: string;
  /** Median of the peer, or '–'. */
  readonly peer: string;
  /** Ours divided by the peer's, or the absolute figure that is aimed at. */
  readonly result: string;
  readonly target: string;
  readonly reached: boolean;
  /** Most resident memory of our process, MB; null where it was not watched. */
  readonly memory: number | null;
}

export interface Bench {
  readonly name: string;
  /** `folder` is new and empty, on the disk to be measured. */
  run(folder: string, rounds: number): Promise<Row[]>;
}

export const root = join(import.meta.dirname, '..');
export const hms = [process.execPath, join(root, 'out', 'bundle', 'hms.cjs'), 'dta'] as const;

export interface Ran {
  readonly seconds: number;
  /** Most resident memory in MB, as the system counted it. */
  readonly memory: number;
  /** The end of what it printed. */
  readonly said: string;
}

/** Runs a program to its end; throws where it fails. */
export function timed(command: readonly string[], environment: Readonly<Record<string, string>> = {}, cwd?: string): Promise<Ran> {
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment }, cwd });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, peakOf(child.pid ?? 0))), 20);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watch);
      const seconds = (performance.now() - started) / 1000;
      if (code === 0) resolve({ seconds, memory: peak, said });
      else reject(new Error(`${command.join(' ')} ended with ${code}:\n${said}`));
    });
  });
}

function peakOf(pid: number): number {
  try {
    const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return line === null ? 0 : Number(line[1]) / 1024;
  } catch {
    // The process has just ended, or this is not Linux.
    return 0;
  }
}

/** Runs ours and the peer in turn, the order changing each round. */
export async function alternate(rounds: number, ours: (round: number) => Promise<Ran>, peer: (round: number) => Promise<Ran>): Promise<{ ours: Ran[]; peer: Ran[] }> {
  const all = { ours: [] as Ran[], peer: [] as Ran[] };
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 === 0 ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const)) {
      all[side].push(await (side === 'ours' ? ours : peer)(round));
    }
  }
  return all;
}

/** The row of a comparison: the ratio of the medians against the most that is aimed at. */
export function ratioRow(work: string, against: string, most: number, sides: { ours: readonly Ran[]; peer: readonly Ran[] }): Row {
  const ours = median(sides.ours.map((ran) => ran.seconds));
  const peer = median(sides.peer.map((ran) => ran.seconds));
  const ratio = ours / peer;
  return {
    work,
    ours: `${ours.toFixed(2)} s (${spread(sides.ours)})`,
    against,
    peer: `${peer.toFixed(2)} s (${spread(sides.peer)})`,
    result: `${ratio.toFixed(2)} ×`,
    target: `≤ ${Number(most.toFixed(2))} ×`,
    reached: ratio <= most,
    memory: Math.round(Math.max(...sides.ours.map((ran) => ran.memory))),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

export function spread(side: readonly Ran[]): string {
  return side.map((ran) => ran.seconds.toFixed(2)).join(' ');
}

/** What the figures were measured on. */
export function machine(): string {
  const [cpu] = cpus();
  return `${cpu?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.versions.node}`;
}
