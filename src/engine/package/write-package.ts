import { stat } from 'node:fs/promises';
import type { OnProgress, Sha256 } from '../../contract/index.ts';
import { BAGIT_TXT, bagInfo } from './bag-info.ts';
import { BAG_PROFILE } from './bag-profile.ts';
import { detachedSignature, pemOf } from './cms.ts';
import { csvRecord } from './csv.ts';
import { eventsCsv } from './events-csv.ts';
import { fileLists, listLines, manifestLine, manifestLines, measureLists, measureOf, pieces } from './listing.ts';
import { writePayload } from './payload.ts';
import { planPackage } from './plan.ts';
import type { PackagePlan, PlannedVersion } from './plan.ts';
import { provJson } from './prov-json.ts';
import { overviewText, provenanceText } from './provenance-text.ts';
import { selectionJson } from './selection.ts';
import { readChunks, readWhole, WHOLE_BYTES } from './stored-file.ts';
import type { StoredFile } from './stored-file.ts';
import type { PackageInput, PackageResult, PackageSink, PackageWriter, VersionPackageInput } from './types.ts';
import { verifyText } from './verify-text.ts';
import type { PackageForm } from './verify-text.ts';
import { stopIfAsked, unreadable } from './words.ts';
import { ZipWriter } from './zip-writer.ts';

export interface PackageOptions {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** How many files' names are kept in memory; for tests. */
  readonly keptFiles?: number;
}

/** Writes a package as one zip: docs/formats/export.md section 10. As `writePackage`. */
export function writeZip(input: PackageInput, sink: PackageSink, options: PackageOptions): Promise<PackageResult> {
  const plan = planPackage(input, options.keptFiles);
  return writePackage(plan, 'zip', new ZipWriter(sink, plan.newest, plan.top), options);
}

/** One version as one zip. */
export function writeVersionZip(input: VersionPackageInput, sink: PackageSink, options: PackageOptions): Promise<PackageResult> {
  // What is wrong with the input is told like everything else that is.
  return Promise.resolve().then(() => writeZip({ ...input, versions: [input] }, sink, options));
}

/** Writes a package as a folder. As `writePackage`. */
export function writeFolder(input: PackageInput, writer: PackageWriter, options: PackageOptions): Promise<PackageResult> {
  return writePackage(planPackage(input, options.keptFiles), 'dir', writer, options);
}

/**
 * Writes versions as a signed BagIt bag: docs/formats/export.md. Every stored byte is hashed while it is read and compared with the
 * inventory's digest, and the signature is made last. Memory does not grow with the size of the files.
 *
 * Throws STORED_DAMAGED where stored bytes are not those that were committed (naming the file), CancelledError, PLACE_AWAY and NO_PERMISSION of reading, KEY_REFUSED, and
 * what the writer throws. Whatever it throws, what was written so far is no package: the caller gives it up. Nothing is written any more by then.
 */
async function writePackage(plan: PackagePlan, form: PackageForm, writer: PackageWriter, { signal, onProgress }: PackageOptions): Promise<PackageResult> {
  try {
    const { manifest, lists } = await measureLists(plan, signal);
    const inventories = await Promise.all(plan.versions.map(inventoryFile));
    const texts = tagTexts(plan, form);

    const tagFiles = new Map<string, Sha256>([
      ...[...texts].map(([name, bytes]) => [name, measureOf(bytes).sha256] as const),
      ...[...lists].map(([name, { sha256 }]) => [name, sha256] as const),
      ...inventories.map(({ name, sha256 }) => [name, sha256] as const),
      ['manifest-sha256.txt', manifest.sha256],
    ]);
    const tagmanifest = Buffer.from([...tagFiles].sort(byName).map(([name, sha256]) => manifestLine(sha256, name)).join(''), 'utf8');

    for (const [name, bytes] of texts) await writer.add(name, bytes);
    for (const version of plan.versions) {
      for (const list of fileLists) {
        const name = version.said + list.name;
        await writer.addStream(name, lists.get(name) ?? { size: 0, crc: 0 }, pieces(listLines(list, version, signal)));
      }
    }
    for (const inventory of inventories) {
      if (inventory.size <= WHOLE_BYTES) await writer.add(inventory.name, await readWhole(inventory));
      else await writer.addStream(inventory.name, { size: inventory.size, crc: null }, readChunks(inventory, signal));
    }
    await writer.addStream('manifest-sha256.txt', manifest, pieces(manifestLines(plan, signal)));
    await writer.add('tagmanifest-sha256.txt', tagmanifest);
    await writePayload(writer, plan, manifest, { signal, onProgress });

    stopIfAsked(signal);
    const { kind, certificateDer } = plan.input.signer;
    await writer.add(`signatures/${kind}.p7s`, await detachedSignature(tagmanifest, plan.input.signer, plan.input.now));
    await writer.add(`signatures/${kind}.cert.pem`, Buffer.from(pemOf(certificateDer), 'ascii'));
    return { bytes: await writer.finish(), payload: plan.counts, tagmanifest: measureOf(tagmanifest).sha256 };
  } finally {
    await writer.settle();
  }
}

/** The tag files that are made here, by name, in the order in which they stand in the zip. */
function tagTexts(plan: PackagePlan, form: PackageForm): Map<string, Uint8Array> {
  const texts = new Map<string, string | Uint8Array>([
    ['bagit.txt', BAGIT_TXT],
    ['bag-info.txt', bagInfo(plan)],
    ['bagit-profile.json', BAG_PROFILE],
  ]);
  if (!plan.isOne) {
    texts.set('Provenance.txt', overviewText(plan));
    texts.set('versions.csv', versionsCsv(plan));
  }
  const selection = selectionJson(plan);
  if (selection !== null) texts.set('selection.json', selection);
  texts.set('VERIFY.txt', verifyText(plan, form));
  for (const version of plan.versions) {
    const { said, proof, content } = version;
    texts.set(`${said}Provenance.txt`, provenanceText(plan, version));
    texts.set(`${proof}prov.json`, provJson(version));
    texts.set(`${proof}events.csv`, eventsCsv(version));
    texts.set(`${proof}${content.entry.seq}.entry.json`, content.entry.bytes);
    texts.set(`${proof}${content.entry.seq}.tlog-proof`, content.proof);
  }
  return new Map([...texts].map(([name, text]) => [name, typeof text === 'string' ? Buffer.from(text, 'utf8') : text]));
}

/** The versions of a package of several, in a table: docs/formats/export.md section 11. */
function versionsCsv({ versions }: PackagePlan): string {
  const records = versions.map(({ name, data, proof, leafHash, content: { inventoryHash, counts, entry } }) => [
    name,
    data,
    proof,
    inventoryHash,
    String(entry.seq),
    leafHash,
    String(counts.files),
    String(counts.octets),
  ]);
  return [['version', 'data', 'provenance', 'inventory_sha256', 'seq', 'leaf_sha256', 'files', 'octets'], ...records].map(csvRecord).join('');
}

async function inventoryFile({ content, name, proof }: PlannedVersion): Promise<StoredFile & { readonly name: string }> {
  const what = `the inventory of ${name}`;
  try {
    const { size } = await stat(content.inventoryPath);
    return { stored: content.inventoryPath, size, sha256: content.inventoryHash, what, name: `${proof}inventory.json` };
  } catch (error) {
    throw unreadable(error, what, content.inventoryPath);
  }
}

function byName([a]: readonly [string, Sha256], [b]: readonly [string, Sha256]): number {
  return a < b ? -1 : 1;
}
