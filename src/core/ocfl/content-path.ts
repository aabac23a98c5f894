import type { LogicalPath } from '../../contract/index.ts';
import { toHex, utf8, type Sha256Fn } from '../bytes.ts';

/** Bytes of UTF-8 above which a segment is shortened, and of the start that a shortened name keeps. */
export const MAX_PLAIN_SEGMENT_BYTES = 100;
/** Bytes of UTF-8 of a whole path below `content/`. */
export const MAX_CONTENT_PATH_BYTES = 180;
/** The longest segment that can come out: a start of 100 bytes, `~` and 16 digits, and, for a twin, `~` and 8 digits. */
export const MAX_SEGMENT_BYTES = 126;

const KEPT_CHARACTERS = 60;
const SHORTENED_DIGITS = 16;
const TWIN_DIGITS = 8;

const reservedNames = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)$/i;
const notPortable = /[<>:"\\|?*%\u0000-\u001f\u007f-\u009f\ud800-\udfff]|[. ]$/gu;

/**
 * Step 1 of docs/formats/lake.md section 10: a segment with all that Windows refuses, and `%`, written as `%XX`. Two
 * segments of well-formed Unicode never become the same.
 */
export function encodeSegment(segment: string): string {
  const encoded = segment.replaceAll(notPortable, percentEncode);
  return isReservedByWindows(segment) ? percentEncode(encoded.slice(0, 1)) + encoded.slice(1) : encoded;
}

/** Windows looks at what stands before the first dot, and its versions up to 10 ignore spaces before that dot. */
function isReservedByWindows(segment: string): boolean {
  const dot = segment.indexOf('.');
  let end = dot < 0 ? segment.length : dot;
  while (segment[end - 1] === ' ') end -= 1;
  return reservedNames.test(segment.slice(0, end));
}

/** Lone surrogates have no UTF-8; `utf8` writes them as U+FFFD. */
function percentEncode(character: string): string {
  return Array.from(utf8(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/** Under which names are the same to a file system that ignores case or normalizes. */
function twinKey(segment: string): string {
  const key = segment.normalize('NFC').toUpperCase().toLowerCase();
  // The same text as an own string would be held once more for each file.
  return key === segment ? segment : key;
}

function utf8Length(text: string): number {
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    // Each half of a surrogate pair counts for two of its four bytes.
    length += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
  }
  return length;
}

/** The first 60 characters, fewer if they are over 100 bytes. 60 characters can be 240 bytes, and no file system takes a name over 255. */
function start(text: string): string {
  let kept = '';
  let bytes = 0;
  let count = 0;
  for (const character of text) {
    bytes += utf8Length(character);
    count += 1;
    if (count > KEPT_CHARACTERS || bytes > MAX_PLAIN_SEGMENT_BYTES) break;
    kept += character;
  }
  return kept;
}

/** A folder below `content/`, with the names that are taken in it. */
interface Folder {
  /** Its content path with a slash behind it; '' for `content/` itself. */
  readonly path: string;
  /** Its name as it is written. */
  readonly name: string;
  /** The logical folder whose it is; null when only its name is known, from a path that was reserved. */
  owner: string | null;
  /** By twin key: a folder, the logical path of a file, or null for a file of which only the name is known. */
  readonly entries: Map<string, Folder | string | null>;
}

/**
 * Gives the files of one version the paths under which their bytes are stored below `content/`: docs/formats/lake.md section 10.
 *
 * Every path is well-formed, has no name that Windows refuses or reserves, is at most {@link MAX_CONTENT_PATH_BYTES} bytes with
 * segments of at most {@link MAX_SEGMENT_BYTES}, and differs from every other even where case and normalization form are ignored. The same
 * paths in the same order give the same answers; the same path asked again gives its own again.
 *
 * Memory: one table entry for each file and folder.
 */
export class ContentPathMapper {
  readonly #sha256: Sha256Fn;
  readonly #root: Folder = { path: '', name: '', owner: '', entries: new Map() };
  /** By logical folder. */
  readonly #folders = new Map<string, Folder>();

  constructor(sha256: Sha256Fn) {
    this.#sha256 = sha256;
  }

  map(path: LogicalPath): string {
    const slash = path.lastIndexOf('/');
    const folder = slash < 0 ? this.#root : this.#folder(path.slice(0, slash));
    const name = this.#free(folder, this.#shortened(path.slice(slash + 1), path), path, (entry) => entry === path);
    const whole = folder.path + name;
    if (utf8Length(whole) <= MAX_CONTENT_PATH_BYTES) {
      folder.entries.set(twinKey(name), path);
      return whole;
    }
    const short = `${start(whole).replaceAll('/', '_')}~${this.#digits(path, SHORTENED_DIGITS)}`;
    const free = this.#free(this.#root, short, path, (entry) => entry === path);
    this.#root.entries.set(twinKey(free), path);
    return free;
  }

  /**
   * Takes a path below `content/` that is already there, from a journal: it will not be given to any file, not even again
   * to the one that it was made for. Its folders may be used by the logical folders that would be given just these names.
   */
  reserve(existing: string): void {
    const segments = existing.split('/');
    const file = segments.pop() ?? '';
    let folder = this.#root;
    for (const name of segments) {
      const entry = folder.entries.get(twinKey(name));
      folder = isFolder(entry) ? entry : this.#add(folder, name, null);
    }
    if (!isFolder(folder.entries.get(twinKey(file)))) folder.entries.set(twinKey(file), null);
  }

  /** The folder in which the files of a logical folder are stored. */
  #folder(logical: string): Folder {
    const known = this.#folders.get(logical);
    if (known !== undefined) return known;
    const slash = logical.lastIndexOf('/');
    const parent = slash < 0 ? this.#root : this.#folder(logical.slice(0, slash));
    const wanted = this.#shortened(logical.slice(slash + 1), logical);
    const name = this.#free(parent, wanted, logical, (entry, candidate) => {
      return isFolder(entry) && entry.owner === null && entry.name === candidate;
    });
    const entry = parent.entries.get(twinKey(name));
    const folder = isFolder(entry) ? entry : this.#add(parent, name, logical);
    folder.owner = logical;
    this.#folders.set(logical, folder);
    return folder;
  }

  #add(parent: Folder, name: string, owner: string | null): Folder {
    const folder: Folder = { path: `${parent.path}${name}/`, name, owner, entries: new Map() };
    parent.entries.set(twinKey(name), folder);
    return folder;
  }

  /** Steps 1 and 2: a segment without regard to its neighbours. */
  #shortened(segment: string, logical: string): string {
    const encoded = encodeSegment(segment);
    if (utf8Length(encoded) <= MAX_PLAIN_SEGMENT_BYTES) return encoded;
    return `${start(encoded).replace(/[. ]+$/, '')}~${this.#digits(logical, SHORTENED_DIGITS)}`;
  }

  /** Step 3: the name itself where it is free or already this one's, else with digits behind it, others each time until it is. */
  #free(folder: Folder, name: string, logical: string, isOwn: (entry: Folder | string | null, candidate: string) => boolean): string {
    let candidate = name;
    for (let attempt = 0; ; attempt += 1) {
      const entry = folder.entries.get(twinKey(candidate));
      if (entry === undefined || isOwn(entry, candidate)) return candidate;
      candidate = `${name}~${this.#digits(attempt === 0 ? logical : `${logical}\0${String(attempt)}`, TWIN_DIGITS)}`;
    }
  }

  #digits(logical: string, count: number): string {
    return toHex(this.#sha256(utf8(logical))).slice(0, count);
  }
}

function isFolder(entry: Folder | string | null | undefined): entry is Folder {
  return typeof entry === 'object' && entry !== null;
}
