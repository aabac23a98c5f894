import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, linkSync, mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LogicalPath } from '../../../../src/contract/index.ts';
import { Scene } from './temp-draft.ts';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});
afterEach(() => scene.remove());

const put = (path: string, content: string | Uint8Array = path): string => {
  const full = join(scene.in, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, content);
  return full;
};
const names = (): string[] => Object.keys(scene.draft.files);

test('a folder brings its own name and everything below it, in order of the names\' bytes', async () => {
  for (const name of ['b.txt', 'a/z.txt', 'a-.txt', 'é.txt', 'z.txt', 'a.txt']) put(name);
  await scene.take([scene.in]);
  expect(names()).toEqual(['in/a/z.txt', 'in/a-.txt', 'in/a.txt', 'in/b.txt', 'in/z.txt', 'in/é.txt']);
});

test('a path that ends in a dot brings the content without the folder\'s name', async () => {
  put('a/b.txt');
  await scene.take([join(scene.in, 'a') + '/.']);
  await scene.take([join(scene.in, 'a') + '/./']);
  expect(names()).toEqual(['b.txt']);
});

test('a name given with "as" stands in place of the file\'s or the folder\'s own', async () => {
  const file = put('one.txt', '1');
  put('sub/two.txt', '2');
  await scene.take([
    { kind: 'path', path: file, as: 'x/first.txt' as LogicalPath },
    { kind: 'path', path: join(scene.in, 'sub') + '/', as: 'y' as LogicalPath },
  ]);
  expect(names()).toEqual(['x/first.txt', 'y/two.txt']);
});

test('bytes, sizes and times are those of the source, judged by sha256sum', async () => {
  const file = put('a.bin', Buffer.alloc(100_000, 7));
  utimesSync(file, 1_700_000_000.25, 1_700_000_000.25);
  await scene.take([file]);
  const sum = execFileSync('sha256sum', [file], { encoding: 'utf8' }).slice(0, 64);
  expect(scene.draft.lines).toEqual([{ do: 'add', path: 'a.bin', sha256: sum, size: 100_000, mtime: '2023-11-14T22:13:20.250Z', content: 'a.bin' }]);
  expect(readFileSync(join(scene.content, 'a.bin')).equals(readFileSync(file))).toBe(true);
});

test('files at every edge of the 4 MB buffer, and one that a second thread hashes, are copied and hashed exactly', async () => {
  const M = 4 * 1024 * 1024;
  const sizes = [0, 1, M - 1, M, M + 1, 2 * M, 70 * 1024 * 1024 + 13];
  const block = Buffer.from(Array.from({ length: 65_537 }, (_, i) => (i * 31) % 251));
  for (const size of sizes) put(`${size}`, Buffer.concat(Array.from({ length: Math.ceil(size / block.length) }, () => block)).subarray(0, size));
  for (const inline of [true, false]) {
    const each = new Scene();
    try {
      const report = await each.take([scene.in], { inline, workers: 2 });
      expect(report.files).toBe(sizes.length);
      expect(report.bytes).toBe(sizes.reduce((a, b) => a + b));
      for (const size of sizes) {
        const expected = createHash('sha256').update(readFileSync(join(scene.in, `${size}`))).digest('hex');
        expect(each.draft.staged(`in/${size}` as LogicalPath)).toMatchObject({ sha256: expected, size });
        expect(createHash('sha256').update(readFileSync(join(each.content, 'in', `${size}`))).digest('hex')).toBe(expected);
      }
    } finally {
      each.remove();
    }
  }
});

test('strange but valid names are kept exactly: 255 bytes, line ends, U+FEFF, both Unicode spellings, a backslash', async () => {
  const strange = ['n'.repeat(255), 'é'.repeat(127), 'line\nend', '\ufeffbom.txt', 'caf\u00e9', 'cafe\u0301', 'back\\slash', ' space ', "q'uo\"te", '-rf', '%41', 'con'];
  for (const name of strange) put(`s/${name}`);
  await scene.take([join(scene.in, 's') + '/.']);
  expect(names().sort()).toEqual([...strange].sort());
});

