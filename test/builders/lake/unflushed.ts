import { systemDisk } from '../../../src/engine/lake/index.ts';
import type { Disk } from '../../../src/engine/lake/index.ts';

/** The system's disk without any flush: large lakes for benches and soaks are made by the real writer, and need not survive a power cut. */
export const unflushedDisk: Disk = {
  ...systemDisk,
  async create(path, how, mode) {
    const handle = await systemDisk.create(path, how, mode);
    return { write: (bytes) => handle.write(bytes), sync: () => Promise.resolve(), modified: () => handle.modified(), close: () => handle.close() };
  },
  syncFile: () => Promise.resolve(),
  syncFolder: () => Promise.resolve(),
  syncFileSystem: () => Promise.resolve(),
};

