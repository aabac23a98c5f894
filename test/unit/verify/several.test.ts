import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { importOfficer, keyFileAt, officersOf } from '../../../src/engine/officers.ts';
import { openOffice } from '../../builders/lake/office.ts';
import type { Office } from '../../builders/lake/office.ts';
import { exportOf, has, judged, PASSPHRASE } from '../../builders/lake/packages.ts';
import { checkHere, found } from '../../builders/verify/check.ts';
import { makeSigner, opensslVersion, resign } from '../../builders/verify/hand-package.ts';
import type { Signer } from '../../builders/verify/hand-package.ts';

/** Packages of several versions, selections, and signatures with a chain: what the checker says of good and of forged ones. */

const canSign = opensslVersion() !== null;
let office: Office;
let forger: Signer;
let several = '';
let selection = '';
beforeAll(async () => {
  office = await openOffice();
  await office.ingest('WF', { 'a.csv': 'a', 'b.csv': 'b', 'c.txt': 'c' });
  await office.ingest('WF', { 'a.csv': 'a2' });
  await office.ingest('AIR-7', { 'x.csv': 'x' });
  [several, selection] = [join(office.folder, 'several'), join(office.folder, 'selection')];
  await exportOf(office, ['WF:v1', 'WF:v2', 'AIR-7:v1'], several, { form: 'dir' });
  await exportOf(office, ['WF:v1'], selection, { form: 'dir', patterns: ['*.csv'] });
  if (canSign) forger = makeSigner(join(office.folder, 'forger'), 'Forger');
});
afterAll(() => office.remove());
beforeEach((ctx) => {
  ctx.skip(!canSign, 'no OpenSSL 3 on this machine to sign forged packages with');
});

let cases = 0;
/** A copy of a package after someone changed it and signed it anew. */
function forged(of: string, forge: (bag: string) => void): string {
  const bag = join(office.folder, `forged-${++cases}`);
  cpSync(of, bag, { recursive: true });
  forge(bag);
  resign(bag, forger);
  return bag;
}
const edit = (bag: string, path: string, change: (text: string) => string): void => writeFileSync(join(bag, path), change(readFileSync(join(bag, path), 'utf8')));
/** Findings but for those about the forger's key, and stations that nobody knows. */
const faults = async (bag: string): Promise<string[]> => found(await checkHere(bag)).filter((text) => !/^(?:STATION_UNKNOWN|PACKAGE_SELECTION) /.test(text));