test('names that are not UTF-8 are refused with their bytes, and a folder of such a name with all in it', async () => {
  const raw = (suffix: Buffer): Buffer => Buffer.concat([Buffer.from(scene.in + '/'), suffix]);
  writeFileSync(raw(Buffer.from([0x63, 0xe9, 0x5c, 0x2e])), 'x');
  mkdirSync(raw(Buffer.from([0xff])));
  writeFileSync(raw(Buffer.from([0xff, 0x2f, 0x61])), 'x');
  put('fine.txt');
  const report = await scene.take([scene.in + '/.']);
  expect(names()).toEqual(['fine.txt']);
  expect(report.problems.map(({ code, source, path }) => [code, source, path])).toEqual([
    ['NAME_INVALID', join(scene.in, 'c\\xE9\\\\.'), null],
    ['NAME_INVALID', join(scene.in, '\\xFF'), null],
  ]);
  expect(report.problems[0]?.message).toContain('is not valid UTF-8');
});

test('links are noted with their targets and never followed', async () => {
  put('real/a.txt');
  symlinkSync('../real', join(scene.in, 'real/loop'));
  symlinkSync('nowhere', join(scene.in, 'real/dangling'));
  symlinkSync('a.txt', join(scene.in, 'real/link'));
  symlinkSync(Buffer.from([0x78, 0xff]), join(scene.in, 'real/odd'));
  const report = await scene.take([join(scene.in, 'real')]);
  expect(names()).toEqual(['real/a.txt']);
  const links = [
    { path: 'real/dangling', target: 'nowhere' },
    { path: 'real/link', target: 'a.txt' },
    { path: 'real/loop', target: '../real' },
    { path: 'real/odd', target: 'x\\xFF' },
  ];
  expect(report.notes.symlinks).toEqual(links);
  expect(scene.draft.lines.filter((line) => line.do === 'note')).toEqual(links.map((link) => ({ do: 'note', note: 'symlink', ...link })));
});

test('a link that a person names is a problem, also with a closing slash', async () => {
  put('real/a.txt');
  symlinkSync('real', join(scene.in, 'link'));
  const report = await scene.take([join(scene.in, 'link') + '/', join(scene.in, 'link', '.')]);
  expect(report.files).toBe(0);
  expect(report.problems.map(({ code, message }) => [code, message])).toEqual(
    [0, 1].map(() => ['SOURCE_REFUSED', `"${join(scene.in, 'link')}" is a symbolic link to "real", and links are not followed. Put the file or folder itself.`]),
  );
});

test('pipes and sockets are noted and not opened; a device that a person names is refused', async () => {
  execFileSync('mkfifo', [join(scene.in, 'pipe')]);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(scene.in, 'sock'), resolve));
  put('a.txt');
  const report = await scene.take([scene.in + '/.', '/dev/null', join(scene.in, 'pipe')]);
  server.close();
  expect(names()).toEqual(['a.txt']);
  expect(report.notes.special).toEqual([
    { path: 'pipe', kind: 'fifo' },
    { path: 'sock', kind: 'socket' },
    { path: 'null', kind: 'device' },
    { path: 'pipe', kind: 'fifo' },
  ]);
  expect(report.problems.map(({ code, source }) => [code, source])).toEqual([
    ['SOURCE_REFUSED', '/dev/null'],
    ['SOURCE_REFUSED', join(scene.in, 'pipe')],
  ]);
});

test('empty folders are noted, also one that is given', async () => {
  mkdirSync(join(scene.in, 'e/f'), { recursive: true });
  const report = await scene.take([scene.in, join(scene.in, 'e/f')]);
  expect(report.notes).toEqual({ emptyFolders: ['in/e/f', 'f'], symlinks: [], special: [], counts: { emptyFolders: 2, symlinks: 0, special: 0 } });
  expect(scene.draft.lines).toEqual([
    { do: 'note', note: 'emptyFolder', path: 'in/e/f' },
    { do: 'note', note: 'emptyFolder', path: 'f' },
  ]);
});

test('hard links are files like others', async () => {
  linkSync(put('a.txt', 'same'), join(scene.in, 'b.txt'));
  const report = await scene.take([scene.in]);
  expect([report.files, report.bytes]).toEqual([2, 8]);
});

test('what is not there and what the disk cannot read are problems, and the others are taken', async () => {
  const gone = join(scene.in, 'gone');
  const report = await scene.take([gone, '/proc/self/mem', put('a.txt')]);
  expect(names()).toEqual(['a.txt']);
  expect(report.problems.map(({ code, path, message }) => [code, path, message])).toEqual([
    ['SOURCE_UNREADABLE', null, `"${gone}" was left out: there is nothing of that name, or it was removed. Check the name and put it again.`],
    ['SOURCE_UNREADABLE', 'mem', '"/proc/self/mem" was left out: the disk or share that it is on answered with an error (EIO). Check that place, then put it again.'],
  ]);
});

