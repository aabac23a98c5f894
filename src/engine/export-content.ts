import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HmsError, versionName } from '../contract/index.ts';
import type { Entry, Sha256, Tag } from '../contract/index.ts';
import { formatProof, inclusionPath, parseCheckpoint, parseEntry, parseSubject } from '../core/index.ts';
import type { FileRow, LogEntry, VersionDetail } from './catalog/index.ts';
import type { Chosen } from './export-selection.ts';
import { storedFiles } from './files.ts';
import { ifMissing, leafAt, nodeAtFromLeaves, readBody, sha256, signedCheckpoint, versionFolder } from './lake/index.ts';
import { lineageWords } from './package/index.ts';
import type { HistoryItem, Lineage, PackageEvent, SignerKind, VersionContent } from './package/index.ts';
import type { Signer } from './keys/index.ts';
import type { ReadableLake } from './open.ts';

/** Everything that a package says of a version, as it stood at its commit. */
export async function versionContent(lake: ReadableLake, station: Signer, version: VersionDetail, chosen: Chosen | null): Promise<VersionContent> {
  const { catalog, paths } = lake;
  const name = versionName(version.dataset, version.version);
  const claimed = lake.index.claimedVersion(version.dataset, version.version);
  if (claimed === null) throw new Error(`The index has no ${name}.`);
  if (version.log !== (catalog.log({}, 1).entries[0]?.log ?? 0)) throw beforeFork(name);
  const folder = await versionFolder(paths, claimed);
  const stored = await storedFiles(lake, version);
  const { bytes, entry } = await commitEntry(lake, version);
  if (folder === null) throw unreadableEntry(version.seq);
  const said = await commitWords(lake, version, entry);
  const entries = entriesOf(lake, version);
  const whole = { files: version.files ?? 0, octets: version.bytes ?? 0 };
  return {
    dataset: version.dataset,
    version: version.version,
    inventoryHash: version.hash,
    inventoryPath: join(folder, 'inventory.json'),
    root: claimed.root,
    message: said.message,
    tags: said.tags,
    committedAt: version.at,
    committedBy: said.by,
    zone: lake.lake.zone,
    history: historyOf(lake, version, entries),
    lineage: lineageOf(version, entry),
    description: descriptionAt(lake, version),
    describedNow: catalog.dataset(version.dataset)?.descriptions[0]?.value ?? null,
    events: await eventsOf(lake, version, entries),
    entry: { seq: version.seq, bytes },
    proof: await proofOf(lake, station, version.seq),
    files: function* () {
      let index = 0;
      for (const file of catalog.iterateFiles(version.dataset, version.version) ?? []) {
        if (chosen === null || chosen.has(index)) yield packageFile(file, stored);
        index++;
      }
    },
    counts: chosen === null ? whole : chosen.counts,
    ...(chosen === null ? {} : { whole }),
  };
}

function packageFile(file: FileRow, stored: (digest: Sha256) => string): Pick<FileRow, 'path' | 'sha256' | 'size' | 'mtime'> & { stored: string } {
  return { path: file.path, sha256: file.sha256, size: file.size, mtime: file.mtime, stored: stored(file.sha256) };
}

async function commitEntry(lake: ReadableLake, { seq }: Pick<VersionDetail, 'seq'>): Promise<{ bytes: Uint8Array; entry: Entry }> {
  const leaf = await leafAt(lake.paths.entry(seq), lake.durable.place, lake.clock);
  const parsed = leaf.is === 'leaf' ? parseEntry(leaf.bytes) : null;
  if (leaf.is !== 'leaf' || parsed?.ok !== true) throw unreadableEntry(seq);
  return { bytes: leaf.bytes, entry: parsed.entry };
}

function unreadableEntry(seq: number): HmsError {
  return new HmsError('LEDGER_DAMAGED', `Entry ${seq} of the ledger, which committed this version, cannot be read.`, { kept: 'Nothing was exported.', next: 'Run `hms dta verify` on the lake.' });
}

function beforeFork(name: string): HmsError {
  return new HmsError('ACT_REFUSED', `${name} was committed before this lake was forked, so its ledger entry stands in the ledger of the lake that it was forked from.`, {
    kept: 'Nothing was exported.',
    next: 'Export it from that lake, or bring its files into a new version of this one and export that.',
  });
}

async function commitWords(lake: ReadableLake, version: VersionDetail, entry: Entry): Promise<{ message: string; tags: readonly Tag[]; by: { kind: SignerKind; name: string } }> {
  const body = await readBody(lake.paths.entry(version.seq), entry);
  const head = body.is === 'kept' && body.head.op === 'version.committed' ? body.head : null;
  const firstTags = version.version === 1 ? (lake.catalog.view.dataset(version.dataset)?.firstTags?.tags ?? []) : [];
  const key = lake.catalog.keys().find((item) => item.id === entry.actor);
  return {
    message: head?.message ?? '(the words of this commit were destroyed)',
    tags: [...new Set([...firstTags, ...(head?.tags ?? [])])].sort(),
    by: { kind: kindOf(entry), name: key?.name ?? head?.by.host ?? entry.actor.slice(0, 16) },
  };
}

