import { createHash } from 'node:crypto';
import { CancelledError, HmsError } from '../contract/index.ts';
import type { DropId, OnProgress, Ref } from '../contract/index.ts';
import type { TableVersionDetail } from '../core/index.ts';
import type { DropDetail } from './catalog/index.ts';
import { passFile } from './contract-pass.ts';
import type { KeptRows } from './contract-pass.ts';
import { bringFile } from './contract-rows.ts';
import type { BroughtFile } from './contract-rows.ts';
import type { NamedContract } from './contracting.ts';
import type { ContractPlan } from './contracts/index.ts';
import type { DropFinding, DropReport } from './drop-states.ts';
import { bytesOf } from './lake/index.ts';
import { isKeyed, maskKeys } from './mask-sql.ts';
import { maskerOf, needsSecret } from './mask-values.ts';
import { isReplaced } from './masking.ts';
import type { MaskSecret } from './masks/index.ts';
import { definitionOf, hiddenColumns, rowsSql } from './normal-shape.ts';
import type { WritableLake } from './open.ts';
import type { QueryProcesses, WrittenPart } from './query/index.ts';
import { QuerySession } from './query/index.ts';
import { dropContent } from './raw-drops.ts';
import { PROGRAM } from './station.ts';
import { holdsOfAll, unlessInDoubt } from './sure-drop.ts';
import { FileLook, LEAST_BYTES } from './sure-file.ts';
import type { SureFile } from './sure-file.ts';
import { insertRows, writeParts } from './table-rows.ts';
import type { RowsDesk, RowsOf } from './table-rows.ts';
import type { TableDefinition } from './tables/index.ts';
import { openScratch } from './transform-world.ts';
import type { ScratchFolder } from './transform-world.ts';

/** Raw drops into rows of the tables of their contracts: checked, masked, and committed together in one entry (docs/operations/normalize.md). */

