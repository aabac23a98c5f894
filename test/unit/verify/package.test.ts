import { appendFileSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkHere, found } from '../../builders/verify/check.ts';
import type { HandLake } from '../../builders/verify/hand-lake.ts';
import type { PackageOptions, Signer } from '../../builders/verify/hand-package.ts';
import { makeSigner, opensslVersion, resign, writePackage, zipEntries } from '../../builders/verify/hand-package.ts';
import type { HandZipEntry, HandZipOptions } from '../../builders/verify/hand-zip.ts';
import { handZip } from '../../builders/verify/hand-zip.ts';
import { sampleLake } from '../../builders/verify/sample-lake.ts';
import { tempFolders } from '../../builders/verify/temp.ts';

const temp = tempFolders();
const hasOpenssl = opensslVersion() !== null;

interface Made {
  readonly folder: string;
  readonly lake: HandLake;
  /** Holds the key of the lake's station. */
  readonly station: Signer;
  readonly bag: string;
}

let made: Made;
beforeAll(() => {
  if (!hasOpenssl) return;
  const folder = temp();
  const lake = sampleLake(folder);
  const station = makeSigner(join(folder, 'keys'), 'RECORDS-7', { privateKey: lake.station.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() });
  made = { folder, lake, station, bag: writePackage(folder, lake, 'WF-2024-07', 7, station) };
});

/** Tests that make packages, which OpenSSL signs. */
function describeWithOpenssl(name: string, tests: () => void): void {
  describe(name, () => {
    beforeEach((ctx) => {
      ctx.skip(!hasOpenssl, 'no OpenSSL 3 on this machine to sign packages with');
    });
    tests();
  });
}

/** A copy of the good package that may be spoiled. */
function copy(): string {
  const bag = join(temp(), 'WF-2024-07-v3');
  cpSync(made.bag, bag, { recursive: true });
  return bag;
}

describeWithOpenssl('a package that is whole', () => {
  it('answers four questions, none of them for another', async () => {
    const report = await checkHere(made.bag, { trust: [readFileSync(made.station.certificate)] });
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({
      kind: 'package',
      clean: true,
      answers: { unchanged: { answer: 'yes' }, signedBy: { answer: 'station', name: 'O=Records Office, CN=RECORDS-7' }, trusted: { answer: 'yes' } },
    });
    expect(report.answers?.signedBy.sentence).toContain('not by a person');
    expect(report.answers?.when.at).toMatch(/^\d{4}-/);
    expect((await checkHere(made.bag)).answers?.trusted.answer).toBe('not asked');
  });

  it('is the same in a zip, stored or packed anew, with folder entries, and inside a folder of its own', async () => {
    const folder = temp();
    const plain = zipEntries(made.bag);
    const folders: HandZipEntry[] = [{ name: 'WF-2024-07-v3/', bytes: '', mode: 0o040755 }, { name: 'WF-2024-07-v3/data/', bytes: '', mode: 0o040755 }];
    for (const [name, zip] of Object.entries({ stored: handZip(plain), packed: handZip(zipEntries(made.bag, true)), folders: handZip([...folders, ...plain]) })) {
      writeFileSync(join(folder, `${name}.zip`), zip);
      const report = await checkHere(join(folder, `${name}.zip`));
      expect(report.findings).toEqual([]);
      expect(report.answers).toEqual((await checkHere(made.bag)).answers);
    }
    cpSync(made.bag, join(folder, 'around', 'renamed'), { recursive: true });
    expect((await checkHere(join(folder, 'around'))).clean).toBe(true);
  });

  it('is trusted through the issuer of its certificate, and not through a namesake', async () => {
    const folder = temp();
    const authority = makeSigner(folder, 'Authority');
    const officer = makeSigner(folder, 'Maria Ortega', { issuer: authority });
    const namesake = makeSigner(join(folder, 'other'), 'Authority');
    const bag = writePackage(folder, made.lake, 'WF-2024-07', 7, officer, { role: 'officer' });
    const trusted = await checkHere(bag, { trust: [readFileSync(authority.certificate)] });
    expect(trusted.answers).toMatchObject({ signedBy: { answer: 'officer', name: 'O=Records Office, CN=Maria Ortega' }, trusted: { answer: 'yes' } });
    // The station that wrote the entry is another than the officer who signed the package.
    expect(found(trusted)).toEqual(['STATION_UNKNOWN provenance/7.entry.json', 'STATION_UNKNOWN provenance/7.tlog-proof']);
    const stranger = await checkHere(bag, { trust: [readFileSync(namesake.certificate), readFileSync(made.station.certificate)] });
    expect(stranger).toMatchObject({ clean: true, answers: { trusted: { answer: 'no' } } });
    expect(found(stranger)).toEqual(['SIGNER_NOT_TRUSTED signatures/officer.cert.pem']);
  });

  it('an RSA key of 2048 bits signs as well', async () => {
    const folder = temp();
    const bag = writePackage(folder, made.lake, 'WF-2024-07', 7, makeSigner(folder, 'rsa', { key: 'rsa' }));
    expect(await checkHere(bag)).toMatchObject({ clean: true, answers: { unchanged: { answer: 'yes' } } });
  });

  it('a version without files', async () => {
    const folder = temp();
    const lake = sampleLake(folder);
    const station = makeSigner(join(folder, 'keys'), 'S', { privateKey: lake.station.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() });
    lake.commit('EMPTY', {});
    lake.checkpoint();
    const bag = writePackage(folder, lake, 'EMPTY', 8, station);
    expect((await checkHere(bag)).findings).toEqual([]);
  });
});

