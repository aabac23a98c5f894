import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkHere, found } from '../../../builders/verify/check.ts';
import type { HandBag } from '../../../builders/verify/hand-bag.ts';
import { handBag, putBag } from '../../../builders/verify/hand-bag.ts';
import type { HandTarEntry } from '../../../builders/verify/hand-tar.ts';
import { handTar, paxRecord } from '../../../builders/verify/hand-tar.ts';
import type { HandZipEntry } from '../../../builders/verify/hand-zip.ts';
import { handZip } from '../../../builders/verify/hand-zip.ts';
import { tempFolders } from '../../../builders/verify/temp.ts';

const temp = tempFolders();
const hasPython = spawnSync('python3', ['-c', 'import zipfile, tarfile']).status === 0;
const long = `${'a-long-folder-name/'.repeat(12)}file.txt`;
const payload = { 'hello.txt': 'Hello\n', 'large.bin': Buffer.alloc(3_000_000, 7), [long]: 'x', 'Größe.csv': '1', 'empty': '' };

function entriesOf(bag: HandBag, folder = 'bag/'): { name: string; bytes: Buffer }[] {
  return [...bag].map(([path, bytes]) => ({ name: `${folder}${path}`, bytes }));
}

async function check(name: string, bytes: Buffer): Promise<Awaited<ReturnType<typeof checkHere>>> {
  const path = join(temp(), name);
  writeFileSync(path, bytes);
  return checkHere(path);
}

/** PAX headers for names that ustar cannot hold. */
function tarEntriesOf(bag: HandBag, folder = 'bag/'): HandTarEntry[] {
  return entriesOf(bag, folder).flatMap(({ name, bytes }): HandTarEntry[] =>
    Buffer.byteLength(name) < 100 && /^[\u0020-\u007e]*$/.test(name) ? [{ name, bytes }] : [{ name: 'PaxHeader', type: 'x', bytes: paxRecord('path', name) }, { name: 'short', bytes }],
  );
}

describe('a bag in an archive that another program made', () => {
  const commands: Readonly<Record<string, string>> = {
    'gnu.tar': 'tar --format=gnu -cf "$1" bag',
    'pax.tar': 'tar --format=pax -cf "$1" bag',
    'ustar-like.tar.gz': 'tar --format=gnu -czf "$1" bag',
    'pax.tgz': 'tar --format=pax -czf "$1" bag',
    'dot.tar': 'tar -cf "$1" ./bag',
    'python.zip': 'python3 -c "import shutil,sys; shutil.make_archive(sys.argv[1][:-4], \'zip\', \'.\', \'bag\')" "$1"',
    'python.tar': 'python3 -c "import tarfile,sys; t=tarfile.open(sys.argv[1],\'w\'); t.add(\'bag\'); t.close()" "$1"',
  };

  beforeEach((ctx) => {
    ctx.skip(!hasPython, 'no python3 on this machine to make archives with');
  });

  it.each(Object.keys(commands))('%s is as good as the folder', async (name) => {
    const folder = temp();
    putBag(join(folder, 'bag'), handBag({ payload, algorithms: ['md5', 'sha512'] }));
    execFileSync('sh', ['-c', commands[name] ?? '', 'sh', join(folder, name)], { cwd: folder });
    const report = await checkHere(join(folder, name));
    expect(report).toMatchObject({ kind: 'bag', clean: true, findings: [], checked: { files: 5, bytes: 3_000_008 } });
    expect(readdirSync(folder).sort()).toEqual(['bag', name].sort());
  });

  it.each(Object.keys(commands))('%s with a file changed, a file missing and a file too many', async (name) => {
    const folder = temp();
    const bag = handBag({ payload, info: null });
    bag.set('data/hello.txt', Buffer.from('hello\n')).set('data/added', Buffer.from('')).delete('data/empty');
    putBag(join(folder, 'bag'), bag);
    execFileSync('sh', ['-c', commands[name] ?? '', 'sh', join(folder, name)], { cwd: folder });
    expect(found(await checkHere(join(folder, name)))).toEqual(['BAGIT_FILE_UNLISTED data/added', 'BAGIT_FILE_MISSING data/empty', 'BAGIT_FILE_ALTERED data/hello.txt']);
  });
});

