import type { Command } from 'commander';
import { does, leaf, several } from './leaf.ts';
import type { Run } from './leaf.ts';

/** Commands that put records in. */
export function addRecordCommands(dta: Command, run: Run): void {
  dta.commandsGroup('Put records in:');

  const ingest = leaf(dta, 'ingest', 'Bring files in and commit them as a version, in one step. Prints the version, as in WF-2024-07:v1. Nothing is committed where a file could not be taken.', [
    'hms dta ingest WF-2024-07 sensorA.csv sensorB.csv -m "Initial sensor dump" --tag raw',
    'hms dta ingest SCANS-1998 /mnt/scans -m "Box 12"   # the folder brings its name: scans/...',
    'hms dta ingest SCANS-1998 /mnt/scans/. -m "Box 12"   # its content without the folder',
    'mysqldump hr | hms dta ingest HR-DUMP - --as hr.sql -m "Nightly dump"',
    'hms dta ingest WF-MODEL model.nc -m "Smoke model" --derived-from WF-2024-07:clean --transform smoke-model-2.1',
  ])
    .argument('<id>', 'dataset; one that is not there is made. Its name is public for ever')
    .argument('<source...>', 'files, folders, or - for standard input')
    .option('-m, --message <text>', 'what this version is; "Version N" where it is left out')
    .option('--tag <tag>', 'label of the version; may be given several times', several)
    .option('--as <name>', 'the name that one file, folder or standard input gets')
    .option('--derived-from <ref>', 'a version that the files were made from by a program of your own; may be given several times', several)
    .option('--transform <name>', 'with --derived-from: what made them, 1 to 64 letters, digits, dots, dashes or underscores');
  does(ingest, run, async () => (await import('../commands/ingest.ts')).ingest);

  const imported = leaf(dta, 'import', 'Take a bag or an OCFL object that was made elsewhere as a dataset, with its versions, dates and names. It is checked first; one that is not valid is refused with what is wrong, and nothing is changed. Prints the versions.', [
    'hms dta import /media/usb/transfer-0412.zip --as PARKS-2019',
    'hms dta import /media/usb/transfer-0412   # a bag in a folder, or in a tar',
    'hms dta import /mnt/repository/3a/9f/object-17 --as MAPS-1911   # every version of an OCFL object',
  ])
    .argument('<path>', 'bag (folder, zip or tar) or folder of an OCFL object')
    .option('--as <id>', 'id of the dataset; what it is called there, where that can be an id')
    .option('-m, --message <text>', 'message of the versions that have none of their own');
  does(imported, run, async () => (await import('../commands/import.ts')).importIt);

  const create = leaf(dta, 'create', 'Reserve the id of a dataset. The name is public for ever and cannot be changed.', ['hms dta create WF-2024-07 --tag raw', 'hms dta create CASE-0331 --tag phi   # kept apart, in raw/'])
    .argument('<id>', '1 to 64 letters, digits, dots, dashes or underscores')
    .option('--tag <tag>', 'label of its first version; may be given several times', several);
  does(create, run, async () => (await import('../commands/draft.ts')).create);

  const put = leaf(dta, 'put', 'Copy files into your draft of a dataset. They are read once, hashed on the way and verified; a draft waits for "commit".', [
    'hms dta put WF-2024-07 sensorC.csv photos',
    'gunzip -c export.gz | hms dta put WF-2024-07 - --as export.csv',
  ])
    .argument('<id>', 'dataset')
    .argument('<source...>', 'files, folders, or - for standard input')
    .option('--as <name>', 'the name that one file, folder or standard input gets');
  does(put, run, async () => (await import('../commands/draft.ts')).put);

  const rm = leaf(dta, 'rm', 'Leave files out of the next version. Earlier versions keep them.', ['hms dta rm WF-2024-07 sensorB.csv', 'hms dta rm WF-2024-07 photos   # all files below it'])
    .argument('<id>', 'dataset')
    .argument('<name...>', 'names of files or folders in the dataset');
  does(rm, run, async () => (await import('../commands/draft.ts')).rm);

  const mv = leaf(dta, 'mv', 'Rename a file in the next version.', ['hms dta mv WF-2024-07 sensorA.csv north/sensorA.csv']).argument('<id>', 'dataset').argument('<from>', 'name now').argument('<to>', 'name from then on');
  does(mv, run, async () => (await import('../commands/draft.ts')).mv);

  const commit = leaf(dta, 'commit', 'Make your draft the next version, which never changes again. Prints the version.', [
    'hms dta commit WF-2024-07 -m "Removed unused columns" --tag clean',
    'hms dta commit WF-2024-07 -m "Despiked" --derived-from WF-2024-07:v2 --transform despike',
  ])
    .argument('<id>', 'dataset')
    .option('-m, --message <text>', 'what this version is; "Version N" where it is left out')
    .option('--tag <tag>', 'label of the version; may be given several times', several)
    .option('--derived-from <ref>', 'a version that the files were made from by a program of your own; may be given several times', several)
    .option('--transform <name>', 'with --derived-from: what made them, 1 to 64 letters, digits, dots, dashes or underscores');
  does(commit, run, async () => (await import('../commands/draft.ts')).commit);

  const discard = leaf(dta, 'discard', 'Throw your draft away. Versions, and the files that it was copied from, stay as they are.', ['hms dta discard WF-2024-07']).argument('<id>', 'dataset');
  does(discard, run, async () => (await import('../commands/draft.ts')).discard);

  const drafts = leaf(dta, 'drafts', 'List all drafts, also those of other people.', ['hms dta drafts']);
  does(drafts, run, async () => (await import('../commands/drafts.ts')).drafts);
}
