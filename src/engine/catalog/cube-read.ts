import type { Instant, Sha256, TableName } from '../../contract/index.ts';
import type { Sql } from './sql.ts';

/** A cube as it was defined once. */
export interface CubeRow {
  readonly name: TableName;
  readonly hash: Sha256;
  /** The definition, letter for letter; null where the body of its entry is missing. */
  readonly text: string | null;
  readonly at: Instant;
  readonly seq: number;
  readonly actor: string;
}

const rows = 'SELECT c.name, lower(hex(c.hash)) AS hash, c.text, e.at, e.seq, lower(hex(e.actor)) AS actor FROM cube c JOIN entry e ON e.pos = c.pos';

/** The newest definition of each cube, by name. */
export function newestCubes(sql: Sql): CubeRow[] {
  return sql.all<CubeRow>(`${rows} WHERE c.pos = (SELECT max(n.pos) FROM cube n WHERE n.name = c.name) ORDER BY c.name`);
}

/** All definitions under a name, newest first. */
export function cubeDefinitions(sql: Sql, name: string): CubeRow[] {
  return sql.all<CubeRow>(`${rows} WHERE c.name = ? ORDER BY c.pos DESC`, name);
}

/** Every contract that a version of the table, or one before it, was written under. */
export function contractsOfTable(sql: Sql, name: string, version: number): { readonly name: string; readonly sha256: Sha256 }[] {
  return sql.all(
    'SELECT DISTINCT v.contract_name AS name, v.contract_hash AS sha256 FROM delta_version v JOIN delta_table d ON d.t = v.t WHERE d.name = ? AND v.number <= ? AND v.contract_hash IS NOT NULL',
    name,
    version,
  );
}
