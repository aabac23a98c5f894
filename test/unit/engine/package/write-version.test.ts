import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../../src/contract/index.ts';
import type { Instant, Progress } from '../../../../src/contract/index.ts';
import { writeVersionZip } from '../../../../src/engine/package/index.ts';
import type { PackageFile, PackageSigner, VersionPackageInput } from '../../../../src/engine/package/index.ts';
import { exportTo, MemorySink, never, run, sha256, signer, temporary, version } from './fixture.ts';
import type { Contents } from './fixture.ts';
import { unzipped } from './unzip.ts';

const MIB = 1 << 20;
const folder = temporary();
afterAll(folder.remove);
let station: PackageSigner;
beforeAll(async () => {
  station = await signer('station', 'WS-07');
});

let cases = 0;
const place = (): string => {
  const path = join(folder.path, `case-${++cases}`);
  mkdirSync(path);
  return path;
};

const hostileNames = [
  'plain.csv', '100%.csv', 'a%25b', 'a=b', 'back\\slash', 'new\nline', 'carriage\rreturn', 'CON', 'aux.txt', 'Twin', 'twin', 'e\u0301.txt', '\u00e9.txt',
  ' leading space', 'trailing space ', 'trailing dot.', 'quote"comma,.csv', "it's $(here) `and` there", '-rf', '*?<>|:', '\u202etxt.exe', 'no-break\u00a0', 'line\u2028sep', '😀/記録.txt',
  `${'long'.repeat(60)}.bin`, `${'deep/'.repeat(60)}end`, '=HYPERLINK("x")', '~user', '#hash', 'data/manifest-sha256.txt', '../'.replaceAll('.', '․') + 'dots',
];
const hostile: Contents = Object.fromEntries(hostileNames.map((name, i) => [name, `content ${i} of a file\n`]));

const ofSizes: Contents = Object.fromEntries(
  [0, 1, 8192, MIB - 1, MIB, MIB + 1, 2 * MIB, 2 * MIB + 7].map((size) => [`${String(size).padStart(8, '0')}.bin`, Buffer.alloc(size, size % 251)]),
);

const contentsOf = async (input: VersionPackageInput, options = never): Promise<Map<string, Buffer>> => {
  const sink = new MemorySink();
  const result = await writeVersionZip(input, sink, options);
  expect(result.bytes).toBe(sink.bytes.length);
  return new Map((await unzipped(sink.bytes)).map(({ name, content }) => [name.slice(name.indexOf('/') + 1), content]));
};

