import { DigestForms } from './digest-forms.ts';
import type { Fault } from './faults.ts';
import { Faults, quoted } from './faults.ts';
import { PathSet } from './path-set.ts';
import type { PlaceSum } from './places.ts';
import { count, PlaceSums } from './places.ts';
import { NumberList, PrintTable } from './print-table.ts';
import type { Printer } from './printer.ts';
import type { RecordBlocks } from './records.ts';

const badPart = /(?:^|\/)\.{0,2}(?:\/|$)/;
/** No version: later than every version. */
const NO_VERSION = 0xffffffff;

/** Reports a content path that is none (sections 3.5.2). Answers whether it is one. */
export function isContentPath(path: string, faults: Faults): boolean {
  if (path.length > 1 && (path.startsWith('/') || path.endsWith('/'))) {
    faults.add('E100', () => `The content path ${quoted(path)} begins or ends with a slash.`);
    return false;
  }
  if (badPart.test(path)) {
    faults.add('E099', () => `The content path ${quoted(path)} has a part that is empty, "." or "..".`);
    return false;
  }
  if (path.includes('\0') || !path.isWellFormed()) {
    faults.add('E092', () => `The content path ${quoted(path)} cannot be that of a file.`);
    return false;
  }
  if (path.includes('\\') && /^v\d+\\/.test(path)) {
    faults.add('E035', () => `The content path ${quoted(path)} has backslashes where slashes belong.`);
    return false;
  }
  return true;
}

/** The manifest of an inventory, kept so small that a million paths fit. */
export class Manifest {
  status: 'absent' | 'wrong' | 'there' = 'absent';
  /** Numbers the digests, upper case and lower case being the same. */
  readonly #digests = new PrintTable();
  /** Half of the print of each digest as it is written. */
  readonly #written = new NumberList();
  /** Of each digest, where it is wanted: its content path that comes first, as version and print, three numbers each. */
  readonly #first: NumberList | null;
  /** Of each digest: the last version that uses it, counted from 1; 0 for none. */
  readonly #used = new NumberList();
  readonly #paths: PathSet;
  readonly #forms = new DigestForms();
  readonly places = new PlaceSums();
  readonly #printer: Printer;
  readonly #faults = new Faults();
  readonly #kept: RecordBlocks | null;
  #digest = -1;
  /** Of the digest whose paths are being read: its text in lower case, and that text's print. */
  #hex = '';
  #a = 0;
  #b = 0;
  #isDigest = false;
  #pathsOfDigest = 0;

  constructor(printer: Printer, kept: RecordBlocks | null, byContent: boolean) {
    this.#printer = printer;
    this.#first = byContent ? new NumberList() : null;
    this.#kept = kept;
    this.#paths = new PathSet(printer);
  }

  get faults(): readonly Fault[] {
    return this.#faults.list();
  }

  digest(text: string): void {
    this.#closeDigest();
    this.#isDigest = this.#forms.add(text);
    const lower = text.toLowerCase();
    this.#printer.text(lower);
    this.#hex = lower;
    this.#a = this.#printer.a;
    this.#b = this.#printer.b;
    const index = this.#digests.add(this.#a, this.#b);
    if (index < 0) {
      this.#digest = -1 - index;
      this.#faults.add('E096', () => `The manifest has the digest ${quoted(text)} twice.`);
      return;
    }
    this.#digest = index;
    if (lower !== text) this.#printer.text(text);
    this.#written.push(this.#printer.a);
    this.#used.push(0);
    if (this.#first !== null) for (const value of [NO_VERSION, 0, 0]) this.#first.push(value);
    this.#pathsOfDigest = 0;
  }

  path(path: string | null): void {
    this.#pathsOfDigest += 1;
    if (path === null) {
      this.#faults.add('E092', () => `The manifest lists something that is not a text among the paths of ${quoted(this.#hex)}.`);
      return;
    }
    if (!isContentPath(path, this.#faults)) return;
    const clash = this.#paths.add(path);
    const { a, b } = this.#printer;
    if (clash === 'twice') {
      this.#faults.add('E101', () => `The manifest lists the content path ${quoted(path)} twice.`);
      return;
    }
    if (clash === 'conflict') this.#faults.add('E101', () => `The manifest lists ${quoted(path)} as a file, and as a folder of other files.`);
    const place = this.places.of(path);
    if (place === null) return;
    this.#noteFirst(place, a, b);
    this.#printer.pair(a, b, this.#a, this.#b);
    count(place, this.#printer);
    this.#kept?.add(a, b, this.#isDigest ? this.#hex : '', path);
  }

  listWrong(): void {
    this.#pathsOfDigest += 1;
    this.#faults.add('E092', () => `The paths of ${quoted(this.#hex)} in the manifest are not a list.`);
  }

  end(): void {
    this.#closeDigest();
    this.#digest = -1;
  }

  /** Whether a path is listed, given its print. */
  hasPath(a: number, b: number): boolean {
    return this.#paths.hasFile(a, b);
  }

  /** Marks a digest as used by a version (counted from 1), and answers how the version may refer to it. */
  use(digest: string, version: number): { readonly index: number; readonly fault: 'unknown' | 'other case' | 'twice' | null } {
    this.#printer.text(digest);
    let { a, b } = this.#printer;
    const written = a;
    let index = this.#digests.find(a, b);
    if (index < 0) {
      this.#printer.text(digest.toLowerCase());
      ({ a, b } = this.#printer);
      index = this.#digests.find(a, b);
    }
    if (index < 0) return { index, fault: 'unknown' };
    const twice = this.#used.at(index) === version;
    this.#used.set(index, version);
    const same = this.#written.at(index) === written;
    return { index, fault: twice ? 'twice' : same ? null : 'other case' };
  }

  /** Leaves in the printer the print of the first content path of a digest: it stands for the content whatever the digest's algorithm. */
  printOfContent(index: number): void {
    this.#printer.a = this.#first?.at(index * 3 + 1) ?? 0;
    this.#printer.b = this.#first?.at(index * 3 + 2) ?? 0;
  }

  /** Forgets which digests were used: the versions are read again. */
  restart(): void {
    for (let index = 0; index < this.#used.length; index++) this.#used.set(index, 0);
  }

  reportForms(algorithm: string | null): void {
    this.#forms.report(algorithm, this.#faults);
  }

  get hasUnused(): boolean {
    for (let index = 0; index < this.#used.length; index++) if (this.#used.at(index) === 0) return true;
    return false;
  }

  /** Reports a digest that no version uses, when the inventory is read again to name it. */
  nameUnused(digest: string): void {
    this.#printer.text(digest.toLowerCase());
    const index = this.#digests.find(this.#printer.a, this.#printer.b);
    if (index >= 0 && this.#used.at(index) === 0) this.#faults.add('E107', () => `The manifest lists files under the digest ${quoted(digest)}, which no version uses.`);
  }

  #closeDigest(): void {
    if (this.#digest >= 0 && this.#pathsOfDigest === 0) this.#faults.add('E092', () => `The manifest lists no file under the digest ${quoted(this.#hex)}.`);
  }

  #noteFirst({ version }: PlaceSum, a: number, b: number): void {
    const first = this.#first;
    if (first === null) return;
    const number = /^v\d{1,9}$/.test(version) ? Number(version.slice(1)) : NO_VERSION - 1;
    const at = this.#digest * 3;
    const [v, pa, pb] = [first.at(at), first.at(at + 1), first.at(at + 2)];
    if (number > v || (number === v && (a > pa || (a === pa && b >= pb)))) return;
    first.set(at, number);
    first.set(at + 1, a);
    first.set(at + 2, b);
  }
}
