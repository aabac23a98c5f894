import type { DropId } from '../../contract/index.ts';

/** What waits to be normalized, and what of it can be begun: in order per table, tables beside one another, small drops of the same tables together. */

export interface Waiting<T> {
  readonly id: DropId;
  /** Tables that its rows go to. */
  readonly tables: readonly string[];
  /** Bytes of the drop. */
  readonly size: number;
  readonly item: T;
}

export interface Limits {
  readonly drops: number;
  readonly bytes: number;
}

/** So many drops, or so many bytes of them, are worked on together: four commits of as many as one entry can name (normal-batch.ts). One that is larger is alone. */
export const BATCH: Limits = { drops: 248, bytes: 64 * 1024 * 1024 };

export class Backlog<T> {
  #waiting: Waiting<T>[] = [];
  readonly #busy = new Set<string>();

  /** In the order of the ledger. */
  add(waiting: Waiting<T>): void {
    this.#waiting.push(waiting);
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** The first drops that can be begun now: of one set of tables none of which is at work, and none of which an earlier drop waits for. Call `done` with it. */
  take(limits: Limits = BATCH): readonly Waiting<T>[] | null {
    const taken: Waiting<T>[] = [];
    const held = new Set(this.#busy);
    let bytes = 0;
    let key: string | null = null;
    const rest: Waiting<T>[] = [];
    for (const one of this.#waiting) {
      const own = keyOf(one);
      const fits = taken.length < limits.drops && (taken.length === 0 || bytes + one.size <= limits.bytes);
      if ((key === null || own === key) && fits && !one.tables.some((table) => held.has(table))) {
        key = own;
        taken.push(one);
        bytes += one.size;
      } else {
        for (const table of one.tables) held.add(table);
        rest.push(one);
      }
    }
    if (taken.length === 0) return null;
    this.#waiting = rest;
    for (const table of taken[0]?.tables ?? []) this.#busy.add(table);
    return taken;
  }

  /** A batch has ended, however: its tables are free. */
  done(batch: readonly Waiting<T>[]): void {
    for (const table of batch[0]?.tables ?? []) this.#busy.delete(table);
  }

  /** Puts drops back to the head, to be taken one by one or later. */
  putBack(batch: readonly Waiting<T>[]): void {
    this.#waiting = [...batch, ...this.#waiting];
  }

  /** Takes all drops of these tables out: something is wrong with a table, not with them. */
  setAside(tables: readonly string[]): readonly Waiting<T>[] {
    const aside = this.#waiting.filter((one) => one.tables.some((table) => tables.includes(table)));
    this.#waiting = this.#waiting.filter((one) => !aside.includes(one));
    return aside;
  }
}

function keyOf({ tables }: Waiting<unknown>): string {
  return [...tables].sort().join(' ');
}
