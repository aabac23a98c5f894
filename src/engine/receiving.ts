import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { dropName, HmsError } from '../contract/index.ts';
import type { DropId, LogicalPath, ProgramId, TxnId } from '../contract/index.ts';
import { takeStationLock } from './catalog/index.ts';
import type { StationLock } from './catalog/index.ts';
import { ifMissing, inWords, lost, placeVersion, taggedTxn } from './lake/index.ts';
import type { Claimed } from './lake/index.ts';
import { lakeProfile } from './open.ts';
import type { ReadableLake, WritableLake } from './open.ts';
import { nameOfDrop, stageDrop } from './raw/index.ts';
import type { StagedDrop } from './raw/index.ts';

/** Raw drops on their way into the lake: staged side by side, claimed one after the other, with one checkpoint for all that wait (docs/formats/lake.md section 11.1). */

export interface DropOrder {
  readonly program: ProgramId;
  /** Who sends it, in words: name of a token, or of a system account. */
  readonly sender: string;
  readonly contract: string | null;
}

export interface Received {
  /** Of the drop that holds the bytes: where they were there before, of the first. */
  readonly rawId: number;
  readonly drop: DropId;
  readonly name: LogicalPath;
  readonly duplicate: boolean;
}

interface Waiting {
  readonly order: DropOrder;
  readonly staged: StagedDrop;
  readonly done: (received: Received) => void;
  readonly failed: (error: unknown) => void;
  /** An entry names what is staged: it is put in place by whoever comes next, and never removed before. */
  isClaimed: boolean;
}

/** Name of a data contract. Throws NAME_INVALID for what can be none. */
export function contractOf(text: string): string {
  if (/^[a-z][a-z0-9_]{0,62}$/.test(text)) return text;
  throw new HmsError('NAME_INVALID', `"${text}" cannot be the name of a contract: it must be lower-case letters, digits and underscores.`, { kept: 'Nothing was changed.' });
}

const KEPT = 'Nothing was kept of it.';
const LOCKS = 'receiving-';

/** Receives raw drops into one lake that is open for writing. `close` it before the lake. */
export class Receiving {
  readonly #lake: WritableLake;
  readonly #tag: string;
  readonly #lock: StationLock | null;
  readonly #file: string;
  #waiting: Waiting[] = [];
  #work: Promise<void> | null = null;

  private constructor(lake: WritableLake, tag: string, file: string, lock: StationLock | null) {
    this.#lake = lake;
    this.#tag = tag;
    this.#file = file;
    this.#lock = lock;
  }

  /** Every staging folder of it ends with a number of its own, so that what a killed program leaves can be told from what is under way. */
  static async begin(lake: WritableLake): Promise<Receiving> {
    const tag = Buffer.from(lake.clock.random(6)).toString('hex');
    const folder = locksOf(lake);
    await inWords('Keeping a note in the profile', 'Nothing was changed.', () => lake.ledger.context.profileDurable.makeFolder(folder));
    const file = join(folder, `${LOCKS}${tag}`);
    return new Receiving(lake, tag, file, takeStationLock(file, 'exclusive'));
  }

