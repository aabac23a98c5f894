import { appendFileSync, existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, truncateSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LogicalPath } from '../../../../src/contract/index.ts';
import { systemDisk, type BlockingDisk, type Disk } from '../../../../src/engine/lake/index.ts';
import { keptBy, Scene } from './temp-draft.ts';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});
afterEach(() => scene.remove());

const LARGE = 9 * 1024 * 1024;
const staged = (): string[] => globSync('**/*', { cwd: scene.content, withFileTypes: true }).filter((it) => it.isFile()).map((it) => it.name).sort();
const error = (code: string): Error => Object.assign(new Error(`${code}: made by the test`), { code });

/** The system's disk with some calls replaced. */
function diskWith(blocking: Partial<BlockingDisk>, rest: Partial<Disk> = {}): Disk {
  return { ...systemDisk, ...rest, blocking: { ...systemDisk.blocking, ...blocking } };
}

/** Runs `once` after the first piece of a copy was written. */
function afterFirstWrite(once: () => void): Disk {
  let ran = false;
  return diskWith({
    write(descriptor, bytes) {
      systemDisk.blocking.write(descriptor, bytes);
      if (!ran) once();
      ran = true;
    },
  });
}

const mischief: [string, string, (path: string) => void][] = [
  ['appended to', 'became longer', (path) => appendFileSync(path, 'x')],
  ['truncated', 'became shorter', (path) => truncateSync(path, LARGE - 1)],
  ['truncated to nothing', 'became shorter', (path) => truncateSync(path, 0)],
  [
    'written in place with its old time restored',
    'was written to',
    (path) => {
      writeFileSync(path, Buffer.alloc(1, 9), { flag: 'r+' });
      utimesSync(path, 1_700_000_000, 1_700_000_000);
    },
  ],
  ['replaced by a rename', 'was replaced by another file', (path) => (writeFileSync(`${path}.new`, Buffer.alloc(LARGE)), renameSync(`${path}.new`, path))],
  ['removed', 'was removed', (path) => unlinkSync(path)],
];

