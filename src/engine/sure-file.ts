import { readingOf } from './contract-rows.ts';
import type { BroughtFile } from './contract-rows.ts';
import { FILE, sureRows } from './contracts/index.ts';
import type { ContractPlan, SourcePlan, SureRows } from './contracts/index.ts';
import { maskedSql } from './mask-sql.ts';
import type { TextTable } from './query/index.ts';
import { TextLook } from './text-look.ts';
import { dialectOf, FileRefusal, headerIn, SAMPLE_BYTES, startOf } from './transforms/index.ts';
import type { Dialect } from './transforms/index.ts';

/** Files of which every value may be beyond doubt: read, checked, masked and written by one statement, together with others of the same form, instead of row by row. */

/** The rows of a file under a contract, as a statement may read them. */
export interface SureFile {
  readonly path: string;
  /** The same for files that one statement reads as one table: their `rows` are the same too. */
  readonly form: string;
  readonly table: Omit<TextTable, 'name' | 'file'>;
  readonly rows: SureRows;
  /** How many it must give. */
  readonly count: number;
  readonly bytes: number;
}

/** The statements of contracts, made once for all files with the same header. */
export class SureForms {
  readonly #known = new Map<ContractPlan, Map<string, SureRows | null>>();

  /** Null where rows under such a header must be read one by one. */
  rowsOf(plan: ContractPlan, headers: readonly string[]): SureRows | null {
    const own = this.#known.get(plan) ?? new Map<string, SureRows | null>();
    this.#known.set(plan, own);
    const key = JSON.stringify(headers);
    let rows = own.get(key);
    if (rows === undefined) {
      const made = sureRows(plan, headers);
      rows = made === null || made.columns.some((column) => maskedSql(column) === null) ? null : made;
      own.set(key, rows);
    }
    return rows;
  }
}

/** What is known of a file's header. */
interface Header {
  readonly delimiter: string;
  readonly quote: string;
  readonly headers: readonly string[];
}

/** Takes the bytes of a file while they are read for another reason. */
export class FileLook {
  readonly #look: TextLook;
  readonly #plan: ContractPlan;
  readonly #header: Header;
  #mark: number;

  private constructor(plan: ContractPlan, header: Header, mark: number) {
    this.#plan = plan;
    this.#header = header;
    this.#mark = mark;
    this.#look = new TextLook({ ...header, fields: header.headers.length });
  }

  /** Null for what can be read row by row only. `sample`: the file's beginning, SAMPLE_BYTES of it or all. */
  static begin(sample: Uint8Array, path: string, plan: ContractPlan): FileLook | null {
    // To DuckDB these would mean several files, and a line end two.
    if (/[*?[\]{}\n]/.test(path)) return null;
    const found = dialectIn(sample, plan);
    if (found === null) return null;
    try {
      const headers = headerIn(sample, found);
      return headers === null ? null : new FileLook(plan, { ...found, headers }, found.mark);
    } catch (error) {
      if (error instanceof FileRefusal) return null;
      throw error;
    }
  }

  add(piece: Uint8Array): void {
    const skipped = Math.min(this.#mark, piece.length);
    this.#mark -= skipped;
    this.#look.add(piece.subarray(skipped));
  }

  /** After the last bytes: the rows of the file under a contract, null where they must be read row by row. */
  rowsOf(plan: ContractPlan, { path, size }: Pick<BroughtFile, 'path' | 'size'>, forms: SureForms): SureFile | null {
    const looked = this.#look.end();
    if (looked === null) return null;
    const { delimiter, quote, headers } = this.#header;
    // Another contract may say otherwise how its files are written.
    const found = plan === this.#plan ? this.#header : dialectIn(startOf(path, SAMPLE_BYTES), plan);
    if (found?.delimiter !== delimiter || found.quote !== quote) return null;
    const rows = forms.rowsOf(plan, headers);
    if (rows === null || !rows.holdsRows(looked.rows)) return null;
    const table = { kind: 'text', fileColumn: FILE, fields: headers.length, delimiter, quote: looked.hasQuotes ? quote : null } as const;
    return { path, form: JSON.stringify([delimiter, table.quote, headers]), table, rows, count: looked.rows, bytes: size };
  }
}

function dialectIn(sample: Uint8Array, plan: ContractPlan): Dialect | null {
  const { source } = plan;
  if (!isText(source)) return null;
  // Packed: what is in it is looked at when it is unpacked.
  if (sample[0] === 0x1f && sample[1] === 0x8b) return null;
  const wanted = plan.columns.flatMap(({ headers }) => headers);
  const found = dialectOf(sample.subarray(0, SAMPLE_BYTES), readingOf(source), wanted);
  const { delimiter, quote, encoding, endsWithCr } = found;
  return encoding === 'utf-8' && !endsWithCr && [',', ';', '\t', '|'].includes(delimiter) && ['"', "'"].includes(quote) ? found : null;
}

function isText({ format, encoding }: SourcePlan): boolean {
  return (format === 'csv' || format === 'tsv') && (encoding === null || encoding === 'utf-8');
}
