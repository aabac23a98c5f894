import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from './mutant.ts';
import { digest, edit, ONE, PLAIN, readInventory, write, writeInventoryText } from './object.ts';

const remove = (folder: string, path: string): void => {
  rmSync(join(folder, path), { recursive: true });
};
const rename = (folder: string, from: string, to: string): void => {
  renameSync(join(folder, from), join(folder, to));
};
const DECLARATION = '0=ocfl_object_1.1';

/** Defects of files and folders. */
export const folderMutants: readonly Mutant[] = [
  // The top of the object
  { name: 'file-at-top', codes: ['E001'], change: (f) => { write(f, 'notes.txt', 'x'); } },
  { name: 'folder-at-top', codes: ['E001'], change: (f) => { write(f, 'extra/x', 'x'); } },
  { name: 'version-is-a-file', codes: ['E001'], plan: ONE, change: (f) => { write(f, 'v2', 'x'); } },
  { name: 'second-sidecar-at-top', codes: ['E001'], change: (f) => { write(f, 'inventory.json.md5', 'x'); } },
  { name: 'logs-is-a-file', codes: ['E001'], change: (f) => { write(f, 'logs', 'x'); } },
  { name: 'logs-with-anything', codes: [], change: (f) => { write(f, 'logs/deep/er.log', 'x'); } },
  { name: 'pipe-at-top', codes: ['E001'], posix: true, change: (f) => { execFileSync('mkfifo', [join(f, 'pipe')]); } },
  { name: 'version-folder-not-described', codes: ['E046'], plan: ONE, change: (f) => { write(f, 'v2/content/x', 'x'); } },
  // The declaration
  { name: 'declaration-missing', codes: ['E003'], change: (f) => { remove(f, DECLARATION); } },
  { name: 'declaration-missing-1.0', codes: ['E003'], plan: { ...PLAIN, spec: '1.0' }, change: (f) => { remove(f, '0=ocfl_object_1.0'); } },
  { name: 'declarations-two', codes: ['E003'], change: (f) => { write(f, '0=ocfl_object_1.0', 'ocfl_object_1.0\n'); } },
  { name: 'nothing-at-all', codes: ['E003', 'E063'], change: (f) => { for (const name of readdirSync(f)) remove(f, name); } },
  { name: 'declaration-without-equals', codes: ['E002'], change: (f) => { rename(f, DECLARATION, '0ocfl_object_1.1'); } },
  { name: 'declaration-of-unknown-version', codes: ['E004'], change: (f) => { remove(f, DECLARATION); write(f, '0=ocfl_object_0.9', 'ocfl_object_0.9\n'); } },
  { name: 'declaration-begins-with-1', codes: ['E005'], change: (f) => { rename(f, DECLARATION, '1=ocfl_object_1.1'); } },
  { name: 'declaration-of-something-else', codes: ['E004', 'E006'], change: (f) => { remove(f, DECLARATION); write(f, '0=something_1.1', 'something_1.1\n'); } },
  { name: 'declaration-text-wrong', codes: ['E007'], change: (f) => { write(f, DECLARATION, 'ocfl_object_1.0\n'); } },
  { name: 'declaration-without-line-feed', codes: ['E007'], change: (f) => { write(f, DECLARATION, 'ocfl_object_1.1'); } },
  { name: 'declaration-empty', codes: ['E007'], change: (f) => { write(f, DECLARATION, ''); } },
  { name: 'declaration-huge', codes: ['E007'], change: (f) => { write(f, DECLARATION, 'x'.repeat(100_000)); } },
  // Version folders
  { name: 'version-folder-missing-between', codes: ['E010', 'E046'], plan: { versions: [{ a: '1' }, { a: '1' }, { a: '1' }] }, change: (f) => { remove(f, 'v2'); } },
  { name: 'version-folder-missing-first', codes: ['E009', 'E046'], plan: { versions: [{}, { a: '1' }] }, change: (f) => { remove(f, 'v1'); } },
  { name: 'version-folder-missing-last', codes: ['E046'], plan: { versions: [{}] }, change: (f) => { remove(f, 'v1'); } },
  { name: 'file-in-version-folder', codes: ['E015'], change: (f) => { write(f, 'v1/notes.txt', 'x'); } },
  { name: 'second-sidecar-in-version-folder', codes: ['E015'], change: (f) => { write(f, 'v1/inventory.json.md5', 'x'); } },
  { name: 'folder-in-version-folder', codes: ['W002'], change: (f) => { write(f, 'v1/extra/x', 'x'); } },
  { name: 'content-folder-missing', codes: ['E016', 'E023', 'E092'], change: (f) => { remove(f, 'v2/content'); } },
  { name: 'content-folder-empty', codes: ['W003'], plan: { versions: [{}] }, change: (f) => { mkdirSync(join(f, 'v1/content')); } },
  { name: 'folder-in-content-empty', codes: ['E024'], change: (f) => { mkdirSync(join(f, 'v1/content/nothing')); } },
  { name: 'content-folder-with-empty-folder-only', codes: ['E024', 'W003'], plan: { versions: [{}] }, change: (f) => { mkdirSync(join(f, 'v1/content/nothing'), { recursive: true }); } },
  { name: 'inventory-of-version-missing', codes: ['W010'], change: (f) => { remove(f, 'v1/inventory.json'); remove(f, 'v1/inventory.json.sha512'); } },
  // Content
  { name: 'file-not-listed', codes: ['E023'], change: (f) => { write(f, 'v1/content/new.txt', 'x'); } },
  { name: 'file-missing', codes: ['E023', 'E092'], change: (f) => { remove(f, 'v1/content/a.txt'); } },
  { name: 'file-altered', codes: ['E092'], change: (f) => { write(f, 'v1/content/a.txt', 'onE'); } },
  { name: 'file-grown', codes: ['E092'], change: (f) => { write(f, 'v2/content/folder/b.txt', 'three\n'); } },
  { name: 'file-renamed', codes: ['E023', 'E092'], change: (f) => { rename(f, 'v1/content/a.txt', 'v1/content/A.txt'); } },
  { name: 'link-in-content', codes: ['E090'], posix: true, change: (f) => { remove(f, 'v1/content/a.txt'); symlinkSync('/etc/passwd', join(f, 'v1/content/a.txt')); } },
  { name: 'link-to-folder-in-content', codes: ['E090'], posix: true, change: (f) => { symlinkSync('/', join(f, 'v1/content/root')); } },
  { name: 'link-at-top', codes: ['E090'], posix: true, change: (f) => { symlinkSync('inventory.json', join(f, 'latest.json')); } },
  { name: 'link-for-a-version', codes: ['E090'], posix: true, plan: { versions: [{}, {}] }, change: (f) => { rename(f, 'v1', '../moved'); symlinkSync('../moved', join(f, 'v1')); } },
  { name: 'hard-link-in-content', codes: ['E090'], posix: true, plan: { versions: [{ a: 'x', b: 'y' }] }, change: (f) => { edit(f, (i) => { i.manifest[Object.keys(i.manifest)[0] ?? '']?.push('v1/content/c'); }); linkSync(join(f, 'v1/content/a'), join(f, 'v1/content/c')); } },
  { name: 'hard-link-of-inventories', codes: ['E090'], posix: true, change: (f) => { remove(f, 'v2/inventory.json'); linkSync(join(f, 'inventory.json'), join(f, 'v2/inventory.json')); } },
  { name: 'hard-link-from-elsewhere', codes: [], posix: true, change: (f) => { linkSync(join(f, 'v1/content/a.txt'), join(f, '..', 'elsewhere')); } },
  { name: 'pipe-in-content', codes: ['E089'], posix: true, change: (f) => { execFileSync('mkfifo', [join(f, 'v1/content/pipe')]); } },
  { name: 'pipe-in-version-folder', codes: ['E015'], posix: true, change: (f) => { execFileSync('mkfifo', [join(f, 'v1/pipe')]); } },
  // Inventory files and their digests
  { name: 'inventory-missing', codes: ['E063'], change: (f) => { remove(f, 'inventory.json'); } },
  { name: 'inventory-named-otherwise', codes: ['E034', 'E063'], change: (f) => { rename(f, 'inventory.json', 'Inventory.json'); } },
  { name: 'sidecar-missing', codes: ['E058'], change: (f) => { remove(f, 'inventory.json.sha512'); } },
  { name: 'sidecar-of-version-missing', codes: ['E058'], change: (f) => { remove(f, 'v1/inventory.json.sha512'); } },
  { name: 'sidecar-of-other-algorithm', codes: ['E058', 'E059'], change: (f) => { rename(f, 'inventory.json.sha512', 'inventory.json.sha256'); write(f, 'inventory.json.sha256', `${sha256(f, 'inventory.json')} inventory.json\n`); } },
  { name: 'sidecar-digest-wrong', codes: ['E060'], change: (f) => { write(f, 'inventory.json.sha512', `${'0'.repeat(128)} inventory.json\n`); } },
  { name: 'sidecar-of-version-digest-wrong', codes: ['E060'], change: (f) => { write(f, 'v1/inventory.json.sha512', `${'0'.repeat(128)} inventory.json\n`); } },
  { name: 'sidecar-without-name', codes: ['E061'], change: (f) => { const [digest] = text(f, 'inventory.json.sha512').split(' '); write(f, 'inventory.json.sha512', digest ?? ''); } },
  { name: 'sidecar-of-other-name', codes: ['E061'], change: (f) => { write(f, 'inventory.json.sha512', text(f, 'inventory.json.sha512').replace('inventory', 'inventories')); } },
  { name: 'sidecar-not-hexadecimal', codes: ['E061'], change: (f) => { write(f, 'inventory.json.sha512', 'good inventory.json\n'); } },
  { name: 'sidecar-two-lines', codes: ['E061'], change: (f) => { write(f, 'inventory.json.sha512', text(f, 'inventory.json.sha512').repeat(2)); } },
  { name: 'sidecar-huge', codes: ['E061'], change: (f) => { write(f, 'inventory.json.sha512', 'f'.repeat(100_000)); } },
  { name: 'sidecar-in-upper-case-with-tabs', codes: [], change: (f) => { write(f, 'inventory.json.sha512', `${text(f, 'inventory.json.sha512').slice(0, 128).toUpperCase()}\t \tinventory.json`); } },
  { name: 'inventory-changed-without-digest', codes: ['E060', 'E064'], change: (f) => { write(f, 'inventory.json', `${text(f, 'inventory.json')}\n`); } },
  { name: 'inventory-not-that-of-newest-version', codes: ['E064'], change: (f) => { edit(f, (i) => { (i.versions.v2 ?? { message: '' }).message = 'other'; }, ['']); } },
  { name: 'inventory-of-version-one-at-top', codes: ['E046'], plan: { versions: [{ a: '1' }, { a: '1' }] }, change: (f) => { copyFileSync(join(f, 'v1/inventory.json'), join(f, 'inventory.json')); copyFileSync(join(f, 'v1/inventory.json.sha512'), join(f, 'inventory.json.sha512')); } },
  { name: 'inventory-at-top-of-missing-version', codes: ['E046'], plan: { versions: [{ a: '1' }, { a: '1' }] }, change: (f) => { remove(f, 'v2'); } },
  // Extensions of the object
  { name: 'file-in-extensions', codes: ['E067'], change: (f) => { write(f, 'extensions/notes.txt', 'x'); } },
  { name: 'extension-registered', codes: [], change: (f) => { write(f, 'extensions/0005-mutable-head/x', 'x'); } },
  { name: 'extension-not-registered', codes: ['W013'], change: (f) => { write(f, 'extensions/my-own/x', 'x'); } },
  { name: 'link-in-extensions', codes: ['E090'], posix: true, change: (f) => { mkdirSync(join(f, 'extensions')); symlinkSync('/', join(f, 'extensions/x')); } },
  // JSON
  { name: 'inventory-empty', codes: ['E033'], plan: ONE, change: (f) => { both(f, ''); } },
  { name: 'inventory-not-json', codes: ['E033'], plan: ONE, change: (f) => { both(f, `${text(f, 'inventory.json')}]`); } },
  { name: 'inventory-cut-off', codes: ['E033'], plan: ONE, change: (f) => { both(f, text(f, 'inventory.json').slice(0, -3)); } },
  { name: 'inventory-with-byte-order-mark', codes: ['E033'], plan: ONE, change: (f) => { both(f, `\uFEFF${text(f, 'inventory.json')}`); } },
  { name: 'inventory-not-utf-8', codes: ['E033'], plan: ONE, change: (f) => { both(f, Buffer.from(text(f, 'inventory.json').replace('Ada', '\u00c4da'), 'latin1')); } },
  { name: 'inventory-a-list', codes: ['E033'], plan: ONE, change: (f) => { both(f, '[]'); } },
  { name: 'inventory-a-text', codes: ['E033'], plan: ONE, change: (f) => { both(f, '"inventory"'); } },
  { name: 'inventory-nested-deeply', codes: ['E033'], plan: ONE, change: (f) => { both(f, '['.repeat(1_000_000)); } },
  { name: 'inventory-with-number-as-key', codes: ['E033'], plan: ONE, change: (f) => { both(f, '{1:2}'); } },
  { name: 'inventory-with-huge-text', codes: ['E033'], plan: ONE, change: (f) => { both(f, `{"id":"${'x'.repeat(3_000_000)}"}`); } },
  { name: 'key-twice', codes: ['E033'], plan: ONE, change: (f) => { const t = text(f, 'inventory.json'); both(f, t.replace('"head"', '"head": "v1",\n "head"')); } },
  { name: 'version-twice', codes: ['E012', 'E033'], plan: ONE, change: (f) => { const { versions } = readInventory(f, ''); both(f, text(f, 'inventory.json').replace('"v1": {', `"v1": ${JSON.stringify(versions.v1)}, "v1": {`)); } },
  { name: 'inventory-of-version-not-json', codes: ['E033'], change: (f) => { writeInventoryText(f, 'v1', '{', 'sha512'); } },
  // Several at once: each is told
  { name: 'several-defects', codes: ['E001', 'E007', 'E015', 'E023', 'E040', 'E092', 'W005'], change: (f) => {
    cpSync(join(f, 'v1'), join(f, 'copy'), { recursive: true });
    write(f, DECLARATION, '');
    write(f, 'v2/extra', '');
    remove(f, 'v1/content/a.txt');
    edit(f, (i) => { i.head = 'v1'; i.id = 'plain'; }, ['', 'v2', 'v1']);
  } },
];

function both(folder: string, content: string | Uint8Array): void {
  for (const place of ['', 'v1']) writeInventoryText(folder, place, content, 'sha512');
}

function text(folder: string, path: string): string {
  return readFileSync(join(folder, path), 'utf8');
}

function sha256(folder: string, path: string): string {
  return digest('sha256', text(folder, path));
}
