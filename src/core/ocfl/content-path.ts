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

const reservedStart = /^[acnpl]/i;
const reservedNames = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)$/i;
/** Nothing in it is changed but a reserved name: most names of files. */
const plain = /^[\w~+,=()[\]{}!#$&';@^` .-]*[\w~-]$/;
/** Its own twin key: most names of files. */
const lowerAscii = /^[\u0000-@[-\u007f]*$/;
const notPortable = /[<>:"\\|?*%\u0000-\u001f\u007f-\u009f\ud800-\udfff]|[. ]$/gu;

/**
 * Step 1 of docs/formats/lake.md section 10: a segment with all that Windows refuses, and `%`, written as `%XX`. Two
 * segments of well-formed Unicode never become the same.
 */
export function encodeSegment(segment: string): string {
  if (plain.test(segment) && !isReservedByWindows(segment)) return segment;
  const encoded = segment.replaceAll(notPortable, percentEncode);
  return isReservedByWindows(segment) ? percentEncode(encoded.slice(0, 1)) + encoded.slice(1) : encoded;
}

/** Windows looks at what stands before the first dot, and its versions up to 10 ignore spaces before that dot. */
function isReservedByWindows(segment: string): boolean {
  if (!reservedStart.test(segment)) return false;
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
  if (lowerAscii.test(segment)) return segment;
  const key = segment.normalize('NFC').toUpperCase().toLowerCase();
  // The same text as an own string would be held once more for each file.
  return key === segment ? segment : key;
}

/** Whether a text has at most so many bytes of UTF-8. */
function fits(text: string, most: number): boolean {
  // A unit has three bytes at most.
  return text.length * 3 <= most || utf8Length(text) <= most;
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

/** A folder below `content/`. */
interface Folder {
  /** Its content path with a slash behind it; '' for `content/` itself. */
  readonly path: string;
  /** Its name as it is written. */
  readonly name: string;
  /** The logical folder whose it is; null when only its name is known, from a path that was reserved. */
  readonly owner: string | null;
}

/**
 * The names that are taken. Under the content path of a folder and the twin key of a name in it: the logical path of the file there (`''` where only the
 * name of a file is known), or, for a folder, `/`, its name, `/` and its logical path (nothing where that is not known). Under `/` and a logical folder:
 * the content path of its folder. A `Map` is one; a table that holds any number of names in little memory is another.
 */
export interface TakenNames {
  get(key: string): string | undefined;
  set(key: string, value: string): unknown;
}

/**
 * Gives the files of one version the paths under which their bytes are stored below `content/`: docs/formats/lake.md section 10.
 *
 * Every path is well-formed, has no name that Windows refuses or reserves, is at most {@link MAX_CONTENT_PATH_BYTES} bytes with
 * segments of at most {@link MAX_SEGMENT_BYTES}, and differs from every other even where case and normalization form are ignored. The same
 * paths in the same order give the same answers; the same path asked again gives its own again.
 *
 * Memory: one name for each file and folder, where `names` keeps them.
 */
export class ContentPathMapper {
  readonly #sha256: Sha256Fn;
  readonly #names: TakenNames;
  /** The folder of the last path: files come folder by folder. */
  #last: { readonly logical: string; readonly folder: Folder } | null = null;

  constructor(sha256: Sha256Fn, names: TakenNames = new Map<string, string>()) {
    this.#sha256 = sha256;
    this.#names = names;
  }

  map(path: LogicalPath): string {
    return this.#give(path, path);
  }

  /** As `map`, but the path is given for good: the same path asked again gets another. */
  mapOnce(path: LogicalPath): string {
    return this.#give(path, '');
  }

  #give(path: LogicalPath, owner: string): string {
    const slash = path.lastIndexOf('/');
    const folder = slash < 0 ? root : this.#folder(path.slice(0, slash));
    const name = this.#free(folder, this.#shortened(path.slice(slash + 1), path), path, (taken) => taken === path);
    const whole = folder.path + name;
    if (fits(whole, MAX_CONTENT_PATH_BYTES)) {
      this.#names.set(keyIn(folder, name, whole), owner);
      return whole;
    }
    const short = `${start(whole).replaceAll('/', '_')}~${this.#digits(path, SHORTENED_DIGITS)}`;
    const free = this.#free(root, short, path, (taken) => taken === path);
    this.#names.set(keyIn(root, free, free), owner);
    return free;
  }

  /**
   * Takes a path below `content/` that is already there, from a journal: it will not be given to any file, not even again
   * to the one that it was made for. Its folders may be used by the logical folders that would be given just these names.
   */
  reserve(existing: string): void {
    const segments = existing.split('/');
    const file = segments.pop() ?? '';
    let folder = root;
    for (const name of segments) folder = this.#folderAt(folder, name) ?? this.#add(folder, name, null);
    if (this.#folderAt(folder, file) === null) this.#names.set(keyIn(folder, file), '');
  }

  /** The folder in which the files of a logical folder are stored. */
  #folder(logical: string): Folder {
    if (this.#last?.logical === logical) return this.#last.folder;
    const folder = this.#known(logical) ?? this.#make(logical);
    this.#last = { logical, folder };
    return folder;
  }

  #known(logical: string): Folder | null {
    const path = this.#names.get(`/${logical}`);
    return path === undefined ? null : { path, name: path.slice(path.lastIndexOf('/', path.length - 2) + 1, -1), owner: logical };
  }

  #make(logical: string): Folder {
    const slash = logical.lastIndexOf('/');
    const parent = slash < 0 ? root : this.#folder(logical.slice(0, slash));
    const wanted = this.#shortened(logical.slice(slash + 1), logical);
    const name = this.#free(parent, wanted, logical, (taken, candidate) => {
      const folder = folderOf(parent, taken);
      return folder !== null && folder.owner === null && folder.name === candidate;
    });
    const folder = this.#add(parent, name, logical);
    this.#names.set(`/${logical}`, folder.path);
    return folder;
  }

  #add(parent: Folder, name: string, owner: string | null): Folder {
    this.#names.set(keyIn(parent, name), `/${name}/${owner ?? ''}`);
    return { path: `${parent.path}${name}/`, name, owner };
  }

  #folderAt(parent: Folder, name: string): Folder | null {
    const taken = this.#names.get(keyIn(parent, name));
    return taken === undefined ? null : folderOf(parent, taken);
  }

  /** Steps 1 and 2: a segment without regard to its neighbours. */
  #shortened(segment: string, logical: string): string {
    const encoded = encodeSegment(segment);
    if (fits(encoded, MAX_PLAIN_SEGMENT_BYTES)) return encoded;
    return `${start(encoded).replace(/[. ]+$/, '')}~${this.#digits(logical, SHORTENED_DIGITS)}`;
  }

  /** Step 3: the name itself where it is free or already this one's, else with digits behind it, others each time until it is. */
  #free(folder: Folder, name: string, logical: string, isOwn: (taken: string, candidate: string) => boolean): string {
    let candidate = name;
    for (let attempt = 0; ; attempt += 1) {
      const taken = this.#names.get(keyIn(folder, candidate));
      if (taken === undefined || isOwn(taken, candidate)) return candidate;
      candidate = `${name}~${this.#digits(attempt === 0 ? logical : `${logical}\0${String(attempt)}`, TWIN_DIGITS)}`;
    }
  }

  #digits(logical: string, count: number): string {
    return toHex(this.#sha256(utf8(logical))).slice(0, count);
  }
}

const root: Folder = { path: '', name: '', owner: '' };

/** `whole` is the content path, where the caller has it: nearly always that is the key itself, and one text serves for both. */
function keyIn(folder: Folder, name: string, whole = folder.path + name): string {
  const key = twinKey(name);
  return key === name ? whole : folder.path + key;
}

/** The folder that a taken name is; null where it is a file. */
function folderOf(parent: Folder, taken: string): Folder | null {
  if (!taken.startsWith('/')) return null;
  const end = taken.indexOf('/', 1);
  const name = taken.slice(1, end);
  const owner = taken.slice(end + 1);
  return { path: `${parent.path}${name}/`, name, owner: owner === '' ? null : owner };
}
