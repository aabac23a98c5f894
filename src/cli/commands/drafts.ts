import { HmsError, versionName } from '../../contract/index.ts';
import { draftsOf, openDraftOf } from '../../engine/drafting.ts';
import type { Draft, DraftJson } from '../../engine/lake/index.ts';
import type { ReadableLake } from '../../engine/open.ts';
import { reading } from '../opening.ts';
import { answer } from '../session.ts';
import type { Session } from '../session.ts';
import { table } from '../table.ts';
import { grouped, officeClock } from '../words.ts';

/** All drafts of the lake, other people's too, and what each would change. */
export function drafts(session: Session): Promise<void> {
  return reading(session, async (lake) => {
    const when = officeClock(lake.lake.zone);
    const found = [];
    for (const draft of await draftsOf(lake)) found.push({ draft, holds: await holdings(lake, draft) });
    const value = found.map(({ draft, holds }) => ({ ...draft, mine: isMine(lake, draft), ...holds }));
    const rows = found.map(({ draft, holds }) => [
      draft.dataset,
      draft.base === null ? 'no version' : versionName(draft.dataset, draft.base.ver),
      holds === null ? 'cannot be read' : `${grouped(holds.files)} in, ${grouped(holds.removed)} out`,
      holds === null ? '' : grouped(holds.bytes),
      when(draft.started),
      isMine(lake, draft) ? 'you' : `${draft.osUser} at ${stationName(lake, draft)}`,
    ]);
    const columns = [{ title: 'Dataset' }, { title: 'Begun on' }, { title: 'Files' }, { title: 'Bytes', align: 'right' as const }, { title: 'Begun at' }, { title: 'By' }];
    await answer(session, { drafts: value }, rows.length === 0 ? ['There are no drafts.'] : table(columns, rows));
  });
}

/** Null where its journal cannot be read. */
async function holdings(lake: ReadableLake, record: DraftJson): Promise<{ files: number; removed: number; bytes: number } | null> {
  let draft: Draft;
  try {
    draft = await openDraftOf(lake, record);
  } catch (error) {
    if (error instanceof HmsError) return null;
    throw error;
  }
  const sum = { files: 0, removed: 0, bytes: 0 };
  try {
    for (const { file } of draft.changes.byPath('')) {
      if (file === 'gone') sum.removed += 1;
      else {
        sum.files += 1;
        sum.bytes += file.size;
      }
    }
  } finally {
    draft.close();
  }
  return sum;
}

function isMine(lake: ReadableLake, draft: DraftJson): boolean {
  return draft.station === lake.station?.id && draft.osUser === lake.by.account;
}

function stationName(lake: ReadableLake, draft: DraftJson): string {
  if (draft.station === lake.station?.id) return lake.station.name;
  return lake.catalog.keys().find((key) => key.id === draft.station)?.name ?? draft.station.slice(0, 16);
}
