import { join } from 'node:path';
import { doings, Heartbeat } from '../../contract/index.ts';
import type { Doing, KeyId } from '../../contract/index.ts';
import { canonicalJson } from '../../core/index.ts';
import type { LakePaths } from '../lake/index.ts';

/** The file of a station's heartbeat: docs/formats/lake.md section 14. */

/** A beat this often, ms. On a share it costs one small file written and read back. */
export const BEAT_MS = 15_000;
/** Without a change for so long by the observer's own clock a station is not shown any more, ms. */
export const STALE_MS = 45_000;
/** Octets of a file beyond which it is no heartbeat. */
export const MOST_OCTETS = 4_096;

export function heartbeatFile(paths: LakePaths, station: KeyId): string {
  return join(paths.stations, `${station}.json`);
}

export function heartbeatText(beat: Heartbeat): string {
  return `${canonicalJson(beat)}\n`;
}

/** The heartbeat that a text is, for this station; null for anything else, another station's too. */
export function parseHeartbeat(text: string, station: KeyId): Heartbeat | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Half written by an in-place rewrite on a share, or junk.
    return null;
  }
  const beat = Heartbeat.safeParse(value);
  return beat.success && beat.data.station === station ? beat.data : null;
}

/** What a heartbeat says; a word of a newer program says no more than that someone is there. */
export function doingOf(beat: Heartbeat): Doing {
  return doings.find((doing) => doing === beat.doing) ?? 'idle';
}