describe('a bag in a zip', () => {
  const bag = handBag({ payload });

  it('stored, packed, with a large packed file, with folders and at the top', async () => {
    const big = handBag({ payload: { 'big.bin': Buffer.alloc(17 * 1024 * 1024, 'abcdefgh') } });
    expect((await check('a.zip', handZip(entriesOf(bag)))).findings).toEqual([]);
    expect((await check('a.zip', handZip(entriesOf(bag).map((entry) => ({ ...entry, packed: true }))))).findings).toEqual([]);
    expect((await check('a.zip', handZip(entriesOf(big).map((entry) => ({ ...entry, packed: true }))))).findings).toEqual([]);
    const empty = handBag({ payload: {} });
    expect((await check('a.zip', handZip([...entriesOf(empty), { name: 'bag/data/', bytes: '', mode: 0o040755 }]))).findings).toEqual([]);
    expect(found(await check('a.zip', handZip(entriesOf(bag, ''))))).toEqual(['BAGIT_ARCHIVE_LOOSE ']);
    expect(found(await check('a.zip', handZip([...entriesOf(bag), { name: '__MACOSX/._bag', bytes: '' }])))).toEqual(['BAGIT_ARCHIVE_LOOSE __MACOSX/._bag']);
    expect(found(await check('a.zip', handZip(entriesOf(bag), { comment: 'made by hand' })))).toEqual(['BAGIT_ARCHIVE_LOOSE ']);
    // Without its extension it is known by its first bytes.
    expect((await check('noname', handZip(entriesOf(bag)))).findings).toEqual([]);
  });

  const spoiled: readonly [string, readonly string[], (entries: HandZipEntry[]) => HandZipEntry[]][] = [
    ['a name that goes up', ['BAGIT_ARCHIVE_LOOSE ', 'BAGIT_ARCHIVE_UNSAFE bag/../../up'], (entries) => [...entries, { name: 'bag/../../up', bytes: 'x' }]],
    ['an absolute name', ['BAGIT_ARCHIVE_LOOSE ', 'BAGIT_ARCHIVE_UNSAFE /etc/x'], (entries) => [...entries, { name: '/etc/x', bytes: 'x' }]],
    ['a name with a backslash', ['BAGIT_ARCHIVE_LOOSE ', 'BAGIT_ARCHIVE_UNSAFE bag\\data\\x'], (entries) => [...entries, { name: 'bag\\data\\x', bytes: 'x' }]],
    ['a name with NUL', ['BAGIT_ARCHIVE_LOOSE ', 'BAGIT_ARCHIVE_UNSAFE bag/data/a\0b'], (entries) => [...entries, { name: 'bag/data/a\0b', bytes: 'x' }]],
    ['a link', ['BAGIT_ARCHIVE_LOOSE ', 'BAGIT_ARCHIVE_UNSAFE bag/data/link'], (entries) => [...entries, { name: 'bag/data/link', bytes: '/etc/passwd', mode: 0o120777 }]],
    ['a name twice', ['BAGIT_ARCHIVE_UNSAFE data/hello.txt'], (entries) => [...entries, { name: 'bag/data/hello.txt', bytes: 'x' }]],
    ['another name at its place', ['BAGIT_ARCHIVE_UNSAFE data/x', 'BAGIT_ARCHIVE_LOOSE '], (entries) => [...entries, { name: 'bag/data/x', localName: 'bag/data/y', bytes: 'x' }]],
    ['an encrypted file', ['BAGIT_ARCHIVE_UNREADABLE '], (entries) => [...entries, { name: 'bag/data/x', bytes: 'x', flags: 0x801 }]],
  ];
  it.each(spoiled)('with %s', async (_, finds, spoil) => {
    const report = await check('a.zip', handZip(spoil(entriesOf(bag))));
    expect(found(report).sort()).toEqual([...finds].sort());
    expect(report.clean).toBe(false);
  });

  it('with a check sum that is wrong', async () => {
    const wrong = entriesOf(bag).map((entry) => (entry.name.endsWith('hello.txt') ? { ...entry, crc: 1 } : entry));
    expect(found(await check('a.zip', handZip(wrong)))).toEqual(['BAGIT_FILE_UNREADABLE data/hello.txt']);
    expect(found(await check('a.zip', handZip(wrong.map((entry) => ({ ...entry, packed: true })))))).toEqual(['BAGIT_FILE_UNREADABLE data/hello.txt']);
  });

  it('cut, and no zip at all', async () => {
    const whole = handZip(entriesOf(bag));
    expect(found(await check('a.zip', whole.subarray(0, whole.length / 2)))).toEqual(['BAGIT_ARCHIVE_UNREADABLE ']);
    expect(found(await check('a.zip', Buffer.from('no zip')))).toEqual(['ZIP_UNREADABLE ']);
    expect(found(await check('a.zip', Buffer.alloc(0)))).toEqual(['ZIP_UNREADABLE ']);
  });

  it('whose files unpack to far more than they say, or lie over one another', async () => {
    // The directory says 10 bytes; the packed bytes would give 50 MB.
    const zip = handZip([...entriesOf(handBag({ payload: { bomb: Buffer.alloc(10) }, info: null })).map((entry) => ({ ...entry, packed: entry.name.endsWith('bomb') }))]);
    const packed = deflateRawSync(Buffer.alloc(10));
    const bomb = deflateRawSync(Buffer.alloc(50_000_000));
    const at = zip.indexOf(packed);
    const grown = Buffer.concat([zip.subarray(0, at), bomb, zip.subarray(at + packed.length)]);
    const report = await check('a.zip', grown);
    expect(report.clean).toBe(false);
    // Two entries of the directory that share the bytes of one file.
    const shared = handZip(entriesOf(handBag({ payload: { a: 'same', b: 'same' }, info: null })));
    const first = shared.indexOf('bag/data/a') - 30;
    const second = shared.indexOf('bag/data/b') - 30;
    const entry = shared.lastIndexOf('bag/data/b') - 46;
    const over = Buffer.from(shared);
    expect(over.readUInt32LE(entry + 42)).toBe(second);
    over.writeUInt32LE(first, entry + 42);
    expect(found(await check('a.zip', over))).toEqual(['BAGIT_ARCHIVE_UNSAFE ']);
  });
});

