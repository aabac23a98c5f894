import { lstat } from 'node:fs/promises';
import { HmsError } from '../../contract/index.ts';
import type { LakeId } from '../../contract/index.ts';
import { readLakeJson } from './create-lake.ts';
import { ifMissing } from './leaf.ts';
import { inWords } from './place-error.ts';
import type { LakePaths } from './paths.ts';
import { bothDone } from './together.ts';

/** A fork moves the ledger away and changes the lake's id; who had the lake open before must not write into what is there then. */
export async function refuseForked(lake: LakeId, paths: LakePaths, kept: string): Promise<void> {
  const [now, isThere] = await bothDone(
    inWords('Reading lake.json', kept, () => readLakeJson(paths)),
    lstat(paths.entries).then(() => true, ifMissing(false)),
  );
  if (now.lake.id === lake && isThere) return;
  throw new HmsError('LAKE_FORKED', 'This lake was forked, or is being forked, by another program since it was opened.', {
    kept,
    next: 'Run the command again: it then works on the fork.',
  });
}
