import { HmsError } from '../contract/index.ts';
import type { ProgramId, Ref } from '../contract/index.ts';
import type { TableVersionDetail } from '../core/index.ts';
import type { DropDetail } from './catalog/index.ts';
import { refreshCubesOf } from './cube-schedule.ts';
import { passFile } from './contract-pass.ts';
import { bringFile } from './contract-rows.ts';
import { isoDate, isoTime, isoTimestamp } from './contracts/index.ts';
import type { CheckFinding, ColumnPlan, ContractPlan, SourceFormat, TypePlan } from './contracts/index.ts';
import { contractOf } from './contracting.ts';
import type { NamedContract } from './contracting.ts';
import { isReplaced, makeSecret, refuseOlderSecret } from './masking.ts';
import { needsSecret } from './mask-values.ts';
import { maskOf } from './normal-batch.ts';
import type { BatchWorld } from './normal-batch.ts';
import { definitionOf, hiddenColumns, PROGRAM_COLUMN, rowsSql } from './normal-shape.ts';
import type { WritableLake } from './open.ts';
import { QuerySession } from './query/index.ts';
import { PROGRAM } from './station.ts';
import { insertRows } from './table-rows.ts';
import { openScratch } from './transform-world.ts';

/** Rows that a program made by itself, into the table of a contract: checked and masked as those of a raw drop are. */

export interface PostedRows {
  readonly table: string;
  readonly format: SourceFormat;
  /** Plain, or packed with gzip. */
  readonly content: AsyncIterable<Uint8Array>;
  /** Whoever sends them says that they are packed. */
  readonly isPacked?: boolean;
  /** What unpacks to more bytes is refused. */
  readonly mostUnpacked?: number;
  /** Raw drops that they were made from. */
  readonly inputs: readonly DropDetail[];
  /** Null: that of the drops. */
  readonly program: ProgramId | null;
}

const KEPT = 'Nothing was committed.';
const MOST_UNPACKED = 16 * 2 ** 30;

/** All rows or none. CONTENT_REFUSED with `facts.findings` where they do not keep to the contract; TABLE_REFUSED where rows of a drop are in the table already. */
export async function insertPosted(lake: WritableLake, posted: PostedRows, { processes, signal, onProgress }: Omit<BatchWorld, 'secret'>): Promise<{ readonly version: TableVersionDetail; readonly rows: number }> {
  const { table, content, inputs, isPacked = false, mostUnpacked = MOST_UNPACKED } = posted;
  const contract = contractOf(lake, table);
  const program = programOf(posted);
  const plan = plainPlan(contract.compiled.plan, posted.format, program);
  const refused = alreadyThere(lake, table, inputs);
  if (refused !== null) throw refused;
  const secret = needsSecret(plan) ? await makeSecret(lake) : null;
  if (secret !== null) refuseOlderSecret(lake, plan, secret.id);
  const scratch = await openScratch(lake);
  try {
    await scratch.write(scratch.input(0), content);
    const brought = await bringFile(scratch.input(0), () => Promise.resolve(scratch), signal, { name: `the rows for ${table}`, slot: 3, mostUnpacked });
    if (isPacked && brought.path === scratch.input(0)) throw new HmsError('CONTENT_REFUSED', 'The rows are said to be packed with gzip, and are not.', { kept: KEPT, next: 'Leave the header Content-Encoding out, or pack them.' });
    const session = new QuerySession(processes, { files: [0, 1, 2, 3].map((slot) => scratch.input(slot)), output: scratch.outputs, temporary: scratch.temporary });
    try {
      let bytesDone = 0;
      const told = (bytes: number): void => onProgress({ phase: 'Checking', filesDone: 0, filesTotal: 1, bytesDone: (bytesDone += bytes), bytesTotal: brought.size });
      const outputs = { asked: scratch.input(1), kept: { file: scratch.input(2), mask: maskOf(plan, secret) } };
      const pass = await passFile(brought, plan, outputs, { signal, onBytes: told, session: () => Promise.resolve(session), write: (to, bytes) => scratch.write(to, bytes) });
      refuseFindings(contract, ofProgram(pass.findings, program), pass.rows);
      if (pass.kept === null) throw new Error('The rows were not kept.');
      await session.table({ kind: 'plain', name: '#posted', ...pass.kept }, signal);
      const used = secret?.id ?? null;
      const definition = definitionOf(lake, contract, used);
      const { versions } = await insertRows(
        lake,
        [{ name: plan.name, definition, select: rowsSql(plan, definition, [{ table: '#posted', program, sure: null }]), hidden: hiddenColumns(plan), contract: { name: plan.name, sha256: contract.row.hash } }],
        {
          sources: inputs.map(({ id, hash }): Ref => ({ ref: `raw:${id}`, sha256: hash })),
          message: inputs.length === 0 ? `Rows for ${table}` : `Rows made from raw drop ${inputs.map(({ rawId, id }) => rawId ?? id).join(', ')}`,
          transform: 'insert',
          parameters: { contracts: [`${plan.name}:${plan.version}`], ...(used === null ? {} : { secret: used }) },
          engine: PROGRAM,
          refusal: () => alreadyThere(lake, table, inputs) ?? (isReplaced(lake, used) ? secretMoved(table) : null),
        },
        { session, scratch, signal, processes },
      );
      const [version] = versions;
      if (version === undefined) throw new Error('The rows made no version.');
      // The rows are in the table whatever becomes of its cubes: what is wrong with one is told where it is refreshed by hand.
      await refreshCubesOf(lake, [plan.name], { signal, processes });
      return { version, rows: pass.rows };
    } finally {
      await session.close();
    }
  } finally {
    await scratch.close();
  }
}

