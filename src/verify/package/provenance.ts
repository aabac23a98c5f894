import type { X509Certificate } from 'node:crypto';
import type { Entry } from '../../contract/index.ts';
import { MAX_ENTRY_BYTES } from '../../contract/index.ts';
import {
  checkpointSignedBy,
  entrySigningBytes,
  fromBase64,
  fromUtf8,
  leafHash,
  parseCheckpoint,
  parseEntry,
  parseProof,
  parseSubject,
  verifyInclusion,
} from '../../core/index.ts';
import { keyIdOf, sha256, spkiOf, verifyP256 } from '../crypto.ts';
import type { Findings } from '../findings.ts';
import type { Meter } from '../meter.ts';
import type { BagRead } from './bag.ts';
import { checkContents, reportUnnamed } from './contents.ts';
import type { VersionFolders } from './layout.ts';
import { checkSelection, readSelection } from './selection.ts';
import type { PackageSource } from './source.ts';
import type { CheckedVersion } from './versions-csv.ts';
import { checkVersionsCsv } from './versions-csv.ts';

const MAX_PROOF = 256 * 1024;

/**
 * Checks what the package says about where it comes from: each ledger entry names its inventory, the inventory and names.csv name the files, and
 * the proof shows that the entry stands in the ledger.
 * @param known certificates whose keys may have signed the entries and the checkpoints: the signer's, and those that are trusted
 */
export async function checkProvenance(source: PackageSource, bag: BagRead, known: readonly X509Certificate[], findings: Findings, meter: Meter): Promise<void> {
  const selection = bag.layout.isSelection ? await readSelection(source, findings) : null;
  const checked: CheckedVersion[] = [];
  const met = new Uint8Array(bag.payload.paths.length);
  for (const folders of bag.layout.versions) {
    const version = await checkVersion({ source, bag, known, met, findings, meter }, folders);
    if (version !== null) checked.push(version);
  }
  reportUnnamed(bag, met, findings);
  checkIdentifiers(bag, checked, findings);
  if (!bag.layout.isOne) await checkVersionsCsv(source, checked, findings);
  if (selection !== null) checkSelection(selection, checked, findings);
}

interface VersionCheck {
  readonly source: PackageSource;
  readonly bag: BagRead;
  readonly known: readonly X509Certificate[];
  /** Which records of the package a names.csv has named. */
  readonly met: Uint8Array;
  readonly findings: Findings;
  readonly meter: Meter;
}

async function checkVersion({ source, bag, known, met, findings, meter }: VersionCheck, folders: VersionFolders): Promise<CheckedVersion | null> {
  const names = bag.tagFiles.paths.filter((path) => path.startsWith(folders.proof) && /^\d+\.entry\.json$/.test(path.slice(folders.proof.length)));
  const [path] = names;
  const folder = folders.proof.slice(0, -1);
  if (path === undefined || names.length > 1) {
    findings.add('PROVENANCE_WRONG', folder, `The package holds ${String(names.length)} ledger entries${folders.name === null ? '' : ' there'}, where it must hold one.`);
    return null;
  }
  const read = await source.read(path, MAX_ENTRY_BYTES);
  const parsed = 'why' in read ? null : parseEntry(read.bytes);
  if ('why' in read || parsed === null || !parsed.ok) {
    findings.add('PROVENANCE_WRONG', path, `The ledger entry cannot be read. ${parsed?.ok === false ? parsed.why : ''}`.trim());
    return null;
  }
  const { entry } = parsed;
  checkEntry(entry, path, folders, known, findings);
  await checkProof(source, entry, folders, read.bytes, known, findings);
  meter.phase('Comparing with the inventory');
  const version = versionOf(entry);
  const counts = await checkContents(source, bag, folders, version, met, findings, meter);
  if (version === null) return null;
  const leaf = Buffer.from(leafHash(sha256, read.bytes)).toString('hex');
  return { name: entry.subject.replace(/^version:/, ''), folders, seq: entry.seq, leafHash: leaf, inventoryHash: version.hash, ...counts };
}

