import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instant } from '../../../../src/contract/index.ts';
import { continuedInventory, DigestList, HeldDigestsCollector, nextInventory } from '../../../../src/core/ocfl/index.ts';
import type { DigestPath, NextVersion, VersionChange } from '../../../../src/core/ocfl/index.ts';
import { asStream, bytes, cut, digestOf, textOf } from './support.ts';

const created = '2026-11-21T09:00:00.000Z' as Instant;
const user = { address: 'urn:hms:key:00ff', name: 'Ann "A" Ō' };
const [A, B, C] = [digestOf('a'), digestOf('b'), digestOf('c')] as const;

type Files = Readonly<Record<string, string>>;

const inOrder = (pairs: Iterable<DigestPath>): DigestPath[] => [...pairs].sort((a, b) => (a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]) ? -1 : 1));

/** The change from one state to the next: `touched` are the names that a draft would speak of, those that stay as they are among them. */
function change(version: number, before: Files, after: Files, fresh: readonly string[], also: readonly string[] = []): VersionChange {
  const touched = new Set([...also, ...Object.keys(before).filter((path) => before[path] !== after[path]), ...Object.keys(after).filter((path) => before[path] !== after[path])]);
  return {
    id: 'hms:X',
    version,
    created,
    message: `Version ${String(version)}`,
    user,
    content: inOrder(fresh.map((content) => [digestOf(content), `v${String(version)}/content/${content}.bin`] as const)),
    files: inOrder(Object.keys(after).filter((path) => touched.has(path)).map((path) => [digestOf(after[path] ?? ''), path] as const)),
    isTouched: (path) => touched.has(path),
  };
}

function whole(version: number, after: Files, fresh: readonly string[]): NextVersion {
  return {
    id: 'hms:X',
    version,
    created,
    message: `Version ${String(version)}`,
    user,
    newContent: new Map(fresh.map((content) => [digestOf(content), [`v${String(version)}/content/${content}.bin`]])),
    state: new Map(Object.entries(after).map(([path, content]) => [path, digestOf(content)])),
  };
}

function continued(it: VersionChange, previous: string | null, at: readonly number[] = []): Promise<string> {
  return textOf(continuedInventory(it, previous === null ? null : () => asStream(cut(bytes(previous), at))));
}

const v1: Files = { 'b.csv': 'b', 'a/a.csv': 'a', 'copy of a': 'a' };
const first = (): Promise<string> => continued(change(1, {}, v1, ['a', 'b']), null);

it('a version told by its changes makes the same bytes as one told whole, through any history', async () => {
  const names = fc.constantFrom('a', 'B', 'folder/a', 'folder/b', 'CON', 'é', '😀', '\ufb01', '"quoted"', 'x y');
  const history = fc.array(fc.dictionary(names, fc.constantFrom('1', '2', '3', '4', '5', '6')), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(history, fc.array(names, { maxLength: 3 }), fc.array(fc.nat(3000), { maxLength: 5 }), async (states, also, at) => {
      let text: string | null = null;
      const stored = new Set<string>();
      for (const [index, files] of states.entries()) {
        const number = index + 1;
        const before = states[index - 1] ?? {};
        const fresh = [...new Set(Object.values(files))].filter((content) => !stored.has(content));
        for (const content of fresh) stored.add(content);
        const expected: string = await textOf(nextInventory({ ...whole(number, files, fresh), previous: text === null ? null : asStream([bytes(text)]) }));
        expect(await continued(change(number, before, files, fresh, also), text, at)).toBe(expected);
        text = expected;
      }
    }),
    { numRuns: 150 },
  );
});

