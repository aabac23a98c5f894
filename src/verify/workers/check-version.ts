import { createHash } from 'node:crypto';
import { readPieces } from '../read.ts';
import { readChanges } from './changes.ts';
import type { InventoryFault } from './inventory-pass.ts';
import { InventoryPass } from './inventory-pass.ts';

/** One version's inventory, to be read and, where its body is there, compared with it. */
export interface CheckVersion {
  readonly kind: 'checkVersion';
  /** Absolute path of `vN/inventory.json`, or of a copy of it. */
  readonly inventory: string;
  readonly objectId: string;
  readonly version: number;
  /** Absolute path of the body that lists the changes; null where there is none to compare with. */
  readonly body: string | null;
  /** The answer carries the manifest; wanted of the newest version only. */
  readonly keepsManifest: boolean;
}

export interface CheckVersionResult {
  /** Hex SHA-256 of the file; null where it cannot be read, and `unreadable` says why. */
  readonly sha256: string | null;
  readonly unreadable: string | null;
  readonly faults: readonly InventoryFault[];
  /** Hash of each version's state in the inventory's order, v1 first. */
  readonly states: readonly string[];
  readonly manifestAll: string;
  readonly manifestBefore: string;
  readonly message: string | null;
  /** Why the body cannot be read, as the end of a sentence. */
  readonly bodyFault: string | null;
  /** Where body and inventory differ: a sentence. */
  readonly stateFault: string | null;
  /** The manifest where it was wanted, for `recordsOf`. */
  readonly manifest: readonly Uint8Array<ArrayBuffer>[];
}

export function checkVersion(task: CheckVersion, buffer: Uint8Array): CheckVersionResult {
  const { objectId, version, keepsManifest } = task;
  const changes = task.body === null ? null : readChanges(task.body, buffer);
  const pass = new InventoryPass({ objectId, version, keepsManifest, changes: typeof changes === 'string' ? null : changes });
  const sum = createHash('sha256');
  const fault = readPieces(task.inventory, buffer, (piece) => {
    sum.update(piece);
    pass.feed(piece);
  });
  const stateFault = pass.end();
  return {
    sha256: fault === null ? sum.digest('hex') : null,
    unreadable: fault?.detail ?? null,
    faults: pass.faults,
    states: pass.states,
    manifestAll: pass.manifestAll.digest(),
    manifestBefore: pass.manifestBefore.digest(),
    message: pass.message,
    bodyFault: typeof changes === 'string' ? changes : null,
    stateFault,
    manifest: pass.manifest.take(),
  };
}
