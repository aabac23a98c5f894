import type { Findings } from '../findings.ts';
import type { Meter } from '../meter.ts';
import type { BagManifest } from './manifest.ts';
import type { PackageLayout } from './layout.ts';
import { dataFolderOf, isTagFile, layoutOf, neededTagFiles } from './layout.ts';
import { readManifest } from './manifest.ts';
import type { Expected, PackageSource } from './source.ts';

/** What the parts of a package's check share. */
export interface BagRead {
  readonly payload: BagManifest;
  readonly tagFiles: BagManifest;
  /** Label → values of bag-info.txt. */
  readonly info: ReadonlyMap<string, readonly string[]>;
  readonly layout: PackageLayout;
}

const PAYLOAD_MANIFEST = 'manifest-sha256.txt';
export const TAG_MANIFEST = 'tagmanifest-sha256.txt';
const BATCH = 64;
const signatureNames = /^signatures\/(?:station|officer)\.(?:p7s|cert\.pem)$/;

/** Checks a bag as RFC 8493 and docs/formats/export.md say: every file is listed, every listed file is there, and each has its digest. */
export async function checkBag(source: PackageSource, findings: Findings, meter: Meter): Promise<BagRead> {
  meter.phase('Reading manifests');
  const payload = await readManifest(source, PAYLOAD_MANIFEST);
  const tagFiles = await readManifest(source, TAG_MANIFEST);
  for (const [path, { fault }] of [[PAYLOAD_MANIFEST, payload], [TAG_MANIFEST, tagFiles]] as const) {
    if (!source.files.has(path)) findings.add('MANIFEST_WRONG', path, `${path} is missing.`);
    else if (fault !== null) findings.add('MANIFEST_WRONG', path, fault);
  }
  const layout = layoutOf(tagFiles.paths);
  reportNames(payload, tagFiles, layout, findings);
  const oxum = reportFiles(source, payload, tagFiles, findings);
  await checkDeclaration(source, findings);
  const info = await checkInfo(source, layout, findings, oxum);
  meter.filesTotal = payload.paths.length + tagFiles.paths.length;
  meter.bytesTotal = [...source.files.values()].reduce((sum, size) => sum + size, 0);
  meter.phase('Reading and hashing files');
  await hashAll(source, tagFiles, findings, meter);
  await hashAll(source, payload, findings, meter);
  return { payload, tagFiles, info, layout };
}

/** What the manifests may and must list. */
function reportNames(payload: BagManifest, tagFiles: BagManifest, layout: PackageLayout, findings: Findings): void {
  const folders = new Set(layout.versions.map(({ data }) => data));
  for (const path of payload.paths) {
    if (!folders.has(dataFolderOf(path, layout)) && path.startsWith('data/')) findings.add('MANIFEST_WRONG', PAYLOAD_MANIFEST, `The manifest of records lists "${path}", which is in no folder of a version.`);
    if (!path.startsWith('data/')) findings.add('MANIFEST_WRONG', PAYLOAD_MANIFEST, `The manifest of records lists "${path}", which is not in data/.`);
  }
  for (const path of tagFiles.paths) {
    if (!isTagFile(path, layout)) findings.add('MANIFEST_WRONG', TAG_MANIFEST, `The manifest of the other files lists "${path}", which is no part of a package.`);
  }
  for (const name of neededTagFiles(layout)) {
    if (!tagFiles.places.has(name)) findings.add('MANIFEST_WRONG', TAG_MANIFEST, `The manifest of the other files does not list ${name}.`);
  }
}

