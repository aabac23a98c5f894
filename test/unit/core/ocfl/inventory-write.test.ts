import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Instant } from '../../../../src/contract/index.ts';
import { HeadStateCollector, InventoryRewriter, inventoryText, nextInventory, type NextVersion } from '../../../../src/core/ocfl/index.ts';
import { asStream, bytes, cut, digestOf, textOf } from './support.ts';

const schemaFile = fileURLToPath(new URL('../../../../../shared/schemas/ocfl-1.1-inventory_schema.json', import.meta.url));

function schema(): ValidateFunction | null {
  if (!existsSync(schemaFile)) return null;
  const ajv = new Ajv({ allErrors: true });
  addFormats.default(ajv);
  return ajv.compile(JSON.parse(readFileSync(schemaFile, 'utf8')) as object);
}
const valid = schema();
const noSchema = '../shared/schemas/ocfl-1.1-inventory_schema.json is not beside this checkout';

const created = '2026-11-21T09:00:00.000Z' as Instant;
const user = { address: 'urn:hms:key:00ff', name: 'Ann "A" Ō' };
const A = digestOf('a');
const B = digestOf('b');
const C = digestOf('c');

/** One version: files by path with their content, and which contents are new (all that no earlier version had). */
function next(version: number, files: Readonly<Record<string, string>>, fresh: readonly string[]): NextVersion {
  return {
    id: 'hms:WF-2024-07',
    version,
    created,
    message: `Version ${String(version)}`,
    user,
    newContent: new Map(fresh.map((content) => [digestOf(content), [`v${String(version)}/content/${content}.bin`]])),
    state: new Map(Object.entries(files).map(([path, content]) => [path, digestOf(content)])),
  };
}

function make(version: NextVersion, previous: string | null, at: readonly number[] = []): Promise<string> {
  return textOf(nextInventory({ ...version, previous: previous === null ? null : asStream(cut(bytes(previous), at)) }));
}

const v1 = next(1, { 'b.csv': 'b', 'a/a.csv': 'a', 'copy of a': 'a' }, ['a', 'b']);
const v1Text =
  `{"id":"hms:WF-2024-07","type":"https://ocfl.io/1.1/spec/#inventory","digestAlgorithm":"sha256","head":"v1",` +
  `"manifest":{"${B}":["v1/content/b.bin"],"${A}":["v1/content/a.bin"]},` +
  `"versions":{"v1":{"created":"2026-11-21T09:00:00.000Z","message":"Version 1",` +
  `"state":{"${B}":["b.csv"],"${A}":["a/a.csv","copy of a"]},"user":{"address":"urn:hms:key:00ff","name":"Ann \\"A\\" Ō"}}}}`;

describe('the inventory of a new object', () => {
  it('is these bytes', async () => {
    expect(B < A).toBe(true);
    expect(await make(v1, null)).toBe(v1Text);
  });

  it('may hold nothing at all, as a voided first version does', async () => {
    const text = await make({ ...next(1, {}, []), message: 'voided' }, null);
    expect(text).toContain('"manifest":{},"versions":{"v1":{"created":"2026-11-21T09:00:00.000Z","message":"voided","state":{},"user":');
  });
});

