import { setImmediate } from 'node:timers/promises';
import { HmsError } from '../contract/index.ts';
import { openRows } from './contract-rows.ts';
import type { BroughtFile } from './contract-rows.ts';
import { answers, askedColumns, MOST_SAMPLES, PlainRows, ROWS, RowChecker } from './contracts/index.ts';
import type { CheckFinding, ContractPlan, FileRemark, RowFile } from './contracts/index.ts';
import { RULE_MS } from './query/index.ts';
import type { QuerySession } from './query/index.ts';
import type { ResultColumn } from './query/index.ts';

/** One pass over a file under a contract: its rows are checked, and written as plain tables for what is asked of all of them at once, and for who keeps them. */

export interface PassWorld {
  /** Of the query process, which may read the file and the plain tables that are named here. */
  readonly session: () => Promise<QuerySession>;
  readonly write: (file: string, bytes: AsyncIterable<Uint8Array>) => Promise<void>;
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** Where the plain tables go. */
export interface PassOutputs {
  /** Of the columns that rules over all rows need, as they are in the file; not written where there are no such rules. */
  readonly asked: string;
  /** Of all columns, for who keeps the rows; null where nobody does. `mask` changes the values of a row in place. */
  readonly kept: { readonly file: string; readonly mask: ((values: (string | null)[]) => void) | null } | null;
}

/** A plain table that was written; its first column is the line. */
export interface KeptRows {
  readonly file: string;
  readonly columns: PlainRows['columns'];
  readonly longestRow: number;
}

export interface Pass {
  readonly rows: number;
  /** What `line` of a sample counts. */
  readonly lineWord: RowFile['lineWord'];
  readonly findings: readonly CheckFinding[];
  readonly kept: KeptRows | null;
}

export async function passFile(file: BroughtFile, plan: ContractPlan, outputs: PassOutputs, world: PassWorld): Promise<Pass> {
  const { session, signal, onBytes } = world;
  const all = plan.columns.map(({ name }) => name);
  const wanted = askedColumns(plan);
  const { kept } = outputs;
  // Where nothing is masked, what is asked and what is kept is one table.
  const isOne = kept !== null && kept.mask === null;
  const checker = new RowChecker(plan);
  const rows = openRows(file, plan.source, { signal, onBytes, session, wanted: plan.columns.flatMap(({ headers }) => headers) });
  // Files are open from here on, until each was ended.
  const asked = wanted.length === 0 || isOne ? null : new Output(outputs.asked, wanted, all, world);
  const keeping = kept === null ? null : new Output(kept.file, all, all, world);
  const outs = [asked, keeping].filter((out) => out !== null);
  const values: (string | null)[] = [];
  try {
    try {
      checker.headers(rows.names);
      await rows.read(
        (row) => {
          if (rows.lineWord !== 'line') checker.headers(rows.names);
          checker.row(row, values);
          asked?.add(row.line, values);
          if (keeping === null) return;
          kept?.mask?.(values);
          keeping.add(row.line, values);
        },
        async () => {
          for (const out of outs) await out.flush(false);
          await setImmediate();
        },
      );
      if (rows.lineWord === 'row') checker.headers(rows.names);
      for (const out of outs) await out.flush(true);
    } finally {
      await allEnded(outs);
    }
  } finally {
    await rows.close();
  }
  const findings = [...rows.remarks().map(remarkFinding), ...checker.findings()];
  const whole = asked ?? (wanted.length === 0 ? null : keeping);
  if (whole !== null && checker.rows > 0) {
    const queries = await session();
    for (const name of [ROWS, plan.name]) await queries.table({ kind: 'plain', name, ...whole.written }, signal);
    findings.push(...(await answers(plan, checker.rows, asking(queries, signal, rows.lineWord))));
  }
  return { rows: checker.rows, lineWord: rows.lineWord, findings, kept: keeping?.written ?? null };
}

/** Each, whatever becomes of the others; throws what went wrong first. */
async function allEnded(outs: readonly Output[]): Promise<void> {
  for (const end of await Promise.allSettled(outs.map((out) => out.end()))) if (end.status === 'rejected') throw end.reason;
}

/** A plain table on its way to its file. */
class Output {
  readonly #file: string;
  readonly #table: PlainRows;
  readonly #channel = new Channel();
  readonly #writing: Promise<void>;

  constructor(file: string, names: readonly string[], all: readonly string[], { write }: PassWorld) {
    this.#file = file;
    this.#table = new PlainRows(names, names.map((name) => all.indexOf(name)));
    this.#writing = write(file, this.#channel);
    // Told to whoever gives the next piece, or waits for the end.
    this.#writing.catch(() => undefined);
  }

  get written(): KeptRows {
    return { file: this.#file, columns: this.#table.columns, longestRow: this.#table.longestRow };
  }

  add(line: number, values: readonly (string | null)[]): void {
    this.#table.add(line, values);
  }

  async flush(isLast: boolean): Promise<void> {
    if (isLast || this.#table.isFull) await Promise.race([this.#channel.give(this.#table.take()), this.#writing]);
  }

  async end(): Promise<void> {
    this.#channel.end();
    await this.#writing;
  }
}

function remarkFinding({ kind, message, count, lines }: FileRemark): CheckFinding {
  return { column: null, kind, message, count, samples: lines.slice(0, MOST_SAMPLES).map((line) => ({ line, value: null, why: null })) };
}

/** Questions of `answers`, asked of a session. */
export function asking(queries: QuerySession, signal: AbortSignal, lineWord: RowFile['lineWord']): Parameters<typeof answers>[2] {
  return {
    lineWord,
    async ask(sql, isRule = false) {
      const rows: unknown[][] = [];
      let columns: readonly ResultColumn[] = [];
      for await (const part of queries.select(sql, signal, false, isRule ? RULE_MS : null)) {
        if (!('rows' in part)) columns = part.columns;
        else for (let row = 0; row < part.rows; row++) rows.push(columns.map((_, i) => part.columns[i]?.[row] ?? null));
      }
      return rows;
    },
    async judge(sql) {
      await queries.judge(sql, signal);
    },
    refusal: (error) => (error instanceof HmsError && ['QUERY_REFUSED', 'QUERY_STOPPED', 'QUERY_FAILED'].includes(error.code) ? error.message : null),
  };
}

/** Pieces from who makes them to who writes them: one at a time, so that neither runs ahead. */
class Channel implements AsyncIterable<Uint8Array> {
  #piece: Uint8Array | null = null;
  #ended = false;
  #taken: () => void = () => undefined;
  #given: () => void = () => undefined;

  /** Resolves when the piece was taken. */
  give(piece: Uint8Array): Promise<void> {
    this.#piece = piece;
    const taken = new Promise<void>((resolve) => (this.#taken = resolve));
    this.#given();
    return taken;
  }

  end(): void {
    this.#ended = true;
    this.#given();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece = this.#piece;
      if (piece !== null) {
        this.#piece = null;
        yield piece;
        this.#taken();
      } else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#given = resolve));
    }
  }
}