test.each(mischief)('a file that is %s while it is read is left out, and nothing of it stays', async (_, words, act) => {
  const path = join(scene.in, 'b.bin');
  writeFileSync(path, Buffer.alloc(LARGE));
  utimesSync(path, 1_700_000_000, 1_700_000_000);
  writeFileSync(join(scene.in, 'a.txt'), 'a');
  writeFileSync(join(scene.in, 'c.txt'), 'c');
  scene.disk = afterFirstWrite(() => act(path));
  // The small files come first in the order; the first write is theirs, so let them be unchanged instead.
  scene.draft.baseFiles.set('in/a.txt', { sha256: 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb' as never, size: 1 });
  scene.draft.baseFiles.set('in/c.txt', { sha256: '2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6' as never, size: 1 });
  const report = await scene.take([scene.in]);
  expect(report.problems).toMatchObject([{ code: 'SOURCE_CHANGED', source: path, path: 'in/b.bin' }]);
  expect(report.problems[0]?.message).toContain(`"${path}" ${words} while it was read, so it was left out`);
  expect([report.files, report.unchanged]).toEqual([0, 2]);
  expect(staged()).toEqual([]);
});

test('a file that grows for ever is given up after its first size', async () => {
  const path = join(scene.in, 'log');
  writeFileSync(path, Buffer.alloc(LARGE));
  let written = 0;
  scene.disk = diskWith({
    write(descriptor, bytes) {
      systemDisk.blocking.write(descriptor, bytes);
      written += bytes.length;
      appendFileSync(path, bytes);
    },
  });
  const report = await scene.take([path]);
  expect(report.problems).toMatchObject([{ code: 'SOURCE_CHANGED' }]);
  expect(written).toBeLessThanOrEqual(LARGE + 4 * 1024 * 1024);
});

test('a full disk stops the intake with the system\'s error; what was complete is flushed and recorded, the cut file is removed', async () => {
  for (let i = 0; i < 200; i++) writeFileSync(join(scene.in, `${1000 + i}`), 'x');
  let writes = 0;
  const full = error('ENOSPC');
  scene.disk = diskWith({
    write(descriptor, bytes) {
      if (++writes > 100) throw full;
      systemDisk.blocking.write(descriptor, bytes);
    },
  });
  await expect(scene.take([scene.in])).rejects.toBe(full);
  expect(Object.keys(scene.draft.files).length).toBe(100);
  expect(staged()).toEqual(Array.from({ length: 100 }, (_, i) => `${1000 + i}`));
});

/** What happens to copies and to the files of the journal, in order, on a disk where nothing else is. */
function told(calls: string[]): Disk {
  const names = new Map<number, string>();
  const call = (what: string, descriptor: number): void => void calls.push(`${what} ${names.get(descriptor)}`);
  return diskWith(
    {
      createExclusive(path) {
        const descriptor = systemDisk.blocking.createExclusive(path);
        names.set(descriptor, path.slice(path.lastIndexOf('/') + 1));
        return descriptor;
      },
      write: (descriptor, bytes) => (call('write', descriptor), systemDisk.blocking.write(descriptor, bytes)),
      sync: (descriptor) => (call('flush', descriptor), systemDisk.blocking.sync(descriptor)),
      close: (descriptor) => (call('close', descriptor), systemDisk.blocking.close(descriptor)),
    },
    {
      syncFile: (path) => (calls.push(`open, flush and close ${path.slice(path.lastIndexOf('/') + 1)}`), systemDisk.syncFile(path)),
      syncFolder: (path) => (calls.push(`names of ${path.slice(path.lastIndexOf('/') + 1)}`), systemDisk.syncFolder(path)),
    },
  );
}

test.each([
  ['share', ['write a', 'flush a', 'close a', 'write b', 'flush b', 'close b', 'names of in', 'names of content', 'journal']],
  ['other', ['write a', 'close a', 'write b', 'close b', 'open, flush and close a', 'open, flush and close b', 'names of in', 'names of content', 'journal']],
] as const)('on a place of the kind %s each copy is durable before the journal names it', async (kind, expected) => {
  for (const name of ['a', 'b']) writeFileSync(join(scene.in, name), name);
  const calls: string[] = [];
  scene.place = { kind, name: 'tested' };
  scene.disk = told(calls);
  scene.draft.onRecord = () => void calls.push('journal');
  await scene.take([scene.in]);
  expect(calls).toEqual(expected);
});

test('a stream that goes to a share is flushed before it is closed, and not opened again', async () => {
  const calls: string[] = [];
  scene.place = { kind: 'share', name: 'nfs' };
  const under = told(calls);
  scene.disk = {
    ...under,
    async create(path, how, mode) {
      const handle = await under.create(path, how, mode);
      return { ...handle, sync: () => (calls.push('flush'), handle.sync()), close: () => (calls.push('close'), handle.close()) };
    },
  };
  scene.draft.onRecord = () => void calls.push('journal');
  await scene.take([{ kind: 'stream', stream: (async function* () { yield await Promise.resolve(Buffer.from('x')); })(), as: 's' as LogicalPath, mtime: null }]);
  expect(calls).toEqual(['flush', 'close', 'names of content', 'journal']);
});

test('a flush of a copy that fails leaves no copy, and the journal names only those before it', async () => {
  for (let i = 0; i < 200; i++) writeFileSync(join(scene.in, `${1000 + i}`), 'x');
  const failed = error('EIO');
  let flushes = 0;
  scene.place = { kind: 'share', name: 'nfs' };
  scene.disk = diskWith({
    sync(descriptor) {
      if (++flushes > 100) throw failed;
      systemDisk.blocking.sync(descriptor);
    },
  });
  await expect(scene.take([scene.in])).rejects.toBe(failed);
  expect(Object.keys(scene.draft.files).length).toBe(100);
  expect(staged()).toEqual(Array.from({ length: 100 }, (_, i) => `${1000 + i}`));
});

test('a write that only fails when the file is closed is a failed write', async () => {
  writeFileSync(join(scene.in, 'a'), 'x');
  const quota = error('EDQUOT');
  scene.disk = diskWith({
    close(descriptor) {
      systemDisk.blocking.close(descriptor);
      throw quota;
    },
  });
  await expect(scene.take([scene.in])).rejects.toBe(quota);
  expect(staged()).toEqual([]);
  expect(scene.draft.lines).toEqual([]);
});

test('nothing is recorded before it is flushed, files before folders, and nothing at all if the flush fails', async () => {
  mkdirSync(join(scene.in, 'd'));
  for (const name of ['a', 'd/b']) writeFileSync(join(scene.in, name), name);
  const steps: string[] = [];
  const below = (path: string): string => path.slice(scene.content.length);
  scene.disk = diskWith(
    {},
    {
      async syncFile(path) {
        steps.push(`file ${below(path)}`);
        await systemDisk.syncFile(path);
      },
      async syncFolder(path) {
        steps.push(`folder ${below(path)}`);
        await systemDisk.syncFolder(path);
      },
    },
  );
  scene.draft.onRecord = (lines) => steps.push(`record ${lines.length}`);
  await scene.take([scene.in]);
  expect(steps).toEqual(['file /in/a', 'file /in/d/b', 'folder /in/d', 'folder /in', 'folder ', 'record 2']);

  const broken = new Scene();
  broken.disk = diskWith({}, { syncFile: () => Promise.reject(error('EIO')) });
  await expect(broken.take([scene.in])).rejects.toMatchObject({ code: 'EIO' });
  expect(broken.draft.lines).toEqual([]);
  broken.remove();
});

test('a name that another process of the draft has just taken is left to it', async () => {
  writeFileSync(join(scene.in, 'a'), 'mine');
  writeFileSync(join(scene.content, 'a'), 'theirs');
  writeFileSync(join(scene.content, 'a~1'), 'theirs');
  const report = await scene.take([join(scene.in, 'a')]);
  expect(scene.draft.files).toEqual({ a: ['add', 4, 'a~2'] });
  expect(report.files).toBe(1);
  expect(readFileSync(join(scene.content, 'a'), 'utf8')).toBe('theirs');
});

test('a name that needs a folder where the draft holds a file is a problem', async () => {
  mkdirSync(join(scene.in, 'a'));
  writeFileSync(join(scene.in, 'a/b'), 'x');
  writeFileSync(join(scene.in, 'z'), 'z');
  writeFileSync(join(scene.content, 'a'), 'a file');
  const report = await scene.take([join(scene.in, 'a'), join(scene.in, 'z')]);
  expect(report.problems).toMatchObject([{ code: 'NAME_INVALID', path: 'a/b' }]);
  expect(Object.keys(scene.draft.files)).toEqual(['z']);
});

test('when the draft\'s folder has gone nothing is made in its place', async () => {
  writeFileSync(join(scene.in, 'a'), 'x');
  rmSync(join(scene.lake, 'staging'), { recursive: true });
  await expect(scene.take([scene.in])).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(scene.take([scene.in], { inline: false, workers: 1 })).rejects.toMatchObject({ code: 'ENOENT', syscall: 'mkdir' });
  expect(existsSync(join(scene.lake, 'staging'))).toBe(false);
});

test('cancelling keeps what is complete, removes what is not, says how many; putting again goes on from there', async () => {
  for (let i = 0; i < 150; i++) writeFileSync(join(scene.in, `${1000 + i}`), `${i}`);
  const large = join(scene.in, 'z');
  writeFileSync(large, Buffer.alloc(LARGE, 1));
  const controller = new AbortController();
  let writes = 0;
  scene.disk = diskWith({
    write(descriptor, bytes) {
      systemDisk.blocking.write(descriptor, bytes);
      if (++writes === 151) controller.abort();
    },
  });
  expect(await keptBy(scene.take([scene.in], { signal: controller.signal }))).toBe('150 files are kept in the draft; put the same files again to go on from there.');
  expect(Object.keys(scene.draft.files).length).toBe(150);
  expect(staged().length).toBe(150);

  // One staged copy is lost: it is copied again. One source has another time: its bytes are not, and the new time is kept.
  unlinkSync(join(scene.content, 'in/1003'));
  utimesSync(join(scene.in, '1004'), 1, 1);
  scene.disk = systemDisk;
  scene.draft.lines.length = 0;
  const report = await scene.take([scene.in]);
  expect([report.resumed, report.unchanged]).toEqual([149, 0]);
  expect(Object.keys(scene.draft.files).sort()).toEqual(['in/1003', 'in/1004', 'in/z']);
  expect(scene.draft.staged('in/1004' as LogicalPath)).toMatchObject({ mtime: '1970-01-01T00:00:01.000Z' });
});

test('an intake that was cancelled before it began touches nothing', async () => {
  writeFileSync(join(scene.in, 'a'), 'x');
  expect(await keptBy(scene.take([scene.in], { signal: AbortSignal.abort() }))).toBe('No file was kept in the draft.');
  expect(staged()).toEqual([]);
});

test('cancelling works in the threads too, in the middle of a large file', async () => {
  writeFileSync(join(scene.in, 'z'), '');
  truncateSync(join(scene.in, 'z'), 8 * 1024 ** 3);
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 300);
  expect(await keptBy(scene.take([scene.in], { signal: controller.signal, inline: false, workers: 2 }))).toBe('No file was kept in the draft.');
  clearTimeout(timer);
  expect(staged()).toEqual([]);
});

test('what the version before holds is not staged; other bytes of the same size are; what the draft changed is put back', async () => {
  for (const name of ['same', 'other', 'gone', 'edited', 'longer']) writeFileSync(join(scene.in, name), 'abc');
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' as never;
  const xyz = '3608bca1e44ea6c4d268eb6db02260269892c0b42b86bbf1e77a6fa16c3c9282' as never;
  for (const name of ['same', 'gone', 'edited']) scene.draft.baseFiles.set(name, { sha256: abc, size: 3 });
  scene.draft.baseFiles.set('other', { sha256: xyz, size: 3 });
  scene.draft.baseFiles.set('longer', { sha256: xyz, size: 2 });
  scene.draft.changes.set('gone', 'gone');
  scene.draft.changes.set('edited', { sha256: xyz, size: 3, mtime: null, content: 'elsewhere' });
  const report = await scene.take([scene.in + '/.']);
  expect([report.files, report.unchanged]).toEqual([4, 1]);
  expect(scene.draft.files).toEqual({
    edited: ['replace', 3, null],
    gone: ['replace', 3, null],
    longer: ['replace', 3, 'longer'],
    other: ['replace', 3, 'other'],
  });
  expect(staged()).toEqual(['longer', 'other']);
});

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) {
    await Promise.resolve();
    if (text === 'fail') throw error('EPIPE');
    yield Buffer.from(text);
  }
}

