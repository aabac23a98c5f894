import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TableName } from '../../../../src/contract/index.ts';
import { prepareQuestion } from '../../../../src/engine/asking.ts';
import { publishContract } from '../../../../src/engine/contracting.ts';
import { lastNight, nightlyDue, refreshCubesOf, refreshNightly } from '../../../../src/engine/cube-schedule.ts';
import { defineCube } from '../../../../src/engine/cube-defining.ts';
import { refreshCube } from '../../../../src/engine/cube-refreshing.ts';
import { refreshedView } from '../../../../src/engine/query/index.ts';
import { verify } from '../../../../src/verify/index.ts';
import { signal, tripColumns, trips, TRIPS, Warehouse } from '../tables/warehouse.ts';

let warehouse: Warehouse;
beforeEach(async () => {
  warehouse = await Warehouse.make();
  await warehouse.insert([{ name: TRIPS, definition: { schema: tripColumns, partitionBy: ['program'] }, select: trips(0, 90) }]);
});
afterEach(() => warehouse.close());

const define = (yaml: string) => defineCube(warehouse.lake, Buffer.from(yaml), { signal, processes: warehouse.processes });
const refresh = (name: string, options: { asOf?: string; full?: boolean } = {}) => refreshCube(warehouse.lake, name, { signal, processes: warehouse.processes, ...options });

async function ask(sql: string, asOf: string | null = null): Promise<unknown[][]> {
  const question = await prepareQuestion(warehouse.lake, sql, { signal, processes: warehouse.processes, asOf });
  try {
    const { rows } = await question.run(signal);
    return (await question.page(0, rows + 1, signal)).rows.map((row) => [...row]);
  } finally {
    await question.close();
  }
}

const BY_PROGRAM = 'name: by_program\nsql: SELECT program, count(*) AS n, sum(cost) AS cost FROM trips GROUP BY program\n';

it('is what its SQL gives, in versions that a question reads at any instant', async () => {
  await define(BY_PROGRAM);
  const first = await refresh('by_program');
  expect([first.isNew, first.how, first.version.version, first.rows, first.sources]).toEqual([true, 'full', 1, 3, [{ name: TRIPS, version: 1, rows: 90 }]]);
  const report = await ask('SELECT * FROM by_program ORDER BY ALL');
  expect(report).toEqual(await ask('SELECT program, count(*) AS n, sum(cost) AS cost FROM trips GROUP BY program ORDER BY ALL'));
  const day = first.version.at;

  await warehouse.insert([{ name: TRIPS, select: trips(90, 100) }]);
  expect(await ask('SELECT sum(n)::INTEGER FROM by_program')).toEqual([[90]]);
  expect((await refresh('by_program')).version.version).toBe(2);
  expect(await ask('SELECT sum(n)::INTEGER FROM by_program')).toEqual([[100]]);
  expect(await ask(`SELECT * FROM by_program FOR SYSTEM_TIME AS OF '${day}' ORDER BY ALL`)).toEqual(report);
  expect(await ask('SELECT * FROM by_program ORDER BY ALL', day)).toEqual(report);

  // Refreshed from the same rows it stays as it is.
  expect(await refresh('by_program')).toMatchObject({ isNew: false, how: 'none', rows: 3 });
  expect((await verify(warehouse.lake.paths.root, { workers: 0 })).findings).toEqual([]);
});

it('looks at the days of its window only, which ends where it is told to', async () => {
  await define('name: recent\nsql: SELECT id, day FROM trips\nwindow: {column: day, days: 10}\nrefresh: by_hand\n');
  const made = await refresh('recent', { asOf: '1850-02-10 12:00:00' });
  // Ten days of the office, the last of them counted.
  expect(await ask('SELECT min(day)::VARCHAR, max(day)::VARCHAR, count(*)::INTEGER FROM recent')).toEqual([['1850-02-01', '1850-02-10', 10]]);
  expect(made.window).toMatchObject({ column: 'day', days: 10, until: made.instant });
});

