import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { HmsError } from '../contract/index.ts';
import type { DropId, LogicalPath, ProgramId, Sha256, TxnId } from '../contract/index.ts';
import { takeStationLock } from './catalog/index.ts';
import type { StationLock } from './catalog/index.ts';
import { ifMissing, inWords, lost, placeVersion, taggedTxn } from './lake/index.ts';
import type { Act, ActClaim, Claimed } from './lake/index.ts';
import { lakeProfile } from './open.ts';
import type { ReadableLake, WritableLake } from './open.ts';
import { nameOfDrop, stageDrop } from './raw/index.ts';
import type { StagedDrop } from './raw/index.ts';

/** Raw drops on their way into the lake: staged side by side, and claimed together, so that all that wait share the flushes of the disk and one checkpoint (docs/formats/lake.md section 11). */

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
}

/** One that is to be claimed; `first`: the drop that has its bytes. */
interface Claiming {
  readonly item: Waiting;
  readonly first: { readonly rawId: number; readonly id: DropId; readonly hash: Sha256 } | null;
  readonly claim: ActClaim;
}

interface Entered {
  readonly item: Waiting;
  readonly received: Received;
}

interface Placing extends Entered {
  readonly claimed: Claimed;
}

/** Name of a data contract. Throws NAME_INVALID for what can be none. */
export function contractOf(text: string): string {
  if (/^[a-z][a-z0-9_]{0,62}$/.test(text)) return text;
  throw new HmsError('NAME_INVALID', `"${text}" cannot be the name of a contract: it must be lower-case letters, digits and underscores.`, { kept: 'Nothing was changed.' });
}

const KEPT = 'Nothing was kept of it.';
const LOCKS = 'receiving-';
/** Entered with one checkpoint. */
const MOST_TOGETHER = 256;
/** What is just being written is waited for this long, ms. */
const GATHER_MS = 5;

