import { join } from 'node:path';
import { HmsError, instantOf } from '../../contract/index.ts';
import type { ActStatement, BodyHead, BodyLine, By, EntryKey, Instant, KeyId, KnownOp, LakeId, LakeJson, Ref, TxnId } from '../../contract/index.ts';
import { actSigningBytes, encodeEntry, fits, toBase64 } from '../../core/index.ts';
import type { DeltaAction, VerifySignature } from '../../core/index.ts';
import type { Clock } from '../clock.ts';
import { heldBody, writeBody } from './body-file.ts';
import type { TreeSource } from './checkpoint-files.ts';
import { claim, CLAIM_KEPT, claimOverShare } from './claim.ts';
import type { ClaimContext, Claimed, ClaimFields, LedgerEnd } from './claim.ts';
import { claimTogether } from './claim-together.ts';
import type { ClaimEnd, TogetherClaim, Unflushed } from './claim-together.ts';
import { clockError, clockProblem } from './clock-check.ts';
import { Completing } from './completing.ts';
import { codeOf } from './durable.ts';
import type { Durable } from './durable.ts';
import type { LakeIndex } from './lake-index.ts';
import { Turns } from './give-way.ts';
import { blockedError } from './leaf.ts';
import { LetThrough } from './let-through.ts';
import { inWords } from './place-error.ts';
import type { LakePaths } from './paths.ts';
import { ForkWatch } from './fork-watch.ts';
import { applyAll, lookAtEnd, replay } from './replay.ts';
import type { ReadLeaf, ReplayEnd } from './replay.ts';
import { removeAllDone } from './remove-done.ts';
import { noteSilence } from './silence.ts';
import { bothDone, FlushTogether } from './together.ts';
import { TreeSigning } from './tree-signing.ts';
import { newTxn } from './txn.ts';

/** The ledger of one lake as one station sees it and adds to it. */

/** Who writes: the station's key. Null where this station may only read. */
export interface LedgerSigner {
  readonly id: KeyId;
  readonly spki: Uint8Array;
  sign(bytes: Uint8Array): Uint8Array;
}

export interface LedgerContext {
  readonly lake: LakeJson;
  readonly paths: LakePaths;
  readonly durable: Durable;
  readonly clock: Clock;
  readonly index: LakeIndex;
  readonly verifySignature: VerifySignature;
  readonly by: By;
  /** The offset to the file server's clock that was accepted for a station, ms; 0 where none was. */
  acceptedOffset(station: KeyId): number;
  /** `clock` of the last entry. */
  lastClock(): Instant | null;
  /** Where the profile keeps the largest checkpoint that this station signed or saw; null where no profile can be written. */
  readonly seenFile: string | null;
  /** The same primitives for the profile, which is on another disk. */
  readonly profileDurable: Durable;
  /** What follows an acknowledged act is done behind it; whoever says so waits for `completed` before the program ends. */
  readonly completesBehind?: boolean;
}

/** What an act says; `head` without the members that every body has. */
export interface Act<O extends KnownOp = KnownOp> {
  readonly op: O;
  readonly subject: string;
  readonly head: Omit<Extract<BodyHead, { op: O }>, 'v' | 'op' | 'by'>;
  readonly lines?: Iterable<BodyLine | DeltaAction>;
  readonly inputs?: readonly Ref[];
  readonly outputs?: readonly Ref[];
  readonly key?: EntryKey;
  /** The officer whose act it is, with a key of this lake: signs a statement, which the entry carries. */
  readonly officer?: LedgerSigner;
}

/** One of several acts that are claimed together. */
export interface ActClaim {
  readonly txn: TxnId;
  readonly act: Act;
  /** As for `claimWith`. */
  readonly stillHolds: () => boolean;
  /** What the act names and is not durable yet. */
  readonly unflushed: Unflushed;
}

/** What an officer signs once, whatever number the entry gets: docs/formats/lake.md section 4. */
function officerAct(lake: LakeId, txn: TxnId, { op, subject, inputs = [], outputs = [] }: Act, officer: LedgerSigner, at: Instant): NonNullable<ClaimFields['act']> {
  const hashes = [...inputs, ...outputs].map(({ sha256 }) => sha256);
  const statement: ActStatement = { at, hashes, lake, op, subject, txn };
  return { statement, sig: toBase64(officer.sign(actSigningBytes(statement))), actor: officer.id };
}

export class Ledger {
  readonly context: LedgerContext;
  /** Who commits to which dataset next, as far as this program goes. */
  readonly turns = new Turns();
  readonly #letThrough = new LetThrough();
  #reading: Promise<unknown> = Promise.resolve();
  #blocked: ReplayEnd['blocked'] = null;
  readonly #forks: ForkWatch;
  readonly #signing: TreeSigning;
  readonly #completing: Completing<{ readonly signer: LedgerSigner; readonly folder: string }>;

