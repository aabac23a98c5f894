import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk } from './desk.ts';

/** What people's statements must not do. Every attack names the refusal that it must meet; after each, an honest statement works. */

/** Memory and time are kept small so that bombs are short. */
const desk = new Desk({ memoryBytes: 500 * 2 ** 20, ms: 1_500 });
beforeAll(() => desk.open());
afterAll(() => desk.close());

const HONEST = `SELECT count(*)::INTEGER FROM "sensor.csv"`;
const onlySelect = /^Only a SELECT can be run here/;
const oneAtATime = /^One statement is run at a time\.$/;
const notRun = /^The function \S+ is not run here/;
const noTable = /^There is no table "/;

const quote = (path: string): string => `'${path}'`;

const refused: readonly (readonly [string, RegExp])[] = [
  // Statements that change, copy, attach or set something.
  [`COPY "sensor.csv" TO ${quote(join(desk.output, 'stolen.csv'))}`, onlySelect],
  [`COPY (SELECT 1) TO '/tmp/hms-stolen.csv'`, onlySelect],
  [`EXPLAIN ANALYZE COPY (SELECT 1) TO ${quote(join(desk.output, 'stolen.csv'))}`, onlySelect],
  [`EXPLAIN COPY (SELECT 1) TO ${quote(join(desk.output, 'stolen.csv'))}`, onlySelect],
  [`/* harmless */ EXPLAIN ANALYZE COPY (SELECT 1) TO ${quote(join(desk.output, 'stolen.csv'))}`, onlySelect],
  [`EXPLAIN EXPLAIN ANALYZE COPY (SELECT 1) TO ${quote(join(desk.output, 'stolen.csv'))}`, /cannot be understood|Only a SELECT/],
  [`EXPLAIN (FORMAT json) COPY (SELECT 1) TO ${quote(join(desk.output, 'stolen.csv'))}`, /cannot be understood|Only a SELECT/],
  [`ATTACH ${quote(desk.secret)} AS other`, onlySelect],
  ['DETACH memory', onlySelect],
  ['USE memory', onlySelect],
  ['PRAGMA version', /cannot be understood|Only a SELECT/],
  ['PRAGMA database_list', onlySelect],
  [`SET memory_limit = '100GB'`, onlySelect],
  ['RESET memory_limit', onlySelect],
  [`INSTALL httpfs`, onlySelect],
  [`LOAD httpfs`, onlySelect],
  ['CREATE TABLE t (a INTEGER)', onlySelect],
  ['CREATE MACRO m() AS 1', onlySelect],
  [`CREATE SECRET s (TYPE s3)`, onlySelect],
  [`CREATE OR REPLACE TEMP VIEW "sensor.csv" AS SELECT 1`, onlySelect],
  [`DROP VIEW "sensor.csv"`, onlySelect],
  [`INSERT INTO "sensor.csv" VALUES ('a', 'b')`, onlySelect],
  [`DELETE FROM "sensor.csv"`, onlySelect],
  [`UPDATE "sensor.csv" SET temp = '0'`, onlySelect],
  [`EXPORT DATABASE ${quote(desk.output)}`, onlySelect],
  [`IMPORT DATABASE ${quote(desk.output)}`, onlySelect],
  ['CHECKPOINT', onlySelect],
  ['BEGIN TRANSACTION', onlySelect],
  ['CALL pragma_version()', onlySelect],
  ['VACUUM', onlySelect],
  ['PREPARE p AS SELECT 1', onlySelect],
  ['EXECUTE p', onlySelect],
  ['WITH gone AS (DELETE FROM "sensor.csv" RETURNING *) SELECT * FROM gone', onlySelect],
  ['WITH made AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM made', onlySelect],
  ['SELECT * INTO t FROM "sensor.csv"', onlySelect],
  // More than one, and texts that two readers could read in two ways.
  ['SELECT 1; SELECT 2', oneAtATime],
  [`SELECT 1; COPY (SELECT 1) TO ${quote(join(desk.output, 'stolen.csv'))}`, onlySelect],
  [`EXPLAIN SELECT 1; DROP VIEW "sensor.csv"`, onlySelect],
  [`SELECT 1\0; COPY (SELECT 1) TO ${quote(join(desk.output, 'stolen.csv'))}`, /NUL character/],
  ['SELECT \ud800', /not well-formed/],
  ['', /There is no statement/],
  [';', /There is no statement/],
  ['-- nothing', /There is no statement/],
  [`SELECT '${'x'.repeat(1_000_001)}'`, /longer than 1,000,000 characters/],
  // Reading outside.
  [`FROM read_csv(${quote(desk.secret)})`, notRun],
  [`FROM read_csv_auto(${quote(desk.secret)})`, notRun],
  [`SELECT * FROM read_text('/etc/passwd')`, notRun],
  [`SELECT * FROM read_blob('/etc/passwd')`, notRun],
  [`SELECT * FROM read_json('/etc/passwd')`, notRun],
  [`SELECT * FROM read_parquet('/etc/passwd')`, notRun],
  [`SELECT * FROM parquet_metadata('/etc/passwd')`, notRun],
  [`SELECT * FROM sniff_csv('/etc/passwd')`, notRun],
  [`SELECT * FROM glob('/etc/*')`, notRun],
  [`FROM '/etc/passwd'`, noTable],
  [`FROM ${quote(desk.secret)}`, noTable],
  [`FROM ${quote(desk.table)}`, noTable],
  [`FROM "https://example.com/a.csv"`, noTable],
  [`SUMMARIZE '/etc/passwd'`, noTable],
  [`DESCRIBE '/etc/passwd'`, noTable],
  [`EXPLAIN FROM '/etc/passwd'`, noTable],
  [`SELECT (SELECT content FROM read_text('/etc/passwd'))`, notRun],
  [`SELECT * FROM "sensor.csv" WHERE temp IN (SELECT content FROM read_text('/etc/passwd'))`, notRun],
  [`WITH a AS (FROM read_text('/etc/passwd')) FROM a`, notRun],
  [`SELECT 1 UNION ALL SELECT content FROM read_text('/etc/passwd')`, notRun],
  [`SELECT * FROM (WITH "/etc/passwd" AS (SELECT 1) FROM "/etc/passwd"), "/etc/passwd"`, noTable],
  [`SELECT list_transform([1], x -> (SELECT content FROM read_text('/etc/passwd')))`, notRun],
  [`PIVOT (FROM read_text('/etc/passwd')) ON filename USING count(*)`, onlySelect],
  [`FROM query('FROM read_text(''/etc/passwd'')')`, notRun],
  [`FROM query_table('/etc/passwd')`, notRun],
  [`SELECT json_execute_serialized_sql('{}')`, notRun],
  [`FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))`, notRun],
  [`SELECT getfilesize('/etc/passwd')`, notRun],
  // Looking around.
  [`SELECT getenv('HOME')`, notRun],
  [`SELECT current_setting('temp_directory')`, notRun],
  ['FROM duckdb_settings()', notRun],
  ['FROM duckdb_secrets()', notRun],
  ['FROM duckdb_views()', notRun],
  ['FROM pragma_database_list()', notRun],
  ['FROM duckdb_settings', noTable],
  ['FROM pg_catalog.pg_tables', noTable],
  ['SELECT * FROM pg_tables', noTable],
  ['SELECT * FROM information_schema.tables', noTable],
  ['SELECT * FROM sqlite_master', noTable],
  ['SELECT * FROM memory.main."sensor.csv"', noTable],
  ['SHOW TABLES', /^SHOW is not run here/],
  ['SHOW ALL TABLES', /is not run here|There is no table/],
  ['SHOW DATABASES', /is not run here|There is no table/],
  [`SELECT pg_size_pretty(1)`, notRun],
  [`SELECT nextval('s')`, notRun],
  [`SELECT write_log('x')`, notRun],
  // Not attacks, and told plainly.
  ['SELEC 1', /^The statement cannot be understood: .* \(at character 1\)\.$/],
  ['SELECT tmp FROM "sensor.csv"', /Referenced column "tmp" not found/],
];

