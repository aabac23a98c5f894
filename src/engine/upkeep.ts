import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { HmsError, instantOf, versionName } from '../contract/index.ts';
import { fits, INVENTORY_NAME, nextInventory, OBJECT_DECLARATION, SIDECAR_NAME, sidecarText } from '../core/index.ts';
import { acceptClock } from './datasets/index.ts';
import type { VersionName } from './datasets/index.ts';
import { bytesOf, destroyClaimedBody, ifMissing, inWords, isOccupied, newTxn, readHeadState, removeEmptyTuples, settle, versionFolder } from './lake/index.ts';
import type { Claimed, ClaimedVersion } from './lake/index.ts';
import { forgetCatalog, openToRead, openToWrite } from './open.ts';
import type { OpenOptions, WritableLake } from './open.ts';

/** Acts of keeping a lake in order, each asked for by a person. */

/** Throws the catalog away and builds it again from the ledger; removes empty folders that a crash left in the store, where this station may write. */
export async function rebuildCatalog(options: OpenOptions): Promise<{ entries: number; datasets: number; files: number }> {
  await forgetCatalog(options);
  const first = await openToRead(options);
  const writable = first.readOnly === null;
  if (writable) await first.close();
  const lake = writable ? await openToWrite(options) : first;
  try {
    if (writable) for (const root of ['store', 'raw'] as const) await inWords('Removing empty folders', 'The catalog is built.', () => removeEmptyTuples(lake.paths, root, lake.durable));
    const { entries, datasets, files } = lake.catalog.totals();
    return { entries, datasets, files };
  } finally {
    await lake.close();
  }
}

/** Accepts the difference between this computer's clock and the file server's, as it is now. */
export async function acceptClockNow(lake: WritableLake, reason: string): Promise<{ offset: number }> {
  const scratch = lake.paths.transaction(newTxn(lake.clock));
  const server = await inWords('Asking the file server for its time', 'Nothing was changed.', async () => {
    await lake.durable.makeFolder(scratch);
    const written = await lake.durable.writeNew(join(scratch, 'clock'), Buffer.from('clock\n'));
    await lake.durable.removeTree(scratch);
    return written.modified;
  });
  const offset = lake.clock.now() - server;
  await acceptClock(lake, reason, instantOf(server), offset);
  return { offset: Math.round(offset) };
}

/**
 * Destroys the body of an entry under an authority: claims `body.destroyed` first, then removes the two files. Chain, tree and proofs stay good.
 * ENTRY_UNKNOWN where there is no such body.
 */
export async function destroyBody(lake: WritableLake, seq: number, authority: string, reason: string): Promise<{ readonly seq: number }> {
  const entry = lake.catalog.entry(seq);
  if (entry === null || entry.body === null) {
    throw new HmsError('ENTRY_UNKNOWN', `The ledger has no entry ${seq} with a body.`, { kept: 'Nothing was changed.', next: 'See the entries with: hms dta log' });
  }
  if (entry.body.state === 'destroyed') {
    const left = await Promise.all(['body.json', 'body.salt'].map((name) => lstat(join(lake.paths.entry(seq), name)).then(() => true, ifMissing(false))));
    if (!left.includes(true) || entry.destroyed === null) throw new HmsError('ACT_REFUSED', `The body of entry ${seq} was destroyed before.`, { kept: 'Nothing was changed.' });
    // An earlier command was stopped between the claim and the removal.
    await finishDestruction(lake, seq);
    return { seq: entry.destroyed.seq };
  }
  const claimed = await lake.ledger.act(lake.signer, { op: 'body.destroyed', subject: `entry:${seq}`, head: { authority, reason } });
  await finishDestruction(lake, seq);
  return claimed;
}

function finishDestruction(lake: WritableLake, seq: number): Promise<void> {
  return inWords(`Removing the body of entry ${seq}`, 'Its destruction is in the ledger; the next opening removes what is left.', () => destroyClaimedBody(lake.paths, seq, lake.durable));
}

