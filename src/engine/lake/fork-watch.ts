import { lstat } from 'node:fs/promises';
import { HmsError } from '../../contract/index.ts';
import type { LakeId } from '../../contract/index.ts';
import { readLakeJson } from './create-lake.ts';
import { ifMissing } from './leaf.ts';
import type { LakePaths } from './paths.ts';
import type { Place } from './place.ts';
import { inWords } from './place-error.ts';
import { bothDone } from './together.ts';

/** A fork moves the ledger away and changes the lake's id; who had the lake open before must not write into what is there then. */
export class ForkWatch {
  readonly #lake: LakeId;
  readonly #paths: LakePaths;
  readonly #place: Place;
  readonly #read: typeof readLakeJson;
  /** Which lake.json was found to be this lake's, where it need not be read again. */
  #known: string | null = null;

  constructor(lake: LakeId, paths: LakePaths, place: Place, read = readLakeJson) {
    this.#lake = lake;
    this.#paths = paths;
    this.#place = place;
    this.#read = read;
  }

  /** Throws LAKE_FORKED where this lake is not there any more; `kept` is what is told to be safe. */
  async refuse(kept: string): Promise<void> {
    const [isSame, isThere] = await bothDone(
      inWords('Reading lake.json', kept, () => this.#isSame()),
      lstat(this.#paths.entries).then(() => true, ifMissing(false)),
    );
    if (isSame && isThere) return;
    throw new HmsError('LAKE_FORKED', 'This lake was forked, or is being forked, by another program since it was opened.', {
      kept,
      next: 'Run the command again: it then works on the fork.',
    });
  }

  /**
   * Linux's client of NFS 4.1 lets an open wait, 5 seconds and then again, for what other processes of the workstation open and close of the same file: with four writers, one once
   * stood for 92 seconds at lake.json. So there a file that is the one that was read before is not opened. The client asks the server for its attributes with each name that it looks
   * up (`lookupcache=none`); where it is mounted otherwise, only the opening of a file is sure to ask, but the path of the ledger is not either.
   */
  async #isSame(): Promise<boolean> {
    if (this.#place.name !== 'nfs') return this.#isRead();
    const before = await this.#fileNow();
    if (before !== null && before === this.#known) return true;
    const isRead = await this.#isRead();
    this.#known = isRead ? before : null;
    return isRead;
  }

  async #isRead(): Promise<boolean> {
    return (await this.#read(this.#paths)).lake.id === this.#lake;
  }

  async #fileNow(): Promise<string | null> {
    return lstat(this.#paths.lakeJson, { bigint: true }).then(({ ino, size, mtimeNs, ctimeNs }) => `${ino} ${size} ${mtimeNs} ${ctimeNs}`, ifMissing(null));
  }
}
