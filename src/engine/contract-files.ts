import { setImmediate } from 'node:timers/promises';
import { CancelledError, ContractName, HmsError } from '../contract/index.ts';
import type { OnProgress } from '../contract/index.ts';
import { passFile } from './contract-pass.ts';
import { bringFile, dialectIn, formatOf, openRows } from './contract-rows.ts';
import type { BroughtFile, FileForm } from './contract-rows.ts';
import { askedColumns, draftContract } from './contracts/index.ts';
import type { CheckFinding, ContractDraft, ContractPlan } from './contracts/index.ts';
import type { ReadableLake } from './open.ts';
import { QueryProcesses, QuerySession } from './query/index.ts';
import { openScratch } from './transform-world.ts';
import type { ScratchFolder } from './transform-world.ts';

/** Files of this computer beside a lake: held against a contract, and contracts drafted from them. Nothing of it changes the lake. */

const NOTHING = 'Nothing was changed.';

export interface CheckOptions {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  readonly processes?: QueryProcesses;
}

export interface CheckReport {
  readonly contract: { readonly name: ContractName; readonly version: string };
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
  /** What `line` of a sample counts. */
  readonly lineWord: 'line' | 'row' | 'object';
  /** Whether the file would be taken: there are no findings. */
  readonly accepted: boolean;
  readonly findings: readonly CheckFinding[];
}

/** Holds a file of this computer against a contract. Reads it once; what is asked of all rows at once is asked in the query process over a temporary table in the profile. */
export async function checkFile(lake: ReadableLake, plan: ContractPlan, path: string, { signal, onProgress, processes }: CheckOptions): Promise<CheckReport> {
  const work = new Work(lake, signal, processes);
  try {
    const file = await bringFile(path, () => work.scratch(), signal);
    const scratch = askedColumns(plan).length === 0 ? null : await work.scratch();
    const asked = scratch?.input(0) ?? '';
    let done = 0;
    const { rows, lineWord, findings } = await passFile(file, plan, { asked, kept: null }, {
      signal,
      onBytes: (bytes) => onProgress({ phase: 'Checking', filesDone: 0, filesTotal: 1, bytesDone: (done += bytes), bytesTotal: file.size }),
      session: () => work.session([file.path, ...(scratch === null ? [] : [asked])]),
      write: async (to, bytes) => scratch?.write(to, bytes),
    });
    return { contract: { name: plan.name, version: plan.version }, file: file.name, rows, bytes: file.size, lineWord, accepted: findings.length === 0, findings };
  } finally {
    await work.close();
  }
}

/** What one piece of work opens on its way, and closes at its end. */
class Work {
  readonly #lake: ReadableLake | null;
  readonly #signal: AbortSignal;
  readonly #processes: QueryProcesses;
  readonly #isOwn: boolean;
  #scratch: Promise<ScratchFolder> | null = null;
  #session: Promise<QuerySession> | null = null;

  constructor(lake: ReadableLake | null, signal: AbortSignal, processes: QueryProcesses | undefined) {
    this.#lake = lake;
    this.#signal = signal;
    this.#isOwn = processes === undefined;
    this.#processes = processes ?? new QueryProcesses();
  }

  scratch(): Promise<ScratchFolder> {
    const lake = this.#lake;
    if (lake === null) return Promise.reject(new HmsError('USAGE', 'A file that is compressed, or in Parquet, needs room for temporary files beside a lake, and no lake is named.', { kept: NOTHING, next: 'Name one with --lake DIR or in HMS_LAKE.' }));
    return (this.#scratch ??= openScratch(lake));
  }

  session(files: readonly string[]): Promise<QuerySession> {
    return (this.#session ??= this.scratch().then(({ temporary }) => new QuerySession(this.#processes, { files, output: null, temporary })));
  }

  async close(): Promise<void> {
    // A part that could not be opened has told its reason to who asked for it.
    await (await this.#session?.catch(() => null))?.close();
    if (this.#isOwn) await this.#processes.close();
    await (await this.#scratch?.catch(() => null))?.close();
    if (this.#signal.aborted) throw new CancelledError(NOTHING);
  }
}

export interface DraftOptions extends CheckOptions {
  /** Of the contract; made from the file's where it is left out. */
  readonly name?: string;
  readonly form?: Partial<FileForm>;
}

/** Guesses a contract from a file of this computer. `lake` is needed for compressed files and Parquet only. */
export async function draftFromFile(lake: ReadableLake | null, path: string, { signal, onProgress, processes, name, form = {} }: DraftOptions): Promise<ContractDraft> {
  const parsed = name === undefined ? null : ContractName.safeParse(name);
  if (parsed?.success === false) throw new HmsError('NAME_INVALID', `"${(name ?? '').slice(0, 80)}" cannot be the name of a contract: it ${parsed.error.issues[0]?.message ?? 'is none'}.`, { kept: NOTHING });
  const work = new Work(lake, signal, processes);
  try {
    const file = await bringFile(path, () => work.scratch(), signal);
    const format = form.format ?? formatOf(file.name);
    if (format === null) throw new HmsError('USAGE', `The name "${file.name}" does not tell what the file is.`, { kept: NOTHING, next: 'Say it: --format csv, tsv, json, ndjson or parquet' });
    const told = fullForm(file, { format, delimiter: form.delimiter ?? null, quote: form.quote ?? null, encoding: form.encoding ?? null });
    let done = 0;
    const onBytes = (bytes: number): void => onProgress({ phase: 'Reading', filesDone: 0, filesTotal: 1, bytesDone: (done += bytes), bytesTotal: file.size });
    const rows = openRows(file, told, { signal, onBytes, session: () => work.session([file.path]) });
    try {
      const draft = await draftContract({ name: file.name, ...told }, rows, { pause: () => setImmediate(), ...(parsed === null ? {} : { name: parsed.data }) });
      const [remark] = rows.remarks().filter(({ kind }) => kind !== 'ENCODING');
      if (remark !== undefined) throw new HmsError('CONTENT_REFUSED', remark.message, { kept: NOTHING });
      return draft;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const [remark] = rows.remarks();
      throw new HmsError('CONTENT_REFUSED', remark?.message ?? error.message, { kept: NOTHING });
    } finally {
      await rows.close();
    }
  } finally {
    await work.close();
  }
}

/** What was not told is looked for in the file, and then stands in the draft. */
function fullForm(file: BroughtFile, form: FileForm): FileForm {
  if (form.format !== 'csv' && form.format !== 'tsv') return { ...form, delimiter: null, quote: null, encoding: null };
  const found = dialectIn(file, form);
  return { ...form, delimiter: form.format === 'tsv' ? '\t' : (form.delimiter ?? found.delimiter), encoding: form.encoding ?? found.encoding };
}
