import { join } from 'node:path';
import { HmsError, instantOf, versionName } from '../contract/index.ts';
import type { DatasetId } from '../contract/index.ts';
import { INVENTORY_NAME, nextInventory, OBJECT_DECLARATION, SIDECAR_NAME, sidecarText } from '../core/index.ts';
import { acceptClock } from './datasets/index.ts';
import { bytesOf, destroyClaimedBody, inWords, newTxn, objectFolder, readHeadState, removeEmptyTuples, versionFolder, writeRootInventory } from './lake/index.ts';
import type { Claimed, ClaimedVersion } from './lake/index.ts';
import { lakeProfile, openToRead, openToWrite, removeCatalog } from './open.ts';
import type { OpenOptions, WritableLake } from './open.ts';

/** Acts of keeping a lake in order, each asked for by a person. */

/** Throws the catalog away and builds it again from the ledger; removes empty folders that a crash left in the store, where this station may write. */
export async function rebuildCatalog(options: OpenOptions): Promise<{ entries: number; datasets: number; files: number }> {
  const before = await openToRead(options);
  const { profileDurable } = before.ledger.context;
  const file = join(lakeProfile(options.profile, before.lake, before.paths.root).place, 'catalog.sqlite');
  const writable = before.readOnly === null;
  await before.close();
  await inWords('Removing the old catalog', 'The lake was not touched.', () => removeCatalog(file, profileDurable));
  const lake = writable ? await openToWrite(options) : await openToRead(options);
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
export async function destroyBody(lake: WritableLake, seq: number, authority: string, reason: string): Promise<Claimed> {
  const entry = lake.catalog.entry(seq);
  if (entry === null || entry.body === null) {
    throw new HmsError('ENTRY_UNKNOWN', `The ledger has no entry ${seq} with a body.`, { kept: 'Nothing was changed.', next: 'See the entries with: hms dta log' });
  }
  if (entry.body.state === 'destroyed') throw new HmsError('ACT_REFUSED', `The body of entry ${seq} was destroyed before.`, { kept: 'Nothing was changed.' });
  const claimed = await lake.ledger.act(lake.signer, { op: 'body.destroyed', subject: `entry:${seq}`, head: { authority, reason } });
  await inWords(`Removing the body of entry ${seq}`, 'Its destruction is in the ledger; the next opening removes what is left.', () => destroyClaimedBody(lake.paths, seq, lake.durable));
  return claimed;
}

/**
 * Gives up the newest version of a dataset, whose bytes are in neither the store nor staging: writes it anew with the state of the version before and
 * no content, and records that. Refused while the bytes are there.
 */
export async function voidVersion(lake: WritableLake, version: { readonly dataset: DatasetId; readonly version: number }, reason: string): Promise<Claimed> {
  const name = versionName(version.dataset, version.version);
  const claimed = lake.index.claimedVersion(version.dataset, version.version);
  if (claimed === null) throw new HmsError('VERSION_UNKNOWN', `There is no ${name}.`, { kept: 'Nothing was changed.' });
  if ((await versionFolder(lake.paths, claimed)) !== null) {
    throw new HmsError('ACT_REFUSED', `The bytes of ${name} are there, so it is not given up.`, { kept: 'Nothing was changed.', next: `To take it out of use: hms dta withdraw ${name} -m REASON` });
  }
  const scratch = lake.paths.transaction(newTxn(lake.clock));
  const hash = await inWords(`Writing ${name} anew`, 'Nothing was written to the ledger.', () => writeVoided(lake, claimed, scratch));
  const done = await lake.ledger.act(lake.signer, {
    op: 'version.voided',
    subject: `version:${name}`,
    head: { reason },
    outputs: [{ ref: `version:${name}`, sha256: hash }],
  });
  const replaced = lake.index.claimedVersion(version.dataset, version.version) as ClaimedVersion;
  await inWords(`Completing ${name}`, 'It is voided in the ledger.', async () => {
    await lake.durable.makeFolder(scratch);
    await writeRootInventory(lake.paths, () => Promise.resolve(replaced), lake.durable, scratch);
    await lake.durable.removeTree(scratch);
  });
  await lake.index.markPlaced(version.dataset, version.version);
  return done;
}

async function writeVoided(lake: WritableLake, claimed: ClaimedVersion, scratch: string): Promise<ClaimedVersion['hash']> {
  const { durable, paths, clock } = lake;
  const before = claimed.version === 1 ? null : lake.index.claimedVersion(claimed.dataset, claimed.version - 1);
  const folder = before === null ? null : await versionFolder(paths, before);
  if (before !== null && folder === null) {
    throw new HmsError('VERSION_LOST', `The bytes of ${versionName(before.dataset, before.version)} are lost too.`, { kept: 'Nothing was changed.', next: 'Look for both in a backup of the lake.' });
  }
  const previous = folder === null ? null : bytesOf(join(folder, INVENTORY_NAME));
  const state = folder === null ? new Map() : (await readHeadState(join(folder, INVENTORY_NAME))).state;
  const user = { name: lake.signer.name, address: `urn:hms:key:${lake.signer.id}` };
  const text = nextInventory({ previous, id: `hms:${claimed.dataset}`, version: claimed.version, created: instantOf(clock.now()), message: 'voided', user, newContent: new Map(), state });
  const object = objectFolder(paths, claimed.root, claimed.dataset);
  const staged = claimed.version === 1 ? join(scratch, 'object', 'v1') : join(scratch, 'version');
  await durable.makeFolder(staged);
  const { sha256 } = await durable.rewrite(join(staged, INVENTORY_NAME), text);
  await durable.rewrite(join(staged, SIDECAR_NAME), Buffer.from(sidecarText(sha256)));
  if (claimed.version === 1) {
    await durable.rewrite(join(scratch, 'object', OBJECT_DECLARATION.name), Buffer.from(OBJECT_DECLARATION.text));
    await durable.makeFolder(join(object, '..'));
    await durable.publishFolder(join(scratch, 'object'), object);
  } else {
    await durable.publishFolder(staged, join(object, `v${claimed.version}`));
  }
  return sha256;
}
