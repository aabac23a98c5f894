import { publishTables } from '../../engine/publishing.ts';
import { reading } from '../opening.ts';
import { progressView } from '../progress.ts';
import { answer, remark } from '../session.ts';
import type { Session } from '../session.ts';
import { table } from '../table.ts';
import { bytes, count, grouped, officeClock } from '../words.ts';

interface PublishChoices {
  readonly to: string;
  readonly asOf?: string;
  readonly replace?: boolean;
}

/** Writes the tables at one instant as a DuckDB file. */
export function publish(session: Session, _: readonly [], { to, asOf, replace = false }: PublishChoices): Promise<void> {
  return reading(session, async (lake) => {
    const progress = await progressView(session);
    let published;
    try {
      published = await publishTables(lake, to, { signal: session.signal, onProgress: progress.onProgress, replace, ...(asOf === undefined ? {} : { asOf }) });
    } finally {
      progress.end();
    }
    const when = officeClock(lake.lake.zone);
    const rows = published.tables.map((one) => [one.table, `v${one.version}`, grouped(one.rows), when(one.committed)]);
    await answer(session, { ...published }, table([{ title: 'Table' }, { title: 'Version' }, { title: 'Rows', align: 'right' }, { title: 'Committed' }], rows));
    await remark(session, `${count(rows.length, 'table')} as of ${when(published.asOf)}, written to ${published.file} (${bytes(published.bytes)}). The table hms_dta_published in it says the same.`);
    if (published.ahead !== undefined) await remark(session, `${when(published.ahead)}, which was asked for, has not come yet: these are the newest rows.`);
    if (published.later.length > 0) await remark(session, `Not there yet at that instant: ${published.later.join(', ')}.`);
  });
}
