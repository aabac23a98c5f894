import { CancelledError, MAX_REFS } from '../contract/index.ts';
import type { OnProgress, Ref } from '../contract/index.ts';
import type { TableVersionDetail } from '../core/index.ts';
import { BatchRooms } from './batch-rooms.ts';
import { bringDrop } from './brought-drop.ts';
import type { Brought } from './brought-drop.ts';
import type { DropDetail } from './catalog/index.ts';
import { passFile } from './contract-pass.ts';
import type { KeptRows } from './contract-pass.ts';
import type { BroughtFile } from './contract-rows.ts';
import type { NamedContract } from './contracting.ts';
import type { DropFinding, DropReport } from './drop-states.ts';
import { maskerOf, needsSecret } from './mask-values.ts';
import { isReplaced } from './masking.ts';
import type { MaskSecret } from './masks/index.ts';
import { definitionOf, hiddenColumns } from './normal-shape.ts';
import { writeRows } from './normal-write.ts';
import type { WritableLake } from './open.ts';
import type { QueryProcesses } from './query/index.ts';
import { QuerySession } from './query/index.ts';
import { PROGRAM } from './station.ts';
import { asksNothing, byForm, sureOf } from './sure-drop.ts';
import type { SureFiles } from './sure-drop.ts';
import { SureForms } from './sure-file.ts';
import type { SureFile } from './sure-file.ts';
import { insertRows } from './table-rows.ts';
import type { RowsOf } from './table-rows.ts';
import type { TableDefinition } from './tables/index.ts';
import { openScratch } from './transform-world.ts';
import type { ScratchFolder } from './transform-world.ts';

/** Raw drops into rows of the tables of their contracts: checked and masked together, and committed, as many as one entry can name at a time (docs/operations/normalize.md). */

export interface BatchWorld {
  readonly processes: QueryProcesses;
  readonly secret: MaskSecret | null;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** Files of fewer bytes are read row by row always; default 0: none. */
  readonly sureFrom?: number;
  /** Rooms of who has several batches; default: one of its own. */
  readonly rooms?: BatchRooms;
}

/** What became of one drop of a batch. */
export type BatchEnd =
  | { readonly drop: DropDetail; readonly is: 'normalized'; readonly rows: number; readonly tables: readonly TableVersionDetail[] }
  | { readonly drop: DropDetail; readonly is: 'refused'; readonly report: DropReport };

/** Another station has normalized one of the drops meanwhile, or has made a new secret. Nothing was committed. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** Rows of one drop under one contract: checked, masked and written down, or to be so by one statement over its file. */
export type Kept = { readonly is: 'plain'; readonly table: KeptRows; readonly count: number } | { readonly is: 'sure'; readonly file: SureFile };

/** Rows of one drop. */
export interface Taken {
  readonly drop: DropDetail;
  /** One for each contract, in their order. */
  readonly kept: readonly Kept[];
  readonly rows: number;
}

/** What an entry of a commit can name besides the version of each table before it, and the one that it makes. */
function mostTogether(contracts: readonly NamedContract[]): number {
  return Math.max(1, MAX_REFS - 2 * contracts.length);
}

/** Drops that are read at the same time. */
const AT_ONCE = 4;

/**
 * Normalizes drops into the tables of these contracts, which all of them are for; tells what became of each as soon as it is certain. Drops with findings are left out; of the others as many as
 * one entry can name are committed together. Throws `Overtaken`, TABLE_REFUSED where the rows do not fit a table, and whatever keeps the lake from being read or written. `commit`: what is
 * done with the rows instead, while they are there.
 */
