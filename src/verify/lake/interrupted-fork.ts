import type { LakeId } from '../../contract/index.ts';
import { TxnId } from '../../contract/index.ts';
import type { LakeCheck } from './context.ts';
import { lakeIdIn, peekFirstEntry } from './lake-json.ts';
import { namesIn } from './places.ts';

/** Where the parts of a lake are while its fork is half done: lake.md section 16. The fork is looked at as if it were finished. */
export interface InterruptedFork {
  /** Its folder in staging, relative to the lake. */
  readonly folder: string;
  /** What `ledger/` and `origins/<old id>/` stand below, with a slash at its end: the top of the lake, or still the folder in staging. */
  readonly ledgerBase: string;
  /** Null where the old ledger has reached `origins/`. */
  readonly originBase: string | null;
  readonly from: LakeId;
}

/**
 * A fork whose old ledger has left its place and which is not tidied up yet; null where there is none. One that was only prepared has changed nothing, and is a
 * folder in staging like others. The new ledger must begin with this fork: a file in staging that says so proves nothing, and must not keep anything unchecked.
 */
export function findInterruptedFork(check: LakeCheck): InterruptedFork | null {
  const isFolder = (path: string, name: string): boolean => namesIn(check, path)?.folders.includes(name) === true;
  for (const name of namesIn(check, 'staging')?.folders ?? []) {
    const folder = `staging/${name}`;
    // Written last of all that is prepared.
    const id = TxnId.safeParse(name).success ? lakeIdIn(check, `${folder}/fork/lake.json`) : null;
    const isStaged = isFolder(`${folder}/fork`, 'ledger');
    if (id === null || (isStaged && isFolder('', 'ledger'))) continue;
    const ledgerBase = isStaged ? `${folder}/fork/` : '';
    const first = peekFirstEntry(check, `${ledgerBase}ledger/`);
    if (first?.lake !== id || first.fork === null) continue;
    return { folder, ledgerBase, originBase: isFolder(`${folder}/origin`, 'ledger') ? `${folder}/origin/` : null, from: first.fork.lake };
  }
  return null;
}

export function reportInterruptedFork(check: LakeCheck, { folder }: InterruptedFork): void {
  check.findings.add('FORK_INTERRUPTED', folder, 'A fork of this lake was begun and interrupted. Nothing is lost: both ledgers are there, and were checked where they are. Run the same command again, which finishes it: hms dta lake fork -m REASON');
}
