import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetId, LogicalPath, ProgramId, Tag } from '../../src/contract/index.ts';
import { addAlias, addTag, createDataset, describeDataset, removeTag, withdrawVersion } from '../../src/engine/datasets/index.ts';
import { commit, put, removeFiles, renameFile } from '../../src/engine/drafting.ts';
import { exportVersion } from '../../src/engine/export.ts';
import { versionOf } from '../../src/engine/files.ts';
import { forkLake } from '../../src/engine/fork.ts';
import { Receiving } from '../../src/engine/receiving.ts';
import { enrollOfficer, makeOfficer, officersOf } from '../../src/engine/officers.ts';
import { enrollStation, requestEnrolment, revokeStation } from '../../src/engine/stations.ts';
import { destroyBody, voidVersion } from '../../src/engine/upkeep.ts';
import { openOffice, quiet } from '../builders/lake/office.ts';
import type { Office } from '../builders/lake/office.ts';
import { strangerLacks, strangerReads } from './stranger.ts';

/** A lake after all that people do with one, read by a program that knows only docs/formats/lake.md. */

const lacks = strangerLacks();
let office: Office;

const long = `${'n'.repeat(255)}/${'é'.repeat(45)}`;
const hostile: Readonly<Record<string, string>> = {
  'a.csv': 'x,y\n1,2\n',
  empty: '',
  'CON.txt': 'reserved',
  'con.TXT': 'its twin',
  'caf\u00e9': 'composed',
  'cafe\u0301': 'decomposed',
  'ends.': 'dot',
  'ends ': 'space',
  '100%?*.csv': 'percent',
  'new\nline\ttab "quoted" \\ back': 'control',
  '\u{1F600}/\uFF5E \u202Etxt': 'astral, above the surrogates, right to left',
  'deep/er/W': 'upper',
  'deep/er/w': 'lower',
  [`${'p/'.repeat(100)}q`]: 'a long way',
};
const PASSPHRASE = 'correct horse battery staple';
const told = { signal: new AbortController().signal, onProgress: () => undefined };
const D = (id: string): DatasetId => id as DatasetId;
const P = (path: string): LogicalPath => path as LogicalPath;
const T = (tag: string): Tag => tag as Tag;
const v = (dataset: string, version: number) => ({ dataset: D(dataset), version });

async function putText(station: string, id: string, name: string, text: string): Promise<void> {
  await office.write((lake) => put(lake, D(id), [{ kind: 'stream', stream: streamOf(text), as: P(name), mtime: null }], quiet), station);
}

async function* streamOf(text: string): AsyncIterable<Uint8Array> {
  yield Promise.resolve(Buffer.from(text));
}