describeWithOpenssl('files of a package', () => {
  it('names what was changed, added and taken away, in data and elsewhere', async () => {
    const bag = copy();
    appendFileSync(join(bag, 'data/sensorA.csv'), ' ');
    rmSync(join(bag, 'data/extra.csv'));
    writeFileSync(join(bag, 'data/added.csv'), '');
    writeFileSync(join(bag, 'VERIFY.txt'), 'All is well.\n');
    rmSync(join(bag, 'Provenance.txt'));
    writeFileSync(join(bag, 'signatures/note.txt'), '');
    writeFileSync(join(bag, 'readme.html'), '');
    mkdirSync(join(bag, 'sub'));
    symlinkSync('/etc/passwd', join(bag, 'sub/link'));
    const report = await checkHere(bag);
    expect(found(report)).toEqual([
      'PACKAGE_FILE_MISSING Provenance.txt',
      'PACKAGE_FILE_ALTERED VERIFY.txt',
      'BAG_INFO_WRONG bag-info.txt',
      'PACKAGE_FILE_EXTRA data/added.csv',
      'PACKAGE_FILE_MISSING data/extra.csv',
      'PACKAGE_FILE_ALTERED data/sensorA.csv',
      'PROVENANCE_WRONG names.csv',
      'PACKAGE_FILE_EXTRA readme.html',
      'PACKAGE_FILE_EXTRA signatures/note.txt',
      'PACKAGE_FILE_EXTRA sub/link',
    ]);
    expect(report.answers).toMatchObject({ unchanged: { answer: 'no' }, signedBy: { answer: 'station' } });
  });

  it('finds manifests that are missing, cut, doubled, or name places outside the package', async () => {
    const cases: [string, (text: string) => string, string][] = [
      ['missing', () => '', 'The manifest of the other files does not list bagit.txt.'],
      ['cut', (text) => text.slice(0, -1), 'The last line of tagmanifest-sha256.txt is not complete.'],
      ['doubled', (text) => text + (text.split('\n')[0] ?? '') + '\n', 'tagmanifest-sha256.txt lists "Provenance.txt" twice.'],
      ['outside', (text) => `${text}${'0'.repeat(64)}  ../../etc/passwd\n`, 'Line 12 of tagmanifest-sha256.txt is not written as it should be.'],
      ['escaped', (text) => `${text}${'0'.repeat(64)}  a%0Ab\n`, 'Line 12 of tagmanifest-sha256.txt is not written as it should be.'],
      ['one space', (text) => text.replace('  ', ' '), 'Line 1 of tagmanifest-sha256.txt is not written as it should be.'],
    ];
    for (const [, spoil, message] of cases) {
      const bag = copy();
      const path = join(bag, 'tagmanifest-sha256.txt');
      writeFileSync(path, spoil(readFileSync(path, 'utf8')));
      const report = await checkHere(bag);
      expect(report.findings.map((finding) => finding.message)).toContain(message);
      expect(found(report)).toContain('SIGNATURE_WRONG signatures/station.p7s');
    }
  });

  it.each<[string, PackageOptions['forge'], string]>([
    ['another Payload-Oxum', { 'bag-info.txt': (text) => text.replace(/Oxum: \d+/, 'Oxum: 1') }, 'BAG_INFO_WRONG bag-info.txt'],
    ['another identifier', { 'bag-info.txt': (text) => text.replace(':v3', ':v2') }, 'BAG_INFO_WRONG bag-info.txt'],
    ['a label twice', { 'bag-info.txt': (text) => `${text}Bagging-Date: 2020-01-01\n` }, 'BAG_INFO_WRONG bag-info.txt'],
    ['another BagIt version', { 'bagit.txt': (text) => text.replace('1.0', '0.97') }, 'BAG_DECLARATION_WRONG bagit.txt'],
    ['another inventory', { 'provenance/inventory.json': (text) => text.replace('Version 3', 'Version x') }, 'PROVENANCE_WRONG provenance/inventory.json'],
    ['names.csv with other bytes', { 'names.csv': (text) => text.replace(/[0-9a-f]{64}/, 'a'.repeat(64)) }, 'PROVENANCE_WRONG names.csv'],
    ['names.csv with another size', { 'names.csv': (text) => text.replace(/,(\d+),\r\n$/, ',9$1,\r\n') }, 'PROVENANCE_WRONG names.csv'],
    ['names.csv with another name', { 'names.csv': (text) => text.replace(',extra.csv,', ',Extra.csv,') }, 'PROVENANCE_WRONG provenance/inventory.json'],
    ['names.csv without a record', { 'names.csv': (text) => text.replace(/data\/extra.*\r\n/, '') }, 'PROVENANCE_WRONG names.csv'],
    ['names.csv without its header', { 'names.csv': (text) => text.replace('payload,', 'file,') }, 'PROVENANCE_WRONG names.csv'],
    ['an entry that was changed', { 'provenance/7.entry.json': (text) => text.replace('"seq":7', '"seq":8') }, 'PROVENANCE_WRONG provenance/7.entry.json'],
    ['an entry that is none', { 'provenance/7.entry.json': () => '{}' }, 'PROVENANCE_WRONG provenance/7.entry.json'],
    ['a proof with another path', { 'provenance/7.tlog-proof': (text) => text.replace(/\n[A-Za-z0-9+/]{43}=\n/, `\n${Buffer.alloc(32).toString('base64')}\n`) }, 'PROOF_WRONG provenance/7.tlog-proof'],
    ['a proof of another entry', { 'provenance/7.tlog-proof': (text) => text.replace('index 7', 'index 6') }, 'PROOF_WRONG provenance/7.tlog-proof'],
    ['a proof without a signature', { 'provenance/7.tlog-proof': (text) => text.replace(/ [A-Za-z0-9+/=]+\n$/, ` ${Buffer.alloc(40).toString('base64')}\n`) }, 'STATION_UNKNOWN provenance/7.tlog-proof'],
  ])('a package that was signed as it is, with %s', async (_name, forge, expected) => {
    const folder = temp();
    const report = await checkHere(writePackage(folder, made.lake, 'WF-2024-07', 7, made.station, { forge: forge ?? {} }));
    expect(found(report)).toContain(expected);
    expect(found(report).filter((text) => text.startsWith('SIGNATURE'))).toEqual([]);
  });

  it('refuses an entry that makes no version', async () => {
    const report = await checkHere(writePackage(temp(), made.lake, 'WF-2024-07', 5, made.station));
    expect(report.findings.map(({ message }) => message)).toContain('The ledger entry is not one that makes a version.');
  });
});

