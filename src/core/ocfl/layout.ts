import { toHex, utf8, type Sha256Fn } from '../bytes.ts';

/** A small file whose text never varies. `name` is relative to its root, `/` between parts. */
export interface FixedFile {
  readonly name: string;
  readonly text: string;
}

/** How the digest of an object's id becomes folders: both 0 or both positive, their product at most 64. */
export interface TupleLayout {
  readonly tupleSize: number;
  readonly numberOfTuples: number;
}

export const LAYOUT_EXTENSION = '0003-hash-and-id-n-tuple-storage-layout';
/** Two tuples of two digits keep paths short and folders under 256 entries up to some 16 million objects. */
export const STORE_LAYOUT: TupleLayout = { tupleSize: 2, numberOfTuples: 2 };

/** OCFL 1.1 section 4.2. */
export const ROOT_DECLARATION: FixedFile = { name: '0=ocfl_1.1', text: 'ocfl_1.1\n' };
/** OCFL 1.1 section 3.2. */
export const OBJECT_DECLARATION: FixedFile = { name: '0=ocfl_object_1.1', text: 'ocfl_object_1.1\n' };
/** OCFL 1.1 section 4.1. */
export const ROOT_LAYOUT: FixedFile = {
  name: 'ocfl_layout.json',
  text: `{"description":"Objects lie under two folders of two hex digits each, the start of the SHA-256 of their id, in a folder named after the id.","extension":"${LAYOUT_EXTENSION}"}\n`,
};
export const LAYOUT_CONFIG: FixedFile = {
  name: `extensions/${LAYOUT_EXTENSION}/config.json`,
  text: `{"digestAlgorithm":"sha256","extensionName":"${LAYOUT_EXTENSION}","numberOfTuples":${String(STORE_LAYOUT.numberOfTuples)},"tupleSize":${String(STORE_LAYOUT.tupleSize)}}\n`,
};
/** Every file of an empty storage root, in the order to write them: the declaration says that the rest is there. */
export const STORAGE_ROOT_FILES: readonly FixedFile[] = [LAYOUT_CONFIG, ROOT_LAYOUT, ROOT_DECLARATION];

export const INVENTORY_NAME = 'inventory.json';
export const SIDECAR_NAME = 'inventory.json.sha256';

/** The text of an inventory's sidecar: OCFL 1.1 section 3.6. */
export function sidecarText(digest: string): string {
  return `${digest} ${INVENTORY_NAME}\n`;
}

const MAX_ENCODED_ID = 100;

/**
 * The folder of an object below its storage root, `/` between parts: OCFL extension 0003 with sha256.
 * Its last part is at most 165 characters, all of them in `A-Za-z0-9-_%`. Throws a RangeError on a layout that the extension does not
 * allow.
 */
export function objectPath(sha256: Sha256Fn, id: string, layout: TupleLayout = STORE_LAYOUT): string {
  const digest = toHex(sha256(utf8(id)));
  const { tupleSize, numberOfTuples } = layout;
  if ((tupleSize === 0) !== (numberOfTuples === 0) || tupleSize * numberOfTuples > digest.length) {
    throw new RangeError(`${String(numberOfTuples)} tuples of ${String(tupleSize)} digits cannot be taken from a digest.`);
  }
  const parts: string[] = [];
  for (let n = 0; n < numberOfTuples; n += 1) parts.push(digest.slice(n * tupleSize, (n + 1) * tupleSize));
  const encoded = encodeId(id);
  parts.push(encoded.length > MAX_ENCODED_ID ? `${encoded.slice(0, MAX_ENCODED_ID)}-${digest}` : encoded);
  return parts.join('/');
}

function encodeId(id: string): string {
  return id.replaceAll(/[^A-Za-z0-9_-]/gu, (character) => {
    return Array.from(utf8(character), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  });
}
