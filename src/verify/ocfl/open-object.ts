import type { ReadOcflInventory, ReadOcflInventoryResult } from '../workers/read-ocfl-inventory.ts';
import type { ObjectCheck } from './context.ts';
import type { FolderNames } from './folder.ts';
import type { PrintKey } from './inventory/printer.ts';

/** The folder of a version, listed, with the digests of its inventory; null where it has none that can be read. */
export interface ListedVersion {
  readonly name: string;
  readonly number: number;
  readonly names: FolderNames;
  readonly digests: ReadonlyMap<string, string> | null;
}

/** What the parts of the check of one object share. */
export interface OpenObject {
  readonly object: ObjectCheck;
  readonly key: PrintKey;
  /** By number; folders whose name is that of no version are left out. */
  readonly folders: ReadonlyMap<string, ListedVersion>;
  /** Links that stand where a version folder should. */
  readonly links: ReadonlySet<string>;
  /** Hex SHA-256 of the inventory at the top. */
  readonly topDigest: string;
  readonly top: ReadOcflInventoryResult;
}

/** Reads an inventory in a thread. What is not asked for is not kept. */
export function readInventory(object: ObjectCheck, key: PrintKey, path: string, wanted: Partial<Pick<ReadOcflInventory, 'keeps' | 'byContent' | 'traced'>>): Promise<ReadOcflInventoryResult> {
  object.meter.check();
  return object.pool.run({ kind: 'readOcflInventory', path: `${object.folder}/${path}`, key, keeps: false, byContent: false, traced: null, ...wanted });
}
