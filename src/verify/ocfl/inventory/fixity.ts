import { algorithmIndex, parseDigest } from '../digests.ts';
import { formCode } from './digest-forms.ts';
import type { Faults } from './faults.ts';
import { quoted } from './faults.ts';
import type { Manifest } from './manifest.ts';
import { isContentPath } from './manifest.ts';
import { PathSet } from './path-set.ts';
import { count, PlaceSums } from './places.ts';
import { PrintTable } from './print-table.ts';
import type { Printer } from './printer.ts';
import type { RecordBlocks } from './records.ts';

/** Spellings of known names that are wrong: `SHA-256` is not one of the vocabulary, and no other algorithm either. */
const misspelt = /^(?:md-?5|sha-?1|sha-?256|sha-?512|blake2b-?512|size)$/i;

/** The block of additional digests of an inventory. */
export class Fixity {
  /** Names of algorithms that this check does not know. */
  readonly unknown: string[] = [];
  /** Bits of the algorithms whose digests were read. */
  mask = 0;
  readonly places = new PlaceSums();
  readonly #printer: Printer;
  readonly #faults: Faults;
  readonly #manifest: Manifest | null;
  readonly #kept: RecordBlocks | null;
  readonly #digests = new PrintTable();
  readonly #paths: PathSet;
  #name = '';
  #algorithm = -1;
  #digest = '';
  #bytes: Buffer | null = null;
  #a = 0;
  #b = 0;

  /** @param manifest null while it is not read yet: then nothing is judged */
  constructor(printer: Printer, faults: Faults, manifest: Manifest | null, kept: RecordBlocks | null) {
    this.#printer = printer;
    this.#faults = faults;
    this.#manifest = manifest;
    this.#kept = kept;
    this.#paths = new PathSet(printer);
  }

  algorithm(name: string): void {
    this.#name = name;
    this.#algorithm = algorithmIndex(name);
    this.#digests.clear();
    this.#paths.clear();
    if (this.#algorithm >= 0) return;
    if (misspelt.test(name) || name === '') this.#faults.add('E056', () => `Additional digests stand under the name ${quoted(name)}, which is not the name of a digest algorithm.`);
    else if (this.unknown.length < 100) this.unknown.push(name);
  }

  algorithmWrong(): void {
    this.#faults.add('E057', () => `The additional digests under ${quoted(this.#name)} are not a JSON object.`);
  }

  digest(text: string): void {
    this.#digest = text;
    this.#bytes = null;
    if (this.#algorithm < 0 || this.#manifest === null) return;
    this.#bytes = parseDigest(this.#algorithm, text);
    if (this.#bytes === null) {
      const code = formCode(this.#name);
      if (code !== null) this.#faults.add(code, () => `The additional digest ${quoted(text)} is not written as ${this.#name} asks.`);
      this.#faults.add('E057', () => `The additional digest ${quoted(text)} is not one of ${this.#name}.`);
    }
    this.#printer.text(`${this.#name}\0${text.toLowerCase()}`);
    this.#a = this.#printer.a;
    this.#b = this.#printer.b;
    if (this.#digests.add(this.#a, this.#b) < 0) this.#faults.add('E097', () => `The additional digest ${quoted(text)} stands twice under ${quoted(this.#name)}.`);
  }

  path(path: string | null): void {
    if (this.#manifest === null) return;
    if (path === null) {
      this.#faults.add('E057', () => `The additional digest ${quoted(this.#digest)} lists something that is not a text.`);
      return;
    }
    if (!isContentPath(path, this.#faults)) return;
    const clash = this.#paths.add(path);
    const { a, b } = this.#printer;
    if (clash === 'twice') this.#faults.add('E101', () => `The additional digests under ${quoted(this.#name)} list the content path ${quoted(path)} twice.`);
    if (this.#manifest.status === 'there' && !this.#manifest.hasPath(a, b)) {
      this.#faults.add('E057', () => `The additional digests under ${quoted(this.#name)} are of ${quoted(path)}, which the manifest does not list.`);
      return;
    }
    if (this.#bytes === null) return;
    const place = this.places.of(path);
    if (place === null) return;
    this.mask |= 1 << this.#algorithm;
    this.#printer.pair(a, b, this.#a, this.#b);
    count(place, this.#printer);
    this.#kept?.add(a, b, this.#bytes.toString('hex'), String.fromCharCode(48 + this.#algorithm));
  }

  listWrong(): void {
    this.#faults.add('E057', () => `The paths of the additional digest ${quoted(this.#digest)} are not a list.`);
  }
}