/** A program has renamed the columns and read the values, or it has not: both are understood. Where rows name their program, it has to be this one. */
function plainPlan(plan: ContractPlan, format: SourceFormat, program: number): ContractPlan {
  const source = { ...plan.source, format, delimiter: format === 'tsv' ? '\t' : null, quote: null, encoding: null };
  const columns = plan.columns.map((column): ColumnPlan => ({ ...column, headers: [...new Set([column.name, ...column.headers])], type: withIso(column.type) }));
  const isTaken = [...source.ignoredColumns, ...columns.flatMap(({ headers }) => headers)].includes(PROGRAM_COLUMN);
  return { ...plan, source, columns: isTaken ? columns : [...columns, programPlan(program)] };
}

function programPlan(program: number): ColumnPlan {
  const number = { decimal: '.', group: null, prefix: null, suffix: null };
  return { name: PROGRAM_COLUMN, headers: [PROGRAM_COLUMN], type: { kind: 'integer', bits: 64, number }, required: false, unique: false, limits: { minimum: program, maximum: program }, rules: [], pii: null, description: null };
}

function withIso(type: TypePlan): TypePlan {
  if (type.kind !== 'date' && type.kind !== 'time' && type.kind !== 'timestamp') return type;
  const iso = { date: isoDate, time: isoTime, timestamp: isoTimestamp }[type.kind];
  return { ...type, formats: [...new Set([...type.formats, ...iso])] };
}

function programOf({ inputs, program }: PostedRows): number {
  const [first] = inputs;
  const own = program ?? first?.program ?? null;
  if (own === null) throw new HmsError('USAGE', 'It is not said which program the rows belong to.', { kept: KEPT, next: 'Name the raw drops that they were made from, as inputs=881, or the program, as program_id=12.' });
  const other = inputs.find((drop) => drop.program !== null && drop.program !== own);
  if (other !== undefined) throw new HmsError('USAGE', `Raw drop ${other.rawId ?? other.id} is of program ${other.program ?? ''}, and the rows are for program ${own}.`, { kept: KEPT, next: 'Post the rows of each program by themselves.' });
  return own;
}

/** Rows need not name their program. */
function ofProgram(findings: readonly CheckFinding[], program: number): readonly CheckFinding[] {
  const told = findings.filter(({ column, kind }) => column !== PROGRAM_COLUMN || kind !== 'MISSING_COLUMN');
  return told.map((finding) => (finding.column === PROGRAM_COLUMN && finding.kind === 'LIMIT' ? { ...finding, message: `Rows name another program than ${program}, for which they were posted.` } : finding));
}

function refuseFindings({ compiled: { plan } }: NamedContract, findings: readonly { readonly column: string | null; readonly message: string }[], rows: number): void {
  if (findings.length === 0 && rows > 0) return;
  const told = findings.slice(0, 5).map(({ column, message }) => `${column === null ? '' : `${column}: `}${message}`);
  const more = findings.length > told.length ? ` And ${findings.length - told.length} more.` : '';
  const why = findings.length === 0 ? 'There are no rows.' : `${told.join(' ')}${more}`;
  throw new HmsError('CONTENT_REFUSED', `The rows do not keep to ${plan.name}:${plan.version}. ${why}`, { kept: KEPT, next: 'Mend them, or the contract, and post them again.', facts: { findings, rows } });
}

function secretMoved(table: string): HmsError {
  return new HmsError('SECRET_REFUSED', `The secret of the lake was replaced while the rows for ${table} were checked.`, { kept: KEPT, next: 'Post them again.' });
}

function alreadyThere(lake: WritableLake, table: string, inputs: readonly DropDetail[]): HmsError | null {
  const there = inputs.find(({ id }) => lake.catalog.dropUses(id).some((use) => use.table === table));
  return there === undefined ? null : new HmsError('TABLE_REFUSED', `The rows of raw drop ${there.rawId ?? there.id} are in the table ${table} already.`, { kept: KEPT });
}
