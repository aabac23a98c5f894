import { realpath } from 'node:fs/promises';
import { instantOf } from '../../contract/index.ts';
import type { By, HmsError, Instant, KeyId, LakeId } from '../../contract/index.ts';
import { DoorError } from '../../contract/api/index.ts';
import { Access } from '../access.ts';
import type { ReadableLake, WritableLake } from '../access.ts';
import type { Clock } from '../clock.ts';
import { ifMissing } from '../lake/index.ts';
import type { Disk, Recovery, Spawner } from '../lake/index.ts';
import { Observer, Presence } from '../presence/index.ts';
import type { Present } from '../presence/index.ts';
import { askForEnrolment, stationsOf } from '../stations.ts';
import { briefly, hasNext, noAnswer, patiently } from './asking.ts';
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

/** Who is told what becomes of the lake. */
export interface DeskTold {
  /** Another lake is open, or none. */
  lake(id: string | null): void;
  ledger(size: number, at: Instant | null): void;
  /** Other workstations came, went, or do something else. */
  presence(): void;
  /** The lake's folder does not answer, or (null) answers again. */
  away(away: Away | null, lake: LakeId): void;
  /** Nobody uses the lake any more, and it is about to be closed. */
  closing(): Promise<void>;
}

/** The lake that is open. One at a time; it is closed only when nobody works on it. */
interface Opened {
  readonly access: Access;
  readonly folder: string;
  /** What an interruption had left and was finished at opening. */
  readonly recovery: Recovery;
  readonly lookout: Lookout;
  readonly presence: Presence;
  readonly observer: Observer;
  /** Names of stations that were looked up. */
  readonly names: Map<KeyId, string>;
  present: readonly Present[];
  checked: Instant;
}

const nothing: Recovery = { placed: [], lost: [], blocked: [] };

/** Keeps one lake open, lends it to who reads or writes, and tells when its ledger has grown. */
export class LakeDesk {
  readonly #options: DeskOptions;
  readonly #told: DeskTold;
  #opened: Opened | null = null;
  /** Openings and closings take turns; who wants the lake waits for them. */
  #turn: Promise<unknown> = Promise.resolve();
  #users = 0;
  #free: (() => void)[] = [];
  #size = -1;
  #looking: Promise<void> | null = null;

  constructor(options: DeskOptions, told: DeskTold) {
    this.#options = options;
    this.#told = told;
  }

  get isOpen(): boolean {
    return this.#opened !== null;
  }

  /** Id of the open lake, or null. */
  get id(): LakeId | null {
    return this.#opened?.access.fixed.lake.id ?? null;
  }

  /** Its real folder, or null. */
  get folder(): string | null {
    return this.#opened?.folder ?? null;
  }

  get recovery(): Recovery {
    return this.#opened?.recovery ?? nothing;
  }

  get checked(): Instant {
    return this.#opened?.checked ?? this.#now();
  }

  /** Whether the lake's folder answers, and since when it does not; null where it does, and where no lake is open. */
  get away(): Away | null {
    return this.#opened?.lookout.away ?? null;
  }

  /** Other workstations that gave a sign of life. */
  get present(): readonly Present[] {
    return this.#opened?.present ?? [];
  }

  /** Why the open lake cannot be written to while it is away; null where it answers. */
  awayProblem(kept?: string): HmsError | null {
    const lookout = this.#opened?.lookout;
    return lookout === undefined || lookout.away === null ? null : lookout.problem(lookout.away, kept);
  }

  /** Throws PLACE_AWAY while the lake's folder does not answer: for what needs that folder, so that it is refused at once and no thread waits for it. */
  refuseAway(): void {
    const problem = this.awayProblem();
    if (problem !== null) throw problem;
  }

  /** Why nothing goes on in this lake, where it is the open one and its folder does not answer; asks it now. Else null. */
  async whyAway(lake: string, kept?: string): Promise<HmsError | null> {
    const opened = this.#opened;
    if (opened === null || opened.access.fixed.lake.id !== lake) return null;
    await opened.lookout.look();
    return this.#opened === opened ? this.awayProblem(kept) : null;
  }