  /** Stages one file. Its name is what the sender calls it. Nothing is left of one whose content breaks off. */
  stage(sent: string, content: AsyncIterable<Uint8Array>): Promise<StagedDrop> {
    const { paths, durable, clock, signer } = this.#lake;
    const name = nameOfDrop(sent);
    const user = { name: signer.name, address: `urn:hms:key:${signer.id}` };
    return inWords(`Receiving "${name}"`, KEPT, () => stageDrop({ paths, durable, clock, user }, taggedTxn(clock, this.#tag), name, content));
  }

  /** Enters a staged drop into the ledger. Resolves when entry and object are in their places; bytes that the program sent before are not kept twice. */
  enter(order: DropOrder, staged: StagedDrop): Promise<Received> {
    return new Promise((done, failed) => {
      this.#waiting.push({ order, staged, done, failed, isClaimed: false });
      this.#work ??= this.#drain().finally(() => (this.#work = null));
    });
  }

  /** Forgets a staged drop that is not to be entered. */
  async forget({ txn }: StagedDrop): Promise<void> {
    await this.#lake.durable.removeTree(this.#lake.paths.transaction(txn)).catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#work;
    this.#lock?.release();
    const { profileDurable } = this.#lake.ledger.context;
    for (const name of [this.#file, `${this.#file}-journal`]) await profileDurable.removeFile(name).catch(() => undefined);
  }

  /** All that waits at a time is one batch: more may come while it is written. */
  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#enterAll(batch);
    }
  }

  async #enterAll(batch: readonly Waiting[]): Promise<void> {
    const claimed: { readonly item: Waiting; readonly received: Received }[] = [];
    for (const item of batch) {
      try {
        claimed.push({ item, received: await this.#claim(item) });
      } catch (error) {
        // Where it is not known whether the entry was written, the bytes stay too.
        if (!item.isClaimed && error instanceof HmsError && error.facts['outcome'] !== 'unknown') await this.forget(item.staged);
        item.failed(error);
      }
    }
    if (claimed.length === 0) return;
    try {
      await inWords('Completing the ledger', 'The act is in the ledger.', () => this.#finish(claimed.map(({ item }) => item.staged.txn)));
      for (const { item, received } of claimed) item.done(received);
    } catch (error) {
      for (const { item } of claimed) item.failed(error);
    }
  }

  async #claim(item: Waiting): Promise<Received> {
    const { order, staged } = item;
    const { ledger, catalog, signer, index } = this.#lake;
    const { program, sender, contract } = order;
    const { txn, id, name, media, size, sha256, hash } = staged;
    const named = contract === null ? {} : { contract };
    const isNew = (): boolean => catalog.sameDrop(program, sha256) === null;
    for (;;) {
      const claimed = await ledger.claimWith(
        signer,
        txn,
        {
          op: 'raw.received',
          subject: `raw:${id}`,
          head: { program, media, sender, ...named },
          lines: [{ do: 'add', path: name, sha256, size, mtime: null }],
          outputs: [{ ref: `raw:${id}`, sha256: hash }],
        },
        isNew,
      );
      if (claimed !== null) {
        item.isClaimed = true;
        await this.#place(claimed, id);
        return { rawId: claimed.seq, drop: id, name, duplicate: false };
      }
      const first = catalog.sameDrop(program, sha256);
      const rawId = first?.rawId ?? null;
      // Its body may be destroyed at this moment.
      if (first === null || rawId === null) continue;
      const repeated = await ledger.claimWith(
        signer,
        txn,
        { op: 'raw.repeated', subject: `raw:${first.id}`, head: { program, name, sender, ...named }, inputs: [{ ref: `raw:${first.id}`, sha256: first.hash }] },
        () => index.view.hasDrop(first.id),
      );
      if (repeated === null) continue;
      item.isClaimed = true;
      await ledger.catchUp();
      ledger.refuseWithoutEffect(repeated);
      return { rawId, drop: first.id, name, duplicate: true };
    }
  }

  async #place(claimed: Claimed, id: DropId): Promise<void> {
    const { ledger, index, paths, durable } = this.#lake;
    await inWords('Putting the drop in place', 'The drop is in the ledger; the next command finishes the rest.', async () => {
      await ledger.catchUp();
      ledger.refuseWithoutEffect(claimed);
      const version = index.claimedDrop(id);
      if (version === null) throw new Error(`The index has no drop ${id}.`);
      if ((await placeVersion(paths, version, durable)) === 'lost') throw lost(version);
      await index.markPlaced(dropName(id), 1);
    });
  }

  /** One checkpoint for the batch, then what was staged goes. */
  async #finish(txns: readonly TxnId[]): Promise<void> {
    const { ledger, signer, paths, durable, clock } = this.#lake;
    const scratch = paths.transaction(taggedTxn(clock, this.#tag));
    await durable.makeFolder(scratch, paths.root);
    await ledger.catchUp();
    await ledger.writeCheckpoint(signer, scratch);
    for (const txn of txns) await durable.removeTree(paths.transaction(txn));
    await durable.removeTree(scratch);
  }
}

function locksOf(lake: ReadableLake): string {
  return join(lakeProfile(lake.profile, lake.lake, lake.paths.root).place, 'locks');
}

/**
 * Removes what programs of this station that were killed while they received drops have left in staging, unless an entry names it and it is not in its place yet. Whoever
 * holds the lock of a number is at work with it.
 */
export async function tidyReceived(lake: WritableLake): Promise<void> {
  const { paths, durable, index } = lake;
  const { profileDurable } = lake.ledger.context;
  const locks = locksOf(lake);
  const names = (await readdir(locks).catch(ifMissing([] as string[]))).filter((name) => /^receiving-[0-9a-f]{12}$/.test(name));
  let staging: string[] | null = null;
  for (const name of names) {
    const lock = takeStationLock(join(locks, name), 'exclusive');
    if (lock === null) continue;
    try {
      staging ??= await readdir(paths.staging);
      const unplaced = new Set<string>(index.unplaced().map(({ txn }) => txn));
      const left = staging.filter((txn) => txn.endsWith(name.slice(LOCKS.length)));
      for (const txn of left.filter((one) => !unplaced.has(one))) await durable.removeTree(paths.transaction(txn as TxnId));
      if (left.some((one) => unplaced.has(one))) continue;
    } finally {
      lock.release();
    }
    for (const file of [name, `${name}-journal`]) await profileDurable.removeFile(join(locks, file));
  }
}
