import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { dropOf, tableVersionName, versionName } from '../contract/index.ts';
import type { DatasetId } from '../contract/index.ts';
import { parseSubject } from '../core/index.ts';
import type { Signer } from './keys/index.ts';
import { destroyClaimedBody, ifMissing, isRootCurrent, mendTiles, newTxn, readCheckpoint, recover } from './lake/index.ts';
import type { FullRecovery, ReadableLake } from './open.ts';
import { recoverTables, unfinishedTables } from './tables/index.ts';
import type { TableRecovery, TableShelf } from './tables/index.ts';

/** What an interruption left, finished when a lake is opened for writing (docs/formats/lake.md section 13). */

/**
 * Puts in place what is claimed and is not, and says so in the ledger. Where the place is one that this computer has not seen before, that is asked of every
 * version; else of those that were not seen in place.
 */
export async function finishInterrupted(lake: ReadableLake, signer: Signer, grace: number): Promise<FullRecovery> {
  await unsettleRecent(lake);
  const shelf = tableShelf(lake);
  const isUnfinished = (await unfinishedTables(shelf)).length > 0;
  if (lake.index.unplaced().length === 0 && !isUnfinished) return { placed: [], lost: [], blocked: [], tables: { placed: [], blocked: [] } };
  const scratch = lake.paths.transaction(newTxn(lake.clock));
  try {
    const recovery = await recover(lake.ledger, scratch, grace);
    const tables = isUnfinished ? await finishTables(lake, signer, shelf, scratch, grace) : { placed: [], blocked: [] };
    const done = [
      ...recovery.placed.map((version) => ({ did: 'placed', ref: `${dropOf(version.dataset) === null ? 'version:' : ''}${versionName(version.dataset, version.version)}`, seq: version.seq, txn: version.txn })),
      ...tables.placed.map(({ table, version, seq, txn }) => ({ did: 'placed', ref: `table:${tableVersionName(table, version)}`, seq, txn })),
    ];
    if (done.length > 0) {
      await lake.ledger.act(signer, { op: 'lake.recovered', subject: 'lake', head: { done } });
    }
    return { ...recovery, tables };
  } finally {
    await lake.durable.removeTree(scratch).catch(ifMissing(undefined));
  }
}

/** Another process may be at work on them at this moment, so it waits for that first. */
async function finishTables(lake: ReadableLake, signer: Signer, shelf: TableShelf, scratch: string, grace: number): Promise<TableRecovery> {
  if (grace > 0) await lake.clock.sleep(grace);
  await lake.durable.makeFolder(scratch);
  const recovery = await recoverTables(shelf, await unfinishedTables(shelf), scratch);
  const unplaced = new Set(lake.catalog.tables.unplaced().map(({ txn }) => txn));
  for (const { txn, seq } of recovery.placed) {
    const isOwn = lake.catalog.entry(seq)?.station === signer.id;
    if (isOwn && !unplaced.has(txn)) await lake.durable.removeTree(lake.paths.transaction(txn));
  }
  return recovery;
}

/** The tables of a lake, as whoever reads them needs them. */
export function tableShelf(lake: Pick<ReadableLake, 'ledger' | 'catalog' | 'index'>): TableShelf {
  return { ledger: lake.ledger, tables: lake.catalog.tables, markPlaced: (name, version) => lake.index.markTablePlaced(name, version) };
}

/** Commits looked at when a lake is opened for writing: a writer that was stopped can hardly have been at work on an older one. */
const RECENT_COMMITS = 8;

/**
 * A slow writer may have put an older inventory at the top of an object after a quicker one was done, and, on a share, may have been stopped in the middle of
 * that: nothing of its own is unfinished then. Marks such versions as not settled.
 */
async function unsettleRecent(lake: ReadableLake): Promise<void> {
  const seen = new Set<DatasetId>();
  for (const { subject } of lake.catalog.log({ op: 'version.committed' }, RECENT_COMMITS).entries) {
    const parsed = subject === null ? null : parseSubject(subject);
    if (parsed?.kind !== 'version' || seen.has(parsed.id)) continue;
    seen.add(parsed.id);
    const newest = lake.index.claimedVersion(parsed.id, lake.catalog.view.dataset(parsed.id)?.newest ?? 0);
    if (newest !== null && !(await isRootCurrent(lake.paths, newest))) await lake.index.markUnplaced(newest.dataset, newest.version);
  }
}

/**
 * An act that was interrupted after its claim left tiles and checkpoint behind the ledger; on a share, perhaps half written, also where another station has written larger ones since. `seen`: the
 * largest tree that this station is known to have signed before: what it was at when it was interrupted is larger.
 */
export async function mendCheckpoint(lake: ReadableLake, signer: Signer, seen: number): Promise<void> {
  const { size } = lake.catalog.view;
  const scratch = lake.paths.transaction(newTxn(lake.clock));
  await mendTiles(lake.ledger.tree(), Math.min(seen, size - 1), size, lake.paths, lake.durable, scratch);
  const there = await readCheckpoint(lake.paths.checkpoint, lake.lake.origin);
  if (there !== null && there.size >= size) return;
  await lake.durable.makeFolder(scratch);
  await lake.ledger.writeCheckpoint(signer, scratch);
  await lake.durable.removeTree(scratch);
}

/** Destructions looked at when a lake is opened; each was finished by who claimed it, unless that one was interrupted. */
const RECENT_DESTRUCTIONS = 50;

export async function finishDestructions(lake: ReadableLake): Promise<void> {
  for (const entry of lake.catalog.log({ op: 'body.destroyed' }, RECENT_DESTRUCTIONS).entries) {
    const seq = entry.effect && entry.subject !== null ? Number(entry.subject.slice('entry:'.length)) : -1;
    if (seq < 0 || entry.log !== lake.catalog.log({}, 1).entries[0]?.log) continue;
    const left = await Promise.all(['body.json', 'body.salt'].map((name) => lstat(join(lake.paths.entry(seq), name)).then(() => true, ifMissing(false))));
    if (left.includes(true)) await destroyClaimedBody(lake.paths, seq, lake.durable);
  }
}
