import { basename, dirname, join } from 'node:path';
import { HmsError } from '../../contract/index.ts';
import type { BodyHead, LakeId } from '../../contract/index.ts';
import { judge, leafHash, parseEntry, toHex } from '../../core/index.ts';
import type { Leaf, VerifySignature } from '../../core/index.ts';
import type { Clock } from '../clock.ts';
import { BodyLineError, judgedBody, readBody } from './body-file.ts';
import type { BodyState } from './body-file.ts';
import type { Durable } from './durable.ts';
import type { IndexTransaction, LakeIndex } from './lake-index.ts';
import { leafAt } from './leaf.ts';
import type { ReadFiles } from './leaf-batch.ts';
import { LeafThread } from './leaf-thread.ts';
import { withNear } from './near.ts';
import type { LeafAt } from './leaf.ts';
import type { LakePaths } from './paths.ts';
import { QuickerWay } from './quicker-way.ts';
import { sha256 } from './sha.ts';
import { noteSilence } from './silence.ts';
import { bothDone } from './together.ts';

/** Reading the ledger from where the index ends to its own end. */

export interface ReplayContext {
  readonly lake: LakeId;
  readonly paths: LakePaths;
  readonly durable: Durable;
  readonly clock: Clock;
  readonly index: LakeIndex;
  readonly verifySignature: VerifySignature;
  /** A folder at the next number that was found to be no entry before, after the time that a share may need. */
  readonly waitedFor?: string | null;
  /** What was found just now at a number. */
  readonly found?: { readonly seq: number; readonly at: LeafAt };
}

export interface ReplayEnd {
  /** What stands at the next number although it is no entry; writing must stop there. */
  readonly blocked: { readonly folder: string; readonly why: string } | null;
}

export interface ReadLeaf {
  readonly seq: number;
  readonly bytes: Uint8Array;
  readonly body: BodyState;
}

/** Leaves read ahead of judging; rises while the ledger goes on, so that a small step stays small. */
const MOST_AT_ONCE = 256;
/** Where so many leaves came at once, more of them most likely follow. */
const LONG = 64;
/** Of so many long steps one is read in the way that was slower before. */
const TRY_AGAIN_EVERY = 24;

/**
 * Whether the last entry that the index knows still stands in the lake as it was: a backup restored over a lake, or a ledger that was cut, is older than
 * its index. An error that says so, or null. `nameOf`: by what an entry's folder is reached.
 */
export async function headMissing({ paths, durable, clock, index }: Pick<ReplayContext, 'paths' | 'durable' | 'clock' | 'index'>, nameOf = paths.entry): Promise<HmsError | null> {
  const { size, lastLeaf } = index.end();
  if (size === 0) return null;
  const at = await leafAt(paths.entry(size - 1), durable.place, clock, null, nameOf(size - 1));
  if (at.is === 'leaf' && toHex(leafHash(sha256, at.bytes)) === lastLeaf) return null;
  const isOther = at.is === 'leaf';
  return new HmsError(
    isOther ? 'LAKE_FORKED' : 'LAKE_OLDER_THAN_SEEN',
    isOther
      ? `Entry ${size - 1} of this lake is not the one that this station has seen there: the ledger was changed, or continued apart.`
      : `This station has seen this lake with ${size} ledger entries, but the last of them is no longer there: an older copy or backup was put in its place.`,
    {
      kept: 'Nothing was changed.',
      next: 'Use the newer place of this lake, or restore the newer ledger. To go on here under a new lake id: hms dta lake fork -m REASON',
      facts: { seen: size },
    },
  );
}

/** Whether the last known entry is missing, and what stands at the next number. Side by side, and through the folder of both: over a share each is some round trips. */
export function lookAtEnd({ paths, durable, clock, index }: Pick<ReplayContext, 'paths' | 'durable' | 'clock' | 'index'>, waitedFor: string | null): Promise<readonly [HmsError | null, LeafAt]> {
  const seq = index.view.size;
  const look = (nameOf: (seq: number) => string): Promise<readonly [HmsError | null, LeafAt]> =>
    bothDone(headMissing({ paths, durable, clock, index }, nameOf), leafAt(paths.entry(seq), durable.place, clock, waitedFor, nameOf(seq)));
  const folder = dirname(paths.entry(seq));
  if (seq === 0 || dirname(paths.entry(seq - 1)) !== folder) return look(paths.entry);
  return withNear(folder, durable.place, clock, (name) => look((number) => join(name, basename(paths.entry(number)))));
}

/** Applies every entry that the index does not know, up to the ledger's end or to `until` entries. While some are judged, the next are being read. */
export async function replay(context: ReplayContext, until = Number.MAX_SAFE_INTEGER): Promise<ReplayEnd> {
  const { index } = context;
  const unreadable = new Set<number>();
  const began = index.view.size;
  const ways = new WaysToRead(context);
  const read = (from: number, ahead: number): Reading => ({ from, leaves: ways.read(from, Math.min(ahead, until - from)) });
  let next: Reading | null = null;
  try {
    for (let ahead = 1; ; ) {
      const from = index.view.size;
      // Another process of this station may have moved the index on meanwhile.
      if (next?.from !== from) await settled(next);
      const { leaves, blocked } = await (next?.from === from ? next : read(from, ahead)).leaves;
      next = null;
      if (leaves.length === 0) return { blocked };
      const isAll = leaves.length < ahead;
      // After the first one more: most often that is all, and over a share each look beyond the end is a round trip.
      const following = Math.min(isAll || from === began ? 1 : ahead * 4, MOST_AT_ONCE);
      if (!isAll && ahead >= LONG) {
        next = read(from + leaves.length, following);
        next.leaves.catch(() => undefined);
      }
      try {
        await index.project(from, (transaction) => applyAll(context, leaves, unreadable, transaction));
      } catch (error) {
        if (!(error instanceof BodyLineError) || unreadable.has(error.seq)) throw error;
        // The body matches its commitment and still is not what the format says: the entry stands, its words are unknown.
        unreadable.add(error.seq);
        continue;
      }
      if (isAll && blocked !== null) return { blocked };
      ahead = following;
    }
  } finally {
    await settled(next);
    await ways.close();
  }
}

