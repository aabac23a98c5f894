import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetId, LogicalPath } from '../../../../src/contract/index.ts';
import { parseEntry } from '../../../../src/core/index.ts';
import { exportHere, exportOf, has, judged, officerOf, unpacked } from '../../../builders/lake/packages.ts';
import { openOffice, quiet } from '../../../builders/lake/office.ts';
import type { Office } from '../../../builders/lake/office.ts';
import { checkHere, found } from '../../../builders/verify/check.ts';
import { filesOf } from '../../../builders/verify/hand-package.ts';
import { commit, put, removeFiles } from '../../../../src/engine/drafting.ts';
import { versionOf } from '../../../../src/engine/files.ts';
import { revokeStation } from '../../../../src/engine/stations.ts';
import type { OfficerSigner } from '../../../../src/engine/keys/index.ts';
import { provFaults } from '../package/prov-rules.ts';
import type { ProvDocument } from '../package/prov-rules.ts';
import { profileFaults } from './profile-rules.ts';

/** Packages that the program makes of a real lake, judged by other people's programs and by the checker. */

const missing = ['unzip', 'sha256sum', 'openssl', 'python3'].filter((program) => !has(program));
let office: Office;
let officer: OfficerSigner;
beforeAll(async () => {
  office = await openOffice();
  await office.ingest('WF-2024-07', { 'sensorA.csv': 'a,b\n1,2\n', 'sub/sensorB.csv': 'b\n', 'notes = 100%.txt': 'n', 'readme.md': '#' }, { message: 'As received' });
  await office.ingest('WF-2024-07', { 'sensorA.csv': 'a,b\n1,3\n' }, { message: 'Corrected' });
  await office.ingest('AIR-7', { 'air.csv': 'x\n' });
  officer = await officerOf(office, 'Maria Ortega');
});
afterAll(() => office.remove());

let cases = 0;
const place = (name: string): string => {
  const folder = join(office.folder, `case-${++cases}`);
  mkdirSync(folder);
  return join(folder, name);
};

const certificateOfStation = async () => office.read((lake) => [...(lake.station?.certificate ?? [])]);

