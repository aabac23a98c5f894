import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { algorithmIndex, Digester, digestOffset, digestsLength, digestsOf, digestText, parseDigest } from '../../../../src/verify/ocfl/digests.ts';
import { PathSet } from '../../../../src/verify/ocfl/inventory/path-set.ts';
import { PrintTable } from '../../../../src/verify/ocfl/inventory/print-table.ts';
import { Printer } from '../../../../src/verify/ocfl/inventory/printer.ts';
import { recordAt, RecordBlocks, recordsIn } from '../../../../src/verify/ocfl/inventory/records.ts';
import { isInstant, isUri } from '../../../../src/verify/ocfl/inventory/texts.ts';

describe('digests', () => {
  // The beginnings of the digests of nothing that OCFL 1.1 section 3.4 and extension 0009 give.
  it.each([
    ['md5', 'd41d8cd98f00b204e9800998ecf8427e'],
    ['sha1', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    ['sha256', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4'],
    ['sha512', 'cf83e1357eefb8bdf1542850d66d8007d620e405'],
    ['blake2b-512', '786a02f742015903c6c6fd852552d272912f4740'],
    ['blake2b-160', '3345524abf6bbe1809449224b5972c41790b6cf2'],
    ['blake2b-256', '0e5751c026e543b2e8ab2eb06099daa1d1e5df47'],
    ['blake2b-384', 'b32811423377f52d7862286ee1a72ee540524380'],
    ['sha512/256', 'c672b8d1ef56ed28ab87c3622c5114069bdd3ad7'],
    ['size', '0'],
  ])('%s of nothing', (name, start) => {
    const index = algorithmIndex(name);
    expect(digestText(index, digestsOf(1 << index, new Uint8Array(0))).startsWith(start)).toBe(true);
    expect(digestText(index, new Digester(1 << index).finish()).startsWith(start)).toBe(true);
  });

  it('come one after the other, and are the same in pieces and at once', () => {
    const bytes = Buffer.from('some bytes that come in pieces');
    const mask = 0b1111111111;
    const all = digestsOf(mask, bytes);
    const pieces = new Digester(mask);
    for (let at = 0; at < bytes.length; at += 7) pieces.update(bytes.subarray(at, at + 7));
    expect(pieces.finish()).toEqual(all);
    expect(all.length).toBe(digestsLength(mask));
    const sha1 = algorithmIndex('sha1');
    const from = digestOffset(mask, sha1);
    expect(all.subarray(from, from + 20).toString('hex')).toBe(createHash('sha1').update(bytes).digest('hex'));
    expect(digestText(algorithmIndex('size'), all.subarray(digestOffset(mask, algorithmIndex('size'))))).toBe('30');
  });

  it('are read in either case, and only in their own length', () => {
    const md5 = algorithmIndex('md5');
    expect(parseDigest(md5, 'AB'.repeat(16))?.toString('hex')).toBe('ab'.repeat(16));
    for (const text of ['ab'.repeat(15), 'ab'.repeat(17), `${'ab'.repeat(15)}zz`, '', ` ${'ab'.repeat(16)}`]) expect(parseDigest(md5, text)).toBeNull();
    for (const text of ['01', '-1', '1.0', '', '1e3', '99999999999999999999']) expect(parseDigest(algorithmIndex('size'), text)).toBeNull();
  });
});

describe('prints', () => {
  // HalfSipHash-2-4, 64 bits, key 00 01 … 07, of the bytes 00 01 02 …: the published vectors of even length.
  it.each([
    [0, '218d1f59b9b83cc8'],
    [2, '064f39ef7c50eb57'],
    [4, 'd5e78a175be52ea1'],
    [6, 'ce3e91358aa2bc25'],
    [8, 'edfee820bce4858c'],
    [12, '7bc71f9faef5c799'],
  ])('of %i bytes are those of the published vectors', (length, expected) => {
    const printer = new Printer([0x03020100, 0x07060504]);
    const text = Array.from({ length: length / 2 }, (_, i) => String.fromCharCode((i * 2) | ((i * 2 + 1) << 8))).join('');
    printer.text(`${text}more`, length / 2);
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32LE(printer.a, 0);
    bytes.writeUInt32LE(printer.b, 4);
    expect(bytes.toString('hex')).toBe(expected);
  });

  it('of pairs are those of the eight units that they are', () => {
    const printer = new Printer([7, 9]);
    printer.pair(0x00420041, 0x00440043, 0x00460045, 0x00480047);
    const [a, b] = [printer.a, printer.b];
    printer.text('ABCDEFGH');
    expect([printer.a, printer.b]).toEqual([a, b]);
  });

  it('are numbered as a map would number them', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 3 }))), (prints) => {
      const table = new PrintTable();
      const known = new Map<string, number>();
      for (const [a, b] of prints) {
        const before = known.get(`${String(a)} ${String(b)}`);
        expect(table.find(a, b)).toBe(before ?? -1);
        expect(table.add(a, b)).toBe(before === undefined ? known.size : -1 - before);
        if (before === undefined) known.set(`${String(a)} ${String(b)}`, known.size);
      }
      expect(table.length).toBe(known.size);
    }));
  });

  it('show which paths cannot be files together', () => {
    const path = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    fc.assert(fc.property(fc.array(path, { maxLength: 12 }), (paths) => {
      const set = new PathSet(new Printer([1, 2]));
      const found = paths.map((one) => set.add(one));
      // A folder that clashes is told once, not for every file in it.
      const conflicts = paths.some((one) => paths.some((other) => one.startsWith(`${other}/`)));
      expect(found.includes('conflict') || paths.some((one, index) => found[index] === 'twice' && paths.some((other) => other.startsWith(`${one}/`)))).toBe(conflicts);
      paths.forEach((one, index) => {
        expect(found[index] === 'twice').toBe(paths.slice(0, index).includes(one));
      });
    }));
  });
});

