import { posix } from 'node:path';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { CancelledError, HmsError, versionName } from '../contract/index.ts';
import { nearestName } from '../core/index.ts';
import type { VersionDetail } from './catalog/index.ts';
import type { Counts } from './package/index.ts';
import type { ReadableLake } from './open.ts';

/** Which files of a version a package takes: docs/formats/export.md section 12. */
export interface Chosen {
  readonly counts: Counts;
  /** Whether the file at this place of the version's list is taken. */
  has(index: number): boolean;
}

const MAX_PATTERN = 1_000;
const FILES_PER_TURN = 2_000;
/** Names that are searched for the nearest one when a pattern matches nothing. */
const NEAR_NAMES = 20_000;

/**
 * The files of each version whose logical names match one of the patterns (globs as of Node's `path.posix.matchesGlob`; `/` is matched by `**` only). Names are matched once and kept as one bit
 * each. FILE_UNKNOWN, with the nearest name, where a pattern matches nothing in any of the versions.
 */
export async function chooseFiles(lake: ReadableLake, versions: readonly VersionDetail[], patterns: readonly string[], signal: AbortSignal): Promise<readonly Chosen[]> {
  for (const pattern of patterns) refuseUnusable(pattern);
  const used = patterns.map(() => false);
  const chosen: Chosen[] = [];
  for (const version of versions) chosen.push(await chooseOf(lake, version, patterns, used, signal));
  const unused = patterns[used.indexOf(false)];
  if (unused !== undefined) throw nothingMatched(lake, versions, unused);
  return chosen;
}

async function chooseOf(lake: ReadableLake, version: VersionDetail, patterns: readonly string[], used: boolean[], signal: AbortSignal): Promise<Chosen> {
  const taken = new Uint8Array(Math.ceil((version.files ?? 0) / 8));
  let index = 0;
  let files = 0;
  let octets = 0;
  for (const file of lake.catalog.iterateFiles(version.dataset, version.version) ?? []) {
    let isTaken = false;
    for (const [i, pattern] of patterns.entries()) {
      if (!posix.matchesGlob(file.path, pattern) && file.path !== pattern) continue;
      isTaken = true;
      used[i] = true;
    }
    if (isTaken) {
      taken[index >> 3] = (taken[index >> 3] ?? 0) | (1 << (index & 7));
      files++;
      octets += file.size;
    }
    if (++index % FILES_PER_TURN === 0) await turnOfLoop();
    if (signal.aborted) throw new CancelledError('No package was written; the lake was not changed.');
  }
  return { counts: { files, octets }, has: (at) => ((taken[at >> 3] ?? 0) & (1 << (at & 7))) !== 0 };
}

function refuseUnusable(pattern: string): void {
  if (pattern !== '' && pattern.length <= MAX_PATTERN && pattern.isWellFormed() && !pattern.includes('\0')) return;
  throw new HmsError('USAGE', `"${pattern.slice(0, 80)}" cannot be a pattern for names of files.`, { kept: 'Nothing was exported.', next: 'Write a name, or a pattern such as "*.csv" or "2024/**".' });
}

function nothingMatched(lake: ReadableLake, versions: readonly VersionDetail[], pattern: string): HmsError {
  const names = function* (): Generator<string> {
    let left = NEAR_NAMES;
    for (const version of versions) {
      for (const { path } of lake.catalog.iterateFiles(version.dataset, version.version) ?? []) {
        if (left-- === 0) return;
        yield path;
      }
    }
  };
  const nearest = nearestName(pattern, names()) ?? nearestName(bare(pattern), lastParts(names()));
  const [first] = versions;
  const where = versions.map(({ dataset, version }) => versionName(dataset, version)).join(', ');
  return new HmsError('FILE_UNKNOWN', `No file of ${where} has a name that matches "${pattern}".${nearest === null ? '' : ` Is "${nearest}" meant?`}`, {
    kept: 'Nothing was exported.',
    next: `See the names with: hms dta files ${first === undefined ? 'REF' : versionName(first.dataset, first.version)}. "*" stops at "/", so files in folders are matched by "**/*.csv".`,
    facts: { pattern, nearest },
  });
}

/** A pattern without what makes it one, as far as it goes. */
function bare(pattern: string): string {
  return pattern.slice(pattern.lastIndexOf('/') + 1).replaceAll(/[*?]/g, '');
}

function* lastParts(names: Iterable<string>): Generator<string> {
  for (const name of names) yield name.slice(name.lastIndexOf('/') + 1);
}
