import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ContractName, HmsError } from '../contract/index.ts';
import type { OnProgress, Sha256 } from '../contract/index.ts';
import { toHex } from '../core/index.ts';
import type { ContractRow, ContractText } from './catalog/index.ts';
import { placeContract } from './contract-copies.ts';
import { passFile } from './contract-pass.ts';
import { bringFile, dialectIn, formatOf, openRows } from './contract-rows.ts';
import type { BroughtFile, FileForm } from './contract-rows.ts';
import { askedColumns, compareContracts, compileContract, draftContract, isLater, MOST_CONTRACT_BYTES, nextVersion, sqlRules, versionOf } from './contracts/index.ts';
import type { CheckFinding, CompiledContract, ContractChange, ContractDraft, ContractPlan, Fault } from './contracts/index.ts';
import { codeOf, inWords, newTxn, placeError, sha256 } from './lake/index.ts';
import type { Claimed } from './lake/index.ts';
import type { ReadableLake, WritableLake } from './open.ts';
import { QueryProcesses, QuerySession } from './query/index.ts';
import { refuseTakenName } from './taken-names.ts';
import { openScratch } from './transform-world.ts';
import type { ScratchFolder } from './transform-world.ts';

/** Data contracts over a lake: published, shown, compared, held against files, drafted from them. docs/formats/contracts.md. */

const NOTHING = 'Nothing was changed.';

/** The bytes of a contract, or of the definition of a cube, in a file of this computer. */
export async function readContractFile(path: string, what: 'contract' | 'cube' = 'contract'): Promise<Uint8Array> {
  try {
    const handle = await open(resolve(path), 'r');
    try {
      const { size } = await handle.stat();
      if (size > MOST_CONTRACT_BYTES) throw new HmsError(what === 'cube' ? 'CUBE_INVALID' : 'CONTRACT_INVALID', `${path} has ${size.toLocaleString('en-US')} bytes; ${MOST_CONTRACT_BYTES.toLocaleString('en-US')} is the most that ${what === 'cube' ? 'the definition of a cube' : 'a contract'} may have.`, { kept: NOTHING });
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) {
      if (what === 'cube') throw new HmsError('CUBE_UNKNOWN', `There is no file ${path}.`, { kept: NOTHING, next: 'docs/operations/cubes.md has a definition to begin with.' });
      throw new HmsError('CONTRACT_UNKNOWN', `There is no file ${path}.`, { kept: NOTHING, next: 'A draft is made with: hms dta contract draft FILE' });
    }
    if (codeOf(error) === 'EISDIR') throw new HmsError('USAGE', `${path} is a folder.`, { kept: NOTHING });
    throw placeError(error, `Reading ${path}`, NOTHING);
  }
}

/** A contract that can be used; CONTRACT_INVALID with every fault and its place where it cannot. `what` is how people call it. */
export function compiledOf(bytes: Uint8Array, what: string): CompiledContract {
  const compiled = compileContract(bytes);
  if (compiled.ok) return compiled.compiled;
  const told = compiled.faults.slice(0, 10).map(faultLine);
  const more = compiled.faults.length > told.length ? ` And ${compiled.faults.length - told.length} more.` : '';
  throw new HmsError('CONTRACT_INVALID', `${what} is not a contract that can be used. ${told.join(' ')}${more}`, { kept: NOTHING, facts: { faults: compiled.faults } });
}

function faultLine({ line, column, path, message, next }: Fault): string {
  return `Line ${line}, column ${column}${path === '' ? '' : ` (${path})`}: ${message}${next === null ? '' : ` ${next}`}`;
}

export interface NamedContract {
  readonly row: ContractRow;
  readonly compiled: CompiledContract;
}

/**
 * A published contract by `NAME` (the newest), `NAME:1.2.0`, or `NAME:` and the first 8 or more digits of its hash. CONTRACT_UNKNOWN where there is none.
 */
export function contractOf(lake: ReadableLake, ref: string): NamedContract {
  const [name = '', which] = ref.split(':', 2);
  const versions = ContractName.safeParse(name).success ? lake.catalog.contractVersions(name) : [];
  const found = which === undefined ? versions[0] : versions.find(({ version, hash }) => version === which || (/^[0-9a-f]{8,64}$/.test(which) && hash.startsWith(which)));
  if (found === undefined) {
    const known = versions.length === 0 ? lake.catalog.contracts('', 20).map((row) => row.name).join(', ') : versions.slice(0, 20).map((row) => `${name}:${row.version ?? row.hash.slice(0, 8)}`).join(', ');
    throw new HmsError('CONTRACT_UNKNOWN', `There is no contract ${ref.slice(0, 100)} in this lake.`, { kept: NOTHING, next: known === '' ? 'None was published yet: hms dta contract publish FILE' : `There are: ${known}` });
  }
  return { row: found, compiled: compiledOf(Buffer.from(textOf(lake, found)), `The contract ${ref}`) };
}

/** The text of a published contract: from the catalog, which has it from the ledger. */
export function textOf(lake: ReadableLake, { name, hash, version }: ContractRow): string {
  const found: ContractText | null = lake.catalog.contractText(name, hash);
  if (found !== null && found.text !== null) return found.text;
  throw new HmsError('STORED_DAMAGED', `The text of the contract ${name}${version === null ? '' : `:${version}`} is not known: the body of its entry is missing.`, { kept: NOTHING, next: 'Run `hms dta verify` on the lake, and restore what it names from a backup.' });
}