describe('a package of several versions', () => {
  it('is clean, and counts its versions and datasets', async () => {
    const report = await checkHere(several);
    expect(report.findings).toEqual([]);
    expect(report.checked).toMatchObject({ versions: 3, datasets: 2, entries: 3 });
  });

  it('that was only signed anew is unchanged', async () => {
    expect(await faults(forged(several, () => undefined))).toEqual([]);
  });

  const forgeries: [string, (bag: string) => void, string[]][] = [
    ['a version that is left out of bag-info.txt', (bag) => edit(bag, 'bag-info.txt', (text) => text.replace('External-Identifier: WF:v1\n', '')), ['BAG_INFO_WRONG bag-info.txt']],
    ['a version that is not there in bag-info.txt', (bag) => edit(bag, 'bag-info.txt', (text) => `${text}External-Identifier: WF:v9\n`), ['BAG_INFO_WRONG bag-info.txt']],
    ['a date twice in bag-info.txt', (bag) => edit(bag, 'bag-info.txt', (text) => `${text}Bagging-Date: 2020-01-01\n`), ['BAG_INFO_WRONG bag-info.txt']],
    ['other numbers in versions.csv', (bag) => edit(bag, 'versions.csv', (text) => text.replace(/,3,3\r\n/, ',2,3\r\n')), ['PROVENANCE_WRONG versions.csv']],
    ['a version twice in versions.csv', (bag) => edit(bag, 'versions.csv', (text) => text + (text.split('\r\n')[1] ?? '') + '\r\n'), ['PROVENANCE_WRONG versions.csv']],
    ['the profile taken away', (bag) => rmSync(join(bag, 'bagit-profile.json')), ['BAG_INFO_WRONG bag-info.txt']],
    [
      'versions in one another’s folders',
      (bag) => {
        for (const part of ['provenance', 'data']) {
          renameSync(join(bag, part, 'WF-v1'), join(bag, part, 'x'));
          renameSync(join(bag, part, 'WF-v2'), join(bag, part, 'WF-v1'));
          renameSync(join(bag, part, 'x'), join(bag, part, 'WF-v2'));
        }
      },
      ['PACKAGE_FILE_ALTERED data/WF-v1/a.csv', 'PACKAGE_FILE_ALTERED data/WF-v2/a.csv', 'PROVENANCE_WRONG provenance/WF-v1/3.entry.json', 'PROVENANCE_WRONG provenance/WF-v1/names.csv', 'PROVENANCE_WRONG provenance/WF-v2/names.csv', 'PROVENANCE_WRONG versions.csv'],
    ],
    ['an inventory of the other version', (bag) => cpSync(join(bag, 'provenance/WF-v1/inventory.json'), join(bag, 'provenance/WF-v2/inventory.json')), ['PROVENANCE_WRONG provenance/WF-v2/inventory.json']],
    ['no entry of one version', (bag) => rmSync(join(bag, 'provenance/AIR-7-v1/4.entry.json')), ['PROVENANCE_WRONG provenance/AIR-7-v1']],
    ['no proof of one version', (bag) => rmSync(join(bag, 'provenance/AIR-7-v1/4.tlog-proof')), ['PROOF_WRONG provenance/AIR-7-v1/4.tlog-proof']],
    [
      'a record in no folder of a version',
      (bag) => {
        writeFileSync(join(bag, 'data/loose.csv'), 'x');
        edit(bag, 'manifest-sha256.txt', (text) => `${text}2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  data/loose.csv\n`);
        edit(bag, 'bag-info.txt', (text) => text.replace(/Oxum: (\d+)\.(\d+)/, (_, octets, files) => `Oxum: ${Number(octets) + 1}.${Number(files) + 1}`));
      },
      ['MANIFEST_WRONG manifest-sha256.txt'],
    ],
    ['a file beside those of a version', (bag) => writeFileSync(join(bag, 'provenance/WF-v1/more.txt'), ''), ['MANIFEST_WRONG tagmanifest-sha256.txt']],
    [
      'a folder of a version without anything in it',
      (bag) => {
        mkdirSync(join(bag, 'provenance/WF-v7'));
        writeFileSync(join(bag, 'provenance/WF-v7/names.csv'), 'payload,logical,sha256,size,mtime\r\n');
      },
      ['MANIFEST_WRONG tagmanifest-sha256.txt', 'PROVENANCE_WRONG provenance/WF-v7'],
    ],
  ];
  it.each(forgeries)('that was signed with %s is found out', async (_name, forge, expected) => {
    const seen = await faults(forged(several, forge));
    for (const code of expected) expect(seen).toContain(code);
    expect(seen.filter((text) => text.startsWith('SIGNATURE'))).toEqual([]);
  });
});

describe('a selection', () => {
  it('is clean and told', async () => {
    const report = await checkHere(selection);
    expect(report.findings).toEqual([
      { code: 'PACKAGE_SELECTION', severity: 'note', path: 'selection.json', message: 'The package holds a selection, 2 of 3 files: those whose names match "*.csv".' },
    ]);
  });

  const forgeries: [string, (bag: string) => void, string[]][] = [
    ['nothing said of it', (bag) => rmSync(join(bag, 'selection.json')), ['PROVENANCE_WRONG provenance/inventory.json']],
    ['nonsense said of it', (bag) => writeFileSync(join(bag, 'selection.json'), '{"format":"x"}'), ['SELECTION_WRONG selection.json']],
    ['fewer files of the whole', (bag) => edit(bag, 'selection.json', (text) => text.replace('"files": 3', '"files": 2')), ['SELECTION_WRONG selection.json']],
    ['more files here', (bag) => edit(bag, 'selection.json', (text) => text.replace('"files": 2', '"files": 3')), ['SELECTION_WRONG selection.json']],
    ['another version', (bag) => edit(bag, 'selection.json', (text) => text.replace('WF:v1', 'WF:v2')), ['SELECTION_WRONG selection.json']],
    ['a name that the version does not have', (bag) => edit(bag, 'names.csv', (text) => text.replace(',a.csv,', ',z.csv,')), ['PROVENANCE_WRONG provenance/inventory.json']],
    ['other bytes under a name', (bag) => edit(bag, 'names.csv', (text) => text.replace(',a.csv,', ',B.csv,').replace(',b.csv,', ',a.csv,').replace(',B.csv,', ',b.csv,')), ['PROVENANCE_WRONG provenance/inventory.json']],
  ];
  it.each(forgeries)('that was signed with %s is found out', async (_name, forge, expected) => {
    const seen = await faults(forged(selection, forge));
    for (const code of expected) expect(seen).toContain(code);
  });
});