export interface BatchWorld {
  readonly processes: QueryProcesses;
  readonly secret: MaskSecret | null;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** Bytes of a file that is read by one statement rather than row by row, where it is plain enough; default 1 MiB. */
  readonly sureFrom?: number;
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
type Kept = { readonly is: 'plain'; readonly table: KeptRows; readonly count: number } | { readonly is: 'sure'; readonly file: SureFile };

/** Rows of one drop. */
export interface Taken {
  readonly drop: DropDetail;
  /** One for each contract, in their order. */
  readonly kept: readonly Kept[];
  readonly rows: number;
}

interface Brought {
  readonly drop: DropDetail;
  readonly file: BroughtFile;
  readonly look: FileLook | null;
}

/**
 * Normalizes drops into the tables of these contracts, which all of them are for. Drops with findings are left out and told; the others are committed in one entry. Throws
 * `Overtaken`, TABLE_REFUSED where the rows do not fit a table, and whatever keeps the lake from being read or written. `commit`: what is done with the rows instead, while they are there.
 */
export async function normalizeBatch(lake: WritableLake, drops: readonly DropDetail[], contracts: readonly NamedContract[], world: BatchWorld, commit: CommitRows = commitTaken): Promise<readonly BatchEnd[]> {
  const { signal, processes } = world;
  const scratch = await openScratch(lake);
  try {
    const brought = await Promise.all(drops.map((drop, i) => broughtDrop(lake, drop, { scratch, slot: contracts.length * 2 * drops.length + i, contracts, world })));
    const files = brought.map(({ file }) => file);
    const plain = drops.flatMap((_, i) => contracts.flatMap((__, n) => [slotOf(i, n, contracts, 0), slotOf(i, n, contracts, 1)].map((slot) => scratch.input(slot))));
    const session = new QuerySession(processes, { files: [...files.map(({ path }) => path), ...plain], output: scratch.outputs, temporary: scratch.temporary });
    try {
      const desk = { contracts, scratch, session, world, told: progressOf(files, world.onProgress) };
      const taken = new Map<DropDetail, Taken | DropReport>();
      const judge = async (mayBeSure: boolean): Promise<void> => {
        for (const [at, one] of brought.entries()) {
          refuseCanceled(signal);
          const before = taken.get(one.drop);
          if (before === undefined || ('kept' in before && before.kept.some(({ is }) => is === 'sure'))) taken.set(one.drop, await judgeDrop({ ...desk, ...one, at, look: mayBeSure ? one.look : null }));
        }
      };
      await judge(true);
      let committed = await commit(lake, takenOf(taken), desk);
      if (committed === 'in doubt') {
        await judge(false);
        committed = await commit(lake, takenOf(taken), desk);
      }
      if (committed === 'in doubt') throw new Error('Rows that were checked one by one are in doubt.');
      const refused = [...taken].flatMap(([drop, judged]): BatchEnd[] => ('kept' in judged ? [] : [{ drop, is: 'refused', report: judged }]));
      return [...refused, ...committed];
    } finally {
      await session.close();
    }
  } finally {
    await scratch.close();
  }
}

function takenOf(judged: ReadonlyMap<DropDetail, Taken | DropReport>): Taken[] {
  return [...judged.values()].filter((one) => 'kept' in one);
}

function slotOf(drop: number, contract: number, contracts: readonly unknown[], which: 0 | 1): number {
  return (drop * contracts.length + contract) * 2 + which;
}

interface Bringing {
  readonly scratch: ScratchFolder;
  readonly slot: number;
  readonly contracts: readonly NamedContract[];
  readonly world: BatchWorld;
}

/** The bytes of a drop, unpacked where they are compressed; STORED_DAMAGED where they are not those that arrived. */
async function broughtDrop(lake: WritableLake, drop: DropDetail, { scratch, slot, contracts, world: { signal, sureFrom = LEAST_BYTES } }: Bringing): Promise<Brought> {
  const { place, sha256, name, size } = await dropContent(lake, drop);
  const lookAt = (file: BroughtFile): FileLook | null => (file.size < sureFrom || contracts[0] === undefined ? null : FileLook.begin(file, contracts[0].compiled.plan));
  const hash = createHash('sha256');
  const look = lookAt({ name, path: place, size });
  for await (const piece of bytesOf(place)) {
    refuseCanceled(signal);
    hash.update(piece);
    look?.add(piece);
  }
  if (hash.digest('hex') !== sha256) throw new HmsError('STORED_DAMAGED', `The stored bytes of "${name}" are not those that arrived.`, { kept: 'Nothing was changed in the lake.', next: 'Run "hms dta verify" on the lake, and restore the file from a backup.', facts: { drop: drop.id } });
  const file = await bringFile(place, () => Promise.resolve(scratch), signal, { name, slot });
  if (file.path === place) return { drop, file, look };
  const unpacked = lookAt(file);
  if (unpacked !== null) for await (const piece of bytesOf(file.path)) unpacked.add(piece);
  return { drop, file, look: unpacked };
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
  readonly at: number;
}

async function judgeDrop(judging: Judging): Promise<Taken | DropReport> {
  const { drop, at, file, look, contracts, scratch, session, world, told } = judging;
  const kept: Kept[] = [];
  const findings: DropFinding[] = [];
  let rows = 0;
  let lineWord: DropReport['lineWord'] = 'line';
  for (const [n, { compiled }] of contracts.entries()) {
    const { plan } = compiled;
    const mask = maskOf(plan, world.secret);
    const sure = look?.rowsOf(plan, file) ?? null;
    if (sure !== null && (await holdsOfAll(sure, rowsName(at, n), plan, session, world.signal))) {
      rows = Math.max(rows, sure.count);
      kept.push({ is: 'sure', file: sure });
      continue;
    }
    const outputs = { asked: scratch.input(slotOf(at, n, contracts, 0)), kept: { file: scratch.input(slotOf(at, n, contracts, 1)), mask } };
    const pass = await passFile(file, plan, outputs, { signal: world.signal, onBytes: n === 0 ? told : () => undefined, session: () => Promise.resolve(session), write: (to, bytes) => scratch.write(to, bytes) });
    rows = Math.max(rows, pass.rows);
    ({ lineWord } = pass);
    findings.push(...pass.findings.map((finding) => ({ contract: plan.name, ...finding, samples: [...finding.samples] })));
    if (pass.kept !== null) kept.push({ is: 'plain', table: pass.kept, count: pass.rows });
  }
  told(0, true);
  return findings.length === 0 ? { drop, kept, rows } : reportOf(contracts, { rows, lineWord, findings });
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

/** Shows the query process the files and the checked and masked rows of a batch. */
export async function showRows(taken: readonly Taken[], { session, world }: Desk): Promise<void> {
  for (const [i, { kept }] of taken.entries()) {
    for (const [n, one] of kept.entries()) await session.table(one.is === 'plain' ? { kind: 'plain', name: rowsName(i, n), ...one.table } : { ...one.file.table, name: rowsName(i, n) }, world.signal);
  }
}

/** Writes the rows of the contract with this number, which were shown, as files for a table of such columns; answers them with the SELECT that made them. */
export async function writeRows(taken: readonly Taken[], n: number, plan: ContractPlan, shape: RowsShape, { session, scratch, world, told }: Desk): Promise<Pick<RowsOf, 'select'> & Required<Pick<RowsOf, 'written'>> | 'in doubt'> {
  const kept = taken.map((one) => one.kept[n] as Kept);
  const select = rowsSql(plan, shape, taken.map(({ drop }, i) => ({ table: rowsName(i, n), program: drop.program ?? 0, sure: sureOf(kept[i])?.rows ?? null })));
  const desk = { session, scratch, signal: world.signal };
  const written = kept.some(({ is }) => is === 'sure') ? await writeSure(desk, { select, shape, kept, secret: world.secret, told: n === 0 ? told : () => undefined }) : await writeParts(desk, { select, ...shape });
  return written === 'in doubt' ? written : { select, written };
}

/** Writes the rows, and commits them. */
async function commitTaken(lake: WritableLake, taken: readonly Taken[], desk: Desk): Promise<BatchEnd[] | 'in doubt'> {
  if (taken.length === 0) return [];
  const { contracts, session, scratch, world } = desk;
  const { signal, processes, secret } = world;
  refuseCanceled(signal);
  await showRows(taken, desk);
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
      refusal: () => (drops.some(({ id }) => isIn(lake, id, contracts)) || isReplaced(lake, used) ? new Overtaken('A drop was normalized by another program meanwhile, or the secret was replaced.') : null),
    },
    { session, scratch, signal, processes },
  );
  return taken.map(({ drop, rows: count }) => ({ drop, is: 'normalized', rows: count, tables: committed.versions }));
}

