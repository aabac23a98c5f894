import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { LogicalPath } from '../../../../src/contract/index.ts';
import { ContentPathMapper, encodeSegment, MAX_CONTENT_PATH_BYTES, MAX_SEGMENT_BYTES } from '../../../../src/core/ocfl/index.ts';
import { digestOf, sha256 } from './support.ts';

const hex = (text: string, count: number): string => digestOf(text).slice(0, count);
const mapAll = (paths: readonly string[]): string[] => {
  const mapper = new ContentPathMapper(sha256);
  return paths.map((path) => mapper.map(LogicalPath.parse(path)));
};
const fold = (text: string): string => text.normalize('NFC').toUpperCase().toLowerCase();
const size = (text: string): number => Buffer.byteLength(text);

/** As Windows documents its file names, up to Windows 10: device names also before a dot, spaces before the dot ignored. */
const illegal = /[<>:"\\|?*\u0000-\u001f]|[. ]$/;
const device = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$) *(\.|$)/i;

function expectPortable(paths: readonly string[]): void {
  const folders = new Set<string>();
  for (const path of paths) {
    expect(path.isWellFormed()).toBe(true);
    expect(size(path)).toBeLessThanOrEqual(MAX_CONTENT_PATH_BYTES);
    const segments = path.split('/');
    for (const segment of segments) {
      expect(segment).not.toBe('');
      expect(segment).not.toMatch(illegal);
      expect(segment).not.toMatch(device);
      expect(size(segment)).toBeLessThanOrEqual(MAX_SEGMENT_BYTES);
    }
    for (let depth = 1; depth < segments.length; depth += 1) folders.add(segments.slice(0, depth).join('/'));
  }
  const files = paths.map(fold);
  expect(new Set(files).size).toBe(paths.length);
  // One spelling for each folder, and none of them is also a file, whatever the file system ignores.
  expect(new Set([...folders].map(fold)).size).toBe(folders.size);
  for (const folder of folders) expect(files).not.toContain(fold(folder));
}

describe('a segment that is written portably', () => {
  it.each([
    ['plain-name_1.csv', 'plain-name_1.csv'],
    ['a<b>c:d"e\\f|g?h*i', 'a%3Cb%3Ec%3Ad%22e%5Cf%7Cg%3Fh%2Ai'],
    ['100%', '100%25'],
    ['%41', '%2541'],
    ['tab\there', 'tab%09here'],
    ['del\u007f\u0085', 'del%7F%C2%85'],
    ['dot.', 'dot%2E'],
    ['dots..', 'dots.%2E'],
    ['...', '..%2E'],
    ['space ', 'space%20'],
    [' ', '%20'],
    ['CON', '%43ON'],
    ['con', '%63on'],
    ['aux.txt', '%61ux.txt'],
    ['NUL.tar.gz', '%4EUL.tar.gz'],
    ['Com1', '%43om1'],
    ['COM¹.log', '%43OM¹.log'],
    ['lpt0', '%6Cpt0'],
    ['CONIN$', '%43ONIN$'],
    ['CLOCK$.x', '%43LOCK$.x'],
    ['PRN .txt', '%50RN .txt'],
    ['nul ', '%6Eul%20'],
    ['aux.', '%61ux%2E'],
    ['console', 'console'],
    ['COM10', 'COM10'],
    ['.con', '.con'],
    ['xcon.txt', 'xcon.txt'],
    ['é', 'é'],
    ['e\u0301', 'e\u0301'],
    ['😀', '😀'],
    ['\ufffd', '\ufffd'],
    ['\ud800x', '%EF%BF%BDx'],
  ])('%j becomes %j', (segment, written) => {
    expect(encodeSegment(segment)).toBe(written);
  });

  it('never is the same for two segments', () => {
    const piece = fc.constantFrom('%', '%25', '4', '3', 'C', 'ON', 'con', ':', '%3A', '.', ' ', '%2E', '😀');
    const segment = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''));
    fc.assert(fc.property(segment, segment, (a, b) => void expect(encodeSegment(a) === encodeSegment(b)).toBe(a === b)), { numRuns: 2000 });
  });

  it('takes a name of a million spaces in its stride', () => {
    expect(encodeSegment(`${' '.repeat(1_000_000)}x`)).toHaveLength(1_000_001);
  });
});