/** Files that are listed and not there, or there and not listed. Answers the Payload-Oxum of the records that are there: bytes.files. */
function reportFiles(source: PackageSource, payload: BagManifest, tagFiles: BagManifest, findings: Findings): string {
  let octets = 0;
  let records = 0;
  for (const [path, size] of source.files) {
    if (path.startsWith('data/')) {
      octets += size;
      records += 1;
    }
    const listed = payload.places.has(path) || tagFiles.places.has(path) || path === TAG_MANIFEST || signatureNames.test(path);
    if (!listed) findings.add('PACKAGE_FILE_EXTRA', path, 'This file is listed nowhere: it was added after the package was made.');
  }
  for (const { paths } of [tagFiles, payload]) {
    for (const path of paths) if (!source.files.has(path)) findings.add('PACKAGE_FILE_MISSING', path, 'The package lists this file, and it is missing.');
  }
  return `${String(octets)}.${String(records)}`;
}

async function checkDeclaration(source: PackageSource, findings: Findings): Promise<void> {
  const read = await source.read('bagit.txt', 1024);
  const text = 'why' in read ? '' : read.bytes.toString('utf8');
  if (!/^BagIt-Version: 1\.0\r?\nTag-File-Character-Encoding: UTF-8(?:\r?\n)?$/.test(text)) {
    findings.add('BAG_DECLARATION_WRONG', 'bagit.txt', 'bagit.txt is missing or does not declare a BagIt 1.0 bag in UTF-8.');
  }
}

/** Labels that a package of several versions repeats. */
const REPEATABLE = 'External-Identifier';
const PROFILE = 'bagit-profile.json';

async function checkInfo(source: PackageSource, layout: PackageLayout, findings: Findings, oxum: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const info = new Map<string, string[]>();
  const read = await source.read('bag-info.txt', 1024 * 1024);
  if ('why' in read) {
    findings.add('BAG_INFO_WRONG', 'bag-info.txt', `bag-info.txt cannot be read: ${read.detail}.`);
    return info;
  }
  for (const text of read.bytes.toString('utf8').split(/\r?\n/)) {
    const [, label = '', value = ''] = /^([^:\s][^:]*):[ \t]*(.*)$/.exec(text) ?? [];
    if (label === '') continue;
    const before = info.get(label);
    if (before !== undefined && (layout.isOne || label !== REPEATABLE)) findings.add('BAG_INFO_WRONG', 'bag-info.txt', `bag-info.txt says "${label}" twice.`);
    if (before === undefined) info.set(label, [value]);
    else before.push(value);
  }
  const [said] = info.get('Payload-Oxum') ?? [];
  if (said !== oxum) findings.add('BAG_INFO_WRONG', 'bag-info.txt', `The package says that its records have ${said ?? 'nothing'} (bytes.files), and they have ${oxum}.`);
  if (info.has('BagIt-Profile-Identifier') && !source.files.has(PROFILE)) findings.add('BAG_INFO_WRONG', 'bag-info.txt', `bag-info.txt names a BagIt profile, and ${PROFILE} is missing.`);
  return info;
}

async function hashAll(source: PackageSource, manifest: BagManifest, findings: Findings, meter: Meter): Promise<void> {
  const open = new Set<Promise<void>>();
  let batch: Expected[] = [];
  const send = (): void => {
    const files = batch;
    batch = [];
    const work = source.hash(files).then((problems) => {
      for (const { path, problem, detail } of problems) {
        if (problem === 'altered') findings.add('PACKAGE_FILE_ALTERED', path, `The bytes of this file are not those that were packed; their SHA-256 is now ${detail}.`);
        else findings.add('PACKAGE_FILE_ALTERED', path, `This file cannot be read whole: ${detail}.`);
      }
    });
    const done = work.finally(() => open.delete(done));
    done.catch(() => undefined);
    open.add(done);
  };
  for (const [i, path] of manifest.paths.entries()) {
    if (!source.files.has(path)) continue;
    batch.push({ path, digest: manifest.digests.subarray(i * 32, i * 32 + 32) });
    if (batch.length < BATCH) continue;
    send();
    while (open.size > 8) await Promise.race(open);
    await meter.breathe();
  }
  if (batch.length > 0) send();
  await Promise.all(open);
}