describe('statements that are refused', () => {
  for (const [sql, expected] of refused) {
    it(sql.length > 120 ? `${sql.slice(0, 60)} …` : sql || '(nothing)', async () => {
      await expect(desk.rows(sql)).rejects.toMatchObject({ name: 'HmsError', code: 'QUERY_REFUSED', message: expect.stringMatching(expected) as string });
    });
  }

  it('leave no file, and an honest statement works after all of them in the same process', async () => {
    expect(readdirSync(desk.output)).toEqual([]);
    expect(existsSync('/tmp/hms-stolen.csv')).toBe(false);
    expect(await desk.rows(HONEST)).toEqual([[3]]);
  });
});

/** Statements that would take all memory or never end. Some end on interruption, some only with their process. */
const bombs: readonly string[] = [
  `SELECT length(repeat('x', 10000000000))`,
  `SELECT length(repeat(temp, 4000000000)) FROM "sensor.csv"`,
  'SELECT length(list_transform(range(2000000000), x -> x + 1))',
  `SELECT levenshtein(repeat('ab', 400000), repeat('ba', 400000))`,
  'WITH RECURSIVE endless(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM endless) SELECT count(*) FROM endless',
  `WITH RECURSIVE growing(t) AS (SELECT 'x' UNION ALL SELECT t || t FROM growing) SELECT max(length(t)) FROM growing`,
  'SELECT count(*) FROM range(1000000) a, range(1000000) b, range(1000) c WHERE hash(a.range, b.range) = 1',
  'SELECT histogram(range) FROM range(4000000000)',
  'SELECT list(a) FROM range(2000000000) t(a)',
  `SELECT string_agg(range::VARCHAR || repeat('x', 1000), ',') FROM range(100000000)`,
  `SELECT length(regexp_extract_all(repeat('a', 100000000), 'a'))`,
  'SELECT DISTINCT hash(range) FROM range(10000000000)',
];