describe('an exported version', () => {
  it('is a bag that unzip, sha256sum and openssl find sound, by the very commands of its VERIFY.txt', async (ctx) => {
    const path = place();
    await exportTo(join(path, 'WF-2024-07-v2.zip'), version(path, { ...hostile, ...ofSizes }, station));
    const missing = (await Promise.all(['unzip', 'sha256sum', 'openssl'].map((program) => run(program, ['--version'])))).includes(null);
    if (missing) return ctx.skip('unzip, sha256sum or openssl is not installed');

    expect(await run('python3', ['-m', 'zipfile', '-t', 'WF-2024-07-v2.zip'], path)).toMatchObject({ code: 0 });
    expect(await run('unzip', ['-q', 'WF-2024-07-v2.zip'], path)).toEqual({ code: 0, output: '' });
    const bag = join(path, 'WF-2024-07-v2');
    const verify = readFileSync(join(bag, 'VERIFY.txt'), 'utf8');
    const commands = verify.split('\n').filter((line) => line.startsWith('    ')).map((line) => line.trim());
    const command = (start: string): string => commands.find((each) => each.startsWith(start)) ?? `no ${start}`;
    const shell = (text: string) => run('bash', ['-c', text], bag);

    const payload = await shell(command('sha256sum -c manifest'));
    expect(payload?.code).toBe(0);
    expect(payload?.output.split('\n').filter((line) => line.endsWith(': OK'))).toHaveLength(hostileNames.length + 8);
    expect(payload?.output).not.toContain('\\');
    expect(await shell(command('sha256sum -c tagmanifest'))).toMatchObject({ code: 0 });
    expect(await shell(command('openssl cms'))).toEqual({ code: 0, output: 'CMS Verification successful\n' });
    expect((await shell(command('openssl x509')))?.output).toContain(/(?:[0-9A-F]{2}:){31}[0-9A-F]{2}/.exec(verify)?.[0] ?? 'no fingerprint');
    expect((await shell(command("(printf '\\000'")))?.output.slice(0, 64)).toBe(commands[commands.indexOf(command("(printf '\\000'")) + 1]);
    expect((await shell(command('sha256sum provenance/inventory.json')))?.output.slice(0, 64)).toBe(commands[commands.indexOf('sha256sum provenance/inventory.json') + 1]);
  });

  it('lists every file once and has none that is not listed, except in signatures', async () => {
    const files = await contentsOf(version(place(), hostile, station));
    const listed = ['manifest-sha256.txt', 'tagmanifest-sha256.txt'].flatMap((list) =>
      (files.get(list)?.toString() ?? '').split('\n').filter((line) => line !== '').map((line) => {
        const [, hash = '', name = ''] = /^([0-9a-f]{64}) {2}([^%\\\r\n]+)$/.exec(line) ?? [];
        expect(sha256(files.get(name) ?? 'missing')).toBe(hash);
        return name;
      }),
    );
    expect(new Set(listed).size).toBe(listed.length);
    expect([...files.keys()].filter((name) => !listed.includes(name)).sort()).toEqual(['signatures/station.cert.pem', 'signatures/station.p7s', 'tagmanifest-sha256.txt']);
    expect([...files.keys()][0]).toBe('bagit.txt');
    expect(files.get('bagit.txt')?.toString()).toBe('BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n');
  });

  it('says in names.csv the exact logical name of every file, as another CSV reader reads it', async (ctx) => {
    const path = place();
    const files = await contentsOf(version(path, hostile, station));
    writeFileSync(join(path, 'names.csv'), files.get('names.csv') ?? '');
    const script = 'import csv,json,sys; print(json.dumps(list(csv.DictReader(open(sys.argv[1],newline="",encoding="utf-8"),strict=True))))';
    const ran = await run('python3', ['-c', script, join(path, 'names.csv')]);
    if (ran === null) return ctx.skip('python3 is not installed');
    const records = JSON.parse(ran.output) as Record<string, string>[];
    expect(records.map(({ logical }) => logical)).toEqual([...hostileNames].sort());
    for (const { payload = '', logical = '', sha256: hash, size } of records) {
      expect(files.get(payload)?.toString()).toBe(hostile[logical]);
      expect(hash).toBe(sha256(hostile[logical] ?? ''));
      expect(size).toBe(String(hostile[logical]?.length));
    }
    expect(records[0]?.['mtime']).toBe('2024-06-30T10:00:00.000Z');
    expect(records[1]?.['mtime']).toBe('');
  });

  it('keeps inventory and entry byte for byte', async () => {
    const input = version(place(), { a: '1' }, station);
    const files = await contentsOf(input);
    expect(files.get('provenance/inventory.json')).toEqual(readFileSync(input.inventoryPath));
    expect(files.get('provenance/881.entry.json')).toEqual(Buffer.from(input.entry.bytes));
    expect(files.get('provenance/881.tlog-proof')?.toString()).toBe(input.proof);
    expect(files.get('provenance/events.csv')?.toString()).toBe(
      'seq,at,op,actor,event,subject,detail\r\n3,2024-07-01T08:00:00.000Z,version.committed,station,ingestion,,\r\n881,2024-07-30T23:59:59.000Z,version.committed,officer,ingestion,,\r\n',
    );
  });

  it('gives the same records and provenance when it is exported again, by another program, later, by another signer', async () => {
    const path = place();
    const first = version(path, { ...hostile, ...ofSizes }, station);
    const later: VersionPackageInput = {
      ...first,
      signer: await signer('officer', 'Maria Ortega'),
      now: '2031-02-03T04:05:06.000Z' as Instant,
      program: 'HMS-DTA 9.9.9',
      proof: 'another',
      organization: 'Another Office',
      events: [...first.events, { seq: 990, at: '2026-01-01T00:00:00.000Z' as Instant, op: 'version.exported', actor: 'station' }],
      history: [...first.history, { version: 3, at: '2026-01-01T00:00:00.000Z' as Instant, message: 'Later', hash: sha256('three') }],
    };
    const [one, two] = [await contentsOf(first), await contentsOf(later)];
    const lasting = (name: string): boolean => /^(data\/|manifest-sha256\.txt|names\.csv|Provenance\.txt|provenance\/)/.test(name) && !name.endsWith('.tlog-proof');
    const kept = [...one.keys()].filter(lasting);
    expect(kept).toHaveLength(hostileNames.length + 8 + 7);
    expect([...two.keys()].filter(lasting)).toEqual(kept);
    for (const name of kept) expect(two.get(name)?.equals(one.get(name) ?? Buffer.alloc(0)), name).toBe(true);
    expect(two.has('signatures/officer.p7s')).toBe(true);
    expect(two.has('signatures/station.p7s')).toBe(false);
  });

  it('does not depend on the time zone of the computer', async () => {
    const input = version(place(), { a: '1' }, station);
    const fixed: VersionPackageInput = { ...input, signer: { ...station, sign: station.sign } };
    const before = process.env['TZ'];
    try {
      process.env['TZ'] = 'Asia/Tokyo';
      const tokyo = await contentsOf(fixed);
      process.env['TZ'] = 'America/Los_Angeles';
      const angeles = await contentsOf(fixed);
      expect(angeles.get('Provenance.txt')).toEqual(tokyo.get('Provenance.txt'));
      expect(angeles.get('bag-info.txt')).toEqual(tokyo.get('bag-info.txt'));
    } finally {
      if (before === undefined) delete process.env['TZ'];
      else process.env['TZ'] = before;
    }
  });

  it('of no files has an empty folder data and an empty manifest', async () => {
    const path = place();
    const files = await contentsOf(version(path, {}, station));
    expect(files.get('data/')?.length).toBe(0);
    expect(files.get('manifest-sha256.txt')?.length).toBe(0);
    expect(files.get('names.csv')?.toString()).toBe('payload,logical,sha256,size,mtime\r\n');
    expect(files.get('bag-info.txt')?.toString()).toContain('Payload-Oxum: 0.0\n');
  });

  it('answers what it wrote', async () => {
    const input = version(place(), { a: 'four', b: 'five5' }, station);
    const sink = new MemorySink();
    const result = await writeVersionZip(input, sink, never);
    const files = new Map((await unzipped(sink.bytes)).map(({ name, content }) => [name, content]));
    expect(result).toEqual({
      bytes: sink.bytes.length,
      payload: { files: 2, octets: 9 },
      tagmanifest: sha256(files.get('WF-2024-07-v2/tagmanifest-sha256.txt') ?? ''),
    });
  });

  it('signed by a certificate that an authority issued verifies by the command of its VERIFY.txt', async (ctx) => {
    const path = place();
    await exportTo(join(path, 'p.zip'), version(path, { a: '1' }, await signer('officer', 'Maria Ortega', 'by an authority')));
    const ran = await run('unzip', ['-q', 'p.zip'], path);
    if (ran === null) return ctx.skip('unzip is not installed');
    const bag = join(path, 'WF-2024-07-v2');
    const command = readFileSync(join(bag, 'VERIFY.txt'), 'utf8').split('\n').find((line) => line.includes('openssl cms')) ?? 'false';
    expect(await run('bash', ['-c', command], bag)).toEqual({ code: 0, output: 'CMS Verification successful\n' });
  });

  it('reports progress that never goes back and ends at the whole', async () => {
    const seen: Progress[] = [];
    const input = version(place(), ofSizes, station);
    await contentsOf(input, { ...never, onProgress: (progress: Progress) => void seen.push(progress) } as typeof never);
    expect(seen.at(-1)).toMatchObject({ filesDone: 8, filesTotal: 8, bytesDone: input.counts.octets, bytesTotal: input.counts.octets });
    for (const [i, progress] of seen.entries()) expect(progress.bytesDone).toBeGreaterThanOrEqual(seen[i - 1]?.bytesDone ?? 0);
  });
});

