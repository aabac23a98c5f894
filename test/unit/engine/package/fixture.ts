import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { createHash, generateKeyPairSync, sign, webcrypto } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { X509CertificateGenerator } from '@peculiar/x509';
import { Entry } from '../../../../src/contract/index.ts';
import type { Instant, Sha256 } from '../../../../src/contract/index.ts';
import { writeVersionZip } from '../../../../src/engine/package/index.ts';
import type { PackageFile, PackageResult, PackageSigner, PackageSink, SignerKind, VersionPackageInput } from '../../../../src/engine/package/index.ts';
import { planPackage } from '../../../../src/engine/package/plan.ts';
import type { PackagePlan, PlannedVersion } from '../../../../src/engine/package/plan.ts';

export const sha256 = (bytes: Uint8Array | string): Sha256 => createHash('sha256').update(bytes).digest('hex') as Sha256;

/** A temporary folder, removed by `remove`. */
export function temporary(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'hms-package-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A P-256 key with a certificate, self-signed or issued by an authority that the test makes up. */
export async function signer(kind: SignerKind, name: string, issued: 'by itself' | 'by an authority' = 'by itself'): Promise<PackageSigner & { readonly key: KeyObject }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const subtleKeys = async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
    const spki = publicKey.export({ type: 'spki', format: 'der' });
    return {
      privateKey,
      own: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
      other: await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
    };
  };
  const keys = await subtleKeys();
  const authority = await subtleKeys();
  const common = {
    serialNumber: 'f00d',
    notBefore: new Date('2024-01-01T00:00:00Z'),
    notAfter: new Date('2034-01-01T00:00:00Z'),
    signingAlgorithm: algorithm,
  };
  const subject = `CN=${name}, O=Forest Service`;
  const certificate =
    issued === 'by itself'
      ? await X509CertificateGenerator.createSelfSigned({ ...common, name: subject, keys: { privateKey: keys.own, publicKey: keys.other } }, webcrypto)
      : await X509CertificateGenerator.create(
          { ...common, subject, issuer: 'CN=An Authority', publicKey: keys.other, signingKey: authority.own },
          webcrypto,
        );
  return {
    kind,
    name,
    certificateDer: new Uint8Array(certificate.rawData),
    key: keys.privateKey,
    sign: (bytes) => Promise.resolve(sign('sha256', bytes, { key: keys.privateKey, dsaEncoding: 'der' })),
  };
}

export type Contents = Readonly<Record<string, string | Uint8Array>>;

/** A version whose stored bytes lie in `folder`, ready to be exported. */
export function version(folder: string, contents: Contents, by: PackageSigner, changes: Partial<VersionPackageInput> = {}): VersionPackageInput {
  const store = join(folder, 'store');
  mkdirSync(store, { recursive: true });
  const files = Object.entries(contents)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, content], i) => {
      const stored = join(store, `content-${i}`);
      writeFileSync(stored, content);
      const bytes = Buffer.from(content as string);
      const mtime = i % 2 === 0 ? ('2024-06-30T10:00:00.000Z' as Instant) : null;
      return { path, sha256: sha256(bytes), size: bytes.length, mtime, stored } as PackageFile;
    });
  return versionOf(folder, files, by, changes);
}