  constructor(context: LedgerContext) {
    this.context = context;
    this.#forks = new ForkWatch(context.lake.id, context.paths, context.durable.place);
    this.#signing = new TreeSigning(context, () => this.catchUp(), () => this.#completing.isWaiting);
    this.#completing = new Completing(context.clock, async (acts) => {
      await this.catchUp();
      for (const signer of new Set(acts.map((act) => act.signer))) await this.writeCheckpoint(signer, context.paths.staging);
      await removeAllDone(context.durable, acts.map(({ folder }) => folder));
    });
  }

  /** What stands at the next number although it is no entry, as of the last reading. */
  get blocked(): ReplayEnd['blocked'] {
    return this.#blocked;
  }

  /** Reads and applies what was added since, by anyone. */
  async catchUp(): Promise<LedgerEnd> {
    const { lake, paths, durable, clock, index, verifySignature } = this.context;
    const run = this.#reading.then(async () => {
      const waitedFor = this.#blocked?.folder ?? null;
      const seq = index.view.size;
      const [gone, at] = await lookAtEnd({ paths, durable, clock, index }, waitedFor);
      if (gone !== null) {
        await this.#forks.refuse('Nothing was changed.');
        throw gone;
      }
      this.#blocked = (await replay({ lake: lake.id, paths, durable, clock, index, verifySignature, waitedFor, found: { seq, at } })).blocked;
    });
    this.#reading = run.catch(() => undefined);
    await run;
    return index.end();
  }

  /** Claims a small act: its own transaction, its body, the entry, then the checkpoint, which may follow behind (`completed`). */
  async act<O extends KnownOp>(signer: LedgerSigner, act: Act<O>): Promise<Claimed> {
    const { paths, clock } = this.context;
    await inWords('Looking who else writes', CLAIM_KEPT, () => this.#letOthersThrough());
    const txn = newTxn(clock);
    const folder = paths.transaction(txn);
    const claimed = await this.#claim(signer, { txn, act, stillHolds: () => true }, CLAIM_KEPT, [folder]).catch(async (error: unknown) => {
      await this.#forget(folder, error);
      throw error;
    });
    if (claimed === null) throw new Error('A claim without a condition gave up.');
    await this.finishSoon(signer, folder);
    this.refuseWithoutEffect(claimed);
    return claimed;
  }

  #letOthersThrough(): Promise<void> {
    const { paths, durable, clock, index } = this.context;
    return this.#letThrough.before({ paths, place: durable.place, clock, notDone: (txns) => index.look(() => txns.filter((txn) => !index.view.txnSeen(txn))) });
  }

  /** Throws where a claimed entry was judged to have no effect: it is in the ledger for ever, and nobody may be told that the act was done. */
  refuseWithoutEffect({ seq, entry }: Claimed): void {
    if (this.context.index.view.txnSeen(entry.txn)) return;
    throw new HmsError('LEDGER_DAMAGED', `Entry ${seq} was written to the ledger and has no effect there.`, {
      kept: 'Nothing else was changed.',
      next: 'Run `hms dta verify` on the lake; it says why.',
      facts: { seq },
    });
  }

  /** The first entry of a ledger enrols its own signer; every other needs one whose key is in the set at this moment. */
  #refuseStranger(signer: LedgerSigner): void {
    const { view } = this.context.index;
    const key = view.key(signer.id);
    if (view.size === 0 || (key !== null && !key.revoked)) return;
    throw new HmsError('NOT_ENROLLED', `The key ${signer.id.slice(0, 16)} of this workstation ${key === null ? 'is not enrolled' : 'was revoked'} in this lake.`, {
      kept: CLAIM_KEPT,
      next: 'Ask an enrolled workstation why.',
    });
  }

  #refuseNoOfficer({ id }: LedgerSigner): void {
    const key = this.context.index.view.key(id);
    if (key?.role === 'officer' && !key.revoked) return;
    throw new HmsError('KEY_REFUSED', `The key ${id.slice(0, 16)} is not the key of an officer of this lake${key?.revoked === true ? ' any more' : ''}.`, {
      kept: 'Nothing was written to the ledger.',
      next: 'Enroll it with: hms dta key enroll',
    });
  }

  /** Removes what was staged for an act that was refused: it holds a person's words. Where it is not known whether the act took place, it stays. */
  async #forget(folder: string, error: unknown): Promise<void> {
    if (!(error instanceof HmsError) || error.facts['outcome'] === 'unknown') return;
    try {
      await this.context.durable.removeTree(folder);
    } catch (second) {
      if (codeOf(second) === '') throw second;
    }
  }

  /**
   * Writes the body into `staging/<txn>/claim/` and claims the entry. `stillHolds` is asked before each attempt; where it answers false the claim
   * gives up with null. Refuses (sentence of core's `fits`) what would be an entry without effect. `kept` says what is safe where the place fails.
   */
  async claimWith<O extends KnownOp>(signer: LedgerSigner, txn: TxnId, act: Act<O>, stillHolds: () => boolean, kept = CLAIM_KEPT): Promise<Claimed | null> {
    return this.#claim(signer, { txn, act, stillHolds }, kept, []);
  }

  /** `parents`: folders above that of the claim that are known not to be there. */
  async #claim(signer: LedgerSigner, item: Pick<ActClaim, 'txn' | 'act' | 'stillHolds'>, kept: string, parents: readonly string[]): Promise<Claimed | null> {
    const { durable, paths, clock } = this.context;
    const { txn, act, stillHolds } = item;
    const folder = join(paths.transaction(txn), 'claim');
    if (durable.place.kind !== 'share') {
      const { modified, fields } = await inWords('Preparing the ledger entry', kept, async () => {
        await durable.makeFolder(folder);
        return this.#prepare(signer, item, durable.stage);
      });
      return claim(this.#claimContext(signer, act.op, kept), txn, modified, fields);
    }
    await this.#completing.refuseFailed();
    const files = new FlushTogether(durable);
    let release: (() => Promise<void>) | undefined;
    try {
      const reading = inWords('Reading the ledger', kept, () => this.catchUp());
      const naming = inWords('Preparing the ledger entry', kept, async () => {
        for (const name of parents) await durable.nameFolder(name);
        release = await noteSilence(durable.place, clock, async () => durable.disk.hold?.(paths.transaction(txn)));
        await durable.nameFolder(folder);
      });
      const [end] = await bothDone(reading, naming);
      // Before its words are written. Who has to prepare anew leaves a sign of that for others, who give way: see give-way.ts.
      if (!stillHolds()) {
        await inWords('Preparing the ledger entry', kept, () => durable.stage(join(folder, 'body.salt'), clock.random(32)));
        return null;
      }
      const { held, fields } = await inWords('Preparing the ledger entry', kept, () => this.#prepare(signer, item, (path, content) => files.write(path, content)));
      const claimed = await claimOverShare(this.#claimContext(signer, act.op, kept), txn, end, fields, files);
      if (claimed !== null) await inWords('Completing the ledger', 'The act is in the ledger.', () => this.#takeOwn([{ claimed, held }]));
      return claimed;
    } finally {
      await files.close();
      await release?.();
    }
  }

  /** Applies entries that were claimed just now, in their order; the next reading compares the last of them with what the lake has. */
  async #takeOwn(own: readonly { readonly claimed: Claimed; readonly held: Uint8Array | null }[]): Promise<void> {
    const { lake, paths, durable, clock, index, verifySignature } = this.context;
    const run = this.#reading.then(async () => {
      const from = index.view.size;
      const leaves: ReadLeaf[] = [];
      for (const { claimed, held } of own) {
        // A long body is read piece by piece; and where others wrote between them, those are read first.
        if (held === null || claimed.seq !== from + leaves.length) break;
        leaves.push({ seq: claimed.seq, bytes: encodeEntry(claimed.entry), body: await heldBody(claimed.entry, held) });
      }
      if (leaves.length > 0) await index.project(from, (transaction) => applyAll({ lake: lake.id, paths, durable, clock, index, verifySignature }, leaves, new Set(), transaction));
    });
    this.#reading = run.catch(() => undefined);
    await run;
    // Another process of this station may have moved the index on, too.
    if (index.view.size <= (own.at(-1)?.claimed.seq ?? -1)) await this.catchUp();
  }

  /**
   * As claimWith for several acts of one kind none of which changes whether the others fit: they share their flushes, with what is written for each and not durable yet. Tells
   * what became of each, in their order. What was claimed is applied, as far as it can be now: the next reading does the rest, and tells where it cannot.
   */
  async claimTogether(signer: LedgerSigner, items: readonly ActClaim[]): Promise<readonly ClaimEnd[]> {
    const { durable, paths } = this.context;
    // Where it cannot be looked, the claims say why.
    await this.#letOthersThrough().catch(() => undefined);
    const claims: TogetherClaim[] = [];
    const failed = new Map<ActClaim, ClaimEnd>();
    const bodies = new Map<TxnId, Uint8Array | null>();
    // The time of a file that a share has not flushed is this station's own.
    const put = durable.place.kind === 'journaled' ? durable.write : durable.stage;
    for (const item of items) {
      const folder = join(paths.transaction(item.txn), 'claim');
      try {
        claims.push(
          await inWords('Preparing the ledger entry', CLAIM_KEPT, async () => {
            const named = await durable.nameFolder(folder);
            const { modified, held, fields } = await this.#prepare(signer, item, put);
            bodies.set(item.txn, held);
            const files = put === durable.write ? [join(folder, 'body.salt'), join(folder, 'body.json')] : [];
            return { txn: item.txn, server: modified, fields, unflushed: { files: [...item.unflushed.files, ...files], folders: [...item.unflushed.folders, ...named] } };
          }),
        );
      } catch (error) {
        failed.set(item, { is: 'failed', error });
      }
    }
    const ends = [...(await claimTogether(this.#claimContext(signer, items[0]?.act.op, CLAIM_KEPT), claims))];
    const own = ends.flatMap((end) => (end.is === 'claimed' ? [{ claimed: end.claimed, held: bodies.get(end.claimed.entry.txn) ?? null }] : []));
    if (own.length > 0) await this.#takeOwn(own).catch(() => undefined);
    return items.map((item) => failed.get(item) ?? (ends.shift() as ClaimEnd));
  }

  async #prepare(signer: LedgerSigner, { txn, act, stillHolds }: Pick<ActClaim, 'txn' | 'act' | 'stillHolds'>, put: Durable['stage']): Promise<{ readonly modified: number; readonly held: Uint8Array | null; readonly fields: () => ClaimFields | null }> {
    const { lake, paths, clock, index, by } = this.context;
    const head = { v: 1, op: act.op, by, ...act.head } as unknown as BodyHead;
    const signed = act.officer === undefined ? null : officerAct(lake.id, txn, act, act.officer, instantOf(clock.now()));
    const { body, modified, held } = await writeBody(join(paths.transaction(txn), 'claim'), head, act.lines ?? [], clock.random(32), put);
    const fields = (): ClaimFields | null => {
      if (!stillHolds()) return null;
      this.#refuseStranger(signer);
      if (act.officer !== undefined) this.#refuseNoOfficer(act.officer);
      if (this.#blocked !== null) throw blockedError(this.#blocked.folder, this.#blocked.why);
      const misfit = fits(act.op, act.subject, head, index.view, act.key, [...(act.outputs ?? [])]);
      if (misfit !== null) throw new HmsError('ACT_REFUSED', misfit, { kept: 'Nothing was written to the ledger.' });
      return {
        op: act.op,
        subject: act.subject,
        inputs: act.inputs ?? [],
        outputs: act.outputs ?? [],
        body,
        ...(act.key === undefined ? {} : { key: act.key }),
        ...(signed === null ? {} : { act: signed }),
      };
    };
    return { modified, held, fields };
  }

  #claimContext(signer: LedgerSigner, op: KnownOp | undefined, kept: string): ClaimContext {
    const { lake, paths, durable, clock, index } = this.context;
    const checkClock = (now: number, server: number): void => {
      this.#letThrough.noteServerTime(server, clock);
      if (op === 'clock.accepted') return;
      // A sample tells of other days than today; no record is in it.
      const problem = clockProblem({ now, server: lake.sample ? now : server, last: this.context.lastClock(), accepted: this.context.acceptedOffset(signer.id) });
      if (problem !== null) throw clockError(problem);
    };
    return { lake: lake.id, paths, durable, clock, signer, forks: this.#forks, kept, catchUp: () => this.catchUp(), look: (work) => index.look(work), checkClock };
  }

  /**
   * After a claim: applies the own entry as read back from the lake, writes tiles and checkpoint (through `scratch`), and removes the transaction's staging folder.
   * The act is done whatever happens here; what is left undone the next open completes.
   */
  async finish(signer: LedgerSigner, folder: string, scratch = folder): Promise<void> {
    await inWords('Completing the ledger', 'The act is in the ledger.', async () => {
      await this.catchUp();
      await this.writeCheckpoint(signer, scratch);
      if (scratch !== folder) await this.context.durable.removeTree(scratch);
      await removeAllDone(this.context.durable, [folder]);
    });
  }

  /** As finish, or behind the act, whose entry is durable and was applied: what a program that is ended leaves undone, the next open completes. */
  async finishSoon(signer: LedgerSigner, folder: string, scratch = folder): Promise<void> {
    if (this.context.completesBehind === true) this.#completing.add({ signer, folder });
    else await this.finish(signer, folder, scratch);
  }

  /** Waits until what follows the acts that were acknowledged is done; throws, in words, where it cannot be. To be asked before the checkpoint is read, and before the program ends. */
  completed(): Promise<void> {
    return this.#completing.completed();
  }

  /** As TreeSigning has it. */
  writeCheckpoint(signer: LedgerSigner, scratch: string): Promise<void> {
    return this.#signing.write(signer, scratch);
  }

  /** The tree over all entries that were read. */
  tree(): TreeSource {
    return this.#signing.tree();
  }

  /** As TreeSigning has it. */
  refuseContradiction(tree: TreeSource): Promise<void> {
    return this.#signing.refuseContradiction(tree);
  }
}