  /** Tells other workstations of work that does not write to the lake. PLACE_AWAY where the lake was away meanwhile: what the work saw may be half of it. */
  async watched<T>(doing: 'verifying', work: () => Promise<T>): Promise<T> {
    const opened = this.#opened;
    if (opened === null) throw noLake();
    await opened.lookout.look();
    const { away, spells } = opened.lookout;
    if (away !== null) throw opened.lookout.problem(away);
    const ends = opened.presence.works(doing);
    try {
      const result = await work();
      await opened.lookout.look();
      const now = opened.lookout.away;
      if (now !== null || opened.lookout.spells !== spells) throw opened.lookout.problem(now ?? { since: this.#now(), why: 'silent' });
      return result;
    } finally {
      ends();
    }
  }

  /**
   * Looks whether the folder answers, whether another station has added to the ledger, and who is there. Cheap: lake.json, the file of the next entry, which most
   * often is not there, and a small file for each other station. One look at a time.
   */
  look(): Promise<void> {
    this.#looking ??= this.#lookNow().finally(() => (this.#looking = null));
    return this.#looking;
  }

  openOptions(folder: string): DeskOptions & { readonly folder: string } {
    return { ...this.#options, folder };
  }

  /** Opens a lake in the place of the one that is open, which stays open where that fails. `mayClose` refuses where someone works on the one before. */
  open(folder: string, mayClose: () => void): Promise<void> {
    return this.#inTurn(async () => {
      const real = await realpath(folder).catch(ifMissing(folder));
      if (this.#opened?.folder === real) return;
      if (this.#opened !== null) mayClose();
      const opened = await this.#openNow(folder);
      await this.#closeNow();
      this.#adopt(opened);
    });
  }

  close(mayClose: () => void = () => undefined): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#opened === null) return;
      mayClose();
      await this.#closeNow();
      this.#told.lake(null);
    });
  }

