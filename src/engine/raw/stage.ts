import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { dropName, HmsError, instantOf, LogicalPath } from '../../contract/index.ts';
import type { DropId, LogicalPath as Name, Sha256, TxnId } from '../../contract/index.ts';
import { ContentPathMapper, continuedInventory, INVENTORY_NAME, OBJECT_DECLARATION, SIDECAR_NAME, sidecarText } from '../../core/index.ts';
import type { Clock } from '../clock.ts';
import { sha256 } from '../lake/index.ts';
import type { Durable, LakePaths, Unflushed } from '../lake/index.ts';
import { sniff, SNIFF_BYTES } from './sniff.ts';

/** A raw drop in staging: a whole OCFL object that no entry names yet. It is durable once what `unflushed` names was flushed. */
export interface StagedDrop {
  readonly txn: TxnId;
  readonly id: DropId;
  readonly name: Name;
  readonly media: string;
  readonly size: number;
  readonly sha256: Sha256;
  /** Of its inventory. */
  readonly hash: Sha256;
  readonly unflushed: Unflushed;
}

export interface StageContext {
  readonly paths: LakePaths;
  readonly durable: Durable;
  readonly clock: Clock;
  readonly user: { readonly name: string; readonly address: string };
}

const LONGEST_NAME = 255;
/** A file with more bytes is flushed by itself: those that are entered with it do not wait for that. */
const LARGE_BYTES = 4 * 1024 * 1024;

/**
 * The name that a drop is kept under: what its sender calls the file, without the folders that some senders put before it (RFC 7578 section 4.2). Throws NAME_INVALID for what no
 * file can be called.
 */
export function nameOfDrop(sent: string): Name {
  const name = sent.slice(Math.max(sent.lastIndexOf('/'), sent.lastIndexOf('\\')) + 1);
  const parsed = LogicalPath.safeParse(name);
  if (parsed.success && name.length <= LONGEST_NAME) return parsed.data;
  throw new HmsError('NAME_INVALID', `"${name.toWellFormed().slice(0, LONGEST_NAME)}" cannot be the name of a file: it ${parsed.success ? `has more than ${LONGEST_NAME} characters` : (parsed.error.issues[0]?.message ?? 'is none')}.`, {
    kept: 'Nothing was kept of it.',
    next: 'Send it under another name.',
  });
}

/** Writes `content` and the object around it into the staging folder of `txn`, hashing in the same pass. Where that fails, or `content` does, nothing is left of it. */
export async function stageDrop(context: StageContext, txn: TxnId, name: Name, content: AsyncIterable<Uint8Array>): Promise<StagedDrop> {
  const { paths, durable, clock } = context;
  const folder = paths.transaction(txn);
  try {
    const id = clock.uuid() as DropId;
    const object = join(folder, 'object');
    const version = join(object, 'v1');
    const stored = new ContentPathMapper(sha256).map(name);
    const place = join(version, 'content', ...stored.split('/'));
    const named: string[] = [];
    // From the top down: each then needs one call, and none that fails.
    for (const one of [folder, object, version, dirname(place)]) named.push(...(await durable.nameFolder(one, paths.root)));
    const look = new Look();
    const file = await durable.write(place, look.through(content));
    const isLarge = file.size > LARGE_BYTES;
    if (isLarge) await durable.disk.syncFile(place);
    const inventory = await inventoryOf(context, id, name, `v1/content/${stored}`, file.sha256);
    const around = [
      [join(version, INVENTORY_NAME), inventory],
      [join(version, SIDECAR_NAME), null],
      [join(object, OBJECT_DECLARATION.name), Buffer.from(OBJECT_DECLARATION.text)],
      [join(object, INVENTORY_NAME), inventory],
      [join(object, SIDECAR_NAME), null],
    ] as const;
    const hash = createHash('sha256').update(inventory).digest('hex') as Sha256;
    for (const [path, bytes] of around) await durable.write(path, bytes ?? Buffer.from(sidecarText(hash)));
    const unflushed = { files: [...(isLarge ? [] : [place]), ...around.map(([path]) => path)], folders: [...new Set([...named, dirname(place), version, object])] };
    return { txn, id, name, media: look.media(), size: file.size, sha256: file.sha256, hash, unflushed };
  } catch (error) {
    // What can not be removed now, the next opening removes.
    await durable.removeTree(folder).catch(() => undefined);
    throw error;
  }
}

async function inventoryOf({ clock, user }: StageContext, id: DropId, name: Name, content: string, digest: Sha256): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const text = continuedInventory(
    { id: `hms:${dropName(id)}`, version: 1, created: instantOf(clock.now()), message: 'Version 1', user, content: [[digest, content]], files: [[digest, name]], isTouched: () => true },
    null,
  );
  for await (const piece of text) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** Keeps the first bytes of what passes. */
class Look {
  #head = Buffer.alloc(0);
  #size = 0;

  async *through(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of content) {
      if (this.#head.length < SNIFF_BYTES) this.#head = Buffer.concat([this.#head, piece.subarray(0, SNIFF_BYTES - this.#head.length)]);
      this.#size += piece.length;
      yield piece;
    }
  }

  media(): string {
    return sniff(this.#head, this.#size === this.#head.length);
  }
}
