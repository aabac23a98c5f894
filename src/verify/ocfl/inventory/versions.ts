import type { Faults } from './faults.ts';
import { quoted } from './faults.ts';
import type { Manifest } from './manifest.ts';
import { PathSet } from './path-set.ts';
import { count } from './places.ts';
import { NumberList } from './print-table.ts';
import type { Printer } from './printer.ts';
import { RecordBlocks } from './records.ts';
import { isInstant, isUri } from './texts.ts';
import type { VersionText } from './walk.ts';

/** An inventory with more is not read: each version costs memory, and no object has as many. */
export const MOST_VERSIONS = 200_000;

export class TooManyVersions extends Error {
  override readonly name = 'TooManyVersions';
}

/** What an inventory says of its versions, each as prints by which it can be compared with what another inventory says. */
export interface VersionsTold {
  readonly names: readonly string[];
  /** For each version: print of its time, its message and its user, two numbers each. */
  readonly metadata: Uint32Array<ArrayBuffer>;
  /** For each version: number of files, and the sum of their prints, three numbers. */
  readonly states: Uint32Array<ArrayBuffer>;
}

export class Versions {
  status: 'absent' | 'wrong' | 'there' = 'absent';
  /** Every state could be read whole: only then can it be said which digests no version uses. */
  statesWhole = true;
  readonly #names: string[] = [];
  readonly #metadata = new NumberList();
  readonly #states = new NumberList();
  readonly #printer: Printer;
  readonly #faults: Faults;
  readonly #manifest: Manifest | null;
  readonly #byContent: boolean;
  readonly #traced: string | null;
  readonly trace = new RecordBlocks();
  readonly #paths: PathSet;
  #texts = new Map<VersionText, string | null>();
  #name = '';
  #hasState = false;
  #hasUser = false;
  #userIsWrong = false;
  #sum = { count: 0, a: 0, b: 0 };
  #digest = '';
  #digestIndex = -1;
  #a = 0;
  #b = 0;

  /**
   * @param manifest null while it is not read yet: then only the versions' own words are judged
   * @param byContent files are compared by the content paths behind their digests: the other inventory's digests are of another algorithm
   * @param traced a version whose files are wanted one by one
   */
  constructor(printer: Printer, faults: Faults, manifest: Manifest | null, byContent: boolean, traced: string | null) {
    this.#printer = printer;
    this.#faults = faults;
    this.#manifest = manifest;
    this.#byContent = byContent;
    this.#traced = traced;
    this.#paths = new PathSet(printer);
  }

