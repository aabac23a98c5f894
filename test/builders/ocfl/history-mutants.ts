import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { OcflCode } from '../../../src/verify/ocfl/index.ts';
import type { Mutant } from './mutant.ts';
import type { Digests, Inventory, Plan, VersionBlock } from './object.ts';
import { digest, edit, ONE, PLAIN, write, writeInventory, readInventory } from './object.ts';

const FIXED: Plan = { ...PLAIN, fixity: ['md5'] };
/** sha256 in the first version, sha512 from the second on. */
const CHANGED: Plan = { ...PLAIN, algorithms: ['sha256', 'sha512'] };
const THREE: Plan = { versions: [{ a: '1' }, { a: '1', b: '2' }, { b: '2', c: '3' }] };

const fixity = (name: string, codes: readonly OcflCode[], change: (fixity: Record<string, Digests>, inventory: Inventory) => void, plan: Plan = { ...ONE, fixity: ['md5'] }): Mutant => ({
  name,
  codes,
  plan,
  change: (folder) => {
    edit(folder, (i) => {
      change(i.fixity ?? {}, i);
    });
  },
});
/** A change of what the inventory of version 1 says. */
const first = (name: string, codes: readonly OcflCode[], change: (inventory: Inventory) => void, plan: Plan = PLAIN): Mutant => ({
  name,
  codes,
  plan,
  change: (folder) => {
    edit(folder, change, ['v1']);
  },
});

const loose = (value: unknown): Record<string, unknown> => value as Record<string, unknown>;
const v1 = (i: Inventory): VersionBlock => i.versions.v1 as VersionBlock;
function rekey(block: Record<string, unknown>, from: string, to: string): void {
  block[to] = block[from];
  delete block[from];
}
function mangled(key: string): string {
  return `${key.startsWith('0') ? '1' : '0'}${key.slice(1)}`;
}

/** Defects of additional digests. */
export const fixityMutants: readonly Mutant[] = [
  fixity('fixity-empty', [], (_, i) => { i.fixity = {}; }),
  fixity('fixity-null', ['E111'], (_, i) => { loose(i).fixity = null; }),
  fixity('fixity-null-1.0', ['E056'], (_, i) => { loose(i).fixity = null; }, { ...ONE, spec: '1.0' }),
  fixity('fixity-not-an-object', ['E111'], (_, i) => { loose(i).fixity = []; }),
  fixity('fixity-of-misspelt-algorithm', ['E056'], (f) => { rekey(f, 'md5', 'MD5'); }),
  fixity('fixity-of-unknown-algorithm', ['FIXITY_UNKNOWN'], (f) => { f.crc32 = { abcd: ['v1/content/a.txt'] }; }),
  fixity('fixity-algorithm-not-an-object', ['E057'], (f) => { loose(f).md5 = 'x'; }),
  fixity('fixity-paths-not-a-list', ['E057'], (f) => { loose(f.md5)[Object.keys(f.md5 ?? {})[0] ?? ''] = 'v1/content/a.txt'; }),
  fixity('fixity-path-not-a-text', ['E057'], (f) => { loose(f.md5)[Object.keys(f.md5 ?? {})[0] ?? ''] = [1]; }),
  fixity('fixity-path-not-in-manifest', ['E057'], (f) => { (f.md5 ?? {})['0'.repeat(32)] = ['v1/content/other.txt']; }),
  fixity('fixity-path-with-dots', ['E099'], (f) => { (f.md5 ?? {})['0'.repeat(32)] = ['v1/content/../../../../etc/passwd']; }),
  fixity('fixity-path-absolute', ['E100'], (f) => { (f.md5 ?? {})['0'.repeat(32)] = ['/etc/passwd']; }),
  fixity('fixity-path-twice', ['E101'], (f) => { const [key = ''] = Object.keys(f.md5 ?? {}); f.md5?.[key]?.push('v1/content/a.txt'); }),
  fixity('fixity-digest-in-both-cases', ['E097', 'E101'], (f) => { const [key = ''] = Object.keys(f.md5 ?? {}); (f.md5 ?? {})[key.toUpperCase()] = ['v1/content/a.txt']; }),
  fixity('fixity-md5-wrong', ['E093'], (f) => { rekey(f.md5 ?? {}, digest('md5', 'one'), '0'.repeat(32)); }),
  fixity('fixity-md5-not-hexadecimal', ['E057'], (f) => { rekey(f.md5 ?? {}, digest('md5', 'one'), 'x'); }),
  ...(['sha1', 'sha256', 'sha512', 'blake2b-512', 'sha512/256'] as const).map((name) =>
    fixity(`fixity-${name.replace('/', '-')}-wrong`, ['E093'], (f) => { const key = digest(name, 'one'); rekey(f[name] ?? {}, key, mangled(key)); }, { ...ONE, fixity: [name] })),
  fixity('fixity-size-wrong', ['E093'], (f) => { f.size = { 4: ['v1/content/a.txt'] }; }, { ...ONE, fixity: ['size'] }),
  fixity('fixity-size-padded', ['E057'], (f) => { f.size = { '03': ['v1/content/a.txt'] }; }, { ...ONE, fixity: ['size'] }),
  ...([['sha1', 'E029'], ['sha256', 'E030'], ['sha512', 'E031'], ['blake2b-512', 'E032']] as const).map(([name, code]) =>
    fixity(`fixity-${name}-too-short`, [code, 'E057'], (f) => { const key = digest(name, 'one'); rekey(f[name] ?? {}, key, key.slice(2)); }, { ...ONE, fixity: [name] })),
  { name: 'fixity-of-missing-file', codes: ['E023', 'E092', 'E093'], plan: { ...ONE, fixity: ['md5'] }, change: (f) => { rmSync(join(f, 'v1/content/a.txt')); } },
  { name: 'file-altered-with-fixity', codes: ['E092', 'E093'], plan: FIXED, change: (f) => { write(f, 'v1/content/a.txt', 'onE'); } },
  first('fixity-wrong-in-first-version-only', ['E093'], (i) => { rekey(i.fixity?.md5 ?? {}, digest('md5', 'one'), '0'.repeat(32)); }, FIXED),
  first('fixity-in-first-version-only', [], (i) => { i.fixity = { md5: { [digest('md5', 'one')]: ['v1/content/a.txt'] } }; }),
  { name: 'fixity-dropped-by-later-version', codes: [], plan: FIXED, change: (f) => { edit(f, (i) => { delete i.fixity; }); } },
];