describe('the content path of a file', () => {
  it.each([
    ['stays as it is', ['data/2024/sensor A.csv'], ['data/2024/sensor A.csv']],
    ['is portable in every segment', ['CON/aux.txt', 'a:b/c.'], ['%43ON/%61ux.txt', 'a%3Ab/c%2E']],
    ['is its own again when asked again', ['a', 'A', 'a', 'A'], ['a', `A~${hex('A', 8)}`, 'a', `A~${hex('A', 8)}`]],
    ['tells twins by case apart, the first keeps its name', ['x/Photo.JPG', 'x/photo.jpg'], ['x/Photo.JPG', `x/photo.jpg~${hex('x/photo.jpg', 8)}`]],
    ['tells twins by normalization apart', ['\u00e9.txt', 'e\u0301.txt'], ['\u00e9.txt', `e\u0301.txt~${hex('e\u0301.txt', 8)}`]],
    ['tells ß and SS apart', ['straße', 'STRASSE'], ['straße', `STRASSE~${hex('STRASSE', 8)}`]],
    ['lets twins in different folders be', ['a/x', 'b/X'], ['a/x', 'b/X']],
    [
      'tells folders apart, and keeps the files of one together',
      ['Foo/1', 'foo/1', 'Foo/2', 'foo/2'],
      ['Foo/1', `foo~${hex('foo', 8)}/1`, 'Foo/2', `foo~${hex('foo', 8)}/2`],
    ],
    ['tells a file from a folder of other case', ['A', 'a/x'], ['A', `a~${hex('a', 8)}/x`]],
    ['tells a folder from a file of the same name', ['a/x', 'a'], ['a/x', `a~${hex('a', 8)}`]],
    [
      'gives way to a file that is really called so',
      [`b~${hex('b', 8)}`, 'B', 'b'],
      [`b~${hex('b', 8)}`, 'B', `b~${hex('b\u00001', 8)}`],
    ],
    [
      'gives way again and again',
      [`b~${hex('b', 8)}`, `b~${hex('b\u00001', 8)}`, 'B', 'b'],
      [`b~${hex('b', 8)}`, `b~${hex('b\u00001', 8)}`, 'B', `b~${hex('b\u00002', 8)}`],
    ],
    ['keeps a segment of 100 bytes', ['x'.repeat(100)], ['x'.repeat(100)]],
    ['shortens a segment of 101 bytes', ['x'.repeat(101)], [`${'x'.repeat(60)}~${hex('x'.repeat(101), 16)}`]],
    ['counts what it has encoded', [':'.repeat(34)], [`${'%3A'.repeat(20)}~${hex(':'.repeat(34), 16)}`]],
    ['cuts off a dot or a space before the mark', [`${'x'.repeat(58)}. ${'y'.repeat(50)}`], [`${'x'.repeat(58)}~${hex(`${'x'.repeat(58)}. ${'y'.repeat(50)}`, 16)}`]],
    ['keeps 60 characters of two bytes only as far as 100 bytes', ['é'.repeat(60)], [`${'é'.repeat(50)}~${hex('é'.repeat(60), 16)}`]],
    ['never cuts a character in two', ['😀'.repeat(30)], [`${'😀'.repeat(25)}~${hex('😀'.repeat(30), 16)}`]],
    ['keeps a whole of 180 bytes', [`${'x'.repeat(90)}/${'y'.repeat(89)}`], [`${'x'.repeat(90)}/${'y'.repeat(89)}`]],
    [
      'replaces a whole of 181 bytes by one segment',
      [`${'x'.repeat(50)}/${'y'.repeat(40)}/${'z'.repeat(89)}`],
      [`${'x'.repeat(50)}_${'y'.repeat(9)}~${hex(`${'x'.repeat(50)}/${'y'.repeat(40)}/${'z'.repeat(89)}`, 16)}`],
    ],
  ])('%s', (_name, logical, content) => {
    expect(mapAll(logical)).toEqual(content);
    expectPortable([...new Set(content)]);
  });

  it('is found again by its hash with a tool that anyone has', () => {
    // printf 'x/photo.jpg' | sha256sum
    expect(mapAll(['x/Photo.JPG', 'x/photo.jpg'])[1]).toBe('x/photo.jpg~a4b8dcc0');
  });
});

