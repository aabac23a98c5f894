import type { Spec } from '../ocfl/codes.ts';
import type { Fault } from '../ocfl/inventory/faults.ts';
import type { PassWanted } from '../ocfl/inventory/pass.ts';
import { InventoryPass } from '../ocfl/inventory/pass.ts';
import type { PlaceSum } from '../ocfl/inventory/places.ts';
import type { PrintKey } from '../ocfl/inventory/printer.ts';
import { Printer } from '../ocfl/inventory/printer.ts';
import type { VersionsTold } from '../ocfl/inventory/versions.ts';
import { readPieces } from '../read.ts';

/** One inventory of an OCFL object, to be judged by itself and put into a form that can be compared with others. */
export interface ReadOcflInventory extends PassWanted {
  readonly kind: 'readOcflInventory';
  /** Absolute. */
  readonly path: string;
  readonly key: PrintKey;
}

export interface ReadOcflInventoryResult {
  /** Why the file cannot be read, as the end of a sentence; everything else is empty then. */
  readonly unreadable: string | null;
  /** It is JSON and an object. */
  readonly isInventory: boolean;
  readonly faults: readonly Fault[];
  /** Null where it is absent or not a text. */
  readonly id: string | null;
  readonly spec: Spec | null;
  readonly algorithm: string | null;
  readonly head: string | null;
  /** The name that is set for the content folder, where one is. */
  readonly contentDirectory: string | null;
  readonly hasContentDirectory: boolean;
  readonly hasManifest: boolean;
  readonly hasVersions: boolean;
  readonly versions: VersionsTold;
  /** What the manifest lists, by folder. */
  readonly content: readonly PlaceSum[];
  /** Paths of the manifest that lie in so many different folders that they were not kept apart. */
  readonly contentBeyond: number;
  readonly fixity: readonly PlaceSum[];
  readonly fixityMask: number;
  readonly fixityUnknown: readonly string[];
  /** Records of the manifest's files, then of the additional digests, then of the traced version, where they are wanted. */
  readonly blocks: readonly Uint8Array<ArrayBuffer>[];
  readonly blockCounts: readonly [number, number, number];
}

export function readOcflInventory(task: ReadOcflInventory, buffer: Uint8Array): ReadOcflInventoryResult {
  const printer = new Printer(task.key);
  let pass = new InventoryPass(printer, task, null);
  let fault = run(pass, task.path, buffer);
  if (fault === null && pass.needsManifest && pass.broken === null && pass.refused === null) {
    pass = new InventoryPass(printer, task, pass);
    fault = run(pass, task.path, buffer);
  }
  if (fault === null && pass.needsNames) fault = run(new InventoryPass(printer, { ...task, keeps: false, traced: null }, pass, true), task.path, buffer);
  const broken: Fault[] = pass.broken === null ? [] : [{ code: 'E033', message: `It is not readable as JSON. ${pass.broken}` }];
  const files = pass.keptFiles?.take() ?? [];
  const fixity = pass.keptFixity?.take() ?? [];
  const trace = pass.versions.trace.take();
  return {
    unreadable: fault ?? pass.refused,
    isInventory: pass.broken === null,
    faults: pass.broken === null ? [...pass.manifest.faults, ...pass.faults.list()] : broken,
    id: pass.fields.get('id'),
    spec: pass.fields.spec,
    algorithm: pass.fields.algorithm,
    head: pass.fields.get('head'),
    contentDirectory: pass.fields.contentDirectory,
    hasContentDirectory: pass.fields.has('contentDirectory'),
    hasManifest: pass.manifest.status === 'there',
    hasVersions: pass.versions.status === 'there',
    versions: pass.versions.told(),
    content: pass.manifest.places.list(),
    contentBeyond: pass.manifest.places.beyond,
    fixity: pass.fixityBlock.places.list(),
    fixityMask: pass.fixityBlock.mask,
    fixityUnknown: pass.fixityBlock.unknown,
    blocks: [...files, ...fixity, ...trace],
    blockCounts: [files.length, fixity.length, trace.length],
  };
}

function run(pass: InventoryPass, path: string, buffer: Uint8Array): string | null {
  const fault = readPieces(path, buffer, (piece) => {
    pass.feed(piece);
    return pass.broken === null && pass.refused === null;
  });
  if (fault !== null) return fault.detail;
  pass.end();
  return null;
}