/** As `version`, from files that are there already. */
export function versionOf(folder: string, files: readonly PackageFile[], by: PackageSigner, changes: Partial<VersionPackageInput> = {}): VersionPackageInput {
  mkdirSync(folder, { recursive: true });
  const inventoryPath = join(folder, 'inventory.json');
  const inventory = JSON.stringify({ id: 'hms:WF-2024-07', head: 'v2', files: files.length });
  writeFileSync(inventoryPath, inventory);
  const inventoryHash = sha256(inventory);
  return {
    dataset: 'WF-2024-07' as VersionPackageInput['dataset'],
    version: 2,
    inventoryHash,
    inventoryPath,
    root: 'store',
    message: 'Calibrated readings',
    tags: ['raw', 'checked'] as unknown as VersionPackageInput['tags'],
    committedAt: '2024-07-30T23:59:59.000Z' as Instant,
    committedBy: { kind: 'officer', name: 'Maria Ortega' },
    zone: 'America/New_York',
    history: [
      { version: 1, at: '2024-07-01T08:00:00.000Z' as Instant, message: 'Version 1', hash: sha256('one') },
      { version: 2, at: '2024-07-30T23:59:59.000Z' as Instant, message: 'Calibrated readings', hash: inventoryHash },
    ],
    description: { title: 'Wildfire sensors, July 2024', creator: 'Region 5' },
    events: [
      { seq: 3, at: '2024-07-01T08:00:00.000Z' as Instant, op: 'version.committed', actor: 'station' },
      { seq: 881, at: '2024-07-30T23:59:59.000Z' as Instant, op: 'version.committed', actor: 'officer' },
    ],
    entry: { seq: 881, bytes: Buffer.from(JSON.stringify(entry(inventoryHash))) },
    proof: 'c2sp.org/tlog-proof@v1\nindex 881\n\nhms-dta/x\n882\nAAAA\n\n',
    files: () => files,
    counts: { files: files.length, octets: files.reduce((sum, { size }) => sum + size, 0) },
    signer: by,
    now: '2026-11-21T12:00:00.500Z' as Instant,
    program: 'HMS-DTA 0.1.0',
    ...changes,
  };
}

export function entry(inventoryHash: Sha256): Entry {
  return Entry.parse({
    actor: sha256('officer'),
    at: '2024-07-30T23:59:59.000Z',
    body: { commit: sha256('body'), size: 10 },
    clock: '2024-07-30T23:59:59.000Z',
    inputs: [
      { ref: 'version:WF-2024-07:v1', sha256: sha256('one') },
      { ref: 'version:STATIONS:v7', sha256: sha256('stations') },
    ],
    lake: '1b4e28ba-2fa1-4d2b-883f-0016d3cca427',
    op: 'version.committed',
    outputs: [{ ref: 'version:WF-2024-07:v2', sha256: inventoryHash }],
    prev: sha256('prev'),
    seq: 881,
    sig: 'AAAA',
    station: sha256('station'),
    subject: 'version:WF-2024-07:v2',
    txn: '01890a5d-ac96-774b-bcce-b302099a8057',
    v: 1,
  });
}

/** The plan of a package of one version, and that version in it. */
export function planned(input: VersionPackageInput): { readonly plan: PackagePlan; readonly version: PlannedVersion } {
  const plan = planPackage({ ...input, versions: [input] });
  return { plan, version: plan.versions[0] as PlannedVersion };
}

export const never = { signal: new AbortController().signal, onProgress: () => undefined };

/** Writes the package to a file, as the durable layer would. */
export async function exportTo(path: string, input: VersionPackageInput, options = never): Promise<PackageResult> {
  const handle = await open(path, 'w');
  try {
    return await writeVersionZip(input, { write: async (chunk) => void (await handle.write(chunk)) }, options);
  } finally {
    await handle.close();
  }
}

/** Keeps what was written. */
export class MemorySink implements PackageSink {
  readonly chunks: Buffer[] = [];
  write(chunk: Uint8Array): Promise<void> {
    this.chunks.push(Buffer.from(chunk));
    return Promise.resolve();
  }
  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

export interface Ran {
  readonly code: number;
  readonly output: string;
}

/** Runs another program; null where it is not installed. */
export function run(program: string, args: readonly string[], cwd?: string): Promise<Ran | null> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd, maxBuffer: 1 << 28, env: { ...process.env, LC_ALL: 'C.UTF-8' } }, (error, stdout, stderr) => {
      if (error !== null && 'code' in error && error.code === 'ENOENT') resolve(null);
      else resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, output: `${stdout}${stderr}` });
    });
  });
}
