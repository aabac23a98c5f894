import { lstat, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { HmsError, instantOf, versionName } from '../contract/index.ts';
import type { OnProgress, Tag } from '../contract/index.ts';
import { formatProof, inclusionPath, parseCheckpoint, parseEntry } from '../core/index.ts';
import type { VersionDetail } from './catalog/index.ts';
import { storedFiles } from './files.ts';
import { codeOf, durableOn, ifMissing, inWords, leafAt, nodeAtFromLeaves, placeOf, readBody, sha256, signedCheckpoint, versionFolder } from './lake/index.ts';
import type { Durable } from './lake/index.ts';
import { writeVersionZip } from './package/index.ts';
import type { PackageEvent, PackageResult, VersionPackageInput } from './package/index.ts';
import type { Signer } from './keys/index.ts';
import type { ReadableLake } from './open.ts';
import { PROGRAM } from './station.ts';

export interface ExportOptions {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** Replace a package that stands there. */
  readonly replace?: boolean;
}

/**
 * Writes a version as a signed package (docs/formats/export.md) and records that in the ledger. The zip grows under a temporary name beside its place and
 * appears at once when all of it is durable and the ledger entry is made: an export that is recorded and not there can be repeated, one that is
 * there and not recorded would be a gap in what the office can testify to. From a lake that this station may only read, a package is made all the
 * same, and not recorded.
 */
export async function exportVersion(lake: ReadableLake, version: VersionDetail, target: string, options: ExportOptions): Promise<PackageResult> {
  const file = resolve(target);
  if (options.replace !== true && (await lstat(file).then(() => true, ifMissing(false)))) {
    throw targetExists(file);
  }
  const folder = dirname(file);
  if (!(await lstat(folder).then((stats) => stats.isDirectory(), ifMissing(false)))) {
    throw new HmsError('USAGE', `There is no folder ${folder}.`, { kept: 'Nothing was exported.', next: 'Make the folder, or give another place.' });
  }
  const durable = durableOn(lake.durable.disk, await placeOf(folder), lake.clock);
  const signer = signerOf(lake);
  const input = await packageInput(lake, signer, version);
  const part = join(folder, `.${basename(file)}.${Buffer.from(lake.clock.random(4)).toString('hex')}.part`);
  const kept = 'No package was made; the version is as it was.';
  try {
    const result = await inWords(`Writing ${file}`, kept, () => writePart(durable, part, input, options));
    await recordExport(lake, signer, version, basename(file), result);
    await inWords(`Putting ${file} in place`, `The export is recorded in the ledger, the package is not there. Export it again.`, async () => {
      if (options.replace !== true && (await lstat(file).then(() => true, ifMissing(false)))) throw targetExists(file);
      await durable.moveFile(part, file);
      await durable.disk.syncFolder(folder);
    });
    return result;
  } catch (error) {
    await durable.removeFile(part).catch((second: unknown) => {
      if (codeOf(second) === '') throw second;
    });
    throw error;
  }
}

function targetExists(file: string): HmsError {
  return new HmsError('TARGET_EXISTS', `${file} exists already.`, { kept: 'It was not changed, and no package was put there.', next: 'Give another name, or add --replace.' });
}

async function recordExport(lake: ReadableLake, signer: Signer, version: VersionDetail, name: string, result: PackageResult): Promise<void> {
  if (lake.readOnly !== null) return;
  const ref = `version:${versionName(version.dataset, version.version)}`;
  await lake.ledger.act(signer, {
    op: 'version.exported',
    subject: ref,
    head: { name, bytes: result.bytes, payload: result.payload, signer: signer.name },
    inputs: [{ ref, sha256: version.hash }],
    outputs: [{ ref: 'package', sha256: result.tagmanifest }],
  });
}

async function writePart(durable: Durable, part: string, input: VersionPackageInput, options: ExportOptions): Promise<PackageResult> {
  const handle = await durable.disk.create(part, 'exclusive');
  try {
    const result = await writeVersionZip(input, handle, { signal: options.signal, onProgress: options.onProgress });
    await handle.sync();
    return result;
  } finally {
    await handle.close();
  }
}

/** Everything that a package says of a version, as it stood at its commit. */
async function packageInput(lake: ReadableLake, signer: Signer, version: VersionDetail): Promise<VersionPackageInput> {
  const { catalog, paths, durable, clock } = lake;
  const claimed = lake.index.claimedVersion(version.dataset, version.version);
  if (claimed === null) throw new Error(`The index has no ${versionName(version.dataset, version.version)}.`);
  const folder = await versionFolder(paths, claimed);
  const stored = await storedFiles(lake, version);
  const leaf = await leafAt(paths.entry(version.seq), durable.place, clock);
  if (leaf.is !== 'leaf' || folder === null) {
    throw new HmsError('LEDGER_DAMAGED', `Entry ${version.seq} of the ledger, which committed this version, cannot be read.`, { kept: 'Nothing was exported.', next: 'Run `hms dta verify` on the lake.' });
  }
  const said = await commitWords(lake, version, leaf.bytes);
  const history = catalog.versions(version.dataset, version.version + 1, Number.MAX_SAFE_INTEGER).reverse();
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
    history: history.map((item) => ({ version: item.version, at: item.at, message: item.message ?? '(destroyed)', hash: item.hash })),
    description: descriptionAt(lake, version),
    events: eventsOf(lake, version),
    entry: { seq: version.seq, bytes: leaf.bytes },
    proof: await proofOf(lake, signer, version.seq),
    files: function* () {
      for (const file of catalog.iterateFiles(version.dataset, version.version) ?? []) {
        yield { path: file.path, sha256: file.sha256, size: file.size, mtime: file.mtime, stored: stored(file.sha256) };
      }
    },
    counts: { files: version.files ?? 0, octets: version.bytes ?? 0 },
    signer: { kind: 'station', name: signer.name, certificateDer: signer.certificate, sign: (bytes) => Promise.resolve(signer.sign(bytes)) },
    now: instantOf(clock.now()),
    program: PROGRAM,
  };
}