/**
 * What the version was made from: by the words of its commit, or, where these are gone or name nothing, what its entry names besides the version before. The parameters of a transform stay at home: a
 * condition or a text that was redacted may be just what must not be handed out.
 */
function lineageOf(version: VersionDetail, entry: Entry): Lineage {
  const { transform, lineage } = version;
  if (lineage !== null) return { transform, sources: lineage.from, ...(lineage.engine === undefined ? {} : { engine: lineage.engine }) };
  const before = versionName(version.dataset, version.version - 1);
  const inputs = entry.inputs.flatMap((input) => {
    const subject = 'ref' in input ? parseSubject(input.ref) : null;
    return subject?.kind === 'version' ? [versionName(subject.id, subject.version)] : [];
  });
  return { transform, sources: transform === null ? inputs.filter((source) => source !== before) : inputs };
}

/** The description in effect when the version was committed. */
function descriptionAt(lake: ReadableLake, version: VersionDetail): VersionContent['description'] {
  const said = lake.catalog.dataset(version.dataset)?.descriptions ?? [];
  return said.find((description) => description.seq < version.seq)?.value ?? null;
}

/** Entries with effect about the dataset up to the commit, in order. */
function entriesOf(lake: ReadableLake, version: VersionDetail): LogEntry[] {
  const entries: LogEntry[] = [];
  for (let before: number | null | undefined = undefined; before !== null; ) {
    const page = lake.catalog.log({ dataset: version.dataset, ...(before === undefined ? {} : { before }) }, 500);
    entries.push(...page.entries.filter(({ effect, log, seq }) => effect && log === version.log && seq <= version.seq));
    before = page.next;
  }
  return entries.reverse();
}

function historyOf(lake: ReadableLake, version: VersionDetail, entries: readonly LogEntry[]): HistoryItem[] {
  const names = new Map(lake.catalog.keys().map(({ id, name }) => [id, name]));
  const commits = new Map(entries.filter(({ op }) => op === 'version.committed').map((entry) => [entry.subject, entry]));
  const versions = lake.catalog.versions(version.dataset, version.version + 1, Number.MAX_SAFE_INTEGER).reverse();
  return versions.map((item) => {
    const common = { version: item.version, at: item.at, message: item.message ?? '(destroyed)', hash: item.hash };
    const entry = commits.get(`version:${versionName(item.dataset, item.version)}`);
    if (entry === undefined || entry.actor === null) return common;
    return { ...common, commit: { seq: entry.seq, key: entry.actor, kind: kindOf(entry), name: names.get(entry.actor) ?? entry.actor.slice(0, 16) } };
  });
}

async function eventsOf(lake: ReadableLake, version: VersionDetail, entries: readonly LogEntry[]): Promise<PackageEvent[]> {
  const transforms = new Map(lake.catalog.versions(version.dataset, version.version + 1, Number.MAX_SAFE_INTEGER).map((item) => [`version:${versionName(item.dataset, item.version)}`, item]));
  const events: PackageEvent[] = [];
  for (const entry of entries) {
    const { seq, at, op, subject } = entry;
    if (at === null || op === null) continue;
    const made = op === 'version.committed' ? transforms.get(subject ?? '') : undefined;
    // Of the others the entry need not be read: what has no transform and is not this version is told by its own package.
    const isTold = made !== undefined && (made.transform !== null || made.lineage !== null || made.version === version.version);
    const detail = isTold ? lineageWords(lineageOf(made, (await commitEntry(lake, made)).entry)) : '';
    events.push({ seq, at, op, actor: kindOf(entry), subject: subject ?? '', detail });
  }
  return events;
}

function kindOf({ actor, station }: { readonly actor: string | null; readonly station: string | null }): SignerKind {
  return actor === station ? 'station' : 'officer';
}

/** The inclusion proof of the entry: under a checkpoint of this station's own, or, where it may not write, under the one that the lake has. */
export async function proofOf(lake: ReadableLake, signer: Signer, seq: number): Promise<string> {
  const tree = lake.ledger.tree();
  const nodeAt = nodeAtFromLeaves(tree);
  if (lake.readOnly === null) {
    await lake.ledger.refuseContradiction(tree);
    return formatProof({ index: seq, path: await inclusionPath(sha256, tree.frontier.size, seq, nodeAt), checkpoint: signedCheckpoint(lake.lake.origin, tree.frontier, signer) });
  }
  const note = await readFile(lake.paths.checkpoint, 'utf8').catch(ifMissing(''));
  const there = parseCheckpoint(note);
  if (there === null || there.origin !== lake.lake.origin || there.size <= seq || there.size > tree.frontier.size) {
    throw new HmsError('LAKE_READ_ONLY', 'This station may only read the lake, and the checkpoint that lies in it does not cover this version, so nothing would prove it.', {
      kept: 'Nothing was exported.',
      next: 'Export from an enrolled workstation.',
    });
  }
  return formatProof({ index: seq, path: await inclusionPath(sha256, there.size, seq, nodeAt), checkpoint: note });
}
