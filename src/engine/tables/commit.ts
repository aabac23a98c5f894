import { join } from 'node:path';
import { HmsError, MAX_REFS, tableVersionName } from '../../contract/index.ts';
import type { HeadOf, Ref, Sha256, TableName, TxnId } from '../../contract/index.ts';
import { encodePath, HASH_TAG, ROWS_TAG } from '../../core/index.ts';
import type { TableVersionDetail } from '../../core/index.ts';
import { codeOf, inWords, newTxn, unwatched } from '../lake/index.ts';
import type { Claimed, LedgerSigner, Steps } from '../lake/index.ts';
import { foreignCommit, foreignError, settleTable } from './log.ts';
import { prepareTable } from './prepare.ts';
import type { PreparedTable, StagedPart } from './prepare.ts';
import type { TableChange, TableDesk } from './types.ts';

/** Committing to tables (docs/formats/tables.md section 4): one ledger entry, whatever number of tables it changes; the claim is the commit. */

export interface TableAct {
  /** Each table once. */
  readonly changes: readonly TableChange[];
  /** What the rows were made from: raw drops, contracts, versions of datasets or of other tables, each with its hash. */
  readonly sources: readonly Ref[];
  readonly message: string;
  readonly transform?: string;
  readonly parameters?: HeadOf<'table.committed'>['parameters'];
  /** What made the rows: `DuckDB v1.5.5`. */
  readonly engine?: string;
  readonly officer?: LedgerSigner;
  readonly steps?: Steps;
  /** Asked with the ledger read to its end, last before the claim: why it must not be committed any more, as an error to be thrown; null where nothing stands in the way. */
  readonly refusal?: () => Error | null;
  /** The act refreshes a cube, which is the one table that it changes. */
  readonly cube?: CubeAct;
}

export interface CubeAct extends Omit<HeadOf<'cube.refreshed'>, 'v' | 'op' | 'by' | 'message' | 'tables' | 'engine'> {
  /** SHA-256 of the definition that the rows were made by. */
  readonly definition: Sha256;
  /** The cube's version that the change was made from; 0 where it had none. */
  readonly base: number;
}

export interface CommittedTables {
  readonly claimed: Claimed;
  readonly versions: readonly TableVersionDetail[];
}

const KEPT = 'Nothing was committed.';

/** Commits the changes together. What is refused leaves nothing in staging. */
export async function commitTables(desk: TableDesk, act: TableAct): Promise<CommittedTables> {
  const { paths, clock, index } = desk.ledger.context;
  const txn = newTxn(clock);
  const folder = paths.transaction(txn);
  // Not the act's own folder: another process that opens the lake now may finish this commit and tidy that one away.
  const scratch = paths.transaction(newTxn(clock));
  try {
    const staged = await inWords('Writing the rows of the tables', KEPT, () => stageParts(desk, txn, act));
    return await claimTables(desk, txn, act, staged, scratch);
  } catch (error) {
    await removeQuietly(desk, scratch);
    // What is claimed, or may be, is finished by the next opening.
    const known = !(error instanceof HmsError && error.facts['outcome'] === 'unknown');
    if (known && !index.view.txnSeen(txn) && !(await isClaimed(desk, txn))) await removeQuietly(desk, folder);
    throw error;
  }
}

/** What was staged is nobody's any more; where it cannot be removed now it is in nobody's way. */
async function removeQuietly({ ledger }: TableDesk, folder: string): Promise<void> {
  try {
    await ledger.context.durable.removeTree(folder);
  } catch (error) {
    if (codeOf(error) === '') throw error;
  }
}

async function isClaimed({ ledger }: TableDesk, txn: TxnId): Promise<boolean> {
  return ledger.catchUp().then(
    () => ledger.context.index.view.txnSeen(txn),
    () => true,
  );
}

/** Copies the files into `staging/<txn>/parts/<table>/`, hashing them on the way. */
async function stageParts({ ledger }: TableDesk, txn: TxnId, { changes, steps = unwatched }: TableAct): Promise<Map<TableName, StagedPart[]>> {
  const { paths, durable } = ledger.context;
  const staged = new Map<TableName, StagedPart[]>();
  for (const { name, parts } of changes) {
    if (staged.has(name)) throw new RangeError(`The table ${name} is named twice in one act.`);
    const folder = join(paths.transaction(txn), 'parts', name);
    const list: StagedPart[] = [];
    for await (const { bytes, rows, partition, stats } of parts) {
      if (list.length === 0) await durable.makeFolder(folder);
      const file = `part-${String(list.length).padStart(5, '0')}.parquet`;
      const written = await durable.stage(join(folder, file), bytes());
      steps.did(1);
      const tags = { [HASH_TAG]: written.sha256, [ROWS_TAG]: String(rows) };
      const add = { path: encodePath(`${txn}/${file}`), partitionValues: partition, size: written.size, modificationTime: Math.trunc(written.modified), dataChange: true, tags };
      list.push({ add: stats === null ? add : { ...add, stats }, rows });
    }
    if (list.length > 0) await durable.disk.syncFolder(folder);
    staged.set(name, list);
  }
  return staged;
}