const refused: readonly (readonly [string, string, RegExp])[] = [
  ['COPY', "COPY (SELECT 1) TO '/tmp/x.csv'", /Only a SELECT/],
  ['read_csv', "SELECT * FROM read_csv('/etc/passwd')", /read_csv is not run here/],
  ['a file by its path', "SELECT * FROM '/etc/passwd'", /no table/],
  ['ATTACH', "ATTACH '/tmp/x.db' AS x", /Only a SELECT|cannot be understood/],
  ['query()', "SELECT * FROM query('SELECT 1')", /query is not run here/],
  ['a function that reads', "SELECT id, read_text('/etc/passwd') FROM trips", /not run here/],
  ['two statements', 'SELECT id FROM trips; DROP TABLE trips', /One statement|Only a SELECT/],
  ['a dataset', "SELECT * FROM dataset('WF-2024-07:v1', 'a.csv')", /file of a dataset/],
  ['the catalog', 'SELECT * FROM versions', /no table "versions"/],
  ['the past', "SELECT * FROM trips FOR SYSTEM_TIME AS OF '2024-01-01'", /says of when/],
  ['the moment', 'SELECT id, now() AS n FROM trips', /uses now/],
  ['chance', 'SELECT id FROM trips USING SAMPLE 10%', /at random/],
  ['itself', 'SELECT * FROM bad', /made of itself/],
  ['nothing', 'SELECT 1 AS one', /reads no table/],
  ['a type that tables do not have', 'SELECT [id] AS list FROM trips', /has the type BIGINT\[\]/],
];

it('refuses a definition that reaches for anything but tables, and changes nothing', async () => {
  const before = warehouse.lake.catalog.position().size;
  for (const [what, sql, why] of refused) await expect(define(`name: bad\nsql: |\n  ${sql}\n`), what).rejects.toThrow(why);
  expect(warehouse.lake.catalog.position().size).toBe(before);
});

it('points at what is wrong in a definition', async () => {
  await expect(define('name: Bad Name\nsql: SELECT 1\n')).rejects.toThrow(/Line 1, column 1 \(name\)/);
  await expect(define('name: good\nsql: SELECT 1\nevery: day\n')).rejects.toThrow(/Line 3, column 1 \(every\): The definition of a cube has no "every" here/);
  await expect(define('name: good\nsql: SELECT 1\nrefesh: nightly\n')).rejects.toThrow(/Line 3, column 1 \(refesh\): The definition of a cube has no "refesh" here. Is "refresh" meant\?/);
  await expect(define('name: good\nsql: &a SELECT 1\n')).rejects.toThrow(/anchor/);
});

it('has a name of its own among tables, contracts and the words of questions', async () => {
  for (const name of ['trips', 'versions', 'drafts', 'dataset']) await expect(define(`name: ${name}\nsql: SELECT id FROM trips t\n`)).rejects.toMatchObject({ code: 'NAME_TAKEN' });
  await define(BY_PROGRAM);
  await expect(define(BY_PROGRAM)).rejects.toMatchObject({ code: 'ACT_REFUSED' });
  await expect(warehouse.insert([{ name: 'by_program' as TableName, definition: { schema: tripColumns, partitionBy: [] }, select: trips(0, 3) }])).rejects.toThrow(/by_program is a cube/);
});

it('is made part by part where its SQL allows that, and is then the same as made anew', async () => {
  await define('name: parts\nsql: SELECT program, count(*) AS n, max(id) AS last FROM trips WHERE id % 7 <> 0 GROUP BY program\npartition: [program]\n');
  await define('name: rows_of\nsql: SELECT id, upper(program) AS p FROM trips WHERE id % 2 = 0\n');
  for (const name of ['parts', 'rows_of']) expect((await refresh(name)).how).toBe('full');
  await warehouse.insert([{ name: TRIPS, select: `SELECT * FROM (${trips(90, 120)}) WHERE program IS NULL` }]);
  for (const name of ['parts', 'rows_of']) expect((await refresh(name)).how).toBe('parts');
  const view = warehouse.lake.catalog.tables.version('parts' as TableName, null);
  // Of three programs the rows of one were made anew.
  expect([view?.added, view?.removed]).toEqual([1, 1]);
  for (const [name, sql] of [['parts', 'SELECT program, count(*) AS n, max(id) AS last FROM trips WHERE id % 7 <> 0 GROUP BY program'], ['rows_of', 'SELECT id, upper(program) AS p FROM trips WHERE id % 2 = 0']] as const) {
    expect(await ask(`SELECT * FROM ${name} ORDER BY ALL`)).toEqual(await ask(`${sql} ORDER BY ALL`));
  }
});

