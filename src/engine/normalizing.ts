import { join } from 'node:path';
import { CancelledError, HmsError, instantOf } from '../contract/index.ts';
import type { DropId, ErrorCode, OnProgress, TableName } from '../contract/index.ts';
import { BatchRooms } from './batch-rooms.ts';
import { takeStationLock } from './catalog/index.ts';
import type { DropDetail, StationLock } from './catalog/index.ts';
import type { NamedContract } from './contracting.ts';
import { refreshCubesOf } from './cube-schedule.ts';
import type { CubeOutcome } from './cube-schedule.ts';
import { DropStates, outcomeOf } from './drop-states.ts';
import type { DropFinding, DropReport } from './drop-states.ts';
import { inWords } from './lake/index.ts';
import { makeSecret, refuseOlderSecret } from './masking.ts';
import { needsSecret } from './mask-values.ts';
import { normalizeBatch, Overtaken, reportOf } from './normal-batch.ts';
import type { BatchEnd, BatchWorld } from './normal-batch.ts';
import { Backlog, MOST_ATTEMPTS, waitAfter } from './normalize/index.ts';
import type { Waiting } from './normalize/index.ts';
import { lakeProfile } from './open.ts';
import type { ReadableLake, WritableLake } from './open.ts';
import { QueryProcesses } from './query/index.ts';

/**
 * The queue of raw drops that wait to be normalized. It is kept nowhere: what waits is what a contract takes and the ledger does not have in a table, less what this station
 * has found wrong; so it is the same after any interruption, and a drop is in a table once, because that is asked again at the claim.
 */

export interface NormalizeOptions {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  readonly processes?: QueryProcesses;
  readonly states?: DropStates;
  /** Told before drops are at work, and after. */
  readonly working?: (drops: readonly DropId[], isAtWork: boolean) => void;
  /** Told what became of each. */
  readonly ended?: (end: BatchEnd) => void;
  readonly sureFrom?: BatchWorld['sureFrom'];
  /** Only these; default: all that wait. */
  readonly only?: readonly DropDetail[];
}

export interface Normalized {
  readonly drops: number;
  readonly rows: number;
  readonly quarantined: number;
  /** Tables whose drops wait, and why. */
  readonly held: readonly { readonly tables: readonly string[]; readonly drops: number; readonly error: HmsError }[];
  /** What became of the cubes that are made of the tables. */
  readonly cubes: readonly CubeOutcome[];
}

/** Tables that are written at the same time. */
const AT_ONCE = 2;
const PAGE = 500;

interface Item {
  readonly drop: DropDetail;
  readonly contracts: readonly NamedContract[];
}

/** What is wrong with a table or its secret and not with a drop: its drops wait, the others go on. */
const holding: ReadonlySet<ErrorCode> = new Set(['TABLE_FOREIGN', 'TABLE_DAMAGED', 'SECRET_MISSING', 'SECRET_REFUSED']);
/** What is wrong with the rows, as the table sees them. */
const refusing: ReadonlySet<ErrorCode> = new Set(['TABLE_REFUSED', 'QUERY_REFUSED', 'CONTENT_REFUSED', 'STORED_DAMAGED', 'ENTRY_TOO_LARGE']);
/** What may be otherwise the next time. */
const passing: ReadonlySet<ErrorCode> = new Set(['QUERY_STOPPED', 'QUERY_FAILED', 'TABLE_MOVED', 'VERSION_LOST']);

/** Works the queue down: in order per table, two tables at a time. Resolves when nothing is left that can be done; throws what keeps the lake from being written, and CancelledError. */
export async function normalizeWaiting(lake: WritableLake, options: NormalizeOptions): Promise<Normalized> {
  const own = options.processes === undefined ? new QueryProcesses({ reserve: true }) : null;
  const processes = options.processes ?? (own as QueryProcesses);
  const run = new Run(lake, { ...options, processes });
  try {
    const done = await run.all();
    const cubes = run.changed.size === 0 ? [] : await refreshCubesOf(lake, run.changed, { signal: options.signal, processes });
    return { ...done, cubes };
  } finally {
    await own?.close();
  }
}

/** Held by the program of this station that works a lake's queue down. Null where another has it. */
export async function queueLock(lake: ReadableLake): Promise<StationLock | null> {
  const folder = join(lakeProfile(lake.profile, lake.lake, lake.paths.root).place, 'locks');
  await inWords('Keeping a note in the profile', 'Nothing was changed.', () => lake.ledger.context.profileDurable.makeFolder(folder));
  return takeStationLock(join(folder, 'normalizing'), 'exclusive');
}

/** Whether something waits that can be tried now. */
export function isWaiting(lake: ReadableLake, states: DropStates): boolean {
  for (const _ of waitingItems(lake, states, -1)) return true;
  return false;
}

