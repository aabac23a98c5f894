import type { FindingSink } from '../findings.ts';
import type { Meter } from '../meter.ts';
import { Marks } from '../workers/compact.ts';
import type { Algorithm } from './algorithms.ts';
import { algorithmOf, plainName } from './algorithms.ts';
import { ChecksumList } from './checksums.ts';
import type { BagitCode } from './codes.ts';
import type { Declaration } from './declaration.ts';
import type { ManifestEntry, ManifestLine } from './manifest-line.ts';
import { parseManifestLine } from './manifest-line.ts';
import { hasLoosePercent, tidyPath, unsafePath } from './paths.ts';
import { findListed } from './listed.ts';
import type { BagSource } from './source.ts';
import { readLines } from './text.ts';

/** A manifest held against the files of the bag. */
export interface Manifest {
  readonly file: number;
  readonly name: string;
  readonly isTag: boolean;
  /** Null where it is not known. */
  readonly algorithm: Algorithm | null;
  /** By file: 0 not listed, 1 by its name, 2 by a name that looks like it. */
  readonly listed: Marks;
  /** By file; only for known algorithms. */
  readonly checksums: ChecksumList;
}

/** What reading manifests needs. */
export interface BagReading {
  readonly source: BagSource;
  readonly declaration: Declaration;
  readonly findings: FindingSink<BagitCode>;
  readonly meter: Meter;
}

const manifestName = /^(tag)?manifest-([^/]+)\.txt$/i;

/** Reads every payload manifest and tag manifest in the bag's folder, RFC 8493 sections 2.1.3 and 2.2.1. */
export async function readManifests(reading: BagReading): Promise<Manifest[]> {
  const { source, findings } = reading;
  const manifests: Manifest[] = [];
  // What manifests list and is not there is added to the table, so its end is taken first.
  const names = [...source.files.entries()].filter(([, path]) => manifestName.test(path));
  for (const [file, path] of names) {
    const [, tag = '', called = ''] = manifestName.exec(path) ?? [];
    const algorithm = algorithmOf(called);
    if (path !== path.toLowerCase() || plainName(called) !== called) {
      findings.add('BAGIT_MANIFEST_NAME', path, `The name of this manifest should be ${tag.toLowerCase()}manifest-${plainName(called)}.txt.`);
    }
    if (algorithm === null) findings.add('BAGIT_ALGORITHM_UNKNOWN', path, `The algorithm "${called.slice(0, 40)}" is not known here; the checksums in this manifest were not checked.`);
    manifests.push(await readManifest(reading, { file, name: path, isTag: tag !== '', algorithm, listed: new Marks(), checksums: new ChecksumList(algorithm?.bytes ?? 0, source.files.length) }));
  }
  return manifests;
}

async function readManifest(reading: BagReading, manifest: Manifest): Promise<Manifest> {
  const { source, declaration, findings, meter } = reading;
  const digits = manifest.algorithm === null ? null : manifest.algorithm.bytes * 2;
  const text = await readLines(source, manifest.file, declaration.encoding, (line, number) => {
    meter.check();
    takeLine(reading, manifest, parseManifestLine(line, digits), number);
  });
  reportText(findings, declaration, manifest.name, text);
  return manifest;
}

/** What is wrong with a tag file as text, whatever it says. */
export function reportText(findings: FindingSink<BagitCode>, { encoding, rules }: Declaration, name: string, text: Awaited<ReturnType<typeof readLines>>): void {
  if (text.broken !== null) {
    findings.add('BAGIT_FILE_UNREADABLE', name, `This tag file cannot be read whole: ${text.broken}.`);
    return;
  }
  if (!text.isText) findings.add('BAGIT_TEXT_WRONG', name, `This file is not text in ${encoding.name}, as bagit.txt declares.`);
  if (text.hasMark && encoding.label !== 'utf-16be' && encoding.label !== 'utf-16le') {
    findings.add(rules.isStrict ? 'BAGIT_BOM' : 'BAGIT_BOM_LOOSE', name, 'This file begins with a byte order mark.');
  }
  if (!text.isEnded) findings.add('BAGIT_LINE_END_MISSING', name, 'The last line of this file has no line end.');
}