describe('the next inventory of an object', () => {
  const v2 = next(2, { 'b.csv': 'b', 'c.csv': 'c' }, ['c']);

  it('passes the old version through, merges the manifest and changes head', async () => {
    const text = await make(v2, v1Text);
    expect(text).toBe(
      v1Text
        .replace('"head":"v1"', '"head":"v2"')
        .replace('"manifest":{', `"manifest":{"${C}":["v2/content/c.bin"],`)
        .replace(
          /\}\}$/,
          `,"v2":{"created":"2026-11-21T09:00:00.000Z","message":"Version 2","state":{"${C}":["c.csv"],"${B}":["b.csv"]},` +
            `"user":{"address":"urn:hms:key:00ff","name":"Ann \\"A\\" Ō"}}}}`,
        ),
    );
  });

  it('takes another copy of content that is there, without losing the first', async () => {
    const text = await make({ ...v2, newContent: new Map([[C, ['v2/content/c']], [B, ['v2/content/b2', 'v2/content/b1']]]) }, v1Text);
    expect(text).toContain(`"${B}":["v1/content/b.bin","v2/content/b1","v2/content/b2"]`);
  });

  it('is the same at any cuts of the one before', async () => {
    const whole = await make(v2, v1Text);
    await fc.assert(fc.asyncProperty(fc.array(fc.nat(v1Text.length), { maxLength: 9 }), async (at) => void expect(await make(v2, v1Text, at)).toBe(whole)));
  });

  it('keeps what a foreign but sound inventory says, in its order, with its white space gone', async () => {
    const foreign = {
      head: 'v1',
      digestAlgorithm: 'sha256',
      manifest: { [A]: ['v1/content/x'], [B]: ['v1/content/y'] },
      type: 'https://ocfl.io/1.1/spec/#inventory',
      versions: { v1: { user: { name: 'N' }, created: '2020-01-01T00:00:00Z', state: { [A]: ['z', 'a'], [B]: [] } } },
      id: 'hms:WF-2024-07',
    };
    const text = await make(v2, JSON.stringify(foreign, null, 2));
    expect(text).toContain(`"versions":{"v1":{"created":"2020-01-01T00:00:00Z","state":{"${A}":["z","a"],"${B}":[]},"user":{"name":"N"}},"v2":`);
  });

  it('keeps text exactly: escapes, any Unicode, even an escaped lone surrogate', async () => {
    const name = '\u0001"\\/\u2028😀e\u0301é';
    const first = await make({ ...next(1, { [name]: 'a' }, ['a']), message: 'x\n\ty' }, null);
    const odd = first.replace('x\\n\\ty', '\\ud800 \\u0041');
    const second = JSON.parse(await make(next(2, { [name]: 'a' }, []), odd)) as { versions: Record<string, { message: string; state: object }> };
    expect(second.versions['v1']?.message).toBe('\ud800 A');
    expect(second.versions['v2']?.state).toEqual({ [A]: [name] });
    expect(second.versions['v1']?.state).toEqual({ [A]: [name] });
  });

  it.each([
    ['cut short', v1Text.slice(0, -3), 'not a good OCFL inventory (E033). The inventory is not readable JSON. The text ends before its JSON value is complete (byte'],
    ['empty', '', 'not a good OCFL inventory (E033)'],
    ['of another object', v1Text.replace('hms:WF-2024-07', 'hms:other'), 'its "id" is "hms:other", not "hms:WF-2024-07".'],
    ['of OCFL 1.0', v1Text.replace('ocfl.io/1.1', 'ocfl.io/1.0'), 'its "type" is'],
    ['with sha512', v1Text.replace('"sha256"', '"sha512"'), 'its "digestAlgorithm" is "sha512", not "sha256".'],
    ['with another head', v1Text.replace('"head":"v1"', '"head":"v7"'), 'its "head" is "v7", not "v1".'],
    ['whose version has another name', v1Text.replace('"v1":', '"v01":'), 'its version number 1 is called "v01".'],
    ['with a version too many', v1Text.replace('"v1":', '"v1":{"created":"x","state":{}},"v2":'), 'it has 2 versions, not 1.'],
    ['with a version twice', v1Text.replace('"v1":', '"v1":{"created":"x","state":{}},"v1":'), 'its version number 2 is called "v1".'],
    ['with an unknown member', v1Text.replace('"head"', '"note":1,"head"'), 'not a good OCFL inventory (E102). "note" is not a member that OCFL knows.'],
    ['with a member twice', v1Text.replace('"head"', '"head":"v1","head"'), 'not a good OCFL inventory (E034)'],
    ['with fixity', v1Text.replace(/\}$/, ',"fixity":{"md5":{"00":["v1/content/a.bin"]}}}'), 'it has a fixity block, which this program would lose.'],
    ['with a content directory', v1Text.replace('"head"', '"contentDirectory":"data","head"'), 'it names a content directory of its own.'],
    ['with content of the new version', v1Text.replace('v1/content/a', 'v2/content/a'), 'its manifest already has content of version 2.'],
    ['with content outside', v1Text.replace('v1/content/a', '../content/a'), 'which is not inside the content of a version.'],
    ['with a digest in upper case', v1Text.replace(A, A.toUpperCase()), 'which is not a sha256 digest in lower case.'],
    ['with a state digest that has no content', v1Text.replace(`"state":{"${B}"`, `"state":{"${C}"`), `a version in it has a file with the digest ${C}, which its manifest does not list.`],
    ['with a date behind the state', v1Text.replace('"user":', '"message":"late","user":').replace('"message":"Version 1",', ''), 'the "message" of version v1 stands behind its state.'],
    ['with its manifest behind its versions', v1Text.replace(/("manifest":.*),("versions":.*)\}$/, '$2,$1}'), 'its manifest is empty or stands behind its versions.'],
  ])('is refused where the one before is %s', async (_name, previous, sentence) => {
    await expect(make(v2, previous)).rejects.toThrow(`The inventory before this version cannot be used: `);
    await expect(make(v2, previous)).rejects.toThrow(sentence);
  });

  const bad = (change: Partial<NextVersion>): NextVersion => ({ ...v2, ...change });
  it.each([
    ['an empty id', bad({ id: '' }), 'An object needs an id.'],
    ['no message', bad({ message: '' }), 'Version 2 has no message.'],
    ['no user', bad({ user: { name: '', address: 'a:b' } }), 'Version 2 does not say who made it.'],
    ['version 0', bad({ version: 0 }), '0 is not a version number.'],
    ['a file without content', bad({ state: new Map([['x', digestOf('x')], ['c', C]]) }), `The file "x" has the digest ${digestOf('x')}, for which there is no content.`],
    ['content without a file', bad({ state: new Map() }), `The new content ${C} belongs to no file of version 2.`],
    ['content without a path', bad({ newContent: new Map([[C, []]]) }), `The new content ${C} has no path.`],
    ['content in another version', bad({ newContent: new Map([[C, ['v1/content/c']]]) }), '"v1/content/c" is not a path inside the content of version 2.'],
    ['content that climbs out', bad({ newContent: new Map([[C, ['v2/content/../c']]]) }), '"v2/content/../c" is not a path inside the content of version 2.'],
    ['content listed twice', bad({ newContent: new Map([[C, ['v2/content/c', 'v2/content/c']]]) }), 'The new content lists "v2/content/c" twice.'],
    ['content that is also a folder', bad({ newContent: new Map([[C, ['v2/content/c', 'v2/content/c/d']]]) }), '"v2/content/c" cannot be content and also the folder of "v2/content/c/d".'],
    ['a file name that climbs out', bad({ state: new Map([['../c', C]]) }), '"../c" is not a name that a file can have in a version.'],
    ['a file that is also a folder', bad({ state: new Map([['c/d', C], ['c', C]]) }), '"c" cannot be a file and also the folder of "c/d".'],
    ['a digest that is none', bad({ state: new Map([['c', 'C']]) }), 'The file "c" has the digest "C", which is not a sha256 digest in lower case.'],
  ])('is refused with %s', async (_name, version, sentence) => {
    await expect(make(version, v1Text)).rejects.toThrow(sentence);
  });

  it('is refused without the one before, and a first one with it', async () => {
    await expect(make(v2, null)).rejects.toThrow('Version 2 needs the inventory of the version before it.');
    await expect(make(v1, v1Text)).rejects.toThrow('Version 1 is the first one; there can be no inventory before it.');
  });
});

