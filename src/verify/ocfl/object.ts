import { createHash } from 'node:crypto';
import type { OcflCheck } from './context.ts';
import { ObjectCheck } from './context.ts';
import { checkDeclaration, OBJECT } from './declaration.ts';
import { algorithmName, digestBytes, digestsLength } from './digests.ts';
import type { FolderNames } from './folder.ts';
import { namesOf } from './folder.ts';
import type { PrintKey } from './inventory/printer.ts';
import { versionNumber } from './inventory/version-names.ts';
import { checkObjectFolder, isVersionFolder } from './object-folder.ts';
import { checkVersions } from './object-versions.ts';
import type { ListedVersion, OpenObject } from './open-object.ts';
import { readInventory } from './open-object.ts';
import { checkSidecars, INVENTORY, sidecarMask } from './sidecar.ts';
import { checkTopInventory, reportInventory } from './top-inventory.ts';

/**
 * Checks one object. Only regular files and folders below it are read; no path from an inventory is ever opened: files are found by listing
 * folders, and what an inventory lists is looked up by name.
 */
export async function checkObject(check: OcflCheck, folder: string, prefix: string, inStorageRoot: boolean): Promise<ObjectCheck> {
  const object = new ObjectCheck(check, folder, prefix, inStorageRoot);
  const names = namesOf(folder);
  if (typeof names === 'string') {
    object.add('FILE_UNREADABLE', '', `This folder cannot be listed: ${names}.`);
    return object;
  }
  const declared = checkDeclaration(folder, names, OBJECT, (code, path, message) => { object.add(code, path, message); });
  object.declared = declared;
  if (declared !== null) object.spec = declared;
  if (!names.files.includes(INVENTORY)) {
    if (!names.links.includes(INVENTORY)) object.add('E063', '', `There is no "${INVENTORY}" at the top of the object.`);
    checkObjectFolder(object, names, null);
    return object;
  }
  const listed = await listVersions(object, names);
  const digests = listed.top;
  if (digests === null) {
    checkObjectFolder(object, names, null);
    return object;
  }
  const key = keyOf(digests, listed.folders);
  const top = await readInventory(object, key, INVENTORY, { keeps: true });
  object.id = top.id;
  if (declared === null && top.spec !== null) object.spec = top.spec;
  const file = { place: '', names, digests };
  checkObjectFolder(object, names, top.isInventory ? top : null);
  reportInventory(object, INVENTORY, top);
  checkSidecars(object, file, top.isInventory ? top.algorithm : null);
  if (top.unreadable !== null || !top.isInventory) return object;
  const open: OpenObject = { object, key, folders: new Map(listed.folders.map((version) => [version.name, version])), links: new Set(names.links), topDigest: digests.get('sha256') ?? '', top };
  const versions = checkTopInventory(open, declared);
  object.versions = versions.length;
  await checkVersions(open, versions);
  return object;
}

async function listVersions(object: ObjectCheck, names: FolderNames): Promise<{ top: ReadonlyMap<string, string> | null; folders: ListedVersion[] }> {
  const top = (await hashInventories(object, [{ place: '', names }]))[0] ?? null;
  const listed: { name: string; names: FolderNames }[] = [];
  for (const name of names.folders.filter(isVersionFolder)) {
    const inside = namesOf(`${object.folder}/${name}`);
    if (typeof inside === 'string') object.add('FILE_UNREADABLE', name, `This folder cannot be listed: ${inside}.`);
    else listed.push({ name, names: inside });
    await object.meter.breathe();
  }
  const withInventory = listed.filter(({ names: inside }) => inside.files.includes(INVENTORY));
  const digests = await hashInventories(object, withInventory.map(({ name, names: inside }) => ({ place: `${name}/`, names: inside })));
  const byName = new Map(withInventory.map(({ name }, index) => [name, digests[index] ?? null]));
  const folders = listed.map(({ name, names: inside }) => ({ name, number: versionNumber(name) ?? 0, names: inside, digests: byName.get(name) ?? null }));
  return { top, folders: folders.sort((a, b) => a.number - b.number || (a.name < b.name ? -1 : 1)) };
}

/** Digests of inventories; null for one that cannot be read, which is reported. */
async function hashInventories(object: ObjectCheck, files: readonly { place: string; names: FolderNames }[]): Promise<(Map<string, string> | null)[]> {
  if (files.length === 0) return [];
  const masks = Uint16Array.from(files, ({ names }) => sidecarMask(names));
  const paths = files.map(({ place }) => `${place}${INVENTORY}`);
  const result = await object.pool.run({ kind: 'digestFiles', folder: object.folder, names: paths.join('\0'), masks });
  object.meter.add(0, result.bytes);
  for (const { index, file } of result.linked) object.linked(file, paths[index] ?? '');
  const problems = new Map(result.problems.map((problem) => [problem.index, problem.detail]));
  let at = 0;
  return files.map((_, index) => {
    const mask = masks[index] ?? 0;
    const digests = result.digests.subarray(at, at + digestsLength(mask));
    at += digests.length;
    const detail = problems.get(index);
    if (detail === undefined) return namedDigests(mask, digests);
    object.add('FILE_UNREADABLE', paths[index] ?? '', `This inventory cannot be read: ${detail}.`);
    return null;
  });
}

function namedDigests(mask: number, digests: Uint8Array): Map<string, string> {
  const named = new Map<string, string>();
  let at = 0;
  for (let index = 0; 1 << index <= mask; index++) {
    if ((mask & (1 << index)) === 0) continue;
    named.set(algorithmName(index), Buffer.from(digests.subarray(at, at + digestBytes(index))).toString('hex'));
    at += digestBytes(index);
  }
  return named;
}

/** The key of the prints: known only when all inventories are, so that none could be written to deceive them. */
function keyOf(top: ReadonlyMap<string, string>, folders: readonly ListedVersion[]): PrintKey {
  const sum = createHash('sha256').update(top.get('sha256') ?? '');
  for (const { digests } of folders) sum.update(digests?.get('sha256') ?? '-');
  const digest = sum.digest();
  return [digest.readInt32LE(0), digest.readInt32LE(4)];
}
