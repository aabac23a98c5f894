import type { Command } from 'commander';
import { does, leaf, several, stated } from './leaf.ts';
import type { Run } from './leaf.ts';

const REF = 'version: ID (the newest), ID:v2, ID:tag, or ID@2024-07-30T23:59:59Z';

/** Commands that only read. */
export function addLookingCommands(dta: Command, run: Run): void {
  dta.commandsGroup('Look:');

  does(leaf(dta, 'ls', 'List the datasets.', ['hms dta ls', 'hms dta ls --json']), run, async () => (await import('../commands/ls.ts')).ls);

  const show = leaf(dta, 'show', 'Show a dataset with its versions, or one version.', ['hms dta show WF-2024-07', 'hms dta show WF-2024-07:v1']).argument('<ref>', 'ID for the dataset; ID:v2, ID:tag or ID@INSTANT for a version');
  does(show, run, async () => (await import('../commands/show.ts')).show);

  const files = leaf(dta, 'files', 'List the files of a version.', ['hms dta files WF-2024-07:v1', 'hms dta files WF-2024-07:v1 --sha256 > sums && sha256sum -c sums'])
    .argument('<ref>', REF)
    .option('--sha256', 'print the lines that sha256sum -c reads');
  does(files, run, async () => (await import('../commands/files.ts')).files);

  const cat = leaf(dta, 'cat', 'Write the bytes of a file to standard output; a whole file is checked against its SHA-256 on the way.', [
    'hms dta cat WF-2024-07:v1 sensorA.csv > sensorA.csv',
    'hms dta cat WF-2024-07:v1 sensorA.csv --range 0-199',
  ])
    .argument('<ref>', REF)
    .argument('<name>', 'name of the file in the version')
    .option('--range <A-B>', 'bytes A to B, counted from 0, both included; "A-" to the end');
  does(cat, run, async () => (await import('../commands/files.ts')).cat);

  const diff = leaf(dta, 'diff', 'Show which files differ between two versions of a dataset.', ['hms dta diff WF-2024-07:v1 WF-2024-07:v2']).argument('<ref>', 'version to start from').argument('<other>', 'version to compare with it');
  does(diff, run, async () => (await import('../commands/diff.ts')).diff);

  const log = leaf(dta, 'log', 'Show what happened, newest first: every act is an entry of the ledger.', ['hms dta log', 'hms dta log WF-2024-07 --limit 20'])
    .argument('[id]', 'only what happened to this dataset')
    .option('--limit <n>', 'at most so many entries');
  does(log, run, async () => (await import('../commands/log.ts')).log);
}

/** Commands that say something about records without changing a file. */
export function addLabelCommands(dta: Command, run: Run): void {
  dta.commandsGroup('Describe:');

  const tag = leaf(dta, 'tag', 'Put a label on a version, or take it off.', ['hms dta tag WF-2024-07:v2 clean', 'hms dta tag WF-2024-07:v2 clean --remove'])
    .argument('<ref>', REF)
    .argument('<tag>', '1 to 32 lower-case letters, digits, dots, dashes or underscores')
    .option('--remove', 'take the label off');
  does(tag, run, async () => (await import('../commands/label.ts')).tag);

  const alias = leaf(dta, 'alias', 'Give a dataset another name beside its id.', ['hms dta alias WF-2024-07 wildfire-july']).argument('<id>', 'dataset').argument('<alias>', 'the other name; same rules as for an id');
  does(alias, run, async () => (await import('../commands/label.ts')).alias);

  const describe = leaf(dta, 'describe', 'Show the description of a dataset, or change it.', [
    'hms dta describe WF-2024-07',
    'hms dta describe WF-2024-07 --set title="Wildfire sensors, July 2024" --set creator="Forestry Service"',
    'hms dta describe WF-2024-07 --set creator=   # leaves that member out',
  ])
    .argument('<id>', 'dataset')
    .option('--set <name=text>', 'a member: title, creator, subject, date, rights ...; may be given several times', several);
  does(describe, run, async () => (await import('../commands/label.ts')).describe);

  const withdraw = leaf(dta, 'withdraw', 'Take a version out of use for ever. Its files stay, and its number still opens it.', ['hms dta withdraw WF-2024-07:v1 -m "Sensor B was not calibrated"'])
    .argument('<ref>', 'version by its number, as in WF-2024-07:v1')
    .requiredOption('-m, --message <reason>', 'why', stated);
  does(withdraw, run, async () => (await import('../commands/label.ts')).withdraw);
}

