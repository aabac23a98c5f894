import type { Entry, LakeId } from '../../contract/index.ts';
import { isKnownOp } from '../../contract/index.ts';
import type { Judgement } from '../../core/index.ts';
import { entryFolder, judge, LedgerState, readBodyHead, readPlainEntry } from '../../core/index.ts';
import { sha256, verifyP256 } from '../crypto.ts';
import { listFolder, sizeOfFile } from '../read.ts';
import type { BodyRead } from '../workers/read-body.ts';
import type { EntryRead, ReadEntriesResult } from '../workers/read-entries.ts';
import { byteRecordsOf } from '../workers/compact.ts';
import type { LakeCheck } from './context.ts';
import { LedgerFacts } from './facts.ts';
import { lineageFaults } from './lineage.ts';
import type { LedgerRead } from './facts.ts';
import { TreeNodes } from './tree-nodes.ts';

/** Entries of one task. The first is small: it brings the keys with which the threads verify the rest. */
const FIRST_BATCH = 16;
const BATCH = 128;
/** Bodies of the first entries up to here are read in this thread: that takes less time than the others take to start. */
const SMALL_BODIES = 4 * 1024 * 1024;

export interface Replay {
  /** Relative to the lake, with a slash at its end: `ledger/`, or that of a fork's origin. */
  readonly ledger: string;
  readonly lakeId: LakeId;
  /** Entries from here on are not read: a fork left its origin there. */
  readonly limit: number;
  /** What the origin of a fork said. */
  readonly origin: LedgerRead | null;
}

/** Reads the ledger from its first entry to its end, judges each, and reports what is wrong with entries and bodies. */
export async function replayLedger(check: LakeCheck, replay: Replay): Promise<LedgerRead> {
  const reader = new Replayer(check, replay);
  const ahead = new BatchReader(check, replay.ledger, replay.limit, () => reader.keys());
  for (;;) {
    const { from, result } = await ahead.next();
    const heads = result.heads.split('\n').values();
    let seq = from;
    for (const { digest, bytes } of byteRecordsOf(result.leaves)) {
      const read = result.entries[seq - from];
      if (read === undefined) throw new Error(`Nothing was said of entry ${String(seq)}.`);
      reader.take(seq, digest, bytes, read ?? usual(bytes, heads.next().value));
      seq += 1;
      if (seq % 16 === 0) await check.meter.breathe();
    }
    check.meter.expect(result.files, result.fileBytes);
    if (result.end?.why === 'blocked') {
      check.findings.add('LEDGER_BLOCKED', `${replay.ledger}entries/${entryFolder(seq)}`, `The folder at number ${String(seq)} of the ledger has no entry that can be read (${result.end.detail}). The ledger was checked up to there.`);
    }
    if (result.end !== null || ahead.isDone()) return reader.end();
  }
}

/** What a thread said by saying nothing of an entry, and that entry. */
function usual(bytes: Buffer, head: string | undefined): Said {
  if (head === undefined) throw new Error('A thread of the check told less first lines of bodies than entries that have one.');
  const body: BodyRead = { state: 'good', detail: '', head, files: 0, fileBytes: 0, large: [] };
  return { body, tried: { entry: true, act: null }, foreign: [], entry: readPlainEntry(bytes.toString('latin1')) };
}

/** What is known of an entry when its turn comes; the entry itself where it need not be read again. */
interface Said extends EntryRead {
  readonly entry?: Entry;
}

/** Keeps a few batches on the way, and hands them out in order. */
class BatchReader {
  readonly #check: LakeCheck;
  readonly #ledger: string;
  readonly #limit: number;
  readonly #keys: () => { id: string; spki: Uint8Array }[];
  readonly #open: { from: number; result: Promise<ReadEntriesResult> }[] = [];
  #next = 0;

  constructor(check: LakeCheck, ledger: string, limit: number, keys: () => { id: string; spki: Uint8Array }[]) {
    this.#check = check;
    this.#ledger = ledger;
    this.#limit = limit;
    this.#keys = keys;
  }

