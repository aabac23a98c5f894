import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type Spec = '1.0' | '1.1';
export type Algorithm = 'sha512' | 'sha256';
export type Digests = Record<string, string[]>;

export interface Inventory {
  [key: string]: unknown;
  id: string;
  type: string;
  digestAlgorithm: string;
  head: string;
  contentDirectory?: string;
  manifest: Digests;
  versions: Record<string, VersionBlock>;
  fixity?: Record<string, Digests>;
}
export interface VersionBlock {
  [key: string]: unknown;
  created: string;
  message?: string;
  user?: { name?: string; address?: string };
  state: Digests;
}

/** An object in short: for each version its files by logical path. What a version has already is not stored again. */
export interface Plan {
  readonly id?: string;
  readonly spec?: Spec;
  /** Of each version; the last one given counts for those after it. */
  readonly specs?: readonly Spec[];
  readonly algorithms?: readonly Algorithm[];
  readonly contentDirectory?: string;
  /** Digits of version names; 0 for plain ones. */
  readonly padding?: number;
  readonly upperCase?: boolean;
  readonly fixity?: readonly string[];
  readonly versions: readonly Readonly<Record<string, string>>[];
  /** Versions without an inventory of their own, by number. */
  readonly bare?: readonly number[];
}

export const PLAIN: Plan = { versions: [{ 'a.txt': 'one', 'folder/b.txt': 'two' }, { 'a.txt': 'one', 'folder/b.txt': 'three', 'c.txt': 'one' }] };
export const ONE: Plan = { versions: [{ 'a.txt': 'one', 'folder/b.txt': 'two' }] };

/** What `fixity` of a plan can name, by Node's names. */
const nodeNames: Readonly<Record<string, string>> = { 'blake2b-512': 'blake2b512', 'sha512/256': 'sha512-256' };

export function digest(algorithm: string, content: string): string {
  if (algorithm === 'size') return String(Buffer.byteLength(content));
  return createHash(nodeNames[algorithm] ?? algorithm).update(content).digest('hex');
}

export function versionName(number: number, padding = 0): string {
  return `v${padding > 0 ? String(number).padStart(padding, '0') : String(number)}`;
}

/** Writes a valid object. */
export function buildObject(folder: string, plan: Plan): void {
  const of = <T>(list: readonly T[] | undefined, index: number, preset: T): T => list?.[Math.min(index, list.length - 1)] ?? preset;
  const content = plan.contentDirectory ?? 'content';
  const stored = new Map<string, string>();
  mkdirSync(folder, { recursive: true });
  plan.versions.forEach((files, index) => {
    const name = versionName(index + 1, plan.padding);
    mkdirSync(join(folder, name), { recursive: true });
    for (const [path, text] of Object.entries(files)) {
      if (stored.has(text)) continue;
      stored.set(text, `${name}/${content}/${path}`);
      write(folder, `${name}/${content}/${path}`, text);
    }
    const inventory = inventoryOf(plan, index + 1, stored, of(plan.algorithms, index, 'sha512'), of(plan.specs, index, plan.spec ?? '1.1'));
    if (plan.bare?.includes(index + 1) !== true) writeInventory(folder, name, inventory);
    if (index === plan.versions.length - 1) writeInventory(folder, '', inventory);
  });
  const spec = of(plan.specs, plan.versions.length - 1, plan.spec ?? '1.1');
  writeFileSync(join(folder, `0=ocfl_object_${spec}`), `ocfl_object_${spec}\n`);
}

function inventoryOf(plan: Plan, head: number, stored: ReadonlyMap<string, string>, algorithm: Algorithm, spec: Spec): Inventory {
  const shown = (text: string): string => (plan.upperCase === true ? text.toUpperCase() : text);
  const manifest: Digests = {};
  for (const [text, path] of stored) manifest[shown(digest(algorithm, text))] = [path];
  const versions: Record<string, VersionBlock> = {};
  for (let number = 1; number <= head; number++) {
    const state: Digests = {};
    for (const [path, text] of Object.entries(plan.versions[number - 1] ?? {})) (state[shown(digest(algorithm, text))] ??= []).push(path);
    versions[versionName(number, plan.padding)] = {
      created: `2024-07-${String(number % 28 + 1).padStart(2, '0')}T12:00:00Z`,
      message: `Version ${String(number)}`,
      user: { name: 'Ada Clerk', address: 'mailto:ada@example.org' },
      state,
    };
  }
  const fixity: Record<string, Digests> = {};
  for (const name of plan.fixity ?? []) {
    const block: Digests = {};
    for (const [text, path] of stored) (block[shown(digest(name, text))] ??= []).push(path);
    fixity[name] = block;
  }
  return {
    id: plan.id ?? 'urn:example:object',
    type: `https://ocfl.io/${spec}/spec/#inventory`,
    digestAlgorithm: algorithm,
    head: versionName(head, plan.padding),
    ...(plan.contentDirectory === undefined ? {} : { contentDirectory: plan.contentDirectory }),
    manifest,
    versions,
    ...(plan.fixity === undefined ? {} : { fixity }),
  };
}

export function write(folder: string, path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

export function readInventory(folder: string, place: string): Inventory {
  return JSON.parse(readFileSync(join(folder, place, 'inventory.json'), 'utf8')) as Inventory;
}

/** Writes an inventory with its digest beside it. */
export function writeInventory(folder: string, place: string, inventory: Inventory | string): void {
  const text = typeof inventory === 'string' ? inventory : JSON.stringify(inventory, null, 1);
  const algorithm = (JSON.parse(text) as Inventory).digestAlgorithm;
  writeInventoryText(folder, place, text, typeof algorithm === 'string' ? algorithm : 'sha512');
}

/** The same for a text that is no inventory. */
export function writeInventoryText(folder: string, place: string, text: string | Uint8Array, algorithm: string): void {
  write(folder, join(place, 'inventory.json'), text);
  write(folder, join(place, `inventory.json.${algorithm}`), `${createHash(algorithm).update(text).digest('hex')} inventory.json\n`);
}

/** Changes inventories, and writes their digests anew. Without places: the one at the top and the newest version's, which are the same. */
export function edit(folder: string, change: (inventory: Inventory) => void, places?: readonly string[]): void {
  for (const place of places ?? ['', readInventory(folder, '').head]) {
    const inventory = readInventory(folder, place);
    change(inventory);
    writeInventory(folder, place, inventory);
  }
}
