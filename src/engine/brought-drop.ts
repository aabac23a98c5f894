import { createHash, hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { CancelledError, HmsError } from '../contract/index.ts';
import type { DropDetail } from './catalog/index.ts';
import { bringFile } from './contract-rows.ts';
import type { BroughtFile } from './contract-rows.ts';
import type { ContractPlan } from './contracts/index.ts';
import { bytesOf } from './lake/index.ts';
import type { ReadableLake } from './open.ts';
import { dropContent } from './raw-drops.ts';
import type { DropContent } from './raw-drops.ts';
import { FileLook } from './sure-file.ts';
import type { ScratchFolder } from './transform-world.ts';
import { SAMPLE_BYTES, startOf } from './transforms/index.ts';

/** A drop whose bytes are there, plain and checked. */
export interface Brought {
  readonly drop: DropDetail;
  readonly file: BroughtFile;
  /** Null where its rows are read one by one. */
  readonly look: FileLook | null;
}

export interface Bringing {
  readonly scratch: ScratchFolder;
  /** Number of the scratch folder's input that it is copied or unpacked to. */
  readonly slot: number;
  /** Of the first contract that it is for. */
  readonly plan: ContractPlan;
  readonly signal: AbortSignal;
  /** Files of fewer bytes are not looked at. */
  readonly sureFrom: number;
}

/** Read at once, into a buffer of its size, and copied into the scratch folder, where all that reads it finds it: the query process then needs to see no more than that. */
export const SMALL_BYTES = 1 << 20;

/** The bytes of a drop, unpacked where they are compressed; STORED_DAMAGED where they are not those that arrived. */
export async function bringDrop(lake: ReadableLake, drop: DropDetail, { scratch, slot, plan, signal, sureFrom }: Bringing): Promise<Brought> {
  const content = await dropContent(lake, drop);
  const { place, name } = content;
  const isLooked = (size: number): boolean => size >= sureFrom;
  if (content.size <= SMALL_BYTES) {
    refuseCanceled(signal);
    const bytes = await bytesIn(content);
    if (hash('sha256', bytes) !== content.sha256) throw damaged(drop, content);
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
      const look = isLooked(bytes.length) ? FileLook.begin(bytes, scratch.input(slot), plan) : null;
      look?.add(bytes);
      const path = scratch.input(slot);
      await scratch.write(path, of(bytes));
      return { drop, file: { name, path, size: bytes.length }, look };
    }
  }
  let look: FileLook | null = null;
  if (content.size > SMALL_BYTES) {
    look = isLooked(content.size) ? FileLook.begin(startOf(place, SAMPLE_BYTES), place, plan) : null;
    const told = createHash('sha256');
    for await (const piece of bytesOf(place)) {
      refuseCanceled(signal);
      told.update(piece);
      look?.add(piece);
    }
    if (told.digest('hex') !== content.sha256) throw damaged(drop, content);
  }
  const file = await bringFile(place, () => Promise.resolve(scratch), signal, { name, slot });
  if (file.path === place) return { drop, file, look };
  const unpacked = isLooked(file.size) ? FileLook.begin(startOf(file.path, SAMPLE_BYTES), file.path, plan) : null;
  if (unpacked !== null) for await (const piece of bytesOf(file.path)) unpacked.add(piece);
  return { drop, file, look: unpacked };
}

/** All bytes of a small file. One that has become longer is cut off behind its size, so that its hash is another. */
async function bytesIn({ place, size }: DropContent): Promise<Buffer> {
  const handle = await open(place, 'r');
  try {
    const bytes = Buffer.allocUnsafeSlow(size + 1);
    let filled = 0;
    for (let count = -1; count !== 0 && filled < bytes.length; filled += count) count = (await handle.read(bytes, filled, bytes.length - filled, filled)).bytesRead;
    return bytes.subarray(0, filled);
  } finally {
    await handle.close();
  }
}

async function* of(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function damaged({ id }: DropDetail, { name }: DropContent): HmsError {
  return new HmsError('STORED_DAMAGED', `The stored bytes of "${name}" are not those that arrived.`, { kept: 'Nothing was changed in the lake.', next: 'Run "hms dta verify" on the lake, and restore the file from a backup.', facts: { drop: id } });
}

function refuseCanceled(signal: AbortSignal): void {
  if (signal.aborted) throw new CancelledError('What was not normalized waits.');
}