describe.each(['tar', 'tar.gz'])('a bag in a %s', (kind) => {
  const bag = handBag({ payload, info: null });
  const pack = (entries: readonly HandTarEntry[], end?: Buffer<ArrayBuffer>): Buffer => (kind === 'tar' ? handTar(entries, end) : gzipSync(handTar(entries, end)));
  const name = `a.${kind}`;

  it('with its manifests before and after the payload, with folders, at the top, and without its extension', async () => {
    expect((await check(name, pack(tarEntriesOf(bag)))).findings).toEqual([]);
    expect((await check(name, pack(tarEntriesOf(bag).reverse().flatMap((entry, i, all) => (entry.type === 'x' ? [] : all[i + 1]?.type === 'x' ? [all[i + 1] ?? entry, entry] : [entry]))))).findings).toEqual([]);
    expect((await check(name, pack([{ name: 'bag/', type: '5' }, { name: 'bag/data/', type: '5' }, ...tarEntriesOf(bag)]))).findings).toEqual([]);
    expect(found(await check(name, pack(tarEntriesOf(bag, ''))))).toEqual(['BAGIT_ARCHIVE_LOOSE ']);
    expect((await check('noname', pack(tarEntriesOf(bag)))).findings).toEqual([]);
    // The form before POSIX has no magic word; its extension tells.
    expect((await check(name, pack(entriesOf(handBag()).map((entry) => ({ ...entry, magic: '' }))))).findings).toEqual([]);
  });

  const spoiled: readonly [string, readonly string[], HandTarEntry][] = [
    ['a name that goes up', ['BAGIT_ARCHIVE_UNSAFE bag/../../up'], { name: 'bag/../../up', bytes: 'x' }],
    ['an absolute name', ['BAGIT_ARCHIVE_UNSAFE /etc/x'], { name: '/etc/x', bytes: 'x' }],
    ['a link that leads out', ['BAGIT_LINK bag/data/link'], { name: 'bag/data/link', type: '2', linkname: '/etc/passwd' }],
    ['a hard link', ['BAGIT_LINK bag/data/link'], { name: 'bag/data/link', type: '1', linkname: '../../etc/passwd' }],
    ['a device', ['BAGIT_LINK bag/data/dev'], { name: 'bag/data/dev', type: '3' }],
    ['a file with holes', ['BAGIT_LINK bag/data/sparse'], { name: 'bag/data/sparse', type: 'S', bytes: 'x' }],
    ['a name twice', ['BAGIT_ARCHIVE_UNSAFE data/hello.txt'], { name: 'bag/data/hello.txt', bytes: 'x' }],
    ['a file beside it', ['BAGIT_ARCHIVE_LOOSE other/x'], { name: 'other/x', bytes: 'x' }],
  ];
  it.each(spoiled)('with %s', async (_, finds, entry) => {
    const report = await check(name, pack([...tarEntriesOf(bag), entry]));
    expect(found(report)).toEqual(finds);
    expect(report.clean).toBe(finds[0]?.startsWith('BAGIT_ARCHIVE_LOOSE') === true);
  });

  it('with entries behind its end', async () => {
    const hidden = Buffer.concat([Buffer.alloc(1024), handTar([{ name: 'bag/data/hidden', bytes: 'x' }])]);
    expect(found(await check(name, pack(tarEntriesOf(bag), hidden)))).toEqual(['BAGIT_ARCHIVE_UNREADABLE ']);
  });

  it('cut, damaged, empty, and of a size that no disk holds', async () => {
    const whole = pack(tarEntriesOf(bag));
    expect(found(await check(name, whole.subarray(0, Math.floor(whole.length * 0.6))))).toContain('BAGIT_ARCHIVE_UNREADABLE ');
    const damaged = Buffer.from(whole);
    damaged.fill(0x55, 520, 1200);
    expect((await check(name, damaged)).clean).toBe(false);
    expect((await check(name, Buffer.alloc(0))).clean).toBe(false);
    expect(found(await check(name, pack([...tarEntriesOf(bag), { name: 'bag/data/huge', size: 0o77777777777, bytes: 'x' }])))).toContain('BAGIT_ARCHIVE_UNREADABLE ');
  });

  it('that holds a package of this program says that its signature was not judged', async () => {
    const marked = handBag({ info: ['Bagging-Software-Agent: HMS-DTA 0.1.0'] });
    const report = await check(name, pack(entriesOf(marked)));
    expect(found(report)).toEqual(['BAGIT_PACKAGE_UNJUDGED ']);
    expect(report.clean).toBe(true);
  });
});

it('a file that is cut while its size was already counted is said to be unreadable', async () => {
  const folder = temp();
  const path = join(folder, 'a.tar');
  writeFileSync(path, handTar(tarEntriesOf(handBag({ info: null }))));
  truncateSync(path, readFileSync(path).indexOf('Hello') + 2);
  expect((await checkHere(path)).clean).toBe(false);
});
