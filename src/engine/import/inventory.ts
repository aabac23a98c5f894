import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HmsError } from '../../contract/index.ts';
import type { LogicalPath } from '../../contract/index.ts';
import { fileThatIsAlsoFolder, INVENTORY_NAME, InventoryReader, isContentPath, isLogicalPath } from '../../core/index.ts';
import type { InventoryEvents } from '../../core/index.ts';
import { bytesOf, ifMissing } from '../lake/index.ts';
import type { Expected } from './digests.ts';

/** The inventory of an OCFL 1.0 or 1.1 object that was made elsewhere: digests in sha256 or sha512, hex in any case. */

export interface ForeignVersion {
  /** `v3`, `v0003` */
  readonly name: string;
  readonly created: string | null;
  readonly message: string | null;
  readonly user: { readonly name: string; readonly address: string | null } | null;
}

export interface ForeignInventory {
  readonly file: string;
  readonly id: string;
  readonly algorithm: 'sha256' | 'sha512';
  /** Of the inventory itself, in its algorithm. */
  readonly digest: string;
  /** In order, from the first. */
  readonly versions: readonly ForeignVersion[];
  /** Content paths of each digest. */
  readonly manifest: ReadonlyMap<string, readonly string[]>;
  /** Further digests of content paths. */
  readonly fixity: ReadonlyMap<string, readonly Expected[]>;
}

const nothing: InventoryEvents = { field: ignore, content: ignore, version: ignore, versionField: ignore, state: ignore, fixity: ignore };

function ignore(): void {
  // Not asked for in this reading.
}

/** Reads the root inventory and holds it against its sidecar. Throws SOURCE_REFUSED where it is not one that can be read. */
export async function readForeignInventory(object: string): Promise<ForeignInventory> {
  const file = join(object, INVENTORY_NAME);
  const fields = new Map<string, string>();
  const manifest = new Map<string, string[]>();
  const fixity = new Map<string, Expected[]>();
  const versions = new Map<string, Record<string, string>>();
  const events: InventoryEvents = {
    ...nothing,
    field: (name, value) => fields.set(name, value),
    content: (digest, path) => list(manifest, digest.toLowerCase()).push(path),
    version: (name) => versions.set(name, {}),
    versionField: (version, name, value) => void Object.assign(versions.get(version) ?? {}, { [name]: value }),
    fixity: (algorithm, digest, path) => list(fixity, path).push({ algorithm, digest: digest.toLowerCase() }),
  };
  const algorithm = await algorithmOf(object);
  const digest = await pass(file, events, algorithm);
  await holdAgainstSidecar(object, algorithm, digest);
  if (fields.get('digestAlgorithm') !== algorithm) throw refused(file, `its digest algorithm is not that of its sidecar, ${algorithm}`);
  for (const paths of manifest.values()) for (const path of paths) if (!isContentPath(path)) throw refused(file, `it names "${path}", which is no path inside a version of the object`);
  const names = [...versions.keys()].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
  if (names.length === 0 || names.some((name, at) => Number(name.slice(1)) !== at + 1) || fields.get('head') !== names.at(-1)) throw refused(file, 'its versions do not go from 1 to its head without a gap');
  return { file, id: fields.get('id') ?? '', algorithm, digest, versions: names.map((name) => versionOf(name, versions.get(name) ?? {})), manifest, fixity };
}

function versionOf(name: string, said: Readonly<Record<string, string>>): ForeignVersion {
  // JSON can hold half a surrogate pair, which no UTF-8 text can.
  const whole = Object.fromEntries(Object.entries(said).map(([field, text]) => [field, text.toWellFormed()]));
  const { created = null, message = null, userName, userAddress = null } = whole;
  return { name, created, message, user: userName === undefined ? null : { name: userName, address: userAddress } };
}

/** The digest of each file of a version. Reads the inventory again, so that memory does not grow with the number of versions; refuses one that was changed meanwhile. */
export async function readForeignState(inventory: ForeignInventory, version: string): Promise<Map<LogicalPath, string>> {
  const state = new Map<LogicalPath, string>();
  const digest = await pass(
    inventory.file,
    {
      ...nothing,
      state: (name, found, path) => {
        if (name !== version) return;
        if (!isLogicalPath(path)) throw refused(inventory.file, `its version ${version} names "${path}", which cannot be the name of a file`);
        state.set(path, found.toLowerCase());
      },
    },
    inventory.algorithm,
  );
  if (digest !== inventory.digest) throw refused(inventory.file, 'it was changed while it was read');
  const clash = fileThatIsAlsoFolder(state);
  if (clash !== null) throw refused(inventory.file, `its version ${version} has "${clash.file}" as a file and as a folder`);
  for (const [path, found] of state) if (!inventory.manifest.has(found)) throw refused(inventory.file, `its manifest does not list the content of "${path}"`);
  return state;
}

/** The digest of a version's own inventory, from its sidecar, where it has one and the two agree; else null. */
export async function ownInventoryDigest(object: string, version: string, algorithm: string): Promise<string | null> {
  const folder = join(object, version);
  const said = await readFile(join(folder, `${INVENTORY_NAME}.${algorithm}`), 'utf8').catch(ifMissing(null));
  if (said === null) return null;
  const hash = createHash(algorithm);
  for await (const piece of bytesOf(join(folder, INVENTORY_NAME))) hash.update(piece);
  const digest = hash.digest('hex');
  return said.toLowerCase().startsWith(digest) ? digest : null;
}

async function pass(file: string, events: InventoryEvents, algorithm: string): Promise<string> {
  const reader = new InventoryReader(events);
  const hash = createHash(algorithm);
  for await (const piece of bytesOf(file)) {
    hash.update(piece);
    reader.feed(piece);
  }
  const findings = reader.end().filter(({ severity }) => severity === 'error');
  if (findings[0] !== undefined) throw refused(file, `${findings[0].code}: ${findings[0].message}`);
  return hash.digest('hex');
}

async function algorithmOf(object: string): Promise<'sha256' | 'sha512'> {
  for (const algorithm of ['sha512', 'sha256'] as const) {
    if ((await readFile(join(object, `${INVENTORY_NAME}.${algorithm}`)).catch(ifMissing(null))) !== null) return algorithm;
  }
  throw refused(join(object, INVENTORY_NAME), 'it has no sidecar in sha512 or sha256');
}

async function holdAgainstSidecar(object: string, algorithm: string, digest: string): Promise<void> {
  const sidecar = await readFile(join(object, `${INVENTORY_NAME}.${algorithm}`), 'utf8');
  if (sidecar.trimEnd().split(/[ \t]+/)[0]?.toLowerCase() !== digest) throw refused(join(object, INVENTORY_NAME), 'it does not have the digest that its sidecar names');
}

function list<V>(lists: Map<string, V[]>, key: string): V[] {
  const found = lists.get(key);
  if (found !== undefined) return found;
  const made: V[] = [];
  lists.set(key, made);
  return made;
}

function refused(file: string, why: string): HmsError {
  return new HmsError('SOURCE_REFUSED', `The inventory ${file} cannot be imported: ${why}.`, { kept: 'Nothing was imported.', next: 'Check it with: hms dta verify' });
}
