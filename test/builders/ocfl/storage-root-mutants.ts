import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from './mutant.ts';
import { edit, write } from './object.ts';
import { addObject, LAYOUT_3, placeOf } from './storage-root.ts';

const DECLARATION = '0=ocfl_1.1';
const ONE = placeOf('urn:example:one');
const remove = (folder: string, path: string): void => {
  rmSync(join(folder, path), { recursive: true });
};
const rename = (folder: string, from: string, to: string): void => {
  renameSync(join(folder, from), join(folder, to));
};
const empty = (folder: string, path: string): void => {
  mkdirSync(join(folder, path), { recursive: true });
};
const layout = (folder: string, value: unknown): void => {
  write(folder, 'ocfl_layout.json', typeof value === 'string' ? value : JSON.stringify(value));
};
/** As a storage root of OCFL 1.0. */
const as10 = (folder: string): void => {
  remove(folder, DECLARATION);
  write(folder, '0=ocfl_1.0', 'ocfl_1.0\n');
  for (const id of ['urn:example:one', 'urn:example:two']) remove(folder, placeOf(id).slice(0, 3));
  for (const id of ['urn:example:one', 'urn:example:two']) addObject(folder, id, { spec: '1.0' });
};

/** Defects of storage roots. `plan` is not used: each is made from the same root of two objects. */
export const storageRootMutants: readonly Mutant[] = [
  { name: 'root-as-it-should-be', codes: [], change: () => undefined },
  { name: 'root-of-1.0', codes: [], change: as10 },
  { name: 'root-without-objects', codes: [], change: (f) => { for (const id of ['urn:example:one', 'urn:example:two']) remove(f, placeOf(id).slice(0, 3)); } },
  { name: 'root-without-layout-file', codes: [], change: (f) => { remove(f, 'ocfl_layout.json'); } },
  { name: 'root-with-objects-of-both-versions', codes: [], change: (f) => { addObject(f, 'urn:example:old', { spec: '1.0' }); } },
  // Declaration
  { name: 'root-declaration-missing', codes: ['E069'], change: (f) => { remove(f, DECLARATION); } },
  { name: 'root-declaration-without-equals', codes: ['E075'], change: (f) => { rename(f, DECLARATION, '0ocfl_1.1'); } },
  { name: 'root-declarations-two', codes: ['E076'], change: (f) => { write(f, '0=ocfl_1.0', 'ocfl_1.0\n'); } },
  { name: 'root-declaration-of-unknown-version', codes: ['E077'], change: (f) => { remove(f, DECLARATION); write(f, '0=ocfl_3.0', 'ocfl_3.0\n'); } },
  { name: 'root-declaration-begins-with-1', codes: ['E078'], change: (f) => { rename(f, DECLARATION, '1=ocfl_1.1'); } },
  { name: 'root-declaration-of-something-else', codes: ['E079'], change: (f) => { remove(f, DECLARATION); write(f, '0=pairtree_1.1', 'pairtree_1.1\n'); } },
  { name: 'root-declaration-text-wrong', codes: ['E080'], change: (f) => { write(f, DECLARATION, 'ocfl_1.0\n'); } },
  // Layout
  { name: 'layout-not-json', codes: ['E070'], change: (f) => { layout(f, '{'); } },
  { name: 'layout-a-list', codes: ['E070'], change: (f) => { layout(f, []); } },
  { name: 'layout-with-byte-order-mark', codes: ['E070'], change: (f) => { layout(f, `\uFEFF${JSON.stringify({ extension: LAYOUT_3, description: 'x' })}`); } },
  { name: 'layout-without-description', codes: ['E070'], change: (f) => { layout(f, { extension: LAYOUT_3 }); } },
  { name: 'layout-without-extension', codes: ['E070'], change: (f) => { layout(f, { description: 'x' }); } },
  { name: 'layout-description-not-a-text', codes: ['E070'], change: (f) => { layout(f, { extension: LAYOUT_3, description: ['x'] }); } },
  { name: 'layout-not-registered', codes: ['E071'], change: (f) => { layout(f, { extension: 'my-own-layout', description: 'x' }); } },
  { name: 'layout-an-extension-of-another-kind', codes: ['E071'], change: (f) => { layout(f, { extension: '0009-digest-algorithms', description: 'x' }); } },
  { name: 'layout-extension-not-a-text', codes: ['E071'], change: (f) => { layout(f, { extension: 3, description: 'x' }); } },
  { name: 'layout-with-impossible-parameters', codes: ['LAYOUT_UNKNOWN'], change: (f) => { write(f, `extensions/${LAYOUT_3}/config.json`, '{"tupleSize":0}'); } },
  { name: 'layout-without-parameters', codes: [], change: (f) => { remove(f, `extensions`); } },
  { name: 'layout-0006-without-parameters', codes: ['LAYOUT_UNKNOWN'], change: (f) => { layout(f, { extension: '0006-flat-omit-prefix-storage-layout', description: 'x' }); } },
  { name: 'object-misplaced', codes: ['E083', 'W014'], change: (f) => { rename(f, ONE, `${ONE.slice(0, 11)}/renamed`); } },
  { name: 'objects-all-misplaced', codes: ['E083'], change: (f) => { write(f, `extensions/${LAYOUT_3}/config.json`, '{"digestAlgorithm":"md5"}'); } },
  // Folders on the way to objects
  { name: 'file-among-folders', codes: ['E072', 'E084'], change: (f) => { write(f, `${ONE.slice(0, 7)}/notes.txt`, 'x'); } },
  { name: 'file-where-an-object-should-be', codes: ['E072', 'E085'], change: (f) => { write(f, 'abc/def/notes.txt', 'x'); } },
  { name: 'object-without-declaration', codes: ['E003', 'E072', 'E084'], change: (f) => { remove(f, `${ONE}/0=ocfl_object_1.1`); } },
  { name: 'folder-empty', codes: ['E073'], change: (f) => { empty(f, 'abc/def'); } },
  { name: 'root-inside-a-root', codes: ['E088'], change: (f) => { write(f, 'inner/0=ocfl_1.1', 'ocfl_1.1\n'); } },
  { name: 'object-inside-an-object', codes: ['E001', 'E082'], change: (f) => { addObject(f, 'urn:example:inner', {}, `${ONE}/inner`); } },
  { name: 'object-at-top-beside-deeper-ones', codes: ['W015'], change: (f) => { remove(f, 'ocfl_layout.json'); addObject(f, 'urn:example:top', {}, 'top'); } },
  { name: 'link-among-folders', codes: ['E090'], posix: true, change: (f) => { symlinkSync('/', join(f, 'abc')); } },
  { name: 'link-deeper-among-folders', codes: ['E090'], posix: true, change: (f) => { symlinkSync('/', join(f, ONE.slice(0, 7), 'abc')); } },
  { name: 'pipe-among-folders', codes: ['E072', 'E084'], posix: true, change: (f) => { execFileSync('mkfifo', [join(f, ONE.slice(0, 7), 'pipe')]); } },
  // Objects in the root
  { name: 'object-of-later-version-than-root', codes: ['E081'], change: (f) => { as10(f); addObject(f, 'urn:example:new', { spec: '1.1' }); } },
  { name: 'id-of-two-objects', codes: ['E037'], change: (f) => { remove(f, 'ocfl_layout.json'); addObject(f, 'urn:example:one', {}, 'aaa/bbb/ccc/again'); } },
  { name: 'object-with-a-defect', codes: ['E092'], change: (f) => { write(f, `${ONE}/v1/content/a.txt`, 'onE'); } },
  { name: 'object-declared-as-unknown-version', codes: ['E004'], change: (f) => { remove(f, `${ONE}/0=ocfl_object_1.1`); write(f, `${ONE}/0=ocfl_object_0.9`, 'ocfl_object_0.9\n'); } },
  { name: 'object-declared-twice', codes: ['E003'], change: (f) => { write(f, `${ONE}/0=ocfl_object_1.0`, 'ocfl_object_1.0\n'); } },
  { name: 'object-id-empty', codes: ['E037'], change: (f) => { edit(join(f, ONE), (i) => { i.id = ''; }); } },
  // Extensions of the root
  { name: 'root-extension-not-registered', codes: ['W016'], change: (f) => { write(f, 'extensions/my-own/x', 'x'); } },
  { name: 'root-extension-not-registered-1.0', codes: ['W013'], change: (f) => { as10(f); write(f, 'extensions/my-own/x', 'x'); } },
  { name: 'file-in-root-extensions', codes: ['E112'], change: (f) => { write(f, 'extensions/notes.txt', 'x'); } },
  { name: 'file-in-root-extensions-1.0', codes: ['E086'], change: (f) => { as10(f); write(f, 'extensions/notes.txt', 'x'); } },
  { name: 'root-extension-empty', codes: ['E073'], change: (f) => { empty(f, 'extensions/0008-schema-registry'); } },
  { name: 'root-extensions-empty', codes: ['E073'], change: (f) => { remove(f, 'extensions'); empty(f, 'extensions'); } },
  { name: 'link-in-root-extensions', codes: ['E090'], posix: true, change: (f) => { symlinkSync('/', join(f, 'extensions/x')); } },
];
