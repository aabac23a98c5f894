import { HmsError, TableName, tableVersionName } from '../contract/index.ts';
import type { Condition, TableSchema, TableVersionDetail, TableView } from '../core/index.ts';
import { placed } from './asking.ts';
import { contractOf } from './contracting.ts';
import { boundsFor } from './cubes/index.ts';
import type { CubePlan } from './cube-definition.ts';
import type { CubeWindow } from './cubes/index.ts';
import type { ReadableLake } from './open.ts';
import type { Planned, QueryProcess, RowWindow, StatementShape, TableSource } from './query/index.ts';
import { linesUnknown, partsOfView } from './tables/index.ts';

/** What a cube is made of: its SQL, looked at, and the tables that it names. */

const KEPT = 'Nothing was changed.';

/** The SQL of a cube, looked at without its tables. */
export interface CubeStatement {
  readonly planned: Planned;
  readonly shape: StatementShape;
  /** For each place of the text that names a table, that table. */
  readonly named: readonly TableName[];
}

export interface CubeSource {
  readonly version: TableVersionDetail;
  /** Its columns without those that a cube may not have. */
  readonly schema: TableSchema;
  /** Classed as personal by a contract, and not masked: the cube's SQL does not see them. */
  readonly hidden: ReadonlySet<string>;
  readonly window: RowWindow | null;
  /** Files that may have rows of the window. */
  readonly view: TableView;
}

/** Asks for the moment at which it is run, or for chance: a refresh could then not be done again. */
const moving: ReadonlySet<string> = new Set([
  ...['now', 'today', 'age', 'current_date', 'current_time', 'current_timestamp', 'localtime', 'localtimestamp', 'current_localtime', 'current_localtimestamp'],
  ...['transaction_timestamp', 'get_current_time', 'get_current_timestamp', 'random', 'uuid', 'gen_random_uuid', 'uuidv4', 'uuidv7', 'setseed'],
]);

export async function cubeStatement({ name, sql }: CubePlan, process: QueryProcess, signal: AbortSignal): Promise<CubeStatement> {
  const planned = await placed(sql, (position) => position, process.plan(sql, {}, signal, 'shape'));
  const { shape } = planned;
  if (shape === null) throw new Error('A cube was looked at without its shape.');
  if (planned.explain !== '') throw invalid(name, 'Its SQL is an EXPLAIN, which has no rows.');
  if (shape.isSampled) throw invalid(name, 'Its SQL takes rows at random (SAMPLE), so a refresh could not be done again.');
  const named = planned.references.map(({ relation, at, position }) => {
    if (relation.kind === 'dataset') throw invalid(name, 'It reads a file of a dataset; a cube is made of tables and of other cubes.', position);
    if (at !== null) throw invalid(name, `It says of when "${relation.name}" is to be; a cube is made of the newest rows, and its own past is asked with FOR SYSTEM_TIME of the cube.`, position);
    const parsed = TableName.safeParse(relation.name.toLowerCase());
    if (!parsed.success) throw invalid(name, `There is no table "${relation.name}" in this lake.`, position);
    if (parsed.data === name) throw invalid(name, 'It is made of itself.', position);
    return parsed.data;
  });
  if (named.length === 0) throw invalid(name, 'Its SQL reads no table.');
  return { planned, shape, named };
}

/** The tables that the statement names in their newest versions, each once. */
export function cubeSources(lake: ReadableLake, plan: CubePlan, { planned, shape, named }: CubeStatement, window: CubeWindow | null): ReadonlyMap<TableName, CubeSource> {
  const sources = new Map<TableName, CubeSource>();
  for (const [i, name] of named.entries()) if (!sources.has(name)) sources.set(name, sourceOf(lake, plan, name, window, planned.references[i]?.position ?? 0));
  const all = [...sources.values()];
  if (window !== null && all.every((source) => source.window === null)) throw invalid(plan.name, `Its window is on the column "${window.column}", and no table that it reads has a date or an instant of that name.`);
  const has = (word: string): boolean => all.some(({ schema }) => schema.some((column) => column.name.toLowerCase() === word));
  for (const word of shape.words) {
    if (has(word)) continue;
    if (moving.has(word)) throw invalid(plan.name, `It uses ${word}, which differs from one refresh to the next; a window says which days are looked at.`);
    const from = all.find(({ hidden }) => [...hidden].some((column) => column.toLowerCase() === word));
    if (from === undefined) continue;
    throw new HmsError('CUBE_REFUSED', `The cube ${plan.name} cannot use the column "${word}" of ${from.version.table}: its contract classes it as personal, and it is not masked.`, {
      kept: KEPT,
      next: 'Leave the column out, or give it a mask in the contract of the table.',
      facts: { column: word, table: from.version.table },
    });
  }
  return sources;
}