type Leaves = Promise<{ leaves: ReadLeaf[]; blocked: ReplayEnd['blocked'] }>;

/**
 * Leaves of a long ledger on a share are read in one of two ways: file by file with many calls under way, which is the quicker one where the share is far and each call waits, or by a thread that makes one call
 * after the other, which takes half the processor time and is the quicker one where that is short. Which it is here, is found by trying.
 */
class WaysToRead {
  readonly #context: ReplayContext;
  readonly #thread = new LeafThread();
  readonly #quicker: QuickerWay;

  constructor(context: ReplayContext) {
    this.#context = context;
    this.#quicker = new QuickerWay(context.clock, TRY_AGAIN_EVERY);
  }

  read(from: number, count: number): Leaves {
    if (this.#context.durable.place.kind !== 'share' || count < LONG) return readLeaves(this.#context, from, count);
    this.#thread.start();
    return this.#quicker.do(count, [() => readLeaves(this.#context, from, count), () => readLeaves(this.#context, from, count, this.#thread)]);
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}

/** Leaves that are being read, from a number on. */
interface Reading {
  readonly from: number;
  readonly leaves: Leaves;
}

async function settled(reading: Reading | null): Promise<void> {
  await reading?.leaves.catch(() => undefined);
}

interface FoundLeaf {
  readonly at: LeafAt;
  readonly folder: string;
  readonly leaf?: ReadLeaf;
}

/** `name`: by which the entry's folder is reached. `files`: what was read of it before. */
async function readLeaf({ durable, clock, waitedFor, found }: Pick<ReplayContext, 'durable' | 'clock' | 'waitedFor' | 'found'>, seq: number, folder: string, name: string, files: ReadFiles | null): Promise<FoundLeaf> {
  if (files !== null) return leafOf(seq, folder, files);
  const at = found?.seq === seq ? found.at : await leafAt(folder, durable.place, clock, waitedFor, name);
  if (at.is !== 'leaf') return { at, folder };
  const parsed = parseEntry(at.bytes);
  return { at, folder, leaf: { seq, bytes: at.bytes, body: parsed.ok ? await readBody(folder, parsed.entry, name) : ({ is: 'none' } as const) } };
}

async function leafOf(seq: number, folder: string, { entry, words }: ReadFiles): Promise<FoundLeaf> {
  const parsed = parseEntry(entry);
  const body = parsed.ok && words !== null ? await judgedBody(parsed.entry, words.salt, words.body) : ({ is: 'none' } as const);
  return { at: { is: 'leaf', bytes: entry }, folder, leaf: { seq, bytes: entry, body } };
}

/** The next leaves of a ledger, with their bodies; fewer than `count` at its end. `thread`: which reads what is as most entries are. */
export async function readLeaves(context: Pick<ReplayContext, 'paths' | 'durable' | 'clock' | 'waitedFor' | 'found'>, from: number, count: number, thread: LeafThread | null = null): Leaves {
  const { paths, durable, clock } = context;
  const thousand = dirname(paths.entry(from));
  const look = async (name: string): Promise<readonly FoundLeaf[]> => {
    const folders = Array.from({ length: count }, (_, i) => paths.entry(from + i));
    const names = folders.map((folder) => (dirname(folder) === thousand ? join(name, basename(folder)) : folder));
    const files = thread === null ? [] : await noteSilence(durable.place, clock, () => thread.read(names));
    return Promise.all(folders.map((folder, i) => readLeaf(context, from + i, folder, names[i] ?? folder, files[i] ?? null)));
  };
  // What was just seen to be the end is not asked for.
  const isEnd = count === 1 && context.found?.seq === from && context.found.at.is !== 'leaf';
  const found = await (isEnd ? look(thousand) : withNear(thousand, durable.place, clock, look));
  const leaves: ReadLeaf[] = [];
  for (const item of found) {
    if (item.leaf === undefined) return { leaves, blocked: item.at.is === 'blocked' ? { folder: item.folder, why: item.at.why } : null };
    leaves.push(item.leaf);
  }
  return { leaves, blocked: null };
}

/** Judges leaves in order and gives them to the index. */
export async function applyAll(context: ReplayContext, leaves: readonly ReadLeaf[], unreadable: ReadonlySet<number>, transaction: IndexTransaction): Promise<void> {
  for (const { seq, bytes, body: read } of leaves) {
    const hash = leafHash(sha256, bytes);
    const body: BodyState = unreadable.has(seq) ? { is: 'altered', why: 'one of its lines is not of the format' } : read;
    const leaf: Leaf = { seq, bytes, leafHash: hash, body: headOf(body) };
    await transaction.apply({ seq, leafHash: hash, judgement: judge(leaf, transaction.view, context.lake, sha256, context.verifySignature), body });
  }
}

function headOf(body: BodyState): BodyHead | 'missing' | null {
  if (body.is === 'kept') return body.head;
  return body.is === 'none' ? null : 'missing';
}