describeWithOpenssl('the signature of a package', () => {
  const signature = async (options: PackageOptions, key: Signer): Promise<string> => {
    const report = await checkHere(writePackage(temp(), made.lake, 'WF-2024-07', 7, key, options));
    expect(report.answers?.signedBy.answer).toBe('nobody');
    return report.findings.find(({ code }) => code === 'SIGNATURE_WRONG')?.message ?? '';
  };

  it('must have the attributes and algorithms that the format allows', async () => {
    const station = made.station;
    expect(await signature({ signing: [] }, station)).toBe('The signature of the package is not good: the hash of the signing certificate is not among its signed attributes.');
    expect(await signature({ signing: ['-noattr'] }, station)).toContain('is not where it should be');
    expect(await signature({ signing: ['-cades', '-md', 'sha512'] }, station)).toContain('its digest algorithm is not SHA-256');
    expect(await signature({ signing: ['-cades', '-nocerts'] }, station)).toContain('the list of certificates is not where it should be');
    expect(await signature({ signing: ['-cades', '-nodetach'] }, station)).toContain('it is not a detached signature over plain data');
    expect(await signature({ signing: ['-cades', '-keyid'] }, station)).toContain('not good: its version is not 1');
    expect(await signature({ signing: ['-cades', '-outform', 'PEM'] }, station)).not.toBe('');
    expect(await signature({}, makeSigner(temp(), 'p384', { key: 'p384' }))).toBe('The signature of the package is not good: its key is not on the curve P-256.');
    expect(await signature({}, makeSigner(temp(), 'small', { key: 'rsa1024' }))).toBe('The signature of the package is not good: its key is not an RSA key of at least 2048 bits.');
  });

  it('must be over these bytes, by the key of the certificate beside it', async () => {
    const other = makeSigner(temp(), 'Other');
    const swapped = copy();
    cpSync(other.certificate, join(swapped, 'signatures/station.cert.pem'));
    expect(found(await checkHere(swapped)).slice(0, 2)).toEqual(['CERTIFICATE_WRONG signatures/station.cert.pem', 'SIGNATURE_WRONG signatures/station.p7s']);
    const unsigned = copy();
    rmSync(join(unsigned, 'signatures'), { recursive: true });
    const report = await checkHere(unsigned);
    expect(found(report).filter((text) => !text.startsWith('STATION'))).toEqual(['SIGNATURE_MISSING signatures']);
    expect(report.answers).toMatchObject({ unchanged: { answer: 'no' }, signedBy: { answer: 'nobody' }, when: { at: null } });
    const without = copy();
    rmSync(join(without, 'signatures/station.cert.pem'));
    expect(found(await checkHere(without))[0]).toBe('SIGNATURE_MISSING signatures/station.cert.pem');
    const broken = copy();
    writeFileSync(join(broken, 'signatures/station.cert.pem'), 'nonsense');
    expect(found(await checkHere(broken))[0]).toBe('CERTIFICATE_WRONG signatures/station.cert.pem');
    const two = copy();
    for (const end of ['p7s', 'cert.pem']) cpSync(join(two, `signatures/station.${end}`), join(two, `signatures/officer.${end}`));
    expect(found(await checkHere(two))).toContain('PACKAGE_FILE_EXTRA signatures');
  });

  it('a package that was changed and signed anew by another is unchanged, and signed by that other', async () => {
    const bag = copy();
    const other = makeSigner(temp(), 'RECORDS-7');
    resign(bag, other);
    const report = await checkHere(bag, { trust: [readFileSync(made.station.certificate)] });
    expect(report.answers).toMatchObject({ unchanged: { answer: 'yes' }, signedBy: { name: 'O=Records Office, CN=RECORDS-7' }, trusted: { answer: 'no' } });
  });
});

