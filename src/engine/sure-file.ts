import { readingOf } from './contract-rows.ts';
import type { BroughtFile } from './contract-rows.ts';
import { sureRows } from './contracts/index.ts';
import type { ContractPlan, SourcePlan, SureRows } from './contracts/index.ts';
import { maskedSql } from './mask-sql.ts';
import type { TextTable } from './query/index.ts';
import { TextLook } from './text-look.ts';
import { dialectOf, FileRefusal, Rows, SAMPLE_BYTES, startOf } from './transforms/index.ts';

/** Files of which every value may be beyond doubt: read, checked, masked and written by one statement instead of row by row. */

/** Less is read row by row in no time. */
export const LEAST_BYTES = 1 << 20;

/** The rows of a file under a contract, as a statement may read them. */
export interface SureFile {
  readonly table: Omit<TextTable, 'name'>;
  readonly rows: SureRows;
  /** How many it must give. */
  readonly count: number;
  readonly bytes: number;
}

/** What is known of a file's header and of its bytes. */
interface LookedAt {
  readonly delimiter: string;
  readonly quote: string;
  readonly headers: readonly string[];
  readonly rows: number;
  readonly hasQuotes: boolean;
}

/** Takes the bytes of a file while they are read for another reason. */
export class FileLook {
  readonly #look: TextLook;
  readonly #header: Pick<LookedAt, 'delimiter' | 'quote' | 'headers'>;
  #mark: number;

  private constructor(header: Pick<LookedAt, 'delimiter' | 'quote' | 'headers'>, mark: number) {
    this.#header = header;
    this.#mark = mark;
    this.#look = new TextLook({ ...header, fields: header.headers.length });
  }

  /** Null for what can be read row by row only. The header is read by who reads the rows then. */
  static begin({ name, path, size }: BroughtFile, plan: ContractPlan): FileLook | null {
    // To DuckDB these would mean several files.
    if (/[*?[\]{}]/.test(path)) return null;
    const found = dialectIn(path, plan);
    if (found === null) return null;
    try {
      const rows = new Rows({ ref: '', path: name, stored: path, sha256: null, size }, { ...readingOf(plan.source), delimiter: found.delimiter }, [], { stopped: () => false, progressed: () => undefined });
      try {
        return rows.readHeader() ? new FileLook({ ...found, headers: rows.header }, rows.dialect.mark) : null;
      } finally {
        rows.close();
      }
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
  rowsOf(plan: ContractPlan, file: BroughtFile): SureFile | null {
    const looked = this.#look.end();
    const { delimiter, quote, headers } = this.#header;
    const found = looked === null ? null : dialectIn(file.path, plan);
    if (looked === null || found?.delimiter !== delimiter || found.quote !== quote) return null;
    const rows = sureRows(plan, headers);
    if (rows === null || !rows.holdsRows(looked.rows) || rows.columns.some((column) => maskedSql(column) === null)) return null;
    return { table: { kind: 'text', file: file.path, fields: headers.length, delimiter, quote: looked.hasQuotes ? quote : null }, rows, count: looked.rows, bytes: file.size };
  }
}

function dialectIn(path: string, plan: ContractPlan): Pick<LookedAt, 'delimiter' | 'quote'> | null {
  const { source } = plan;
  if (!isText(source)) return null;
  const sample = startOf(path, SAMPLE_BYTES);
  // Packed: what is in it is looked at when it is unpacked.
  if (sample[0] === 0x1f && sample[1] === 0x8b) return null;
  const wanted = plan.columns.flatMap(({ headers }) => headers.slice(0, 1));
  const { delimiter, quote, encoding, endsWithCr } = dialectOf(sample, readingOf(source), wanted);
  return encoding === 'utf-8' && !endsWithCr && [',', ';', '\t', '|'].includes(delimiter) && ['"', "'"].includes(quote) ? { delimiter, quote } : null;
}

function isText({ format, encoding }: SourcePlan): boolean {
  return (format === 'csv' || format === 'tsv') && (encoding === null || encoding === 'utf-8');
}