async function tour(): Promise<void> {
  await office.ingest('MIX', hostile, { message: 'As received, "first"\nsecond line', tags: ['raw'] });
  await office.write((lake) => createDataset(lake, D('PHI.1'), [T('phi'), T('closed')]));
  await office.ingest('PHI.1', { 'patients.csv': 'ssn\n123-45-6789\n' });
  await putText('first', 'MIX', long, 'three hundred characters');
  await office.write(async (lake) => {
    await renameFile(lake, D('MIX'), P('a.csv'), P('renamed/a.csv'));
    await removeFiles(lake, D('MIX'), [P('deep')]);
    await commit(lake, D('MIX'), { message: null, tags: [] });
  });
  await office.ingest('MIX', { empty: 'no longer', 'again.csv': 'x,y\n1,2\n' }, { tags: ['clean'] });
  await office.write(async (lake) => {
    await addTag(lake, v('MIX', 1), T('lost-word'));
    await destroyBody(lake, lake.catalog.view.size - 1, 'Court order 24-117', 'names a minor');
    // Whether this tag was there, only the destroyed body knew.
    await addTag(lake, v('MIX', 1), T('gone'));
    await removeTag(lake, v('MIX', 1), T('gone'));
    await addAlias(lake, D('MIX'), D('mixture'));
    await describeDataset(lake, D('MIX'), { title: 'Title \u20ac', creator: 'Office' });
    await withdrawVersion(lake, v('MIX', 2), 'not calibrated');
  });
  await office.write(async (lake) => {
    const receiving = await Receiving.begin(lake);
    // The third has the bytes of the first.
    for (const [name, text] of [['belts.csv', 'a,b\n1,2\n'], ['con', ''], ['again.csv', 'a,b\n1,2\n']] as const) {
      await receiving.enter({ program: 12 as ProgramId, sender: 'Rig', contract: null }, await receiving.stage(name, streamOf(text)));
    }
    await receiving.close();
  });
  await office.read((lake) => requestEnrolment(lake), 'second');
  const [request] = globSync('keys/requests/*', { cwd: office.lake });
  const id16 = (request as string).slice(-'0123456789abcdef.cert.pem'.length, -'.cert.pem'.length);
  await office.write((lake) => enrollStation(lake, id16, null));
  await office.ingest('second.station', { 'b.csv': '1' }, { station: 'second' });
  await office.ingest('second.station', { 'b.csv': '2' }, { station: 'second' });
  const [lost] = globSync('store/*/*/hms%3asecond%2estation/v2', { cwd: office.lake });
  rmSync(join(office.lake, lost as string), { recursive: true });
  await office.write((lake) => voidVersion(lake, v('second.station', 2), 'its disk is lost'));
  await office.ingest('second.station', { 'c.csv': '3' }, { station: 'second' });
  await office.write((lake) => revokeStation(lake, id16, 'given away'));
  const { profile } = office.options();
  const officer = await makeOfficer({ profile }, 'Maria Ortega', null, PASSPHRASE);
  const signer = await (await officersOf({ profile })).open(officer, PASSPHRASE);
  await office.write(async (lake) => {
    await enrollOfficer(lake, officer);
    await exportVersion(lake, versionOf(lake, 'MIX:v1'), join(office.folder, 'signed.zip'), { ...told, officer: signer });
  });
}

beforeAll(async () => {
  if (lacks !== null) return;
  office = await openOffice();
  await tour();
}, 120_000);
afterAll(() => (lacks === null ? office.remove() : undefined));
beforeEach((context) => {
  context.skip(lacks !== null, lacks ?? '');
});

