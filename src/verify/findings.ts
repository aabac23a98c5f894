import type { Finding } from '../contract/index.ts';
import type { CodeMeaning, VerifyCode } from './codes.ts';

/** Findings of one code that are listed one by one; a lake of a million lost files must not fill the memory with sentences. */
const LISTED_PER_CODE = 2_000;

/** What a check says its findings to. */
export interface FindingSink<C extends string = VerifyCode> {
  /** @param path relative to what is checked, `/` between parts; '' for the whole */
  add(code: C, path: string, message: string): void;
  has(code: C): boolean;
}

/** Collects what a check finds, in the codes of one table; the check never stops at the first. */
export class Findings<C extends string = VerifyCode> implements FindingSink<C> {
  readonly #codes: Readonly<Record<C, CodeMeaning>>;
  readonly #list: Finding[] = [];
  readonly #counts = new Map<C, number>();

  /** @param codes every code that can be found, with its severity */
  constructor(codes: Readonly<Record<C, CodeMeaning>>) {
    this.#codes = codes;
  }

  add(code: C, path: string, message: string): void {
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    if (count <= LISTED_PER_CODE) this.#list.push({ code, severity: this.#codes[code].severity, path, message });
  }

  has(code: C): boolean {
    return this.#counts.has(code);
  }

  /** How many of a severity were met, listed or not. */
  count(severity: Finding['severity']): number {
    let sum = 0;
    for (const [code, count] of this.#counts) if (this.#codes[code].severity === severity) sum += count;
    return sum;
  }

  /** All of them: errors first, then by path, so that the same faults give the same list although threads meet them in any order. */
  list(): Finding[] {
    const all = [...this.#list];
    for (const [code, count] of this.#counts) {
      if (count <= LISTED_PER_CODE) continue;
      const { severity } = this.#codes[code];
      all.push({ code, severity, path: '', message: `${(count - LISTED_PER_CODE).toLocaleString('en-US')} more findings ${code} are not listed one by one.` });
    }
    const rank = { error: 0, warning: 1, note: 2 };
    return all.sort((a, b) => rank[a.severity] - rank[b.severity] || byText(a.path, b.path) || byText(a.code, b.code));
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
