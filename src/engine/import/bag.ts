import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { LogicalPath } from '../../contract/index.ts';
import type { Imported, Instant } from '../../contract/index.ts';
import { parseLooseInstant } from '../../contract/index.ts';
import { bagRefused, descriptionOf, manifestAlgorithm, parseBagInfo, parseBagit, parseManifest, parseNames, tagText } from './bag-text.ts';
import type { LogicalName } from './bag-text.ts';
import type { BagEntries, BagEntry } from './bag-source.ts';
import { systemName } from './digests.ts';
import type { Expected } from './digests.ts';
import type { Sink } from './sink.ts';
import type { ImportDraft, ImportSource } from './types.ts';

/** A bag, as something to be imported: one version. */

const PAYLOAD = 'data/';
/** What is read into memory beforehand, by its name within the bag. */
const READ_AHEAD = /^(?:bagit\.txt|(?:bag|package)-info\.txt|names\.csv|(?:tag)?manifest-[^/]+\.txt)$/i;
const MAX_READ_AHEAD = 512 * 2 ** 20;
const MAX_BESIDE = 100;
/** Strongest first; any other that can be computed stands between the last two. */
const STRENGTH = ['sha512', 'sha3512', 'blake2b512', 'sha384', 'sha3384', 'sha256', 'sha3256', 'sha512256', 'sha224'];
const WEAK = ['sha1', 'md5'];

interface Bag {
  /** `` or the name of the one top folder with `/`. */
  readonly base: string;
  readonly spec: string;
  readonly info: readonly [string, string][];
  /** By path from the bag's folder. */
  readonly expected: ReadonlyMap<string, readonly Expected[]>;
  /** Paths of the payload that the manifests list. */
  readonly payload: ReadonlySet<string>;
  /** The listed path by how it looks, for names that a file system or a writer has changed; null where several look so. Made when it is first asked for. */
  readonly alike: (path: string) => string | null;
  readonly names: ReadonlyMap<string, LogicalName> | null;
  readonly seal: Imported['seal'];
  /** What an archive holds beside the bag's folder. */
  readonly beside: readonly string[];
  /** All files of the bag, tag files too. */
  readonly files: number;
  readonly bytes: number;
}

/** Opens a bag; null where there is none at the path. */
export async function openBag(path: string, entries: BagEntries): Promise<ImportSource | null> {
  const bag = await readBag(entries);
  if (bag === null) return null;
  const tagFiles = tagFolder(bag);
  const said = (label: string): string | null => bag.info.find(([name]) => name.toLowerCase() === label)?.[1] ?? null;
  const contact = said('contact-name');
  const organization = said('source-organization');
  const user = contact !== null ? { name: contact, address: said('contact-email') } : organization === null ? null : { name: organization, address: null };
  const id = said('external-identifier');
  const origin = { form: 'bag' as const, spec: bag.spec, name: basename(resolve(path)), id, version: null, seal: bag.seal, created: said('bagging-date'), user };
  const imported: Imported = { ...origin, ...(bag.beside.length === 0 ? {} : { left: [...bag.beside] }), info: bag.info.map(([label, value]) => [label, value]), tagFiles };
  return {
    form: 'bag',
    id,
    versions: [{ imported, message: null, stage: (draft, sink) => stage(bag, tagFiles, entries, draft, sink) }],
    description: descriptionOf(bag.info),
    left: bag.beside,
    files: bag.files,
    bytes: bag.bytes,
    close: () => Promise.resolve(),
  };
}

/** Reads the texts of a bag. They may lie anywhere in an archive, so this is a way of its own through it. */
async function readBag(entries: BagEntries): Promise<Bag | null> {
  const held = new Map<string, Buffer>();
  const tops = new Set<string>();
  let [files, bytes] = [0, 0];
  for await (const entry of entries()) {
    files += 1;
    bytes += entry.size;
    const parts = entry.path.split('/');
    if (tops.size < MAX_BESIDE) tops.add(parts[0] ?? '');
    if (parts.length > 2 || !READ_AHEAD.test(parts.at(-1) ?? '')) continue;
    if (entry.size > MAX_READ_AHEAD) throw bagRefused(`its ${entry.path} has ${entry.size} bytes, which is more than can be read`);
    held.set(entry.path, await bytesOf(entry));
  }
  const bagit = held.has('bagit.txt') ? 'bagit.txt' : [...held.keys()].find((path) => path.endsWith('/bagit.txt'));
  if (bagit === undefined) return null;
  const base = bagit.slice(0, -'bagit.txt'.length);
  const texts = new Map([...held].filter(([path]) => path.startsWith(base) && !path.slice(base.length).includes('/')).map(([path, bytes]) => [path.slice(base.length), bytes]));
  const { spec, encoding } = parseBagit(texts.get('bagit.txt') ?? Buffer.alloc(0));
  const text = (name: string): string | null => {
    const bytes = texts.get(name);
    return bytes === undefined ? null : tagText(name, bytes, encoding);
  };
  const expected = new Map<string, Expected[]>();
  const payload = new Set<string>();
  for (const name of [...texts.keys()].filter((file) => manifestAlgorithm(file) !== null).sort()) {
    for (const [path, digest] of parseManifest(name, text(name) ?? '', spec)) {
      const digests = expected.get(path);
      if (digests === undefined) expected.set(path, [digest]);
      else digests.push(digest);
      if (path.startsWith(PAYLOAD)) payload.add(path);
    }
  }
  const names = texts.has('names.csv') ? parseNames(text('names.csv') ?? '') : null;
  const info = parseBagInfo(text('bag-info.txt') ?? text('package-info.txt') ?? '');
  return { base, spec, info, expected, payload, alike: alikeOf(payload), names: fitting(names, payload), seal: sealOf(texts), files, bytes, beside: base === '' ? [] : [...tops].filter((top) => top !== base.slice(0, -1)).sort() };
}

