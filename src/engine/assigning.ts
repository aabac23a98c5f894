import { HmsError, tableVersionName } from '../contract/index.ts';
import type { DropDetail } from './catalog/index.ts';
import { contractOf } from './contracting.ts';
import { newTxn } from './lake/index.ts';
import { forgetOutcome } from './normalizing.ts';
import type { WritableLake } from './open.ts';

/** Which contract a raw drop is for, said after it came: docs/formats/lake.md section 6.3. */

const NOTHING = 'Nothing was changed.';

/**
 * Records that a drop is for the contract of this name from here on, whatever it was sent for, and puts it back into the queue. Where it is for it already, nothing is recorded. CONTRACT_UNKNOWN where
 * no such contract is published; ACT_REFUSED where its rows are in a table, so that they never come into a second one by this, or where what is known of it was destroyed.
 */
export async function assignContract(lake: WritableLake, drop: DropDetail, name: string, sender: string): Promise<DropDetail> {
  const { plan } = contractOf(lake, name).compiled;
  const found = (): DropDetail => lake.catalog.dropById(drop.id) ?? drop;
  const refused = drop.contract === plan.name ? null : refusalOf(lake, drop);
  if (refused !== null) throw refused;
  if (drop.contract !== plan.name && drop.program !== null && drop.name !== null) {
    const txn = newTxn(lake.clock);
    const folder = lake.paths.transaction(txn);
    const head = { program: drop.program, name: drop.name, sender, contract: plan.name, assigned: true as const };
    try {
      const claimed = await lake.ledger.claimWith(lake.signer, txn, { op: 'raw.repeated', subject: `raw:${drop.id}`, head, inputs: [{ ref: `raw:${drop.id}`, sha256: drop.hash }] }, () => refusalOf(lake, found()) === null);
      if (claimed === null) throw refusalOf(lake, found()) ?? new Error('A claim was given up without a reason.');
      await lake.ledger.finish(lake.signer, folder);
      lake.ledger.refuseWithoutEffect(claimed);
    } catch (error) {
      if (error instanceof HmsError && error.code === 'ACT_REFUSED') await lake.durable.removeTree(folder);
      throw error;
    }
  }
  forgetOutcome(lake, drop);
  return found();
}

function refusalOf(lake: WritableLake, drop: DropDetail): HmsError | null {
  const { id, rawId, name, program } = drop;
  const uses = lake.catalog.dropUses(id);
  const called = `Raw drop ${rawId ?? id}`;
  if (uses.length > 0) {
    return new HmsError('ACT_REFUSED', `${called} is normalized: its rows are in ${uses.map(({ table, version }) => tableVersionName(table, version)).join(' and ')}, and cannot be given another contract.`, {
      kept: NOTHING,
      next: 'To have its rows elsewhere too, make a cube over that table: hms dta cube define --help',
    });
  }
  if (name !== null && program !== null) return null;
  return new HmsError('ACT_REFUSED', `What the ledger said of ${called.toLowerCase()} was destroyed, so it cannot be given a contract.`, { kept: NOTHING });
}
