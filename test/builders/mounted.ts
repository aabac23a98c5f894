import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';

/** Why no folder can be mounted here that stands still on demand; null where it can. */
export const whyNoMount: string | null = (() => {
  if (process.platform !== 'linux') return 'only Linux has bindfs';
  if (process.getuid?.() !== 0) return 'mounting by FUSE is tried as root only';
  if (!existsSync('/dev/fuse')) return 'there is no /dev/fuse';
  if (spawnSync('bindfs', ['--version'], { stdio: 'ignore' }).status !== 0) return 'bindfs is not installed';
  return null;
})();

/** A folder that shows another through FUSE, by a process of its own: stopped, every call on the folder stands still as on a share whose server is silent; ended, they fail. */
export interface Mounted {
  readonly folder: string;
  /** Calls stand still from now on. */
  stop(): void;
  goOn(): void;
  /** Calls fail from now on, ENOTCONN, until it is mounted again. */
  cut(): Promise<void>;
  again(): Promise<void>;
  remove(): Promise<void>;
}

export async function mounted(source: string, folder: string): Promise<Mounted> {
  await mkdir(source, { recursive: true });
  await mkdir(folder, { recursive: true });
  let child: ChildProcess = await mount();

  async function mount(): Promise<ChildProcess> {
    const begun = spawn('bindfs', ['-f', '-o', 'attr_timeout=0,entry_timeout=0,negative_timeout=0', source, folder], { stdio: 'ignore' });
    for (const until = Date.now() + 10_000; ; ) {
      if ((await readFile('/proc/mounts', 'utf8')).includes(` ${folder} fuse`)) return begun;
      if (begun.exitCode !== null || Date.now() > until) throw new Error(`bindfs did not mount ${folder} (${String(begun.exitCode)}).`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  const end = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await ended;
    }
  };
  const unmount = (): void => void spawnSync('umount', ['-l', folder], { stdio: 'ignore' });
  return {
    folder,
    stop: () => void child.kill('SIGSTOP'),
    goOn: () => void child.kill('SIGCONT'),
    cut: end,
    again: async () => {
      unmount();
      child = await mount();
    },
    remove: async () => {
      await end();
      unmount();
    },
  };
}