describe('names that are already there', () => {
  const mapperWith = (...existing: readonly string[]): ContentPathMapper => {
    const mapper = new ContentPathMapper(sha256);
    for (const path of existing) mapper.reserve(path);
    return mapper;
  };
  const mapOne = (mapper: ContentPathMapper, path: string): string => mapper.map(LogicalPath.parse(path));

  it('are not given again, not even to the same file', () => {
    const mapper = mapperWith('x/a', 'B');
    expect(mapOne(mapper, 'x/a')).toBe(`x/a~${hex('x/a', 8)}`);
    expect(mapOne(mapper, 'x/A')).toBe(`x/A~${hex('x/A', 8)}`);
    expect(mapOne(mapper, 'b')).toBe(`b~${hex('b', 8)}`);
    expect(mapOne(mapper, 'b/c')).toBe(`b~${hex('b\u00001', 8)}/c`);
  });

  it('make room for a second content of a file that was mapped in this run', () => {
    const mapper = mapperWith();
    const first = mapOne(mapper, 'a');
    mapper.reserve(first);
    const second = mapOne(mapper, 'a');
    mapper.reserve(second);
    expect([first, second, mapOne(mapper, 'a')]).toEqual(['a', `a~${hex('a', 8)}`, `a~${hex('a\u00001', 8)}`]);
  });

  it('share their folders with what comes', () => {
    const mapper = mapperWith('Foo/1', `foo~${hex('foo', 8)}/1`);
    expect(mapOne(mapper, 'Foo/2')).toBe('Foo/2');
    expect(mapOne(mapper, 'foo/2')).toBe(`foo~${hex('foo', 8)}/2`);
    expect(mapOne(mapper, 'FOO/2')).toBe(`FOO~${hex('FOO', 8)}/2`);
  });

  it('stay known when a file is taken with the name of a folder', () => {
    const mapper = mapperWith('a/x', 'A', 'a/y');
    expect(mapOne(mapper, 'a/y')).toBe(`a/y~${hex('a/y', 8)}`);
    expect(mapOne(mapper, 'a')).toBe(`a~${hex('a', 8)}`);
  });
});

describe('any names whatever', () => {
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('a', 'A', 'b', 'é', 'e\u0301', 'É', 'ß', 'SS', 'ss', 'ﬁ', 'fi', 'İ', 'i̇', 'ǆ', 'ǅ', '😀', '.', ' ', '%', '%2E', ':', '~', '\u0001', '\u0085') },
    { weight: 2, arbitrary: fc.constantFrom('CON', 'con', 'aux', 'NUL', 'COM1', 'lpt¹', 'CLOCK$', '.txt', '.tar.gz', `~${hex('a', 8)}`, `~${hex('A', 8)}`) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
    { weight: 1, arbitrary: fc.constantFrom('x'.repeat(55), 'X'.repeat(55), 'é'.repeat(60), '😀'.repeat(80), '%'.repeat(33), 'y'.repeat(300)) },
  );
  const segment = fc.array(piece, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join(''));
  const path = fc
    .array(segment, { minLength: 1, maxLength: 4 })
    .map((segments) => segments.join('/'))
    .filter((text) => LogicalPath.safeParse(text).success);
  const paths = fc.uniqueArray(path, { minLength: 1, maxLength: 30 });

  it('get portable paths that differ on every file system, the same ones each time', () => {
    fc.assert(
      fc.property(paths, (logical) => {
        const content = mapAll(logical);
        expectPortable(content);
        expect(mapAll(logical)).toEqual(content);
        expect(mapAll([...logical, ...logical]).slice(logical.length)).toEqual(content);
      }),
      { numRuns: 500 },
    );
  });

  it('stay apart from all that earlier processes stored', () => {
    fc.assert(
      fc.property(paths, paths, (earlier, later) => {
        const stored = mapAll(earlier);
        const mapper = new ContentPathMapper(sha256);
        for (const name of stored) mapper.reserve(name);
        expectPortable([...stored, ...later.map((name) => mapper.map(LogicalPath.parse(name)))]);
      }),
      { numRuns: 500 },
    );
  });

  it('reach the longest segment and no longer one', () => {
    const long = 'é'.repeat(200);
    const [first, second] = mapAll([long, `${long.slice(1)}e\u0301`]);
    expect([size(first ?? ''), size(second ?? '')]).toEqual([117, 117]);
    const twin = new ContentPathMapper(sha256);
    twin.reserve(first ?? '');
    expect(size(twin.map(LogicalPath.parse(long)))).toBe(MAX_SEGMENT_BYTES);
  });
});