describe('a signature with a chain', () => {
  it.each(['p256', 'rsa'] as const)('of a %s key is trusted through its root, by openssl too, and carries nothing that it does not cover', async (key) => {
    const folder = join(office.folder, `chain-${key}`);
    const authority = makeSigner(folder, 'Root');
    const issuing = makeSigner(folder, 'Issuing', { issuer: authority, ca: true });
    const leaf = makeSigner(folder, 'Officer', { issuer: issuing, key });
    const options = office.options();
    const officer = await importOfficer(options, await keyFileAt(leaf.key, [issuing.certificate, leaf.certificate, authority.certificate]), false, PASSPHRASE, null);
    const signer = await (await officersOf(options)).open(officer, PASSPHRASE);
    const bag = join(folder, 'bag');
    expect(await exportOf(office, ['AIR-7'], bag, { form: 'dir', officer: signer })).toMatchObject({ actSigned: false, signedBy: { name: 'Officer' } });
    if (has('openssl')) expect(judged(bag, 'officer')).toBe('');

    const trusted = async (...certificates: Signer[]) => (await checkHere(bag, { trust: certificates.map(({ certificate }) => readFileSync(certificate)) })).answers?.trusted.answer;
    expect(await trusted(authority)).toBe('yes');
    expect(await trusted(issuing)).toBe('yes');
    expect(await trusted(leaf)).toBe('yes');
    expect(await trusted(makeSigner(join(folder, 'namesake'), 'Root'))).toBe('no');
    expect(await trusted(forger)).toBe('no');
    const { spawnSync } = await import('node:child_process');
    const verified = spawnSync('openssl', ['cms', '-verify', '-binary', '-cades', '-inform', 'DER', '-in', 'signatures/officer.p7s', '-content', 'tagmanifest-sha256.txt', '-CAfile', authority.certificate, '-purpose', 'any', '-out', '/dev/null'], { cwd: bag, encoding: 'utf8' });
    expect(verified.stderr).toContain('CAdES Verification successful');

    // A certificate that is changed, taken away or put in is found, although the signature value does not change.
    const path = join(bag, 'signatures/officer.p7s');
    const good = readFileSync(path);
    const der = new X509Certificate(readFileSync(issuing.certificate)).raw;
    const at = good.indexOf(der);
    expect(at).toBeGreaterThan(0);
    for (const place of [at + 40, at + der.length - 1]) {
      const bytes = Buffer.from(good);
      bytes[place] = (bytes[place] ?? 0) ^ 1;
      writeFileSync(path, bytes);
      expect(found(await checkHere(bag))).toContain('SIGNATURE_WRONG signatures/officer.p7s');
    }
    writeFileSync(path, good);
    expect(found(await checkHere(bag)).filter((text) => !text.startsWith('STATION'))).toEqual([]);
  });

  it('with a certificate that it does not name, an attribute that nobody expects, or a second signer is refused', async () => {
    const signing = async (options: readonly string[]): Promise<string> => {
      const bag = forged(several, () => undefined);
      resign(bag, forger, { signing: options });
      const report = await checkHere(bag);
      expect(report.answers?.signedBy.answer).toBe('nobody');
      return report.findings.find(({ code }) => code === 'SIGNATURE_WRONG')?.message ?? '';
    };
    const other = makeSigner(join(office.folder, 'other'), 'Other');
    expect(await signing(['-cades', '-certfile', other.certificate])).toContain('it carries certificates that it does not name');
    expect(await signing(['-cades', '-signer', other.certificate, '-inkey', other.key])).toMatch(/more than one signer|more than one digest/);
    expect(await signing(['-cades', '-receipt_request_all', '-receipt_request_to', 'a@b.c'])).toContain('a signed attribute that is not expected');
  });
});
