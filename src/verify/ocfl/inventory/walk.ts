import type { JsonHandler } from '../../../core/index.ts';
import type { Faults } from './faults.ts';
import { quoted } from './faults.ts';

export type TopText = 'id' | 'type' | 'digestAlgorithm' | 'head' | 'contentDirectory';
export type VersionText = 'created' | 'message' | 'name' | 'address';

/** The parts of an inventory, told in the order in which they are written. `null` in the place of a text: something is there that is none. */
export interface InventoryParts {
  top(name: TopText, value: string | null): void;
  manifestBegins(): void;
  manifestWrong(): void;
  manifestEnds(): void;
  contentDigest(digest: string): void;
  content(path: string | null): void;
  /** The list of paths of the last digest is no list. */
  contentWrong(): void;
  versionsBegin(): void;
  versionsWrong(): void;
  version(name: string): void;
  versionWrong(name: string): void;
  versionText(name: VersionText, value: string | null): void;
  userBegins(): void;
  userWrong(): void;
  stateBegins(): void;
  stateWrong(): void;
  stateDigest(digest: string): void;
  state(path: string | null): void;
  stateListWrong(): void;
  versionEnds(): void;
  fixityBegins(): void;
  fixityWrong(): void;
  fixityAlgorithm(name: string): void;
  fixityAlgorithmWrong(): void;
  fixityDigest(digest: string): void;
  fixity(path: string | null): void;
  fixityListWrong(): void;
}

type Place = 'start' | 'top' | 'manifest' | 'content' | 'versions' | 'version' | 'state' | 'files' | 'user' | 'fixity' | 'algorithm' | 'fixityFiles';

/** Keys of the objects whose keys the specification fixes. */
const known: Partial<Record<Place, readonly string[]>> = {
  top: ['id', 'type', 'digestAlgorithm', 'head', 'contentDirectory', 'manifest', 'versions', 'fixity'],
  version: ['created', 'message', 'user', 'state'],
  user: ['name', 'address'],
};

/** Keys of one object that are remembered, to notice one that comes twice: a hostile text must not fill the memory with them. */
const MOST_KEYS = 300_000;

/** Follows the JSON of an inventory (OCFL 1.1 section 3.5) and tells its parts. What is not built as an inventory is told as wrong and left out. */
export class InventoryWalk implements JsonHandler {
  readonly #parts: InventoryParts;
  readonly #faults: Faults;
  readonly #places: Place[] = ['start'];
  #place: Place = 'start';
  /** The last key of the object that is open, and of the ones around it that are needed again. */
  #key = '';
  #version = '';
  /** Keys seen of each object whose keys are few. */
  readonly #seen: Set<string>[] = [];
  #skipped = 0;
  /** The text is an object at all. */
  isInventory = false;

  constructor(parts: InventoryParts, faults: Faults) {
    this.#parts = parts;
    this.#faults = faults;
  }