export async function* normalizeBatch(lake: WritableLake, drops: readonly DropDetail[], contracts: readonly NamedContract[], world: BatchWorld, commit: CommitRows = commitTaken): AsyncGenerator<BatchEnd> {
  const { rooms } = world;
  if (rooms !== undefined && BatchRooms.takes(drops, contracts)) {
    yield* rooms.in(async function* ({ scratch, session }) {
      const brought = await bringAll(lake, drops, contracts, scratch, world);
      yield* normalizeBrought(lake, brought, deskOf(brought, { contracts, scratch, session, world }), commit);
    });
    return;
  }
  const scratch = await openScratch(lake);
  try {
    const brought = await bringAll(lake, drops, contracts, scratch, world);
    const plain = drops.flatMap((_, i) => contracts.flatMap((__, n) => [slotOf(i, n, contracts, 0), slotOf(i, n, contracts, 1)].map((slot) => scratch.input(slot))));
    const session = new QuerySession(world.processes, { files: [...brought.map(({ file }) => file.path), ...plain], output: scratch.outputs, temporary: scratch.temporary });
    try {
      yield* normalizeBrought(lake, brought, deskOf(brought, { contracts, scratch, session, world }), commit);
    } finally {
      await session.close();
    }
  } finally {
    await scratch.close();
  }
}

function deskOf(brought: readonly Brought[], desk: Omit<Desk, 'told'>): Desk {
  return { ...desk, told: progressOf(brought.map(({ file }) => file), desk.world.onProgress) };
}

async function* normalizeBrought(lake: WritableLake, brought: readonly Brought[], desk: Desk, commit: CommitRows): AsyncGenerator<BatchEnd> {
  const taken: Judged[] = [];
  for (const [at, kept] of (await keptAtOnce(brought, desk)).entries()) {
    const judged = await judgeDrop({ ...desk, ...(brought[at] as Brought), at, kept });
    desk.told(0, true);
    if ('kept' in judged) taken.push(judged);
    else yield judged;
  }
  const most = mostTogether(desk.contracts);
  for (let at = 0; at < taken.length; at += most) yield* commitSome(lake, brought, taken.slice(at, at + most), desk, commit);
}

async function bringAll(lake: WritableLake, drops: readonly DropDetail[], contracts: readonly NamedContract[], scratch: ScratchFolder, { signal, sureFrom = 0 }: BatchWorld): Promise<Brought[]> {
  const plan = (contracts[0] as NamedContract).compiled.plan;
  const brought: Brought[] = [];
  for (let at = 0; at < drops.length; at += AT_ONCE) {
    const some = drops.slice(at, at + AT_ONCE).map((drop, i) => bringDrop(lake, drop, { scratch, slot: contracts.length * 2 * drops.length + at + i, plan, signal, sureFrom }));
    // All have ended before one that failed is told, since they write into the scratch folder.
    await Promise.allSettled(some);
    brought.push(...(await Promise.all(some)));
  }
  return brought;
}

function slotOf(drop: number, contract: number, contracts: readonly unknown[], which: 0 | 1): number {
  return (drop * contracts.length + contract) * 2 + which;
}

/** Of each drop and contract the file, where its rows may be read by the statement that writes them. */
async function keptAtOnce(brought: readonly Brought[], desk: Desk): Promise<Maybe[][]> {
  const forms = new SureForms();
  const kept = brought.map(({ file, look }) => desk.contracts.map(({ compiled: { plan } }): Maybe => asSure(look?.rowsOf(plan, file, forms) ?? null)));
  return withoutDoubtful(kept, desk, (files) => !asksNothing(files[0]));
}

function asSure(file: SureFile | null): Maybe {
  return file === null ? null : { is: 'sure', file };
}

/** With null for each file that is in doubt, of the groups that have to be asked. */
async function withoutDoubtful(kept: readonly (readonly Maybe[])[], { contracts, session, world: { signal } }: Desk, isAsked: (files: SureFiles) => boolean): Promise<Maybe[][]> {
  const doubtful = new Set<SureFile>();
  for (const [n, { compiled: { plan } }] of contracts.entries()) {
    const files = kept.flatMap((one) => (one[n]?.is === 'sure' ? [one[n].file] : []));
    for (const group of byForm(files, (file) => file).filter(isAsked)) {
      refuseCanceled(signal);
      const sure = new Set(await sureOf(group, '#look', plan, { session, signal }));
      for (const file of group) if (!sure.has(file)) doubtful.add(file);
    }
  }
  return kept.map((one) => one.map((had) => (had?.is === 'sure' && doubtful.has(had.file) ? null : had)));
}

