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
import type { DropFinding, DropReport } from './drop-states.ts';
import { bytesOf } from './lake/index.ts';
import { maskerOf, needsSecret } from './mask-values.ts';
import type { MaskSecret } from './masks/index.ts';
import { definitionOf, hiddenColumns, rowsSql } from './normal-shape.ts';
import type { WritableLake } from './open.ts';
import type { QueryProcesses } from './query/index.ts';
import { QuerySession } from './query/index.ts';
import { dropContent } from './raw-drops.ts';
import { PROGRAM } from './station.ts';
import { insertRows } from './table-rows.ts';
import type { TableDefinition } from './tables/index.ts';
import { openScratch } from './transform-world.ts';
import type { ScratchFolder } from './transform-world.ts';

/** Raw drops into rows of the tables of their contracts: checked, masked, and committed together in one entry (docs/operations/normalize.md). */

export interface BatchWorld {
  readonly processes: QueryProcesses;
  readonly secret: MaskSecret | null;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** What became of one drop of a batch. */
export type BatchEnd =
  | { readonly drop: DropDetail; readonly is: 'normalized'; readonly rows: number; readonly tables: readonly TableVersionDetail[] }
  | { readonly drop: DropDetail; readonly is: 'refused'; readonly report: DropReport };

/** Another station has normalized one of the drops meanwhile. Nothing was committed. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** Rows of one drop under one contract. */
interface Taken {
  readonly drop: DropDetail;
  /** One for each contract, in their order. */
  readonly kept: readonly KeptRows[];
  readonly rows: number;
}

/**
 * Normalizes drops into the tables of these contracts, which all of them are for. Drops with findings are left out and told; the others are committed in one entry. Throws
 * `Overtaken`, TABLE_REFUSED where the rows do not fit a table, and whatever keeps the lake from being read or written.
 */
export async function normalizeBatch(lake: WritableLake, drops: readonly DropDetail[], contracts: readonly NamedContract[], world: BatchWorld): Promise<readonly BatchEnd[]> {
  const { signal, processes } = world;
  const scratch = await openScratch(lake);
  try {
    const files = await Promise.all(drops.map((drop, i) => broughtDrop(lake, drop, scratch, contracts.length * 2 * drops.length + i, signal)));
    const plain = drops.flatMap((_, i) => contracts.flatMap((__, n) => [slotOf(i, n, contracts, 0), slotOf(i, n, contracts, 1)].map((slot) => scratch.input(slot))));
    const session = new QuerySession(processes, { files: [...files.map(({ path }) => path), ...plain], output: scratch.outputs, temporary: scratch.temporary });
    try {
      const ends: BatchEnd[] = [];
      const taken: Taken[] = [];
      const told = progressOf(files, world.onProgress);
      for (const [i, drop] of drops.entries()) {
        if (signal.aborted) throw new CancelledError('What was not normalized waits.');
        const judged = await judgeDrop({ drop, at: i, file: files[i] as BroughtFile, contracts, scratch, session, world, told });
        if ('findings' in judged) ends.push({ drop, is: 'refused', report: judged });
        else taken.push(judged);
      }
      if (taken.length > 0) ends.push(...(await commitTaken(lake, taken, contracts, { session, scratch, world })));
      return ends;
    } finally {
      await session.close();
    }
  } finally {
    await scratch.close();
  }
}

function slotOf(drop: number, contract: number, contracts: readonly unknown[], which: 0 | 1): number {
  return (drop * contracts.length + contract) * 2 + which;
}

/** The bytes of a drop, unpacked where they are compressed; STORED_DAMAGED where they are not those that arrived. */
async function broughtDrop(lake: WritableLake, drop: DropDetail, scratch: ScratchFolder, slot: number, signal: AbortSignal): Promise<BroughtFile> {
  const { place, sha256, name } = await dropContent(lake, drop);
  const hash = createHash('sha256');
  for await (const piece of bytesOf(place)) {
    if (signal.aborted) throw new CancelledError('What was not normalized waits.');
    hash.update(piece);
  }
  if (hash.digest('hex') !== sha256) throw new HmsError('STORED_DAMAGED', `The stored bytes of "${name}" are not those that arrived.`, { kept: 'Nothing was changed in the lake.', next: 'Run "hms dta verify" on the lake, and restore the file from a backup.', facts: { drop: drop.id } });
  return bringFile(place, () => Promise.resolve(scratch), signal, { name, slot });
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

interface Judging {
  readonly drop: DropDetail;
  readonly at: number;
  readonly file: BroughtFile;
  readonly contracts: readonly NamedContract[];
  readonly scratch: ScratchFolder;
  readonly session: QuerySession;
  readonly world: BatchWorld;
  readonly told: (bytes: number, done?: boolean) => void;
}

async function judgeDrop({ drop, at, file, contracts, scratch, session, world, told }: Judging): Promise<Taken | DropReport> {
  const kept: KeptRows[] = [];
  const findings: DropFinding[] = [];
  let rows = 0;
  let lineWord: DropReport['lineWord'] = 'line';
  for (const [n, { compiled }] of contracts.entries()) {
    const { plan } = compiled;
    const outputs = { asked: scratch.input(slotOf(at, n, contracts, 0)), kept: { file: scratch.input(slotOf(at, n, contracts, 1)), mask: maskOf(compiled.plan, world.secret) } };
    const pass = await passFile(file, plan, outputs, { signal: world.signal, onBytes: n === 0 ? told : () => undefined, session: () => Promise.resolve(session), write: (to, bytes) => scratch.write(to, bytes) });
    rows = Math.max(rows, pass.rows);
    ({ lineWord } = pass);
    findings.push(...pass.findings.map((finding) => ({ contract: plan.name, ...finding, samples: [...finding.samples] })));
    if (pass.kept !== null) kept.push(pass.kept);
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

interface Committing {
  readonly session: QuerySession;
  readonly scratch: ScratchFolder;
  readonly world: BatchWorld;
}

async function commitTaken(lake: WritableLake, taken: readonly Taken[], contracts: readonly NamedContract[], { session, scratch, world }: Committing): Promise<BatchEnd[]> {
  const { signal, processes, secret } = world;
  for (const [i, { kept }] of taken.entries()) {
    for (const [n, table] of kept.entries()) await session.table({ kind: 'plain', name: plainName(i, n), ...table }, signal);
  }
  const used = contracts.some(({ compiled }) => needsSecret(compiled.plan)) ? (secret?.id ?? null) : null;
  const definitions = contracts.map((contract): TableDefinition => definitionOf(lake, contract, needsSecret(contract.compiled.plan) ? (secret?.id ?? null) : null));
  const rows = contracts.map(({ row, compiled: { plan } }, n) => ({
    name: plan.name,
    definition: definitions[n] as TableDefinition,
    select: rowsSql(plan, definitions[n] as TableDefinition, taken.map(({ drop }, i) => ({ table: plainName(i, n), program: drop.program ?? 0 }))),
    hidden: hiddenColumns(plan),
    contract: { name: plan.name, sha256: row.hash },
    // A day without tests is a drop without rows: the entry names it all the same. A rule over the number of rows refuses it where that is wrong.
    mayBeEmpty: true,
  }));
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
      refusal: () => (drops.some(({ id }) => isIn(lake, id, contracts)) ? new Overtaken('A drop was normalized by another program meanwhile.') : null),
    },
    { session, scratch, signal, processes },
  );
  return taken.map(({ drop, rows: count }) => ({ drop, is: 'normalized', rows: count, tables: committed.versions }));
}

const plainName = (drop: number, contract: number): string => `#drop ${drop} ${contract}`;

/** Whether one of the tables has the rows of the drop already. */
function isIn(lake: WritableLake, id: DropId, contracts: readonly NamedContract[]): boolean {
  return lake.catalog.dropUses(id).some(({ table }) => contracts.some(({ compiled }) => compiled.plan.name === table));
}
