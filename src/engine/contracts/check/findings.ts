/** What a check finds, one finding for each kind of thing in each column. */

export type FindingKind =
  | 'EMPTY'
  | 'UNREADABLE'
  | 'ENCODING'
  | 'DELIMITER'
  | 'FIELDS'
  | 'UNKNOWN_COLUMN'
  | 'MISSING_COLUMN'
  | 'REQUIRED'
  | 'TYPE'
  | 'LIMIT'
  | 'PATTERN'
  | 'DUPLICATE'
  | 'RULE'
  | 'RULE_FAILED';

export interface SampleRow {
  readonly line: number;
  /** As the file has it, cut where it is long; null where there is nothing to show, or where the column is personal. */
  readonly value: string | null;
  /** What is wrong with this one, where that is not the same for all. */
  readonly why: string | null;
}

export interface CheckFinding {
  /** Null where it is about the file or the whole table. */
  readonly column: string | null;
  readonly kind: FindingKind;
  /** A sentence. */
  readonly message: string;
  /** Rows, or whatever else the sentence is about. */
  readonly count: number;
  /** The first of them, at most 20. */
  readonly samples: readonly SampleRow[];
}

export const MOST_SAMPLES = 20;
const MOST_TEXT = 120;

/** Counts one kind of thing and keeps the first of them. */
export class Tally {
  count = 0;
  readonly samples: SampleRow[] = [];
  readonly #isPersonal: boolean;

  constructor(isPersonal: boolean) {
    this.#isPersonal = isPersonal;
  }

  add(line: number, value: string | null, why: string | null = null): void {
    this.count++;
    if (this.samples.length < MOST_SAMPLES) this.samples.push({ line, value: shownValue(value, this.#isPersonal), why });
  }
}

/** Values of a personal column are not repeated in what others may read. */
export function shownValue(value: string | null, isPersonal: boolean): string | null {
  if (value === null || isPersonal) return null;
  return value.length > MOST_TEXT ? `${value.slice(0, MOST_TEXT).replace(/[\ud800-\udbff]$/, '')}…` : value;
}
