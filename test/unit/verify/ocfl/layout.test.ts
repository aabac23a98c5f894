import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { layoutOf } from '../../../../src/verify/ocfl/layout.ts';

const sha = (id: string): string => createHash('sha256').update(id).digest('hex');
const md5 = (id: string): string => createHash('md5').update(id).digest('hex');

function place(extension: string, config: Record<string, unknown>, id: string): string | null | undefined {
  return layoutOf(extension, config)?.(id);
}

// Expected places follow from the procedures in the extensions' texts.
describe('the place of an object by its id', () => {
  it('0002: the id itself', () => {
    expect(place('0002-flat-direct-storage-layout', {}, 'a b/c')).toBe('a b/c');
  });

  it('0003: tuples of the hash, and the encoded id', () => {
    const name = '0003-hash-and-id-n-tuple-storage-layout';
    const long = 'abcdefghij'.repeat(10);
    expect(place(name, {}, 'x-1')).toBe(`${sha('x-1').slice(0, 3)}/${sha('x-1').slice(3, 6)}/${sha('x-1').slice(6, 9)}/x-1`);
    expect(place(name, { tupleSize: 0, numberOfTuples: 0 }, '..è/:$')).toBe('%2e%2e%c3%a8%2f%3a%24');
    expect(place(name, { tupleSize: 0, numberOfTuples: 0 }, long)).toBe(long);
    expect(place(name, { tupleSize: 0, numberOfTuples: 0 }, `${long}a`)).toBe(`${long}-${sha(`${long}a`)}`);
    expect(place(name, { digestAlgorithm: 'md5', tupleSize: 2, numberOfTuples: 1 }, 'x')).toBe(`${md5('x').slice(0, 2)}/x`);
  });

  it('0004: tuples of the hash, and the hash or what is left of it', () => {
    const name = '0004-hashed-n-tuple-storage-layout';
    const hash = sha('x');
    expect(place(name, {}, 'x')).toBe(`${hash.slice(0, 3)}/${hash.slice(3, 6)}/${hash.slice(6, 9)}/${hash}`);
    expect(place(name, { shortObjectRoot: true, tupleSize: 2, numberOfTuples: 2 }, 'x')).toBe(`${hash.slice(0, 2)}/${hash.slice(2, 4)}/${hash.slice(4)}`);
  });

  it('0006: what follows the last delimiter', () => {
    const name = '0006-flat-omit-prefix-storage-layout';
    expect(place(name, { delimiter: ':' }, 'urn:uuid:6e8b')).toBe('6e8b');
    expect(place(name, { delimiter: 'EDU/' }, 'https://a.edu/b/edu/c.05')).toBe('c.05');
    expect(place(name, { delimiter: ':' }, 'plain')).toBe('plain');
    expect(place(name, { delimiter: ':' }, 'ends:')).toBeNull();
    expect(place(name, {}, 'x')).toBeUndefined();
  });

  it('0007: tuples of what follows the last delimiter, padded and turned round as asked', () => {
    const name = '0007-n-tuple-omit-prefix-storage-layout';
    expect(place(name, { tupleSize: 4, numberOfTuples: 2, reverseObjectRoot: true }, 'ns:12345678')).toBe('8765/4321/12345678');
    expect(place(name, { tupleSize: 4, numberOfTuples: 2, reverseObjectRoot: true }, 'abc123')).toBe('321c/ba00/abc123');
    expect(place(name, { delimiter: 'edu/', zeroPadding: 'right' }, 'https://a.edu/12345')).toBe('123/450/000/12345');
    expect(place(name, {}, 'ns:é')).toBeNull();
  });

  it('0010: tuples of different sizes', () => {
    const name = '0010-differential-n-tuple-omit-prefix-storage-layout';
    expect(place(name, {}, 'druid:ab123cd4567')).toBe('ab/123/cd/4567');
    expect(place(name, { tupleSegmentSizes: [3, 4], fullIdentifierAsObjectRoot: true }, 'x:1234567')).toBe('123/4567/1234567');
    expect(place(name, {}, 'too-short')).toBeNull();
  });

  it('0012: as 0003, without what comes before the last of several delimiters', () => {
    const name = '0012-hash-and-no-prefix-id-n-tuple-storage-layout';
    const none = { tupleSize: 0, numberOfTuples: 0 };
    expect(place(name, { ...none, delimiters: ['/', ':'] }, 'ab/cd:ef')).toBe('ef');
    expect(place(name, { ...none, delimiters: ['d'] }, 'abcd')).toBe('abcd');
    expect(place(name, { ...none, delimiters: ['c', 'd'] }, 'abcd')).toBe('d');
    expect(place(name, { ...none, delimiters: ['d'] }, 'abcdd')).toBe('d');
    expect(place(name, none, 'a:b')).toBe('a%3ab');
    expect(place(name, { delimiters: [':'] }, 'p:x')).toBe(`${sha('x').slice(0, 3)}/${sha('x').slice(3, 6)}/${sha('x').slice(6, 9)}/x`);
  });

  it.each([
    ['0003-hash-and-id-n-tuple-storage-layout', { tupleSize: 3, numberOfTuples: 0 }],
    ['0003-hash-and-id-n-tuple-storage-layout', { tupleSize: 32, numberOfTuples: 3 }],
    ['0003-hash-and-id-n-tuple-storage-layout', { tupleSize: '3' }],
    ['0003-hash-and-id-n-tuple-storage-layout', { digestAlgorithm: 'crc32' }],
    ['0004-hashed-n-tuple-storage-layout', { shortObjectRoot: 'yes' }],
    ['0006-flat-omit-prefix-storage-layout', { delimiter: '' }],
    ['0007-n-tuple-omit-prefix-storage-layout', { zeroPadding: 'middle' }],
    ['0010-differential-n-tuple-omit-prefix-storage-layout', { tupleSegmentSizes: [0] }],
    ['0012-hash-and-no-prefix-id-n-tuple-storage-layout', { delimiters: ':' }],
    ['0011-direct-clean-path-layout', {}],
    ['constructor', {}],
  ])('%s with %j cannot be computed', (extension, config) => {
    expect(layoutOf(extension, config)).toBeNull();
  });
});
