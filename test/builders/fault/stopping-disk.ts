import { systemDisk } from '../../../src/engine/lake/index.ts';
import type { Disk, WriteHandle } from '../../../src/engine/lake/index.ts';

/** A disk on which one process stands still before one of its calls for as long as `meanwhile` takes, and then goes on. Blocking calls are not counted. */
export function stoppingDisk(at: number, meanwhile: () => Promise<void>): { readonly disk: Disk; readonly calls: () => number; readonly stoppedAt: () => string } {
  let calls = 0;
  let stoppedAt = '';
  async function step<T>(what: string, call: () => Promise<T>): Promise<T> {
    calls++;
    if (calls === at) {
      stoppedAt = what;
      await meanwhile();
    }
    return call();
  }
  const handleOf = (path: string, handle: WriteHandle): WriteHandle => ({
    write: (bytes) => step(`write ${path}`, () => handle.write(bytes)),
    sync: () => step(`sync ${path}`, () => handle.sync()),
    modified: () => handle.modified(),
    close: () => handle.close(),
  });
  const disk: Disk = {
    ...systemDisk,
    create: (path, how, mode) => step(`create ${path}`, async () => handleOf(path, await systemDisk.create(path, how, mode))),
    mkdir: (path) => step(`mkdir ${path}`, () => systemDisk.mkdir(path)),
    rename: (from, to) => step(`rename ${from}`, () => systemDisk.rename(from, to)),
    unlink: (path) => step(`unlink ${path}`, () => systemDisk.unlink(path)),
    rmdir: (path) => step(`rmdir ${path}`, () => systemDisk.rmdir(path)),
    syncFile: (path) => step(`syncFile ${path}`, () => systemDisk.syncFile(path)),
    syncFolder: (path) => step(`syncFolder ${path}`, () => systemDisk.syncFolder(path)),
  };
  return { disk, calls: () => calls, stoppedAt: () => stoppedAt };
}
