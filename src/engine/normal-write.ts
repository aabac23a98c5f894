import type { KeptRows } from './contract-pass.ts';
import type { ContractPlan, SureRows } from './contracts/index.ts';
import { isKeyed, maskKeys } from './mask-sql.ts';
import type { MaskSecret } from './masks/index.ts';
import type { Desk, Kept, RowsShape, Taken } from './normal-batch.ts';
import { rowsSql } from './normal-shape.ts';
import type { TableSource, WrittenPart } from './query/index.ts';
import { byForm, unlessInDoubt } from './sure-drop.ts';
import type { SureFile } from './sure-file.ts';
import { writeParts } from './table-rows.ts';
import type { RowsOf } from './table-rows.ts';

/** The rows of a batch as files for a table, by one statement. Files that are written alike are one table to it: each part of a statement costs as much as some hundred rows. */

interface Group {
  readonly program: number;
  readonly source: DistributedOmit<TableSource, 'name'>;
  /** Null for plain tables of checked and masked rows. */
  readonly sure: SureRows | null;
}

type DistributedOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** Writes the rows of the contract with this number as files for a table of such columns; answers them with the SELECT that made them. */
export async function writeRows(taken: readonly Taken[], n: number, plan: ContractPlan, shape: RowsShape, { session, scratch, world, told }: Desk): Promise<(Pick<RowsOf, 'select'> & Required<Pick<RowsOf, 'written'>>) | 'in doubt'> {
  const { signal, secret } = world;
  const groups = groupsOf(taken, n);
  const nameOf = (at: number): string => `#rows ${n} ${at}`;
  for (const [at, { source }] of groups.entries()) await session.table({ ...source, name: nameOf(at) }, signal);
  const select = rowsSql(plan, shape, groups.map(({ program, sure }, at) => ({ table: nameOf(at), program, sure })));
  const write = (parameters: Readonly<Record<string, string>>, onProgress: (share: number) => void): Promise<readonly WrittenPart[]> => writeParts({ session, scratch, signal }, { select, ...shape }, { parameters, onProgress });
  const kept = taken.map((one) => one.kept[n] as Kept);
  const written = kept.some(({ is }) => is === 'sure') ? await writeSure(kept, secret, n === 0 ? told : () => undefined, write) : await write({}, () => undefined);
  return written === 'in doubt' ? written : { select, written };
}

function groupsOf(taken: readonly Taken[], n: number): Group[] {
  const plain = new Map<number, [KeptRows, ...KeptRows[]]>();
  const sure: { readonly program: number; readonly file: SureFile }[] = [];
  for (const { drop, kept } of taken) {
    const one = kept[n] as Kept;
    const program = drop.program ?? 0;
    if (one.is === 'sure') {
      sure.push({ program, file: one.file });
      continue;
    }
    const before = plain.get(program);
    if (before === undefined) plain.set(program, [one.table]);
    else before.push(one.table);
  }
  return [
    ...[...plain].map(([program, tables]): Group => ({ program, source: { kind: 'plain', file: tables.map(({ file }) => file), columns: tables[0].columns, longestRow: Math.max(...tables.map(({ longestRow }) => longestRow)) }, sure: null })),
    ...byForm(sure, ({ file }) => file, ({ program }) => String(program)).map(([first, ...others]): Group => ({ program: first.program, source: { ...first.file.table, file: [first, ...others].map(({ file }) => file.path) }, sure: first.file.rows })),
  ];
}

type Write = (parameters: Readonly<Record<string, string>>, onProgress: (share: number) => void) => Promise<readonly WrittenPart[]>;

/** Writes rows of which some are read by the statement itself. */
async function writeSure(kept: readonly Kept[], secret: MaskSecret | null, told: (bytes: number) => void, write: Write): Promise<readonly WrittenPart[] | 'in doubt'> {
  const sure = kept.flatMap((one) => (one.is === 'sure' ? [one.file] : []));
  const bytes = sure.reduce((sum, { bytes: size }) => sum + size, 0);
  let done = 0;
  const onProgress = (share: number): void => {
    const now = Math.max(done, Math.floor(bytes * share));
    told(now - done);
    done = now;
  };
  const parameters = secret !== null && sure.some(({ rows: { columns } }) => columns.some(isKeyed)) ? maskKeys(secret) : {};
  const written = await unlessInDoubt(() => write(parameters, onProgress));
  // Each file gives as many rows as lines or fewer, so that all give all, or the sum is less.
  const expected = kept.reduce((sum, one) => sum + (one.is === 'sure' ? one.file.count : one.count), 0);
  if (written?.reduce((sum, { rows }) => sum + rows, 0) !== expected) return 'in doubt';
  onProgress(1);
  return written;
}
