import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { listFolder, readWhole } from '../read.ts';
import type { FileTable } from './files.ts';
import type { BagInfoElement } from './info.ts';
import { InfoParser } from './info.ts';
import { zipNames } from './zip-names.ts';

/**
 * What tells a package of this program from any other bag. One mark is enough: who took the signatures away must not get it judged as a plain bag, of
 * which no signature is asked. A bag without any mark is a plain bag, and then nothing vouches for where it comes from.
 */
const markedFile = /^(?:signatures\/(?:station|officer)\.(?:p7s|cert\.pem)|provenance\/(?:.*\/)?\d+\.(?:entry\.json|tlog-proof))$/;
/** What makes a bag of a zip's folder, or of its top. */
const bagFile = /^(?:bagit\.txt$|(?:tag)?manifest-[^/]+\.txt$|data\/)/i;
const AGENT = /^(?:bagging|bag)-software-agent$/;
const MAX_INFO = 1024 * 1024;

/** A folder with a mark. @param path of the bag's folder */
export function looksLikePackageFolder(path: string): boolean {
  if (existsSync(join(path, 'Provenance.txt')) && existsSync(join(path, 'VERIFY.txt'))) return true;
  if (hasMarkedFile(path, 'signatures') || hasMarkedFile(path, 'provenance')) return true;
  // A package of several versions has a folder for each.
  if (foldersIn(join(path, 'provenance')).some((name) => hasMarkedFile(path, `provenance/${name}`))) return true;
  const info = readWhole(join(path, 'bag-info.txt'), MAX_INFO);
  return 'bytes' in info && saysSo(elementsOf(info.bytes.toString('utf8')));
}

function hasMarkedFile(path: string, folder: string): boolean {
  const names = listFolder(join(path, folder));
  return names !== null && !('why' in names) && names.some(({ name }) => markedFile.test(`${folder}/${name}`));
}

function foldersIn(path: string): string[] {
  const names = listFolder(path);
  return names === null || 'why' in names ? [] : names.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/**
 * Whether a zip holds a package, a bag, or neither. One that cannot be read is looked through for what is left of its names; one of which nothing is left
 * counts as a package, so that nobody takes it for anything else.
 */
export function kindOfZip(path: string): 'package' | 'bag' | null {
  let isMarked = false;
  let isBag = false;
  let words = 0;
  const isWhole = zipNames(path, (name, content) => {
    const inner = name.slice(name.indexOf('/') + 1);
    isMarked = markedFile.test(inner) || (inner === 'bag-info.txt' && saysSo(elementsOf(content()?.toString('utf8') ?? '')));
    if (inner === 'Provenance.txt' || inner === 'VERIFY.txt') words += 1;
    isBag ||= bagFile.test(inner) || bagFile.test(name);
    return !isMarked;
  });
  if (isMarked || words > 1) return 'package';
  if (isWhole) return isBag ? 'bag' : null;
  return kindInBytes(path);
}

export function isPackageBag(files: FileTable, elements: readonly BagInfoElement[]): boolean {
  if (files.find('Provenance.txt') !== null && files.find('VERIFY.txt') !== null) return true;
  if (saysSo(elements)) return true;
  for (const [, path] of files.entries()) if (markedFile.test(path)) return true;
  return false;
}

function saysSo(elements: readonly BagInfoElement[]): boolean {
  return elements.some(({ label, value }) => {
    const plain = label.toLowerCase();
    return (AGENT.test(plain) && /^HMS-DTA\b/i.test(value)) || (plain === 'bagit-profile-identifier' && value.startsWith('urn:hms:bagit-profile:'));
  });
}

function elementsOf(text: string): readonly BagInfoElement[] {
  const parser = new InfoParser(false, () => undefined);
  for (const [i, line] of text.split(/\r\n|\n|\r/).entries()) parser.take(line, i + 1);
  return parser.elements;
}

/** Looks at the start and the end of a damaged zip, where names of tag files stand. */
function kindInBytes(path: string): 'package' | 'bag' {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const window = Buffer.alloc(1024 * 1024);
    const text = [0, Math.max(0, size - window.length)].map((at) => window.subarray(0, readSync(fd, window, 0, window.length, at)).toString('latin1')).join('\n');
    if (/\/signatures\/(?:station|officer)\.(?:p7s|cert\.pem)|\/provenance\/\d+\.(?:entry\.json|tlog-proof)|Bagging-Software-Agent: HMS-DTA|urn:hms:bagit-profile:/.test(text)) return 'package';
    return /bagit\.txt|manifest-[a-z0-9]+\.txt/.test(text) ? 'bag' : 'package';
  } finally {
    closeSync(fd);
  }
}