/** bag-info.txt names exactly the versions whose entries the package holds. */
function checkIdentifiers({ info, layout }: BagRead, checked: readonly CheckedVersion[], findings: Findings): void {
  const said = info.get('External-Identifier') ?? [];
  for (const { name } of checked) {
    if (!said.includes(name)) findings.add('BAG_INFO_WRONG', 'bag-info.txt', `bag-info.txt does not say that this is ${name}, which the ledger entry makes.`);
  }
  const more = layout.isOne ? [] : said.filter((name, i) => said.indexOf(name) !== i || !checked.some((version) => version.name === name));
  for (const name of more) findings.add('BAG_INFO_WRONG', 'bag-info.txt', `bag-info.txt names ${name}, of which the package holds nothing, or names it twice.`);
}

/** The version that an entry makes, with the hash of its inventory; null where it makes none. */
function versionOf(entry: Entry): { readonly objectId: string; readonly version: number; readonly hash: string } | null {
  const subject = parseSubject(entry.subject);
  const [output, ...others] = entry.outputs.filter((one) => 'ref' in one && one.ref === entry.subject);
  const isVersion = entry.op === 'version.committed' || entry.op === 'version.voided';
  if (!isVersion || subject?.kind !== 'version' || output === undefined || others.length > 0) return null;
  return { objectId: `hms:${subject.id}`, version: subject.version, hash: output.sha256 };
}

function checkEntry(entry: Entry, path: string, folders: VersionFolders, known: readonly X509Certificate[], findings: Findings): void {
  if (path !== `${folders.proof}${String(entry.seq)}.entry.json`) findings.add('PROVENANCE_WRONG', path, `The ledger entry says that it is number ${String(entry.seq)}.`);
  if (versionOf(entry) === null) findings.add('PROVENANCE_WRONG', path, 'The ledger entry is not one that makes a version.');
  const name = entry.subject.replace(/^version:/, '');
  if (folders.name !== null && folders.name !== name.replace(':', '-')) findings.add('PROVENANCE_WRONG', path, `The ledger entry makes ${name}, and stands in the folder ${folders.name}.`);
  const station = known.find((certificate) => keyIdOf(certificate) === entry.station);
  if (station === undefined) {
    findings.add('STATION_UNKNOWN', path, `The ledger entry is signed by the station ${entry.station.slice(0, 16)}, whose certificate is not at hand.`);
    return;
  }
  const signature = fromBase64(entry.sig);
  if (signature === null || !verifyP256(spkiOf(station), entrySigningBytes(entry), signature)) {
    findings.add('PROVENANCE_WRONG', path, 'The signature on the ledger entry is not good.');
  }
}

async function checkProof(source: PackageSource, entry: Entry, folders: VersionFolders, leaf: Uint8Array, known: readonly X509Certificate[], findings: Findings): Promise<void> {
  const path = `${folders.proof}${String(entry.seq)}.tlog-proof`;
  const read = await source.read(path, MAX_PROOF);
  const text = 'why' in read ? null : fromUtf8(read.bytes);
  const proof = text === null ? null : parseProof(text);
  const checkpoint = proof === null ? null : parseCheckpoint(proof.checkpoint);
  if (proof === null || checkpoint === null) {
    findings.add('PROOF_WRONG', path, `The proof is missing or not in the form of one.`);
    return;
  }
  const shown = verifyInclusion(sha256, { size: checkpoint.size, index: proof.index, leaf: leafHash(sha256, leaf), path: proof.path, root: checkpoint.root });
  if (proof.index !== entry.seq || checkpoint.origin !== `hms-dta/${entry.lake}` || !shown) {
    findings.add('PROOF_WRONG', path, 'The proof does not show that the entry stands in the ledger of its lake.');
    return;
  }
  const signers = known.filter((certificate) => checkpoint.signatures.some(({ keyHash }) => keyIdOf(certificate).startsWith(Buffer.from(keyHash).toString('hex'))));
  if (signers.length === 0) {
    findings.add('STATION_UNKNOWN', path, 'The checkpoint in the proof is signed by a station whose certificate is not at hand.');
  } else if (!signers.some((certificate) => checkpointSignedBy(checkpoint, spkiOf(certificate), sha256, verifyP256))) {
    findings.add('PROOF_WRONG', path, 'The signature on the checkpoint in the proof is not good.');
  }
}
