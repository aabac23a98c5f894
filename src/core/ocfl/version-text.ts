import type { VersionField } from './inventory-shape.ts';
import { quoted } from './inventory-write.ts';

/** Refuses the inventory before the version that is being made. */
export function refusePrevious(reason: string): never {
  throw new Error(`The inventory before this version cannot be used: ${reason}${reason.endsWith('.') ? '' : '.'}`);
}

/** The text of versions that pass from one inventory into the next, as the events of the first tell them. */
export class VersionText {
  #text = '';
  #count = 0;
  #stateIsOpen = false;
  #digests = 0;
  #paths = 0;
  readonly #fields = new Map<VersionField, string>();

  /** Versions begun. */
  get count(): number {
    return this.#count;
  }

  /** The text since the last call. */
  take(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }

  version(name: string): void {
    this.end();
    this.#count += 1;
    if (name !== `v${String(this.#count)}`) refusePrevious(`its version number ${String(this.#count)} is called "${name}"`);
    this.#text += `${this.#count > 1 ? ',' : ''}${quoted(name)}:{`;
  }

  field(name: VersionField, value: string): void {
    const beforeState = name === 'created' || name === 'message';
    if (beforeState && this.#stateIsOpen) refusePrevious(`the "${name}" of version v${String(this.#count)} stands behind its state`);
    this.#fields.set(name, value);
  }

  digest(digest: string): void {
    if (!this.#stateIsOpen) this.#openState();
    this.#text += `${this.#digests > 0 ? '],' : ''}${quoted(digest)}:[`;
    this.#digests += 1;
    this.#paths = 0;
  }

  path(path: string): void {
    this.#text += (this.#paths > 0 ? ',' : '') + quoted(path);
    this.#paths += 1;
  }

  /** Closes the version that is open, if one is. */
  end(): void {
    if (this.#count === 0) return;
    if (!this.#stateIsOpen) this.#openState();
    const user = this.#members([
      ['address', 'userAddress'],
      ['name', 'userName'],
    ]);
    this.#text += `${this.#digests > 0 ? ']' : ''}}${user === '' ? '' : `,"user":{${user}}`}}`;
    this.#stateIsOpen = false;
    this.#fields.clear();
  }

  #openState(): void {
    const members = this.#members([
      ['created', 'created'],
      ['message', 'message'],
    ]);
    this.#text += `${members}${members === '' ? '' : ','}"state":{`;
    this.#stateIsOpen = true;
    this.#digests = 0;
  }

  #members(names: readonly (readonly [string, VersionField])[]): string {
    const texts: string[] = [];
    for (const [name, field] of names) {
      const value = this.#fields.get(field);
      if (value !== undefined) texts.push(`"${name}":${quoted(value)}`);
    }
    return texts.join(',');
  }
}
