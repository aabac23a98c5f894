import type { OcflCode } from '../codes.ts';

/** A fault of an inventory, in the codes of OCFL 1.1. */
export interface Fault {
  readonly code: OcflCode;
  /** A sentence that says what is wrong in the inventory, without its name. */
  readonly message: string;
}

/** Faults of one code that are kept: a file with a fault in every line must not fill the memory with sentences. */
const KEPT_PER_CODE = 100;

export class Faults {
  readonly #kept: Fault[] = [];
  readonly #counts = new Map<OcflCode, number>();

  /** The sentence is only made where it is kept. */
  add(code: OcflCode, message: () => string): void {
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    if (count <= KEPT_PER_CODE) this.#kept.push({ code, message: message() });
  }

  list(): Fault[] {
    const all = [...this.#kept];
    for (const [code, count] of this.#counts) {
      if (count > KEPT_PER_CODE) all.push({ code, message: `${(count - KEPT_PER_CODE).toLocaleString('en-US')} more faults of this kind are not listed one by one.` });
    }
    return all;
  }
}

/** A text of an inventory as it can stand in a sentence: quoted, and cut where it is long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}
