import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/engine/clock.ts';
import { codeOf, durableOn, retryTransient, systemDisk } from '../../../../src/engine/lake/index.ts';
import type { Disk, Durable } from '../../../../src/engine/lake/index.ts';
import { temporaryFolder } from '../../../builders/lake/small-lake.ts';

let folder: string;
let remove: () => Promise<void>;
let durable: Durable;
const share = { kind: 'share', name: 'test' } as const;

beforeEach(async () => {
  const temporary = await temporaryFolder('hms-durable-');
  folder = temporary.path;
  remove = temporary.remove;
  durable = durableOn(systemDisk, { kind: 'journaled', name: 'test' }, systemClock);
});
afterEach(() => remove());

const text = (value: string): Buffer => Buffer.from(value);
const fails = (code: string): Promise<never> => Promise.reject(Object.assign(new Error(code), { code }));

describe('writeNew', () => {
  it('answers size and hash of what it wrote, and refuses a name that is taken', async () => {
    const file = join(folder, 'a');
    expect(await durable.writeNew(file, [text('one'), text('two')])).toMatchObject({ size: 6, sha256: createHash('sha256').update('onetwo').digest('hex') });
    await expect(durable.writeNew(file, text('three'))).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await readFile(file, 'utf8')).toBe('onetwo');
  });
});

