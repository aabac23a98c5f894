import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** Looks from outside how much memory a process has: DuckDB's own limit does not cover list and string functions, and a process that is busy cannot be asked. */
export interface MemoryProbe {
  /** Resident bytes; null where that cannot be told, because the process is gone or the system does not say. */
  look(pid: number): number | null | Promise<number | null>;
  /** How often to look, ms: as often as a look costs next to nothing. */
  readonly every: number;
}

/** The way of this system. Linux: /proc, every 10 ms. macOS and other Unix: `ps`, Windows: `tasklist`; each look is a process there, so every 250 ms. */
export function systemProbe(platform: NodeJS.Platform = process.platform): MemoryProbe {
  if (platform === 'linux') return { look: fromProc, every: 10 };
  return platform === 'win32' ? { look: fromTasklist, every: 250 } : { look: fromPs, every: 250 };
}

function fromProc(pid: number): number | null {
  try {
    const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return found === null ? null : Number(found[1]) * 1024;
  } catch {
    return null;
  }
}

async function fromPs(pid: number): Promise<number | null> {
  return kilobytes(await said('ps', ['-o', 'rss=', '-p', String(pid)]));
}

/** `"node.exe","4711","Console","1","123,456 K"`; digits are grouped as the country does. */
async function fromTasklist(pid: number): Promise<number | null> {
  const line = await said('tasklist', ['/fo', 'csv', '/nh', '/fi', `PID eq ${pid}`]);
  return kilobytes(/"([^"]*)"\s*$/.exec(line)?.[1]?.replaceAll(/\D/g, '') ?? '');
}

async function said(program: string, args: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(program, args, { windowsHide: true })).stdout;
  } catch {
    return '';
  }
}

function kilobytes(text: string): number | null {
  return /^\s*\d+\s*$/.test(text) ? Number(text) * 1024 : null;
}