describe('packages of every kind', () => {
  beforeEach((ctx) => {
    ctx.skip(missing.length > 0, `${missing.join(', ')} missing, so nobody else can judge packages`);
  });

  const kinds = [
    ['of one version', ['WF-2024-07:v1'], {}],
    ['of several versions', ['WF-2024-07:v2', 'AIR-7', 'WF-2024-07:v1'], {}],
    ['of a selection', ['WF-2024-07:v1'], { patterns: ['*.csv', 'notes*'] }],
    ['of a selection of several versions', ['WF-2024-07:v1', 'AIR-7:v1'], { patterns: ['**/*.csv'] }],
  ] as const;

  it.each(kinds)('%s, in a zip and in a folder, by the station and by an officer, are sound', async (_name, refs, options) => {
    const station = Uint8Array.from(await certificateOfStation());
    for (const [form, by] of [['zip', officer], ['dir', undefined]] as const) {
      const target = place('package');
      const made = await exportOf(office, refs, target, { ...options, form, ...(by === undefined ? {} : { officer: by }) });
      const role = by === undefined ? 'station' : 'officer';
      expect(made).toMatchObject({ recorded: true, actSigned: by !== undefined, signedBy: { kind: role } });
      const bag = form === 'zip' ? unpacked(target, `${target}-unpacked`) : target;
      expect(judged(bag, role)).toBe('');
      expect(profileFaults(bag)).toEqual([]);
      for (const path of [target, bag]) {
        const report = await checkHere(path, { trust: [station, ...(by === undefined ? [] : [by.certificate])] });
        expect(found(report).filter((text) => !text.startsWith('PACKAGE_SELECTION'))).toEqual([]);
        expect(report).toMatchObject({ clean: true, answers: { unchanged: { answer: 'yes' }, signedBy: { answer: role }, trusted: { answer: 'yes' } } });
        expect(found(report).includes('PACKAGE_SELECTION selection.json')).toBe('patterns' in options);
        expect(report.checked).toMatchObject({ versions: new Set(refs).size });
      }
      const octets = filesOf(join(bag, 'data')).map((path) => readFileSync(join(bag, 'data', path)).length);
      expect(made.payload).toEqual({ files: octets.length, octets: octets.reduce((sum, size) => sum + size, 0) });
    }
  });

  it('hold each version in its own folder, in the same order however they were named', async () => {
    const [one, other] = [place('one'), place('other')];
    await exportOf(office, ['WF-2024-07:v1', 'AIR-7:v1', 'WF-2024-07:v2', 'WF-2024-07:v2'], one, { form: 'dir' });
    await exportOf(office, ['WF-2024-07', 'WF-2024-07:v1', 'AIR-7'], other, { form: 'dir' });
    expect(filesOf(join(one, 'data')).sort()).toEqual([
      'AIR-7-v1/air.csv',
      'WF-2024-07-v1/notes =3D 100=25.txt',
      'WF-2024-07-v1/readme.md',
      'WF-2024-07-v1/sensorA.csv',
      'WF-2024-07-v1/sub/sensorB.csv',
      'WF-2024-07-v2/notes =3D 100=25.txt',
      'WF-2024-07-v2/readme.md',
      'WF-2024-07-v2/sensorA.csv',
      'WF-2024-07-v2/sub/sensorB.csv',
    ]);
    expect(readdirSync(join(one, 'provenance')).sort()).toEqual(['AIR-7-v1', 'WF-2024-07-v1', 'WF-2024-07-v2']);
    const lasting = filesOf(one).filter((path) => /^(?:data|provenance)\/|^(?:manifest|versions|Provenance)/.test(path) && !/\.tlog-proof$|nara-metadata/.test(path));
    expect(lasting.length).toBeGreaterThan(30);
    for (const path of lasting) expect(readFileSync(join(other, path)).equals(readFileSync(join(one, path))), path).toBe(true);
  });

  it('are the same again but for the day, the proof and the signature, also in the other form', async () => {
    const [zip, folder] = [place('p.zip'), place('p')];
    await exportOf(office, ['WF-2024-07:v1'], zip);
    await office.write((lake) => exportHere(lake, ['WF-2024-07:v1'], folder, { form: 'dir', officer }));
    const bag = unpacked(zip, `${zip}-unpacked`);
    const changing = /^(?:bag-info\.txt|VERIFY\.txt|nara-metadata\.psv|tagmanifest-sha256\.txt|signatures\/.*|provenance\/.*\.tlog-proof)$/;
    const same = filesOf(bag).filter((path) => !changing.test(path)).sort();
    expect(filesOf(folder).filter((path) => !changing.test(path)).sort()).toEqual(same);
    for (const path of same) expect(readFileSync(join(folder, path)).equals(readFileSync(join(bag, path))), path).toBe(true);
  });

  it('are made of a version without files too', async () => {
    await office.ingest('EMPTY', { x: '1' });
    await office.write(async (lake) => {
      await removeFiles(lake, 'EMPTY' as DatasetId, ['x' as LogicalPath]);
      await commit(lake, 'EMPTY' as DatasetId, { message: null, tags: [] });
    });
    const target = place('empty');
    await exportOf(office, ['EMPTY:v2'], target, { form: 'dir' });
    expect(readdirSync(join(target, 'data'))).toEqual([]);
    expect(found(await checkHere(target))).toEqual([]);
    expect(profileFaults(target)).toEqual([]);
  });
});

it('a package says what its version was derived from, by which transform, and not with which parameters', async () => {
  await office.ingest('DERIVED', { 'a.csv': 'a\n' });
  const source = await office.sources({ 'b.csv': 'b\n' });
  await office.write(async (lake) => {
    const read = versionOf(lake, 'WF-2024-07:v1');
    await put(lake, 'DERIVED' as DatasetId, [{ kind: 'path', path: source }], quiet);
    await commit(lake, 'DERIVED' as DatasetId, { message: 'Trimmed', tags: [], transform: 'my_trim', sources: [{ ref: 'version:WF-2024-07:v1', sha256: read.hash }], how: { parameters: { secret: 'what was redacted' } } });
  });
  const target = place('p');
  await exportOf(office, ['DERIVED:v2'], target, { form: 'dir' });
  expect(readFileSync(join(target, 'Provenance.txt'), 'utf8')).toContain('Derived from:       WF-2024-07:v1 by my_trim\n');
  expect(readFileSync(join(target, 'provenance/events.csv'), 'utf8')).toMatch(/,modification,version:DERIVED:v2,derived from WF-2024-07:v1 by my_trim\r\n$/);
  const prov = JSON.parse(readFileSync(join(target, 'provenance/prov.json'), 'utf8')) as ProvDocument;
  expect(provFaults(prov)).toEqual([]);
  expect(Object.values(prov['wasDerivedFrom'] ?? {}).map((relation) => relation['prov:usedEntity'])).toEqual(['hms:version/DERIVED/v1', 'hms:version/WF-2024-07/v1']);
  for (const path of filesOf(target)) expect(readFileSync(join(target, path), 'latin1'), path).not.toContain('what was redacted');
  expect(found(await checkHere(target))).toEqual([]);
});

