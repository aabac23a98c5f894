import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { OcflCode } from '../../../src/verify/ocfl/index.ts';
import type { Mutant } from './mutant.ts';
import type { Inventory, Plan, VersionBlock } from './object.ts';
import { digest, edit, ONE, PLAIN, write } from './object.ts';

const ONE_10: Plan = { ...ONE, spec: '1.0' };
const PADDED: Plan = { versions: Array.from({ length: 10 }, () => ({ a: 'x' })), padding: 2 };

/** A change of the inventory of an object with one version. */
const inventory = (name: string, codes: readonly OcflCode[], change: (inventory: Inventory) => void, plan: Plan = ONE): Mutant => ({
  name,
  codes,
  plan,
  change: (folder) => {
    edit(folder, change);
  },
});
const version = (name: string, codes: readonly OcflCode[], change: (version: VersionBlock) => void, plan: Plan = ONE): Mutant =>
  inventory(name, codes, (i) => {
    for (const v of Object.values(i.versions)) change(v);
  }, plan);

const keyOf = (i: Inventory, path: string): string => Object.entries(i.manifest).find(([, paths]) => paths.includes(path))?.[0] ?? '';
const loose = (value: unknown): Record<string, unknown> => value as Record<string, unknown>;

/** Puts a path in the place of one in the manifest. */
function replacePath(i: Inventory, from: string, to: unknown): void {
  const list = i.manifest[keyOf(i, from)] ?? [];
  list.splice(list.indexOf(from), 1, to as string);
}
function rekey(block: Record<string, unknown>, from: string, to: string): void {
  block[to] = block[from];
  delete block[from];
}