function takeLine(reading: BagReading, manifest: Manifest, line: ManifestLine, number: number): void {
  const { findings, declaration } = reading;
  const where = `Line ${String(number)} of this manifest`;
  if (line.kind === 'wrong') findings.add('BAGIT_LINE_WRONG', manifest.name, `${where} is not as it should be: ${line.why}.`);
  else if (line.kind === 'blank') findings.add('BAGIT_LINE_LOOSE', manifest.name, `${where} is empty.`);
  else if (line.kind === 'remark') findings.add(declaration.rules.isStrict ? 'BAGIT_LINE_WRONG' : 'BAGIT_LINE_LOOSE', manifest.name, `${where} is a remark, which a manifest cannot have.`);
  else takeEntry(reading, manifest, line, where);
}

function takeEntry(reading: BagReading, manifest: Manifest, line: ManifestEntry, where: string): void {
  const { findings, declaration, source } = reading;
  const { name } = manifest;
  const fault = unsafePath(line.path);
  if (fault !== null) {
    findings.add('BAGIT_PATH_UNSAFE', name, `${where} names "${line.path}", which is unsafe: ${fault}.`);
    return;
  }
  if (line.isMd5sum) findings.add('BAGIT_MADE_BY_MD5SUM', name, `${where} is written in the manner of md5sum.`);
  if (line.isIndented) findings.add('BAGIT_LINE_LOOSE', name, `${where} begins with white space.`);
  const path = tidyPath(line.path);
  if (path !== line.path) findings.add('BAGIT_PATH_LOOSE', name, `${where} writes "${path}" as "${line.path}".`);
  if (declaration.rules.isStrict && hasLoosePercent(path)) findings.add('BAGIT_PERCENT_LOOSE', name, `${where} holds "%" without writing it as "%25".`);
  if (path.endsWith('/') || (source.files.find(path) === null && source.files.hasFolder(path))) {
    findings.add('BAGIT_FOLDER_LISTED', name, `${where} lists the folder "${path}".`);
    return;
  }
  const { file, isAlike } = findListed(reading, manifest, path, where);
  reportPlace(reading, manifest, file, where);
  enter(reading, manifest, { file, isAlike, checksum: line.checksum }, where);
}

/** A payload manifest lists files in data/, a tag manifest the others but no tag manifest. */
function reportPlace({ findings, declaration, source }: BagReading, manifest: Manifest, file: number, where: string): void {
  const { isStrict, keepsManifestsApart } = declaration.rules;
  const path = source.files.path(file);
  if (source.files.isPayload(file) === manifest.isTag) {
    const what = manifest.isTag ? 'which is a payload file' : 'which is not in data/';
    findings.add(keepsManifestsApart ? 'BAGIT_ENTRY_MISPLACED' : 'BAGIT_ENTRY_UNUSUAL', manifest.name, `${where} lists "${path}", ${what}.`);
  } else if (manifest.isTag && /^tagmanifest-[^/]+\.txt$/i.test(path)) {
    findings.add(isStrict ? 'BAGIT_ENTRY_MISPLACED' : 'BAGIT_ENTRY_UNUSUAL', manifest.name, `${where} lists the tag manifest "${path}".`);
  }
}

interface Entered {
  readonly file: number;
  readonly isAlike: boolean;
  readonly checksum: string;
}

function enter({ findings, declaration, source }: BagReading, manifest: Manifest, { file, isAlike, checksum }: Entered, where: string): void {
  const before = manifest.listed.get(file);
  const path = source.files.path(file);
  if (before === 0) {
    manifest.listed.set(file, isAlike ? 2 : 1);
    if (manifest.algorithm !== null) manifest.checksums.set(file, checksum);
    return;
  }
  const isSame = manifest.algorithm !== null && manifest.checksums.hex(file) === checksum;
  if (!isSame) findings.add('BAGIT_LISTED_TWICE', path, `${where} (${manifest.name}) lists this file again, with another checksum.`);
  else if (isAlike || before === 2) findings.add('BAGIT_NAMES_ALIKE', path, `${where} (${manifest.name}) lists this file again, by a name that only looks the same.`);
  else findings.add(declaration.rules.isStrict ? 'BAGIT_LISTED_TWICE' : 'BAGIT_LISTED_AGAIN', path, `${where} (${manifest.name}) lists this file again, with the same checksum.`);
}
