import type { Command } from 'commander';
import { does, leaf, several } from './leaf.ts';
import type { Run } from './leaf.ts';

/** Questions in SQL. */
export function addQueryCommands(dta: Command, run: Run): void {
  dta.commandsGroup('Query:');

  const query = leaf(dta, 'query', 'Ask the lake in SQL: the catalog, and files of versions, as they are or as they were. It only reads. Says which version of each table was read.', [
    'hms dta query "SELECT ds_id, ver, ts, comment FROM versions ORDER BY ts DESC LIMIT 20"',
    `hms dta query "SELECT day, max(temp::DOUBLE) AS hottest FROM dataset('WF-2024-07:v1', 'sensorA.csv') GROUP BY day"`,
    `hms dta query "SELECT * FROM dataset('WF-2024-07', 'sensorA.csv') FOR SYSTEM_TIME AS OF '2024-07-30 23:59:59'"`,
    `hms dta query "SELECT now.day FROM dataset('WF-2024-07', 'a.csv') now ANTI JOIN dataset('WF-2024-07', 'a.csv') AT (VERSION => 1) was USING (day)"`,
    'hms dta query "SELECT count(*) FROM versions" --as-of "2024-07-30 23:59:59"',
    'hms dta query "REFRESH MATERIALIZED VIEW car_seatbelt_c_90d"   # the same as: hms dta cube refresh car_seatbelt_c_90d',
    'hms dta query "SELECT * FROM versions WHERE ds_id = $1" --param WF-2024-07 --format csv --out versions.csv',
  ])
    .argument('<sql>', 'one SELECT (or DESCRIBE, SUMMARIZE, EXPLAIN of one), as docs/operations/query.md describes; "-" reads it from standard input')
    .option('--as-of <instant>', 'the state of every table for which the SQL names none; time of the office where there is no offset')
    .option('--param <value>', 'text for $1, $2 … in their order; may be given several times', several)
    .option('--format <format>', 'table, csv, json or parquet; table where it is left out, with --out by the ending of the file')
    .option('--out <file>', 'write the result to a new file instead');
  does(query, run, async () => (await import('../commands/query.ts')).query);

  const publish = leaf(dta, 'publish', 'Write all tables, as they are or as they were at one instant, into a plain DuckDB file that Python, R and other programs open without a lake. Says which version of each table it holds.', [
    'hms dta publish --to hms_dta.duckdb',
    'hms dta publish --to report.duckdb --as-of "2024-07-30 23:59:59" --replace',
  ])
    .requiredOption('--to <file>', 'the DuckDB file to make, outside of the lake')
    .option('--as-of <instant>', 'the state of the tables; time of the office where there is no offset, now where it is left out')
    .option('--replace', 'put the new file in the place of one that is there');
  does(publish, run, async () => (await import('../commands/publish.ts')).publish);
}