describe('what the ledger tells of an export', () => {
  it('carries the signature of an officer on the act, and the name of the one who signed', async () => {
    await exportOf(office, ['AIR-7', 'WF-2024-07:v1'], place('p.zip'), { officer });
    await office.read(async (lake) => {
      const { entries } = lake.catalog.log({ op: 'version.exported' }, 2);
      for (const entry of entries) {
        expect(entry).toMatchObject({ effect: true, actor: officer.id, station: lake.station?.id });
        const parsed = parseEntry(readFileSync(join(lake.paths.entry(entry.seq), 'entry.json')));
        const act = parsed.ok ? parsed.entry.act : undefined;
        expect(act?.statement).toMatchObject({ lake: lake.lake.id, op: 'version.exported', subject: entry.subject, txn: entry.txn });
        expect(act?.statement.hashes).toEqual(parsed.ok ? [...parsed.entry.inputs, ...parsed.entry.outputs].map((ref) => ref.sha256) : []);
        const [head = ''] = readFileSync(join(lake.paths.entry(entry.seq), 'body.json'), 'utf8').split('\n');
        expect(JSON.parse(head)).toMatchObject({ signer: 'Maria Ortega', form: 'zip', versions: 2, name: 'p.zip' });
      }
    });
    expect(found(await checkHere(office.lake))).toEqual([]);
  });

  it('names the station where the key of the officer is not enrolled, and refuses one that was revoked', async () => {
    const stranger = await officerOf(office, 'Sam Stranger', false);
    expect(await exportOf(office, ['AIR-7'], place('p.zip'), { officer: stranger })).toMatchObject({ actSigned: false, signedBy: { kind: 'officer', name: 'Sam Stranger' } });
    const revoked = await officerOf(office, 'Rita Revoked');
    await office.write((lake) => revokeStation(lake, revoked.id, 'Left the office'));
    const target = place('p.zip');
    await expect(exportOf(office, ['AIR-7'], target, { officer: revoked })).rejects.toMatchObject({ code: 'KEY_REFUSED' });
    expect(readdirSync(join(target, '..'))).toEqual([]);
  });

  it('keeps patterns in the body only', async () => {
    await exportOf(office, ['WF-2024-07:v1'], place('p.zip'), { patterns: ['sensorA.*'] });
    await office.read((lake) => {
      const [entry] = lake.catalog.log({ op: 'version.exported' }, 1).entries;
      const folder = lake.paths.entry(entry?.seq ?? 0);
      expect(readFileSync(join(folder, 'entry.json'), 'utf8')).not.toContain('sensor');
      expect(JSON.parse(readFileSync(join(folder, 'body.json'), 'utf8').split('\n')[0] ?? '')).toMatchObject({ selection: { patterns: ['sensorA.*'], of: 4 }, payload: { files: 1, octets: 8 } });
    });
  });
});

describe('a selection', () => {
  it('that matches nothing is refused with the nearest name', async () => {
    const target = place('p.zip');
    const refused = (patterns: string[]) => exportOf(office, ['WF-2024-07:v1'], target, { patterns }).catch((error: unknown) => error);
    expect(await refused(['sensorA.cvs'])).toMatchObject({ code: 'FILE_UNKNOWN', facts: { nearest: 'sensorA.csv' } });
    expect(await refused(['*.csv', 'sub/sensrB.csv'])).toMatchObject({ code: 'FILE_UNKNOWN', facts: { pattern: 'sub/sensrB.csv', nearest: 'sub/sensorB.csv' } });
    expect(await refused(['zzz'])).toMatchObject({ code: 'FILE_UNKNOWN', facts: { nearest: null } });
    expect(await refused([''])).toMatchObject({ code: 'USAGE' });
    expect(readdirSync(join(target, '..'))).toEqual([]);
  });

  it('takes a name as it is written, also where it looks like a pattern', async () => {
    await office.ingest('ODD', { 'a[1].csv': 'x', 'a1.csv': 'y' });
    const target = place('p');
    await exportOf(office, ['ODD'], target, { form: 'dir', patterns: ['a[1].csv'] });
    expect(readdirSync(join(target, 'data')).sort()).toEqual(['a1.csv', 'a[1].csv']);
  });
});

it('a bag that is not as its profile says is found by the rules that judge it', async () => {
  const target = place('p');
  await exportOf(office, ['AIR-7'], target, { form: 'dir' });
  rmSync(join(target, 'VERIFY.txt'));
  writeFileSync(join(target, 'extra.txt'), '');
  writeFileSync(join(target, 'bag-info.txt'), readFileSync(join(target, 'bag-info.txt'), 'utf8').replace(/Bagging-Date.*\n/, 'Other: 1\n'));
  expect(profileFaults(target)).toEqual(['Bagging-Date is required', 'VERIFY.txt is required', 'extra.txt is not allowed']);
});