async function bytesOf(entry: BagEntry): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of entry.pieces()) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** The logical names, if they are those of exactly the payload. */
function fitting(names: ReadonlyMap<string, LogicalName> | null, payload: ReadonlySet<string>): ReadonlyMap<string, LogicalName> | null {
  if (names === null || names.size !== payload.size) return null;
  const logical = new Set<string>();
  for (const [path, name] of names) {
    if (!payload.has(path) || logical.has(name.logical) || !LogicalPath.safeParse(name.logical).success) return null;
    logical.add(name.logical);
  }
  return names;
}

function sealOf(texts: ReadonlyMap<string, Buffer>): Imported['seal'] {
  const rank = (algorithm: string): number => (WEAK.includes(algorithm) ? 200 + WEAK.indexOf(algorithm) : STRENGTH.includes(algorithm) ? STRENGTH.indexOf(algorithm) : 100);
  const manifests = [...texts].flatMap(([file, bytes]) => {
    const algorithm = /^manifest-/i.test(file) ? manifestAlgorithm(file) : null;
    return algorithm === null || systemName(algorithm) === null ? [] : [{ file, bytes, rank: rank(algorithm) }];
  });
  const [best] = manifests.sort((a, b) => a.rank - b.rank);
  if (best !== undefined) return { file: best.file, algorithm: 'sha256', digest: createHash('sha256').update(best.bytes).digest('hex') };
  throw bagRefused('it has no payload manifest with digests that this program can compute (sha512, sha256, sha1, md5)');
}

/** `_bag`, or the first of `_bag-2`, `_bag-3` … that is the name of nothing in the payload, ignoring case. */
function tagFolder(bag: Bag): string {
  const tops = new Set<string>();
  for (const path of bag.payload) tops.add((logicalOf(bag, path).split('/', 1)[0] ?? '').normalize('NFC').toLowerCase());
  for (let n = 1; ; n++) {
    const name = n === 1 ? '_bag' : `_bag-${n}`;
    if (!tops.has(name)) return name;
  }
}

/** Name in the version of a payload path. */
function logicalOf(bag: Bag, path: string): string {
  return bag.names?.get(path)?.logical ?? path.slice(PAYLOAD.length);
}

async function stage(bag: Bag, tagFiles: string, entries: BagEntries, draft: ImportDraft, sink: Sink): Promise<void> {
  const missing = new Set(bag.payload);
  if (draft.hasChanges) {
    const touched = new Set<LogicalPath>();
    for await (const entry of entries()) if (entry.path.startsWith(bag.base)) touched.add(placeOf(bag, tagFiles, entry.path.slice(bag.base.length)).path);
    draft.refuseOthers(touched);
  }
  const taken = new Set<string>();
  for await (const entry of entries()) {
    if (!entry.path.startsWith(bag.base)) continue;
    const within = entry.path.slice(bag.base.length);
    const { path, listed, mtime } = placeOf(bag, tagFiles, within);
    if (taken.has(path)) throw bagRefused(`it has two files "${within}"`);
    taken.add(path);
    if (listed !== null) missing.delete(listed);
    else if (within.startsWith(PAYLOAD)) throw bagRefused(`its manifests do not list "${within}"`);
    await sink.take(path, { shown: within, mtime: mtime ?? entry.mtime, pieces: () => entry.pieces() }, bag.expected.get(listed ?? within) ?? []);
  }
  const [lost] = missing;
  if (lost !== undefined) throw bagRefused(`"${lost}" is in its manifest and not in the bag${missing.size > 1 ? `, and so are ${missing.size - 1} more` : ''}`);
  await sink.flush();
}

/** Where a file of the bag goes, and under which path the manifests list it; null where they do not. */
function placeOf(bag: Bag, tagFiles: string, within: string): { readonly path: LogicalPath; readonly listed: string | null; readonly mtime: Instant | null } {
  const listed = within.startsWith(PAYLOAD) ? listedAs(bag, within) : null;
  const name = within.startsWith(PAYLOAD) ? (listed === null ? within.slice(PAYLOAD.length) : (bag.names?.get(listed)?.logical ?? within.slice(PAYLOAD.length))) : `${tagFiles}/${within}`;
  const path = LogicalPath.safeParse(name);
  if (!path.success) throw bagRefused(`"${within}" cannot be the name of a file: it ${path.error.issues[0]?.message ?? 'is not one'}`);
  const said = listed === null ? null : (bag.names?.get(listed)?.mtime ?? null);
  return { path: path.data, listed, mtime: said === null ? null : parseLooseInstant(said) };
}

/**
 * RFC 8493 section 6.1.1: names change their Unicode form and their capital letters on their way through file systems, and not every writer encodes `%`. Such names
 * are met halfway where they leave no doubt; the digests decide.
 */
function listedAs({ payload, alike }: Bag, within: string): string | null {
  return payload.has(within) ? within : alike(within);
}

const looks = (path: string): string =>
  path
    .replaceAll(/%(0A|0D|25)/gi, (_code, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/[ \t]+$/, '')
    .normalize('NFC')
    .toLowerCase();

function alikeOf(payload: ReadonlySet<string>): (path: string) => string | null {
  let byLooks: Map<string, string | null> | null = null;
  return (path) => {
    if (byLooks === null) {
      byLooks = new Map();
      for (const listed of payload) byLooks.set(looks(listed), byLooks.has(looks(listed)) ? null : listed);
    }
    return byLooks.get(looks(path)) ?? null;
  };
}
