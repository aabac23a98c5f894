import type { LogicalPath } from '../../contract/index.ts';
import type { ReadableLake } from '../access.ts';
import type { FileRow, VersionDetail } from '../catalog/index.ts';
import { locateFile, storedFiles } from '../files.ts';

/** Versions whose places are kept: a page that shows files of one asks for many of them. */
const KEPT = 4;
/** Of a larger version they would take more memory than reading its inventory again takes time. */
const MOST_FILES = 50_000;

/** Where the bytes of files lie. A version's inventory is read once for many of its files. */
export class StoredPlaces {
  readonly #known = new Map<string, ReturnType<typeof storedFiles>>();

  /** FILE_UNKNOWN where the version has no such file. */
  locate(lake: ReadableLake, version: VersionDetail, path: LogicalPath): Promise<{ file: FileRow; place: string }> {
    return locateFile(lake, version, path, () => this.#placesOf(lake, version));
  }

  #placesOf(lake: ReadableLake, version: VersionDetail): ReturnType<typeof storedFiles> {
    const key = `${lake.paths.root}\0${version.dataset}\0${version.hash}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const places = storedFiles(lake, version);
    if (version.files === null || version.files > MOST_FILES) return places;
    this.#known.set(key, places);
    for (const old of this.#known.keys()) {
      if (this.#known.size <= KEPT) break;
      this.#known.delete(old);
    }
    // A share that was away may be back the next time.
    places.catch(() => this.#known.delete(key));
    return places;
  }
}