test('files and folders without permission are problems', async (ctx) => {
  put('in/a.txt');
  put('in/closed.txt');
  put('in/closed/b.txt');
  const base = join(scene.in, 'in');
  chmodSync(join(base, 'closed.txt'), 0);
  const asRoot = process.getuid?.() === 0;
  if (asRoot && typeof process.seteuid !== 'function') return ctx.skip('root may read everything, and this test process cannot become someone else');
  if (asRoot) execFileSync('chown', ['-R', '65534', scene.root]);
  chmodSync(join(base, 'closed'), 0);
  if (asRoot) process.seteuid?.(65534);
  try {
    const report = await scene.take([base]);
    expect(names()).toEqual(['in/a.txt']);
    expect(report.problems.map(({ code, path }) => [code, path])).toEqual([
      ['SOURCE_UNREADABLE', 'in/closed'],
      ['SOURCE_UNREADABLE', 'in/closed.txt'],
    ]);
    expect(report.problems[0]?.message).toBe(`"${join(base, 'closed')}" was left out with all that is in it: this account may not read it. Ask for the permission and put it again.`);
  } finally {
    if (asRoot) process.seteuid?.(0);
    chmodSync(join(base, 'closed'), 0o700);
    if (asRoot) chownSync(scene.root, 0, 0);
  }
});

test('the lake is not taken into itself, from inside, from above, or through a folder that is a link to it', async () => {
  put('a.txt');
  writeFileSync(join(scene.lake, 'lake.json'), '{}');
  symlinkSync(scene.lake, join(scene.in, 'to-lake'));
  const report = await scene.take([scene.root, scene.lake, join(scene.lake, 'lake.json'), join(scene.in, 'to-lake', 'lake.json')]);
  const root = scene.root.split('/').at(-1);
  expect(names()).toEqual([`${root}/in/a.txt`]);
  expect(report.problems.map(({ code, source }) => [code, source])).toEqual([
    ['SOURCE_REFUSED', scene.lake],
    ['SOURCE_REFUSED', scene.lake],
    ['SOURCE_REFUSED', join(scene.lake, 'lake.json')],
    ['SOURCE_REFUSED', join(scene.in, 'to-lake', 'lake.json')],
  ]);
});

test('the second of two sources with the same name is refused, so that neither is lost unseen', async () => {
  const [one, two] = [put('1/x.txt', 'one'), put('2/x.txt', 'two')];
  put('3/x.txt', 'three');
  const report = await scene.take([one, two, join(scene.in, '3') + '/.']);
  expect(scene.draft.files).toEqual({ 'x.txt': ['add', 3, 'x.txt'] });
  expect(readFileSync(join(scene.content, 'x.txt'), 'utf8')).toBe('one');
  expect(report.problems.map(({ code, source, path }) => [code, source, path])).toEqual([
    ['NAME_INVALID', two, 'x.txt'],
    ['NAME_INVALID', join(scene.in, '3/x.txt'), 'x.txt'],
  ]);
});

test('lists of problems and notes are cut at the limit, counts are not', async () => {
  for (let i = 0; i < 5; i++) mkdirSync(join(scene.in, `e${i}`));
  const report = await scene.take([scene.in, ...Array.from({ length: 4 }, (_, i) => join(scene.in, `gone${i}`))], { maxProblems: 2 });
  expect([report.problems.length, report.problemCount]).toEqual([2, 4]);
  expect([report.notes.emptyFolders, report.notes.counts.emptyFolders]).toEqual([['in/e0', 'in/e1'], 5]);
});

test('control characters in a name are shown, not sent to the terminal', async () => {
  const report = await scene.take([join(scene.in, 'a\u001b[2Jb\u202ec')]);
  expect(report.problems[0]?.message).toContain('/a\\u{1b}[2Jb\\u{202e}c"');
});

test('progress never goes back, ends at the totals, and totals are null until they are known', async () => {
  for (let i = 0; i < 300; i++) put(`d/${i}`, Buffer.alloc(1000));
  put('d/large', Buffer.alloc(9_000_000));
  await scene.take([scene.in], { inline: false, workers: 2 });
  const bytes = scene.progress.map((it) => it.bytesDone);
  expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
  expect(scene.progress.at(-1)).toEqual({ phase: 'Copied', filesDone: 301, filesTotal: 301, bytesDone: 9_300_000, bytesTotal: 9_300_000 });
  for (const { filesTotal, filesDone } of scene.progress) expect(filesTotal ?? Infinity).toBeGreaterThanOrEqual(filesDone);
  expect(statSync(join(scene.content, 'in/d/large')).size).toBe(9_000_000);
});
