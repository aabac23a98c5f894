import { lstat, readdir } from 'node:fs/promises';
import { HmsError, instantOf } from '../../contract/index.ts';
import type { By, Instant, KeyId } from '../../contract/index.ts';
import { Access } from '../access.ts';
import type { ReadableLake } from '../access.ts';
import type { Clock } from '../clock.ts';
import { knownAt, noteKnown } from '../known-lake.ts';
import type { KnownLakeFile } from '../known-lake.ts';
import { lakePaths } from '../lake/index.ts';
import type { Disk, LakePaths, Recovery, Spawner } from '../lake/index.ts';
import { Observer, Presence } from '../presence/index.ts';
import type { Present } from '../presence/index.ts';
import { askForEnrolment, stationsOf } from '../stations.ts';
import { hasNext, patiently } from './asking.ts';
import { Lookout } from './lookout.ts';
import type { Away } from './lookout.ts';

/** What every opening of a lake is given but its folder. */
export interface DeskOptions {
  readonly profile: string;
  readonly clock: Clock;
  readonly disk?: Disk;
  readonly by?: By;
  readonly spawner?: Spawner;
}

/** Is told when the lake's folder does not answer, or (null) answers again. */
export type TellAway = (away: Away | null, lake: OpenedLake) => void;

const nothing: Recovery = { placed: [], lost: [], blocked: [] };
/** How often it is noted until when the lake was read, ms. */
const NOTE_EVERY_MS = 60_000;

/** A lake that is open, with what is known of its folder and of other workstations in it. */
export class OpenedLake {
  readonly access: Access;
  readonly folder: string;
  readonly lookout: Lookout;
  readonly presence: Presence;
  /** What an interruption had left and was finished at opening. */
  readonly recovery: Recovery;
  /** It was away when it was opened, and is read from its catalog: it has to be opened anew when it answers. */
  readonly isFromCatalog: boolean;
  present: readonly Present[] = [];
  readonly #observer: Observer;
  readonly #clock: Clock;
  /** Names of stations that were looked up. */
  readonly #names = new Map<KeyId, string>();
  #checked: Instant;
  #noted = -Infinity;

  private constructor(parts: { access: Access; lookout: Lookout; presence: Presence; recovery: Recovery; clock: Clock; checked: Instant; isFromCatalog: boolean }) {
    ({ access: this.access, lookout: this.lookout, presence: this.presence, recovery: this.recovery, isFromCatalog: this.isFromCatalog } = parts);
    this.folder = this.access.fixed.paths.root;
    this.#clock = parts.clock;
    this.#checked = parts.checked;
    this.#observer = new Observer(parts.clock);
  }

  /** Opens a lake; one that does not answer, and was open here before, from its catalog. */
  static async open(options: DeskOptions, folder: string, tell: TellAway): Promise<OpenedLake> {
    const away = await whyAway(options, folder);
    const known = away === null ? null : await knownAt(options.profile, folder);
    if (known !== null) return OpenedLake.#fromCatalog(options, folder, known, tell);
    if (away !== null && !isGone(away.facts['system'])) throw away;
    const presence = new Presence(options.clock);
    const access = await Access.of({ ...options, folder, presence });
    try {
      const lake = await access.reading();
      await askForEnrolment(lake);
      // What an interrupted commit left is finished now, so that nobody sees half of it.
      const isUnfinished = lake.readOnly === null && lake.index.unplaced().length > 0;
      const recovery = isUnfinished ? (await access.writing()).recovery : nothing;
      presence.stay();
      const lookout = lookoutOf(lake.paths, options.clock, (now) => tell(now, opened));
      const opened: OpenedLake = new OpenedLake({ access, lookout, presence, recovery, clock: options.clock, checked: instantOf(options.clock.now()), isFromCatalog: false });
      await opened.note();
      return opened;
    } catch (error) {
      await access.close();
      throw error;
    }
  }

  static async #fromCatalog(options: DeskOptions, folder: string, known: KnownLakeFile, tell: TellAway): Promise<OpenedLake> {
    const access = await Access.ofKnown({ ...options, folder }, known);
    const lookout = lookoutOf(access.fixed.paths, options.clock, (now) => tell(now, opened));
    const opened: OpenedLake = new OpenedLake({ access, lookout, presence: new Presence(options.clock), recovery: nothing, clock: options.clock, checked: known.checked, isFromCatalog: true });
    await lookout.look();
    return opened;
  }

  /** Until when its ledger was read. */
  get checked(): Instant {
    return this.#checked;
  }

  /** It was read to its end at this moment. */
  isRead(): void {
    this.#checked = instantOf(this.#clock.now());
  }

  /** The lake with all that was added since, or, where its folder does not answer, as it was read last. */
  async newest(): Promise<ReadableLake> {
    const { access, lookout } = this;
    if (lookout.away !== null) return access.known;
    const lake = await lookout.orAway(access.reading());
    if (lake === null) return access.known;
    this.isRead();
    return lake;
  }

  /** Whether another station has added to the ledger; null where the folder does not answer. */
  async hasGrown(holds: <P>(promise: Promise<P>) => Promise<P>): Promise<boolean | null> {
    const hasGrown = await this.lookout.orAway(holds(hasNext(this.access.known)));
    if (hasGrown === false) this.isRead();
    return hasGrown;
  }

  /** Looks who else is there; true where that is not what it was. */
  async observe(holds: <P>(promise: Promise<P>) => Promise<P>): Promise<boolean> {
    const lake = this.access.known;
    const seen = await this.lookout.orAway(holds(stationsOf(lake, lake.station?.id ?? null, this.#names).then((observed) => this.#observer.look(observed, this.presence.serverNow()))));
    if (seen === null || JSON.stringify(seen) === JSON.stringify(this.present)) return false;
    this.present = seen;
    return true;
  }

  /** Keeps in the profile until when it was read, at most once a minute; `always` at its end. */
  async note(always = false): Promise<void> {
    const now = this.#clock.monotonic();
    if (this.isFromCatalog || (!always && now - this.#noted < NOTE_EVERY_MS)) return;
    this.#noted = now;
    await noteKnown(this.access.known, this.#checked);
  }

  async close(): Promise<void> {
    await this.presence.close();
    // A profile that is full keeps nobody from closing a lake.
    await this.note(true).catch(() => undefined);
    await patiently(this.access.close(), this.lookout.away !== null);
  }
}

function lookoutOf({ root, lakeJson }: LakePaths, clock: Clock, tell: (away: Away | null) => void): Lookout {
  return new Lookout(root, lakeJson, clock, tell);
}

const isGone = (system: unknown): boolean => system === 'ENOENT' || system === 'ENOTDIR';

/**
 * Why a folder cannot be asked for its lake; null where it answers, also where it answers that it holds something else. An empty folder is where a share was not
 * mounted.
 */
async function whyAway({ clock }: DeskOptions, folder: string): Promise<HmsError | null> {
  const lookout = lookoutOf(lakePaths(folder), clock, () => undefined);
  await lookout.look();
  const { away } = lookout;
  if (away === null) return null;
  if (isGone(away.why)) {
    const names = await lstat(folder).then(
      (found) => (found.isDirectory() ? readdir(folder) : ['']),
      () => [],
    );
    if (names.length > 0) return null;
  }
  return lookout.problem(away);
}
