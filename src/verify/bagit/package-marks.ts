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
const AGENT = /^(?:bagging|bag)-software-agent$/;
const MAX_INFO = 1024 * 1024;

/** A folder with a mark. @param path of the bag's folder */
export function looksLikePackageFolder(path: string): boolean {
  if (existsSync(join(path, 'Provenance.txt')) && existsSync(join(path, 'VERIFY.txt'))) return true;
  for (const folder of ['signatures', 'provenance']) {
    const names = listFolder(join(path, folder));
    if (names !== null && !('why' in names) && names.some(({ name }) => markedFile.test(`${folder}/${name}`))) return true;
  }
  const info = readWhole(join(path, 'bag-info.txt'), MAX_INFO);
  return 'bytes' in info && saysSo(elementsOf(info.bytes.toString('utf8')));
}

/** A zip with a mark. A damaged one is looked through for what is left of its names. */
export function looksLikePackageZip(path: string): boolean {
  const names = zipNames(path);
  if (names === null) return hasMarkInBytes(path);
  let hasWords = 0;
  for (const name of names) {
    const inner = name.slice(name.indexOf('/') + 1);
    if (markedFile.test(inner)) return true;
    if (inner === 'Provenance.txt' || inner === 'VERIFY.txt') hasWords += 1;
  }
  return hasWords > 1;
}

export function isPackageBag(files: FileTable, elements: readonly BagInfoElement[]): boolean {
  if (files.find('Provenance.txt') !== null && files.find('VERIFY.txt') !== null) return true;
  if (saysSo(elements)) return true;
  for (const [, path] of files.entries()) if (markedFile.test(path)) return true;
  return false;
}

function saysSo(elements: readonly BagInfoElement[]): boolean {
  return elements.some(({ label, value }) => AGENT.test(label.toLowerCase()) && /^HMS-DTA\b/i.test(value));
}

function elementsOf(text: string): readonly BagInfoElement[] {
  const parser = new InfoParser(false, () => undefined);
  for (const [i, line] of text.split(/\r\n|\n|\r/).entries()) parser.take(line, i + 1);
  return parser.elements;
}

/** Looks at the start and the end of a damaged zip, where names of tag files stand. */
function hasMarkInBytes(path: string): boolean {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const window = Buffer.alloc(1024 * 1024);
    return [0, Math.max(0, size - window.length)].some((at) => {
      const text = window.subarray(0, readSync(fd, window, 0, window.length, at)).toString('latin1');
      return /\/signatures\/(?:station|officer)\.(?:p7s|cert\.pem)|\/provenance\/\d+\.(?:entry\.json|tlog-proof)|Bagging-Software-Agent: HMS-DTA/.test(text);
    });
  } finally {
    closeSync(fd);
  }
}
