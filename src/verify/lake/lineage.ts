import { versionName } from '../../contract/index.ts';
import type { Judgement } from '../../core/index.ts';
import { parseSubject } from '../../core/index.ts';
import type { LedgerFacts } from './facts.ts';

/**
 * What an entry says of where its version comes from (lake.md section 6.2), held against the ledger before it: every version among its inputs is there with that
 * inventory hash, the version before is among them, and what the body names as sources are inputs. Answers sentences. Ask before the entry is taken into `facts`.
 */
export function lineageFaults(judgement: Judgement, facts: LedgerFacts): string[] {
  const { entry } = judgement;
  if (entry === null || !judgement.effect || entry.op !== 'version.committed') return [];
  const faults: string[] = [];
  const inputs = new Set<string>();
  for (const input of entry.inputs) {
    const subject = 'ref' in input ? parseSubject(input.ref) : null;
    if (!('ref' in input) || subject?.kind !== 'version') continue;
    const name = versionName(subject.id, subject.version);
    inputs.add(name);
    const known = facts.datasets.get(subject.id)?.versions[subject.version - 1];
    if (known === undefined) faults.push(`It names ${name} as an input, which the ledger does not have before it.`);
    else if (known.hash !== input.sha256) faults.push(`It names ${name} as an input with another inventory hash than that version has.`);
  }
  for (const change of judgement.changes) {
    if (change.kind !== 'versionAdded') continue;
    const before = versionName(change.id, change.version - 1);
    if (change.version > 1 && !inputs.has(before)) faults.push(`It does not name ${before}, the version before, among its inputs.`);
    for (const source of change.lineage?.from ?? []) if (!inputs.has(source)) faults.push(`Its body says that it was made from ${source}, which is not among its inputs.`);
  }
  return faults;
}
