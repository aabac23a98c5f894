import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { Entry, versionName } from '../../contract/index.ts';
import type { OnProgress, Sha256 } from '../../contract/index.ts';
import { BAGIT_TXT, bagInfo } from './bag-info.ts';
import { detachedSignature, pemOf } from './cms.ts';
import { csvRecord } from './csv.ts';
import { manifestLine, measureLists, measureOf, NAMES_HEADER, namesRecord, payloadFiles, pieces } from './listing.ts';
import type { Measure } from './listing.ts';
import { provJson } from './prov-json.ts';
import { provenanceText } from './provenance-text.ts';
import { readAhead, readChunks, readWhole, WHOLE_BYTES } from './stored-file.ts';
import type { StoredFile } from './stored-file.ts';
import type { PackageResult, PackageSink, VersionPackageInput } from './types.ts';
import { verifyText } from './verify-text.ts';
import { stopIfAsked, unreadable } from './words.ts';
import { ZipWriter } from './zip-writer.ts';

export interface PackageOptions {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/**
 * Writes one version as a signed BagIt bag in a zip: docs/formats/export.md. Every stored byte is hashed while it is read and compared with the
 * inventory's digest, and the signature is made last. Memory does not grow with the size of the files.
 *
 * Throws STORED_DAMAGED where stored bytes are not those that were committed (naming the file), CancelledError, PLACE_AWAY and NO_PERMISSION of reading, KEY_REFUSED, and
 * what the sink throws. Whatever it throws, what the sink got so far is no package: the caller gives it up. Nothing is written to the sink any more by then.
 */
export async function writeVersionZip(input: VersionPackageInput, sink: PackageSink, { signal, onProgress }: PackageOptions): Promise<PackageResult> {
  const top = `${input.dataset}-v${input.version}`;
  const zip = new ZipWriter(sink, input.committedAt);
  try {
    const lists = await measureLists(input, signal);
    const inventory = await inventoryFile(input);
    const texts = tagTexts(input, top);

    const tagFiles = new Map<string, Sha256>([
      ...[...texts].map(([name, bytes]) => [name, measureOf(bytes).sha256] as const),
      ['names.csv', lists.names.sha256],
      ['provenance/inventory.json', input.inventoryHash],
      ['manifest-sha256.txt', lists.manifest.sha256],
    ]);
    const tagmanifest = Buffer.from([...tagFiles].sort(byName).map(([name, sha256]) => manifestLine(sha256, name)).join(''), 'utf8');

    for (const [name, bytes] of texts) await zip.add(`${top}/${name}`, bytes);
    await zip.addStream(`${top}/names.csv`, lists.names, pieces(namesLines(input, signal)));
    const inventoryName = `${top}/provenance/inventory.json`;
    if (inventory.size <= WHOLE_BYTES) await zip.add(inventoryName, await readWhole(inventory));
    else await zip.addStream(inventoryName, { size: inventory.size, crc: null }, readChunks(inventory, signal));
    await zip.addStream(`${top}/manifest-sha256.txt`, lists.manifest, pieces(manifestLines(input, signal)));
    await zip.add(`${top}/tagmanifest-sha256.txt`, tagmanifest);
    await writePayload(zip, top, input, lists.manifest, { signal, onProgress });

    stopIfAsked(signal);
    const { kind, certificateDer } = input.signer;
    await zip.add(`${top}/signatures/${kind}.p7s`, await detachedSignature(tagmanifest, input.signer, input.now));
    await zip.add(`${top}/signatures/${kind}.cert.pem`, Buffer.from(pemOf(certificateDer), 'ascii'));
    return { bytes: await zip.finish(), payload: { ...input.counts }, tagmanifest: measureOf(tagmanifest).sha256 };
  } finally {
    await zip.settle();
  }
}

/** The tag files that are made here, by name, in the order in which they stand in the zip. */
function tagTexts(input: VersionPackageInput, top: string): Map<string, Uint8Array> {
  const entry = entryOf(input);
  const leafHash = createHash('sha256').update(Uint8Array.of(0)).update(input.entry.bytes).digest('hex');
  const history = input.history.filter(({ version }) => version <= input.version).sort((a, b) => a.version - b.version);
  if (history.at(-1)?.hash !== input.inventoryHash) throw new Error(`The history of ${versionName(input.dataset, input.version)} does not end with it.`);
  const events = input.events.filter(({ seq }) => seq <= input.entry.seq).sort((a, b) => a.seq - b.seq);
  const text = (content: string) => Buffer.from(content, 'utf8');
  return new Map<string, Uint8Array>([
    ['bagit.txt', text(BAGIT_TXT)],
    ['bag-info.txt', text(bagInfo(input))],
    ['Provenance.txt', text(provenanceText(input, history, leafHash))],
    ['VERIFY.txt', text(verifyText(input, top, leafHash))],
    ['provenance/prov.json', text(provJson(input, entry, history, leafHash))],
    ['provenance/events.csv', text([['seq', 'at', 'op', 'actor'], ...events.map(({ seq, at, op, actor }) => [String(seq), at, op, actor])].map(csvRecord).join(''))],
    [`provenance/${input.entry.seq}.entry.json`, input.entry.bytes],
    [`provenance/${input.entry.seq}.tlog-proof`, text(input.proof)],
  ]);
}

/** The entry, which must be the one that names this inventory: a package must not be signed that tells two stories. */
function entryOf(input: VersionPackageInput): Entry {
  const entry = Entry.parse(JSON.parse(Buffer.from(input.entry.bytes).toString('utf8')));
  const names = entry.outputs.some((output) => 'more' in output || output.sha256 === input.inventoryHash);
  if (entry.seq !== input.entry.seq || !names) {
    throw new Error(`Entry ${input.entry.seq} is not the one that committed ${versionName(input.dataset, input.version)}.`);
  }
  return entry;
}

async function inventoryFile(input: VersionPackageInput): Promise<StoredFile> {
  const what = `the inventory of ${versionName(input.dataset, input.version)}`;
  try {
    const { size } = await stat(input.inventoryPath);
    return { stored: input.inventoryPath, size, sha256: input.inventoryHash, what };
  } catch (error) {
    throw unreadable(error, what, input.inventoryPath);
  }
}

async function* manifestLines(input: VersionPackageInput, signal: AbortSignal): AsyncGenerator<string> {
  for await (const file of payloadFiles(input, signal)) yield manifestLine(file.sha256, file.name);
}

async function* namesLines(input: VersionPackageInput, signal: AbortSignal): AsyncGenerator<string> {
  yield NAMES_HEADER;
  for await (const file of payloadFiles(input, signal)) yield namesRecord(file);
}

/** data/, each file checked while it is read; a list that was written before must be the list of what is written now. */
async function writePayload(zip: ZipWriter, top: string, input: VersionPackageInput, manifest: Measure, { signal, onProgress }: PackageOptions): Promise<void> {
  const progress = { phase: 'Reading, checking and packing', filesDone: 0, filesTotal: input.counts.files, bytesDone: 0, bytesTotal: input.counts.octets };
  const listed = createHash('sha256');
  if (input.counts.files === 0) await zip.add(`${top}/data/`, new Uint8Array(0));
  onProgress({ ...progress });
  for await (const { item, whole } of readAhead(payloadFiles(input, signal))) {
    stopIfAsked(signal);
    listed.update(manifestLine(item.sha256, item.name));
    const name = `${top}/${item.name}`;
    if (whole !== null) {
      await zip.add(name, whole);
      progress.bytesDone += whole.length;
    } else {
      await zip.addStream(name, { size: item.size, crc: null }, watched(readChunks(item, signal)));
    }
    progress.filesDone++;
    onProgress({ ...progress });
  }
  if (listed.digest('hex') !== manifest.sha256) throw new Error(`The files of ${versionName(input.dataset, input.version)} changed while they were packed.`);

  async function* watched(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      yield chunk;
      progress.bytesDone += chunk.length;
      onProgress({ ...progress });
    }
  }
}

function byName([a]: readonly [string, Sha256], [b]: readonly [string, Sha256]): number {
  return a < b ? -1 : 1;
}