describe('the next inventory of an object', () => {
  const v2: Files = { 'b.csv': 'b', 'c.csv': 'c' };
  const change2 = change(2, v1, v2, ['c']);

  it.each([
    ['cut short', (text: string) => text.slice(0, -3), 'not a good OCFL inventory (E033)'],
    ['of another object', (text: string) => text.replace('hms:X', 'hms:Y'), 'its "id" is "hms:Y", not "hms:X".'],
    ['with another head', (text: string) => text.replace('"head":"v1"', '"head":"v7"'), 'its "head" is "v7", not "v1".'],
    ['with a version too many', (text: string) => text.replace('"v1":', '"v1":{"created":"x","state":{}},"v2":'), 'it has 2 versions, not 1.'],
    ['with fixity', (text: string) => text.replace(/\}$/, ',"fixity":{"md5":{"00":["v1/content/a.bin"]}}}'), 'it has a fixity block, which this program would lose.'],
    ['with content of the new version', (text: string) => text.replace('v1/content/a', 'v2/content/a'), 'its manifest already has content of version 2.'],
    ['with content outside', (text: string) => text.replace('v1/content/a', '../content/a'), 'which is not inside the content of a version.'],
    ['with a digest in upper case', (text: string) => text.replace(A, A.toUpperCase()), 'which is not a sha256 digest in lower case.'],
    ['with a state digest that has no content', (text: string) => text.replace(`"state":{"${B}"`, `"state":{"${C}"`), `a version in it has a file with the digest ${C}, which its manifest does not list.`],
    ['with its manifest behind its versions', (text: string) => text.replace(/("manifest":.*),("versions":.*)\}$/, '$2,$1}'), 'its manifest is empty or stands behind its versions.'],
    ['whose manifest is not in order', (text: string) => text.replace(/"manifest":\{(.*?),("[0-9a-f]{64}":\[[^\]]*\])\}/, '"manifest":{$2,$1}'), 'its manifest is not in order at the digest'],
    ['with a digest that has no path', (text: string) => text.replace('["v1/content/b.bin"]', '[]'), 'its manifest lists a digest without a path.'],
    ['whose state is not in order', (text: string) => text.replace('["a/a.csv","copy of a"]', '["copy of a","a/a.csv"]'), 'the state of its newest version is not in order at "a/a.csv".'],
  ])('is refused where the one before is %s', async (_, spoil, sentence) => {
    const text = await first();
    const spoiled = spoil(text);
    expect(spoiled).not.toBe(text);
    await expect(continued(change2, spoiled)).rejects.toThrow('The inventory before this version cannot be used: ');
    await expect(continued(change2, spoiled)).rejects.toThrow(sentence);
  });

  it.each<[string, Partial<VersionChange>, string]>([
    ['an empty id', { id: '' }, 'An object needs an id.'],
    ['no message', { message: '' }, 'Version 2 has no message.'],
    ['no user', { user: { name: '', address: 'a:b' } }, 'Version 2 does not say who made it.'],
    ['version 0', { version: 0 }, '0 is not a version number.'],
    ['a file without content', { files: [[C, 'c.csv'], [digestOf('x'), 'x']].sort() as [string, string][] }, `The file "x" has the digest ${digestOf('x')}, for which there is no content.`],
    ['content without a file', { files: [] }, '1 of the new contents belong to no file of version 2.'],
    ['content in another version', { content: [[C, 'v1/content/c']] }, '"v1/content/c" is not a path inside the content of version 2.'],
    ['content that climbs out', { content: [[C, 'v2/content/../c']] }, '"v2/content/../c" is not a path inside the content of version 2.'],
    ['content listed twice', { content: [[C, 'v2/content/c'], [C, 'v2/content/c']] }, 'is not in its place: digests, and the paths of each, must ascend.'],
    ['a file name that climbs out', { files: [[C, '../c']] }, '"../c" is not a name that a file can have in a version.'],
    ['a digest that is none', { files: [['C', 'c']] }, 'The file "c" has the digest "C", which is not a sha256 digest in lower case.'],
    ['files that are not in order', { files: [[C, 'd'], [C, 'c']] }, '"c" of the digest'],
    ['a file that the version before has and that is not said to be touched', { files: [[B, 'b.csv'], [C, 'c.csv']].sort() as [string, string][], isTouched: () => false }, '"b.csv" of the digest'],
  ])('is refused with %s', async (_, part, sentence) => {
    await expect(continued({ ...change2, ...part }, await first())).rejects.toThrow(sentence);
  });

  it('is refused without the one before, and a first one with it', async () => {
    await expect(continued(change2, null)).rejects.toThrow('Version 2 needs the inventory of the version before it.');
    await expect(continued(change(1, {}, v1, ['a', 'b']), await first())).rejects.toThrow('Version 1 is the first one; there can be no inventory before it.');
  });

  it('comes in chunks of about 64 KiB, also where all that is new stands between two digests of the one before', async () => {
    const text = await first();
    const many = Array.from({ length: 20_000 }, (_, n) => [C, `file ${String(n).padStart(6, '0')}`] as const);
    const sizes: number[] = [];
    for await (const chunk of continuedInventory({ ...change2, files: many, isTouched: () => true }, () => asStream([bytes(text)]))) sizes.push(chunk.length);
    expect(Math.max(...sizes)).toBeLessThan(70_000);
    expect(sizes.length).toBe(5);
  });
});

describe('a list of digests', () => {
  it('answers as a set does, asked in any order', () => {
    const digests = fc.uniqueArray(fc.nat(2000).map((n) => digestOf(String(n))), { maxLength: 300 });
    fc.assert(
      fc.property(digests, fc.array(fc.nat(2000).map((n) => digestOf(String(n)))), (members, asked) => {
        const list = new DigestList();
        const sorted = [...members].sort();
        for (const digest of sorted) expect(list.add(digest)).toBe(true);
        if (sorted[0] !== undefined) expect(list.add(sorted[0])).toBe(false);
        expect([...list]).toEqual(sorted);
        expect(list.length).toBe(sorted.length);
        const cursor = list.cursor();
        for (const digest of asked) expect([list.has(digest), cursor(digest)]).toEqual([members.includes(digest), members.includes(digest)]);
        const again = list.cursor();
        for (const digest of [...asked].sort()) expect(again(digest)).toBe(members.includes(digest));
      }),
      { numRuns: 50 },
    );
  });
});

describe('the digests that an object holds', () => {
  const held = (text: string): ReturnType<HeldDigestsCollector['end']> => {
    const collector = new HeldDigestsCollector();
    for (const part of cut(bytes(text), [100, 200, 300])) collector.feed(part);
    return collector.end();
  };

  it('are those of its manifest', async () => {
    const result = held(await first());
    expect(result.ok && [...result.digests]).toEqual([A, B].sort());
  });

  it.each([
    ['cut short', (text: string) => text.slice(0, -1), 'E033'],
    ['with sha512', (text: string) => text.replace('"sha256"', '"sha512"'), 'E025'],
    ['with a path that leads out', (text: string) => text.replace('v1/content/a', 'v1/../../a'), 'E099'],
    ['with a digest in upper case', (text: string) => text.replaceAll(A, A.toUpperCase()), 'E030'],
  ])('are not told of an inventory %s', async (_, spoil, code) => {
    const result = held(spoil(await first()));
    expect(result.ok ? [] : result.findings.map((finding) => finding.code)).toContain(code);
  });
});