it('does not see a column that is personal and not masked', async () => {
  const yaml = contractYaml();
  const { hash, name } = await publishContract(warehouse.lake, Buffer.from(yaml), { major: false, signal, processes: warehouse.processes });
  await warehouse.insert([{ name: 'people' as TableName, definition: { schema: [{ name: 'program_id', type: 'long', nullable: true }, { name: 'ssn', type: 'string', nullable: true }], partitionBy: [] }, select: "SELECT 12 AS program_id, '078-05-1120' AS ssn", contract: { name, sha256: hash } }]);
  await expect(define('name: leak\nsql: SELECT ssn FROM people\n')).rejects.toMatchObject({ code: 'CUBE_REFUSED' });
  await expect(define('name: leak\nsql: SELECT md5(p.SSN) AS h FROM people p\n')).rejects.toMatchObject({ code: 'CUBE_REFUSED' });
  const { columns } = await define('name: whole\nsql: SELECT * FROM people\n');
  expect(columns.map((column) => column.name)).toEqual(['program_id']);
  await expect(define('name: people\nsql: SELECT program_id FROM people\n')).rejects.toMatchObject({ code: 'NAME_TAKEN' });
});

function contractYaml(): string {
  return `apiVersion: v3.1.0
kind: DataContract
id: people
name: people
version: "1.0.0"
status: active
schema:
  - name: people
    properties:
      - name: ssn
        logicalType: string
        customProperties:
          - property: pii
            value: {kind: ssn, mask: none}
    customProperties:
      - property: source
        value: {patterns: ["people*.csv"], format: csv}
`;
}

it('is refreshed after its tables changed, each cube behind those that it is made of, and every night once', async () => {
  await define(BY_PROGRAM);
  await refresh('by_program');
  await define('name: total\nsql: SELECT sum(n) AS n FROM by_program\n');
  await define('name: nightly\nsql: SELECT id, day FROM trips\nrefresh: nightly\n');
  const options = { signal, processes: warehouse.processes };
  await warehouse.insert([{ name: TRIPS, select: trips(90, 100) }]);
  const outcomes = await refreshCubesOf(warehouse.lake, [TRIPS], options);
  expect(outcomes.map((one) => [one.name, 'refreshed' in one && one.refreshed.version.version])).toEqual([['by_program', 2], ['total', 1]]);
  expect(await ask('SELECT n::INTEGER FROM total')).toEqual([[100]]);
  expect(await refreshCubesOf(warehouse.lake, [TRIPS], options)).toMatchObject([{ name: 'by_program', refreshed: { isNew: false } }]);
  await expect(define('name: by_program\nsql: SELECT n::VARCHAR AS program, n::BIGINT AS n, n::DECIMAL(38,3) AS cost FROM total\n')).rejects.toThrow(/made of itself: by_program is made of total is made of by_program/);

  expect(nightlyDue(warehouse.lake)).toBe(true);
  const night = lastNight(warehouse.lake.clock.now(), warehouse.lake.lake.zone);
  expect(await refreshNightly(warehouse.lake, options)).toMatchObject([{ name: 'nightly', refreshed: { isNew: true, instant: night } }]);
  expect(nightlyDue(warehouse.lake)).toBe(false);
  expect(lastNight(Date.parse('2024-03-10T12:00:00Z'), 'America/New_York')).toBe('2024-03-10T04:59:59.999Z');
});

it('knows REFRESH MATERIALIZED VIEW, and nothing else that begins so', () => {
  for (const sql of ['REFRESH MATERIALIZED VIEW c', ' refresh materialized view C ;', '-- now\nREFRESH MATERIALIZED VIEW "c"']) expect(refreshedView(sql), sql).toBe('c');
  for (const sql of ['REFRESH MATERIALIZED VIEW', 'REFRESH MATERIALIZED VIEW c; DROP TABLE c', "REFRESH MATERIALIZED VIEW 'c'", 'REFRESH VIEW c', 'SELECT 1']) expect(refreshedView(sql), sql).toBeNull();
});
