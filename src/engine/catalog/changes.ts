import { nameKey } from '../../contract/index.ts';
import type { Entry, Tag } from '../../contract/index.ts';
import { parseSubject } from '../../core/index.ts';
import type { Change } from '../../core/index.ts';
import { FOREVER } from './file-lines.ts';
import { undoNewest } from './file-state.ts';
import { forgetWords } from './forget.ts';
import { hexBytes } from './ledger-view.ts';
import type { Sql } from './sql.ts';

type ChangeOf<K extends Change['kind']> = Extract<Change, { kind: K }>;

/** The entry whose changes are applied: its place over all logs, the place of its log's first entry, and the entry. */
export interface Place {
  readonly pos: number;
  readonly base: number;
  readonly entry: Entry;
}

/** Takes one fact into the tables. Answers true where a replay of the whole ledger could now come out differently (see `forgetWords`). */
export function applyChange(sql: Sql, place: Place, change: Change): boolean {
  const { pos } = place;
  switch (change.kind) {
    case 'lakeCreated':
      sql.run('UPDATE meta SET lake = ?', place.entry.lake);
      return false;
    case 'lakeForked':
      sql.run('UPDATE meta SET lake = ?', place.entry.lake);
      remark(sql, pos, change.reason === null ? null : { reason: change.reason });
      return false;
    case 'recovered':
      remark(sql, pos, change.done === null ? null : { done: change.done });
      return false;
    case 'clockAccepted':
      remark(sql, pos, change.accepted);
      return false;
    case 'keyAdded':
      addKey(sql, pos, change);
      return false;
    case 'keyRotated':
      addKey(sql, pos, change);
      revokeKey(sql, pos, change.old);
      remark(sql, pos, change.reason === null ? null : { reason: change.reason });
      return false;
    case 'keyRevoked':
      revokeKey(sql, pos, change.id);
      remark(sql, pos, change.reason === null ? null : { reason: change.reason });
      return false;
    case 'datasetCreated':
      addDataset(sql, pos, change);
      return false;
    case 'described': {
      const description = change.description === null ? null : JSON.stringify(change.description);
      sql.run('INSERT INTO description (pos, ds, description) VALUES (?, ?, ?)', pos, dsOf(sql, change.id), description);
      return false;
    }
    case 'aliasAdded':
      addAlias(sql, pos, change);
      return false;
    case 'versionAdded':
      addVersion(sql, place, change);
      return false;
    case 'withdrawn':
      sql.run('UPDATE version SET withdrawn_pos = coalesce(withdrawn_pos, ?) WHERE ds = ? AND number = ?', pos, dsOf(sql, change.id), change.version);
      remark(sql, pos, change.reason === null ? null : { reason: change.reason });
      return false;
    case 'voided':
      voidVersion(sql, pos, change);
      return false;
    case 'exported':
      addExport(sql, pos, change);
      return false;
    case 'tagAdded':
    case 'tagRemoved':
      sayTags(sql, pos, dsOf(sql, change.id), change.version, change.kind === 'tagAdded', change.tag === null ? null : [change.tag]);
      return false;
    case 'contractPublished':
      addContract(sql, pos, change);
      return false;
    case 'cubeDefined':
      sql.run('INSERT INTO cube (pos, name, hash, text) VALUES (?, ?, ?, ?)', pos, change.name, hexBytes(change.hash), change.text);
      return false;
    case 'tableCommitted':
      addTableVersion(sql, place, change);
      return false;
    case 'bodyDestroyed':
      remark(sql, pos, change.authority === null ? null : { authority: change.authority, reason: change.reason });
      return forgetWords(sql, place.base + change.seq, pos);
    case 'dropReceived':
      addDrop(sql, pos, change);
      return false;
    case 'dropRepeated':
      addRepeat(sql, pos, change);
      return false;
  }
}

