import { z } from 'zod';
import { ContractName, Sha256 } from './ids.ts';

/** Tables of the warehouse: docs/formats/tables.md. */

/** Name of a table or a cube (one namespace, and that of contracts: a table has the name of the contract that describes it); public for ever, because it stands in entries. */
export type TableName = ContractName;
export const TableName = ContractName;

/** How many files, rows and bytes an act adds or takes out. */
export const TableCount = z.strictObject({ files: z.int().min(0), rows: z.int().min(0), bytes: z.int().min(0) });
export type TableCount = z.infer<typeof TableCount>;

/** What a commit did to a table, in Delta's words: `commitInfo.operation`. */
export const TableOperation = z.enum(['CREATE TABLE', 'WRITE', 'OPTIMIZE', 'ADD COLUMNS', 'REFRESH', 'UPDATE']);
export type TableOperation = z.infer<typeof TableOperation>;

/** One table of the first line of the body of `table.committed`. Its Delta lines follow in the order of these. */
export const TableWords = z.looseObject({
  name: TableName,
  version: z.int().min(1),
  operation: TableOperation,
  /** How many of the later lines are its own. */
  lines: z.int().min(1),
  added: TableCount,
  removed: TableCount,
  /** The contract that it was written under, by the SHA-256 of its text. */
  contract: z.strictObject({ name: TableName, sha256: Sha256 }).optional(),
});
export type TableWords = z.infer<typeof TableWords>;

/** `trips:v3`. */
export function tableVersionName(name: TableName, version: number): string {
  return `${name}:v${version}`;
}
