import { lstat, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { HmsError, instantOf } from '../../contract/index.ts';
import type { Imported, LogicalPath } from '../../contract/index.ts';
import { INVENTORY_NAME } from '../../core/index.ts';
import { ifMissing } from '../lake/index.ts';
import type { StagedFile } from '../lake/index.ts';
import { ownInventoryDigest, readForeignInventory, readForeignState } from './inventory.ts';
import type { ForeignInventory, ForeignVersion } from './inventory.ts';
import { notAFile, piecesOfFile } from './pieces.ts';
import type { ImportFile, Sink } from './sink.ts';
import type { ImportDraft, ImportSource, SourceVersion } from './types.ts';

const DECLARATION = /^0=ocfl_object_(1\.[01])$/;
const OWN_FILES = /^(?:0=ocfl_object_.*|inventory\.json(?:\..*)?)$/;

/** The version of OCFL that the folder of an object declares; null where it is none. */
export async function ocflSpecOf(folder: string): Promise<string | null> {
  const names = await readdir(folder).catch(ifMissing([]));
  return names.map((name) => DECLARATION.exec(name)?.[1]).find((spec) => spec !== undefined) ?? null;
}

/** An OCFL object in a folder, as something to be imported: each of its versions becomes one. */
export async function openObject(folder: string, spec: string): Promise<ImportSource> {
  const object = await realpath(folder);
  const inventory = await readForeignInventory(object);
  const names = new Set(inventory.versions.map(({ name }) => name));
  const left = (await readdir(object)).filter((name) => !OWN_FILES.test(name) && !names.has(name)).sort();
  const versions: SourceVersion[] = [];
  for (const [at, version] of inventory.versions.entries()) {
    const imported = await originOf(object, basename(resolve(folder)), spec, inventory, version, left);
    const before = inventory.versions[at - 1]?.name ?? null;
    versions.push({ imported, message: version.message, stage: (draft, sink) => stage(object, inventory, before, version.name, draft, sink) });
  }
  const { files, bytes } = await contentTotals(object, inventory);
  return { form: 'ocfl', id: inventory.id === '' ? null : inventory.id, versions, description: {}, left, files, bytes, close: () => Promise.resolve() };
}

async function originOf(object: string, name: string, spec: string, inventory: ForeignInventory, version: ForeignVersion, left: readonly string[]): Promise<Imported> {
  const { id, algorithm } = inventory;
  const isHead = version === inventory.versions.at(-1);
  const digest = isHead ? inventory.digest : await ownInventoryDigest(object, version.name, algorithm);
  const seal = digest === null ? null : { file: `${version.name}/${INVENTORY_NAME}`, algorithm, digest };
  return { form: 'ocfl', spec, name, id, version: version.name, seal, created: version.created, user: version.user, ...(left.length === 0 ? {} : { left: [...left] }) };
}

/** Stages what a version changes against the one before it: the draft stands on that one. Answers the paths that the draft may touch. */
async function stage(object: string, inventory: ForeignInventory, before: string | null, version: string, draft: ImportDraft, sink: Sink): Promise<void> {
  const old = before === null ? new Map<LogicalPath, string>() : await readForeignState(inventory, before);
  const state = await readForeignState(inventory, version);
  const changed = new Map<string, LogicalPath[]>();
  const touched = new Set<LogicalPath>();
  for (const [path, digest] of state) {
    if (old.get(path) === digest) continue;
    touched.add(path);
    const paths = changed.get(digest);
    if (paths === undefined) changed.set(digest, [path]);
    else paths.push(path);
  }
  for (const path of old.keys()) if (!state.has(path)) touched.add(path);
  draft.refuseOthers(touched);

  for (const path of old.keys()) if (!state.has(path)) sink.remove(path);
  const held = heldBytes(old, changed, draft);
  const folders = new Map<string, Promise<void>>();
  for (const [digest, paths] of changed) {
    const [first, ...others] = paths as [LogicalPath, ...LogicalPath[]];
    let bytes = held.get(digest);
    if (bytes !== undefined) await sink.same(first, bytes);
    else {
      const content = inventory.manifest.get(digest)?.[0] ?? '';
      const expected = [{ algorithm: inventory.algorithm, digest }, ...(inventory.fixity.get(content) ?? [])];
      bytes = await sink.take(first, await contentFile(object, content, folders), expected);
    }
    for (const path of others) await sink.same(path, bytes);
  }
  await sink.flush();
}

/** Bytes that the version before has, under another name too: they are in the dataset's object and are not copied again. */
function heldBytes(old: ReadonlyMap<LogicalPath, string>, changed: ReadonlyMap<string, unknown>, draft: ImportDraft): Map<string, StagedFile> {
  const held = new Map<string, StagedFile>();
  for (const [path, digest] of old) {
    if (!changed.has(digest) || held.has(digest)) continue;
    const file = draft.base(path);
    if (file !== null) held.set(digest, { sha256: file.sha256, size: file.size, mtime: file.mtime, content: null });
  }
  return held;
}

async function contentFile(object: string, content: string, folders: Map<string, Promise<void>>): Promise<ImportFile> {
  const file = join(object, ...content.split('/'));
  const folder = dirname(file);
  const inside = folders.get(folder) ?? refuseOutside(folder, object);
  folders.set(folder, inside);
  await inside;
  const stats = await lstat(file).catch(ifMissing(null));
  if (stats === null) throw new HmsError('SOURCE_REFUSED', `"${file}" is not there, and the inventory names it.`, { kept: 'It was not imported.', next: 'Ask whoever made the object for another copy.' });
  if (!stats.isFile()) throw notAFile(file);
  return { shown: file, mtime: instantOf(stats.mtimeMs), pieces: () => piecesOfFile(file) };
}

/** No folder on the way is a link that leads out of the object. */
async function refuseOutside(folder: string, object: string): Promise<void> {
  const real = await realpath(folder).catch(ifMissing(folder));
  if (real !== folder && !real.startsWith(object + sep)) throw notAFile(folder);
}

async function contentTotals(object: string, inventory: ForeignInventory): Promise<{ files: number; bytes: number }> {
  let [files, bytes] = [0, 0];
  for (const [content] of inventory.manifest.values()) {
    const stats = content === undefined ? null : await lstat(join(object, ...content.split('/'))).catch(() => null);
    files += 1;
    bytes += stats?.size ?? 0;
  }
  return { files, bytes };
}
