import type { Spec } from '../codes.ts';
import type { Faults } from './faults.ts';
import { quoted } from './faults.ts';
import { isUri } from './texts.ts';
import type { TopText } from './walk.ts';

const type = /^https:\/\/ocfl\.io\/(1\.[01])\/spec\/#inventory$/;

/** The texts at the top of an inventory (section 3.5.1). */
export class Fields {
  readonly #texts = new Map<TopText, string | null>();
  readonly #faults: Faults;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  set(name: TopText, value: string | null): void {
    this.#texts.set(name, value);
  }

  /** A text that is there; null otherwise. */
  get(name: TopText): string | null {
    return this.#texts.get(name) ?? null;
  }

  has(name: TopText): boolean {
    return this.#texts.has(name);
  }

  get algorithm(): string | null {
    return this.get('digestAlgorithm');
  }

  /** The version of the specification that the type names. */
  get spec(): Spec | null {
    return (type.exec(this.get('type') ?? '')?.[1] ?? null) as Spec | null;
  }

  /** The name of the content folder, where it is set and can be that of a folder. */
  get contentDirectory(): string | null {
    const name = this.get('contentDirectory');
    return name === null || name === '' || name === '.' || name === '..' || /[/\0]/.test(name) ? null : name;
  }

  end(): void {
    const faults = this.#faults;
    for (const name of ['id', 'type', 'digestAlgorithm', 'head'] as const) {
      if (!this.#texts.has(name)) faults.add('E036', () => `It has no "${name}".`);
    }
    this.#judgeId();
    if (this.#texts.has('type') && this.spec === null) {
      faults.add('E038', () => `Its type is ${this.#shown('type')}, which is that of no version of OCFL; https://ocfl.io/1.1/spec/#inventory would be that of 1.1.`);
    }
    const { algorithm } = this;
    if (algorithm === 'sha256') faults.add('W004', () => 'Its digests are sha256; sha512 is recommended.');
    else if (this.#texts.has('digestAlgorithm') && algorithm !== 'sha512') faults.add('E025', () => `Its digest algorithm is ${this.#shown('digestAlgorithm')}, and only sha512 and sha256 are allowed.`);
    if (this.#texts.has('head') && this.get('head') === null) faults.add('E040', () => 'Its head is not a text.');
    this.#judgeContentDirectory();
  }

  #judgeId(): void {
    if (!this.#texts.has('id')) return;
    const id = this.get('id');
    if (id === null) this.#faults.add('E037', () => 'Its id is not a text.');
    else if (id === '') this.#faults.add('E037', () => 'Its id is empty.');
    else if (!isUri(id)) this.#faults.add('W005', () => `Its id is ${quoted(id)}, which is not a URI.`);
  }

  #judgeContentDirectory(): void {
    if (!this.#texts.has('contentDirectory')) return;
    const name = this.get('contentDirectory');
    const shown = this.#shown('contentDirectory');
    if (name === '.' || name === '..') this.#faults.add('E018', () => `It calls the content folder ${shown}.`);
    else if (name === null || name.includes('/')) this.#faults.add('E017', () => `It calls the content folder ${shown}, which is not the name of a folder.`);
    else if (this.contentDirectory === null) this.#faults.add('E108', () => `It calls the content folder ${shown}, which cannot be the name of a folder.`);
  }

  #shown(name: TopText): string {
    const text = this.get(name);
    return text === null ? 'not a text' : quoted(text);
  }
}
