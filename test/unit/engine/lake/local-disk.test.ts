import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, diskOf, localDisk, systemDisk } from '../../../../src/engine/lake/index.ts';
import type { Disk } from '../../../../src/engine/lake/index.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'hms-local-disk-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);

it('is taken for a disk of this computer, and for no share', () => {
  expect(diskOf({ kind: 'journaled', name: 'ext4' })).toBe(localDisk);
  expect(diskOf({ kind: 'share', name: 'smb' })).toBe(systemDisk);
  expect(diskOf({ kind: 'other', name: 'exfat' })).toBe(systemDisk);
});

describe.each([['localDisk', localDisk], ['systemDisk', systemDisk]] as const)('%s', (_, disk) => {
  it('writes what it is given, in many pieces, also of a long file, and says when it was written', async () => {
    const pieces = Array.from({ length: 40 }, (_piece, i) => Buffer.alloc(100_000, i));
    const handle = await disk.create(at('long'), 'exclusive', 0o600);
    for (const piece of pieces) await handle.write(piece);
    await handle.sync();
    expect(await handle.modified()).toBe(statSync(at('long')).mtimeMs);
    await handle.close();
    const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
    expect(hash(readFileSync(at('long')))).toBe(hash(Buffer.concat(pieces)));
    if (process.platform !== 'win32') expect(statSync(at('long')).mode & 0o777).toBe(0o600);
  });

  it('opens anew, empties, or writes behind what is there', async () => {
    writeFileSync(at('file'), 'before');
    const write = async (how: 'truncate' | 'append', text: string): Promise<string> => {
      const handle = await disk.create(at('file'), how);
      await handle.write(Buffer.from(text));
      await handle.close();
      return readFileSync(at('file'), 'utf8');
    };
    expect(await write('append', ', after')).toBe('before, after');
    expect(await write('truncate', 'new')).toBe('new');
  });

  it('rejects with the code of the system, and never throws at once', async () => {
    writeFileSync(at('file'), '');
    mkdirSync(at('full'));
    writeFileSync(at('full/one'), '');
    const calls: readonly (readonly [string, (on: Disk) => Promise<unknown>])[] = [
      ['EEXIST', (on) => on.create(at('file'), 'exclusive')],
      ['ENOENT', (on) => on.create(at('no/file'), 'truncate')],
      ['EEXIST', (on) => on.mkdir(at('full'))],
      ['ENOENT', (on) => on.mkdir(at('no/folder'))],
      ['ENOENT', (on) => on.rename(at('no'), at('yes'))],
      ['ENOENT', (on) => on.unlink(at('no'))],
      ['ENOTEMPTY', (on) => on.rmdir(at('full'))],
      ['ENOENT', (on) => on.syncFile(at('no'))],
      ['ENOENT', (on) => on.syncFolder(at('no'))],
    ];
    for (const [code, call] of calls) {
      let pending: Promise<unknown> | null = null;
      expect(() => (pending = call(disk))).not.toThrow();
      expect(await (pending as unknown as Promise<unknown>).then(() => 'done', codeOf)).toBe(code);
    }
  });
});