export interface PublishOptions {
  /** The person says that it may break with the version before. */
  readonly major: boolean;
  readonly signal: AbortSignal;
  readonly processes?: QueryProcesses;
}

export interface Published {
  readonly name: ContractName;
  readonly version: string;
  readonly hash: Sha256;
  readonly claimed: Claimed;
  /** Against the version before; null where this is the first. */
  readonly changes: readonly ContractChange[] | null;
}

/** Publishes a contract. Its version is later than the one before; what breaks with that one needs a new first number, and `major`. */
export async function publishContract(lake: WritableLake, bytes: Uint8Array, { major, signal, processes }: PublishOptions): Promise<Published> {
  const { plan, text } = compiledOf(bytes, 'This');
  await refuseWrongRules(lake, plan, signal, processes);
  const hash = toHex(sha256(bytes)) as Sha256;
  const txn = newTxn(lake.clock);
  const folder = lake.paths.transaction(txn);
  for (;;) {
    await inWords('Reading the ledger', NOTHING, () => lake.refresh());
    refuseTakenName(lake, plan.name, 'contract');
    const [before] = lake.catalog.contractVersions(plan.name);
    const changes = before === undefined ? null : judgePublication(lake, before, plan, hash, major);
    const breaks = changes?.some((change) => change.breaks !== null) ?? false;
    const subject = `contract:${plan.name}:${hash}`;
    try {
      const claimed = await lake.ledger.claimWith(
        lake.signer,
        txn,
        { op: 'contract.published', subject, head: { version: plan.version, text, major: breaks }, inputs: before === undefined ? [] : [{ ref: `contract:${plan.name}:${before.hash}`, sha256: before.hash }] },
        () => lake.catalog.contractVersions(plan.name)[0]?.hash === before?.hash,
      );
      // Another version was published meanwhile: this one is judged against that.
      if (claimed === null) continue;
      await inWords('Putting the contract in its folder', 'It is published: the ledger holds it. The next command that writes to the lake puts the copy in its folder.', () => placeContract(lake, plan.name, hash, bytes, folder));
      await lake.ledger.finish(lake.signer, folder);
      lake.ledger.refuseWithoutEffect(claimed);
      return { name: plan.name, version: plan.version, hash, claimed, changes };
    } catch (error) {
      if (error instanceof HmsError && error.code === 'ACT_REFUSED') await lake.durable.removeTree(folder);
      throw error;
    }
  }
}

/** The changes against the newest version; throws where they, or the version that the document gives, may not be. */
function judgePublication(lake: ReadableLake, before: ContractRow, plan: ContractPlan, hash: Sha256, major: boolean): ContractChange[] {
  const { compiled } = contractOf(lake, `${before.name}:${before.hash}`);
  if (lake.catalog.view.hasContract(plan.name, hash)) throw new HmsError('ACT_REFUSED', `The contract ${plan.name} was published in these very words before.`, { kept: NOTHING });
  const changes = compareContracts(compiled.plan, plan);
  const [old, now] = [versionOf(compiled.plan.version), versionOf(plan.version)];
  const next = nextVersion(old, changes);
  const breaking = changes.filter((change) => change.breaks !== null);
  const facts = { changes, version: compiled.plan.version, nextVersion: next };
  if (breaking.length > 0 && (!major || now[0] <= old[0])) {
    const told = breaking.slice(0, 8).map(({ what, breaks }) => `${what} ${breaks ?? ''}`);
    const more = breaking.length > told.length ? ` And ${breaking.length - told.length} more.` : '';
    throw new HmsError('CONTRACT_BREAKS', `It breaks with ${plan.name}:${compiled.plan.version}. ${told.join(' ')}${more}`, {
      kept: NOTHING,
      next: now[0] > old[0] ? 'If that is meant: hms dta contract publish --major FILE' : `If that is meant, write version: "${next}" in it, then: hms dta contract publish --major FILE`,
      facts,
    });
  }
  if (!isLater(now, old)) {
    throw new HmsError('CONTRACT_INVALID', `The contract says version ${plan.version}, and ${plan.name}:${compiled.plan.version} is published.`, { kept: NOTHING, next: `Write version: "${next}" in it.`, facts });
  }
  return changes;
}

/** Rules in SQL that cannot run would refuse every file; they are told before anyone relies on the contract. */
async function refuseWrongRules(lake: ReadableLake, plan: ContractPlan, signal: AbortSignal, processes?: QueryProcesses): Promise<void> {
  const rules = sqlRules(plan);
  if (rules.length === 0) return;
  const own = processes ?? new QueryProcesses();
  const process = own.take();
  try {
    for (const { title, sql } of rules) {
      try {
        await process.judge(sql, [plan.name], signal);
      } catch (error) {
        if (!(error instanceof HmsError) || error.code !== 'QUERY_REFUSED') throw error;
        throw new HmsError('CONTRACT_INVALID', `The rule "${title}" of ${plan.name} cannot be asked: ${error.message}`, { kept: NOTHING, next: 'A rule is one SELECT over {object} that gives one number.', facts: { rule: title } });
      }
    }
  } finally {
    await process.close();
    if (processes === undefined) await own.close();
  }
}

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
    this.#signal.throwIfAborted();
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
