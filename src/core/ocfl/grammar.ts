import type { ContentPath, LogicalPath, Sha256 } from '../../contract/index.ts';

const badElement = /(?:^|\/)\.{0,2}(?:\/|$)/;
const sha256Grammar = /^[0-9a-f]{64}$/;
const contentPathStart = /^v[0-9]+\/[^/]+\/./;

/** No part is empty, `.` or `..` (OCFL 1.1 sections 3.5.2 and 3.5.3.1), and the text is Unicode without NUL. */
function isPlainPath(path: string): boolean {
  return !badElement.test(path) && !path.includes('\0') && path.isWellFormed();
}

/** The same answer as the contract's `LogicalPath`, fast enough to be asked for every file of an inventory. */
export function isLogicalPath(path: string): path is LogicalPath {
  return isPlainPath(path);
}

/** Whether a path stays in a content folder of a version of its object: `v3/content/a.csv`. */
export function isContentPath(path: string): path is ContentPath {
  return isPlainPath(path) && contentPathStart.test(path);
}

/** The digests of this program's inventories: sha256 in lower case. */
export function isSha256(digest: string): digest is Sha256 {
  return sha256Grammar.test(digest);
}

/** The keys of a map, or the members of a set. */
interface Paths {
  has(path: string): boolean;
  keys(): Iterable<string>;
}

/** A path that another one treats as a folder (OCFL 1.1 E095, E101), with that other path; null where there is none. */
export function fileThatIsAlsoFolder(paths: Paths): { readonly file: string; readonly below: string } | null {
  const judged = new Set<string>();
  for (const path of paths.keys()) {
    // From the folder upwards, as far as its folders were not judged with an earlier path.
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const folder = path.slice(0, slash);
      if (judged.has(folder)) break;
      if (paths.has(folder)) return { file: folder, below: path };
      judged.add(folder);
    }
  }
  return null;
}
