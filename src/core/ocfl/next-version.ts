import type { Instant } from '../../contract/index.ts';
import { fileThatIsAlsoFolder, isContentPath, isLogicalPath, isSha256 } from './grammar.ts';
import type { InventoryUser } from './inventory-write.ts';

/** The version that is to be added to an object. */
export interface NextVersion {
  readonly id: string;
  /** Its number, 1 for a new object. */
  readonly version: number;
  readonly created: Instant;
  readonly message: string;
  readonly user: InventoryUser;
  /** Content that comes with this version: paths relative to the object's root (`v2/content/a.csv`), by digest. */
  readonly newContent: ReadonlyMap<string, readonly string[]>;
  /** Digest of each file, by logical path. */
  readonly state: ReadonlyMap<string, string>;
}

/** What of a new version can be judged without the inventory before it. */
export function checkNextVersion(next: NextVersion): void {
  const { id, version, message, user, newContent, state } = next;
  if (id === '') throw new Error('An object needs an id.');
  if (!Number.isSafeInteger(version) || version < 1) throw new Error(`${String(version)} is not a version number.`);
  if (message === '') throw new Error(`Version ${String(version)} has no message.`);
  if (user.name === '' || user.address === '') throw new Error(`Version ${String(version)} does not say who made it.`);
  const used = new Set<string>();
  for (const [path, digest] of state) {
    if (!isLogicalPath(path)) throw new Error(`"${path}" is not a name that a file can have in a version.`);
    if (!isSha256(digest)) throw new Error(`The file "${path}" has the digest "${digest}", which is not a sha256 digest in lower case.`);
    used.add(digest);
  }
  const clash = fileThatIsAlsoFolder(state);
  if (clash !== null) throw new Error(`"${clash.file}" cannot be a file and also the folder of "${clash.below}".`);
  const seen = new Set<string>();
  for (const [digest, paths] of newContent) {
    if (!used.has(digest)) throw new Error(`The new content ${digest} belongs to no file of version ${String(version)}.`);
    if (paths.length === 0) throw new Error(`The new content ${digest} has no path.`);
    for (const path of paths) {
      if (!isContentPath(path) || !path.startsWith(`v${String(version)}/content/`)) {
        throw new Error(`"${path}" is not a path inside the content of version ${String(version)}.`);
      }
      if (seen.has(path)) throw new Error(`The new content lists "${path}" twice.`);
      seen.add(path);
    }
  }
  const contentClash = fileThatIsAlsoFolder(seen);
  if (contentClash !== null) throw new Error(`"${contentClash.file}" cannot be content and also the folder of "${contentClash.below}".`);
}
