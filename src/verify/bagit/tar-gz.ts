import type { FindingSink } from '../findings.ts';
import type { Meter } from '../meter.ts';
import type { BagitCode } from './codes.ts';
import type { BagSource, HashPlan } from './source.ts';
import { StreamHash } from './stream-hash.ts';
import { placeEntries } from './tar.ts';
import { TarEntries, tarEntryOf } from './tar-entry.ts';
import type { WalkedEntry } from './tar-walk.ts';
import { TarFault, walkTar } from './tar-walk.ts';
import { BrokenFile } from './text.ts';

/** Tag files up to these sizes are kept from the first pass; others are looked up in passes of their own. */
const KEPT_EACH = 8 * 1024 * 1024;
const KEPT_ALL = 64 * 1024 * 1024;
/** A few packed megabytes can hold any number of empty files, and each takes memory. */
const MOST_ENTRIES = 2_000_000;
const tagFile = /^(?:[^/]+\/)?(?:bagit|bag-info|package-info|fetch|(?:tag)?manifest-[^/]+)\.txt$/i;

/**
 * A bag in a tar file that is packed with gzip, never unpacked to a disk. In such a file nothing can be looked up, and which algorithms the bag uses
 * may stand at its very end: so one pass finds out what is there and keeps the tag files, and a second one hashes. Null, with findings, where it cannot be read.
 */
export async function openTarGzBag(path: string, findings: FindingSink<BagitCode>, meter: Meter): Promise<BagSource | null> {
  const entries = new TarEntries();
  /** By where they begin. */
  const texts = new Map<number, Buffer>();
  let room = KEPT_ALL;
  try {
    for await (const walked of walkTar(path, true)) {
      const entry = tarEntryOf(walked.header, walked.start, findings);
      if (entry === null) continue;
      if (entries.length >= MOST_ENTRIES) throw new TarFault(`it holds more than ${MOST_ENTRIES.toLocaleString('en-US')} files`);
      entries.add(entry);
      if (tagFile.test(entry.name) && entry.size <= Math.min(KEPT_EACH, room)) {
        texts.set(entry.start, await wholeOf(walked));
        room -= entry.size;
      } else await skip(walked, meter);
      await meter.breathe();
    }
  } catch (error) {
    if (!(error instanceof TarFault)) throw error;
    findings.add('BAGIT_ARCHIVE_UNREADABLE', '', `The tar file cannot be read to its end: ${error.message}.`);
  }
  if (entries.length === 0) {
    if (!findings.has('BAGIT_ARCHIVE_UNREADABLE')) findings.add('BAGIT_ARCHIVE_UNREADABLE', '', 'The tar file holds nothing.');
    return null;
  }
  const { files, starts, folder } = placeEntries(entries, findings);
  return {
    files,
    pieces: (file) => piecesOf(path, starts[file] ?? -1, texts, meter),
    hash: (plan) => hashPass(path, plan, (name, start) => {
      const file = name.startsWith(folder) ? files.find(name.slice(folder.length)) : null;
      // The second of two entries with one name is not the file that was counted.
      return file !== null && starts[file] === start ? file : null;
    }, meter),
    close: () => undefined,
  };
}

async function wholeOf({ bytes }: WalkedEntry): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const piece of bytes) parts.push(Buffer.from(piece));
  return Buffer.concat(parts);
}

async function skip({ bytes }: WalkedEntry, meter: Meter): Promise<void> {
  for await (const _ of bytes) await meter.breathe();
}

async function* piecesOf(path: string, wanted: number, texts: ReadonlyMap<number, Buffer>, meter: Meter): AsyncGenerator<Uint8Array> {
  const text = texts.get(wanted);
  if (text !== undefined) {
    if (text.length > 0) yield text;
    return;
  }
  try {
    for await (const { start, bytes } of walkTar(path, true)) {
      if (start !== wanted) {
        await meter.breathe();
        continue;
      }
      yield* bytes;
      return;
    }
  } catch (error) {
    if (!(error instanceof TarFault)) throw error;
  }
  throw new BrokenFile('the tar file ends before it');
}

async function hashPass(path: string, plan: HashPlan, find: (name: string, start: number) => number | null, meter: Meter): Promise<void> {
  const silent: FindingSink<BagitCode> = { add: () => undefined, has: () => false };
  try {
    for await (const walked of walkTar(path, true)) {
      const entry = tarEntryOf(walked.header, walked.start, silent);
      const file = entry === null ? null : find(entry.name, entry.start);
      const mask = file === null ? 0 : plan.wanted(file);
      if (file === null || mask === 0) {
        await skip(walked, meter);
        continue;
      }
      const sum = new StreamHash(plan, mask);
      for await (const piece of walked.bytes) {
        sum.update(piece);
        meter.add(0, piece.length);
        await meter.breathe();
      }
      plan.hashed(file, sum.digests());
      meter.add(1, 0);
    }
  } catch (error) {
    // Told by the first pass.
    if (!(error instanceof TarFault)) throw error;
  }
}