describeWithOpenssl('zip files that an honest writer never makes', () => {
  const check = async (change: (entries: HandZipEntry[]) => HandZipEntry[], options: HandZipOptions = {}): Promise<string[]> => {
    const path = join(temp(), 'p.zip');
    writeFileSync(path, handZip(change(zipEntries(made.bag)), options));
    const report = await checkHere(path);
    expect(report.clean).toBe(false);
    return found(report);
  };
  const extra = (entry: Partial<HandZipEntry> & { name: string }) => (entries: HandZipEntry[]) => [...entries, { bytes: 'x', ...entry }];
  const same = (entries: HandZipEntry[]): HandZipEntry[] => entries;

  it.each<[string, string]>([
    ['a name that climbs out', 'WF-2024-07-v3/../../evil'],
    ['an absolute name', '/etc/passwd'],
    ['a drive letter', 'C:/evil'],
    ['a backslash', 'WF-2024-07-v3\\evil'],
    ['a NUL', 'WF-2024-07-v3/data/a\0b'],
    ['an empty part', 'WF-2024-07-v3//evil'],
  ])('%s', async (_name, name) => {
    expect(await check(extra({ name }))).toContain(`ZIP_UNSAFE ${name}`);
  });

  it('names that come twice, exactly or for a system that ignores case or normalizes', async () => {
    for (const name of ['WF-2024-07-v3/bagit.txt', 'WF-2024-07-v3/BAGIT.TXT']) expect(await check(extra({ name }))).toContain(`ZIP_UNSAFE ${name}`);
    const twins = (entries: HandZipEntry[]): HandZipEntry[] => [...entries, ...['\u00e4', 'a\u0308'].map((letter) => ({ name: `WF-2024-07-v3/${letter}`, bytes: '' }))];
    expect(await check(twins)).toContain('ZIP_UNSAFE WF-2024-07-v3/a\u0308');
  });

  it('links, devices, encrypted entries, folders with data, unknown methods', async () => {
    for (const mode of [0o120777, 0o060644]) expect(await check(extra({ name: 'WF-2024-07-v3/link', mode }))).toContain('ZIP_UNSAFE WF-2024-07-v3/link');
    expect(await check(extra({ name: 'WF-2024-07-v3/secret', flags: 0x801 }))).toContain('ZIP_UNREADABLE ');
    expect(await check(extra({ name: 'WF-2024-07-v3/folder/', mode: 0o040755 }))).toContain('ZIP_UNSAFE WF-2024-07-v3/folder/');
  });

  it('data before, between, behind the directory, after the end, or in a comment', async () => {
    expect(await check(same, { before: 'MZ' })).toEqual(['ZIP_UNSAFE ']);
    expect(await check((entries) => entries.map((entry, i) => (i === 0 ? { ...entry, gap: 'hidden' } : entry)))).toEqual(['ZIP_UNSAFE ']);
    expect(await check(same, { beforeDirectory: 'hidden' })).toEqual(['ZIP_UNSAFE ']);
    expect(await check(same, { beforeEnd: 'hidden' })).toEqual(['ZIP_UNSAFE ']);
    expect(await check(same, { comment: 'hello' })).toEqual(['ZIP_UNSAFE ']);
    expect(await check(same, { after: 'hello' })).toEqual(['ZIP_UNREADABLE ']);
  });

  it('two top folders, two names for one file, a wrong check sum, and no zip at all', async () => {
    expect(await check(extra({ name: 'other/file' }))).toContain('ZIP_UNSAFE ');
    expect(await check((entries) => entries.map((entry, i) => (i === 1 ? { ...entry, localName: 'x'.repeat(entry.name.length) } : entry)))).toContainEqual(expect.stringMatching(/^ZIP_UNSAFE WF-2024-07-v3\//));
    expect(await check((entries) => entries.map((entry) => (entry.name.endsWith('extra.csv') ? { ...entry, crc: 1 } : entry)))).toEqual(['PACKAGE_FILE_ALTERED data/extra.csv']);
    const path = join(temp(), 'p.zip');
    for (const bytes of [Buffer.alloc(0), Buffer.from('PK'), Buffer.alloc(100_000)]) {
      writeFileSync(path, bytes);
      const report = await checkHere(path);
      expect(found(report)).toEqual(['ZIP_UNREADABLE ']);
      expect(report.answers?.unchanged.answer).toBe('no');
    }
  });

  it('packed entries that are damaged, or give more than they say', async () => {
    const path = join(temp(), 'p.zip');
    const zip = handZip(zipEntries(made.bag, true));
    const at = zip.indexOf('data/sub/renamed.bin') + 400;
    zip.writeUInt32LE(0xdeadbeef, at);
    writeFileSync(path, zip);
    expect(found(await checkHere(path))).toEqual(['PACKAGE_FILE_ALTERED data/sub/renamed.bin']);
  });

  it('is found wherever one byte of the zip is cut off or changed, or no harm is done', async () => {
    const path = join(temp(), 'p.zip');
    const good = handZip(zipEntries(made.bag).filter(({ name }) => !name.endsWith('.bin')));
    const clean = await (async () => {
      writeFileSync(path, good);
      return found(await checkHere(path));
    })();
    for (let at = 0; at < good.length; at += at < good.length - 1500 ? 97 : 7) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ 0x10;
      writeFileSync(path, bad);
      const findings = found(await checkHere(path));
      // Times, versions and attributes of entries are nobody's promise; all else must be noticed.
      if (findings.join() === clean.join()) expect(isUnimportant(good, at)).toBe(true);
    }
  });
});

/** Whether a place is a field that says nothing of the content: versions and times, and in the directory attributes and number of the disk. */
function isUnimportant(zip: Buffer, at: number): boolean {
  const local = at - zip.lastIndexOf('PK\u0003\u0004', at, 'latin1');
  const central = at - zip.lastIndexOf('PK\u0001\u0002', at, 'latin1');
  if (central < local && central >= 0) return [4, 5, 6, 7, 12, 13, 14, 15, 34, 35, 36, 37, 38, 39, 40, 41].includes(central);
  return [4, 5, 10, 11, 12, 13].includes(local);
}

describe('what is no package', () => {
  it('is refused with a sentence', async () => {
    const folder = temp();
    mkdirSync(join(folder, 'plain'));
    writeFileSync(join(folder, 'plain/file.txt'), 'x');
    for (const path of [folder, join(folder, 'plain'), join(folder, 'plain/file.txt'), join(folder, 'nowhere')]) {
      await expect(checkHere(path)).rejects.toMatchObject({ name: 'HmsError', code: 'NOT_A_LAKE' });
    }
    renameSync(join(folder, 'plain/file.txt'), join(folder, 'plain/manifest-sha256.txt'));
    expect((await checkHere(join(folder, 'plain'))).clean).toBe(false);
    await expect(checkHere(join(folder, 'plain'), { trust: [Buffer.from('x')] })).rejects.toMatchObject({ name: 'HmsError', code: 'KEY_UNKNOWN' });
  });
});