describe('nothing is exported', () => {
  /** The input, and the stored path of one of its files. */
  const spoiled = (contents: Contents, spoil: (stored: string, file: PackageFile) => void, which = 0): VersionPackageInput => {
    const input = version(place(), contents, station);
    const file = [...(input.files() as Iterable<PackageFile>)][which];
    if (file === undefined) throw new Error('no such file');
    spoil(file.stored, file);
    return input;
  };
  const flip = (stored: string): void => {
    const bytes = readFileSync(stored);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    writeFileSync(stored, bytes);
  };
  const small: Contents = { 'a.csv': 'aaaa', 'b.csv': 'bbbb' };
  const large: Contents = { 'a.csv': 'aaaa', 'large.bin': Buffer.alloc(3 * MIB) };

  it.each([
    ['one bit of a small file is not as committed', small, flip, 1, 'b.csv'],
    ['one bit of a large file is not as committed', large, flip, 1, 'large.bin'],
    ['a small file is one byte short', small, (stored: string) => writeFileSync(stored, 'bbb'), 1, 'b.csv'],
    ['a small file is one byte long', small, (stored: string) => writeFileSync(stored, 'bbbbb'), 1, 'b.csv'],
    ['a large file is one byte short', large, (stored: string) => writeFileSync(stored, Buffer.alloc(3 * MIB - 1)), 1, 'large.bin'],
    ['a large file is one byte long', large, (stored: string) => writeFileSync(stored, Buffer.alloc(3 * MIB + 1)), 1, 'large.bin'],
    ['a small file is missing', small, (stored: string) => rmSync(stored), 0, 'a.csv'],
    ['a large file is missing', large, (stored: string) => rmSync(stored), 1, 'large.bin'],
    ['a folder stands in a small file’s place', small, (stored: string) => { rmSync(stored); mkdirSync(stored); }, 0, 'a.csv'],
    ['a folder stands in a large file’s place', large, (stored: string) => { rmSync(stored); mkdirSync(stored); }, 1, 'large.bin'],
    ['a link leads nowhere', small, (stored: string) => { rmSync(stored); symlinkSync('/nowhere/at/all', stored); }, 0, 'a.csv'],
  ] as const)('when %s', async (_what, contents, spoil, which, name) => {
    const input = spoiled(contents, spoil, which);
    const error: unknown = await writeVersionZip(input, new MemorySink(), never).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'HmsError', code: 'STORED_DAMAGED', kept: 'No package was written; the lake was not changed.' });
    expect((error as Error).message).toContain(`"${name}" in WF-2024-07:v2`);
  });

  it('when a pipe stands in a file’s place, which must not be waited for', async (ctx) => {
    const input = spoiled(small, (stored) => rmSync(stored));
    const stored = [...(input.files() as Iterable<PackageFile>)][0]?.stored ?? '';
    if ((await run('mkfifo', [stored])) === null) return ctx.skip('this system has no mkfifo');
    await expect(writeVersionZip(input, new MemorySink(), never)).rejects.toMatchObject({ code: 'STORED_DAMAGED' });
  });

  it('when the inventory is not the one that the ledger names, or is missing', async () => {
    const altered = version(place(), small, station);
    flip(altered.inventoryPath);
    await expect(writeVersionZip(altered, new MemorySink(), never)).rejects.toMatchObject({
      code: 'STORED_DAMAGED',
      message: expect.stringContaining('the inventory of WF-2024-07:v2') as string,
    });
    const gone = version(place(), small, station);
    rmSync(gone.inventoryPath);
    await expect(writeVersionZip(gone, new MemorySink(), never)).rejects.toMatchObject({ code: 'STORED_DAMAGED' });
  });

  it.each([
    ['small', Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`f${String(i).padStart(3, '0')}`, 'x'.repeat(50_000)]))],
    ['large', { 'a.bin': Buffer.alloc(20 * MIB), 'b.bin': 'x' }],
  ] as const)('once it is cancelled among %s files; the sink gets nothing more', async (_kind, contents) => {
    const stop = new AbortController();
    let writes = 0;
    let ended = false;
    const sink = {
      write: async () => {
        expect(ended).toBe(false);
        writes++;
        await new Promise((resolve) => setImmediate(resolve));
      },
    };
    const onProgress = ({ bytesDone }: Progress): void => {
      if (bytesDone > 1_500_000) stop.abort();
    };
    const error: unknown = await writeVersionZip(version(place(), contents, station), sink, { signal: stop.signal, onProgress }).catch((caught: unknown) => caught);
    ended = true;
    expect(error).toBeInstanceOf(CancelledError);
    expect(error).toMatchObject({ kept: 'No package was written; the lake was not changed.' });
    const soFar = writes;
    expect(soFar).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(writes).toBe(soFar);
  });

  it('when it was cancelled before it began', async () => {
    const sink = new MemorySink();
    await expect(writeVersionZip(version(place(), small, station), sink, { ...never, signal: AbortSignal.abort() })).rejects.toBeInstanceOf(CancelledError);
    expect(sink.chunks).toEqual([]);
  });

  it('when the sink fails, with the sink’s own error and no file left open', async (ctx) => {
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    const contents = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, Buffer.alloc(10_000, i)]));
    const input = version(place(), { ...contents, 'z.bin': Buffer.alloc(3 * MIB) }, station);
    let writes = 0;
    const sink = { write: () => (++writes === 2 ? Promise.reject(full) : Promise.resolve()) };
    await expect(writeVersionZip(input, sink, never)).rejects.toBe(full);
    if (process.platform !== 'linux') return ctx.skip('open files are listed on Linux only');
    const open = readdirSync('/proc/self/fd').filter((descriptor) => {
      const found = statSync(`/proc/self/fd/${descriptor}`, { throwIfNoEntry: false });
      return found?.isFile() === true && [10_000, 3 * MIB].includes(found.size);
    });
    expect(open).toEqual([]);
  });

  it('when the caller’s files are out of order, do not add up, or change from one listing to the next', async () => {
    const input = version(place(), small, station);
    const files = [...(input.files() as Iterable<PackageFile>)];
    await expect(writeVersionZip({ ...input, files: () => files.toReversed() }, new MemorySink(), never)).rejects.toThrow('out of order');
    await expect(writeVersionZip({ ...input, counts: { files: 2, octets: 9 } }, new MemorySink(), never)).rejects.toThrow('should have 2 files with 9 bytes');
    let calls = 0;
    const shrinking = () => (++calls === 6 ? files.slice(1) : files);
    await expect(writeVersionZip({ ...input, files: shrinking }, new MemorySink(), { ...never, keptFiles: 0 })).rejects.toThrow('changed while they were packed');
  });

  it('when the entry is not the one that names the inventory', async () => {
    const input = version(place(), small, station);
    const other = Buffer.from(Buffer.from(input.entry.bytes).toString().replaceAll(input.inventoryHash, sha256('other')));
    await expect(writeVersionZip({ ...input, entry: { seq: 881, bytes: other } }, new MemorySink(), never)).rejects.toThrow('not the one that committed');
    await expect(writeVersionZip({ ...input, entry: { ...input.entry, seq: 882 } }, new MemorySink(), never)).rejects.toThrow('not the one that committed');
  });

  it('when the history does not end with the version', async () => {
    const input = version(place(), small, station);
    await expect(writeVersionZip({ ...input, history: input.history.slice(0, 1) }, new MemorySink(), never)).rejects.toThrow('does not end with it');
  });

  it('when the key is not that of the certificate', async () => {
    const other = await signer('station', 'WS-07');
    const input = version(place(), small, { ...station, sign: other.sign });
    await expect(writeVersionZip(input, new MemorySink(), never)).rejects.toMatchObject({ code: 'KEY_REFUSED' });
  });
});
