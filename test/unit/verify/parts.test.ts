import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvReader } from '../../../src/verify/package/csv.ts';
import { derList, DerError, derOf, isSorted, oidText } from '../../../src/verify/package/der.ts';
import { DigestList, Marks, PathTable, RecordList, recordsOf } from '../../../src/verify/workers/compact.ts';

const hexOf = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('compact lists', () => {
  it('a table numbers paths like a map does', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 6 }), { maxLength: 300 }), (paths) => {
        const table = new PathTable();
        const map = new Map<string, number>();
        for (const path of paths) {
          const isNew = !map.has(path);
          if (isNew) map.set(path, map.size);
          expect(table.add(path)).toBe(isNew ? map.get(path) : null);
        }
        for (const [path, index] of map) expect(table.find(path)).toBe(index);
        expect(table.find('never there')).toBe(null);
        expect(table.length).toBe(map.size);
      }),
    );
  });

  it('digests and records come back as they were put in, over block borders too', () => {
    const digests = new DigestList();
    const records = new RecordList();
    const texts = Array.from({ length: 9000 }, (_, i) => `v1/content/${'ä'.repeat(i % 40)}${String(i)}`);
    for (const text of texts) {
      digests.push(hexOf(text));
      records.add(hexOf(text), text);
    }
    records.add(hexOf('long'), 'x'.repeat(1_000_000));
    const read = [...recordsOf(records.take())].map(({ digest, text }) => ({ digest: Buffer.from(digest).toString('hex'), text }));
    expect(read).toEqual([...texts.map((text) => ({ digest: hexOf(text), text })), { digest: hexOf('long'), text: 'x'.repeat(1_000_000) }]);
    expect(digests.hexAt(8999)).toBe(hexOf(texts[8999] ?? ''));
    expect(Buffer.from(digests.toBytes()).equals(Buffer.concat(texts.map((text) => Buffer.from(hexOf(text), 'hex'))))).toBe(true);
    expect(() => digests.at(9000)).toThrow(RangeError);
  });

  it('marks are 0 until they are set', () => {
    const marks = new Marks();
    marks.set(5000, 2);
    expect([marks.get(5000), marks.get(4999), marks.get(1_000_000)]).toEqual([2, 0, 0]);
  });
});

describe('CSV', () => {
  const field = fc.string({ unit: fc.constantFrom('a', 'ü', '"', ',', '\r', '\n', ' ', '=') , maxLength: 5 });
  it('gives back every record, wherever the text is cut into pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 7 }), fc.boolean(), (records, step, crlf) => {
        const text = records.map((fields) => fields.map((value) => (/[",\r\n]|^ | $/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(',') + (crlf ? '\r\n' : '\n')).join('');
        const read: string[][] = [];
        const csv = new CsvReader((fields) => read.push(fields));
        for (let at = 0; at < text.length; at += step) csv.feed(text.slice(at, at + step));
        csv.end();
        expect(read).toEqual(records);
      }),
    );
  });

  it('takes a last record without a line end', () => {
    const read: string[][] = [];
    const csv = new CsvReader((fields) => read.push(fields));
    csv.feed('a,b\nc,');
    csv.end();
    expect(read).toEqual([['a', 'b'], ['c', '']]);
  });
});

describe('DER', () => {
  const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
  it('takes one way of writing only', () => {
    expect(derOf(bytes('0203010001')).content).toEqual(bytes('010001'));
    for (const [hex, why] of [
      ['02030100', 'a value is cut off'],
      ['020301000100', 'bytes follow the end'],
      ['3080020101 0000'.replaceAll(' ', ''), 'a length is indefinite or too long'],
      ['028101ff', 'a length is padded'],
      ['02820001ff', 'a length is padded'],
      ['1f8101 01 00'.replaceAll(' ', ''), 'a tag is longer than one byte'],
      ['', 'a value is cut off'],
    ]) {
      expect(() => derOf(bytes(hex ?? ''))).toThrow(new DerError(why));
    }
  });

  it('never throws anything but DerError, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (data) => {
        try {
          for (const value of derList(data)) if (value.tag === 6) oidText(value, 'it');
        } catch (error) {
          expect(error).toBeInstanceOf(DerError);
        }
      }),
    );
  });

  it('reads object identifiers and knows the order of a set', () => {
    expect(oidText(derOf(bytes('06092a864886f70d010702')), 'it')).toBe('1.2.840.113549.1.7.2');
    expect(oidText(derOf(bytes('0603883703')), 'it')).toBe('2.999.3');
    for (const hex of ['06022a80', '06032a8001', '0600']) expect(() => oidText(derOf(bytes(hex)), 'it')).toThrow(DerError);
    expect(isSorted(derList(bytes('020101020102')))).toBe(true);
    expect(isSorted(derList(bytes('020102020101')))).toBe(false);
    expect(isSorted(derList(bytes('020101020101')))).toBe(false);
  });
});