  async next(): Promise<{ from: number; result: ReadEntriesResult }> {
    const wanted = this.#next === 0 ? 1 : this.#check.pool.threads * 2 + 1;
    while (this.#open.length < wanted && this.#next < this.#limit) this.#start();
    const first = this.#open.shift();
    if (first === undefined) return { from: this.#next, result: { entries: [], heads: '', files: 0, fileBytes: 0, leaves: [], end: { why: 'none', detail: '' } } };
    return { from: first.from, result: await first.result };
  }

  isDone(): boolean {
    return this.#open.length === 0 && this.#next >= this.#limit;
  }

  #start(): void {
    const from = this.#next;
    const count = Math.min(from === 0 ? FIRST_BATCH : BATCH, this.#limit - from);
    this.#next += count;
    const { pool, root } = this.#check;
    const task = { kind: 'readEntries', ledger: `${root}/${this.#ledger.slice(0, -1)}`, from, count, keys: this.#keys() } as const;
    this.#open.push({ from, result: from === 0 && this.#bodiesAreSmall(count) ? pool.here(task) : pool.run(task) });
  }

  #bodiesAreSmall(count: number): boolean {
    let bytes = 0;
    for (let seq = 0; seq < count; seq++) bytes += sizeOfFile(`${this.#check.root}/${this.#ledger}entries/${entryFolder(seq)}/body.json`) ?? 0;
    return bytes <= SMALL_BODIES;
  }
}

interface BadBody {
  readonly seq: number;
  readonly body: BodyRead;
}

class Replayer {
  readonly #check: LakeCheck;
  readonly #replay: Replay;
  readonly #state: LedgerState;
  readonly #facts: LedgerFacts;
  readonly #nodes = new TreeNodes();
  readonly #badBodies: BadBody[] = [];

  constructor(check: LakeCheck, replay: Replay) {
    this.#check = check;
    this.#replay = replay;
    this.#state = replay.origin === null ? new LedgerState() : LedgerState.forkOf(replay.origin.state);
    this.#facts = replay.origin === null ? new LedgerFacts() : LedgerFacts.forkOf(replay.origin.facts);
  }

  keys(): { id: string; spki: Uint8Array }[] {
    return this.#state.keys().map(({ id, spki }) => ({ id, spki }));
  }

  take(seq: number, leafHash: Uint8Array, bytes: Uint8Array, { body, tried, foreign, entry }: Said): void {
    const { findings, root } = this.#check;
    const folder = `${this.#replay.ledger}entries/${entryFolder(seq)}`;
    for (const name of foreign) findings.add('FOREIGN_FILE', `${folder}/${name}`, `"${name}" does not belong to the entry ${String(seq)}.`);
    const head = body === null ? null : body.head === null ? 'missing' : readBodyHead(body.head);
    const judgement = judge({ seq, bytes, leafHash, body: head, tried, ...(entry === undefined ? {} : { entry }) }, this.#state, this.#replay.lakeId, sha256, verifyP256);
    this.#state.apply(seq, judgement);
    for (const wrong of lineageFaults(judgement, this.#facts)) findings.add('LINEAGE_WRONG', `${folder}/entry.json`, `Entry ${String(seq)}: ${wrong}`);
    this.#facts.take(judgement, body?.state === 'good' ? `${root}/${folder}/body.json` : null, body?.large ?? []);
    this.#reportEffect(seq, folder, judgement);
    if (body !== null && judgement.entry !== null && (body.state !== 'good' || body.head === null)) this.#badBodies.push({ seq, body });
    this.#nodes.push(leafHash);
  }

  end(): LedgerRead {
    for (const { seq, body } of this.#badBodies) this.#reportBody(seq, body);
    for (const seq of this.#facts.destroyed) this.#reportRemains(seq);
    return { state: this.#state, facts: this.#facts, size: this.#state.size, nodes: this.#nodes };
  }

  #reportEffect(seq: number, folder: string, judgement: Judgement): void {
    if (judgement.effect) return;
    if (judgement.newer === true) {
      this.#check.findings.add('ENTRY_NEWER', `${folder}/entry.json`, `Entry ${String(seq)}: ${judgement.why} What it did could not be judged.`);
    } else {
      this.#check.findings.add('ENTRY_NO_EFFECT', `${folder}/entry.json`, `Entry ${String(seq)} has no effect. ${judgement.why}`);
    }
  }

  #reportBody(seq: number, body: BodyRead): void {
    if (body.state === 'missing' && this.#state.entryBody(seq) === 'destroyed') return;
    const folder = `${this.#replay.ledger}entries/${entryFolder(seq)}`;
    const { findings } = this.#check;
    switch (body.state) {
      case 'missing':
        findings.add('BODY_MISSING', folder, `The body of entry ${String(seq)} is incomplete: ${body.detail}, and no entry says that it was destroyed.`);
        break;
      case 'altered':
        findings.add('BODY_ALTERED', folder, `The body of entry ${String(seq)} is not the one that was written: ${body.detail}.`);
        break;
      case 'unreadable':
        findings.add('BODY_UNREADABLE', folder, `The body of entry ${String(seq)} could not be checked: ${body.detail}.`);
        break;
      case 'good': {
        const op = this.#state.opOf(seq) ?? '';
        // What a body of an unknown operation should be, nobody here can say; the entry is reported as newer.
        if (isKnownOp(op)) findings.add('BODY_UNREADABLE', `${folder}/body.json`, `The body of entry ${String(seq)} is unchanged, and its first line is not that of a "${op}".`);
        break;
      }
    }
  }

  #reportRemains(seq: number): void {
    const folder = `${this.#replay.ledger}entries/${entryFolder(seq)}`;
    const names = listFolder(`${this.#check.root}/${folder}`);
    const left = names === null || 'why' in names ? [] : names.filter(({ name }) => name === 'body.json' || name === 'body.salt');
    if (left.length > 0) this.#check.findings.add('BODY_NOT_REMOVED', folder, `The body of entry ${String(seq)} was to be destroyed, and ${left.map(({ name }) => name).join(' and ')} is still there.`);
  }
}
