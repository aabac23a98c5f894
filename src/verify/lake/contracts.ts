import { isContractName, Sha256 } from '../../contract/index.ts';
import { toHex } from '../../core/index.ts';
import { sha256 } from '../crypto.ts';
import { readWhole } from '../read.ts';
import type { LakeCheck } from './context.ts';
import type { LedgerFacts } from './facts.ts';
import { namesIn } from './places.ts';

/** No contract that this program publishes is larger. */
const MOST_BYTES = 1_048_576;
const ENDING = '.odcs.yaml';

/** Holds contracts/, which are copies of what the ledger says, against the ledger: docs/formats/contracts.md. */
export function checkContracts(check: LakeCheck, { contracts }: LedgerFacts): void {
  const top = namesIn(check, 'contracts');
  for (const name of [...(top?.files ?? []), ...(top?.others ?? [])]) foreign(check, name);
  for (const name of top?.folders ?? []) if (!isContractName(name) || !contracts.has(name)) foreign(check, name);
  for (const [name, hashes] of contracts) {
    const there = namesIn(check, `contracts/${name}`);
    for (const file of [...(there?.folders ?? []), ...(there?.others ?? [])]) foreign(check, `${name}/${file}`);
    for (const file of there?.files ?? []) {
      const hash = file.endsWith(ENDING) ? Sha256.safeParse(file.slice(0, -ENDING.length)) : null;
      if (hash?.success === true && hashes.has(hash.data)) checkCopy(check, `contracts/${name}/${file}`, hash.data);
      else foreign(check, `${name}/${file}`);
    }
    for (const hash of hashes) {
      if (there?.files.includes(`${hash}${ENDING}`) === true) continue;
      check.findings.add('CONTRACT_MISSING', `contracts/${name}/${hash}${ENDING}`, `The copy of a contract ${name} that was published is missing.`);
    }
  }
}

function checkCopy(check: LakeCheck, path: string, hash: Sha256): void {
  const read = readWhole(`${check.root}/${path}`, MOST_BYTES);
  if ('why' in read) check.findings.add('CONTRACT_ALTERED', path, `This contract cannot be read: ${read.detail}.`);
  else if (toHex(sha256(read.bytes)) !== hash) check.findings.add('CONTRACT_ALTERED', path, 'This is not the contract that was published under this name.');
}

/** A copy is put here after its entry: what was added to the ledger meanwhile may account for it. */
function foreign(check: LakeCheck, name: string): void {
  check.unsettled.push({ code: 'FOREIGN_FILE', path: `contracts/${name}`, message: 'No entry of the ledger names this contract. It was left alone and nothing is checked against it.' });
}