interface Writing {
  readonly select: string;
  readonly shape: RowsShape;
  readonly kept: readonly Kept[];
  readonly secret: MaskSecret | null;
  readonly told: (bytes: number) => void;
}

/** Writes rows of which some are read by the statement itself. */
async function writeSure(desk: RowsDesk, { select, shape, kept, secret, told }: Writing): Promise<readonly WrittenPart[] | 'in doubt'> {
  const sure = kept.flatMap((one) => sureOf(one) ?? []);
  const bytes = sure.reduce((sum, { bytes: size }) => sum + size, 0);
  let done = 0;
  const onProgress = (share: number): void => {
    const now = Math.max(done, Math.floor(bytes * share));
    told(now - done);
    done = now;
  };
  const parameters = secret !== null && sure.some(({ rows: { columns } }) => columns.some(isKeyed)) ? maskKeys(secret) : {};
  const written = await unlessInDoubt(() => writeParts(desk, { select, ...shape }, { parameters, onProgress }));
  // Each file gives as many rows as lines or fewer, so that all give all, or the sum is less.
  const expected = kept.reduce((sum, one) => sum + (one.is === 'sure' ? one.file.count : one.count), 0);
  if (written?.reduce((sum, { rows }) => sum + rows, 0) !== expected) return 'in doubt';
  onProgress(1);
  return written;
}

function sureOf(kept: Kept | undefined): SureFile | null {
  return kept?.is === 'sure' ? kept.file : null;
}

function refuseCanceled(signal: AbortSignal): void {
  if (signal.aborted) throw new CancelledError('What was not normalized waits.');
}

const rowsName = (drop: number, contract: number): string => `#drop ${drop} ${contract}`;

/** Whether one of the tables has the rows of the drop already. */
function isIn(lake: WritableLake, id: DropId, contracts: readonly NamedContract[]): boolean {
  return lake.catalog.dropUses(id).some(({ table }) => contracts.some(({ compiled }) => compiled.plan.name === table));
}
