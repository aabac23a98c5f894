import { HmsError } from '../../contract/index.ts';
import type { Description } from '../../contract/index.ts';
import { systemName } from './digests.ts';
import type { Expected } from './digests.ts';

/** The texts of a bag: bagit.txt, bag-info.txt, manifests (RFC 8493 section 2), and names.csv of our own packages. */

/** BagIt version and encoding of the tag files. Throws SOURCE_REFUSED. */
export function parseBagit(bytes: Uint8Array): { readonly spec: string; readonly encoding: string } {
  const text = new TextDecoder('utf-8').decode(bytes);
  const spec = /^BagIt-Version:\s*(\d+\.\d+)\s*$/im.exec(text)?.[1];
  const encoding = /^Tag-File-Character-Encoding:\s*(\S+)\s*$/im.exec(text)?.[1];
  if (spec === undefined || encoding === undefined) throw bagRefused('its bagit.txt does not say its version and encoding');
  return { spec, encoding };
}

/** Text of a tag file in the bag's encoding, without a byte order mark. Throws SOURCE_REFUSED where it is not in that. */
export function tagText(name: string, bytes: Uint8Array, encoding: string): string {
  const label = encoding.toLowerCase().replaceAll('_', '-');
  // TextDecoder takes the name ISO-8859-1 for windows-1252, which differs from it in 32 characters.
  if (/^(?:iso-?8859-1|latin-?1)$/.test(label)) return Buffer.from(bytes).toString('latin1');
  // RFC 2781: without a mark, UTF-16 has the larger byte first.
  const order = label === 'utf-16' || label === 'utf16' ? (bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-16be') : label;
  try {
    return new TextDecoder(order === 'us-ascii' || order === 'ascii' ? 'utf-8' : order, { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw bagRefused(`its ${name} is not text in ${encoding}`);
  }
}

const lines = (text: string): string[] => text.split(/\r\n|\n|\r/);

/** Labels and values in order; a line that begins with white space goes on with the value before. */
export function parseBagInfo(text: string): [label: string, value: string][] {
  const fields: [string, string][] = [];
  for (const line of lines(text)) {
    const last = fields.at(-1);
    if (/^[ \t]/.test(line) && last !== undefined) last[1] = `${last[1]} ${line.trim()}`.trim();
    else {
      const colon = line.indexOf(':');
      if (colon > 0) fields.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
    }
  }
  return fields;
}

/** Algorithm in the name of a manifest, by its plain name (`sha512`); null where the file is none. */
export function manifestAlgorithm(name: string): string | null {
  const said = /^(?:tag)?manifest-([^/]+)\.txt$/i.exec(name)?.[1];
  return said === undefined ? null : said.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

const md5sumEscapes: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', '\\r': '\r' };

/**
 * What a manifest says of each path, as the path stands on disk; empty where its algorithm cannot be computed. What md5sum and its like write is read too. `spec` decides
 * what is percent-encoded: up to 0.97 only line ends, since 1.0 `%` too.
 */
export function parseManifest(name: string, text: string, spec: string): Map<string, Expected> {
  const algorithm = manifestAlgorithm(name);
  const found = new Map<string, Expected>();
  if (algorithm === null || systemName(algorithm) === null) return found;
  for (const line of lines(text)) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, escaped = '', digest, path] = /^[ \t]*(\\?)([0-9a-fA-F]+)[ \t]+\*?(.+)$/s.exec(line) ?? [];
    if (digest === undefined || path === undefined) throw bagRefused(`a line of its ${name} is not a digest and a path`);
    const plain = escaped === '' ? path : path.replaceAll(/\\[\\nr]/g, (pair) => md5sumEscapes[pair] ?? pair);
    found.set(decoded(tidy(plain), spec), { algorithm, digest: digest.toLowerCase() });
  }
  return found;
}

/** A path without needless parts: `./data//a` is `data/a`. */
function tidy(path: string): string {
  if (!path.startsWith('./') && !path.includes('//') && !path.includes('/./')) return path;
  return path.split('/').filter((part) => part !== '' && part !== '.').join('/');
}

function decoded(path: string, spec: string): string {
  if (!path.includes('%')) return path;
  const all = Number(spec.split('.')[0]) >= 1;
  return path.replaceAll(/%(0A|0D|25)/gi, (code, hex: string) => (hex === '25' && !all ? code : String.fromCharCode(Number.parseInt(hex, 16))));
}

/** Dublin Core names for what bag-info.txt says of the content. */
const dublinCore: Readonly<Record<string, string>> = {
  'source-organization': 'creator',
  'external-description': 'description',
  'external-identifier': 'identifier',
  'bag-group-identifier': 'isPartOf',
  title: 'title',
  rights: 'rights',
  access: 'accessRights',
};

export function descriptionOf(info: readonly (readonly [string, string])[]): Description {
  const members = new Map<string, string>();
  for (const [label, value] of info) {
    const name = dublinCore[label.toLowerCase()];
    if (name === undefined || value === '') continue;
    const before = members.get(name);
    members.set(name, (before === undefined ? value : `${before}; ${value}`).slice(0, 10_000));
  }
  return Object.fromEntries(members);
}

const NAMES_HEADER = 'payload,logical,sha256,size,mtime';

export interface LogicalName {
  readonly logical: string;
  readonly mtime: string | null;
}

/** names.csv of docs/formats/export.md section 4: payload path (below the bag) → logical name and time; null where the file is another program's. */
export function parseNames(text: string): Map<string, LogicalName> | null {
  if (!text.startsWith(`${NAMES_HEADER}\r\n`)) return null;
  const names = new Map<string, LogicalName>();
  for (const [payload, logical, , , mtime] of records(text.slice(NAMES_HEADER.length + 2))) {
    if (payload === undefined || logical === undefined || mtime === undefined || names.has(payload)) return null;
    names.set(payload, { logical, mtime: mtime === '' ? null : mtime });
  }
  return names;
}

/** Records of RFC 4180: quoted fields may hold line ends. */
function* records(text: string): Generator<string[]> {
  const field = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n|$)/y;
  for (let record: string[] = []; field.lastIndex < text.length; ) {
    const match = field.exec(text);
    if (match === null) return;
    const value = match[1] ?? '';
    record.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (match[2] === ',') continue;
    yield record;
    record = [];
  }
}

export function bagRefused(why: string): HmsError {
  return new HmsError('SOURCE_REFUSED', `The bag cannot be imported: ${why}.`, { kept: 'Nothing was imported.', next: 'Check it with: hms dta verify. Ask whoever made it for another copy.' });
}
