/** Statements that must not do what they try, wherever people's SQL is run: in questions, in the rules of contracts, in the definitions of cubes, in conditions of filters. */

/** What is put into them. */
export interface Target {
  /** A relation that may be read where they are tried. */
  readonly own: string;
  /** A file that is of the lake and may not be read. */
  readonly stored: string;
  /** A file that is not there, and must not be made. */
  readonly stolen: string;
}

/** Those that reach out: each is refused before it is run. */
export function reachingOut({ own, stored, stolen }: Target): readonly string[] {
  return [
    // Writing.
    `COPY (FROM ${own}) TO '${stolen}'`,
    `COPY ${own} TO '${stolen}'`,
    `EXPLAIN ANALYZE COPY (SELECT 1) TO '${stolen}'`,
    `EXPLAIN COPY (SELECT 1) TO '${stolen}'`,
    `/* harmless */ EXPLAIN ANALYZE COPY (SELECT 1) TO '${stolen}'`,
    `EXPORT DATABASE '${stolen}'`,
    `CREATE TABLE t AS FROM ${own}`,
    `CREATE MACRO m() AS 1`,
    `WITH x AS (DELETE FROM ${own} RETURNING *) FROM x`,
    `SELECT * INTO t FROM ${own}`,
    `DROP TABLE ${own}`,
    // Other databases, extensions and settings.
    `ATTACH '${stolen}' AS x`,
    `ATTACH IF NOT EXISTS DATABASE '${stolen}'`,
    'INSTALL httpfs',
    'FORCE INSTALL httpfs FROM core',
    'LOAD httpfs',
    'PRAGMA database_list',
    'PRAGMA enable_external_access',
    'pragma/**/database_list',
    'SET enable_external_access = true',
    'SET GLOBAL enable_external_access TO true',
    'SET SESSION memory_limit = 1',
    'set/**/global/**/memory_limit=1',
    'SET VARIABLE x = 1',
    'RESET enable_external_access',
    // Reading outside of the tables that are given.
    `FROM read_csv('/etc/passwd')`,
    `FROM read_csv('${stored}')`,
    `FROM '${stored}'`,
    `FROM "${stored}"`,
    `FROM read_text('/etc/passwd')`,
    `FROM read_blob('${stored}')`,
    `FROM read_parquet('${stored}')`,
    `FROM glob('/etc/*')`,
    `FROM query('SELECT 1')`,
    `FROM query_table('${stored}')`,
    `SELECT count(*) FROM ${own} WHERE (SELECT count(*) FROM read_text('/etc/passwd')) > 0`,
    `SELECT count(*) FROM ${own}, '${stored}'`,
    `WITH a AS (FROM read_text('/etc/passwd')) SELECT count(*) FROM a, ${own}`,
    `SELECT getenv('HOME') FROM ${own}`,
    `SELECT current_setting('temp_directory') FROM ${own}`,
    `FROM duckdb_settings()`,
    `FROM "hms 1"`,
    `FROM "hms result"`,
    `FROM "dataset:1"`,
    `FROM temp."hms 1"`,
    `FROM main.datasets`,
    `FROM information_schema.tables`,
    `FROM sqlite_master`,
    'SHOW TABLES',
    // Prepared, called, more than one, and such as are read in two ways.
    `PREPARE p AS SELECT 1`,
    `EXECUTE p`,
    `CALL pragma_version()`,
    `SELECT 1; DROP VIEW "hms 1"`,
    `FROM ${own}; COPY (SELECT 1) TO '${stolen}'`,
    `SELECT count(*) FROM ${own} FOR SYSTEM_TIME AS OF (SELECT content FROM read_text('/etc/passwd'))`,
    `SELECT json_execute_serialized_sql('{}') FROM ${own}`,
    `SELECT nextval('s') FROM ${own}`,
    `SELECT write_log('x') FROM ${own}`,
    `SELECT '${'x'.repeat(1_000_001)}' FROM ${own}`,
  ];
}

/** A literal of 100 MB. */
export const hugeLiteral = (): string => `SELECT '${'x'.repeat(100_000_000)}'`;

/** Those that would take all memory or time, as an expression that gives one number: each is stopped. */
export const takingEverything: readonly string[] = [
  `SELECT length(repeat('x', 4000000000))`,
  'SELECT length(list_transform(range(200000000), x -> x + 1))',
  `SELECT levenshtein(repeat('ab', 400000), repeat('ba', 400000))`,
  `WITH RECURSIVE growing(t) AS (SELECT 'x' UNION ALL SELECT t || t FROM growing) SELECT max(length(t)) FROM growing`,
  'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE hash(a.range, b.range) = 1',
];