test('a stream is copied under the name it is given; one that breaks leaves nothing; one with the old bytes is unchanged', async () => {
  scene.draft.baseFiles.set('same', { sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' as never, size: 3 });
  const as = (name: string): LogicalPath => name as LogicalPath;
  const report = await scene.take([
    { kind: 'stream', stream: pieces('a', 'bc'), as: as('d/new'), mtime: null },
    { kind: 'stream', stream: pieces('a', 'fail'), as: as('broken'), mtime: null },
    { kind: 'stream', stream: pieces('abc'), as: as('same'), mtime: null },
    { kind: 'stream', stream: pieces('abc'), as: as('d/new'), mtime: null },
  ]);
  expect(scene.draft.lines).toEqual([
    { do: 'add', path: 'd/new', sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', size: 3, mtime: null, content: 'd/new' },
  ]);
  expect(report.unchanged).toBe(1);
  expect(report.problems.map(({ code, path }) => [code, path])).toEqual([
    ['SOURCE_UNREADABLE', 'broken'],
    ['NAME_INVALID', 'd/new'],
  ]);
  expect(staged()).toEqual(['new']);
});

test('a stream that never delivers can be cancelled', async () => {
  const controller = new AbortController();
  const silent: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => ({ next: () => (setImmediate(() => controller.abort()), new Promise(() => undefined)) }) };
  const run = scene.take([{ kind: 'stream', stream: silent, as: 'x' as LogicalPath, mtime: null }], { signal: controller.signal });
  expect(await keptBy(run)).toBe('No file was kept in the draft.');
  expect(staged()).toEqual([]);
});
