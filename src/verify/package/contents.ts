import { createHash } from 'node:crypto';
import { InventoryReader } from '../../core/index.ts';
import type { Findings } from '../findings.ts';
import type { Meter } from '../meter.ts';
import type { BagRead } from './bag.ts';
import { CsvReader } from './csv.ts';
import type { VersionFolders } from './layout.ts';
import { dataFolderOf } from './layout.ts';
import type { PackageSource } from './source.ts';

const HEADER = 'payload,logical,sha256,size,mtime';
/** Differences of one kind that are told one by one. */
const MOST = 50;

interface MadeVersion {
  readonly objectId: string;
  readonly version: number;
  readonly hash: string;
}

/** What was found of one version. */
export interface VersionCounts {
  /** Files that the package holds of it, as names.csv names them, and their octets. */
  readonly here: { readonly files: number; readonly octets: number };
  /** Files of the whole version, as the inventory lists them. */
  readonly wholeFiles: number;
}

/**
 * Holds inventory, names.csv and the manifest of the records against one another: all three must name the same files with the same bytes; in a selection the inventory may
 * list more.
 * @param met one for each record of the package, 1 once a names.csv has named it
 */
export async function checkContents(source: PackageSource, bag: BagRead, folders: VersionFolders, made: MadeVersion | null, met: Uint8Array, findings: Findings, meter: Meter): Promise<VersionCounts> {
  const path = `${folders.proof}inventory.json`;
  const { names, octets } = await readNames(source, bag, folders, met, findings, meter);
  const inventory = new StateReader(made, names, bag);
  const sum = createHash('sha256');
  for await (const piece of source.pieces(path)) {
    sum.update(piece);
    inventory.feed(piece);
    await meter.breathe();
  }
  const { faults, files } = inventory.end();
  if (made !== null && sum.digest('hex') !== made.hash) findings.add('PROVENANCE_WRONG', path, 'The inventory is not the one whose hash stands in the ledger entry.');
  for (const fault of faults.slice(0, MOST)) findings.add('PROVENANCE_WRONG', path, fault);
  return { here: { files: names.size, octets }, wholeFiles: files };
}

/** Logical name → place in the manifest of the records. */
type Names = ReadonlyMap<string, number>;

async function readNames(source: PackageSource, bag: BagRead, folders: VersionFolders, met: Uint8Array, findings: Findings, meter: Meter): Promise<{ names: Names; octets: number }> {
  const path = `${folders.said}names.csv`;
  const names = new Map<string, number>();
  let octets = 0;
  let faults = 0;
  let record = 0;
  const fault = (message: string): void => {
    faults += 1;
    if (faults <= MOST) findings.add('PROVENANCE_WRONG', path, message);
  };
  const csv = new CsvReader((fields) => {
    record += 1;
    if (record === 1) {
      if (fields.join(',') !== HEADER) fault('names.csv does not begin with its header.');
      return;
    }
    const [payload = '', logical = '', digest = '', size = ''] = fields;
    const place = bag.payload.places.get(payload);
    if (fields.length !== 5 || place === undefined || !payload.startsWith(folders.data) || met[place] === 1 || names.has(logical)) {
      fault(`Record ${String(record)} of names.csv names no record of the package, or one that was named before.`);
      return;
    }
    met[place] = 1;
    names.set(logical, place);
    octets += source.files.get(payload) ?? 0;
    if (digest !== digestAt(bag, place)) fault(`names.csv and the manifest give different digests to "${payload}".`);
    if (size !== String(source.files.get(payload) ?? size)) fault(`names.csv gives "${payload}" ${size} bytes, and it has ${String(source.files.get(payload))}.`);
  });
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    for await (const piece of source.pieces(path)) {
      csv.feed(decoder.decode(piece, { stream: true }));
      await meter.breathe();
    }
    csv.end();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    fault('names.csv is not UTF-8 text.');
  }
  return { names, octets };
}

/** Records of the package that no names.csv has named: the first of each version is told. */
export function reportUnnamed({ payload, layout }: BagRead, met: Uint8Array, findings: Findings): void {
  const told = new Set<string>();
  for (let place = met.indexOf(0); place >= 0; place = met.indexOf(0, place + 1)) {
    const path = payload.paths[place] ?? '';
    const folder = dataFolderOf(path, layout);
    const names = layout.isOne ? 'names.csv' : `provenance/${folder.slice('data/'.length)}names.csv`;
    if (!told.has(folder)) findings.add('PROVENANCE_WRONG', names, `names.csv does not name "${path}".`);
    told.add(folder);
  }
}

function digestAt({ payload }: BagRead, place: number): string {
  return Buffer.from(payload.digests.subarray(place * 32, place * 32 + 32)).toString('hex');
}

/** Reads the state of one version out of the inventory and compares it with names.csv as it comes. */
class StateReader {
  readonly #reader: InventoryReader;
  readonly #made: MadeVersion | null;
  readonly #names: Names;
  readonly #bag: BagRead;
  readonly #faults: string[] = [];
  #files = 0;
  /** Those of them that names.csv names. */
  #known = 0;

  constructor(made: MadeVersion | null, names: Names, bag: BagRead) {
    this.#made = made;
    this.#bag = bag;
    this.#names = names;
    this.#reader = new InventoryReader({
      field: (name, value) => this.#field(name, value),
      content: () => undefined,
      version: () => undefined,
      versionField: () => undefined,
      state: (version, digest, path) => this.#file(version, digest, path),
      fixity: () => undefined,
    });
  }

  feed(piece: Uint8Array): void {
    this.#reader.feed(piece);
  }

  end(): { readonly faults: string[]; readonly files: number } {
    for (const { severity, message } of this.#reader.end()) if (severity === 'error') this.#faults.push(message);
    const { isSelection } = this.#bag.layout;
    if (this.#made !== null && !isSelection && this.#files !== this.#names.size) {
      this.#faults.push(`The inventory lists ${String(this.#files)} files in the version, and names.csv names ${String(this.#names.size)}.`);
    }
    if (this.#made !== null && isSelection && this.#known !== this.#names.size) {
      this.#faults.push(`names.csv names ${String(this.#names.size)} files, and the inventory lists ${String(this.#known)} of them in the version.`);
    }
    return { faults: this.#faults, files: this.#files };
  }

  #field(name: string, value: string): void {
    if (this.#made === null) return;
    if (name === 'id' && value !== this.#made.objectId) this.#faults.push(`The inventory is of the object "${value}" instead of "${this.#made.objectId}".`);
    if (name === 'head' && value !== `v${String(this.#made.version)}`) this.#faults.push(`The inventory ends with ${value} instead of v${String(this.#made.version)}.`);
  }

  #file(version: string, digest: string, path: string): void {
    if (this.#made === null || version !== `v${String(this.#made.version)}`) return;
    this.#files += 1;
    const place = this.#names.get(path);
    if (place !== undefined) this.#known += 1;
    if (this.#faults.length >= MOST || (place === undefined && this.#bag.layout.isSelection)) return;
    if (place === undefined) this.#faults.push(`The inventory lists "${path}", which names.csv does not name.`);
    else if (digest !== digestAt(this.#bag, place)) this.#faults.push(`The inventory gives other bytes to "${path}" than the package holds.`);
  }
}
