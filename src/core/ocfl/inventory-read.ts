import type { Finding } from '../../contract/index.ts';
import { inventoryShape, TWICE, type InventoryEvents, type Shape } from './inventory-shape.ts';
import { JsonError, type JsonHandler } from './json-handler.ts';
import { JsonTokens } from './json-stream.ts';
import { KeyScope } from './key-scope.ts';

export type { InventoryEvents, InventoryField, VersionField } from './inventory-shape.ts';

/** Findings kept of one inventory; a file with a fault in every line must not fill memory. One with the code `MORE` follows them. */
export const MAX_INVENTORY_FINDINGS = 1000;

interface Frame {
  readonly shape: Exclude<Shape, { kind: 'text' }>;
  readonly names: KeyScope | null;
}

/**
 * Reads an `inventory.json` (OCFL 1.1 section 3.5) from chunks of bytes and tells what it says. Nothing is kept but the names of the
 * objects that are open.
 *
 * What is not of the right shape becomes a finding with the code of OCFL 1.1's validation codes, and reading goes on behind it; a text that
 * is not JSON becomes E033 and ends the reading. A name that comes twice is a finding too (a note with E034, since neither JSON nor
 * OCFL forbids it; E096 and E097 for digests of manifest and fixity), and both of its values are told. Whether paths, digests and dates are
 * good, and whether the parts agree, is for the reader of the events to judge.
 */
export class InventoryReader {
  readonly #events: InventoryEvents;
  readonly #path: string;
  readonly #tokens: JsonTokens;
  readonly #findings: Finding[] = [];
  readonly #frames: Frame[] = [];
  /** Names on the way to what is being read, one for each object that is open. */
  readonly #keys: string[] = [];
  /** Shape of the value that comes next in an object; null when it is not to be read. */
  #next: Shape | null = inventoryShape;
  /** Open containers inside a value that is not read. */
  #skipped = 0;
  #unreadable = false;

  /** `path` is where findings say they are. */
  constructor(events: InventoryEvents, path = 'inventory.json') {
    this.#events = events;
    this.#path = path;
    this.#tokens = new JsonTokens(this.#handler());
  }

  get findings(): readonly Finding[] {
    return this.#findings;
  }

  feed(chunk: Uint8Array): void {
    this.#read(() => this.#tokens.feed(chunk));
  }

  /** To be called once after the last chunk. Answers all findings. */
  end(): readonly Finding[] {
    this.#read(() => this.#tokens.end());
    return this.#findings;
  }

  #read(step: () => void): void {
    if (this.#unreadable) return;
    try {
      step();
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      this.#unreadable = true;
      this.#find('E033', 'error', `The inventory is not readable JSON. ${error.message}`);
    }
  }

  #handler(): JsonHandler {
    return {
      objectStart: () => this.#start('object'),
      objectEnd: () => this.#end(),
      arrayStart: () => this.#start('array'),
      arrayEnd: () => this.#end(),
      key: (name) => this.#name(name),
      string: (value) => {
        const shape = this.#expected();
        if (shape?.kind === 'text') shape.tell(this.#events, this.#keys, value);
        else if (shape !== null) this.#wrong(shape);
      },
      number: () => this.#scalar(),
      literal: () => this.#scalar(),
    };
  }

  /** The shape that the value which begins now should have; null when nothing is asked of it. */
  #expected(): Shape | null {
    if (this.#skipped > 0) return null;
    const frame = this.#frames.at(-1);
    return frame?.shape.kind === 'list' ? frame.shape.item : this.#next;
  }

  #scalar(): void {
    const shape = this.#expected();
    if (shape !== null) this.#wrong(shape);
  }

  #start(what: 'object' | 'array'): void {
    const shape = this.#expected();
    if (shape === null) {
      this.#skipped += 1;
      return;
    }
    if (shape.kind === 'text' || (what === 'array') !== (shape.kind === 'list')) {
      this.#wrong(shape);
      this.#skipped += 1;
      return;
    }
    this.#frames.push({ shape, names: what === 'object' ? new KeyScope() : null });
    if (what === 'object') this.#keys.push('');
  }

  #end(): void {
    if (this.#skipped > 0) {
      this.#skipped -= 1;
      return;
    }
    const frame = this.#frames.pop();
    if (frame === undefined || frame.names === null) return;
    this.#keys.pop();
    if (frame.shape.kind !== 'members') return;
    for (const [name, code] of Object.entries(frame.shape.required)) {
      if (!frame.names.has(name)) this.#find(code, 'error', `${this.#here()} has no "${name}".`);
    }
  }

  #name(name: string): void {
    if (this.#skipped > 0) return;
    const frame = this.#frames.at(-1);
    if (frame === undefined || frame.names === null) return;
    const { shape } = frame;
    this.#keys[this.#keys.length - 1] = name;
    const twice = shape.kind === 'block' ? shape.twice : TWICE;
    if (!frame.names.add(twice.ignoresCase ? name.toLowerCase() : name)) {
      const severity = twice === TWICE ? 'note' : 'error';
      this.#find(twice.code, severity, `${this.#here()} is written twice; programs may differ about which one counts.`);
    }
    if (shape.kind === 'block') {
      shape.named?.(this.#events, this.#keys);
      this.#next = shape.value;
    } else if (shape.kind === 'members' && Object.hasOwn(shape.members, name)) {
      this.#next = shape.members[name] ?? null;
    } else {
      this.#find('E102', 'error', `${this.#here()} is not a member that OCFL knows.`);
      this.#next = null;
    }
  }

  #wrong(shape: Shape): void {
    const wanted = { text: 'a string', list: 'an array', block: 'an object', members: 'an object' }[shape.kind];
    const inList = this.#frames.at(-1)?.shape.kind === 'list';
    this.#find(shape.wrong, 'error', `${inList ? 'A value in ' : ''}${this.#here()} is not ${wanted}.`);
  }

  /** Where the reader stands, in words: `"versions" / "v2" / "state"`. */
  #here(): string {
    if (this.#keys.length === 0) return 'The inventory';
    return this.#keys.map((name) => JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name)).join(' / ');
  }

  #find(code: string, severity: Finding['severity'], message: string): void {
    if (this.#findings.length > MAX_INVENTORY_FINDINGS) return;
    const full = this.#findings.length === MAX_INVENTORY_FINDINGS;
    this.#findings.push(
      full
        ? { code: 'MORE', severity: 'error', path: this.#path, message: 'The inventory has more faults than are listed here.' }
        : { code, severity, path: this.#path, message },
    );
  }
}