/** Commits drops in one entry. The rows of those that are in doubt after all are read one by one. */
async function* commitSome(lake: WritableLake, brought: readonly Brought[], judged: readonly Judged[], desk: Desk, commit: CommitRows): AsyncGenerator<BatchEnd> {
  let left: readonly Judged[] = judged;
  for (const doubtful of [looked, all]) {
    const committed = left.length === 0 ? [] : await commit(lake, left, desk);
    if (committed !== 'in doubt') return yield* committed;
    const again: Judged[] = [];
    for (const [i, kept] of (await doubtful(left, desk)).entries()) {
      const one = left[i] as Judged;
      const ended = kept.includes(null) ? await judgeDrop({ ...desk, ...(brought[one.at] as Brought), at: one.at, kept }) : one;
      if ('kept' in ended) again.push(ended);
      else yield ended;
    }
    left = again;
  }
  const committed = left.length === 0 ? [] : await commit(lake, left, desk);
  if (committed === 'in doubt') throw new Error('Rows that were checked one by one are in doubt.');
  yield* committed;
}

/** What is in doubt is looked for; a drop alone is the one. */
async function looked(left: readonly Judged[], desk: Desk): Promise<Maybe[][]> {
  if (left.length === 1) return all(left);
  const kept = await withoutDoubtful(left.map((one) => one.kept), desk, () => true);
  return kept.some((one) => one.includes(null)) ? kept : all(left);
}

function all(left: readonly Judged[]): Maybe[][] {
  return left.map((one) => one.kept.map((had) => (had.is === 'sure' ? null : had)));
}

function progressOf(files: readonly BroughtFile[], onProgress: OnProgress): (bytes: number, done?: boolean) => void {
  const bytesTotal = files.reduce((sum, { size }) => sum + size, 0);
  let [bytesDone, filesDone] = [0, 0];
  return (bytes, done = false) => {
    bytesDone += bytes;
    if (done) filesDone += 1;
    onProgress({ phase: 'Checking', filesDone, filesTotal: files.length, bytesDone, bytesTotal });
  };
}

/** What all drops of a batch are judged and committed with. */
export interface Desk {
  readonly contracts: readonly NamedContract[];
  readonly scratch: ScratchFolder;
  readonly session: QuerySession;
  readonly world: BatchWorld;
  readonly told: (bytes: number, done?: boolean) => void;
}

interface Judging extends Desk, Brought {
  /** Its number in the batch. */
  readonly at: number;
  /** What is kept of it already, for each contract. */
  readonly kept: readonly Maybe[];
}

interface Judged extends Taken {
  readonly at: number;
}

type Maybe = Kept | null;
type Refused = Extract<BatchEnd, { is: 'refused' }>;

/** Reads the rows of a drop one by one under each contract of which nothing is kept of it. */
async function judgeDrop({ drop, at, file, kept: before, contracts, scratch, session, world, told }: Judging): Promise<Judged | Refused> {
  const kept: Kept[] = [];
  const findings: DropFinding[] = [];
  let rows = 0;
  let lineWord: DropReport['lineWord'] = 'line';
  for (const [n, { compiled: { plan } }] of contracts.entries()) {
    const had = before[n] ?? null;
    refuseCanceled(world.signal);
    if (had !== null) {
      rows = Math.max(rows, had.is === 'sure' ? had.file.count : had.count);
      kept.push(had);
      continue;
    }
    const outputs = { asked: scratch.input(slotOf(at, n, contracts, 0)), kept: { file: scratch.input(slotOf(at, n, contracts, 1)), mask: maskOf(plan, world.secret) } };
    const pass = await passFile(file, plan, outputs, { signal: world.signal, onBytes: n === 0 ? told : () => undefined, session: () => Promise.resolve(session), write: (to, bytes) => scratch.write(to, bytes) });
    rows = Math.max(rows, pass.rows);
    ({ lineWord } = pass);
    findings.push(...pass.findings.map((finding) => ({ contract: plan.name, ...finding, samples: [...finding.samples] })));
    if (pass.kept !== null) kept.push({ is: 'plain', table: pass.kept, count: pass.rows });
  }
  return findings.length === 0 ? { drop, at, kept, rows } : { drop, is: 'refused', report: reportOf(contracts, { rows, lineWord, findings }) };
}

