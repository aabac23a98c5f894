import { realpath } from 'node:fs/promises';
import { instantOf } from '../../contract/index.ts';
import type { HmsError, Instant, LakeId } from '../../contract/index.ts';
import { DoorError } from '../../contract/api/index.ts';
import type { ReadableLake, WritableLake } from '../access.ts';
import type { Recovery } from '../lake/index.ts';
import type { Present } from '../presence/index.ts';
import { briefly, noAnswer, patiently } from './asking.ts';
import { Lending } from './lending.ts';
import type { Away } from './lookout.ts';
import { OpenedLake } from './opened-lake.ts';
import type { DeskOptions } from './opened-lake.ts';

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

/** Keeps one lake open, lends it to who reads or writes, and tells when its ledger has grown. */
export class LakeDesk {
  readonly #options: DeskOptions;
  readonly #told: DeskTold;
  readonly #lending = new Lending();
  /** One at a time; it is closed only when nobody works on it. */
  #opened: OpenedLake | null = null;
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
    return this.#opened?.recovery ?? { placed: [], lost: [], blocked: [] };
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

  /**
   * Opens a lake in the place of the one that is open, which stays open where that fails; one that is away and was open here before, from its catalog. `mayClose` refuses
   * where someone works on the one before.
   */
  open(folder: string, mayClose: () => void): Promise<void> {
    return this.#lending.inTurn(async () => {
      const real = (await briefly(realpath(folder))) ?? folder;
      const before = this.#opened;
      if (before?.folder === real && !before.isFromCatalog) return;
      if (before !== null && before.folder !== real) mayClose();
      await this.#replace(folder);
    });
  }

  close(mayClose: () => void = () => undefined): Promise<void> {
    return this.#lending.inTurn(async () => {
      if (this.#opened === null) return;
      mayClose();
      await this.#closeNow();
      this.#told.lake(null);
    });
  }

  /** Does something to the folder of the open lake with the id `only` while nobody has it open, and opens it again. `mayClose` as in `open`. */
  whileClosed<T>(only: string, mayClose: () => void, work: (folder: string) => Promise<T>): Promise<T> {
    return this.#lending.inTurn(async () => {
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
      opened.isRead();
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

  async #lent<T>(work: (opened: OpenedLake, holds: <P>(promise: Promise<P>) => Promise<P>) => Promise<T>, only?: string): Promise<T> {
    await this.#lending.noTurn();
    if (this.#opened?.isFromCatalog === true && this.#opened.lookout.away === null) await this.#openAnew();
    const opened = this.#opened;
    if (opened === null) throw noLake();
    // Another lake may have been opened between the request and the work that it began: what is meant for one never goes into another.
    if (only !== undefined && opened.access.fixed.lake.id !== only) throw otherLake();
    return this.#lending.lend((holds) => work(opened, holds));
  }

  async #newest(opened: OpenedLake): Promise<ReadableLake> {
    const lake = await opened.newest();
    if (opened.lookout.away === null) this.#tellGrowth(lake);
    return lake;
  }

  async #lookNow(): Promise<void> {
    const opened = this.#opened;
    if (opened === null) return;
    await opened.lookout.look();
    if (opened.lookout.away !== null || this.#opened !== opened) return;
    await this.#lent(async (now, holds) => {
      const hasGrown = await now.hasGrown(holds);
      // Another program of this station may have read it into the catalog that both use.
      if (hasGrown === false) this.#tellGrowth(now.access.known);
      if (hasGrown === true) await this.#newest(now);
      if (await now.observe(holds)) this.#told.presence();
      await now.note();
    }, opened.access.fixed.lake.id);
  }

  #openNow(folder: string): Promise<OpenedLake> {
    return OpenedLake.open(this.#options, folder, (away, lake) => {
      if (this.#opened === lake) this.#told.away(away, lake.access.fixed.lake.id);
    });
  }

  /** A lake that was opened from its catalog answers: from now on it is the lake itself. */
  #openAnew(): Promise<void> {
    return this.#lending.inTurn(async () => {
      const opened = this.#opened;
      if (opened?.isFromCatalog === true && opened.lookout.away === null) await this.#replace(opened.folder);
    });
  }

  async #replace(folder: string): Promise<void> {
    const opened = await this.#openNow(folder);
    await this.#closeNow();
    this.#adopt(opened);
  }

  #adopt(opened: OpenedLake): void {
    this.#opened = opened;
    this.#size = -1;
    this.#told.lake(opened.access.fixed.lake.id);
  }

  async #closeNow(): Promise<void> {
    const opened = this.#opened;
    if (opened === null) return;
    this.#opened = null;
    await patiently(this.#lending.unused(), opened.lookout.away !== null);
    await patiently(this.#told.closing(), opened.lookout.away !== null);
    await opened.close();
  }

  #tellGrowth(lake: ReadableLake): void {
    const { size, lastEffectiveAt } = lake.catalog.position();
    const isNews = this.#size >= 0 && size !== this.#size;
    this.#size = size;
    if (isNews) this.#told.ledger(size, lastEffectiveAt);
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