/** Receives raw drops into one lake that is open for writing. `close` it before the lake. */
export class Receiving {
  readonly #lake: WritableLake;
  readonly #tag: string;
  readonly #lock: StationLock | null;
  readonly #file: string;
  #waiting: Waiting[] = [];
  /** Files that are being written to staging. */
  #staging = 0;
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
  async stage(sent: string, content: AsyncIterable<Uint8Array>): Promise<StagedDrop> {
    const { paths, durable, clock, signer } = this.#lake;
    const name = nameOfDrop(sent);
    const user = { name: signer.name, address: `urn:hms:key:${signer.id}` };
    this.#staging += 1;
    try {
      return await inWords(`Receiving "${name}"`, KEPT, () => stageDrop({ paths, durable, clock, user }, taggedTxn(clock, this.#tag), name, content));
    } finally {
      this.#staging -= 1;
    }
  }

  /** Enters a staged drop into the ledger. Resolves when entry and object are in their places; bytes that the program sent before are not kept twice. */
  enter(order: DropOrder, staged: StagedDrop): Promise<Received> {
    return new Promise((done, failed) => {
      this.#waiting.push({ order, staged, done, failed });
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
    // Those of one form are told one after the other.
    await setImmediate();
    while (this.#waiting.length > 0) {
      // Those that are just being written come along: a flush for two costs what one costs.
      if (this.#staging > 0) await this.#lake.clock.sleep(GATHER_MS);
      const batch = this.#waiting.slice(0, MOST_TOGETHER);
      this.#waiting = this.#waiting.slice(MOST_TOGETHER);
      await this.#enterAll(batch);
    }
  }

  async #enterAll(batch: readonly Waiting[]): Promise<void> {
    try {
      const entered = await this.#claimAll(batch);
      if (entered.length === 0) return;
      await inWords('Completing the ledger', 'The act is in the ledger.', () => this.#finish(entered.map(({ item }) => item.staged.txn)));
      for (const { item, received } of entered) item.done(received);
    } catch (error) {
      // Those that were told before hear no more of it.
      for (const item of batch) item.failed(error);
    }
  }

  /** Enters what waits, and puts it in place. Those that this does not succeed with are told so. */
  async #claimAll(batch: readonly Waiting[]): Promise<readonly Entered[]> {
    const placing: Placing[] = [];
    for (let left = batch; left.length > 0; ) {
      const round = this.#lake.index.look(() => this.#round(left));
      const ends = await this.#lake.ledger.claimTogether(this.#lake.signer, round.map(({ claim }) => claim));
      const again = new Set<Waiting>(left.filter((item) => !round.some((one) => one.item === item)));
      for (const [i, { item, first }] of round.entries()) {
        const end = ends[i];
        if (end?.is === 'claimed') {
          const { id, name } = item.staged;
          if (first === null) placing.push({ item, claimed: end.claimed, received: { rawId: end.claimed.seq, drop: id, name, duplicate: false } });
          else placing.push({ item, claimed: end.claimed, received: { rawId: first.rawId, drop: first.id, name, duplicate: true } });
        } else if (end?.is === 'failed') {
          // Where it is not known whether the entry was written, the bytes stay too.
          if (end.error instanceof HmsError && end.error.facts['outcome'] !== 'unknown') await this.forget(item.staged);
          item.failed(end.error);
        } else again.add(item);
      }
      left = left.filter((item) => again.has(item));
    }
    return placing.length === 0 ? [] : this.#placeAll(placing);
  }

  /** Those of the waiting that can be claimed together: of several with the same bytes for one program, the first. */
  #round(waiting: readonly Waiting[]): readonly Claiming[] {
    const { catalog, index } = this.#lake;
    const met = new Set<string>();
    return waiting.flatMap((item): Claiming[] => {
      const { order: { program, sender, contract }, staged: { txn, id, name, media, size, sha256, hash, unflushed } } = item;
      const key = `${program} ${sha256}`;
      if (met.has(key)) return [];
      met.add(key);
      const named = contract === null ? {} : { contract };
      const found = catalog.sameDrop(program, sha256);
      const first = found === null || found.rawId === null ? null : { rawId: found.rawId, id: found.id, hash: found.hash };
      if (first === null) {
        const act: Act<'raw.received'> = {
          op: 'raw.received',
          subject: `raw:${id}`,
          head: { program, media, sender, ...named },
          lines: [{ do: 'add', path: name, sha256, size, mtime: null }],
          outputs: [{ ref: `raw:${id}`, sha256: hash }],
        };
        return [{ item, first, claim: { txn, act, unflushed, stillHolds: () => catalog.sameDrop(program, sha256) === null } }];
      }
      const act: Act<'raw.repeated'> = { op: 'raw.repeated', subject: `raw:${first.id}`, head: { program, name, sender, ...named }, inputs: [{ ref: `raw:${first.id}`, sha256: first.hash }] };
      // Of what was staged for it, nothing is kept. The body of the first may be destroyed at this moment.
      return [{ item, first, claim: { txn, act, unflushed: { files: [], folders: [] }, stillHolds: () => index.view.hasDrop(first.id) } }];
    });
  }

  /** Those whose objects are in their places, durably, or that need none; the others are told. */
  async #placeAll(placing: readonly Placing[]): Promise<readonly Entered[]> {
    const { ledger, index, paths, durable } = this.#lake;
    const placed: Placing[] = [];
    const later = durable.place.kind === 'journaled' ? new Set<string>() : null;
    const words = <T>(step: () => Promise<T>): Promise<T> => inWords('Putting the drop in place', 'The drop is in the ledger; the next command finishes the rest.', step);
    await words(() => ledger.catchUp());
    const versions = index.look(() => placing.map(({ received }) => (received.duplicate ? null : index.claimedDrop(received.drop))));
    for (const [i, one] of placing.entries()) {
      const { item, claimed, received } = one;
      try {
        await words(async () => {
          ledger.refuseWithoutEffect(claimed);
          if (received.duplicate) return;
          const version = versions[i] ?? null;
          if (version === null) throw new Error(`The index has no drop ${received.drop}.`);
          if ((await placeVersion(paths, version, durable, later)) === 'lost') throw lost(version);
        });
        placed.push(one);
      } catch (error) {
        item.failed(error);
      }
    }
    await words(async () => {
      if (later !== null) await durable.flush([], () => [...later], paths.root);
      await index.markDropsPlaced(placed.filter(({ received }) => !received.duplicate).map(({ received }) => received.drop));
    });
    return placed;
  }

  /** One checkpoint for the batch, then what was staged goes. */
  async #finish(txns: readonly TxnId[]): Promise<void> {
    const { ledger, signer, paths, durable } = this.#lake;
    await ledger.catchUp();
    await ledger.writeCheckpoint(signer, paths.transaction(txns[0] as TxnId));
    await durable.removeTrees(txns.map((txn) => paths.transaction(txn)));
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
