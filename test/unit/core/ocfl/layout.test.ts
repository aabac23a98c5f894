import { describe, expect, it } from 'vitest';
import {
  LAYOUT_CONFIG,
  OBJECT_DECLARATION,
  objectPath,
  ROOT_DECLARATION,
  ROOT_LAYOUT,
  sidecarText,
  STORAGE_ROOT_FILES,
} from '../../../../src/core/ocfl/index.ts';
import { sha256 } from './support.ts';

const published = { tupleSize: 3, numberOfTuples: 3 };

describe('the folder of an object (OCFL extension 0003)', () => {
  it.each([
    ['object-01', '3c0/ff4/240/object-01'],
    ['..hor/rib:le-$id', '487/326/d8c/%2e%2ehor%2frib%3ale-%24id'],
    ['..Hor/rib:lè-$id', '373/529/21a/%2e%2eHor%2frib%3al%c3%a8-%24id'],
    [
      'abcdefghij'.repeat(26),
      `55b/432/806/${'abcdefghij'.repeat(10)}-55b432806f4e270da0cf23815ed338742179002153cd8d896f23b3e2d8a14359`,
    ],
    [
      `${'abcdefghij'.repeat(10)}a`,
      `5cc/73e/648/${'abcdefghij'.repeat(10)}-5cc73e648fbcff136510e330871180922ddacf193b68fdeff855683a01464220`,
    ],
  ])('of %s is the one that the extension publishes', (id, path) => {
    expect(objectPath(sha256, id, published)).toBe(path);
  });

  it('is the encoded id alone without tuples', () => {
    expect(objectPath(sha256, '..hor/rib:le-$id', { tupleSize: 0, numberOfTuples: 0 })).toBe('%2e%2ehor%2frib%3ale-%24id');
  });

  it('lies under two folders of two digits in our stores', () => {
    expect(objectPath(sha256, 'object-01')).toBe('3c/0f/object-01');
    expect(objectPath(sha256, 'hms:WF-2024-07')).toMatch(/^[0-9a-f]{2}\/[0-9a-f]{2}\/hms%3aWF-2024-07$/);
  });

  it('keeps an id of exactly 100 encoded characters, and cuts a character in the middle of its encoding', () => {
    expect(objectPath(sha256, 'x'.repeat(100)).split('/').at(-1)).toBe('x'.repeat(100));
    expect(objectPath(sha256, `${'x'.repeat(98)}é`).split('/').at(-1)).toMatch(/^x{98}%c-[0-9a-f]{64}$/);
  });

  it('is never longer than 165 characters in its last part', () => {
    expect(objectPath(sha256, '😀'.repeat(500)).split('/').at(-1)).toHaveLength(165);
  });

  it.each([
    { tupleSize: 0, numberOfTuples: 2 },
    { tupleSize: 2, numberOfTuples: 0 },
    { tupleSize: 5, numberOfTuples: 13 },
  ])('refuses a layout that the extension does not allow: %j', (layout) => {
    expect(() => objectPath(sha256, 'a', layout)).toThrow(RangeError);
  });
});

describe('the fixed files of a storage root', () => {
  it('are these bytes', () => {
    expect(ROOT_DECLARATION).toEqual({ name: '0=ocfl_1.1', text: 'ocfl_1.1\n' });
    expect(OBJECT_DECLARATION).toEqual({ name: '0=ocfl_object_1.1', text: 'ocfl_object_1.1\n' });
    expect(LAYOUT_CONFIG).toEqual({
      name: 'extensions/0003-hash-and-id-n-tuple-storage-layout/config.json',
      text: '{"digestAlgorithm":"sha256","extensionName":"0003-hash-and-id-n-tuple-storage-layout","numberOfTuples":2,"tupleSize":2}\n',
    });
    expect(sidecarText('ab12')).toBe('ab12 inventory.json\n');
  });

  it('name the layout with a description in words', () => {
    const layout: unknown = JSON.parse(ROOT_LAYOUT.text);
    expect(layout).toEqual({ extension: '0003-hash-and-id-n-tuple-storage-layout', description: expect.stringMatching(/SHA-256/) });
  });

  it('end with the declaration', () => {
    expect(STORAGE_ROOT_FILES.map((file) => file.name)).toEqual([LAYOUT_CONFIG.name, 'ocfl_layout.json', '0=ocfl_1.1']);
  });
});