/** Defects of one inventory by itself. */
export const inventoryMutants: readonly Mutant[] = [
  // Fields
  inventory('id-missing', ['E036'], (i) => { delete loose(i).id; }),
  inventory('id-empty', ['E037'], (i) => { i.id = ''; }),
  inventory('id-not-a-text', ['E037'], (i) => { loose(i).id = 7; }),
  inventory('id-not-a-uri', ['W005'], (i) => { i.id = 'WF-2024-07'; }),
  inventory('id-with-a-space', ['W005'], (i) => { i.id = 'urn:a b'; }),
  inventory('type-missing', ['E036'], (i) => { delete loose(i).type; }),
  inventory('type-unknown', ['E038'], (i) => { i.type = 'https://ocfl.io/0.9/spec/#inventory'; }),
  inventory('type-not-a-text', ['E038'], (i) => { loose(i).type = null; }),
  inventory('type-not-as-declared', ['E038'], (i) => { i.type = 'https://ocfl.io/1.0/spec/#inventory'; }),
  inventory('algorithm-missing', ['E036'], (i) => { delete loose(i).digestAlgorithm; }),
  { name: 'algorithm-not-allowed', codes: ['E025'], plan: ONE, change: (f) => {
    edit(f, (i) => {
      i.digestAlgorithm = 'md5';
      for (const block of [i.manifest, i.versions.v1?.state ?? {}]) for (const [text, path] of [['one', 'a.txt'], ['two', 'b.txt']] as const) {
        const key = Object.keys(block).find((k) => block[k]?.some((p) => p.endsWith(path))) ?? '';
        rekey(block, key, digest('md5', text));
      }
    });
    rmSidecars(f);
  } },
  inventory('algorithm-not-a-text', ['E025'], (i) => { loose(i).digestAlgorithm = 512; }),
  inventory('digests-of-other-algorithm', ['E039'], (i) => {
    for (const [text, path] of [['one', 'v1/content/a.txt'], ['two', 'v1/content/folder/b.txt']] as const) {
      const key = keyOf(i, path);
      rekey(i.manifest, key, digest('sha256', text));
      rekey(i.versions.v1?.state ?? {}, key, digest('sha256', text));
    }
  }),
  { name: 'algorithm-sha256', codes: ['W004'], plan: { ...ONE, algorithms: ['sha256'] }, change: () => undefined },
  inventory('head-missing', ['E036'], (i) => { delete loose(i).head; }),
  inventory('head-not-a-text', ['E040'], (i) => { loose(i).head = 1; }, ONE),
  { name: 'head-of-no-version', codes: ['E040'], plan: ONE, change: (f) => { edit(f, (i) => { i.head = 'v2'; }, ['', 'v1']); } },
  { name: 'head-not-the-newest', codes: ['E040'], plan: PLAIN, change: (f) => { edit(f, (i) => { i.head = 'v1'; }, ['', 'v2']); } },
  inventory('content-directory-with-slash', ['E017'], (i) => { i.contentDirectory = 'content/dir'; }),
  inventory('content-directory-not-a-text', ['E017'], (i) => { loose(i).contentDirectory = ['content']; }),
  inventory('content-directory-one-period', ['E018'], (i) => { i.contentDirectory = '.'; }),
  inventory('content-directory-two-periods', ['E018'], (i) => { i.contentDirectory = '..'; }),
  inventory('content-directory-empty', ['E108'], (i) => { i.contentDirectory = ''; }),
  inventory('content-directory-empty-1.0', ['E017'], (i) => { i.contentDirectory = ''; }, ONE_10),
  inventory('key-unknown', ['E102'], (i) => { i.note = 'mine'; }),
  version('key-of-version-unknown', ['E102'], (v) => { v.note = { deep: [1, { more: [] }] }; }),
  version('key-of-user-unknown', ['E102'], (v) => { loose(v.user).phone = '1'; }),
  // Manifest
  inventory('manifest-missing', ['E041'], (i) => { delete loose(i).manifest; }),
  inventory('manifest-not-an-object', ['E106'], (i) => { loose(i).manifest = []; }),
  inventory('manifest-not-an-object-1.0', ['E041'], (i) => { loose(i).manifest = 'x'; }, ONE_10),
  inventory('manifest-null', ['E106'], (i) => { loose(i).manifest = null; }),
  inventory('manifest-paths-not-a-list', ['E023', 'E092'], (i) => { loose(i.manifest)[keyOf(i, 'v1/content/a.txt')] = 'v1/content/a.txt'; }),
  inventory('manifest-path-not-a-text', ['E023', 'E092'], (i) => { replacePath(i, 'v1/content/a.txt', 7); }),
  inventory('manifest-digest-without-paths', ['E023', 'E092'], (i) => { i.manifest[keyOf(i, 'v1/content/a.txt')] = []; }),
  inventory('manifest-digest-not-used', ['E107'], (i) => { delete i.versions.v1?.state[keyOf(i, 'v1/content/a.txt')]; }),
  inventory('manifest-digest-not-used-1.0', ['E050'], (i) => { delete i.versions.v1?.state[keyOf(i, 'v1/content/a.txt')]; }, ONE_10),
  inventory('manifest-digest-wrong', ['E092'], (i) => { const key = keyOf(i, 'v1/content/a.txt'); const wrong = `${key.startsWith('0') ? '1' : '0'}${key.slice(1)}`; for (const block of [i.manifest, i.versions.v1?.state ?? {}]) rekey(block, key, wrong); }),
  inventory('manifest-digest-not-hexadecimal', ['E031'], (i) => { const key = keyOf(i, 'v1/content/a.txt'); for (const block of [i.manifest, i.versions.v1?.state ?? {}]) rekey(block, key, `z${key.slice(1)}`); }),
  inventory('manifest-digest-not-hexadecimal-sha256', ['E030', 'W004'], (i) => { const key = keyOf(i, 'v1/content/a.txt'); for (const block of [i.manifest, i.versions.v1?.state ?? {}]) rekey(block, key, key.slice(1)); }, { ...ONE, algorithms: ['sha256'] }),
  inventory('manifest-digest-in-both-cases', ['E096', 'E101'], (i) => { const key = keyOf(i, 'v1/content/a.txt'); i.manifest[key.toUpperCase()] = ['v1/content/a.txt']; }),
  { name: 'manifest-digest-twice', codes: ['E096'], plan: ONE, change: (f) => {
    write(f, 'v1/content/second', 'one');
    edit(f, (i) => { const key = keyOf(i, 'v1/content/a.txt'); i.manifest[key.toUpperCase()] = ['v1/content/second']; });
  } },
  inventory('content-path-twice', ['E101'], (i) => { i.manifest[keyOf(i, 'v1/content/a.txt')] = ['v1/content/a.txt', 'v1/content/a.txt']; }),
  inventory('content-path-of-two-digests', ['E101'], (i) => { i.manifest[keyOf(i, 'v1/content/a.txt')]?.push('v1/content/folder/b.txt'); }, { versions: [{ 'folder/b.txt': 'two', 'a.txt': 'one' }] }),
  inventory('content-path-is-a-folder-of-another', ['E023', 'E092', 'E101'], (i) => { i.manifest[keyOf(i, 'v1/content/a.txt')]?.push('v1/content/folder'); }),
  inventory('content-path-with-dots', ['E023', 'E099'], (i) => { replacePath(i, 'v1/content/a.txt', 'v1/content/../content/a.txt'); }),
  inventory('content-path-out-of-the-object', ['E023', 'E099'], (i) => { replacePath(i, 'v1/content/a.txt', '../../../../etc/passwd'); }),
  inventory('content-path-with-empty-part', ['E023', 'E099'], (i) => { replacePath(i, 'v1/content/a.txt', 'v1/content//a.txt'); }),
  inventory('content-path-absolute', ['E023', 'E100'], (i) => { replacePath(i, 'v1/content/a.txt', '/etc/passwd'); }),
  inventory('content-path-ends-with-slash', ['E023', 'E100'], (i) => { replacePath(i, 'v1/content/a.txt', 'v1/content/a.txt/'); }),
  inventory('content-path-with-backslashes', ['E023', 'E035'], (i) => { replacePath(i, 'v1/content/a.txt', 'v1\\content\\a.txt'); }),
  inventory('content-path-of-windows', ['E023', 'E042'], (i) => { replacePath(i, 'v1/content/a.txt', 'C:\\Windows\\win.ini'); }),
  inventory('content-path-with-nul', ['E023', 'E092'], (i) => { replacePath(i, 'v1/content/a.txt', 'v1/content/a.txt\0'); }),
  inventory('content-path-not-unicode', ['E023', 'E092'], (i) => { replacePath(i, 'v1/content/a.txt', 'v1/content/\ud800'); }),
  inventory('content-path-in-no-version', ['E023', 'E042'], (i) => { replacePath(i, 'v1/content/a.txt', 'v7/content/a.txt'); }),
  inventory('content-path-in-other-spelling', ['E014', 'E023', 'E042'], (i) => { replacePath(i, 'v1/content/a.txt', 'v01/content/a.txt'); }),
  inventory('content-path-in-other-folder', ['E021', 'E023', 'E042'], (i) => { replacePath(i, 'v1/content/a.txt', 'v1/stuff/a.txt'); }),
  inventory('content-path-in-other-folder-than-set', ['E023', 'E042'], (i) => { replacePath(i, 'v1/stuff/a.txt', 'v1/content/a.txt'); }, { ...ONE, contentDirectory: 'stuff' }),
  { name: 'content-outside-content-folder', codes: ['E015', 'E042'], plan: { versions: [{}] }, change: (f) => {
    write(f, 'v1/a.txt', 'one');
    edit(f, (i) => { i.manifest[digest('sha512', 'one')] = ['v1/a.txt']; (i.versions.v1 as VersionBlock).state = { [digest('sha512', 'one')]: ['a.txt'] }; });
  } },
  // Versions
  inventory('versions-missing', ['E041', 'E043'], (i) => { delete loose(i).versions; }),
  inventory('versions-not-an-object', ['E044', 'E045'], (i) => { loose(i).versions = []; }),
  { name: 'versions-none-and-no-head', codes: ['E008', 'E036'], plan: { versions: [{}] }, change: (f) => { edit(f, (i) => { i.versions = {}; delete loose(i).head; }, ['', 'v1']); removeVersion(f, 'v1'); } },
  inventory('version-not-an-object', ['E047'], (i) => { loose(i.versions).v1 = 'x'; }),
  { name: 'version-two-only', codes: ['E009'], plan: { versions: [{}, {}] }, change: (f) => { edit(f, (i) => { delete i.versions.v1; }); removeVersion(f, 'v1'); } },
  { name: 'versions-with-gaps', codes: ['E010'], plan: { versions: [{}, {}, {}, {}] }, change: (f) => { edit(f, (i) => { delete i.versions.v2; delete i.versions.v3; }); removeVersion(f, 'v2'); removeVersion(f, 'v3'); } },
  { name: 'version-without-v', codes: ['E001', 'E009', 'E104'], plan: { versions: [{}] }, change: (f) => { nameVersion(f, 'v1', '1'); } },
  { name: 'version-without-v-1.0', codes: ['E001', 'E009', 'E046'], plan: { versions: [{}], spec: '1.0' }, change: (f) => { nameVersion(f, 'v1', '1'); } },
  { name: 'version-zero', codes: ['E105'], plan: { versions: [{}] }, change: (f) => { edit(f, (i) => { i.versions.v0 = i.versions.v1 as VersionBlock; }); } },
  { name: 'version-not-a-number', codes: ['E105'], plan: { versions: [{}] }, change: (f) => { edit(f, (i) => { i.versions.vB = i.versions.v1 as VersionBlock; }); } },
  { name: 'version-names-padded', codes: ['W001'], plan: { ...PLAIN, padding: 3 }, change: () => undefined },
  { name: 'version-ten-of-names-padded-to-nine', codes: ['E011', 'E013', 'W001'], plan: PADDED, change: () => undefined },
  { name: 'version-names-mixed', codes: ['E012', 'E013'], plan: { versions: [{}, {}] }, change: (f) => { nameVersion(f, 'v2', 'v02'); } },
  { name: 'version-names-padded-differently', codes: ['E012', 'E013', 'W001'], plan: { versions: [{}, {}], padding: 2 }, change: (f) => { nameVersion(f, 'v02', 'v002'); } },
  version('created-missing', ['E048'], (v) => { delete loose(v).created; }),
  version('created-not-a-text', ['E049'], (v) => { loose(v).created = 2024; }),
  version('created-without-zone', ['E049'], (v) => { v.created = '2024-07-30T12:00:00'; }),
  version('created-without-seconds', ['E049'], (v) => { v.created = '2024-07-30T12:00Z'; }),
  version('created-date-only', ['E049'], (v) => { v.created = '2024-07-30'; }),
  version('created-on-no-day', ['E049'], (v) => { v.created = '2023-02-29T12:00:00Z'; }),
  version('created-with-fraction-and-offset', [], (v) => { v.created = '2024-02-29T23:59:60.123456789-05:00'; }),
  version('state-missing', ['E048'], (v) => { delete loose(v).state; }),
  version('state-not-an-object', ['E050'], (v) => { loose(v).state = null; }),
  version('state-paths-not-a-list', ['E050'], (v) => { loose(v.state)[Object.keys(v.state)[0] ?? ''] = null; }),
  version('state-path-not-a-text', ['E051'], (v) => { loose(v.state)[Object.keys(v.state)[0] ?? ''] = [{ a: ['b'] }]; }),
  version('state-digest-not-in-manifest', ['E050'], (v) => { v.state[digest('sha512', 'other')] = ['other.txt']; }),
  version('state-digest-in-other-case', ['E050'], (v) => { const [key = ''] = Object.keys(v.state); rekey(v.state, key, key.toUpperCase()); }),
  version('state-digest-in-both-cases', ['E050'], (v) => { const [key = ''] = Object.keys(v.state); v.state[key.toUpperCase()] = ['other.txt']; }),
  version('path-begins-with-slash', ['E053'], (v) => { v.state[Object.keys(v.state)[0] ?? ''] = ['/a.txt']; }),
  version('path-ends-with-slash', ['E053'], (v) => { v.state[Object.keys(v.state)[0] ?? ''] = ['a.txt/']; }),
  version('path-with-dots', ['E052'], (v) => { v.state[Object.keys(v.state)[0] ?? ''] = ['../../a.txt']; }),
  version('path-with-empty-part', ['E052'], (v) => { v.state[Object.keys(v.state)[0] ?? ''] = ['a//b']; }),
  version('path-empty', ['E052'], (v) => { v.state[Object.keys(v.state)[0] ?? ''] = ['']; }),
  version('path-twice', ['E095'], (v) => { v.state[Object.keys(v.state)[0] ?? ''] = ['a.txt', 'a.txt']; }),
  version('path-of-two-files', ['E095'], (v) => { v.state[Object.keys(v.state)[0] ?? ''] = ['folder/b.txt']; }),
  version('path-is-a-folder-of-another', ['E095'], (v) => { v.state[Object.keys(v.state)[0] ?? ''] = ['folder']; }),
  version('path-is-a-deep-folder-of-another', ['E095'], (v) => { v.state[Object.keys(v.state)[0] ?? ''] = ['a/b', 'a/b/c/d/e']; }),
  version('message-missing', ['W007'], (v) => { delete v.message; }),
  version('message-not-a-text', ['E094'], (v) => { loose(v).message = ['x']; }),
  version('user-missing', ['W007'], (v) => { delete v.user; }),
  version('user-not-an-object', ['E054'], (v) => { loose(v).user = 'Ada'; }),
  version('user-without-name', ['E054'], (v) => { delete v.user?.name; }),
  version('user-name-not-a-text', ['E054'], (v) => { loose(v.user).name = 7; }),
  version('user-address-missing', ['W008'], (v) => { delete v.user?.address; }),
  version('user-address-not-a-text', ['E054'], (v) => { loose(v.user).address = 7; }),
  version('user-address-not-a-uri', ['W009'], (v) => { loose(v.user).address = '1 High Street, Springfield'; }),
  version('values-all-wrong', ['E049', 'E050', 'E054', 'E094'], (v) => { Object.assign(v, { created: 1, state: 2, message: 3, user: 4 }); }),
];

/** Renames the last version everywhere. */
function nameVersion(folder: string, from: string, to: string): void {
  edit(folder, (i) => {
    i.versions[to] = i.versions[from] as VersionBlock;
    delete i.versions[from];
    i.head = to;
  });
  moveVersion(folder, from, to);
}

function moveVersion(folder: string, from: string, to: string): void {
  renameSync(join(folder, from), join(folder, to));
}

function removeVersion(folder: string, name: string): void {
  rmSync(join(folder, name), { recursive: true });
}

/** Leaves only the digests of the algorithm that the inventory names. */
function rmSidecars(folder: string): void {
  for (const place of ['.', 'v1']) for (const name of readdirSync(join(folder, place))) if (name === 'inventory.json.sha512') rmSync(join(folder, place, name));
}
