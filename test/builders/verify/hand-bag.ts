import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A bag in memory, by path. Written by hand from RFC 8493, with no code of the checker. */
export type HandBag = Map<string, Buffer>;

export interface HandBagOptions {
  readonly version?: string;
  readonly encoding?: string;
  /** Paths below data/. */
  readonly payload?: Readonly<Record<string, string | Buffer>>;
  /** Of the payload manifests. */
  readonly algorithms?: readonly string[];
  /** Of the tag manifests; by default those of the payload manifests. */
  readonly tagAlgorithms?: readonly string[];
  /** Lines of the metadata besides Payload-Oxum; null for no file. */
  readonly info?: readonly string[] | null;
  /** More tag files, by path. */
  readonly tags?: Readonly<Record<string, string | Buffer>>;
  /** What a manifest writes for a path. */
  readonly listedAs?: (path: string) => string;
  readonly lineEnd?: string;
}

const samplePayload = { 'hello.txt': 'Hello\n', 'more/empty.bin': '', 'more/numbers.csv': 'a,b\n1,2\n' };

/** A bag as the version wants it, from what it holds to the tag manifests over it. */
export function handBag(options: HandBagOptions = {}): HandBag {
  const { version = '1.0', encoding = 'UTF-8', payload = samplePayload, algorithms = ['sha256'], info = [], tags = {}, listedAs = encoded(version), lineEnd = '\n' } = options;
  const bag: HandBag = new Map();
  const text = (lines: readonly string[]): Buffer => encodeText(lines.map((line) => `${line}${lineEnd}`).join(''), encoding);
  bag.set('bagit.txt', Buffer.from(`BagIt-Version: ${version}${lineEnd}Tag-File-Character-Encoding: ${encoding}${lineEnd}`));
  for (const [path, bytes] of Object.entries(payload)) bag.set(`data/${path}`, Buffer.from(bytes));
  if (info !== null) bag.set(infoName(version), text([...info, `Payload-Oxum: ${oxum(bag)}`]));
  for (const [path, bytes] of Object.entries(tags)) bag.set(path, Buffer.from(bytes));
  for (const algorithm of algorithms) bag.set(`manifest-${algorithm}.txt`, text(manifestLines(bag, algorithm, (path) => path.startsWith('data/'), listedAs)));
  const tagFiles = [...bag.keys()].filter((path) => !path.startsWith('data/'));
  const tagManifests = (options.tagAlgorithms ?? algorithms).map((algorithm): [string, Buffer] => [
    `tagmanifest-${algorithm}.txt`,
    text(manifestLines(bag, algorithm, (path) => tagFiles.includes(path), listedAs)),
  ]);
  for (const [path, bytes] of tagManifests) bag.set(path, bytes);
  return bag;
}

export function infoName(version: string): string {
  return ['0.93', '0.94', '0.95'].includes(version) ? 'package-info.txt' : 'bag-info.txt';
}

/** Writes the tag manifests anew after tag files were changed. */
export function resealed(bag: HandBag): HandBag {
  for (const path of [...bag.keys()].filter((name) => name.startsWith('tagmanifest-'))) {
    const algorithm = /tagmanifest-(.*)\.txt/.exec(path)?.[1] ?? '';
    const lines = manifestLines(bag, algorithm, (name) => !name.startsWith('data/') && !name.startsWith('tagmanifest-'), (name) => name);
    bag.set(path, Buffer.from(lines.map((line) => `${line}\n`).join('')));
  }
  return bag;
}

export function putBag(folder: string, bag: HandBag): string {
  mkdirSync(join(folder, 'data'), { recursive: true });
  for (const [path, bytes] of bag) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
}

export function digestOf(algorithm: string, bytes: Buffer): string {
  const names: Readonly<Record<string, string>> = { sha512256: 'sha512-256', sha3256: 'sha3-256' };
  return createHash(names[algorithm] ?? algorithm).update(bytes).digest('hex');
}

function manifestLines(bag: HandBag, algorithm: string, isListed: (path: string) => boolean, listedAs: (path: string) => string): string[] {
  return [...bag].filter(([path]) => isListed(path)).map(([path, bytes]) => `${digestOf(algorithm, bytes)}  ${listedAs(path)}`);
}

function oxum(bag: HandBag): string {
  const payload = [...bag].filter(([path]) => path.startsWith('data/'));
  return `${String(payload.reduce((sum, [, bytes]) => sum + bytes.length, 0))}.${String(payload.length)}`;
}

/** RFC 8493 section 2.1.3: what is percent-encoded since 1.0, and nothing before. */
function encoded(version: string): (path: string) => string {
  if (version !== '1.0') return (path) => path;
  return (path) => path.replaceAll('%', '%25').replaceAll('\n', '%0A').replaceAll('\r', '%0D');
}

function encodeText(text: string, encoding: string): Buffer {
  if (encoding === 'ISO-8859-1') return Buffer.from(text, 'latin1');
  if (encoding === 'UTF-16LE') return Buffer.from(text, 'utf16le');
  if (encoding === 'UTF-16BE') return Buffer.from(text, 'utf16le').swap16();
  if (encoding === 'UTF-16') return Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text, 'utf16le').swap16()]);
  return Buffer.from(text);
}