  begin(name: string): void {
    if (this.#names.length >= MOST_VERSIONS) throw new TooManyVersions();
    this.#names.push(name);
    this.#name = name;
    this.#texts = new Map();
    this.#hasState = false;
    this.#hasUser = false;
    this.#userIsWrong = false;
    this.#sum = { count: 0, a: 0, b: 0 };
  }

  wrong(name: string): void {
    this.begin(name);
    this.statesWhole = false;
    this.#faults.add('E047', () => `What it says of version ${quoted(name)} is not a JSON object.`);
    this.#keep();
  }

  text(name: VersionText, value: string | null): void {
    this.#texts.set(name, value);
  }

  user(isObject: boolean): void {
    this.#hasUser = true;
    this.#userIsWrong = !isObject;
  }

  stateBegins(): void {
    this.#hasState = true;
    this.#paths.clear();
  }

  stateWrong(): void {
    this.#hasState = true;
    this.statesWhole = false;
    this.#faults.add('E050', () => `The files of version ${quoted(this.#name)} are not a JSON object.`);
  }

  stateDigest(digest: string): void {
    this.#digest = digest;
    this.#digestIndex = -1;
    if (this.#manifest?.status === 'there') {
      const { index, fault } = this.#manifest.use(digest, this.#names.length);
      this.#digestIndex = index;
      if (fault === 'unknown') this.#faults.add('E050', () => `Version ${quoted(this.#name)} has files of the digest ${quoted(digest)}, which the manifest does not list.`);
      if (fault === 'other case') this.#faults.add('E050', () => `Version ${quoted(this.#name)} writes the digest ${quoted(digest)} with other upper and lower case letters than the manifest.`);
      if (fault === 'twice') this.#faults.add('E050', () => `Version ${quoted(this.#name)} has the digest ${quoted(digest)} twice.`);
    }
    if (this.#byContent && this.#manifest !== null && this.#digestIndex >= 0) this.#manifest.printOfContent(this.#digestIndex);
    else this.#printer.text(digest.toLowerCase());
    this.#a = this.#printer.a;
    this.#b = this.#printer.b;
  }

  file(path: string | null): void {
    if (path === null) {
      this.statesWhole = false;
      this.#faults.add('E051', () => `Version ${quoted(this.#name)} has something that is not a text in the place of a file's path, at the digest ${quoted(this.#digest)}.`);
      return;
    }
    if (path.length > 1 && (path.startsWith('/') || path.endsWith('/'))) {
      this.#faults.add('E053', () => `Version ${quoted(this.#name)} has the path ${quoted(path)}, which begins or ends with a slash.`);
      return;
    }
    if (badPart.test(path)) {
      this.#faults.add('E052', () => `Version ${quoted(this.#name)} has the path ${quoted(path)}, of which a part is empty, "." or "..".`);
      return;
    }
    const clash = this.#paths.add(path);
    const { a, b } = this.#printer;
    if (clash === 'twice') this.#faults.add('E095', () => `Version ${quoted(this.#name)} has the path ${quoted(path)} twice.`);
    if (clash === 'conflict') this.#faults.add('E095', () => `Version ${quoted(this.#name)} has ${quoted(path)} as a file, and as a folder of other files.`);
    this.#printer.pair(a, b, this.#a, this.#b);
    count(this.#sum, this.#printer);
    if (this.#traced === this.#name) this.trace.add(this.#printer.a, this.#printer.b, '', path);
  }

  listWrong(): void {
    this.statesWhole = false;
    this.#faults.add('E050', () => `The files of the digest ${quoted(this.#digest)} in version ${quoted(this.#name)} are not a list.`);
  }

  end(): void {
    const here = quoted(this.#name);
    const created = this.#texts.get('created');
    if (created === undefined) this.#faults.add('E048', () => `Version ${here} has no time at which it was made ("created").`);
    else if (created === null) this.#faults.add('E049', () => `The time at which version ${here} was made is not a text.`);
    else if (!isInstant(created)) this.#faults.add('E049', () => `The time at which version ${here} was made is ${quoted(created)}; date, time to the second and time zone are asked for, as in 2024-07-30T12:00:00Z.`);
    if (!this.#hasState) {
      this.statesWhole = false;
      this.#faults.add('E048', () => `Version ${here} has no list of its files ("state").`);
    }
    this.#judgeMessage(here);
    this.#judgeUser(here);
    this.#keep();
  }

  told(): VersionsTold {
    return { names: this.#names, metadata: this.#metadata.toArray(), states: this.#states.toArray() };
  }

  #judgeMessage(here: string): void {
    const message = this.#texts.get('message');
    if (message === undefined) this.#faults.add('W007', () => `Version ${here} has no message.`);
    if (message === null) this.#faults.add('E094', () => `The message of version ${here} is not a text.`);
  }

  #judgeUser(here: string): void {
    if (!this.#hasUser) {
      this.#faults.add('W007', () => `Version ${here} does not say which user made it.`);
      return;
    }
    if (this.#userIsWrong) {
      this.#faults.add('E054', () => `The user of version ${here} is not a JSON object.`);
      return;
    }
    const name = this.#texts.get('name');
    const address = this.#texts.get('address');
    if (typeof name !== 'string' || name === '') this.#faults.add('E054', () => `The user of version ${here} has no name.`);
    if (address === undefined) this.#faults.add('W008', () => `The user of version ${here} has no address.`);
    else if (address === null) this.#faults.add('E054', () => `The address of the user of version ${here} is not a text.`);
    else if (!isUri(address)) this.#faults.add('W009', () => `The address of the user of version ${here} is ${quoted(address)}, which is not a URI such as mailto:name@example.org.`);
  }

  #keep(): void {
    const user = this.#hasUser ? `${String(this.#texts.get('name'))}\0${String(this.#texts.get('address'))}` : '';
    for (const text of [String(this.#texts.get('created')), String(this.#texts.get('message')), user]) {
      this.#printer.text(text);
      this.#metadata.push(this.#printer.a);
      this.#metadata.push(this.#printer.b);
    }
    for (const value of [this.#sum.count, this.#sum.a, this.#sum.b]) this.#states.push(value);
  }
}

const badPart = /(?:^|\/)\.{0,2}(?:\/|$)/;
