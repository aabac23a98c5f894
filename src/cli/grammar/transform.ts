import type { Command } from 'commander';
import { does, leaf, several } from './leaf.ts';
import type { Run } from './leaf.ts';

/** Commands that make versions out of versions. */
export function addTransformCommands(dta: Command, run: Run): void {
  dta.commandsGroup('Transform:');

  const transform = leaf(dta, 'transform', 'Make the next version of a dataset out of a version, by a recorded step: the lake knows what came from what, and how. Files that it does not touch stay. Prints the new version.', [
    'hms dta transform --list',
    'hms dta transform csv_trim WF-2024-07:v1 --cols timestamp,temp,pm25 -m "Removed unused columns" --tag clean',
    `hms dta transform csv_filter WF-2024-07:v1 --where "TRY_CAST(temp AS DOUBLE) > 90" --file sensorA.csv -m "Hot hours"`,
    'hms dta transform csv_to_parquet WF-2024-07:clean -m "For analysis"',
    'hms dta transform json_to_csv QUAKES:v1 --replace -m "As a table"',
    `hms dta transform sql WF-2024-07:v2 PLACES:v1 --sql 'SELECT * FROM "sensorA.csv" JOIN places USING (station)' --as joined.csv --into WF-JOINED`,
    'hms dta transform redact_text LETTERS:v3 --text "John Smith" --mark "[NAME]" -m "FOIA 2026-0012"',
    String.raw`hms dta transform redact_text LETTERS:v3 --pattern "\d{3}-\d{2}-\d{4}" --file box12/letter7.txt`,
  ])
    .argument('[name]', 'csv_trim, csv_filter, csv_to_parquet, json_to_csv, sql or redact_text')
    .argument('[ref...]', 'version to start from: ID (the newest), ID:v2, ID:tag, or ID@2024-07-30T23:59:59Z; for sql, one or more')
    .option('--list', 'list the transforms')
    .option('--cols <names>', 'csv_trim: the columns to keep, in that order, with commas between; names as in the header')
    .option('--col <name>', 'csv_trim: one column to keep; may be given several times, for names that have commas', several)
    .option('--where <condition>', `csv_filter: SQL over the columns, which are all text; an empty field is NULL, "" is ''`)
    .option('--sql <select>', 'sql: one SELECT; a table is a file: "sensorA.csv", sensorA, or "WF-2024-07:v1/sensorA.csv"')
    .option('--as <name>', 'sql: name of the new file, ending in .csv or .parquet; result.csv where it is left out')
    .option('--text <text>', 'redact_text: the text to hide, exactly')
    .option('--pattern <regexp>', 'redact_text: a regular expression (ECMAScript), looked for within lines')
    .option('--ignore-case', 'redact_text: --pattern ignores upper and lower case')
    .option('--mark <text>', 'redact_text: what is put in its place; "[REDACTED]" where it is left out')
    .option('--replace', 'csv_to_parquet, json_to_csv: leave the files that were converted out of the new version')
    .option('--file <name>', 'a file to work on; may be given several times; all of its kind where it is left out', several)
    .option('--delimiter <character>', 'of CSV files; found out where it is left out ("tab" for a tab)')
    .option('--quote <character>', `of CSV files; '"' where it is left out`)
    .option('--encoding <name>', 'of CSV files without a byte order mark: utf-8, windows-1252, utf-16le or utf-16be')
    .option('--ragged <how>', 'rows of CSV files with too few or too many fields: refuse, or fill')
    .option('--into <id>', 'put the result into this dataset instead')
    .option('-m, --message <text>', 'what this version is; "Version N" where it is left out')
    .option('--tag <tag>', 'label of the version; may be given several times', several);
  does(transform, run, async () => (await import('../commands/transform.ts')).transform);
}
