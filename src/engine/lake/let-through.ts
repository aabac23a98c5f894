import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { TxnId } from '../../contract/index.ts';
import type { Clock } from '../clock.ts';
import { ifMissing } from './leaf.ts';
import { withNear } from './near.ts';
import type { LakePaths } from './paths.ts';
import type { Place } from './place.ts';
import { noteSilence } from './silence.ts';

/**
 * Who acts again and again over a share would keep another workstation out: that one reads what came, which takes it some round trips an entry, and finds when it claims that more has
 * come. So who acts in a row looks now and then whether somebody tries for long already, and lets that one through.
 */

/** Acts between two looks. */
const LOOK_EVERY = 8;
/** A longer pause between two acts gives others the time that they need, ms. */
const IN_A_ROW_MS = 5_000;
/** Who tries for less than this needs no help, ms. */
const TRIES_FOR_MS = 3_000;
/** A claim whose words are older than this was left, ms: its program ended, or waits for a person. */
const LEFT_MS = 120_000;
/** Who does not come through within this time may have been switched off, ms. */
const MOST_MS = 10_000;
const ASK_EVERY_MS = 100;

export class LetThrough {
  #acts = 0;
  #last = Number.NEGATIVE_INFINITY;
  /** The file server's time, ms, and when it was that. */
  #server: { readonly time: number; readonly at: number } | null = null;
  /** Claims that were waited for in vain. */
  readonly #stale = new Set<string>();

  /** The file server's time just now, ms, as the newest own file has it: the clocks of workstations may differ by minutes. */
  noteServerTime(time: number, clock: Clock): void {
    this.#server = { time, at: clock.monotonic() };
  }

  /**
   * Before an act. Waits, at each eighth of a row, while a claim is in staging that somebody has been trying to make for more than three seconds; ten seconds at most, and once for each.
   * `notDone`: those of some transactions that are not in the ledger as far as this program read it. Of the others only the tidying is left, as of the acts of this row: some seconds of them lie there, and each look would be a round trip.
   */
  async before({ paths, place, clock, notDone }: { readonly paths: LakePaths; readonly place: Place; readonly clock: Clock; notDone(txns: readonly TxnId[]): readonly TxnId[] }): Promise<void> {
    if (place.kind !== 'share') return;
    const now = clock.monotonic();
    this.#acts = now - this.#last > IN_A_ROW_MS ? 1 : this.#acts + 1;
    this.#last = now;
    if (this.#server === null || this.#acts % LOOK_EVERY !== 0) return;
    const tried = this.#server.time + (now - this.#server.at) - TRIES_FOR_MS;
    await noteSilence(place, clock, () =>
      withNear(paths.staging, place, clock, async (staging) => {
        let waiting = await this.#claims(staging, tried, notDone);
        for (const until = clock.monotonic() + MOST_MS; waiting.length > 0 && clock.monotonic() < until; ) {
          await clock.sleep(ASK_EVERY_MS);
          waiting = (await Promise.all(waiting.map((claim) => isStill(staging, claim)))).flat();
        }
        for (const { name, at } of waiting) this.#stale.add(`${name} ${at}`);
      }),
    );
    // The wait is no pause of this program's own.
    this.#last = clock.monotonic();
  }

  /** The claims whose words were written before `tried`, and not so long before that they were left. */
  async #claims(staging: string, tried: number, notDone: (txns: readonly TxnId[]) => readonly TxnId[]): Promise<Claim[]> {
    const txns = (await readdir(staging)).flatMap((name) => TxnId.safeParse(name).data ?? []);
    const names: readonly string[] = notDone(txns);
    const found = await Promise.all(names.map(async (name) => ({ name, at: await writtenAt(staging, name) })));
    return found.filter((claim): claim is Claim => claim.at !== null && claim.at < tried && claim.at > tried - LEFT_MS && !this.#stale.has(`${claim.name} ${claim.at}`));
  }
}

interface Claim {
  readonly name: string;
  readonly at: number;
}

/** When the salt of a claim was written, which is once for each act, however often its entry is tried; null where no claim is there (any more). */
function writtenAt(staging: string, name: string): Promise<number | null> {
  return lstat(join(staging, name, 'claim', 'body.salt')).then(({ mtimeMs }) => mtimeMs, ifMissing(null));
}

async function isStill(staging: string, claim: Claim): Promise<Claim[]> {
  return (await writtenAt(staging, claim.name)) === claim.at ? [claim] : [];
}
