import type { DatasetId, Tag } from '../../../src/contract/index.ts';
import { addTag } from '../../../src/engine/datasets/index.ts';
import { openToWrite } from '../../../src/engine/open.ts';

/**
 * A process that tags one version again and again: `node appender.ts LAKE PROFILE DATASET NAME COUNT`. Says `ready`, waits for a line on standard
 * input, so that all begin at once, and then prints the transaction of each act that was acknowledged.
 */

const [folder = '', profile = '', dataset = '', name = '', count = '0'] = process.argv.slice(2);
const lake = await openToWrite({ folder, profile, grace: 0 });
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
for (let i = 0; i < Number(count); i++) {
  const { entry, seq } = await addTag(lake, { dataset: dataset as DatasetId, version: 1 }, `${name}-${i}` as Tag);
  process.stdout.write(`${seq} ${entry.txn}\n`);
}
await lake.close();
process.stdin.destroy();