describe('a stranger with docs/formats/lake.md, Python and openssl', { timeout: 60_000 }, () => {
  it('finds nothing wrong in a lake that was used for all that there is', () => {
    const { code, view } = strangerReads(office.lake);
    expect(view.findings).toEqual([]);
    expect(view.remarks).toEqual([]);
    expect(code).toBe(0);
    expect(Object.values(view.keys).map(({ role, revoked }) => `${role}${revoked ? ' revoked' : ''}`).sort()).toEqual(['officer', 'recovery', 'station', 'station revoked']);
  });

  it('reads the same datasets, versions, tags and files as this program', async () => {
    const { view } = strangerReads(office.lake);
    await office.read((lake) => {
      expect(view.lake).toBe(lake.lake.id);
      expect(view.entries).toBe(lake.catalog.view.size);
      const names = lake.catalog.datasets('', 100).datasets.map(({ id }) => id);
      expect(Object.keys(view.datasets).sort()).toEqual([...names].sort());
      for (const id of names) {
        const seen = view.datasets[id];
        const versions = lake.catalog.versions(id, null, 100).reverse();
        expect(seen?.root).toBe(versions[0]?.root);
        expect(seen?.versions).toEqual(
          versions.map(({ version, hash, at, message, tags, withdrawn, voided }) => ({ version: `v${version}`, sha256: hash, at, message, tags, withdrawn: withdrawn !== null, voided: voided !== null })),
        );
        const files = [...(lake.catalog.iterateFiles(id, versions.length) ?? [])];
        expect(seen?.files).toEqual(Object.fromEntries(files.map(({ path, sha256 }) => [path, sha256])));
      }
      expect(view.datasets['MIX']).toMatchObject({ aliases: ['mixture'], description: { title: 'Title \u20ac', creator: 'Office' } });
    });
  });

  it('finds the entry of an exported version proved by the proof in its package', async () => {
    const unpacked = join(office.folder, 'unpacked');
    const zip = join(office.folder, 'mix.zip');
    await office.write((lake) => exportVersion(lake, versionOf(lake, 'MIX:v1'), zip, told));
    execFileSync('python3', ['-m', 'zipfile', '-e', zip, unpacked]);
    const [proof] = globSync('MIX-v1/provenance/*.tlog-proof', { cwd: unpacked });
    const path = join(unpacked, proof as string);
    const entry = path.replace('.tlog-proof', '.entry.json');
    expect(strangerReads(office.lake, [[entry, path]]).view.findings).toEqual([]);
    writeFileSync(entry, readFileSync(entry, 'utf8').replace('MIX', 'MAX'));
    expect(strangerReads(office.lake, [[entry, path]]).view.findings).toEqual([`${path}: does not lead to the root that was signed`]);
  });

  it('follows a fork, and a fork of it, back to the first ledger', async () => {
    const folder = await office.copyLake('copy');
    await forkLake(office.options('first', { folder }), 'the share is lost');
    await forkLake(office.options('first', { folder }), 'and again');
    const { code, view } = strangerReads(folder);
    expect([code, view.entries, view.findings]).toEqual([0, 1, []]);
    expect(view.datasets).toEqual(strangerReads(office.lake).view.datasets);
    const [origin] = globSync('origins/*/ledger/entries/x000/x000/002/entry.json', { cwd: folder });
    writeFileSync(join(folder, origin as string), readFileSync(join(folder, origin as string), 'latin1').replace('MIX', 'MIY'));
    expect(strangerReads(folder).view.findings).toContainEqual(expect.stringMatching(/entry 0: the ledger that it was forked from has another root$/));
  });

  it('reads an interrupted commit where it was left', async () => {
    const folder = await office.copyLake('interrupted');
    const [object] = globSync('store/*/*/hms%3aMIX', { cwd: folder }) as [string];
    const [entry] = globSync('ledger/entries/x000/x000/*/entry.json', { cwd: folder }).filter((path) => readFileSync(join(folder, path), 'utf8').includes('"subject":"version:MIX:v3"')) as [string];
    const { txn } = JSON.parse(readFileSync(join(folder, entry), 'utf8')) as { txn: string };
    mkdirSync(join(folder, 'staging', txn), { recursive: true });
    renameSync(join(folder, object, 'v3'), join(folder, 'staging', txn, 'version'));
    for (const name of ['inventory.json', 'inventory.json.sha256']) cpSync(join(folder, object, 'v2', name), join(folder, object, name));
    const { code, view } = strangerReads(folder);
    expect([code, view.findings]).toEqual([0, []]);
    expect(view.remarks).toEqual([`${object}/v3: interrupted commit; its files still lie in staging/${txn}`]);
  });
});

describe('one changed byte', { timeout: 60_000 }, () => {
  let small: Office;
  beforeAll(async () => {
    if (lacks !== null) return;
    small = await openOffice();
    await small.ingest('WF', { 'a.csv': 'x,y\n1,2\n' });
  });
  afterAll(() => (lacks === null ? small.remove() : undefined));

  const object = 'store/*/*/hms%3aWF';
  it.each([
    'lake.json',
    'ledger/checkpoint',
    'ledger/tile/0/000.p/2',
    'ledger/entries/x000/x000/000/entry.json',
    'ledger/entries/x000/x000/002/entry.json',
    'ledger/entries/x000/x000/002/body.json',
    'ledger/entries/x000/x000/002/body.salt',
    `${object}/inventory.json`,
    `${object}/v1/inventory.json`,
    `${object}/v1/inventory.json.sha256`,
    `${object}/v1/content/a.csv`,
  ])('in %s is noticed', (kind) => {
    const [path] = globSync(kind, { cwd: small.lake }) as [string];
    const file = join(small.lake, path);
    const before = readFileSync(file);
    const changed = Buffer.from(before);
    const at = Math.floor(before.length / 2);
    changed[at] = (changed[at] as number) ^ 1;
    writeFileSync(file, changed);
    const { code, view } = strangerReads(small.lake);
    writeFileSync(file, before);
    expect(view.findings.length).toBeGreaterThan(0);
    expect(code).toBe(1);
  });

  it('was all that was wrong', () => {
    expect(strangerReads(small.lake)).toMatchObject({ code: 0, view: { findings: [], remarks: [] } });
  });
});
