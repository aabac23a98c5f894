import { rebuildCatalog } from '../src/engine/upkeep.ts';
import { openToWrite } from '../src/engine/open.ts';

/** What open.bench.ts measures, in a process of its own: `open-once.ts LAKE PROFILE warm|rebuild`. Prints the milliseconds that it took, without the start of node. */
const [, , folder = '', profile = '', what] = process.argv;
const started = performance.now();
if (what === 'warm') {
  const lake = await openToWrite({ folder, profile });
  await lake.close();
}
if (what === 'rebuild') await rebuildCatalog({ folder, profile });
console.log(performance.now() - started);
