import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { HmsError } from '../../contract/index.ts';
import { firstCopies } from './draft-table.ts';
import type { Draft } from './draft.ts';
import { ifMissing } from './leaf.ts';

/** Paths that an error lists. */
const LISTED = 100;

/** Throws STAGED_DAMAGED, naming the files of a draft that are not in staging as they were put. */
export async function refuseMissing(draft: Draft): Promise<never> {
  const missing: string[] = [];
  let count = 0;
  for (const { path, file, content } of firstCopies(draft.changes)) {
    const size = await lstat(join(draft.contentFolder, ...content.split('/'))).then((stats) => (stats.isFile() ? stats.size : -1), ifMissing(-1));
    if (size === file.size) continue;
    count += 1;
    if (missing.length < LISTED) missing.push(path);
  }
  if (count === 0) {
    throw new HmsError('STAGED_DAMAGED', `The names in the staging folder of the draft of ${draft.dataset} are not those under which its files were put.`, {
      kept: 'Nothing was committed; the draft and all that is in its folder are kept.',
      next: 'Discard the draft with `hms dta discard`, and put the files again. If that does not help, the disk changes names: keep the lake on another one.',
    });
  }
  const named = missing.slice(0, 5).map((path) => `"${path}"`).join(', ');
  throw new HmsError('STAGED_DAMAGED', `${count === 1 ? 'A file' : `${count} files`} of the draft of ${draft.dataset} ${count === 1 ? 'is' : 'are'} no longer in staging as put: ${named}${count > 5 ? ' …' : ''}.`, {
    kept: 'Nothing was committed; the rest of the draft is kept.',
    next: 'Put these files again, then commit. Look whether a virus scanner took them.',
    facts: { paths: missing, count },
  });
}
