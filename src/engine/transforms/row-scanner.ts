import type { Units } from './encoding.ts';

/** How the fields and rows of a file are told apart, as units of that file. `quote` -1: there is none; `lineEnd` is LF, or CR in files that have no LF. */
export interface Marks {
  readonly delimiter: number;
  readonly quote: number;
  readonly lineFeed: number;
  readonly carriageReturn: number;
  readonly endsWithCr: boolean;
}

/** What a scan came to: a row, or more must be read first, or what is wrong with the row. */
export const ROW = 0;
export const MORE = 1;
export const NEVER_CLOSED = 2;
export const TEXT_AFTER_QUOTE = 3;
export type Scan = typeof ROW | typeof MORE | typeof NEVER_CLOSED | typeof TEXT_AFTER_QUOTE;

/** How a field is written. */
export const BARE = 0;
export const QUOTED = 1;
/** Quoted, with doubled quotes in it. */
export const QUOTED_DOUBLED = 2;

/**
 * Finds the fields of one row (RFC 4180; line ends of each kind, quotes within bare fields are characters like others) without looking at anything else than
 * delimiters, quotes and line ends, so that it works on every encoding that has these as single units. All places are in units.
 */
export class RowScanner {
  readonly #marks: Marks;
  /** Fields of the row that was found: where each begins and ends, its quotes included, and how it is written. */
  starts = new Int32Array(64);
  ends = new Int32Array(64);
  forms = new Uint8Array(64);
  fields = 0;
  /** End of the last field, and of the row's line end. */
  end = 0;
  next = 0;
  /** Line ends within the row's quoted fields. */
  innerLines = 0;

  constructor(marks: Marks) {
    this.#marks = marks;
  }

  /** Scans the row that begins at `from`; `last`: nothing comes after `to`. */
  scan(units: Units, from: number, to: number, last: boolean): Scan {
    const { delimiter, quote, lineFeed, carriageReturn, endsWithCr } = this.#marks;
    // Letters, and with most delimiters digits, are above all of these: one comparison for nearly every character.
    const most = Math.max(delimiter, lineFeed, carriageReturn);
    let { starts, ends, forms } = this;
    let at = from;
    let fields = 0;
    this.innerLines = 0;
    for (;;) {
      if (fields === starts.length) {
        this.#grow();
        ({ starts, ends, forms } = this);
      }
      starts[fields] = at;
      let form = BARE;
      if (at < to && units[at] === quote) {
        form = QUOTED;
        at++;
        for (;;) {
          while (at < to && units[at] !== quote) {
            if (units[at] === lineFeed) this.innerLines++;
            at++;
          }
          if (at >= to) return last ? NEVER_CLOSED : MORE;
          at++;
          if (at >= to) {
            if (!last) return MORE;
            break;
          }
          if (units[at] !== quote) break;
          form = QUOTED_DOUBLED;
          at++;
        }
      } else {
        while (at < to) {
          const unit = units[at] as number;
          if (unit <= most && (unit === delimiter || unit === lineFeed || unit === carriageReturn)) break;
          at++;
        }
      }
      // A CR that ends no line is a character of a bare field.
      while (!endsWithCr && at < to && units[at] === carriageReturn) {
        if (at + 1 >= to && !last) return MORE;
        if (at + 1 < to && units[at + 1] === lineFeed) break;
        if (form !== BARE) return TEXT_AFTER_QUOTE;
        at++;
        while (at < to && units[at] !== delimiter && units[at] !== lineFeed && units[at] !== carriageReturn) at++;
      }
      if (at >= to && !last) return MORE;
      ends[fields] = at;
      forms[fields] = form;
      fields++;
      const unit = at < to ? units[at] : lineFeed;
      if (unit === delimiter) {
        at++;
        continue;
      }
      if (unit !== lineFeed && unit !== carriageReturn) return TEXT_AFTER_QUOTE;
      this.fields = fields;
      this.end = at;
      this.next = at >= to ? at : unit === carriageReturn && !endsWithCr ? at + 2 : at + 1;
      return ROW;
    }
  }

  #grow(): void {
    const [starts, ends, forms] = [this.starts, this.ends, this.forms];
    this.starts = new Int32Array(starts.length * 2);
    this.ends = new Int32Array(starts.length * 2);
    this.forms = new Uint8Array(starts.length * 2);
    this.starts.set(starts);
    this.ends.set(ends);
    this.forms.set(forms);
  }
}