describe('makeFolder', () => {
  it('makes the folders above it too, and is content with one that is there', async () => {
    await durable.makeFolder(join(folder, 'a', 'b', 'c'));
    await durable.makeFolder(join(folder, 'a', 'b', 'c'));
    expect(await readdir(join(folder, 'a', 'b'))).toEqual(['c']);
  });

  it('gives up where the folder above is there and says of every new one that it cannot be found, as /proc does', async () => {
    const closed: Disk = { ...systemDisk, mkdir: (path) => fails(path === folder ? 'EEXIST' : 'ENOENT') };
    const there = durableOn(closed, { kind: 'journaled', name: 'test' }, systemClock);
    await expect(there.makeFolder(join(folder, 'x'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(there.makeFolder(join(folder, 'x', 'y'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('publishFolder', () => {
  it('gives a name to exactly one of two folders with content', async () => {
    for (const name of ['one', 'two']) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'entry'), name);
    }
    await durable.publishFolder(join(folder, 'one'), join(folder, 'target'));
    const second = durable.publishFolder(join(folder, 'two'), join(folder, 'target'));
    await expect(second).rejects.toSatisfy((error) => ['ENOTEMPTY', 'EEXIST'].includes(codeOf(error)));
    expect(await readFile(join(folder, 'target', 'entry'), 'utf8')).toBe('one');
    expect(await readFile(join(folder, 'two', 'entry'), 'utf8')).toBe('two');
  });
});

describe('replaceDerived', () => {
  it('on a local disk leaves the old or the new file, and no temporary one', async () => {
    await durable.replaceDerived(join(folder, 'checkpoint'), () => text('old'), folder);
    await durable.replaceDerived(join(folder, 'checkpoint'), () => text('new'), folder);
    expect(await readdir(folder)).toEqual(['checkpoint']);
    expect(await readFile(join(folder, 'checkpoint'), 'utf8')).toBe('new');
  });

  it('on a share keeps the same file, because a rename over an open one deletes it there', async () => {
    const onShare = durableOn({ ...systemDisk, rename: () => fails('EACCES') }, share, systemClock);
    await writeFile(join(folder, 'checkpoint'), 'a longer text than the new one');
    const before = (await lstat(join(folder, 'checkpoint'))).ino;
    await onShare.replaceDerived(join(folder, 'checkpoint'), () => text('new'), folder);
    expect(await readFile(join(folder, 'checkpoint'), 'utf8')).toBe('new');
    expect((await lstat(join(folder, 'checkpoint'))).ino).toBe(before);
  });

  it('on a share writes again until it reads back right, and gives up after twelve times', async () => {
    let writes = 0;
    const lossy: Disk = {
      ...systemDisk,
      async create(path, how, mode) {
        const handle = await systemDisk.create(path, how, mode);
        writes++;
        return writes < 3 ? { ...handle, write: () => Promise.resolve() } : handle;
      },
    };
    await durableOn(lossy, share, systemClock).replaceDerived(join(folder, 'a'), () => text('kept'), folder);
    expect([writes, await readFile(join(folder, 'a'), 'utf8')]).toEqual([3, 'kept']);
    const broken: Disk = { ...systemDisk, create: async (path, how, mode) => (writes++, { ...(await systemDisk.create(path, how, mode)), write: () => Promise.resolve() }) };
    writes = 0;
    await expect(durableOn(broken, share, systemClock).replaceDerived(join(folder, 'b'), () => text('lost'), folder)).rejects.toMatchObject({ code: 'EIO' });
    expect(writes).toBe(12);
  });

  it('on a share is done by eight at once, none of whom gives up because of the others', async () => {
    const write = async (who: number): Promise<void> => {
      for (let n = 0; n < 10; n++) await durableOn(systemDisk, share, systemClock).replaceDerived(join(folder, 'checkpoint'), () => text(`${who}`), folder);
    };
    await Promise.all(Array.from({ length: 8 }, (_, who) => write(who)));
    expect(await readFile(join(folder, 'checkpoint'), 'utf8')).toMatch(/^[0-7]$/);
  });
});

describe('retryTransient', () => {
  const failing = (times: number, code: string) => {
    let calls = 0;
    return { calls: () => calls, call: () => (++calls <= times ? fails(code) : Promise.resolve('done')) };
  };
  const quick = { ...systemClock, sleep: () => Promise.resolve() };

  it.each(['EPERM', 'EACCES', 'EBUSY', 'EAGAIN', 'EHOSTDOWN'])('on a share repeats after %s', async (code) => {
    const { call, calls } = failing(3, code);
    expect(await retryTransient(share, quick, call)).toBe('done');
    expect(calls()).toBe(4);
  });

  it('on a local disk takes a refusal as final', async (context) => {
    context.skip(process.platform === 'win32', 'Windows refuses for a moment while a scanner holds a file, so it is repeated there.');
    const { call, calls } = failing(1, 'EACCES');
    await expect(retryTransient({ kind: 'journaled', name: 'ext4' }, quick, call)).rejects.toMatchObject({ code: 'EACCES' });
    expect(calls()).toBe(1);
  });

  it('gives up after ten seconds', async () => {
    let now = 0;
    const clock = { ...systemClock, monotonic: () => now, sleep: (ms: number) => Promise.resolve(void (now += ms)) };
    await expect(retryTransient(share, clock, () => fails('EBUSY'))).rejects.toMatchObject({ code: 'EBUSY' });
    expect(now).toBeGreaterThanOrEqual(10_000);
    expect(now).toBeLessThan(10_200);
  });
});

describe('flush', () => {
  it('flushes each file and folder where the file system cannot do all at once', async () => {
    const flushed: string[] = [];
    const watching: Disk = {
      ...systemDisk,
      syncFile: (path) => Promise.resolve(void flushed.push(path)),
      syncFolder: (path) => Promise.resolve(void flushed.push(path)),
      syncFileSystem: (path) => Promise.resolve(void flushed.push(`all of ${path}`)),
    };
    const many = Array.from({ length: 300 }, (_, i) => `file-${i}`);
    await durableOn(watching, share, systemClock).flush(many, () => ['folder'], folder);
    expect(flushed).toEqual([...many, 'folder']);
  });

  it('flushes a large batch at once where it can', async (context) => {
    context.skip(process.platform !== 'linux', 'Only Linux flushes one file system by itself.');
    const flushed: string[] = [];
    const watching: Disk = { ...systemDisk, syncFile: (path) => Promise.resolve(void flushed.push(path)), syncFileSystem: (path) => Promise.resolve(void flushed.push(`all of ${path}`)) };
    const onLocal = durableOn(watching, { kind: 'journaled', name: 'ext4' }, systemClock);
    await onLocal.flush(Array.from({ length: 300 }, (_, i) => `file-${i}`), () => [], folder);
    await onLocal.flush(['one'], () => [], folder);
    expect(flushed).toEqual([`all of ${folder}`, 'one']);
  });
});

describe('removeTree', () => {
  it('removes what is in a folder and follows no link out of it', async () => {
    await mkdir(join(folder, 'outside'));
    await writeFile(join(folder, 'outside', 'kept'), 'kept');
    await mkdir(join(folder, 'inside', 'deep'), { recursive: true });
    await writeFile(join(folder, 'inside', 'deep', 'file'), 'x');
    await symlink(join(folder, 'outside'), join(folder, 'inside', 'link'));
    await durable.removeTree(join(folder, 'inside'));
    expect(await readdir(folder)).toEqual(['outside']);
    expect(await readdir(join(folder, 'outside'))).toEqual(['kept']);
    await durable.removeTree(join(folder, 'inside'));
  });
});
