import type { ContractName, Instant, Sha256 } from '../../contract/index.ts';
import type { Sql } from './sql.ts';

/** A contract as it was published once. */
export interface ContractRow {
  readonly name: ContractName;
  readonly hash: Sha256;
  /** As its document says; null where the body of its entry is missing. */
  readonly version: string | null;
  /** Whether it was published as one that breaks with the one before. */
  readonly major: boolean | null;
  readonly at: Instant;
  /** Number of its entry, and of the log in which it stands: after a fork there are several. */
  readonly seq: number;
  readonly log: number;
  readonly actor: string;
}

export interface ContractText extends ContractRow {
  /** The document, letter for letter; null where the body of its entry is missing. */
  readonly text: string | null;
}

const columns = `c.name, lower(hex(c.hash)) AS hash, c.version, c.major, e.at, e.seq, e.log, lower(hex(e.actor)) AS actor`;
const from = 'FROM contract c JOIN entry e ON e.pos = c.pos';

type Stored = Omit<ContractText, 'major' | 'text'> & { readonly major: number | null; readonly text?: string | null };

/** The newest of each name from the first after `after` on, by name. */
export function newestContracts(sql: Sql, after: string, limit: number): ContractRow[] {
  const newest = 'c.pos = (SELECT max(n.pos) FROM contract n WHERE n.name = c.name)';
  return sql.all<Stored>(`SELECT ${columns} ${from} WHERE ${newest} AND c.name > ? ORDER BY c.name LIMIT ?`, after, limit).map(rowOf);
}

/** All that were published under a name, newest first. */
export function contractVersions(sql: Sql, name: string): ContractRow[] {
  return sql.all<Stored>(`SELECT ${columns} ${from} WHERE c.name = ? ORDER BY c.pos DESC`, name).map(rowOf);
}

export function contractText(sql: Sql, name: string, hash: Uint8Array): ContractText | null {
  const found = sql.get<Stored>(`SELECT ${columns}, c.text ${from} WHERE c.name = ? AND c.hash = ?`, name, hash);
  return found === null ? null : { ...rowOf(found), text: found.text ?? null };
}

function rowOf({ name, hash, version, major, at, seq, log, actor }: Stored): ContractRow {
  return { name, hash, version, major: major === null ? null : major === 1, at, seq, log, actor };
}