/** Defects of the inventories of earlier versions beside the one at the top. */
export const historyMutants: readonly Mutant[] = [
  first('id-changes', ['E037', 'E110'], (i) => { i.id = 'urn:example:other'; }),
  first('id-changes-1.0', ['E037'], (i) => { i.id = 'urn:example:other'; }, { ...PLAIN, spec: '1.0' }),
  first('head-of-other-version', ['E040'], (i) => { i.head = 'v2'; }),
  { name: 'inventory-of-later-version-in-earlier-folder', codes: ['E040'], plan: { versions: [{ a: '1' }, { a: '1' }, { a: '1' }] }, change: (f) => { writeInventory(f, 'v2', readInventory(f, 'v3')); } },
  first('state-of-other-paths', ['E066'], (i) => { const [key = ''] = Object.keys(v1(i).state); v1(i).state[key] = ['other.txt']; }),
  first('state-of-fewer-paths', ['E066'], (i) => { const key = digest('sha512', 'two'); delete v1(i).state[key]; delete i.manifest[key]; i.manifest[key] = ['v1/content/folder/b.txt']; v1(i).state[key] = []; }),
  first('state-with-contents-exchanged', ['E066'], (i) => { const [a, b] = [digest('sha512', 'one'), digest('sha512', 'two')]; const { state } = v1(i); [state[a], state[b]] = [state[b] ?? [], state[a] ?? []]; }),
  first('state-in-other-order', [], (i) => { v1(i).state = Object.fromEntries(Object.entries(v1(i).state).reverse()); i.manifest = Object.fromEntries(Object.entries(i.manifest).reverse()); }),
  first('version-not-at-top', ['E012', 'E066'], (i) => { i.versions.v01 = v1(i); }),
  first('old-digest-wrong', ['E066', 'E092'], (i) => { const key = digest('sha512', 'one'); rekey(i.manifest, key, mangled(key)); rekey(v1(i).state, key, mangled(key)); }),
  { name: 'old-manifest-incomplete', codes: ['E023'], plan: THREE, change: (f) => { write(f, 'v1/content/d', '4'); edit(f, (i) => { const key = digest('sha512', '4'); i.manifest[key] = ['v1/content/d']; (i.versions.v3 as VersionBlock).state[key] = ['d']; }); } },
  { name: 'old-manifest-lists-too-much', codes: ['E023', 'E092', 'E107'], plan: THREE, change: (f) => { edit(f, (i) => { i.manifest[digest('sha512', '9')] = ['v1/content/z']; }, ['v1']); } },
  first('metadata-time-changes', ['W011'], (i) => { v1(i).created = '2020-01-01T00:00:00Z'; }),
  first('metadata-message-changes', ['W011'], (i) => { v1(i).message = 'other'; }),
  first('metadata-user-changes', ['W011'], (i) => { v1(i).user = { name: 'Bob', address: 'mailto:bob@example.org' }; }),
  // Specification of each version
  { name: 'specification-goes-back', codes: ['E103'], plan: { versions: [{}, {}, {}] }, change: (f) => { edit(f, (i) => { i.type = i.type.replace('1.1', '1.0'); }, ['v2']); } },
  first('specification-later-than-declared', ['E103'], (i) => { i.type = i.type.replace('1.0', '1.1'); }, { ...PLAIN, spec: '1.0' }),
  first('specification-earlier', [], (i) => { i.type = i.type.replace('1.1', '1.0'); }),
  // Content directory
  { name: 'content-directory-set-later', codes: ['E019'], plan: { ...PLAIN, contentDirectory: 'stuff' }, change: (f) => { renameSync(join(f, 'v1/stuff'), join(f, 'v1/content')); for (const place of ['', 'v1', 'v2']) edit(f, (i) => { moveContent(i, 'v1/stuff/', 'v1/content/'); if (place === 'v1') delete i.contentDirectory; }, [place]); } },
  { name: 'content-directory-changes', codes: ['E019', 'E020'], plan: PLAIN, change: (f) => { renameSync(join(f, 'v1/content'), join(f, 'v1/other')); for (const place of ['', 'v1', 'v2']) edit(f, (i) => { moveContent(i, 'v1/content/', 'v1/other/'); i.contentDirectory = place === 'v1' ? 'other' : 'content'; }, [place]); } },
  { name: 'content-directory-no-longer-set', codes: ['E020'], plan: { ...PLAIN, contentDirectory: 'content' }, change: (f) => { edit(f, (i) => { delete i.contentDirectory; }); } },
  // Change of algorithm
  { name: 'algorithm-changes', codes: ['W004'], plan: CHANGED, change: () => undefined },
  { name: 'algorithm-changes-to-sha256', codes: ['W004'], plan: { ...PLAIN, algorithms: ['sha512', 'sha256'] }, change: () => undefined },
  first('algorithm-changes-and-state-differs', ['E066', 'W004'], (i) => { const [a, b] = [digest('sha256', 'one'), digest('sha256', 'two')]; const { state } = v1(i); [state[a], state[b]] = [state[b] ?? [], state[a] ?? []]; }, CHANGED),
  first('algorithm-changes-and-paths-differ', ['E066', 'W004'], (i) => { v1(i).state[digest('sha256', 'one')] = ['changed.txt']; }, CHANGED),
  first('algorithm-changes-and-old-digest-wrong', ['E092', 'W004'], (i) => { const key = digest('sha256', 'one'); rekey(i.manifest, key, mangled(key)); rekey(v1(i).state, key, mangled(key)); }, CHANGED),
  { name: 'algorithm-changes-and-file-altered', codes: ['E092', 'W004'], plan: CHANGED, change: (f) => { write(f, 'v1/content/a.txt', 'onE'); } },
  { name: 'algorithm-changes-and-old-manifest-incomplete', codes: ['E023', 'W004'], plan: CHANGED, change: (f) => { write(f, 'v1/content/d', '4'); edit(f, (i) => { const key = digest('sha512', '4'); i.manifest[key] = ['v1/content/d']; (i.versions.v2 as VersionBlock).state[key] = ['d']; }); } },
  // Order of the blocks
  { name: 'versions-before-manifest', codes: [], plan: FIXED, change: (f) => { for (const place of ['', 'v1', 'v2']) { const { versions, fixity: block, ...rest } = readInventory(f, place); writeInventory(f, place, { fixity: block, versions, ...rest } as Inventory); } } },
  { name: 'versions-before-manifest-with-unknown-digest', codes: ['E050'], plan: ONE, change: (f) => { edit(f, () => undefined); for (const place of ['', 'v1']) { const { versions, ...rest } = readInventory(f, place); (versions.v1 as VersionBlock).state[digest('sha512', 'none')] = ['none']; writeInventory(f, place, { versions, ...rest } as Inventory); } } },
];

function moveContent(inventory: Inventory, from: string, to: string): void {
  for (const paths of Object.values(inventory.manifest)) paths.forEach((path, index) => { if (path.startsWith(from)) paths[index] = to + path.slice(from.length); });
}