/** Drops that wait and are not set aside, oldest first, from those behind the place `from` on; answers the place of the last that there is. */
function* waitingItems(lake: ReadableLake, states: DropStates, from: number): Generator<Item, number> {
  const now = instantOf(lake.clock.now());
  for (let after = from; ; ) {
    const { drops, last } = lake.catalog.waitingDrops(after, PAGE);
    for (const drop of drops) {
      const contracts = states.takers(lake, drop);
      if (contracts.length === 0) continue;
      const outcome = outcomeOf(lake, drop.id);
      if (outcome === null || (outcome.again !== null && outcome.again <= now)) yield { drop, contracts };
    }
    if (drops.length < PAGE) return last;
    after = last;
  }
}

class Run {
  /** Tables that got rows. */
  readonly changed = new Set<TableName>();
  readonly #lake: WritableLake;
  readonly #options: NormalizeOptions & { readonly processes: QueryProcesses };
  readonly #states: DropStates;
  readonly #backlog = new Backlog<Item>();
  /** Of those that are named; of all that wait, the place of the last tells. A program may receive drops for months without this ending: nothing is kept of each. */
  readonly #met = new Set<DropId>();
  /** Place of the last drop that was looked at. */
  #seen = -1;
  readonly #held = new Map<string, { tables: readonly string[]; drops: number; error: HmsError }>();
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  /** Bytes of batches that are not yet done, as far as they are. */
  readonly #atWork = new Map<readonly Waiting<Item>[], number>();
  readonly #rooms: BatchRooms;
  #done = { drops: 0, rows: 0, quarantined: 0, bytes: 0 };
  #total = { drops: 0, bytes: 0 };

  constructor(lake: WritableLake, options: NormalizeOptions & { readonly processes: QueryProcesses }) {
    this.#lake = lake;
    this.#options = options;
    this.#states = options.states ?? new DropStates();
    this.#rooms = new BatchRooms(lake, options.processes);
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
  }

