import { createHash } from 'node:crypto';
import { InventoryReader } from '../../core/index.ts';
import type { Findings } from '../findings.ts';
import type { Meter } from '../meter.ts';
import type { BagRead } from './bag.ts';
import { CsvReader } from './csv.ts';
import type { PackageSource } from './source.ts';

const INVENTORY = 'provenance/inventory.json';
const NAMES = 'names.csv';
const HEADER = 'payload,logical,sha256,size,mtime';
/** Differences of one kind that are told one by one. */
const MOST = 50;

interface MadeVersion {
  readonly objectId: string;
  readonly version: number;
  readonly hash: string;
}

/** Holds inventory, names.csv and the manifest of the records against one another: all three must name the same files with the same bytes. */
export async function checkContents(source: PackageSource, bag: BagRead, made: MadeVersion | null, findings: Findings, meter: Meter): Promise<void> {
  const names = await readNames(source, bag, findings, meter);
  const inventory = new StateReader(made, names, bag);
  const sum = createHash('sha256');
  for await (const piece of source.pieces(INVENTORY)) {
    sum.update(piece);
    inventory.feed(piece);
    await meter.breathe();
  }
  const faults = inventory.end();
  if (made !== null && sum.digest('hex') !== made.hash) findings.add('PROVENANCE_WRONG', INVENTORY, 'The inventory is not the one whose hash stands in the ledger entry.');
  for (const fault of faults.slice(0, MOST)) findings.add('PROVENANCE_WRONG', INVENTORY, fault);
}

/** Logical name → place in the manifest of the records. */
type Names = ReadonlyMap<string, number>;

async function readNames(source: PackageSource, bag: BagRead, findings: Findings, meter: Meter): Promise<Names> {
  const names = new Map<string, number>();
  const met = new Uint8Array(bag.payload.paths.length);
  let faults = 0;
  let record = 0;
  const fault = (message: string): void => {
    faults += 1;
    if (faults <= MOST) findings.add('PROVENANCE_WRONG', NAMES, message);
  };
  const csv = new CsvReader((fields) => {
    record += 1;
    if (record === 1) {
      if (fields.join(',') !== HEADER) fault('names.csv does not begin with its header.');
      return;
    }
    const [payload = '', logical = '', digest = '', size = ''] = fields;
    const place = bag.payload.places.get(payload);
    if (fields.length !== 5 || place === undefined || met[place] === 1 || names.has(logical)) {
      fault(`Record ${String(record)} of names.csv names no record of the package, or one that was named before.`);
      return;
    }
    met[place] = 1;
    names.set(logical, place);
    if (digest !== digestAt(bag, place)) fault(`names.csv and the manifest give different digests to "${payload}".`);
    if (size !== String(source.files.get(payload) ?? size)) fault(`names.csv gives "${payload}" ${size} bytes, and it has ${String(source.files.get(payload))}.`);
  });
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    for await (const piece of source.pieces(NAMES)) {
      csv.feed(decoder.decode(piece, { stream: true }));
      await meter.breathe();
    }
    csv.end();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    fault('names.csv is not UTF-8 text.');
  }
  const unnamed = met.indexOf(0);
  if (unnamed >= 0) fault(`names.csv does not name "${bag.payload.paths[unnamed] ?? ''}".`);
  return names;
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

  end(): string[] {
    for (const { severity, message } of this.#reader.end()) if (severity === 'error') this.#faults.push(message);
    if (this.#made !== null && this.#files !== this.#names.size) {
      this.#faults.push(`The inventory lists ${String(this.#files)} files in the version, and names.csv names ${String(this.#names.size)}.`);
    }
    return this.#faults;
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
    if (this.#faults.length >= MOST) return;
    if (place === undefined) this.#faults.push(`The inventory lists "${path}", which names.csv does not name.`);
    else if (digest !== digestAt(this.#bag, place)) this.#faults.push(`The inventory gives other bytes to "${path}" than the package holds.`);
  }
}
