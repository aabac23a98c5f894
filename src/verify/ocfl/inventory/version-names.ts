import type { OcflCode } from '../codes.ts';

interface NamedVersion {
  readonly name: string;
  readonly number: number;
}

/** A number longer than this is no count of versions. */
const version = /^v(\d{1,9})$/;
/** Missing versions that are named one by one. */
const MOST_NAMED = 20;

/** Number of a version folder or of a key of the versions; null for a name that is none's. `v0` is none. */
export function versionNumber(name: string): number | null {
  const digits = version.exec(name)?.[1];
  const number = Number(digits ?? 0);
  return number === 0 ? null : number;
}

/**
 * Judges the names of the versions of an inventory: their form, their sequence and how they are padded (section 3.3). Answers the versions by
 * number; names that are none are left out.
 */
export function judgeVersionNames(names: readonly string[], fault: (code: OcflCode, message: string) => void): NamedVersion[] {
  const versions: NamedVersion[] = [];
  for (const name of names) {
    const number = versionNumber(name);
    if (number !== null) versions.push({ name, number });
    else if (name.startsWith('v')) fault('E105', `"${name.slice(0, 100)}" is not the name of a version: after the v, a whole number above 0 is asked for.`);
    else fault('E104', `"${name.slice(0, 100)}" is not the name of a version: it does not begin with v.`);
  }
  if (names.length === 0) fault('E008', 'It describes no version.');
  versions.sort((a, b) => a.number - b.number || a.name.length - b.name.length);
  judgeSequence(names.length > 0, versions, fault);
  judgePadding(versions, fault);
  return versions;
}

function judgeSequence(any: boolean, versions: readonly NamedVersion[], fault: (code: OcflCode, message: string) => void): void {
  const first = versions[0];
  if (any && first?.number !== 1) fault('E009', 'Its versions do not begin with version 1.');
  let before = first?.number ?? 0;
  let missing = 0;
  for (const { number } of versions) {
    for (let gap = before + 1; gap < number && missing < MOST_NAMED; gap++) {
      fault('E010', `Version ${String(gap)} is missing between the others.`);
      missing += 1;
    }
    before = number;
  }
}

function judgePadding(versions: readonly NamedVersion[], fault: (code: OcflCode, message: string) => void): void {
  const first = versions[0];
  if (first === undefined) return;
  const padded = first.name.startsWith('v0');
  if (padded) fault('W001', `Its versions have names padded with zeros, such as "${first.name}".`);
  let before = first;
  for (const here of versions.slice(1)) {
    const herePadded = here.name.startsWith('v0');
    const likeFirst = padded ? herePadded && here.name.length === first.name.length : !herePadded;
    if (here.number === before.number) {
      fault('E012', `"${before.name}" and "${here.name}" are names of the same version.`);
    } else if (!likeFirst) {
      if (padded && here.name.length === first.name.length) fault('E011', `"${here.name}" has no zero after the v, and the other versions are named like "${first.name}".`);
      else fault('E012', `"${here.name}" is not named in the same way as "${first.name}".`);
      fault('E013', `"${here.name}" does not go on in the way in which "${first.name}" began.`);
    }
    before = here;
  }
}
