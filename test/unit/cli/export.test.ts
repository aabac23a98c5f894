import { createHash } from 'node:crypto';
import { closeSync, cpSync, mkdirSync, openSync, readFileSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleFiles } from '../../../src/engine/sample-records.ts';
import { Office } from './office.ts';

const office = new Office();
beforeAll(() => office.init());
afterAll(() => office.remove());

function flip(file: string, at: number): void {
  const descriptor = openSync(file, 'r+');
  const byte = Buffer.alloc(1);
  readSync(descriptor, byte, 0, 1, at);
  writeSync(descriptor, Buffer.from([(byte[0] as number) ^ 1]), 0, 1, at);
  closeSync(descriptor);
}

describe('the sample', () => {
  it('is the same bytes on every machine, 6,102,144 of them in all', () => {
    const made = sampleFiles.map(({ name, content }) => {
      const bytes = Buffer.concat([...content()]);
      office.write(name, bytes);
      return { name, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
    });
    expect(made).toEqual([
      { name: 'sensorA.csv', size: 3_296_888, sha256: '2a79ed20eb63e6ca3fb131b5b3a36c8624c1501843af97b46992204a608c8ea8' },
      { name: 'sensorB.csv', size: 2_805_256, sha256: '005288d531a7bccf6267545358066fc1ca03e92a83c053fa169b98ea5a6a2a2a' },
    ]);
    expect(made.reduce((sum, { size }) => sum + size, 0)).toBe(6_102_144);
  });

  it('is a table whose rows all have its ten columns', () => {
    const lines = readFileSync(join(office.folder, 'sensorB.csv'), 'utf8').split('\n');
    expect(lines[0]).toBe('timestamp,station,temp,humidity,pm25,wind,wind_dir,pressure,battery,note');
    expect(lines.at(-1)).toBe('');
    expect(lines.slice(1, -1).filter((line) => !/^2024-07-\d\dT\d\d:\d0:00Z,WFS-B\d\d,\d+\.\d,\d+,\d+\.\d,\d+\.\d,\d+,\d+\.\d,\d\.\d\d,[a-zA-Z0-9; ]*$/.test(line))).toEqual([]);
  });
});

describe('export', () => {
  it('prints exactly two lines', async () => {
    expect(await office.does(['ingest', 'WF-2024-07', 'sensorA.csv', 'sensorB.csv', '-m', 'Initial sensor dump', '--tag', 'raw'])).toBe('WF-2024-07:v1');
    expect(await office.hms(['export', 'WF-2024-07:v1', '--to', 'zip', 'wildfires_raw.zip'])).toEqual({ code: 0, out: '✔ Exported 6,102,144 bytes\n✔ Provenance.txt attached\n', err: '' });
  });

  it('tells the same as JSON', async () => {
    const { code, value } = await office.json(['export', 'WF-2024-07', '--to', 'zip', 'again.zip']);
    expect({ code, value }).toMatchObject({ code: 0, value: { version: 'WF-2024-07:v1', file: join(office.folder, 'again.zip'), payload: { files: 2, octets: 6_102_144 }, signedBy: { kind: 'station' } } });
  });

  it('leaves a package that is there alone, unless --replace is said', async () => {
    const before = readFileSync(join(office.folder, 'again.zip'));
    expect(await office.json(['export', 'WF-2024-07:v1', '--to', 'zip', 'again.zip'])).toMatchObject({ code: 3, value: { error: { code: 'TARGET_EXISTS' } } });
    expect(readFileSync(join(office.folder, 'again.zip')).equals(before)).toBe(true);
    expect((await office.hms(['export', 'WF-2024-07:v1', '--to', 'zip', 'again.zip', '--replace'])).code).toBe(0);
  });

  it('writes several versions, folders and selections', async () => {
    const several = await office.json(['export', 'WF-2024-07:v1', 'WF-2024-07', '--to', 'dir', 'out', '--files', 'sensorA.*', '--files', 'sensorB.csv']);
    expect(several).toMatchObject({ code: 0, value: { versions: ['WF-2024-07:v1'], form: 'dir', payload: { files: 2, octets: 6_102_144 }, selection: { files: 2, of: 2 } } });
    expect(await office.hms(['export', 'WF-2024-07:v1', '--to', 'zip', 'a.zip', '--files', '*A.csv'])).toEqual({ code: 0, out: '✔ Exported 3,296,888 bytes\n✔ Provenance.txt attached\n', err: 'It is a selection, and says so: 1 of 2 files.\n' });
    expect(await office.hms(['export', 'WF-2024-07:v1', '--to', 'zip', 'none.zip', '--files', 'sensorC.csv'])).toMatchObject({ code: 2, err: expect.stringContaining('Is "sensorA.csv" meant?') as string });
    expect(await office.json(['export', 'only.zip', '--to', 'zip'])).toMatchObject({ code: 2, value: { error: { message: 'The argument <file> is missing.' } } });
  });

  it('knows no other form, and needs one', async () => {
    const [tar, none] = await Promise.all([office.json(['export', 'WF-2024-07:v1', '--to', 'tar', 'x.tar']), office.json(['export', 'WF-2024-07:v1', 'x.zip'])]);
    expect(tar).toMatchObject({ code: 2, value: { error: { code: 'USAGE' } } });
    expect(none).toMatchObject({ code: 2, value: { error: { message: 'The option --to <form> is missing.' } } });
  });
});

describe('verify', () => {
  it('gives the four answers on a package, and trusts only what it is told to', async () => {
    const certificates = office.lakeFiles('keys/*.cert.pem').map(({ path }) => path);
    const trusting = (file: string | undefined) => office.json(['verify', 'wildfires_raw.zip', '--trust', file as string]);
    const [plain, own, other, none] = await Promise.all([
      office.hms(['verify', 'wildfires_raw.zip']),
      trusting(certificates.find((path) => path.includes(stationId()))),
      trusting(certificates.find((path) => !path.includes(stationId()))),
      trusting('none.pem'),
    ]);
    expect(plain.code).toBe(0);
    for (const label of ['Unchanged:', 'Signed by whom:', 'Trusted by you:', 'When:']) expect(plain.out).toContain(`${label} `);
    expect(own).toMatchObject({ code: 0, value: { kind: 'package', clean: true, answers: { trusted: { answer: 'yes' }, signedBy: { answer: 'station' } } } });
    expect(other).toMatchObject({ code: 0, value: { answers: { trusted: { answer: 'no' } } } });
    expect(none).toMatchObject({ code: 2, value: { error: { code: 'USAGE' } } });
  });

  it('names a flipped bit in a package and exits with 1', async () => {
    const copy = readFileSync(join(office.folder, 'wildfires_raw.zip'));
    const at = copy.indexOf('2024-07-15T12:00:00Z');
    office.write('flipped.zip', copy);
    flip(join(office.folder, 'flipped.zip'), at);
    const { code, out } = await office.hms(['verify', 'flipped.zip']);
    expect(code).toBe(1);
    expect(out).toMatch(/^ERROR PACKAGE_FILE_ALTERED data\/sensorA\.csv: /m);
    expect(out).toMatch(/^Unchanged: +The package is not as it was signed/m);
  });

  it('names a flipped bit in the lake, exits with 1, and cat refuses to pass it for the record', async () => {
    const [stored] = office.lakeFiles('store/**/content/sensorA.csv');
    flip(stored?.path as string, 1_000_000);
    const [{ code, out }, cat] = await Promise.all([office.hms(['verify', 'lake']), office.hms(['cat', 'WF-2024-07:v1', 'sensorA.csv'])]);
    expect(code).toBe(1);
    expect(out).toMatch(/^ERROR FILE_ALTERED store\/.*\/v1\/content\/sensorA\.csv: /m);
    expect([cat.code, cat.err.split('\n')[0]]).toEqual([1, 'The stored bytes of "sensorA.csv" are not those that WF-2024-07:v1 was committed with. The last of them were held back.']);
    expect(Buffer.byteLength(cat.out)).toBeLessThan(stored?.bytes.length as number);
    flip(stored?.path as string, 1_000_000);
    expect((await office.hms(['verify', 'lake'])).code).toBe(0);
  });

  it('finds that the ledger was cut, by the checkpoint that this station keeps or one that is named', async () => {
    const checkpoint = join(office.folder, 'kept');
    writeFileSync(checkpoint, readFileSync(join(office.lake, 'ledger', 'checkpoint')));
    expect(await office.json(['verify', 'lake', '--seen', checkpoint])).toMatchObject({ code: 0, value: { clean: true } });
    const cut = join(office.folder, 'cut');
    cpSync(office.lake, cut, { recursive: true });
    const entries = office.lakeFiles('ledger/entries/**/entry.json').length;
    rmSync(join(cut, 'ledger', 'entries', 'x000', 'x000', String(entries - 1).padStart(3, '0')), { recursive: true });
    rmSync(join(cut, 'ledger', 'checkpoint'));
    rmSync(join(cut, 'ledger', 'tile'), { recursive: true });
    expect(await office.json(['verify', 'cut'])).toMatchObject({ code: 1, value: { findings: expect.arrayContaining([expect.objectContaining({ code: 'LEDGER_SHORTENED' })]) } });
  });

  it('refuses what is neither a lake nor a package', async () => {
    mkdirSync(join(office.folder, 'nothing'));
    expect(await office.json(['verify', 'nothing'])).toMatchObject({ code: 2, value: { error: { code: 'NOT_A_LAKE' } } });
  });
});

function stationId(): string {
  return (JSON.parse(readFileSync(join(office.profile, 'station.json'), 'utf8')) as { id: string }).id.slice(0, 16);
}