function remark(sql: Sql, pos: number, words: object | null): void {
  sql.run('INSERT INTO remark (pos, words) VALUES (?, ?)', pos, words === null ? null : JSON.stringify(words));
}

function dsOf(sql: Sql, id: string): number {
  const row = sql.get<{ ds: number }>('SELECT ds FROM dataset WHERE id = ?', id);
  if (row === null) throw new RangeError(`The catalog has no dataset ${id}: the judgement was made against another state.`);
  return row.ds;
}

function addKey(sql: Sql, pos: number, { key, words }: ChangeOf<'keyAdded' | 'keyRotated'>): void {
  // Known already only where a fork's founder was enrolled in its origin: its name was said there and stays.
  sql.run(
    `INSERT INTO enrolled_key (id, role, spki, pos, name, certificate) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET role = excluded.role, spki = excluded.spki, revoked_pos = NULL`,
    hexBytes(key.id),
    key.role,
    key.spki,
    pos,
    words?.name ?? null,
    words?.certificate ?? null,
  );
}

function revokeKey(sql: Sql, pos: number, id: string): void {
  sql.run('UPDATE enrolled_key SET revoked_pos = coalesce(revoked_pos, ?) WHERE id = ?', pos, hexBytes(id));
}

function addDataset(sql: Sql, pos: number, { id, root, firstTags }: ChangeOf<'datasetCreated'>): void {
  sql.run('INSERT INTO dataset (id, pos, root, has_first_tags) VALUES (?, ?, ?, ?)', id, pos, root, firstTags === null ? 0 : 1);
  const ds = dsOf(sql, id);
  sql.run("INSERT INTO name (key, ds, name, kind, pos) VALUES (?, ?, ?, 'id', ?)", nameKey(id), ds, id, pos);
  if (firstTags !== null) sayTags(sql, pos, ds, 1, true, firstTags.tags);
}

function addAlias(sql: Sql, pos: number, { id, alias }: ChangeOf<'aliasAdded'>): void {
  const ds = dsOf(sql, id);
  sql.run('INSERT INTO alias (pos, ds, alias) VALUES (?, ?, ?)', pos, ds, alias);
  if (alias !== null) sql.run("INSERT INTO name (key, ds, name, kind, pos) VALUES (?, ?, ?, 'alias', ?)", nameKey(alias), ds, alias, pos);
}

/** One row a tag; one row without a tag where the body that says them is not there; no row where it says that there are none. */
function sayTags(sql: Sql, pos: number, ds: number, version: number, adds: boolean, tags: readonly Tag[] | null): void {
  for (const [ordinal, tag] of (tags ?? [null]).entries()) {
    sql.run('INSERT INTO tag_said (pos, ordinal, ds, version, tag, adds) VALUES (?, ?, ?, ?, ?, ?)', pos, ordinal, ds, version, tag, adds ? 1 : 0);
  }
}

function addVersion(sql: Sql, { pos, entry }: Place, change: ChangeOf<'versionAdded'>): void {
  const ds = dsOf(sql, change.id);
  if (change.version >= FOREVER) throw new RangeError(`A version cannot have the number ${change.version}.`);
  sql.run(
    'INSERT INTO version (ds, number, pos, hash, root, message, transform, lineage, imported, said_files, said_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ds,
    change.version,
    pos,
    hexBytes(change.hash),
    change.root,
    change.message,
    change.transform,
    change.lineage === null ? null : JSON.stringify(change.lineage),
    change.imported === null ? null : JSON.stringify(change.imported),
    change.files,
    change.bytes,
  );
  sql.run('UPDATE dataset SET newest = ? WHERE ds = ?', change.version, ds);
  // The tags of `dataset.created` were written for v1 when that entry was applied.
  sayTags(sql, pos, ds, change.version, true, change.tags);
  for (const [ordinal, input] of entry.inputs.entries()) {
    const source = 'ref' in input ? parseSubject(input.ref) : null;
    if (source?.kind !== 'version') continue;
    sql.run('INSERT INTO source (ds, version, ordinal, source_id, source_version) VALUES (?, ?, ?, ?, ?)', ds, change.version, ordinal, source.id, source.version);
  }
}