it('records come back as they were added', () => {
  fc.assert(fc.property(fc.array(fc.record({ a: fc.nat(), b: fc.nat(), bytes: fc.uint8Array({ maxLength: 64 }), text: fc.string({ unit: 'grapheme', maxLength: 40 }) })), (records) => {
    const blocks = new RecordBlocks();
    for (const { a, b, bytes, text } of records) blocks.add(a, b, Buffer.from(bytes).toString('hex'), text);
    const taken = blocks.take();
    const found = [...recordsIn(taken)];
    expect(found.map(({ record }) => ({ a: record.a, b: record.b, bytes: Uint8Array.from(record.bytes), text: record.text() }))).toEqual(records.map((record) => ({ ...record, bytes: Uint8Array.from(record.bytes) })));
    for (const { record, block, at } of found) expect(recordAt(taken[block] ?? new Uint8Array(0), at).text()).toBe(record.text());
  }));
});

describe('texts', () => {
  it.each(['2024-07-30T12:00:00Z', '2024-02-29T00:00:00.5+14:00', '2000-02-29t23:59:60z', '1999-12-31T23:59:59-23:59'])('%s is a time', (text) => {
    expect(isInstant(text)).toBe(true);
  });
  it.each(['', '2024-07-30', '2024-07-30 12:00:00Z', '2024-7-30T12:00:00Z', '1900-02-29T00:00:00Z', '2024-04-31T00:00:00Z', '2024-13-01T00:00:00Z', '2024-00-01T00:00:00Z', '2024-07-30T24:00:00Z', '2024-07-30T12:60:00Z', '2024-07-30T12:00:61Z', '2024-07-30T12:00:00+24:00', '2024-07-30T12:00:00', '2024-07-30T12:00:00Z\n'])('%j is none', (text) => {
    expect(isInstant(text)).toBe(false);
  });
  it.each(['urn:uuid:1', 'https://orcid.org/0000-0001', 'mailto:a@b', 'ark:/12345/x', 'info:a%20b'])('%s is a URI', (text) => {
    expect(isUri(text)).toBe(true);
  });
  it.each(['', 'plain', ':x', '1a:b', 'urn:', 'urn:a b', 'urn:ä', 'a%zz:b', 'urn:%zz'])('%j is none', (text) => {
    expect(isUri(text)).toBe(false);
  });
});