function sourceOf(lake: ReadableLake, plan: CubePlan, name: TableName, window: CubeWindow | null, position: number): CubeSource {
  const version = lake.catalog.tables.version(name, null);
  if (version === null && lake.catalog.view.cube(name) !== null) throw new HmsError('CUBE_REFUSED', `The cube ${plan.name} is made of the cube ${name}, which was never refreshed.`, { kept: KEPT, next: `Run: hms dta cube refresh ${name}` });
  if (version === null) throw invalid(plan.name, `There is no table "${name}" in this lake.`, position);
  const whole = lake.catalog.tables.view(version, []);
  if (whole === null) throw linesUnknown(name, version.version);
  const hidden = personalColumns(lake, version);
  const schema = whole.schema.filter((column) => !hidden.has(column.name));
  const rows = window === null ? null : rowWindow(schema, window, lake.lake.zone);
  const view = rows === null ? whole : (lake.catalog.tables.view(version, conditionsOf(rows)) ?? whole);
  return { version, schema, hidden, window: rows, view };
}

/** Null where the table does not have the column: it is then looked at whole. */
function rowWindow(schema: TableSchema, window: CubeWindow, zone: string): RowWindow | null {
  const column = schema.find(({ name }) => name.toLowerCase() === window.column.toLowerCase());
  if (column?.type !== 'date' && column?.type !== 'timestamp') return null;
  return { column: column.name, type: column.type === 'date' ? 'DATE' : 'TIMESTAMPTZ', ...boundsFor(column.type, window, zone) };
}

/** Files that may have rows between two bounds. Statistics of instants are cut to milliseconds, so the lower one counts in. */
export function conditionsOf({ column, after, until }: Pick<RowWindow, 'column' | 'after' | 'until'>): Condition[] {
  return [
    { column, is: '>=', value: after },
    { column, is: '<=', value: until },
  ];
}

/** Columns that a contract of the table, the newest or one that rows of it were written under, classes as personal and does not mask. Rows that an older contract let in stay as they were written. */
function personalColumns(lake: ReadableLake, { table, version }: TableVersionDetail): ReadonlySet<string> {
  if (lake.catalog.view.cube(table) !== null) return new Set();
  const [newest] = lake.catalog.contractVersions(table);
  const refs = [...lake.catalog.contractsOfTable(table, version).map(({ name, sha256 }) => `${name}:${sha256}`), ...(newest === undefined ? [] : [`${newest.name}:${newest.hash}`])];
  const personal = [...new Set(refs)].flatMap((ref) => contractOf(lake, ref).compiled.plan.columns.filter(({ pii }) => pii?.mask.how === 'none'));
  return new Set(personal.map(({ name }) => name));
}

/** A source as the query process is told of it: the files of `view`, without hidden columns, only rows of the window. */
export function sourceTable(lake: ReadableLake, name: string, { version, hidden, window, view }: CubeSource, files: TableView['files'] = view.files): Extract<TableSource, { kind: 'parts' }> {
  const { columns, parts } = partsOfView(lake.paths, version.table, view, files);
  const seen = columns.map((column) => !hidden.has(column.name));
  const kept = <T>(list: readonly T[]): T[] => list.filter((_, i) => seen[i] === true);
  return { kind: 'parts', name, columns: kept(columns), parts: parts.map((part) => ({ files: part.files, columns: kept(part.columns) })), ...(window === null ? {} : { window }) };
}

export function invalid(name: TableName, why: string, position?: number): HmsError {
  return new HmsError('CUBE_INVALID', `The cube ${name} cannot be made. ${why}`, { kept: KEPT, ...(position === undefined ? {} : { facts: { position } }) });
}

export function sourceRefs(lake: ReadableLake, sources: Iterable<CubeSource>): { readonly ref: string; readonly sha256: TableVersionDetail['hash'] }[] {
  return Array.from(sources, ({ version }) => ({ ref: `${lake.catalog.view.cube(version.table) === null ? 'table' : 'cube'}:${tableVersionName(version.table, version.version)}`, sha256: version.hash }));
}