/**
 * Gives up the newest version of a dataset, whose bytes are in neither the store nor staging: writes it anew with the state of the version before and
 * no content, and records that. Refused while the bytes are there.
 */
export async function voidVersion(lake: WritableLake, version: VersionName, reason: string): Promise<Claimed> {
  const name = versionName(version.dataset, version.version);
  await inWords('Reading the ledger', 'Nothing was changed.', () => lake.refresh());
  const claimed = lake.index.claimedVersion(version.dataset, version.version);
  if (claimed === null) throw new HmsError('VERSION_UNKNOWN', `There is no ${name}.`, { kept: 'Nothing was changed.' });
  await refuseVoiding(lake, claimed, name);
  const staging = lake.paths.transaction(claimed.txn);
  const hash = await inWords(`Writing ${name} anew`, 'Nothing was written to the ledger.', () => stageVoided(lake, claimed, staging));
  const done = await lake.ledger.act(lake.signer, {
    op: 'version.voided',
    subject: `version:${name}`,
    head: { reason },
    outputs: [{ ref: `version:${name}`, sha256: hash }],
  });
  await inWords(`Completing ${name}`, 'It is voided in the ledger; the next command finishes the rest.', async () => {
    await settle(lake.ledger, lake.index.claimedVersion(version.dataset, version.version) ?? claimed, staging);
    await lake.durable.removeTree(staging);
  });
  return done;
}

async function refuseVoiding(lake: WritableLake, claimed: ClaimedVersion, name: string): Promise<void> {
  const refuse = (why: string, next: string): never => {
    throw new HmsError('ACT_REFUSED', why, { kept: 'Nothing was changed.', next });
  };
  if ((await versionFolder(lake.paths, claimed)) !== null) refuse(`The bytes of ${name} are there, so it is not given up.`, `To take it out of use: hms dta withdraw ${name} -m REASON`);
  const misfit = fits('version.voided', `version:${name}`, null, lake.catalog.view);
  if (misfit !== null) refuse(misfit, `See its versions with: hms dta show ${claimed.dataset}`);
  if (await isOccupied(lake.paths, claimed.root, claimed.dataset, claimed.version)) {
    refuse(`Something that is not ${name} stands in its place in the store.`, 'Move it out of the lake (`hms dta verify` names it), then run the command again.');
  }
}

/** Stages the empty successor where the lost version's own bytes would be, so that whoever opens the lake next can put it in place. */
async function stageVoided(lake: WritableLake, claimed: ClaimedVersion, staging: string): Promise<ClaimedVersion['hash']> {
  const { durable, paths, clock } = lake;
  const before = claimed.version === 1 ? null : lake.index.claimedVersion(claimed.dataset, claimed.version - 1);
  const folder = before === null ? null : await versionFolder(paths, before);
  if (before !== null && folder === null) {
    throw new HmsError('VERSION_LOST', `The bytes of ${versionName(before.dataset, before.version)} are lost too.`, { kept: 'Nothing was changed.', next: 'Look for both in a backup of the lake.' });
  }
  const previous = folder === null ? null : bytesOf(join(folder, INVENTORY_NAME));
  const state = before === null || folder === null ? new Map() : (await readHeadState(join(folder, INVENTORY_NAME), before.hash)).state;
  const user = { name: lake.signer.name, address: `urn:hms:key:${lake.signer.id}` };
  const text = nextInventory({ previous, id: `hms:${claimed.dataset}`, version: claimed.version, created: instantOf(clock.now()), message: 'voided', user, newContent: new Map(), state });
  const staged = claimed.version === 1 ? join(staging, 'object', 'v1') : join(staging, 'version');
  await durable.makeFolder(staged);
  const { sha256 } = await durable.rewrite(join(staged, INVENTORY_NAME), text);
  await durable.rewrite(join(staged, SIDECAR_NAME), Buffer.from(sidecarText(sha256)));
  if (claimed.version === 1) await durable.rewrite(join(staging, 'object', OBJECT_DECLARATION.name), Buffer.from(OBJECT_DECLARATION.text));
  return sha256;
}
