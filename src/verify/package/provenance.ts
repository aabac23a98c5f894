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
import { checkContents } from './contents.ts';
import type { PackageSource } from './source.ts';

const MAX_PROOF = 256 * 1024;

/**
 * Checks what the package says about where it comes from: the ledger entry names the inventory, the inventory and names.csv name the files, and
 * the proof shows that the entry stands in the ledger.
 * @param known certificates whose keys may have signed the entry and the checkpoint: the signer's, and those that are trusted
 */
export async function checkProvenance(source: PackageSource, bag: BagRead, known: readonly X509Certificate[], findings: Findings, meter: Meter): Promise<void> {
  const names = [...source.files.keys()].filter((path) => /^provenance\/\d+\.entry\.json$/.test(path));
  const [path] = names;
  if (path === undefined || names.length > 1) {
    findings.add('PROVENANCE_WRONG', 'provenance', `The package holds ${String(names.length)} ledger entries, where it must hold one.`);
    return;
  }
  const read = await source.read(path, MAX_ENTRY_BYTES);
  const parsed = 'why' in read ? null : parseEntry(read.bytes);
  if ('why' in read || parsed === null || !parsed.ok) {
    findings.add('PROVENANCE_WRONG', path, `The ledger entry cannot be read. ${parsed?.ok === false ? parsed.why : ''}`.trim());
    return;
  }
  const { entry } = parsed;
  checkEntry(entry, path, bag, known, findings);
  await checkProof(source, entry, read.bytes, known, findings);
  meter.phase('Comparing with the inventory');
  await checkContents(source, bag, versionOf(entry), findings, meter);
}

/** The version that an entry makes, with the hash of its inventory; null where it makes none. */
function versionOf(entry: Entry): { readonly objectId: string; readonly version: number; readonly hash: string } | null {
  const subject = parseSubject(entry.subject);
  const [output, ...others] = entry.outputs.filter((one) => 'ref' in one && one.ref === entry.subject);
  const isVersion = entry.op === 'version.committed' || entry.op === 'version.voided';
  if (!isVersion || subject?.kind !== 'version' || output === undefined || others.length > 0) return null;
  return { objectId: `hms:${subject.id}`, version: subject.version, hash: output.sha256 };
}

function checkEntry(entry: Entry, path: string, bag: BagRead, known: readonly X509Certificate[], findings: Findings): void {
  if (path !== `provenance/${String(entry.seq)}.entry.json`) findings.add('PROVENANCE_WRONG', path, `The ledger entry says that it is number ${String(entry.seq)}.`);
  if (versionOf(entry) === null) findings.add('PROVENANCE_WRONG', path, 'The ledger entry is not one that makes a version.');
  const name = entry.subject.replace(/^version:/, '');
  if (bag.info.get('External-Identifier') !== name) findings.add('BAG_INFO_WRONG', 'bag-info.txt', `bag-info.txt does not say that this is ${name}, which the ledger entry makes.`);
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

async function checkProof(source: PackageSource, entry: Entry, leaf: Uint8Array, known: readonly X509Certificate[], findings: Findings): Promise<void> {
  const path = `provenance/${String(entry.seq)}.tlog-proof`;
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
