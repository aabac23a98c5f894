import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Objects and bags as other programs make them, by hand. */

export const digest = (algorithm: string, content: string | Uint8Array): string => createHash(algorithm).update(content).digest('hex');

export async function writeAll(folder: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

export interface HandVersion {
  /** Its whole state. */
  readonly files: Readonly<Record<string, string>>;
  readonly created?: string;
  readonly message?: string;
  readonly user?: { readonly name: string; readonly address?: string };
}

export interface HandObjectOptions {
  readonly id?: string;
  readonly spec?: '1.0' | '1.1';
  readonly algorithm?: 'sha512' | 'sha256';
  /** Folders of versions without an inventory of their own. */
  readonly bare?: readonly string[];
  readonly fixity?: readonly string[];
  readonly contentDirectory?: string;
  /** Digits of version names, zero-padded; 0: none. */
  readonly padding?: number;
}

/** An OCFL object: digests in upper case where a test of tolerance needs that is left to the caller. */
export async function handOcflObject(folder: string, versions: readonly HandVersion[], options: HandObjectOptions = {}): Promise<void> {
  const { id = 'urn:example:maps', spec = '1.1', algorithm = 'sha512', bare = [], fixity = [], contentDirectory, padding = 0 } = options;
  const nameOf = (n: number): string => (padding === 0 ? `v${n}` : `v${String(n).padStart(padding, '0')}`);
  const manifest: Record<string, string[]> = {};
  const blocks: Record<string, Record<string, string[]>> = {};
  const told: Record<string, object> = {};
  let text = '';
  for (const [at, version] of versions.entries()) {
    const name = nameOf(at + 1);
    const state: Record<string, string[]> = {};
    for (const [path, content] of Object.entries(version.files)) {
      const sum = digest(algorithm, content);
      (state[sum] ??= []).push(path);
      if (manifest[sum] !== undefined) continue;
      const place = `${name}/${contentDirectory ?? 'content'}/f${Object.keys(manifest).length}/${path.replaceAll(/[^a-z0-9.]/gi, '_')}`;
      manifest[sum] = [place];
      for (const other of fixity) ((blocks[other] ??= {})[digest(other === 'blake2b-512' ? 'blake2b512' : other, content)] ??= []).push(place);
      await writeAll(folder, { [place]: content });
    }
    const { message, user, created = `20${10 + at}-05-0${at + 1}T12:00:00+02:00` } = version;
    told[name] = { created, state, ...(message === undefined ? {} : { message }), ...(user === undefined ? {} : { user }) };
    const inventory = {
      digestAlgorithm: algorithm,
      head: name,
      id,
      type: `https://ocfl.io/${spec}/spec/#inventory`,
      ...(contentDirectory === undefined ? {} : { contentDirectory }),
      ...(fixity.length === 0 ? {} : { fixity: blocks }),
      manifest,
      versions: told,
    };
    text = JSON.stringify(inventory, null, 2);
    const own = { [`${name}/inventory.json`]: text, [`${name}/inventory.json.${algorithm}`]: `${digest(algorithm, text)} inventory.json\n` };
    if (!bare.includes(name)) await writeAll(folder, own);
    else await mkdir(join(folder, name), { recursive: true });
  }
  await writeAll(folder, {
    [`0=ocfl_object_${spec}`]: `ocfl_object_${spec}\n`,
    'inventory.json': text,
    [`inventory.json.${algorithm}`]: `${digest(algorithm, text)}  inventory.json\n`,
  });
}

export interface HandBagOptions {
  readonly version?: string;
  readonly algorithms?: readonly string[];
  readonly info?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
  /** How a payload path stands in the manifests. */
  readonly encode?: (path: string) => string;
}

/** The files of a bag, by name. */
export function handBagFiles(payload: Readonly<Record<string, string>>, options: HandBagOptions = {}): Record<string, string> {
  const { version = '1.0', algorithms = ['sha512'], info = [], tags = {}, encode = (path) => path.replaceAll('%', '%25').replaceAll('\n', '%0A').replaceAll('\r', '%0D') } = options;
  const files: Record<string, string> = { 'bagit.txt': `BagIt-Version: ${version}\nTag-File-Character-Encoding: UTF-8\n`, ...tags };
  if (info.length > 0) files['bag-info.txt'] = info.map((line) => `${line}\n`).join('');
  for (const algorithm of algorithms) {
    files[`manifest-${algorithm}.txt`] = Object.entries(payload)
      .map(([path, content]) => `${digest(algorithm, content)}  ${encode(`data/${path}`)}\n`)
      .join('');
  }
  for (const algorithm of algorithms) {
    const listed = Object.entries(files).filter(([name]) => !name.startsWith('tagmanifest'));
    files[`tagmanifest-${algorithm}.txt`] = listed.map(([name, content]) => `${digest(algorithm, content)}  ${name}\n`).join('');
  }
  for (const [path, content] of Object.entries(payload)) files[`data/${path}`] = content;
  return files;
}
