import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { recognise } from '../../../src/verify/recognise.ts';
import { checkHere, found } from '../../builders/verify/check.ts';
import type { HandBag } from '../../builders/verify/hand-bag.ts';
import { handBag, putBag } from '../../builders/verify/hand-bag.ts';
import { handTar } from '../../builders/verify/hand-tar.ts';
import { handZip } from '../../builders/verify/hand-zip.ts';
import { sampleLake } from '../../builders/verify/sample-lake.ts';
import { tempFolders } from '../../builders/verify/temp.ts';

const temp = tempFolders();

/** A folder that is made anew, with what it holds by path; a path that ends in `/` is a folder. */
function folderWith(files: readonly string[]): string {
  const folder = join(temp(), 'thing');
  mkdirSync(folder);
  for (const path of files) {
    mkdirSync(join(folder, path.endsWith('/') ? path : join(path, '..')), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(join(folder, path), '');
  }
  return folder;
}

const kindOf = (path: string): string | null => recognise(path)?.kind ?? null;

describe('what stands at a path is seen by what it holds', () => {
  const folders: readonly [string, readonly string[]][] = [
    ['lake', ['lake.json', 'ledger/', 'store/']],
    ['lake', ['ledger/entries/']],
    ['bag', ['bagit.txt', 'data/']],
    ['bag', ['manifest-md5.txt', 'data/x']],
    ['bag', ['tagmanifest-sha512.txt']],
    ['bag', ['bagit.txt', 'signatures/someone.asc', 'provenance/premis.xml', 'Provenance.txt']],
    ['package', ['bagit.txt', 'signatures/station.p7s']],
    ['package', ['bagit.txt', 'signatures/officer.cert.pem']],
    ['package', ['bagit.txt', 'provenance/7.entry.json']],
    ['package', ['bagit.txt', 'provenance/7.tlog-proof']],
    ['package', ['bagit.txt', 'Provenance.txt', 'VERIFY.txt']],
    ['package', ['bagit.txt', 'provenance/WF-2024-07-v1/7.entry.json']],
    ['ocfl-object', ['0=ocfl_object_1.0', 'inventory.json', 'v1/']],
    ['ocfl-object', ['inventory.json', 'v1/']],
    ['ocfl-storage-root', ['0=ocfl_1.1', 'ocfl_layout.json']],
    ['ocfl-storage-root', ['ocfl_layout.json', 'abc/']],
  ];
  it.each(folders)('%s: %j', (kind, files) => {
    const folder = folderWith(files);
    expect(kindOf(folder)).toBe(kind);
    // Programs that unpack make a folder of their own.
    expect(recognise(join(folder, '..'))).toEqual({ kind, path: folder, container: 'folder' });
  });

  it('nothing that is known', async () => {
    for (const files of [[], ['readme.txt'], ['data/x'], ['sub/one', 'sub/two']]) expect(kindOf(folderWith(files))).toBeNull();
    const folder = temp();
    for (const [name, bytes] of Object.entries({ 'a.csv': 'a,b\n', 'b.7z': '7z\xbc\xaf', 'c.gz': gzipSync('text'), 'photos.zip': handZip([{ name: 'photos/one.jpg', bytes: 'x' }]) })) {
      writeFileSync(join(folder, name), bytes);
      expect(kindOf(join(folder, name))).toBeNull();
      await expect(checkHere(join(folder, name))).rejects.toMatchObject({ code: 'NOT_A_LAKE', message: expect.stringContaining('nothing that this program can check') as string });
    }
    await expect(checkHere(join(folder, 'gone'))).rejects.toMatchObject({ code: 'NOT_A_LAKE' });
  });

  it('a lake, and the storage root in it', async () => {
    const lake = sampleLake(temp());
    expect(kindOf(lake.root)).toBe('lake');
    expect(kindOf(join(lake.root, 'store'))).toBe('ocfl-storage-root');
  });
});

describe('a package that lost its signatures', () => {
  const bag = (): HandBag => handBag({ info: ['Bagging-Software-Agent: HMS-DTA 0.1.0'] });
  const entries = (one: HandBag): { name: string; bytes: Buffer }[] => [...one].map(([path, bytes]) => ({ name: `p/${path}`, bytes }));

  it('is still judged as one, whatever single mark is left', async () => {
    const folder = putBag(join(temp(), 'p'), bag());
    expect(found(await checkHere(folder))).toContain('SIGNATURE_MISSING signatures');
    for (const packed of [false, true]) {
      const zip = join(temp(), 'p.zip');
      writeFileSync(zip, handZip(entries(bag()).map((entry) => ({ ...entry, packed }))));
      const report = await checkHere(zip);
      expect(report.kind).toBe('package');
      expect(found(report)).toContain('SIGNATURE_MISSING signatures');
    }
  });

  it('a bag of someone else is asked for no signature', async () => {
    const folder = putBag(join(temp(), 'p'), handBag({ info: ['Bag-Software-Agent: bagit.py v1.9.0'] }));
    const report = await checkHere(folder);
    expect(report).toMatchObject({ kind: 'bag', clean: true, findings: [] });
    expect(report.answers).toBeUndefined();
    const zip = join(temp(), 'p.zip');
    writeFileSync(zip, handZip(entries(handBag())));
    expect((await checkHere(zip)).kind).toBe('bag');
  });

  it('a mark among the payload of someone else is none', () => {
    const inner = handBag({ payload: { 'inner/signatures/station.p7s': 'x', 'inner/Provenance.txt': '', 'inner/VERIFY.txt': '', 'inner/bag-info.txt': 'Bagging-Software-Agent: HMS-DTA 0.1.0\n' } });
    expect(kindOf(putBag(join(temp(), 'p'), inner))).toBe('bag');
    const zip = join(temp(), 'p.zip');
    writeFileSync(zip, handZip(entries(inner)));
    expect(kindOf(zip)).toBe('bag');
  });

  it('a damaged zip is taken for what is left of it', () => {
    const zip = join(temp(), 'p.zip');
    const cut = (one: HandBag): string | null => {
      const whole = handZip(entries(one));
      writeFileSync(zip, whole.subarray(0, whole.length - 60));
      return kindOf(zip);
    };
    expect(cut(bag())).toBe('package');
    expect(cut(handBag())).toBe('bag');
  });
});

it('tar files with and without their extension', () => {
  const folder = temp();
  const tar = handTar([...handBag()].map(([path, bytes]) => ({ name: `bag/${path}`, bytes })));
  const names = { 'a.tar': tar, a: tar, 'a.tar.gz': gzipSync(tar), 'a.tgz': gzipSync(tar), 'a.gz': gzipSync(tar) };
  for (const [name, bytes] of Object.entries(names)) writeFileSync(join(folder, name), bytes);
  expect(readdirSync(folder).map((name) => recognise(join(folder, name))?.container)).toEqual(['tar', 'tar.gz', 'tar', 'tar.gz', 'tar.gz']);
});

it('a bag that lost its declaration is still a bag', async () => {
  const folder = putBag(join(temp(), 'bag'), handBag({ tagAlgorithms: [] }));
  rmSync(join(folder, 'bagit.txt'));
  expect(found(await checkHere(folder))).toEqual(['BAGIT_DECLARATION_MISSING bagit.txt']);
  const around = join(temp(), 'around');
  cpSync(folder, join(around, 'inner'), { recursive: true });
  expect(recognise(around)).toMatchObject({ kind: 'bag', path: join(around, 'inner') });
});