  /** Does something to the folder of the open lake with the id `only` while nobody has it open, and opens it again. `mayClose` as in `open`. */
  whileClosed<T>(only: string, mayClose: () => void, work: (folder: string) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      const folder = this.#opened?.folder;
      if (folder === undefined) throw noLake();
      if (this.id !== only) throw otherLake();
      mayClose();
      // It could not be opened again.
      await this.#opened?.lookout.look();
      this.refuseAway();
      await this.#closeNow();
      try {
        return await work(folder);
      } finally {
        this.#adopt(await this.#openNow(folder));
      }
    });
  }

  /**
   * Lends the lake with all that was added since, by anyone; while its folder does not answer, as it was read last. LAKE_NONE where none is open; JOB_REFUSED where
   * it is not the one with the id `only`.
   */
  async reading<T>(work: (lake: ReadableLake) => Promise<T> | T, only?: string): Promise<T> {
    return this.#lent(async (opened) => work(await this.#newest(opened)), only);
  }

  /** The same for an answer that somebody waits for: PLACE_AWAY where it needs the lake's folder, and that does not answer. */
  async answering<T>(work: (lake: ReadableLake) => Promise<T> | T): Promise<T> {
    return this.#lent(async (opened, holds) => {
      const lake = await this.#newest(opened);
      const { lookout } = opened;
      // What is told from the catalog is told at once; the rest is tried, and not waited for longer than it takes to find out.
      const result = holds(Promise.resolve(work(lake)).then((value) => ({ value })));
      const told = lookout.away === null ? await lookout.orAway(result) : await briefly(result);
      if (told !== null) return told.value;
      throw lookout.away === null ? noAnswer() : lookout.problem(lookout.away);
    });
  }

  /** As `answering`, for what begins work on the lake's folder: PLACE_AWAY at once while that does not answer. */
  needing<T>(work: (lake: ReadableLake) => Promise<T> | T): Promise<T> {
    return this.answering((lake) => {
      this.refuseAway();
      return work(lake);
    });
  }

  /** Lends the lake for writing. Throws the reason where this workstation may not write, PLACE_AWAY where its folder does not answer. */
  async writing<T>(work: (lake: WritableLake) => Promise<T>, only?: string): Promise<T> {
    return this.#lent(async (opened) => {
      const { lookout } = opened;
      if (lookout.away !== null) throw lookout.problem(lookout.away);
      const lake = await lookout.orAway(opened.access.writing());
      if (lake === null) throw lookout.away === null ? noAnswer() : lookout.problem(lookout.away);
      opened.checked = this.#now();
      try {
        return await work(lake);
      } finally {
        this.#tellGrowth(lake);
      }
    }, only);
  }

  /** For what can also be done in a lake that this station may only read. */
  async writingIfAllowed<T>(work: (lake: ReadableLake) => Promise<T>, only?: string): Promise<T> {
    const isClosed = await this.reading((lake) => lake.readOnly !== null, only);
    return isClosed ? this.reading(work, only) : this.writing(work, only);
  }

  /** `holds`: keeps the lake open for as long as a promise is not settled, whether anyone waits for it or not. */
  async #lent<T>(work: (opened: Opened, holds: <P>(promise: Promise<P>) => Promise<P>) => Promise<T>, only?: string): Promise<T> {
    await this.#turn;
    const opened = this.#opened;
    if (opened === null) throw noLake();
    // Another lake may have been opened between the request and the work that it began: what is meant for one never goes into another.
    if (only !== undefined && opened.access.fixed.lake.id !== only) throw otherLake();
    const begin = (): void => void this.#users++;
    const end = (): void => {
      this.#users--;
      if (this.#users === 0) for (const free of this.#free.splice(0)) free();
    };
    begin();
    try {
      return await work(opened, (promise) => {
        begin();
        promise.then(end, end);
        return promise;
      });
    } finally {
      end();
    }
  }

  /** The lake with all that was added since, or, where its folder does not answer, as it was read last. */
  async #newest(opened: Opened): Promise<ReadableLake> {
    const { access, lookout } = opened;
    if (lookout.away !== null) return access.known;
    const lake = await lookout.orAway(access.reading());
    if (lake === null) return access.known;
    opened.checked = this.#now();
    this.#tellGrowth(lake);
    return lake;
  }

  async #lookNow(): Promise<void> {
    const opened = this.#opened;
    if (opened === null) return;
    const { access, lookout, observer, presence, names } = opened;
    await lookout.look();
    if (lookout.away !== null || this.#opened !== opened) return;
    const lake = access.known;
    const isLent = this.#lent(async (_, holds) => {
      const grown = await lookout.orAway(holds(hasNext(lake)));
      if (grown === false) {
        opened.checked = this.#now();
        // Another program of this station may have read it into the catalog that both use.
        this.#tellGrowth(lake);
      }
      if (grown === true) await this.#newest(opened);
      const seen = await lookout.orAway(holds(stationsOf(lake, lake.station?.id ?? null, names).then((observed) => observer.look(observed, presence.serverNow()))));
      if (seen === null || JSON.stringify(seen) === JSON.stringify(opened.present)) return;
      opened.present = seen;
      this.#told.presence();
    }, access.fixed.lake.id);
    await isLent;
  }

  async #openNow(folder: string): Promise<Opened> {
    const presence = new Presence(this.#options.clock);
    const access = await Access.of({ ...this.openOptions(folder), presence });
    try {
      const lake = await access.reading();
      await askForEnrolment(lake);
      // What an interrupted commit left is finished now, so that nobody sees half of it.
      const isUnfinished = lake.readOnly === null && lake.index.unplaced().length > 0;
      const recovery = isUnfinished ? (await access.writing()).recovery : nothing;
      const { paths, lake: opened } = access.fixed;
      const lookout: Lookout = new Lookout(paths.root, paths.lakeJson, this.#options.clock, (away) => {
        if (this.#opened?.lookout === lookout) this.#told.away(away, opened.id);
      });
      presence.stay();
      return { access, folder: paths.root, recovery, lookout, presence, observer: new Observer(this.#options.clock), names: new Map(), present: [], checked: this.#now() };
    } catch (error) {
      await access.close();
      throw error;
    }
  }

  #adopt(opened: Opened): void {
    this.#opened = opened;
    this.#size = -1;
    this.#told.lake(opened.access.fixed.lake.id);
  }

  async #closeNow(): Promise<void> {
    const opened = this.#opened;
    if (opened === null) return;
    this.#opened = null;
    const isAway = opened.lookout.away !== null;
    if (this.#users > 0) await patiently(new Promise<void>((resolve) => this.#free.push(resolve)), isAway);
    await patiently(this.#told.closing(), isAway);
    await opened.presence.close();
    await patiently(opened.access.close(), isAway);
  }

  #tellGrowth(lake: ReadableLake): void {
    const { size, lastEffectiveAt } = lake.catalog.position();
    const isNews = this.#size >= 0 && size !== this.#size;
    this.#size = size;
    if (isNews) this.#told.ledger(size, lastEffectiveAt);
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(step);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #now(): Instant {
    return instantOf(this.#options.clock.now());
  }
}

function noLake(): DoorError {
  return new DoorError('LAKE_NONE', 'No lake is open.', { next: 'Open one of the lakes that are listed, or make one.' });
}

function otherLake(): DoorError {
  return new DoorError('JOB_REFUSED', 'Another lake was opened meanwhile, and this is meant for the one before.', { kept: 'Nothing was changed.', next: 'Open that lake, then begin it again.' });
}
