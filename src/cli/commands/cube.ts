import { tableVersionName } from '../../contract/index.ts';
import { readContractFile } from '../../engine/contracting.ts';
import { defineCube } from '../../engine/cube-defining.ts';
import { refreshCube } from '../../engine/cube-refreshing.ts';
import { cubeIn, cubeOf, lastRefresh } from '../../engine/known-cube.ts';
import type { RefreshedCube } from '../../engine/cube-refreshing.ts';
import { reading, writing } from '../opening.ts';
import { progressView } from '../progress.ts';
import { answer, remark } from '../session.ts';
import type { Session } from '../session.ts';
import { fields, table } from '../table.ts';
import { count, grouped, officeClock } from '../words.ts';

/** `hms dta cube …` */

const ruleWords = { on_change: 'when its tables change', nightly: 'every night', by_hand: 'by hand' } as const;

export async function define(session: Session, [file]: readonly [string]): Promise<void> {
  const bytes = await readContractFile(file, 'cube');
  return writing(session, async (lake) => {
    const { name, hash, columns, claimed } = await defineCube(lake, bytes, { signal: session.signal });
    await answer(session, { cube: { name, hash }, columns: columns.map((column) => ({ name: column.name, type: column.type })), seq: claimed.seq }, [name]);
    await remark(session, `Its rows come with: hms dta cube refresh ${name}`);
  });
}

export function refresh(session: Session, [name]: readonly [string], { asOf, full = false }: { readonly asOf?: string; readonly full?: boolean }): Promise<void> {
  return writing(session, async (lake) => {
    const progress = await progressView(session);
    let refreshed;
    try {
      refreshed = await refreshCube(lake, name, { signal: session.signal, onProgress: progress.onProgress, asOf: asOf ?? null, full });
    } finally {
      progress.end();
    }
    await tellRefreshed(session, refreshed);
  });
}

export async function tellRefreshed(session: Session, { name, version, isNew, how, instant, window, rows, sources }: RefreshedCube): Promise<void> {
  const title = tableVersionName(name, version.version);
  await answer(session, { version: title, isNew, how, instant, window, rows, sources }, [title]);
  const from = sources.map((source) => tableVersionName(source.name, source.version)).join(', ');
  await remark(session, isNew ? `${count(rows, 'row')} from ${from}${how === 'parts' ? '; only what had changed was made anew' : ''}.` : `Nothing had changed in ${from}, so there is no new version.`);
}

export function list(session: Session): Promise<void> {
  return reading(session, async (lake) => {
    const rows = lake.catalog.cubes().map((row) => {
      const version = lake.catalog.tables.version(row.name, null);
      return { name: row.name, version: version?.version ?? null, rows: version?.totals?.rows ?? null, refreshed: lastRefresh(lake, version)?.instant ?? null, rule: cubeIn(row).plan.refresh };
    });
    if (!session.json && rows.length === 0) return session.out.line('No cube was defined yet. Begin with: hms dta cube define FILE');
    const when = officeClock(lake.lake.zone);
    const columns = [{ title: 'Cube' }, { title: 'Newest' }, { title: 'Rows', align: 'right' as const }, { title: 'As of' }, { title: 'Refreshed' }];
    const lines = rows.map(({ name, version, rows: n, refreshed, rule }) => [name, version === null ? 'not yet' : `v${version}`, n === null ? '' : grouped(n), refreshed === null ? '' : when(refreshed), ruleWords[rule]]);
    await answer(session, { cubes: rows }, table(columns, lines));
  });
}

export function show(session: Session, [name]: readonly [string], { yaml = false }: { readonly yaml?: boolean }): Promise<void> {
  return reading(session, async (lake) => {
    const { row, plan, text } = cubeOf(lake, name);
    if (yaml && !session.json) {
      await session.out.text(text);
      return;
    }
    const version = lake.catalog.tables.version(plan.name, null);
    const last = lastRefresh(lake, version);
    const columns = version === null ? [] : (lake.catalog.tables.view(version, [])?.schema ?? []).map((column) => ({ name: column.name, type: column.type }));
    const definitions = lake.catalog.cubeDefinitions(plan.name).map(({ hash, at, seq }) => ({ hash, at, seq }));
    const when = officeClock(lake.lake.zone);
    const lines = [
      ...fields([
        ['Cube', version === null ? plan.name : tableVersionName(plan.name, version.version)],
        ['Description', plan.description],
        ['Refreshed', ruleWords[plan.refresh]],
        ['Window', plan.window === null ? null : `${count(plan.window.days, 'day')} of ${plan.window.column}`],
        ['Laid out by', plan.partition.length === 0 ? null : plan.partition.join(', ')],
        ['Defined', when(row.at)],
        ['As of', last === null ? 'not refreshed yet' : when(last.instant)],
        ['Made from', last === null ? null : last.sources.map((source) => tableVersionName(source.name, source.version)).join(', ')],
        ['Rows', version === null || version.totals === null ? null : grouped(version.totals.rows)],
      ]),
      '',
      ...plan.sql.trimEnd().split('\n'),
      ...(columns.length === 0 ? [] : ['', ...table([{ title: 'Column' }, { title: 'Type' }], columns.map((column) => [column.name, column.type]))]),
    ];
    await answer(session, { cube: { name: plan.name, hash: row.hash, at: row.at, seq: row.seq }, plan, text, version: version?.version ?? null, refreshed: last, columns, definitions }, lines);
  });
}
