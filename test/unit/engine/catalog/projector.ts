import { LedgerBuilder, opened } from './ledger-builder.ts';

/** A second process of the same station: `node projector.ts <file> <entries>` brings the catalog up to date a few entries at a time and prints how many it projected. */
const [file = '', entries = ''] = process.argv.slice(2);
const builder = new LedgerBuilder();
builder.create();
for (let i = 1; i < Number(entries); i++) builder.commit(`DS-${i}`, 1, new Map(), []);
const catalog = opened(file);
let mine = 0;
let moved = 0;
for (let total = catalog.position().total; total < builder.leaves.length; total = catalog.position().total) {
  const from = total;
  const result = await catalog.project(from, async (projection) => {
    const end = Math.min(from + 3, builder.leaves.length);
    for (let seq = from; seq < end; seq++) await builder.projectLeaf(projection, seq);
    return end - from;
  });
  if (result.kind === 'done') mine += result.value;
  else moved += 1;
}
await catalog.close();
process.stdout.write(JSON.stringify({ mine, moved }));
