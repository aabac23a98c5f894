import { HmsError } from '../../contract/index.ts';
import type { FileDifference } from '../../engine/catalog/index.ts';
import { versionOf } from '../../engine/files.ts';
import { jsonWithList } from '../json.ts';
import { refOf } from '../names.ts';
import { reading } from '../opening.ts';
import { goesOn } from '../session.ts';
import type { Session } from '../session.ts';
import { bytes, grouped } from '../words.ts';

/** What differs between two versions of a dataset, seen from the first to the second. */
export function diff(session: Session, [from, to]: readonly [string, string]): Promise<void> {
  return reading(session, async (lake) => {
    const [a, b] = [versionOf(lake, from), versionOf(lake, to)];
    if (a.dataset !== b.dataset) {
      throw new HmsError('USAGE', `${refOf(a)} and ${refOf(b)} are versions of two datasets, and only versions of one can be compared.`, { next: 'Name two versions of one dataset.' });
    }
    const found = lake.catalog.differences(a.dataset, a.version, b.version);
    if (found === null) {
      throw new HmsError('STORED_DAMAGED', `The files of ${refOf(a)} or ${refOf(b)} are not known: an inventory cannot be read.`, { kept: 'Nothing was changed.', next: 'Run "hms dta verify" on the lake.' });
    }
    try {
      const { totals } = found;
      if (session.json) {
        await jsonWithList(session, { from: refOf(a), to: refOf(b), totals }, 'differences', found);
        return;
      }
      for (const difference of found) {
        if (!(await goesOn(session))) return;
        await session.out.line(lineOf(difference));
      }
      const sum = totals.added + totals.removed + totals.replaced + totals.renamed;
      const counted = `${grouped(totals.added)} added, ${grouped(totals.removed)} removed, ${grouped(totals.replaced)} replaced, ${grouped(totals.renamed)} renamed`;
      await session.out.line(sum === 0 ? `${refOf(a)} and ${refOf(b)} have the same files.` : `From ${refOf(a)} to ${refOf(b)}: ${counted}`);
    } finally {
      found.close();
    }
  });
}

function lineOf(difference: FileDifference): string {
  const { path, size } = difference;
  switch (difference.kind) {
    case 'added':
      return `added     ${path}  (${bytes(size)})`;
    case 'removed':
      return `removed   ${path}  (${bytes(size)})`;
    case 'replaced':
      return `replaced  ${path}  (${bytes(difference.before.size)} before, ${bytes(size)} now)`;
    case 'renamed':
      return `renamed   ${difference.from} -> ${path}`;
  }
}