  async all(): Promise<Omit<Normalized, 'cubes'>> {
    const running = new Set<Promise<void>>();
    try {
      this.#refill();
      for (;;) {
        while (running.size < AT_ONCE && !this.#signal.aborted) {
          const batch = this.#backlog.take();
          if (batch === null) break;
          const work = this.#batch(batch).finally(() => {
            this.#backlog.done(batch);
            running.delete(work);
          });
          running.add(work);
          // Told by the race below, or when the others have ended.
          work.catch(() => undefined);
        }
        if (running.size === 0) {
          this.#refill();
          if (this.#backlog.length === 0 || this.#signal.aborted) break;
          continue;
        }
        await Promise.race(running);
        this.#refill();
      }
      if (this.#signal.aborted) throw new CancelledError(this.#keptWords());
      const { drops, rows, quarantined } = this.#done;
      return { drops, rows, quarantined, held: [...this.#held.values()] };
    } finally {
      this.#stop.abort();
      await Promise.allSettled(running);
      await this.#rooms.close();
    }
  }

  /** What came since; drops that this run has met are not met again, so that it ends. */
  #refill(): void {
    const { only } = this.#options;
    const items = only === undefined ? waitingItems(this.#lake, this.#states, this.#seen) : this.#only(only);
    for (let step = items.next(); ; step = items.next()) {
      if (step.done === true) {
        this.#seen = step.value;
        return;
      }
      const { drop, contracts } = step.value;
      const size = drop.size ?? 0;
      this.#total = { drops: this.#total.drops + 1, bytes: this.#total.bytes + size };
      this.#backlog.add({ id: drop.id, tables: contracts.map(({ compiled }) => compiled.plan.name), size, item: { drop, contracts } });
    }
  }

  *#only(drops: readonly DropDetail[]): Generator<Item, number> {
    for (const drop of drops) {
      if (this.#met.has(drop.id)) continue;
      this.#met.add(drop.id);
      const contracts = this.#states.takers(this.#lake, drop);
      if (contracts.length > 0 && this.#lake.catalog.dropUses(drop.id).length === 0) yield { drop, contracts };
    }
    return this.#seen;
  }

  async #batch(batch: readonly Waiting<Item>[]): Promise<void> {
    const ids = batch.map(({ id }) => id);
    this.#options.working?.(ids, true);
    try {
      await this.#tryBatch(batch);
    } finally {
      this.#options.working?.(ids, false);
    }
  }

  async #tryBatch(batch: readonly Waiting<Item>[]): Promise<void> {
    const { item } = batch[0] as Waiting<Item>;
    const { catalog } = this.#lake;
    // One that was given another contract since is met again by who gave it that, or by the next run.
    const left = batch.filter(({ id, item: { drop } }) => catalog.dropUses(id).length === 0 && catalog.dropById(id)?.contract === drop.contract);
    if (left.length === 0) return;
    // Those of which it is certain what became of them, whatever comes of the others.
    const told = new Set<DropId>();
    try {
      const secret = item.contracts.some(({ compiled }) => needsSecret(compiled.plan)) ? await makeSecret(this.#lake) : null;
      if (secret !== null) for (const { compiled } of item.contracts) refuseOlderSecret(this.#lake, compiled.plan, secret.id);
      const { processes, sureFrom } = this.#options;
      const size = left.reduce((sum, one) => sum + one.size, 0);
      const onProgress: OnProgress = ({ bytesDone, bytesTotal }) => {
        this.#atWork.set(batch, bytesTotal === null || bytesTotal === 0 ? 0 : Math.floor(size * Math.min(1, bytesDone / bytesTotal)));
        this.#say(0, 0);
      };
      const ends = normalizeBatch(this.#lake, left.map((one) => one.item.drop), item.contracts, { processes, secret, signal: this.#signal, onProgress, rooms: this.#rooms, ...(sureFrom === undefined ? {} : { sureFrom }) });
      for await (const end of ends) {
        told.add(end.drop.id);
        this.#ended(end);
      }
      this.#atWork.delete(batch);
      this.#say(left.length, size);
    } catch (error) {
      this.#atWork.delete(batch);
      const rest = left.filter(({ id }) => !told.has(id));
      this.#say(told.size, left.reduce((sum, one) => sum + (told.has(one.id) ? one.size : 0), 0));
      await this.#failed(rest, item.contracts, error);
    }
  }

  async #failed(batch: readonly Waiting<Item>[], contracts: readonly NamedContract[], error: unknown): Promise<void> {
    if (error instanceof Overtaken) return this.#tryBatch(batch);
    if (!(error instanceof HmsError)) throw error;
    if (holding.has(error.code)) {
      const { tables } = batch[0] as Waiting<Item>;
      this.#held.set(tables.join(' '), { tables, drops: batch.length + this.#backlog.setAside(tables).length, error });
      return;
    }
    if (!refusing.has(error.code) && !passing.has(error.code)) throw error;
    // One of several is at fault: it is looked for by halves, so that the others stay together.
    if (batch.length > 1) {
      const middle = batch.length >> 1;
      for (const half of [batch.slice(0, middle), batch.slice(middle)]) await this.#tryBatch(half);
      return;
    }
    const [{ item: { drop } }] = batch as readonly [Waiting<Item>];
    if (passing.has(error.code)) return this.#again(batch[0] as Waiting<Item>, contracts, error);
    const finding: DropFinding = { contract: contracts[0]?.compiled.plan.name ?? '', column: null, kind: error.code === 'STORED_DAMAGED' ? 'DAMAGED' : 'TABLE', message: error.message, count: 1, samples: [] };
    this.#ended({ drop, is: 'refused', report: reportOf(contracts, { findings: [finding] }) });
    this.#say(1, drop.size ?? 0);
  }

  /** Waits longer each time; after the last attempt the drop waits for a person. */
  async #again(one: Waiting<Item>, contracts: readonly NamedContract[], error: HmsError): Promise<void> {
    const { drop } = one.item;
    const { clock, outcomes } = this.#lake;
    const attempts = (outcomeOf(this.#lake, drop.id)?.attempts ?? 0) + 1;
    const isLast = attempts >= MOST_ATTEMPTS;
    const ms = waitAfter(attempts);
    const report = reportOf(contracts, { trouble: error.message });
    outcomes.set({ drop: drop.id, at: instantOf(clock.now()), attempts, again: isLast ? null : instantOf(clock.now() + ms), report: JSON.stringify(report) });
    if (isLast) {
      this.#done.quarantined += 1;
      this.#options.ended?.({ drop, is: 'refused', report });
      return;
    }
    for (let waited = 0; waited < ms && !this.#signal.aborted; waited += 250) await clock.sleep(250);
    if (!this.#signal.aborted) await this.#tryBatch([one]);
  }

  #ended(end: BatchEnd): void {
    const { outcomes, clock } = this.#lake;
    const { drop } = end;
    if (end.is === 'normalized') {
      outcomes.forget(drop.id);
      this.#done.drops += 1;
      this.#done.rows += end.rows;
      for (const { table } of end.tables) this.changed.add(table);
    } else {
      const attempts = (outcomeOf(this.#lake, drop.id)?.attempts ?? 0) + 1;
      outcomes.set({ drop: drop.id, at: instantOf(clock.now()), attempts, again: null, report: JSON.stringify(end.report satisfies DropReport) });
      this.#done.quarantined += 1;
    }
    this.#options.ended?.(end);
  }

  #say(drops: number, bytes: number): void {
    this.#done.bytes += bytes;
    const bytesDone = [...this.#atWork.values()].reduce((sum, one) => sum + one, this.#done.bytes);
    const filesDone = this.#done.drops + this.#done.quarantined;
    this.#options.onProgress({ phase: 'Normalizing', filesDone: Math.max(filesDone, drops), filesTotal: Math.max(this.#total.drops, filesDone), bytesDone, bytesTotal: Math.max(this.#total.bytes, bytesDone) });
  }

  #keptWords(): string {
    const { drops } = this.#done;
    return `${drops === 1 ? '1 raw drop is' : `${drops.toLocaleString('en-US')} raw drops are`} normalized; the others wait.`;
  }
}

/** Puts a drop that was set aside back into the queue. Answers whether it was one. */
export function forgetOutcome(lake: ReadableLake, drop: DropDetail): boolean {
  return lake.outcomes.forget(drop.id);
}