function voidVersion(sql: Sql, pos: number, { id, version, hash, reason }: ChangeOf<'voided'>): void {
  const ds = dsOf(sql, id);
  undoNewest(sql, ds, version);
  sql.run('UPDATE version SET hash = ?, voided_pos = coalesce(voided_pos, ?) WHERE ds = ? AND number = ?', hexBytes(hash), pos, ds, version);
  sql.run(
    `UPDATE version SET (state, files, bytes) =
       (SELECT iif(b.state = 'unknown', 'unknown', 'inventory'), b.files, b.bytes FROM
          (SELECT state, files, bytes FROM version WHERE ds = ?1 AND number = ?2 - 1 UNION ALL SELECT 'inventory', 0, 0 LIMIT 1) b)
     WHERE ds = ?1 AND number = ?2`,
    ds,
    version,
  );
  remark(sql, pos, reason === null ? null : { reason });
}

function addDrop(sql: Sql, pos: number, { drop, hash, words }: ChangeOf<'dropReceived'>): void {
  sql.run(
    'INSERT INTO raw_drop (pos, id, hash, program, media, sender, contract) VALUES (?, ?, ?, ?, ?, ?, ?)',
    pos,
    drop,
    hexBytes(hash),
    words?.program ?? null,
    words?.media ?? null,
    words?.sender ?? null,
    words?.contract ?? null,
  );
}

function addRepeat(sql: Sql, pos: number, { drop, words }: ChangeOf<'dropRepeated'>): void {
  sql.run(
    'INSERT INTO raw_repeat (pos, drop_pos, program, name, sender, contract, assigned) SELECT ?1, pos, ?2, ?3, ?4, ?5, ?6 FROM raw_drop WHERE id = ?7',
    pos,
    words?.program ?? null,
    words?.name ?? null,
    words?.sender ?? null,
    words?.contract ?? null,
    words?.assigned === true ? 1 : 0,
    drop,
  );
  }

function addContract(sql: Sql, pos: number, { name, hash, version, text, major }: ChangeOf<'contractPublished'>): void {
  sql.run('INSERT INTO contract (pos, name, hash, version, text, major) VALUES (?, ?, ?, ?, ?, ?)', pos, name, hexBytes(hash), version, text, major === null ? null : major ? 1 : 0);
}

function addExport(sql: Sql, pos: number, change: ChangeOf<'exported'>): void {
  const { words } = change;
  sql.run(
    'INSERT INTO export (pos, ds, version, package, name, bytes, payload_files, payload_octets, signer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    pos,
    dsOf(sql, change.id),
    change.version,
    hexBytes(change.package),
    words?.name ?? null,
    words?.bytes ?? null,
    words?.payload.files ?? null,
    words?.payload.octets ?? null,
    words?.signer ?? null,
  );
}

function addTableVersion(sql: Sql, { pos, entry }: Place, { name, version, hash, message, words }: ChangeOf<'tableCommitted'>): void {
  sql.run('INSERT INTO delta_table (name, newest) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET newest = ?2', name, version);
  sql.run(
    `INSERT INTO delta_version (t, number, pos, hash, message, operation, contract_name, contract_hash, added_rows, removed_rows)
     VALUES ((SELECT t FROM delta_table WHERE name = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    name,
    version,
    pos,
    hexBytes(hash),
    message,
    words?.operation ?? null,
    words?.contract?.name ?? null,
    words?.contract?.sha256 ?? null,
    words?.added.rows ?? null,
    words?.removed.rows ?? null,
  );
  for (const input of entry.inputs) {
    const source = 'ref' in input ? parseSubject(input.ref) : null;
    if (source?.kind === 'raw') sql.run('INSERT INTO drop_use (drop_id, name, number) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', source.uuid, name, version);
  }
}
