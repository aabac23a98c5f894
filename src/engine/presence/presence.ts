import { doings, instantOf } from '../../contract/index.ts';
import type { Doing, Instant, KeyId, TxnId } from '../../contract/index.ts';
import type { Clock } from '../clock.ts';
import type { Durable, LakePaths } from '../lake/index.ts';
import { BEAT_MS, doingOf, heartbeatFile, heartbeatText, MOST_OCTETS, parseHeartbeat, STALE_MS } from './heartbeat-file.ts';
import { readSmall } from './read-small.ts';

/** Where a lake's heartbeats go, and whose they are. */
export interface PresencePlace {
  readonly paths: LakePaths;
  readonly durable: Durable;
  readonly station: KeyId;
}

interface Act {
  readonly doing: Doing;
  readonly txn: TxnId | null;
  readonly since: Instant;
}

/** What is over in less than this is not told: a short command costs the share nothing, ms. */
const FIRST_AFTER_MS = 1_000;
/** Closing does not wait longer than this for a share that does not answer, ms. */
const CLOSE_MS = 1_000;

const rank = (doing: Doing): number => doings.indexOf(doing);

/**
 * Tells other workstations what this program is doing in one lake. Several programs of one station share its file: the more telling doing stands in it, and who
 * has less to say holds back as long as the other goes on. Nothing of it is ever an error: nobody's work depends on a heartbeat.
 */
export class Presence {
  readonly #clock: Clock;
  #place: PresencePlace | null = null;
  readonly #acts: Act[] = [];
  #idle: Act | null = null;
  #timer: NodeJS.Timeout | null = null;
  #beating: Promise<void> | null = null;
  /** What this program wrote last. */
  #own: string | null = null;
  /** What another program of this station wrote, and when that was first seen. */
  #other: { readonly text: string; readonly seen: number } | null = null;
  #server: { readonly modified: number; readonly at: number } | null = null;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** From now on beats go there. */
  attach(place: PresencePlace): void {
    this.#place ??= place;
  }

  /** A program that stays open says so, also while it does nothing. */
  stay(): void {
    this.#idle ??= { doing: 'idle', txn: null, since: this.#now() };
    this.#begin(0);
  }

  /** This program is doing that, until what is answered is called. */
  works(doing: Doing, txn: TxnId | null = null): () => void {
    const act: Act = { doing, txn, since: this.#now() };
    this.#acts.push(act);
    this.#begin(FIRST_AFTER_MS);
    return () => {
      const at = this.#acts.indexOf(act);
      if (at >= 0) this.#acts.splice(at, 1);
      // Who stays says at once that it is done; who does not is about to leave.
      if (this.#idle !== null) this.#begin(FIRST_AFTER_MS);
    };
  }

  /** The file server's time now, ms, as far as this program's own beats tell it; null before the first. */
  serverNow(): number | null {
    return this.#server === null ? null : this.#server.modified + this.#clock.monotonic() - this.#server.at;
  }

  /** Takes the own beat away. Waits for a share that does not answer a moment only. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer ?? undefined);
    if (this.#own === null && this.#beating === null) return;
    await Promise.race([this.#leave(), new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())]);
  }

  #now(): Instant {
    return instantOf(this.#clock.now());
  }

  #begin(ms: number): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer ?? undefined);
    this.#timer = setTimeout(() => void this.#beatAndGoOn(), ms);
    this.#timer.unref();
  }

  async #beatAndGoOn(): Promise<void> {
    // One that waits for a share is not followed by another.
    this.#beating ??= this.#beat()
      .catch(() => undefined)
      .finally(() => (this.#beating = null));
    await this.#beating;
    if (this.#current() !== null) this.#begin(BEAT_MS);
  }

  #current(): Act | null {
    return this.#acts.reduce<Act | null>((most, act) => (most === null || rank(act.doing) > rank(most.doing) ? act : most), this.#idle);
  }

  async #beat(): Promise<void> {
    const [act, place] = [this.#current(), this.#place];
    if (act === null || place === null) return;
    const file = heartbeatFile(place.paths, place.station);
    const there = await readSmall(file, MOST_OCTETS);
    const beat = there === null ? null : parseHeartbeat(there.text, place.station);
    if (there !== null && beat !== null && there.text !== this.#own) {
      if (this.#other?.text !== there.text) this.#other = { text: there.text, seen: this.#clock.monotonic() };
      // One that does not change any more is of a program that was ended; what is more telling goes first all the same.
      const isAlive = this.#clock.monotonic() - this.#other.seen < STALE_MS;
      if (isAlive && (rank(doingOf(beat)) > rank(act.doing) || (doingOf(beat) === act.doing && this.#own === null && beat.txn !== act.txn))) return;
    }
    const text = heartbeatText({ v: 1, station: place.station, txn: act.txn, counter: (beat?.counter ?? 0) + 1, at: act.since, doing: act.doing });
    await place.durable.makeFolder(place.paths.stations, place.paths.root);
    const { modified } = await place.durable.replaceDerived(file, () => Buffer.from(text), place.paths.stations);
    this.#server = { modified, at: this.#clock.monotonic() };
    this.#own = text;
  }

  async #leave(): Promise<void> {
    await this.#beating;
    const place = this.#place;
    if (place === null) return;
    const file = heartbeatFile(place.paths, place.station);
    const there = await readSmall(file, MOST_OCTETS);
    // What another program of this station says stays.
    if (there?.text === this.#own) await place.durable.removeFile(file).catch(() => undefined);
  }
}