async function commitWords(lake: ReadableLake, version: VersionDetail, bytes: Uint8Array): Promise<{ message: string; tags: readonly Tag[]; by: { kind: 'station' | 'officer'; name: string } }> {
  const parsed = parseEntry(bytes);
  if (!parsed.ok) throw new Error(`Entry ${version.seq} does not parse, and has effect.`);
  const body = await readBody(lake.paths.entry(version.seq), parsed.entry);
  const head = body.is === 'kept' && body.head.op === 'version.committed' ? body.head : null;
  const firstTags = version.version === 1 ? tagsOfCreation(lake, version) : [];
  const key = lake.catalog.keys().find((item) => item.id === parsed.entry.actor);
  const kind = parsed.entry.actor === parsed.entry.station ? 'station' : 'officer';
  return {
    message: head?.message ?? '(the words of this commit were destroyed)',
    tags: [...new Set([...firstTags, ...(head?.tags ?? [])])].sort(),
    by: { kind, name: key?.name ?? head?.by.host ?? parsed.entry.actor.slice(0, 16) },
  };
}

function tagsOfCreation(lake: ReadableLake, version: VersionDetail): readonly Tag[] {
  return lake.catalog.view.dataset(version.dataset)?.firstTags?.tags ?? [];
}

/** The description in effect when the version was committed. */
function descriptionAt(lake: ReadableLake, version: VersionDetail): VersionPackageInput['description'] {
  const said = lake.catalog.dataset(version.dataset)?.descriptions ?? [];
  return said.find((description) => description.seq < version.seq)?.value ?? null;
}

function eventsOf(lake: ReadableLake, version: VersionDetail): PackageEvent[] {
  const events: PackageEvent[] = [];
  for (let before: number | null | undefined = undefined; before !== null; ) {
    const page = lake.catalog.log({ dataset: version.dataset, ...(before === undefined ? {} : { before }) }, 500);
    for (const entry of page.entries) {
      if (!entry.effect || entry.at === null || entry.op === null || entry.seq > version.seq) continue;
      events.push({ seq: entry.seq, at: entry.at, op: entry.op, actor: entry.actor === entry.station ? 'station' : 'officer' });
    }
    before = page.next;
  }
  return events.reverse();
}

/**
 * The inclusion proof of the entry: under a checkpoint of this station's own, or, where it may not write, under the one that the lake has.
 */
async function proofOf(lake: ReadableLake, signer: Signer, seq: number): Promise<string> {
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

function signerOf(lake: ReadableLake): Signer {
  if (lake.station !== null) return lake.station;
  throw lake.readOnly ?? new Error('A lake that can be written has a station key.');
}
