import type { ReadOcflInventoryResult } from '../workers/read-ocfl-inventory.ts';
import type { ObjectCheck } from './context.ts';
import { PrintTable } from './inventory/print-table.ts';
import { recordsIn } from './inventory/records.ts';
import { versionNumber } from './inventory/version-names.ts';

/** An inventory that was read, with its place. */
export interface Told {
  /** Relative to the object. */
  readonly path: string;
  readonly reading: ReadOcflInventoryResult;
}

/** Files of a version that are named one by one when two inventories differ about it. */
const MOST_NAMED = 20;

/** Place of each version's facts by its name. */
export function placesOf({ versions }: ReadOcflInventoryResult): Map<string, number> {
  return new Map(versions.names.map((name, index) => [name, index]));
}

/**
 * Compares the inventory in the folder of an earlier version with the one at the top of the object (sections 3.5.1, 3.3.1 and 3.7).
 * Answers the versions of which both tell other files, where they use the same algorithm.
 */
export function compareEarlier(object: ObjectCheck, top: Told, earlier: Told, folder: string, first: boolean): string[] {
  const { reading } = earlier;
  const add = (code: Parameters<ObjectCheck['add']>[0], message: string): void => {
    object.add(code, earlier.path, message);
  };
  if (reading.id !== null && top.reading.id !== null && reading.id !== top.reading.id) {
    const message = `Its id is "${reading.id}", and "${top.reading.id}" is that at the top of the object.`;
    add('E037', message);
    if (object.spec === '1.1') add('E110', message);
  }
  if (reading.head !== null && reading.head !== folder) add('E040', `Its head is "${reading.head}", and it stands in the folder of version ${folder}.`);
  compareContentDirectory(top.reading, reading, first, add);
  const topPlaces = placesOf(top.reading);
  const limit = versionNumber(folder) ?? 0;
  const differing: string[] = [];
  for (const [place, name] of reading.versions.names.entries()) {
    const number = versionNumber(name);
    // A version later than its own folder is already told by its head.
    if (number === null || number > limit) continue;
    const topPlace = topPlaces.get(name);
    if (topPlace === undefined) {
      if (top.reading.hasVersions) add('E066', `It describes version ${name}, and the inventory at the top does not.`);
      continue;
    }
    compareMetadata(top.reading, topPlace, reading, place, name, add);
    if (!sameState(top.reading, topPlace, reading, place)) differing.push(name);
  }
  return differing;
}

export function sameState(top: ReadOcflInventoryResult, topPlace: number, reading: ReadOcflInventoryResult, place: number): boolean {
  return [0, 1, 2].every((part) => top.versions.states[topPlace * 3 + part] === reading.versions.states[place * 3 + part]);
}

/** Reports the files about which two inventories differ, given what both tell of one version file by file. */
export function reportDifference(object: ObjectCheck, path: string, version: string, top: ReadOcflInventoryResult, earlier: ReadOcflInventoryResult): void {
  const [inTop, inEarlier] = [traceOf(top), traceOf(earlier)];
  const known = new PrintTable();
  for (const { record } of recordsIn(inTop)) known.add(record.a, record.b);
  const other = new PrintTable();
  for (const { record } of recordsIn(inEarlier)) other.add(record.a, record.b);
  const names: string[] = [];
  let count = 0;
  for (const [blocks, table] of [[inEarlier, known], [inTop, other]] as const) {
    for (const { record } of recordsIn(blocks)) {
      if (table.find(record.a, record.b) >= 0) continue;
      count += 1;
      if (names.length < MOST_NAMED) names.push(record.text());
    }
  }
  const shown = [...new Set(names)].map((name) => JSON.stringify(name.slice(0, 120))).join(', ');
  object.add('E066', path, `It lists other files for version ${version} than the inventory at the top does${count > 0 ? `: ${shown}${count > names.length ? ' and more' : ''}` : ''}.`);
}

function traceOf({ blocks, blockCounts }: ReadOcflInventoryResult): readonly Uint8Array[] {
  return blocks.slice(blockCounts[0] + blockCounts[1]);
}

function compareContentDirectory(top: ReadOcflInventoryResult, earlier: ReadOcflInventoryResult, first: boolean, add: (code: 'E019' | 'E020', message: string) => void): void {
  const [now, then] = [top.contentDirectory, earlier.contentDirectory];
  if (now === then) return;
  const message = `It ${then === null ? 'sets no name for the content folder' : `calls the content folder "${then}"`}, and the inventory at the top ${now === null ? 'sets none' : `calls it "${now}"`}.`;
  if (now !== null && first) add('E019', message);
  if (then !== null) add('E020', message);
  if (now !== null && then === null && !first) add('E020', message);
}

function compareMetadata(top: ReadOcflInventoryResult, topPlace: number, earlier: ReadOcflInventoryResult, place: number, name: string, add: (code: 'W011', message: string) => void): void {
  for (const [part, what] of ['time', 'message', 'user'].entries()) {
    const at = [part * 2, part * 2 + 1];
    if (at.every((k) => top.versions.metadata[topPlace * 6 + k] === earlier.versions.metadata[place * 6 + k])) continue;
    add('W011', `It gives another ${what} for version ${name} than the inventory at the top does.`);
  }
}