describe('statements that would take everything', () => {
  for (const sql of bombs) {
    it(sql, { timeout: 30_000 }, async () => {
      const begun = performance.now();
      await expect(desk.rows(sql)).rejects.toMatchObject({ name: 'HmsError', code: expect.stringMatching(/^(QUERY_STOPPED|QUERY_REFUSED|NO_SPACE)$/) as string });
      // 1.5 s for the statement, 0.2 s to let it stop by itself, and room for a machine with much else to do.
      expect(performance.now() - begun).toBeLessThan(12_000);
      expect(await desk.rows(HONEST)).toEqual([[3]]);
    });
  }
});

describe('the query process', () => {
  it('has nothing of the environment and no open file of the engine', async (context) => {
    context.skip(process.platform !== 'linux', 'Only Linux shows the environment and the open files of another process in /proc.');
    await desk.rows(HONEST);
    const open_ = openSync(desk.secret, 'r');
    const process_ = desk.processes.take();
    try {
      await process_.ready();
      const environment = readFileSync(`/proc/${process_.pid}/environ`, 'latin1').split('\0').filter((line) => line !== '').map((line) => line.split('=')[0]);
      expect(environment.filter((name) => !['TZ', 'NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE'].includes(name ?? ''))).toEqual([]);
      const files = readdirSync(`/proc/${process_.pid}/fd`).map((fd) => linkOf(`/proc/${process_.pid}/fd/${fd}`));
      expect(files.length).toBeGreaterThan(3);
      expect(files.filter((file) => file.startsWith(desk.folder))).toEqual([]);
    } finally {
      await process_.close();
      closeSync(open_);
    }
  });
});

/** Descriptors come and go while they are looked at. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