async function claimTables(desk: TableDesk, txn: TxnId, act: TableAct, staged: ReadonlyMap<TableName, readonly StagedPart[]>, scratch: string): Promise<CommittedTables> {
  const { ledger, tables } = desk;
  const { paths, clock, index } = ledger.context;
  const { steps = unwatched } = act;
  const ids = new Map(act.changes.map(({ name }) => [name, clock.uuid()]));
  for (;;) {
    await inWords('Reading the ledger', KEPT, () => ledger.catchUp());
    await inWords('Looking at the tables', KEPT, () => readyTables(desk, act, scratch));
    const refused = act.refusal?.() ?? null;
    if (refused !== null) throw refused;
    refuseMovedCube(desk, act);
    const prepared = act.changes.map((change) => prepareTable({ tables, now: clock.now(), id: ids.get(change.name) ?? '' }, change, staged.get(change.name) ?? []));
    const [first] = prepared;
    if (first === undefined) throw new RangeError('An act on tables changes at least one.');
    const refs = refsOf(prepared, act);
    const head = { message: act.message, tables: prepared.map(({ words }) => words), ...(act.engine === undefined ? {} : { engine: act.engine }) };
    const claimed = await ledger.claimWith(
      desk.signer,
      txn,
      {
        subject: `${kindOf(act)}:${tableVersionName(first.name, first.version)}`,
        ...(act.cube === undefined
          ? { op: 'table.committed' as const, head: { ...head, ...(act.transform === undefined ? {} : { transform: act.transform }), ...(act.parameters === undefined ? {} : { parameters: act.parameters }) } }
          : { op: 'cube.refreshed' as const, head: { ...head, ...wordsOf(act.cube) } }),
        lines: { [Symbol.iterator]: () => prepared.flatMap(({ actions }) => actions)[Symbol.iterator]() },
        ...refs,
        ...(act.officer === undefined ? {} : { officer: act.officer }),
      },
      () => prepared.every(({ name, base }) => (index.view.table(name)?.newest ?? 0) === (base?.version ?? 0)) && (act.refusal?.() ?? null) === null && steps.goesOn(),
    );
    // A table moved while this was prepared: what is appended can follow, what is taken out is looked for again.
    if (claimed === null) continue;
    steps.cannotStop();
    const versions = await inWords('Putting the tables in place', 'The rows are committed; the next command finishes the rest.', () => placeAll(desk, claimed, prepared, scratch));
    await ledger.finish(desk.signer, paths.transaction(txn), scratch);
    return { claimed, versions };
  }
}

/** Finishes what others left of these tables, and refuses where another program wrote into one of them. */
async function readyTables(desk: TableDesk, { changes }: TableAct, scratch: string): Promise<void> {
  const { ledger, tables } = desk;
  for (const { name } of changes) {
    const newest = tables.version(name, null);
    if (newest === null) continue;
    let foreign = await foreignCommit(desk, newest);
    if (foreign !== null) {
      // One of ours may have been claimed and placed since the ledger was read.
      await ledger.catchUp();
      const now = tables.version(name, null) ?? newest;
      foreign = await foreignCommit(desk, now);
    }
    if (foreign !== null) throw foreignError(name, foreign);
    if (tables.unplaced().some((one) => one.table === name)) {
      await ledger.context.durable.makeFolder(scratch);
      await settleTable(desk, tables.version(name, null) ?? newest, scratch);
    }
  }
}

function kindOf({ cube }: TableAct): 'table' | 'cube' {
  return cube === undefined ? 'table' : 'cube';
}

function wordsOf({ definition: _, base: __, ...words }: CubeAct): Omit<CubeAct, 'definition' | 'base'> {
  return words;
}

/** Its rows were made from a state that is past: whoever refreshes begins anew, which may well find that nothing is left to do. */
function refuseMovedCube({ ledger, tables }: TableDesk, { changes, cube }: TableAct): void {
  const [change] = changes;
  if (cube === undefined || change === undefined) return;
  const now = tables.version(change.name, null)?.version ?? 0;
  if (now === cube.base && ledger.context.index.view.cube(change.name) === cube.definition) return;
  throw new HmsError('TABLE_MOVED', `The cube ${change.name} was refreshed or defined anew by someone else meanwhile.`, { kept: KEPT, next: 'Run the command again.' });
}

function refsOf(prepared: readonly PreparedTable[], act: TableAct): { inputs: Ref[]; outputs: Ref[] } {
  const kind = kindOf(act);
  const sources = act.cube === undefined ? act.sources : [...act.sources, { ref: 'definition', sha256: act.cube.definition }];
  const before = prepared.flatMap(({ name, base }) => (base === null ? [] : [{ ref: `${kind}:${tableVersionName(name, base.version)}`, sha256: base.hash }]));
  const inputs = [...new Map([...before, ...sources].map((ref) => [ref.ref, ref])).values()];
  const outputs = prepared.map(({ name, version, hash }) => ({ ref: `${kind}:${tableVersionName(name, version)}`, sha256: hash }));
  if (inputs.length + outputs.length > MAX_REFS) {
    throw new HmsError('ENTRY_TOO_LARGE', `One commit can name ${MAX_REFS - outputs.length - before.length} sources of its rows, and this one has ${sources.length}.`, { kept: KEPT, next: 'Commit them in several steps.' });
  }
  return { inputs, outputs };
}

async function placeAll(desk: TableDesk, claimed: Claimed, prepared: readonly PreparedTable[], scratch: string): Promise<TableVersionDetail[]> {
  const { ledger, tables } = desk;
  await ledger.catchUp();
  ledger.refuseWithoutEffect(claimed);
  await ledger.context.durable.makeFolder(scratch);
  const versions: TableVersionDetail[] = [];
  for (const { name, version } of prepared) {
    const detail = tables.version(name, version);
    if (detail === null) throw new Error(`The index has no ${tableVersionName(name, version)}.`);
    await settleTable(desk, detail, scratch);
    versions.push(detail);
  }
  return versions;
}
