import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PAGE = 4096;

/** A real file system of a few megabytes in memory, mounted for the test; only root can do that. */
export class SmallDisk {
  readonly folder: string;
  readonly #filler: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#filler = join(folder, 'filler');
  }

  /** Null with the reason where this system or account cannot mount one. */
  static mount(megabytes: number): SmallDisk | string {
    if (process.platform !== 'linux') return 'only Linux mounts a tmpfs';
    if (process.getuid?.() !== 0) return 'only root mounts a tmpfs';
    const folder = mkdtempSync(join(tmpdir(), 'hms-small-disk-'));
    const done = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', folder], { encoding: 'utf8' });
    if (done.status === 0) return new SmallDisk(folder);
    rmSync(folder, { recursive: true });
    return `a tmpfs cannot be mounted here: ${done.stderr?.trim() || String(done.error)}`;
  }

  /** Fills the disk up but for so many pages of 4 KiB. */
  fill(pagesLeft: number): void {
    const file = openSync(this.#filler, 'w');
    let size = 0;
    try {
      for (const page = Buffer.alloc(PAGE); ; size += PAGE) if (writeSync(file, page) < PAGE) break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
    ftruncateSync(file, Math.max(0, size - pagesLeft * PAGE));
    closeSync(file);
  }

  free(): void {
    rmSync(this.#filler, { force: true });
  }

  resize(megabytes: number): void {
    run('mount', '-o', `remount,size=${megabytes}m`, this.folder);
  }

  /** Whether it can be written. */
  remount(how: 'ro' | 'rw'): void {
    run('mount', '-o', `remount,${how}`, this.folder);
  }

  unmount(): void {
    run('umount', this.folder);
    rmSync(this.folder, { recursive: true });
  }
}

function run(command: string, ...args: readonly string[]): void {
  const done = spawnSync(command, args, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${done.stderr}`);
}
