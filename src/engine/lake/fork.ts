import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HmsError, instantOf, LakeJson, TxnId, ZERO_HASH } from '../../contract/index.ts';
import type { By, KeyId, LakeId, Sha256, UnsignedEntry } from '../../contract/index.ts';
import { encodeEntry, entrySigningBytes, forkRefText, frontierRoot, toBase64, toHex } from '../../core/index.ts';
import type { Clock } from '../clock.ts';
import { writeBody } from './body-file.ts';
import type { TreeSource } from './checkpoint-files.ts';
import { lakeJsonText, readLakeJson } from './create-lake.ts';
import type { Durable } from './durable.ts';
import { ifMissing } from './leaf.ts';
import { lakePaths } from './paths.ts';
import type { LakePaths } from './paths.ts';
import { sha256 } from './sha.ts';
import { newTxn } from './txn.ts';

/**
 * Forking: a copy or restored backup goes on under a new lake id (docs/formats/lake.md section 16). The new ledger with its first entry and
 * the new lake.json are prepared in `staging/<txn>/fork/`; then the old ledger moves to `origins/<old id>/`, the new one to its place, and lake.json is replaced.
 */

export interface ForkSigner {
  readonly id: KeyId;
  readonly spki: Uint8Array;
  sign(bytes: Uint8Array): Uint8Array;
}

export interface ForkRequest {
  readonly lake: LakeJson;
  readonly tree: TreeSource;
  /** `at` of the last entry that counts. */
  readonly lastAt: string | null;
  readonly reason: string;
  readonly by: By;
  readonly signer: ForkSigner;
}

/** Prepares a fork in staging; nothing of the lake has changed when it returns. */
export async function prepareFork(request: ForkRequest, paths: LakePaths, durable: Durable, clock: Clock): Promise<{ txn: TxnId; lake: LakeJson }> {
  const { lake: old, signer, tree } = request;
  const txn = newTxn(clock);
  const id = clock.uuid() as LakeId;
  const now = clock.now();
  const lake = LakeJson.parse({ ...old, id, origin: `hms-dta/${id}`, created: instantOf(now) });
  const text = lakeJsonText(lake);
  const folder = join(paths.transaction(txn), 'fork');
  const entryFolder = lakePaths(folder).entry(0);
  await durable.makeFolder(entryFolder);
  const { body } = await writeBody(entryFolder, { v: 1, op: 'lake.forked', by: request.by, reason: request.reason }, [], clock.random(32), durable.stage);
  const at = request.lastAt === null ? now : Math.max(now, Date.parse(request.lastAt) + 1);
  const unsigned: UnsignedEntry = {
    v: 1,
    lake: id,
    seq: 0,
    prev: ZERO_HASH,
    at: instantOf(at),
    clock: instantOf(now),
    txn,
    actor: signer.id,
    station: signer.id,
    op: 'lake.forked',
    subject: 'lake',
    inputs: [{ ref: forkRefText({ lake: old.id, size: tree.frontier.size }), sha256: toHex(frontierRoot(sha256, tree.frontier)) as Sha256 }],
    outputs: [{ ref: 'lake.json', sha256: createHash('sha256').update(text).digest('hex') as Sha256 }],
    body,
    key: { id: signer.id, role: 'station', spki: toBase64(signer.spki) },
  };
  await durable.writeNew(join(entryFolder, 'entry.json'), encodeEntry({ ...unsigned, sig: toBase64(signer.sign(entrySigningBytes(unsigned))) }));
  const origin = join(paths.transaction(txn), 'origin');
  await durable.makeFolder(origin);
  await durable.writeNew(join(origin, 'lake.json'), await readFile(paths.lakeJson));
  // Written last: it says that the fork is whole, so that an interruption from here on can be finished.
  await durable.writeNew(join(folder, 'lake.json'), Buffer.from(text));
  return { txn, lake };
}

/**
 * Does what is left of a prepared fork; each step is skipped where it is done, so it may be called again after an interruption. Refuses, with the old ledger
 * back in its place, where an entry was claimed after the fork was prepared: `size` is where the fork leaves the old ledger, null where that was checked.
 */
export async function completeFork(txn: TxnId, size: number | null, paths: LakePaths, durable: Durable): Promise<LakeJson> {
  const staged = lakePaths(join(paths.transaction(txn), 'fork'));
  const staging = join(paths.transaction(txn), 'origin');
  const { lake } = await readLakeJson(staged);
  const ledger = dirname(paths.entries);
  if (await isThere(dirname(staged.entries))) {
    if ((await isThere(staging)) && !(await isThere(join(staging, 'ledger')))) await moveLedger(ledger, join(staging, 'ledger'), staging, size, durable);
    if (await isThere(staging)) {
      const { lake: old } = await readLakeJson(lakePaths(staging));
      await durable.makeFolder(paths.origins);
      await durable.publishFolder(staging, paths.origin(old.id));
    }
    await durable.publishFolder(dirname(staged.entries), ledger);
  }
  await durable.replaceDerived(paths.lakeJson, () => Buffer.from(lakeJsonText(lake)), paths.transaction(txn));
  await durable.removeTree(paths.transaction(txn));
  return lake;
}

async function moveLedger(ledger: string, moved: string, staging: string, size: number | null, durable: Durable): Promise<void> {
  await durable.publishFolder(ledger, moved);
  if (size === null || !(await isThere(lakePaths(staging).entry(size)))) return;
  await durable.publishFolder(moved, ledger);
  throw new HmsError('LAKE_FORKED', 'Another program wrote to the lake while it was being forked.', {
    kept: 'Nothing was changed.',
    next: 'Close the other programs that use this lake, then run the command again.',
  });
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(() => true, ifMissing(false));
}

/**
 * The transaction of a fork that was interrupted after the old ledger began to move; null where there is none. One that was only prepared is no more than a
 * folder in staging.
 */
export async function interruptedFork(paths: LakePaths): Promise<TxnId | null> {
  for (const name of await readdir(paths.staging).catch(ifMissing([]))) {
    const txn = TxnId.safeParse(name);
    if (!txn.success) continue;
    const staged = lakePaths(join(paths.transaction(txn.data), 'fork'));
    if (!(await isThere(staged.lakeJson))) continue;
    if (!(await isThere(dirname(paths.entries))) || !(await isThere(dirname(staged.entries)))) return txn.data;
  }
  return null;
}

/** What opening a lake says while a fork of it is half done. */
export function forkInterrupted(): HmsError {
  return new HmsError('LEDGER_DAMAGED', 'A fork of this lake was begun and interrupted.', {
    kept: 'Nothing is lost: both ledgers are there.',
    next: 'Finish it with: hms dta lake fork -m REASON',
  });
}
