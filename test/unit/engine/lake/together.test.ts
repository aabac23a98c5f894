import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/engine/clock.ts';
import { durableOn, systemDisk } from '../../../../src/engine/lake/index.ts';
import type { Disk } from '../../../../src/engine/lake/index.ts';
import { FlushTogether } from '../../../../src/engine/lake/together.ts';

/** Files of a share that are written and flushed side by side. */

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'hms-together-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const at = (name: string): string => join(root, name);
const on = (name: 'nfs' | 'cifs', disk: Disk = systemDisk): FlushTogether => new FlushTogether({ place: { kind: 'share', name }, disk, clock: systemClock });
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function* pieces(count: number): Generator<Uint8Array> {
  for (let n = 0; n < count; n++) yield Buffer.alloc(30_000, n);
}

async function* slowly(count: number): AsyncGenerator<Uint8Array> {
  for (const piece of pieces(count)) yield await Promise.resolve(piece);
}

describe('files that are flushed together', () => {
  it.each([
    ['bytes', Buffer.from('text')],
    ['nothing', new Uint8Array(0)],
    ['a few pieces', () => pieces(2)],
    ['more pieces than are held', () => pieces(9)],
    ['pieces that come slowly', () => slowly(9)],
  ])('hold what they were given, and tell its size and hash: %s', async (_, given) => {
    const content = typeof given === 'function' ? given() : given;
    const files = on('nfs');
    const { size, sha256: told } = await files.write(at('file'), content);
    await files.flush([root]);
    const bytes = readFileSync(at('file'));
    expect([size, told]).toEqual([bytes.length, sha256(bytes)]);
    expect(bytes).toEqual(given instanceof Uint8Array ? Buffer.from(given) : Buffer.concat([...pieces(given === undefined ? 0 : size / 30_000)]));
  });

  it.each(['nfs', 'cifs'] as const)('replace all of what stood there: %s', async (name) => {
    writeFileSync(at('file'), 'something longer');
    const files = on(name);
    await files.write(at('file'), Buffer.from('new'));
    await files.flush([]);
    expect(readFileSync(at('file'), 'utf8')).toBe('new');
  });

  it('are made side by side, each with one call where it is new', async () => {
    const made: string[] = [];
    let [now, most] = [0, 0];
    const disk: Disk = {
      ...systemDisk,
      async create(path, how) {
        made.push(`${how} ${path.slice(root.length + 1)}`);
        most = Math.max(most, ++now);
        const handle = await systemDisk.create(path, how);
        now--;
        return handle;
      },
    };
    const files = on('cifs', disk);
    for (const name of ['salt', 'body', 'entry']) await files.write(at(name), Buffer.from(name));
    expect(await files.flush([root])).toBeGreaterThan(Date.now() - 60_000);
    expect([made, most]).toEqual([['exclusive salt', 'exclusive body', 'exclusive entry'], 3]);
  });

  it('are not taken for flushed where one could not be made, and none stays open', async () => {
    const open: string[] = [];
    const error = Object.assign(new Error('EIO: made by the test'), { code: 'EIO' });
    const disk: Disk = {
      ...systemDisk,
      async create(path, how) {
        if (path.endsWith('body')) throw error;
        const handle = await systemDisk.create(path, how);
        open.push(path);
        return { ...handle, close: () => (open.pop(), handle.close()) };
      },
    };
    const files = on('nfs', disk);
    for (const name of ['salt', 'body', 'entry']) await files.write(at(name), Buffer.from(name));
    await expect(files.flush([root])).rejects.toBe(error);
    await files.close();
    expect(open).toEqual([]);
    expect(readdirSync(root).sort()).toEqual(['entry', 'salt']);
  });
});

describe('the names in a folder', () => {
  it('are flushed by opening the folder, but where the system sends a share nothing for that', async (ctx) => {
    ctx.skip(process.platform !== 'linux', 'only Linux is known to send nothing');
    const gone = at('gone');
    for (const name of ['nfs', 'cifs', 'smb']) await expect(durableOn(systemDisk, { kind: 'share', name }, systemClock).disk.syncFolder(gone)).resolves.toBeUndefined();
    for (const place of [{ kind: 'share', name: '9p' }, { kind: 'journaled', name: 'ext4' }, { kind: 'other', name: 'exfat' }] as const) {
      await expect(durableOn(systemDisk, place, systemClock).disk.syncFolder(gone)).rejects.toMatchObject({ code: 'ENOENT' });
    }
  });

  it('are always flushed on a disk that a test gives', () => {
    const disk = { ...systemDisk };
    expect(durableOn(disk, { kind: 'share', name: 'nfs' }, systemClock).disk).toBe(disk);
  });
});
