import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/engine/clock.ts';
import { nearDisk, systemDisk } from '../../../../src/engine/lake/index.ts';
import type { BlockingDisk } from '../../../../src/engine/lake/index.ts';
import { heldDisk, withNear } from '../../../../src/engine/lake/near.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'hms-near-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const share = { kind: 'share', name: 'nfs' } as const;
const descriptors = (): number => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);

describe('a disk near a folder', () => {
  it('makes, writes and removes what it is told to, and closes what it opened', () => {
    const before = descriptors();
    const near = nearDisk(systemDisk.blocking, root);
    near.disk.mkdir(join(root, 'made'));
    const descriptor = near.disk.createExclusive(join(root, 'made', 'file'));
    near.disk.write(descriptor, Buffer.from('text'));
    near.disk.sync(descriptor);
    near.disk.close(descriptor);
    expect(readFileSync(join(root, 'made', 'file'), 'utf8')).toBe('text');
    near.disk.unlink(join(root, 'made', 'file'));
    expect(readdirSync(join(root, 'made'))).toEqual([]);
    near.close();
    expect(descriptors()).toBe(before);
  });

  it('asks for no folder above it, and for what is elsewhere by its own name', (ctx) => {
    ctx.skip(process.platform !== 'linux', 'the system has no short names of open folders');
    const asked: string[] = [];
    const disk: BlockingDisk = { ...systemDisk.blocking, mkdir: (path) => void asked.push(path) };
    const folder = join(root, 'folder');
    mkdirSync(folder);
    const near = nearDisk(disk, folder);
    near.disk.mkdir(join(folder, 'a', 'b'));
    near.disk.mkdir(join(root, 'folder-2'));
    near.close();
    expect(asked).toEqual([expect.stringMatching(/^\/proc\/self\/fd\/\d+\/a\/b$/), join(root, 'folder-2')]);
  });

  it('names in an error what was asked for', () => {
    writeFileSync(join(root, 'taken'), '');
    const near = nearDisk(systemDisk.blocking, root);
    const path = join(root, 'taken');
    expect(() => near.disk.createExclusive(path)).toThrow(expect.objectContaining({ code: 'EEXIST', path, message: `EEXIST: file already exists, open '${path}'` }) as Error);
    near.close();
  });

  it('is the disk itself where the folder is not there', () => {
    const near = nearDisk(systemDisk.blocking, join(root, 'gone'));
    expect(near.disk).toBe(systemDisk.blocking);
    near.close();
  });
});

describe('a disk that holds folders', () => {
  it('does below a held folder what it is told to, from there, and by the whole path before and after', async (ctx) => {
    ctx.skip(process.platform !== 'linux', 'the system has no short names of open folders');
    const before = descriptors();
    const asked: string[] = [];
    const disk = heldDisk({ ...systemDisk, mkdir: (path) => (asked.push(path), systemDisk.mkdir(path)), rename: (from, to) => (asked.push(from, to), systemDisk.rename(from, to)) });
    const folder = join(root, 'folder');
    await disk.mkdir(folder);
    const release = await disk.hold?.(folder);
    await disk.mkdir(join(folder, 'claim'));
    const handle = await disk.create(join(folder, 'claim', 'entry'), 'exclusive');
    await handle.write(Buffer.from('text'));
    await handle.close();
    await disk.rename(join(folder, 'claim'), join(root, 'number'));
    expect(readFileSync(join(root, 'number', 'entry'), 'utf8')).toBe('text');
    await release?.();
    await disk.mkdir(join(folder, 'later'));
    const short = (path: string): unknown => expect.stringMatching(new RegExp(`^/proc/self/fd/\\d+/${path}$`));
    expect(asked).toEqual([folder, short('claim'), short('claim'), join(root, 'number'), join(folder, 'later')]);
    expect(descriptors()).toBe(before);
  });

  it('names in an error what was asked for', async () => {
    const disk = heldDisk(systemDisk);
    mkdirSync(join(root, 'folder'));
    const release = await disk.hold?.(join(root, 'folder'));
    const path = join(root, 'folder', 'gone', 'file');
    await expect(disk.create(path, 'truncate')).rejects.toMatchObject({ code: 'ENOENT', path, message: `ENOENT: no such file or directory, open '${path}'` });
    await release?.();
  });

  it('holds nothing where the folder is not there', async () => {
    const disk = heldDisk(systemDisk);
    const release = await disk.hold?.(join(root, 'folder'));
    await disk.mkdir(join(root, 'folder'));
    await disk.mkdir(join(root, 'folder', 'made'));
    await release?.();
    expect(readdirSync(join(root, 'folder'))).toEqual(['made']);
  });
});

describe('the short name of a folder', () => {
  it('is that folder, on a share only, and is closed also where the work fails', async () => {
    const before = descriptors();
    writeFileSync(join(root, 'file'), '');
    expect(await withNear(root, share, systemClock, (name) => readdir(name))).toEqual(['file']);
    expect(await withNear(root, { kind: 'journaled', name: 'ext4' }, systemClock, (name) => Promise.resolve(name))).toBe(root);
    await expect(withNear(root, share, systemClock, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(descriptors()).toBe(before);
  });

  it('is done once more by its own name where the server does not know any more what the short one leads to', async (ctx) => {
    ctx.skip(process.platform !== 'linux', 'the system has no such names');
    const before = descriptors();
    const stale = Object.assign(new Error('Unknown system error -116'), { code: 'Unknown system error -116', errno: -116, syscall: 'lstat' });
    const asked: string[] = [];
    const work = (name: string): Promise<string> => {
      asked.push(name);
      return name === root ? Promise.resolve('seen') : Promise.reject(stale);
    };
    expect(await withNear(root, share, systemClock, work)).toBe('seen');
    expect(asked).toEqual([expect.stringMatching(/^\/proc\/self\/fd\/\d+$/), root]);
    asked.length = 0;
    await expect(withNear(root, share, systemClock, (name) => (asked.push(name), Promise.reject(stale)))).rejects.toBe(stale);
    expect(asked).toHaveLength(2);
    expect(descriptors()).toBe(before);
  });

  it('is its own name where it is not there', async () => {
    renameSync(root, `${root}-moved`);
    expect(await withNear(root, share, systemClock, (name) => Promise.resolve(name))).toBe(root);
    renameSync(`${root}-moved`, root);
  });
});
