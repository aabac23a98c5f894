import { createHash } from 'node:crypto';
import { Entry, versionName } from '../../contract/index.ts';
import type { Instant } from '../../contract/index.ts';
import type { PayloadFile } from './listing.ts';
import type { Counts, HistoryItem, PackageEvent, PackageInput, VersionContent } from './types.ts';

/** Where the files of a package stand: docs/formats/export.md sections 1 and 11. */

/** One version with what follows from it, and its folders in the package, each ending in `/`. */
export interface PlannedVersion {
  readonly content: VersionContent;
  /** `WF-2024-07:v1` */
  readonly name: string;
  /** Its records. */
  readonly data: string;
  /** What is said of it; '' for the top of the package. */
  readonly said: string;
  /** What proves it. */
  readonly proof: string;
  readonly entry: Entry;
  /** Of the entry that committed it. */
  readonly leafHash: string;
  /** Up to this version, in order. */
  readonly history: readonly HistoryItem[];
  /** Up to its commit, in order. */
  readonly events: readonly PackageEvent[];
  /** Where its list of files is kept once it was made; null where it is too long for that. */
  readonly kept: { files: PayloadFile[] | null } | null;
}

/** Files whose names and places are kept in memory, over all versions of a package: about 20 MB. */
const KEPT_FILES = 30_000;

export interface PackagePlan {
  readonly input: PackageInput;
  /** The bag's folder as the package calls itself. */
  readonly top: string;
  /** In order of id (ignoring case), then number. */
  readonly versions: readonly PlannedVersion[];
  readonly isOne: boolean;
  readonly counts: Counts;
  /** The last of the commits. */
  readonly newest: Instant;
}

/** Throws an Error where the caller's parts do not belong together: a package must not be signed that tells two stories. */
export function planPackage(input: PackageInput, keptFiles = KEPT_FILES): PackagePlan {
  const ordered = [...input.versions].sort(byVersion);
  const [first] = ordered;
  if (first === undefined) throw new Error('A package holds at least one version.');
  const isOne = ordered.length === 1;
  let room = keptFiles;
  const versions = ordered.map((content) => {
    const isKept = content.counts.files <= room;
    if (isKept) room -= content.counts.files;
    return planVersion(content, isOne, isKept);
  });
  if (new Set(versions.map(({ name }) => name)).size !== versions.length) throw new Error('A version stands twice in the package.');
  return {
    input,
    top: isOne ? folderOf(first) : `${folderOf(first)}-and-${versions.length - 1}-more`,
    versions,
    isOne,
    counts: { files: sum(ordered, ({ counts }) => counts.files), octets: sum(ordered, ({ counts }) => counts.octets) },
    newest: ordered.map(({ committedAt }) => committedAt).sort().at(-1) ?? first.committedAt,
  };
}

function planVersion(content: VersionContent, isOne: boolean, isKept: boolean): PlannedVersion {
  const name = versionName(content.dataset, content.version);
  const own = isOne ? '' : `${folderOf(content)}/`;
  const history = content.history.filter(({ version }) => version <= content.version).sort((a, b) => a.version - b.version);
  if (history.at(-1)?.hash !== content.inventoryHash) throw new Error(`The history of ${name} does not end with it.`);
  return {
    content,
    name,
    data: `data/${own}`,
    said: isOne ? '' : `provenance/${own}`,
    proof: `provenance/${own}`,
    entry: entryOf(content, name),
    leafHash: createHash('sha256').update(Uint8Array.of(0)).update(content.entry.bytes).digest('hex'),
    history,
    events: content.events.filter(({ seq }) => seq <= content.entry.seq).sort((a, b) => a.seq - b.seq),
    kept: isKept ? { files: null } : null,
  };
}

/** `WF-2024-07-v1` */
function folderOf({ dataset, version }: VersionContent): string {
  return `${dataset}-v${version}`;
}

/** The entry, which must be the one that names this inventory. */
function entryOf(content: VersionContent, name: string): Entry {
  const entry = Entry.parse(JSON.parse(Buffer.from(content.entry.bytes).toString('utf8')));
  const names = entry.outputs.some((output) => 'more' in output || output.sha256 === content.inventoryHash);
  if (entry.seq !== content.entry.seq || !names) throw new Error(`Entry ${content.entry.seq} is not the one that committed ${name}.`);
  return entry;
}

function byVersion(a: VersionContent, b: VersionContent): number {
  const [one, other] = [a.dataset.toLowerCase(), b.dataset.toLowerCase()];
  if (one !== other) return one < other ? -1 : 1;
  return a.version - b.version;
}

function sum(versions: readonly VersionContent[], of: (version: VersionContent) => number): number {
  return versions.reduce((total, version) => total + of(version), 0);
}
