import type { FindingSink } from '../findings.ts';
import type { Meter } from '../meter.ts';
import type { Pool } from '../workers/pool.ts';
import type { OcflCode, Spec } from './codes.ts';
import { codeIn } from './codes.ts';

/** What the check of an object or storage root is handed. */
export interface OcflCheck {
  /** Absolute path of the object or storage root. Paths in findings are relative to it. */
  readonly root: string;
  /** Made with `new Findings(ocflCodes)`. */
  readonly findings: FindingSink<OcflCode>;
  readonly meter: Meter;
  readonly pool: Pool;
}

/** What was looked at. */
export interface OcflChecked {
  /** Content files that were read and hashed. */
  readonly files: number;
  /** Their bytes. */
  readonly bytes: number;
  readonly objects: number;
  /** Versions that the inventories of the objects describe. */
  readonly versions: number;
}

/** The check of one object. */
export class ObjectCheck {
  readonly meter: Meter;
  readonly pool: Pool;
  /** Absolute path of the object, `/` between parts. */
  readonly folder: string;
  /** The object stands in a storage root that is checked too. */
  readonly inStorageRoot: boolean;
  /** The version of the specification by which the object is judged. */
  spec: Spec = '1.1';
  /** The version that its declaration names; null where none is known. */
  declared: Spec | null = null;
  files = 0;
  bytes = 0;
  versions = 0;
  /** The id that the inventory at the top tells. */
  id: string | null = null;
  readonly #findings: FindingSink<OcflCode>;
  readonly #prefix: string;
  /** Files that have several names, and the first of these that was met. */
  readonly #linked = new Map<string, string>();

  /** @param prefix of all paths in findings: the object's place in the storage root and a slash, or nothing */
  constructor(check: OcflCheck, folder: string, prefix: string, inStorageRoot: boolean) {
    this.#findings = check.findings;
    this.meter = check.meter;
    this.pool = check.pool;
    this.folder = folder;
    this.#prefix = prefix;
    this.inStorageRoot = inStorageRoot;
  }

  /** @param code of OCFL 1.1; @param path relative to the object, '' for the object itself */
  add(code: OcflCode, path: string, message: string): void {
    const place = `${this.#prefix}${path}`;
    this.#findings.add(codeIn(this.spec, code), place.endsWith('/') ? place.slice(0, -1) : place, message);
  }

  /** A path met under a file that has several names: two of them in one object are a hard link within it. */
  linked(file: string, path: string): void {
    const other = this.#linked.get(file);
    if (other === undefined) this.#linked.set(file, path);
    else this.add('E090', path, `This is not a file of its own but another name of "${other}" (a hard link), so a change of one changes both.`);
  }
}
