import { join } from 'node:path';
import type { DatasetId, Doing, Instant, KeyId, LakeId, TxnId } from '../../contract/index.ts';
import type { Clock } from '../clock.ts';
import { DraftJson } from '../lake/index.ts';
import type { LakePaths } from '../lake/index.ts';
import { doingOf, heartbeatFile, MOST_OCTETS, parseHeartbeat, STALE_MS } from './heartbeat-file.ts';
import { readSmall } from './read-small.ts';

/** Another workstation that gave a sign of life. */
export interface Present {
  readonly station: KeyId;
  readonly name: string;
  readonly doing: Doing;
  readonly dataset: DatasetId | null;
  readonly account: string | null;
  readonly since: Instant;
}

/** A heartbeat as it stands in the lake, whether anyone is behind it or not. */
export interface LastSign extends Present {
  /** When the file was written, by the file server's clock, ms. */
  readonly modified: number;
}

export interface ObservedLake {
  readonly lake: LakeId;
  readonly paths: LakePaths;
  /** Stations whose keys are enrolled and not revoked, with their names. Nobody else's file is looked at. */
  readonly stations: readonly { readonly id: KeyId; readonly name: string }[];
}

/** More stations than this are not looked at: each costs the share a request at every look. */
const MOST_STATIONS = 64;
const MOST_DRAFT_OCTETS = 65_536;
const MOST_NAME = 64;

interface Known {
  readonly text: string;
  /** When the file was last seen to change, by this program's own clock; null while it was never seen to. */
  readonly changed: number | null;
}

/** Notes when it last saw each station's file change, by its own clock: clocks of two computers are never compared. */
export class Observer {
  readonly #clock: Clock;
  readonly #known = new Map<KeyId, Known>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Who is there. A file that is seen for the first time counts from the next change on, or at once where `serverNow` (the file server's own time) shows that it
   * was written in the last moments.
   */
  async look(lake: ObservedLake, serverNow: number | null): Promise<readonly Present[]> {
    const present: Present[] = [];
    for (const sign of await lastSigns(lake)) {
      const now = this.#clock.monotonic();
      const known = this.#known.get(sign.station);
      const text = JSON.stringify([sign.beat.counter, sign.beat.at, sign.beat.doing, sign.beat.txn]);
      const changed = known === undefined ? firstSeen(serverNow, sign.modified, now) : known.text === text ? known.changed : now;
      this.#known.set(sign.station, { text, changed });
      if (changed === null || now - changed >= STALE_MS) continue;
      const { station, name, doing, dataset, account, since } = sign;
      present.push({ station, name, doing, dataset, account, since });
    }
    return present;
  }
}

function firstSeen(serverNow: number | null, modified: number, now: number): number | null {
  if (serverNow === null) return null;
  const age = serverNow - modified;
  return Math.abs(age) < STALE_MS ? now - Math.max(age, 0) : null;
}

/** The heartbeats of all stations, as they stand in the lake. What is no heartbeat of its station is passed over. */
export async function lastSigns({ lake, paths, stations }: ObservedLake): Promise<readonly (LastSign & { readonly beat: { readonly counter: number; readonly at: Instant; readonly doing: string; readonly txn: TxnId | null } })[]> {
  const signs = await Promise.all(
    stations.slice(0, MOST_STATIONS).map(async ({ id, name }) => {
      const there = await readSmall(heartbeatFile(paths, id), MOST_OCTETS);
      const beat = there === null ? null : parseHeartbeat(there.text, id);
      if (there === null || beat === null) return null;
      const draft = beat.txn === null ? null : await draftOf(paths, beat.txn, lake, id);
      const doing = doingOf(beat);
      return { station: id, name, doing, dataset: draft?.dataset ?? null, account: draft?.account ?? null, since: beat.at, modified: there.modified, beat };
    }),
  );
  return signs.filter((sign) => sign !== null);
}

/** Dataset and account of the draft that a station works on: only where that draft is of this lake and of that station. */
async function draftOf(paths: LakePaths, txn: TxnId, lake: LakeId, station: KeyId): Promise<{ readonly dataset: DatasetId; readonly account: string | null } | null> {
  const there = await readSmall(join(paths.transaction(txn), 'draft.json'), MOST_DRAFT_OCTETS);
  if (there === null) return null;
  const draft = DraftJson.safeParse(jsonOf(there.text));
  if (!draft.success || draft.data.txn !== txn || draft.data.lake !== lake || draft.data.station !== station) return null;
  const account = draft.data.osUser.replaceAll(/[\p{Cc}\p{Cf}]/gu, '').slice(0, MOST_NAME);
  return { dataset: draft.data.dataset, account: account === '' ? null : account };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
