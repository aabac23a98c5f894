import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { unzipped } from './unzip.ts';
import type { Instant } from '../../../../src/contract/index.ts';
import { dataDescriptor, directoryRecord, dosTimeOf, endRecords, localHeader } from '../../../../src/engine/package/zip-records.ts';
import { ZipWriter } from '../../../../src/engine/package/zip-writer.ts';
import { MemorySink, run, temporary } from './fixture.ts';

const time = '2024-07-30T23:59:59.999Z' as Instant;
const folder = temporary();
afterAll(folder.remove);

async function* chunksOf(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

async function smallZip(): Promise<Buffer> {
  const sink = new MemorySink();
  const zip = new ZipWriter(sink, time);
  await zip.add('t/a.txt', Buffer.from('hello'));
  await zip.add('t/é ☃.bin', Buffer.alloc(300_000, 1));
  await zip.addStream('t/known', { size: 6, crc: crc32('abcdef') }, chunksOf(Buffer.from('abc'), Buffer.from('def')));
  await zip.addStream('t/later', { size: 6, crc: null }, chunksOf(Buffer.from('abc'), Buffer.from('def')));
  await zip.add('t/empty/', new Uint8Array(0));
  const size = await zip.finish();
  expect(size).toBe(sink.bytes.length);
  return sink.bytes;
}

describe('the zip writer', () => {
  it('writes what another reader reads back', async () => {
    const entries = await unzipped(await smallZip());
    expect(entries.map(({ name, content }) => [name, content.length])).toEqual([
      ['t/a.txt', 5],
      ['t/é ☃.bin', 300_000],
      ['t/known', 6],
      ['t/later', 6],
      ['t/empty/', 0],
    ]);
    expect(entries[0]?.content.toString()).toBe('hello');
    expect(entries[3]?.content.toString()).toBe('abcdef');
  });

  it('gives the same bytes for the same input on every machine', async () => {
    expect(createHash('sha256').update(await smallZip()).digest('hex')).toBe('22faae35f5e6b1b68ca0c488618b077ced7dd26082bdf63a6e3e1f1234dd0edf');
  });

  it.for([
    ['unzip', '-t'],
    ['python3', '-m', 'zipfile', '-t'],
  ])('is found sound by %s', async ([program = '', ...args], ctx) => {
    const path = join(folder.path, `small-${program}.zip`);
    writeFileSync(path, await smallZip());
    const ran = await run(program, [...args, path]);
    if (ran === null) return ctx.skip(`${program} is not installed`);
    expect(ran).toMatchObject({ code: 0 });
  });

  it('refuses a stream that is not what was announced', async () => {
    const zip = new ZipWriter(new MemorySink(), time);
    await expect(zip.addStream('x', { size: 4, crc: null }, chunksOf(Buffer.from('abc')))).rejects.toThrow('announced');
    await expect(zip.addStream('x', { size: 3, crc: 1 }, chunksOf(Buffer.from('abc')))).rejects.toThrow('announced');
  });

  it('leaves a chunk alone while a slow sink writes it, and gives it one at a time', async () => {
    const written: Buffer[] = [];
    let writing = 0;
    const zip = new ZipWriter(
      {
        write: async (chunk) => {
          expect(++writing).toBe(1);
          const before = Buffer.from(chunk);
          await new Promise((resolve) => setTimeout(resolve, 2));
          expect(before.equals(chunk)).toBe(true);
          written.push(before);
          writing--;
        },
      },
      time,
    );
    const content = (i: number): Buffer => Buffer.alloc(i % 7 === 0 ? 400_000 : 90_000, i);
    for (let i = 0; i < 60; i++) await zip.add(String(i), content(i));
    expect(await zip.finish()).toBe(Buffer.concat(written).length);
    expect(writing).toBe(0);
    const entries = await unzipped(Buffer.concat(written));
    expect(entries.every((each, i) => each.content.equals(content(i)))).toBe(true);
    expect(entries).toHaveLength(60);
  });

  it('throws what the sink throws, also after later pieces', async () => {
    let writes = 0;
    const zip = new ZipWriter({ write: () => (++writes === 1 ? Promise.reject(new Error('disk full')) : Promise.resolve()) }, time);
    await expect(
      (async () => {
        for (let i = 0; i < 100; i++) await zip.add(`f${i}`, Buffer.alloc(100_000));
      })(),
    ).rejects.toThrow('disk full');
    await zip.settle();
    expect(writes).toBe(1);
  });

  it('holds 66,000 entries, more than a zip without zip64 can count', async (ctx) => {
    const path = join(folder.path, 'many.zip');
    const handle = await open(path, 'w');
    const zip = new ZipWriter({ write: async (chunk) => void (await handle.write(chunk)) }, time);
    for (let i = 0; i < 66_000; i++) await zip.add(`d/${i}`, Buffer.from(String(i)));
    await zip.finish();
    await handle.close();
    const script =
      'import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); n=z.namelist(); print(len(n), n[65999], z.read("d/65999").decode(), z.read("d/0").decode())';
    const python = await run('python3', ['-c', script, path]);
    const unzip = await run('unzip', ['-tq', path]);
    if (python === null || unzip === null) return ctx.skip('python3 or unzip is not installed, so nobody can judge a large zip');
    expect(python.output.trim()).toBe('66000 d/65999 65999 0');
    expect(unzip).toMatchObject({ code: 0 });
  });
});

describe('zip records', () => {
  const name = Buffer.from('n');
  const entry = (size: number, crc: number | null = 5) => ({ name, size, crc, dosTime: 0x11223344 });
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

  it('have no zip64 fields just below the limit', () => {
    expect(hex(localHeader(entry(0xfffffffe)))).toBe(
      ['504b0304', '1400', '0008', '0000', '44332211', '05000000', 'feffffff', 'feffffff', '0100', '0000', '6e'].join(''),
    );
    expect(hex(dataDescriptor(entry(0xfffffffe, null), 7))).toBe(['504b0708', '07000000', 'feffffff', 'feffffff'].join(''));
    expect(hex(endRecords(0xfffe, 10, 0xfffffffe))).toBe(['504b0506', '0000', '0000', 'feff', 'feff', '0a000000', 'feffffff', '0000'].join(''));
  });

  it('carry sizes and offsets of 4 GiB in zip64 fields', () => {
    expect(hex(localHeader(entry(0xffffffff, null)))).toBe(
      ['504b0304', '2d00', '0808', '0000', '44332211', '00000000', 'ffffffff', 'ffffffff', '0100', '1400', '6e'].join('') +
        ['0100', '1000', 'ffffffff00000000', 'ffffffff00000000'].join(''),
    );
    expect(hex(dataDescriptor(entry(2 ** 33, null), 7))).toBe(['504b0708', '07000000', '0000000002000000', '0000000002000000'].join(''));
    expect(hex(directoryRecord(entry(9), 5, 2 ** 32))).toBe(
      ['504b0102', '2d03', '2d00', '0008', '0000', '44332211', '05000000', '09000000', '09000000', '0100', '0c00'].join('') +
        ['0000', '0000', '0000', '0000a481', 'ffffffff', '6e', '0100', '0800', '0000000001000000'].join(''),
    );
    expect(directoryRecord(entry(9), 5, 0xfffffffe)).toHaveLength(47);
    expect(directoryRecord(entry(9), 5, 0xffffffff)).toHaveLength(47 + 12);
    expect(hex(directoryRecord(entry(2 ** 32), 5, 3))).toBe(
      ['504b0102', '2d03', '2d00', '0008', '0000', '44332211', '05000000', 'ffffffff', 'ffffffff', '0100', '1400'].join('') +
        ['0000', '0000', '0000', '0000a481', '03000000', '6e', '0100', '1000', '0000000001000000', '0000000001000000'].join(''),
    );
  });

  it('end with the zip64 records where a count, a size or an offset does not fit', () => {
    const end64 = ['504b0606', '2c00000000000000', '2d03', '2d00', '00000000', '00000000', 'ffff000000000000', 'ffff000000000000', '0a00000000000000', '0600000000000000'];
    const locator = ['504b0607', '00000000', '1000000000000000', '01000000'];
    const end = ['504b0506', '0000', '0000', 'ffff', 'ffff', '0a000000', '06000000', '0000'];
    expect(hex(endRecords(0xffff, 10, 6))).toBe([...end64, ...locator, ...end].join(''));
    expect(endRecords(1, 10, 2 ** 32).length).toBe(98);
    expect(endRecords(1, 0xffffffff, 6).length).toBe(98);
  });

  it('mark a folder as a folder', () => {
    const record = directoryRecord({ name: Buffer.from('data/'), size: 0, crc: 0, dosTime: 0 }, 0, 0);
    expect(record.readUInt32LE(38)).toBe(0x41ed0010);
  });

  it('write instants as UTC in steps of two seconds, and stay within the years that MS-DOS knows', () => {
    expect(dosTimeOf(time)).toBe(((44 << 25) | (7 << 21) | (30 << 16) | (23 << 11) | (59 << 5) | 29) >>> 0);
    expect(dosTimeOf('1970-01-01T00:00:00.000Z' as Instant)).toBe(dosTimeOf('1980-01-01T00:00:00.000Z' as Instant));
    expect(dosTimeOf('2150-01-01T00:00:00.000Z' as Instant)).toBe(dosTimeOf('2107-12-31T23:59:59.000Z' as Instant));
  });
});
