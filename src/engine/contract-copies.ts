import { readdir } from 'node:fs/promises';
import type { ContractName, Sha256 } from '../contract/index.ts';
import type { ContractRow } from './catalog/index.ts';
import { ifMissing, newTxn } from './lake/index.ts';
import type { ReadableLake } from './open.ts';

/** The copies of contracts in `contracts/<name>/<sha256>.odcs.yaml`: for people and other tools. The ledger holds the text. */

/** `scratch` is a folder in staging that exists. */
export async function placeContract(lake: ReadableLake, name: ContractName, hash: Sha256, bytes: Uint8Array, scratch: string): Promise<void> {
  await lake.durable.makeFolder(lake.paths.contracts(name), lake.paths.root);
  await lake.durable.replaceDerived(lake.paths.contract(name, hash), () => bytes, scratch);
}

/** Puts copies of contracts in their folder that an interruption left out, or somebody removed. */
export async function finishContracts(lake: ReadableLake): Promise<void> {
  for (const { name } of allContracts(lake)) {
    const there = new Set(await readdir(lake.paths.contracts(name)).catch(ifMissing([])));
    for (const row of lake.catalog.contractVersions(name)) {
      if (there.has(`${row.hash}.odcs.yaml`)) continue;
      const text = lake.catalog.contractText(name, row.hash)?.text ?? null;
      if (text === null) continue;
      const scratch = lake.paths.transaction(newTxn(lake.clock));
      await lake.durable.makeFolder(scratch);
      await placeContract(lake, name, row.hash, Buffer.from(text), scratch);
      await lake.durable.removeTree(scratch);
    }
  }
}

/** The newest of every contract, by name. */
export function* allContracts(lake: ReadableLake): Generator<ContractRow> {
  for (let after = ''; ; ) {
    const page = lake.catalog.contracts(after, 200);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < 200) return;
    after = last.name;
  }
}

