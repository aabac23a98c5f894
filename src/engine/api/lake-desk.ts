import { realpath } from 'node:fs/promises';
import { instantOf } from '../../contract/index.ts';
import type { By, Instant, LakeId } from '../../contract/index.ts';
import { DoorError } from '../../contract/api/index.ts';
import { Access } from '../access.ts';
import type { ReadableLake, WritableLake } from '../access.ts';
import type { Clock } from '../clock.ts';
import { ifMissing } from '../lake/index.ts';
import type { Disk, Recovery, Spawner } from '../lake/index.ts';
import { askForEnrolment } from '../stations.ts';

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
  /** Nobody uses the lake any more, and it is about to be closed. */
  closing(): Promise<void>;
}

/** The lake that is open. One at a time; it is closed only when nobody works on it. */
interface Opened {
  readonly access: Access;
  readonly folder: string;
  /** What an interruption had left and was finished at opening. */
  readonly recovery: Recovery;
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
      await this.#closeNow();
      try {
        return await work(folder);
      } finally {
        this.#adopt(await this.#openNow(folder));
      }
    });
  }

  /** Lends the lake with all that was added since, by anyone. LAKE_NONE where none is open; JOB_REFUSED where it is not the one with the id `only`. */
  async reading<T>(work: (lake: ReadableLake) => Promise<T> | T, only?: string): Promise<T> {
    return this.#lent(async (opened) => {
      const lake = await opened.access.reading();
      opened.checked = this.#now();
      this.#tellGrowth(lake);
      return work(lake);
    }, only);
  }

  /** The same for writing. Throws the reason where this workstation may not write. */
  async writing<T>(work: (lake: WritableLake) => Promise<T>, only?: string): Promise<T> {
    return this.#lent(async (opened) => {
      const lake = await opened.access.writing();
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

  async #lent<T>(work: (opened: Opened) => Promise<T>, only?: string): Promise<T> {
    await this.#turn;
    const opened = this.#opened;
    if (opened === null) throw noLake();
    // Another lake may have been opened between the request and the work that it began: what is meant for one never goes into another.
    if (only !== undefined && opened.access.fixed.lake.id !== only) throw otherLake();
    this.#users++;
    try {
      return await work(opened);
    } finally {
      this.#users--;
      if (this.#users === 0) for (const free of this.#free.splice(0)) free();
    }
  }

  async #openNow(folder: string): Promise<Opened> {
    const access = await Access.of(this.openOptions(folder));
    try {
      const lake = await access.reading();
      await askForEnrolment(lake);
      // What an interrupted commit left is finished now, so that nobody sees half of it.
      const isUnfinished = lake.readOnly === null && lake.index.unplaced().length > 0;
      const recovery = isUnfinished ? (await access.writing()).recovery : nothing;
      return { access, folder: access.fixed.paths.root, recovery, checked: this.#now() };
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
    if (this.#users > 0) await new Promise<void>((resolve) => this.#free.push(resolve));
    await this.#told.closing();
    await opened.access.close();
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
