import type { LakeId } from '../../contract/index.ts';
import { toHex } from '../../core/index.ts';
import { sizeOfFile } from '../read.ts';
import type { LakeCheck } from './context.ts';
import { checkEntriesFolder } from './entries-folder.ts';
import type { LedgerRead } from './facts.ts';
import type { InterruptedFork } from './interrupted-fork.ts';
import { checkLakeJson, peekFirstEntry, readLakeJson } from './lake-json.ts';
import type { LakeJsonRead } from './lake-json.ts';
import { replayLedger } from './ledger.ts';
import type { KnownCheckpoint } from './tree.ts';
import { checkCheckpoint, checkTiles, readCheckpoint } from './tree.ts';

/** A lake that was forked again and again; more than this is no honest history. */
const MOST_ORIGINS = 100;

interface Wanted {
  /** Relative to the lake, with a slash at its end: '', that of a fork's origin, or that of a fork in staging. */
  readonly base: string;
  readonly lakeId: LakeId;
  readonly lakeJson: LakeJsonRead;
  /** Entries from here on do not count. */
  readonly limit: number;
  /** Another checkpoint to be held against this ledger. */
  readonly seen: KnownCheckpoint | null;
  /** The fork with which this ledger begins, where that is half done. */
  readonly fork: InterruptedFork | null;
  readonly depth: number;
}

/** Reads and checks the ledger, and before it that of the lake from which this one goes on (lake.md section 16). */
export async function checkLedgers(check: LakeCheck, wanted: Wanted): Promise<LedgerRead> {
  const { base, lakeId, limit, seen } = wanted;
  const ledgerPath = `${base}ledger/`;
  const origin = await readOrigin(check, wanted);
  // The first checkpoint of a fork is the last thing that is done for it, so there need not be one yet.
  const isEarly = wanted.fork !== null && sizeOfFile(`${check.root}/${ledgerPath}checkpoint`) === null;
  const own = isEarly ? null : readCheckpoint(check, ledgerPath, `hms-dta/${lakeId}`);
  const checkpoints = [own, seen].filter((one) => one !== null);
  const ledger = await replayLedger(check, { ledger: ledgerPath, lakeId, limit, origin });
  if (ledger.size === 0) check.findings.add('LEDGER_EMPTY', `${ledgerPath}entries`, 'The ledger has no entries.');
  checkLakeJson(check, wanted.lakeJson, ledger.facts.lakeJson);
  for (const known of checkpoints) checkCheckpoint(check, known, ledger);
  if (own !== null && own.checkpoint.size < ledger.size) {
    check.findings.add('CHECKPOINT_BEHIND', own.path, `The ledger has ${String(ledger.size)} entries, and its checkpoint vouches for the first ${String(own.checkpoint.size)}: an interrupted commit.`);
  }
  await checkTiles(check, ledgerPath, ledger, Math.min(own?.checkpoint.size ?? 0, ledger.size));
  await checkEntriesFolder(check, ledgerPath, ledger.size);
  return ledger;
}

async function readOrigin(check: LakeCheck, { base, depth, fork: half }: Wanted): Promise<LedgerRead | null> {
  const fork = peekFirstEntry(check, `${base}ledger/`)?.fork ?? null;
  if (fork === null) return null;
  const path = half?.originBase?.slice(0, -1) ?? `origins/${fork.lake}`;
  if (depth >= MOST_ORIGINS) {
    check.findings.add('ORIGIN_MISSING', path, `More than ${String(MOST_ORIGINS)} forks follow one another; the rest was not read.`);
    return null;
  }
  const lakeJson = readLakeJson(check, `${path}/lake.json`);
  const origin = await checkLedgers(check, { base: `${path}/`, lakeId: fork.lake, lakeJson, limit: fork.size, seen: null, fork: null, depth: depth + 1 });
  if (origin.size < fork.size) {
    check.findings.add('ORIGIN_MISSING', `${path}/ledger`, `This lake goes on from entry ${String(fork.size)} of the lake ${fork.lake}, whose ledger here has ${String(origin.size)} entries.`);
  } else if (toHex(origin.nodes.rootAt(fork.size)) !== fork.root) {
    check.findings.add('LEDGER_REWRITTEN', `${path}/ledger`, 'The ledger from which this lake goes on does not give the root that the first entry names.');
  }
  return origin;
}
