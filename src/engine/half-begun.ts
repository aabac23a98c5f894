import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TxnId } from '../contract/index.ts';
import { ifMissing, listDrafts } from './lake/index.ts';
import type { WritableLake } from './open.ts';

/**
 * Notes in the profile which draft is begun next, and removes the folder of the one noted before where its beginning was interrupted: until its draft.json
 * is whole, nothing in it says whose it is. Only for who holds the lock for beginning this draft: then nobody is at work in that folder.
 */
export async function noteBeginning(lake: WritableLake, note: string, txn: TxnId): Promise<void> {
  const before = TxnId.safeParse(await readFile(note, 'utf8').catch(ifMissing('')));
  if (before.success && (await isHalfBegun(lake, before.data))) await lake.durable.removeTree(lake.paths.transaction(before.data));
  await lake.ledger.context.profileDurable.rewrite(note, Buffer.from(txn));
}

/** It is no draft yet, nothing was put into it, and no entry names it. */
async function isHalfBegun({ paths, catalog }: WritableLake, txn: TxnId): Promise<boolean> {
  if (catalog.view.txnSeen(txn) || (await listDrafts(paths)).some((draft) => draft.txn === txn)) return false;
  const folder = paths.transaction(txn);
  const put = await Promise.all(['journal', join('version', 'content')].map((name) => readdir(join(folder, name)).catch(ifMissing([]))));
  return put.every((names) => names.length === 0);
}
