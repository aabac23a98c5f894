import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SqlDraftTable } from './catalog/index.ts';
import { codeOf, newTxn } from './lake/index.ts';
import type { OpenLargeTable } from './lake/index.ts';
import { lakeProfile } from './open.ts';
import type { ReadableLake } from './open.ts';

const NAME = /^draft-.*\.sqlite$/;

/**
 * Tables of large drafts, in the station's profile beside the catalog: names of files are nobody else's business, and a folder for temporary files is often
 * held in memory. What an ended process could not remove is removed when the next one is made. Null where there is no profile to write in.
 */
export function largeTables(lake: ReadableLake): OpenLargeTable | null {
  if (lake.station === null) return null;
  const folder = lakeProfile(lake.profile, lake.lake, lake.paths.root).place;
  const { blocking } = lake.ledger.context.profileDurable.disk;
  const remove = (file: string): void => {
    try {
      blocking.unlink(file);
    } catch (error) {
      // Gone already; or open, and this system does not remove what is open: whoever has it open removes it, or a later one.
      if (codeOf(error) === '') throw error;
    }
  };
  return () => {
    for (const name of readdirSync(folder)) if (NAME.test(name)) remove(join(folder, name));
    const file = join(folder, `draft-${newTxn(lake.clock)}.sqlite`);
    return new SqlDraftTable(file, () => remove(file));
  };
}
