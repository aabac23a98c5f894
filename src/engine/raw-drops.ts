import { join } from 'node:path';
import { lstat } from 'node:fs/promises';
import { DropId, HmsError } from '../contract/index.ts';
import type { Sha256 } from '../contract/index.ts';
import { INVENTORY_NAME } from '../core/index.ts';
import type { DropDetail } from './catalog/index.ts';
import { contentLocator } from './catalog-index.ts';
import { ifMissing, inWords, lost, readHeadState, versionFolder } from './lake/index.ts';
import type { ReadableLake } from './open.ts';

/** Finding raw drops and their bytes. */

/** The drop that a person or program means by its `raw_id` or its UUID. Throws RAW_UNKNOWN. */
export function dropOfText(lake: ReadableLake, text: string): DropDetail {
  const id = DropId.safeParse(text);
  const found = id.success ? lake.catalog.dropById(id.data) : /^\d{1,9}$/.test(text) ? lake.catalog.drop(Number(text)) : null;
  if (found !== null) return found;
  throw new HmsError('RAW_UNKNOWN', `There is no raw drop "${text.slice(0, 100)}" in this lake.`, { kept: 'Nothing was changed.', next: 'See them with: hms dta raw ls' });
}

export interface DropContent {
  readonly place: string;
  readonly size: number;
  readonly sha256: Sha256;
  readonly name: string;
}

/** Where the bytes of a drop lie, as its inventory says, whose hash stands in the ledger; so it does where the drop's body was destroyed. */
export function dropContent(lake: ReadableLake, drop: DropDetail): Promise<DropContent> {
  return inWords('Reading the raw drop', 'Nothing was changed.', async () => {
    const claimed = lake.index.claimedDrop(drop.id);
    if (claimed === null) throw new Error(`The index has no drop ${drop.id}.`);
    const folder = await versionFolder(lake.paths, claimed, lake.durable.place);
    if (folder === null) throw lost(claimed);
    const { state, manifest } = await readHeadState(join(folder, INVENTORY_NAME), claimed.hash);
    const [file] = state;
    const content = file === undefined ? undefined : manifest.get(file[1])?.[0];
    if (file === undefined || content === undefined) throw lost(claimed);
    const place = contentLocator(lake.paths, claimed, folder)(content);
    const size = drop.size ?? (await lstat(place).then((stats) => stats.size, ifMissing(0)));
    return { place, size, sha256: file[1], name: file[0] };
  });
}
