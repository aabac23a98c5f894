import { HmsError } from '../../contract/index.ts';
import type { TableName } from '../../contract/index.ts';
import type { TableVersionDetail } from '../../core/index.ts';
import { codeOf } from '../lake/index.ts';
import { settleTable, standingOf } from './log.ts';
import type { TableShelf } from './types.ts';

export interface TableRecovery {
  readonly placed: readonly TableVersionDetail[];
  /** Tables that could not be put right, and why; they wait, the others go on. */
  readonly blocked: readonly { readonly version: TableVersionDetail; readonly error: unknown }[];
}

/** The newest version of each table that was not yet seen in place; those that stand where they belong are only noted. */
export async function unfinishedTables(shelf: TableShelf): Promise<TableVersionDetail[]> {
  const newest = new Map<TableName, TableVersionDetail>();
  for (const version of shelf.tables.unplaced()) newest.set(version.table, version);
  const unfinished: TableVersionDetail[] = [];
  for (const version of newest.values()) {
    // A version is put in place after all before it, so the newest tells of them too.
    if ((await standingOf(shelf, version)).is === 'in place') await shelf.markPlaced(version.table, version.version);
    else unfinished.push(version);
  }
  return unfinished;
}

/** Finishes claimed versions of tables that are not in place. `scratch` is a folder in staging that exists. */
export async function recoverTables(shelf: TableShelf, unfinished: readonly TableVersionDetail[], scratch: string): Promise<TableRecovery> {
  const recovery = { placed: [] as TableVersionDetail[], blocked: [] as { version: TableVersionDetail; error: unknown }[] };
  for (const version of unfinished) {
    try {
      recovery.placed.push(...(await settleTable(shelf, version, scratch)));
    } catch (error) {
      if (!(error instanceof HmsError) && codeOf(error) !== 'EACCES' && codeOf(error) !== 'EPERM') throw error;
      recovery.blocked.push({ version, error });
    }
  }
  return recovery;
}
