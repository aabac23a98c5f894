import { nameKey } from '../../contract/index.ts';
import type { DatasetId, Instant, VersionRef } from '../../contract/index.ts';
import type { DatasetReader } from './dataset-read.ts';
import { nearestName } from '../../core/index.ts';
import type { Sql } from './sql.ts';
import { versionsWhere, type VersionDetail } from './version-read.ts';

/** The version that a reference means, or why there is none. `dataset` is the id, also where an alias was given. */
export type Resolved =
  | { readonly kind: 'found'; readonly version: VersionDetail }
  /** `nearest`: an id or alias that looks like it. */
  | { readonly kind: 'datasetUnknown'; readonly nearest: string | null }
  | { readonly kind: 'noVersions'; readonly dataset: DatasetId }
  | { readonly kind: 'versionUnknown'; readonly dataset: DatasetId; readonly newest: number }
  /** `complete` is false where a destroyed or missing body could have given it. */
  | { readonly kind: 'tagUnknown'; readonly dataset: DatasetId; readonly complete: boolean }
  | { readonly kind: 'beforeFirst'; readonly dataset: DatasetId; readonly first: Instant }
  /** There are such versions, and all of them are withdrawn; the newest of them. */
  | { readonly kind: 'withdrawn'; readonly dataset: DatasetId; readonly newest: VersionDetail };

/** lake.md section 3: a number opens a withdrawn version too; a tag, an instant and the plain id mean the newest that is not withdrawn. */
export function resolve(sql: Sql, datasets: DatasetReader, ref: VersionRef): Resolved {
  const owner = sql.get<{ ds: number; id: DatasetId; newest: number }>(
    'SELECT d.ds, d.id, d.newest FROM name n JOIN dataset d ON d.ds = n.ds WHERE n.key = ?',
    nameKey(ref.id),
  );
  if (owner === null) return { kind: 'datasetUnknown', nearest: nearestName(ref.id, datasets.names()) };
  const dataset = owner.id;
  if (owner.newest === 0) return { kind: 'noVersions', dataset };
  if (ref.by === 'number') {
    const version = datasets.version(dataset, ref.version);
    return version === null ? { kind: 'versionUnknown', dataset, newest: owner.newest } : { kind: 'found', version };
  }
  const [condition, value] = conditionOf(ref);
  // Those not withdrawn first, then the newest: where all are withdrawn, the one to tell of comes out.
  const [version] = versionsWhere(sql, `v.ds = ? AND ${condition} ORDER BY v.withdrawn_pos IS NOT NULL, v.number DESC LIMIT 1`, owner.ds, ...value);
  if (version !== undefined) return version.withdrawn === null ? { kind: 'found', version } : { kind: 'withdrawn', dataset, newest: version };
  if (ref.by === 'tag') {
    return { kind: 'tagUnknown', dataset, complete: !hasLostTags(sql, owner.ds) };
  }
  const [first] = versionsWhere(sql, 'v.ds = ? ORDER BY v.number LIMIT 1', owner.ds);
  return first === undefined ? { kind: 'noVersions', dataset } : { kind: 'beforeFirst', dataset, first: first.at };
}

/** The same as it was after the entry at `pos`: versions, tags and withdrawals of later do not count. Names are those of now, because they never change their meaning. */
export function resolveAt(sql: Sql, datasets: DatasetReader, ref: Exclude<VersionRef, { by: 'instant' }>, pos: number): Resolved {
  const owner = sql.get<{ ds: number; id: DatasetId }>('SELECT d.ds, d.id FROM name n JOIN dataset d ON d.ds = n.ds WHERE n.key = ?', nameKey(ref.id));
  if (owner === null) return { kind: 'datasetUnknown', nearest: nearestName(ref.id, datasets.names()) };
  const dataset = owner.id;
  const [first] = versionsWhere(sql, 'v.ds = ? ORDER BY v.number LIMIT 1', owner.ds);
  if (first === undefined) return { kind: 'noVersions', dataset };
  const [newest] = versionsWhere(sql, 'v.ds = ? AND v.pos <= ? ORDER BY v.number DESC LIMIT 1', owner.ds, pos);
  if (newest === undefined) return { kind: 'beforeFirst', dataset, first: first.at };
  if (ref.by === 'number') {
    const [version] = versionsWhere(sql, 'v.ds = ? AND v.pos <= ? AND v.number = ?', owner.ds, pos, ref.version);
    return version === undefined ? { kind: 'versionUnknown', dataset, newest: newest.version } : { kind: 'found', version };
  }
  const isIn = 'v.ds = ?1 AND v.pos <= ?2 AND (v.withdrawn_pos IS NULL OR v.withdrawn_pos > ?2)';
  const hasTag = `EXISTS (SELECT 1 FROM tag_said a WHERE a.ds = v.ds AND a.version = v.number AND a.adds = 1 AND a.tag = ?3 AND a.pos <= ?2 AND NOT EXISTS (
    SELECT 1 FROM tag_said b WHERE b.ds = a.ds AND b.version = a.version AND b.tag = a.tag AND b.pos <= ?2 AND (b.pos, b.ordinal) > (a.pos, a.ordinal)))`;
  const [version] =
    ref.by === 'newest' ? versionsWhere(sql, `${isIn} ORDER BY v.number DESC LIMIT 1`, owner.ds, pos) : versionsWhere(sql, `${isIn} AND ${hasTag} ORDER BY v.number DESC LIMIT 1`, owner.ds, pos, ref.tag);
  if (version !== undefined) return { kind: 'found', version };
  return ref.by === 'newest' ? { kind: 'withdrawn', dataset, newest } : { kind: 'tagUnknown', dataset, complete: !hasLostTags(sql, owner.ds) };
}

function hasLostTags(sql: Sql, ds: number): boolean {
  return sql.get('SELECT 1 FROM tag_said t JOIN version v ON v.ds = t.ds AND v.number = t.version WHERE t.ds = ? AND t.tag IS NULL LIMIT 1', ds) !== null;
}

function conditionOf(ref: Exclude<VersionRef, { by: 'number' }>): [condition: string, values: string[]] {
  switch (ref.by) {
    case 'newest':
      return ['TRUE', []];
    case 'tag':
      return ['EXISTS (SELECT 1 FROM tag_now t WHERE t.ds = v.ds AND t.version = v.number AND t.tag = ?)', [ref.tag]];
    case 'instant':
      return ['e.at <= ?', [ref.at]];
  }
}