export function reportOf(contracts: readonly NamedContract[], found: Partial<DropReport>): DropReport {
  return { contracts: contracts.map(({ row, compiled: { plan } }) => ({ name: plan.name, version: plan.version, sha256: row.hash })), rows: 0, lineWord: 'line', findings: [], trouble: null, ...found };
}

/** Masks the values of a row in place; null where the contract masks nothing. SECRET_MISSING where that needs what is not here. */
export function maskOf(plan: NamedContract['compiled']['plan'], secret: MaskSecret | null): ((values: (string | null)[]) => void) | null {
  const masks = plan.columns.flatMap(({ pii, type }, i) => (pii === null || pii.mask.how === 'none' ? [] : [{ i, type, mask: maskerOf(pii.mask, secret) }]));
  if (masks.length === 0) return null;
  return (values) => {
    for (const { i, type, mask } of masks) values[i] = mask(values[i] ?? null, type);
  };
}

/** A table's columns, and those by whose values its files are set apart. */
export type RowsShape = Pick<TableDefinition, 'schema' | 'partitionBy'>;

/** What is done with the rows of a batch while they are there. `in doubt`: one of the files that were to be read by a statement is not for that, and nothing was done. */
export type CommitRows = (lake: WritableLake, taken: readonly Taken[], desk: Desk) => Promise<readonly BatchEnd[] | 'in doubt'>;

/** Writes the rows, and commits them. */
async function commitTaken(lake: WritableLake, taken: readonly Taken[], desk: Desk): Promise<BatchEnd[] | 'in doubt'> {
  if (taken.length === 0) return [];
  const { contracts, session, scratch, world } = desk;
  const { signal, processes, secret } = world;
  refuseCanceled(signal);
  const used = contracts.some(({ compiled }) => needsSecret(compiled.plan)) ? (secret?.id ?? null) : null;
  const rows: RowsOf[] = [];
  for (const [n, contract] of contracts.entries()) {
    const { row, compiled: { plan } } = contract;
    const definition = definitionOf(lake, contract, needsSecret(plan) ? (secret?.id ?? null) : null);
    const written = await writeRows(taken, n, plan, definition, desk);
    if (written === 'in doubt') return written;
    // A day without tests is a drop without rows: the entry names it all the same. A rule over the number of rows refuses it where that is wrong.
    rows.push({ name: plan.name, definition, ...written, hidden: hiddenColumns(plan), contract: { name: plan.name, sha256: row.hash }, mayBeEmpty: true });
  }
  // A short statement may end before it hears that it is to stop.
  refuseCanceled(signal);
  const drops = taken.map(({ drop }) => drop);
  const sources = drops.map(({ id, hash }): Ref => ({ ref: `raw:${id}`, sha256: hash }));
  const committed = await insertRows(
    lake,
    rows,
    {
      sources,
      message: taken.length === 1 ? `Normalized raw drop ${drops[0]?.rawId ?? drops[0]?.id ?? ''}` : `Normalized ${taken.length} raw drops`,
      transform: 'normalize',
      parameters: { contracts: contracts.map(({ compiled: { plan } }) => `${plan.name}:${plan.version}`), ...(used === null ? {} : { secret: used }) },
      engine: PROGRAM,
      refusal: () => (drops.some((drop) => isOvertaken(lake, drop)) || isReplaced(lake, used) ? new Overtaken('A drop was normalized by another program meanwhile, or was given another contract, or the secret was replaced.') : null),
    },
    { session, scratch, signal, processes },
  );
  return taken.map(({ drop, rows: count }) => ({ drop, is: 'normalized', rows: count, tables: committed.versions }));
}

function refuseCanceled(signal: AbortSignal): void {
  if (signal.aborted) throw new CancelledError('What was not normalized waits.');
}

/** Whether a table has the rows of the drop already, or somebody said meanwhile that it is for another contract. */
function isOvertaken(lake: WritableLake, { id, contract }: DropDetail): boolean {
  return lake.catalog.dropUses(id).length > 0 || lake.catalog.dropById(id)?.contract !== contract;
}
