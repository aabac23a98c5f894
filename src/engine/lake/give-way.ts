import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { TxnId } from '../../contract/index.ts';
import type { DatasetId } from '../../contract/index.ts';
import type { Clock } from '../clock.ts';
import { readDraft } from './draft.ts';
import { ifMissing } from './leaf.ts';
import type { LakePaths } from './paths.ts';
import type { Place } from './place.ts';
import { noteSilence } from './silence.ts';

/**
 * Who commits version after version of one dataset over a share would leave another workstation no gap to commit in: who lost a race has to prepare anew, and that takes
 * longer than to win the next one. So the winner looks, before it commits to that dataset again, whether somebody is about to, and lets that one through.
 */

/** For so long after a commit of the own the next one of the same dataset is taken for one of a row, ms. */
const IN_A_ROW_MS = 60_000;
/** Who does not come through within this time may have been switched off, ms. */
const MOST_MS = 10_000;
/** A claim that was left so long before the own draft was worked on is nobody's any more, by the server's clock, ms. */
const LEFT_MS = 60_000;
const LOOK_EVERY_MS = 100;

export interface GiveWayContext {
  readonly paths: LakePaths;
  readonly place: Place;
  readonly clock: Clock;
  /** Number of the dataset's newest version, after the ledger was read to its end. */
  newest(): Promise<number>;
}

export class Turns {
  /** When this program last committed to a dataset, by the clock that never goes back. */
  readonly #committed = new Map<DatasetId, number>();
  /** Datasets of the drafts of others; that of a draft never changes. */
  readonly #drafts = new Map<string, DatasetId>();
  /** Claims that were waited for in vain. */
  readonly #stale = new Set<string>();

  committed(dataset: DatasetId, clock: Clock): void {
    this.#committed.set(dataset, clock.monotonic());
  }

  /** Waits while somebody else is at the claim of a version of this dataset, if this program committed to it just now. `own`: the folder of the own draft. */
  async giveWay(context: GiveWayContext, dataset: DatasetId, own: TxnId): Promise<void> {
    const { place, clock } = context;
    const last = this.#committed.get(dataset);
    if (place.kind !== 'share' || last === undefined || clock.monotonic() - last > IN_A_ROW_MS) return;
    let waiting = await this.#claims(context, dataset, own);
    if (waiting.length === 0) return;
    const before = await context.newest();
    for (const until = clock.monotonic() + MOST_MS; waiting.length > 0; waiting = await this.#claims(context, dataset, own)) {
      if (clock.monotonic() >= until) {
        for (const claim of waiting) this.#stale.add(claim);
        return;
      }
      await clock.sleep(LOOK_EVERY_MS);
      if ((await context.newest()) > before) return;
    }
  }

  /** The claims that others prepare for this dataset: each by its folder and the time of its last attempt, so that one that is tried anew later is another. */
  async #claims({ paths, place, clock }: GiveWayContext, dataset: DatasetId, own: TxnId): Promise<string[]> {
    const names = (await noteSilence(place, clock, () => readdir(paths.staging))).filter((name): name is TxnId => name !== own && TxnId.safeParse(name).success);
    for (const name of this.#drafts.keys()) if (!names.includes(name as TxnId)) this.#drafts.delete(name);
    const changed = async (folder: string): Promise<number | null> => lstat(folder).then(({ mtimeMs }) => mtimeMs, ifMissing(null));
    const found = await Promise.all(
      names.map(async (name) => {
        const drafted = this.#drafts.get(name) ?? (await readDraft(paths, name))?.dataset;
        if (drafted !== undefined) this.#drafts.set(name, drafted);
        const at = drafted === dataset ? await changed(join(paths.transaction(name), 'claim', 'body.salt')) : null;
        return at === null || this.#stale.has(`${name} ${at}`) ? [] : [{ name, at }];
      }),
    );
    const claims = found.flat();
    const now = claims.length === 0 ? null : await changed(paths.transaction(own));
    return claims.filter(({ at }) => now === null || at > now - LEFT_MS).map(({ name, at }) => `${name} ${at}`);
  }
}
