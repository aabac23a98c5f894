import type { Command } from 'commander';
import { does, group, leaf } from './leaf.ts';
import type { Run } from './leaf.ts';

/** Commands about tables of the warehouse. */
export function addTableCommands(dta: Command, run: Run): void {
  dta.commandsGroup('Warehouse:');
  const tables = group(dta, 'table', 'Tables of the warehouse: ls, show, log, compact.', ['hms dta table ls', 'hms dta table show trips', 'hms dta table log trips']);

  does(leaf(tables, 'ls', 'List the tables.', ['hms dta table ls', 'hms dta table ls --json']), run, async () => (await import('../commands/tables.ts')).tableList);

  const show = leaf(tables, 'show', 'Show a table: its columns, partitions and files, now, at a version, or at an instant.', [
    'hms dta table show trips',
    'hms dta table show trips:v3',
    'hms dta table show trips@2024-07-30T23:59:59Z --files',
  ])
    .argument('<table>', 'NAME (the newest version), NAME:v3, or NAME@INSTANT')
    .option('--files', 'list the data files too');
  does(show, run, async () => (await import('../commands/tables.ts')).tableShow);

  const log = leaf(tables, 'log', 'Show the versions of a table, newest first.', ['hms dta table log trips', 'hms dta table log trips --limit 20']).argument('<name>', 'table').option('--limit <n>', 'at most so many versions');
  does(log, run, async () => (await import('../commands/tables.ts')).tableLog);

  const compact = leaf(tables, 'compact', 'Write the rows of many small files anew as few large ones, as the next version of the table. Older versions stay readable.', ['hms dta table compact trips']).argument('<name>', 'table');
  does(compact, run, async () => (await import('../commands/tables.ts')).tableCompact);
}