  objectStart(): void {
    if (this.#skipped > 0 || !this.#openObject()) this.#skipped += 1;
  }

  arrayStart(): void {
    if (this.#skipped > 0 || !this.#openArray()) this.#skipped += 1;
  }

  objectEnd(): void {
    if (this.#skipped > 0) {
      this.#skipped -= 1;
      return;
    }
    if (this.#place === 'manifest') this.#parts.manifestEnds();
    if (this.#place === 'version') this.#parts.versionEnds();
    if (this.#place in known || this.#place === 'versions' || this.#place === 'fixity') this.#seen.pop();
    this.#pop();
  }

  arrayEnd(): void {
    if (this.#skipped > 0) this.#skipped -= 1;
    else this.#pop();
  }

  key(text: string): void {
    if (this.#skipped > 0) return;
    this.#key = text;
    switch (this.#place) {
      case 'manifest':
        this.#parts.contentDigest(text);
        return;
      case 'state':
        this.#parts.stateDigest(text);
        return;
      case 'algorithm':
        this.#parts.fixityDigest(text);
        return;
      case 'versions':
        this.#version = text;
        break;
      default:
    }
    const seen = this.#seen.at(-1);
    if (seen?.has(text) === true) this.#faults.add('E033', () => `It has the key ${quoted(text)} twice in one place; programs differ about which one counts.`);
    if (seen !== undefined && seen.size < MOST_KEYS) seen.add(text);
    const keys = known[this.#place];
    if (keys?.includes(text) === false) this.#faults.add('E102', () => `It has the key ${quoted(text)}${this.#place === 'top' ? '' : ` in ${quoted(this.#version)}`}, which OCFL does not know.`);
  }

  string(text: string): void {
    if (this.#skipped > 0) return;
    switch (this.#place) {
      case 'content':
        this.#parts.content(text);
        break;
      case 'files':
        this.#parts.state(text);
        break;
      case 'fixityFiles':
        this.#parts.fixity(text);
        break;
      default:
        this.#scalar(text);
    }
  }

  number(): void {
    this.#scalar(null);
  }

  literal(): void {
    this.#scalar(null);
  }

  #openObject(): boolean {
    switch (this.#place) {
      case 'start':
        this.isInventory = true;
        return this.#push('top');
      case 'top':
        if (this.#key === 'manifest') {
          this.#parts.manifestBegins();
          return this.#push('manifest');
        }
        if (this.#key === 'versions') {
          this.#parts.versionsBegin();
          return this.#push('versions');
        }
        if (this.#key === 'fixity') {
          this.#parts.fixityBegins();
          return this.#push('fixity');
        }
        break;
      case 'versions':
        this.#parts.version(this.#key);
        return this.#push('version');
      case 'version':
        if (this.#key === 'state') {
          this.#parts.stateBegins();
          return this.#push('state');
        }
        if (this.#key === 'user') {
          this.#parts.userBegins();
          return this.#push('user');
        }
        break;
      case 'fixity':
        this.#parts.fixityAlgorithm(this.#key);
        return this.#push('algorithm');
      default:
    }
    this.#scalar(null);
    return false;
  }

  #openArray(): boolean {
    switch (this.#place) {
      case 'manifest':
        return this.#push('content');
      case 'state':
        return this.#push('files');
      case 'algorithm':
        return this.#push('fixityFiles');
      default:
        this.#scalar(null);
        return false;
    }
  }

  /** A value that is no container, or is one where none of its kind should be. */
  #scalar(text: string | null): void {
    if (this.#skipped > 0) return;
    const parts = this.#parts;
    const key = this.#key;
    switch (this.#place) {
      case 'start':
        break;
      case 'top':
        if (key === 'manifest') parts.manifestWrong();
        else if (key === 'versions') parts.versionsWrong();
        else if (key === 'fixity') parts.fixityWrong();
        else if (key === 'id' || key === 'type' || key === 'digestAlgorithm' || key === 'head' || key === 'contentDirectory') parts.top(key, text);
        break;
      case 'versions':
        parts.versionWrong(key);
        break;
      case 'version':
        if (key === 'state') parts.stateWrong();
        else if (key === 'user') parts.userWrong();
        else if (key === 'created' || key === 'message') parts.versionText(key, text);
        break;
      case 'user':
        if (key === 'name' || key === 'address') parts.versionText(key, text);
        break;
      case 'manifest':
        parts.contentWrong();
        break;
      case 'content':
        parts.content(null);
        break;
      case 'state':
        parts.stateListWrong();
        break;
      case 'files':
        parts.state(null);
        break;
      case 'fixity':
        parts.fixityAlgorithm(key);
        parts.fixityAlgorithmWrong();
        break;
      case 'algorithm':
        parts.fixityListWrong();
        break;
      case 'fixityFiles':
        parts.fixity(null);
        break;
    }
  }

  #push(place: Place): true {
    if (place in known || place === 'versions' || place === 'fixity') this.#seen.push(new Set());
    this.#places.push(place);
    this.#place = place;
    return true;
  }

  #pop(): void {
    this.#places.pop();
    this.#place = this.#places.at(-1) ?? 'start';
    // The keys of the object around it: only these are asked for again.
    if (this.#place === 'version') this.#key = '';
  }
}
