import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { auditPath, sha256Hex } from './hand-crypto.ts';
import type { HandLake } from './hand-lake.ts';
import { seqFolder } from './hand-lake.ts';
import type { HandZipEntry } from './hand-zip.ts';

/** Packages written by hand, following docs/formats/export.md; OpenSSL signs them. */

export interface Signer {
  readonly key: string;
  readonly certificate: string;
}

/** Null where there is no OpenSSL of version 3 to sign with. */
export function opensslVersion(): string | null {
  try {
    const version = execFileSync('openssl', ['version'], { encoding: 'utf8' });
    return /^OpenSSL 3\./.test(version) ? version : null;
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

/** A key and a self-signed certificate, or one issued by `issuer`. */
export function makeSigner(folder: string, name: string, options: { issuer?: Signer; ca?: boolean; key?: 'p256' | 'p384' | 'rsa' | 'rsa1024'; privateKey?: string } = {}): Signer {
  mkdirSync(folder, { recursive: true });
  const key = join(folder, `${name}.key.pem`);
  const certificate = join(folder, `${name}.cert.pem`);
  const kinds = { p256: ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256'], p384: ['EC', '-pkeyopt', 'ec_paramgen_curve:P-384'], rsa: ['RSA', '-pkeyopt', 'rsa_keygen_bits:2048'], rsa1024: ['RSA', '-pkeyopt', 'rsa_keygen_bits:1024'] };
  if (options.privateKey === undefined) openssl(['genpkey', '-algorithm', ...kinds[options.key ?? 'p256'], '-out', key]);
  else writeFileSync(key, options.privateKey);
  const ca = options.issuer === undefined ? [] : ['-CA', options.issuer.certificate, '-CAkey', options.issuer.key];
  const extensions = options.issuer === undefined || options.ca === true ? ['-addext', 'basicConstraints=critical,CA:TRUE'] : ['-addext', 'basicConstraints=critical,CA:FALSE'];
  openssl(['req', '-new', '-x509', '-key', key, '-subj', `/O=Records Office/CN=${name}`, '-days', '3650', '-out', certificate, ...ca, ...extensions]);
  return { key, certificate };
}

/** A detached CMS signature with the signing certificate attribute. */
export function signCms(file: string, signer: Signer, out: string, options: readonly string[] = ['-cades']): void {
  openssl(['cms', '-sign', '-binary', '-md', 'sha256', '-nosmimecap', '-outform', 'DER', '-signer', signer.certificate, '-inkey', signer.key, '-in', file, '-out', out, ...options]);
}

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

export interface PackageOptions {
  readonly role?: 'station' | 'officer';
  /** Changes a file's text before it is hashed into the manifests. */
  readonly forge?: Readonly<Record<string, (text: string) => string>>;
  readonly signing?: readonly string[];
}

/** Writes the package of the newest version of a dataset; answers the bag's folder. */
export function writePackage(folder: string, lake: HandLake, dataset: string, seq: number, signer: Signer, options: PackageOptions = {}): string {
  const object = lake.objects.get(dataset);
  if (object === undefined) throw new Error(`no dataset ${dataset}`);
  const name = `${dataset}-v${String(object.newest)}`;
  const bag = join(folder, name);
  const write = (path: string, content: string | Uint8Array): void => {
    const forge = options.forge?.[path];
    mkdirSync(dirname(join(bag, path)), { recursive: true });
    writeFileSync(join(bag, path), forge === undefined ? content : forge(Buffer.from(content).toString('utf8')));
  };
  const logical = [...object.state.keys()].sort((a, b) => (a < b ? -1 : 1));
  const payload = logical.map((path) => ({ path, digest: object.state.get(path) ?? '', name: `data/${payloadName(path)}` }));
  let octets = 0;
  for (const { digest, name: target } of payload) {
    octets += object.size(digest);
    write(target, readFileSync(join(lake.root, object.folder, object.contentPath(digest))));
  }
  mkdirSync(join(bag, 'data'), { recursive: true });
  write('bagit.txt', 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n');
  write('bag-info.txt', `Bagging-Date: 2024-07-30\nExternal-Identifier: ${dataset}:v${String(object.newest)}\nPayload-Oxum: ${String(octets)}.${String(payload.length)}\nBagging-Software-Agent: HMS-DTA 0.1.0\n`);
  write('Provenance.txt', 'What this is.\n');
  write('VERIFY.txt', 'How to check it.\n');
  write('names.csv', ['payload,logical,sha256,size,mtime', ...payload.map(({ name: target, path, digest }) => [target, path, digest, String(object.size(digest)), ''].map(csvField).join(','))].map((line) => `${line}\r\n`).join(''));
  write('provenance/prov.json', '{}');
  write('provenance/events.csv', 'seq,at,op,actor\r\n');
  write('provenance/inventory.json', readFileSync(join(lake.root, object.folder, `v${String(object.newest)}/inventory.json`)));
  write(`provenance/${String(seq)}.entry.json`, readFileSync(join(lake.root, 'ledger/entries', seqFolder(seq), 'entry.json')));
  const path = auditPath(seq, lake.leaves.slice(0, lake.checkpointSize)).map((hash) => `${hash.toString('base64')}\n`).join('');
  write(`provenance/${String(seq)}.tlog-proof`, `c2sp.org/tlog-proof@v1\nindex ${String(seq)}\n${path}\n${readFileSync(join(lake.root, 'ledger/checkpoint'), 'utf8')}`);
  write('manifest-sha256.txt', payload.map(({ name: target }) => manifestLine(bag, target)).join(''));
  resign(bag, signer, options);
  return bag;
}

/** Writes tag manifest and signature of a bag anew, as one would who changed something and could sign. */
export function resign(bag: string, signer: Signer, options: PackageOptions = {}): void {
  const role = options.role ?? 'station';
  const tagFiles = filesOf(bag).filter((path) => !/^(data|signatures)\/|^tagmanifest/.test(path));
  writeFileSync(join(bag, 'tagmanifest-sha256.txt'), tagFiles.sort((a, b) => (a < b ? -1 : 1)).map((path) => manifestLine(bag, path)).join(''));
  mkdirSync(join(bag, 'signatures'), { recursive: true });
  writeFileSync(join(bag, `signatures/${role}.cert.pem`), readFileSync(signer.certificate));
  signCms(join(bag, 'tagmanifest-sha256.txt'), signer, join(bag, `signatures/${role}.p7s`), options.signing);
}

/** All files below a folder, `/` between parts. */
export function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1).replaceAll('\\', '/'));
}

/** The bag as entries of a zip. */
export function zipEntries(bag: string, packed = false): HandZipEntry[] {
  const top = bag.slice(bag.lastIndexOf('/') + 1);
  return filesOf(bag).map((path) => ({ name: `${top}/${path}`, bytes: readFileSync(join(bag, path)), packed }));
}

function manifestLine(bag: string, path: string): string {
  return `${sha256Hex(readFileSync(join(bag, path)))}  ${path}\n`;
}

function payloadName(path: string): string {
  return path.replaceAll('=', '=3D').replaceAll('?', '=3F');
}

function csvField(text: string): string {
  return /[",\r\n]|^ | $/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