describe('inventories in a row', () => {
  const names = fc.constantFrom('a', 'B', 'folder/a', 'folder/b', 'CON', 'é', '😀', '"quoted"', 'x y');
  const contents = fc.constantFrom('1', '2', '3', '4', '5', '6');
  const history = fc.array(fc.dictionary(names, contents), { minLength: 1, maxLength: 5 });

  it('are valid under the published schema, hold every state, and are the same text as one written in a go', async (ctx) => {
    if (valid === null) return ctx.skip(noSchema);
    await fc.assert(
      fc.asyncProperty(history, fc.array(fc.nat(3000), { maxLength: 5 }), async (states, at) => {
        let text: string | null = null;
        const stored = new Map<string, string[]>();
        const versions = [];
        for (const [index, files] of states.entries()) {
          const number = index + 1;
          const fresh = [...new Set(Object.values(files))].filter((content) => !stored.has(digestOf(content)));
          for (const content of fresh) stored.set(digestOf(content), [`v${String(number)}/content/${content}.bin`]);
          text = await make(next(number, files, fresh), text, at);
          const state = Map.groupBy(Object.keys(files).sort(), (path) => digestOf(files[path] ?? ''));
          versions.push({ name: `v${String(number)}`, created, message: `Version ${String(number)}`, user, state: [...state].sort(([a], [b]) => (a < b ? -1 : 1)) });
        }
        const manifest = [...stored].sort(([a], [b]) => (a < b ? -1 : 1));
        const head = `v${String(states.length)}`;
        expect(text).toBe([...inventoryText({ id: 'hms:WF-2024-07', head, manifest, versions })].join(''));
        const parsed: unknown = JSON.parse(text ?? '');
        expect(valid(parsed), JSON.stringify(valid.errors)).toBe(true);
        for (const [index, files] of states.entries()) {
          const collector = new HeadStateCollector(`v${String(index + 1)}`);
          collector.feed(bytes(text ?? ''));
          const result = collector.end();
          expect(result.ok && result.value.state).toEqual(new Map(Object.entries(files).map(([path, content]) => [path, digestOf(content)])));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are what Python reads of them', async (ctx) => {
    const text = await make(next(2, { 'b.csv': 'b', 'é😀\u2028': 'c' }, ['c']), v1Text);
    const program = 'import json,sys\nd=json.load(sys.stdin.buffer)\nsys.stdout.write(json.dumps(d,ensure_ascii=True,separators=(",",":")))';
    if (spawnSync('python3', ['--version']).status !== 0) return ctx.skip('python3 is not here');
    const said = execFileSync('python3', ['-c', program], { input: text, encoding: 'utf8' });
    expect(JSON.stringify(JSON.parse(said))).toBe(text);
  });
});

describe('a large inventory', () => {
  /** Many versions of many files, as chunks, written by the rewriter itself. */
  async function grow(files: number, versions: number): Promise<string> {
    let text: string | null = null;
    const known = new Set<string>();
    const paths = Array.from({ length: files }, (_, n) => `folder-${String(n % 40)}/sensor-${String(n)}.csv`);
    for (let n = 1; n <= versions; n += 1) {
      const state = new Map(paths.map((path, index) => [path, digestOf(index % 10 === n ? `${path}@${String(n)}` : path)]));
      const fresh = new Map([...new Set(state.values())].filter((digest) => !known.has(digest)).map((digest) => [digest, [`v${String(n)}/content/${digest}`]]));
      for (const digest of fresh.keys()) known.add(digest);
      text = await make({ ...next(n, {}, []), state, newContent: fresh }, text);
    }
    return text ?? '';
  }

  it('comes in chunks of about 64 KiB, and the old states are not held', async () => {
    const text = await grow(2000, 4);
    const rewriter = new InventoryRewriter(next(5, { a: 'a' }, ['a']));
    let fed = 0;
    let handed = 0;
    let opened = false;
    for (const part of cut(bytes(text), Array.from({ length: text.length / 16_384 }, (_, n) => (n + 1) * 16_384))) {
      fed += part.length;
      for (const piece of rewriter.feed(part)) {
        opened = true;
        expect(piece.length).toBeLessThan(70_000);
        handed += piece.length;
      }
      // Once the versions have begun, what came in has gone out, but for a token and the members in front of a state.
      if (opened) expect(fed - handed).toBeLessThan(2000);
    }
    const sizes: number[] = [];
    for await (const chunk of nextInventory({ ...next(5, { a: 'a' }, ['a']), previous: asStream([bytes(text)]) })) sizes.push(chunk.length);
    expect(Math.max(...sizes)).toBeLessThan(140_000);
    expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThanOrEqual(65_536);
  });

  it('takes 150,000 files with the same content', async () => {
    const state = new Map(Array.from({ length: 150_000 }, (_, n) => [String(n), A]));
    const first = await make({ ...next(1, {}, []), state, newContent: new Map([[A, Array.from({ length: 150_000 }, (_, n) => `v1/content/${String(n)}`)]]) }, null);
    const collector = new HeadStateCollector();
    collector.feed(bytes(first));
    const result = collector.end();
    expect(result.ok && [result.value.state.size, [...result.value.manifest.values()][0]?.length]).toEqual([150_000, 150_000]);
  });
});

describe('the text of an inventory that is not in order', () => {
  const base = { id: 'x', head: 'v1', versions: [] };
  it('is refused', () => {
    expect(() => [...inventoryText({ ...base, manifest: [['b', []], ['a', []]] })]).toThrow('The digest a is not in its place: digests must ascend.');
    expect(() => [...inventoryText({ ...base, manifest: [['a', []], ['a', []]] })]).toThrow('The digest a is not in its place');
    expect(() => [...inventoryText({ ...base, manifest: [['a', ['y', 'x']]] })]).toThrow('The path "x" is not in its place: the paths of a digest must ascend.');
  });
});
