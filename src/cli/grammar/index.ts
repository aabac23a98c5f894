import { Command } from 'commander';
import { addLakeCommands, addProofCommands, addUpkeepCommands } from './lake.ts';
import { addContractCommands } from './contracts.ts';
import { addCubeCommands } from './cubes.ts';
import { addKeyCommands } from './keys.ts';
import type { Run } from './leaf.ts';
import { addQueryCommands } from './query.ts';
import { exampleText, withCommon } from './leaf.ts';
import { addLabelCommands, addLookingCommands } from './looking.ts';
import { addRawCommands, addTokenCommands } from './raw.ts';
import { addRecordCommands } from './records.ts';
import { addSecretCommands } from './secret.ts';
import { addServeCommand } from './serve.ts';
import { addTableCommands } from './tables.ts';
import { addTransformCommands } from './transform.ts';

export type { Run, Work } from './leaf.ts';

const TOUR = [
  'hms dta init /records/lake --zone America/New_York',
  'export HMS_LAKE=/records/lake',
  'hms dta ingest WF-2024-07 sensorA.csv sensorB.csv -m "Initial sensor dump" --tag raw',
  'hms dta show WF-2024-07',
  'hms dta export WF-2024-07:v1 --to zip wildfires_raw.zip',
  'hms dta verify wildfires_raw.zip',
];

/** All commands. Nothing that does their work is loaded here. */
export function grammar(version: string, run: Run): Command {
  // Options before a command's name belong to what stands before it, so that -m "--json" is a message.
  const hms = withCommon(new Command('hms'))
    .description('Keeps records in a lake: versions that never change, a ledger that shows every step, packages that anyone can check.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .enablePositionalOptions()
    .addHelpText('after', exampleText(TOUR));
  const dta = withCommon(hms.command('dta'))
    .description('The lake: datasets, versions, ledger, packages.')
    .addHelpText(
      'after',
      `${exampleText(TOUR)}

Environment:
  HMS_LAKE      the lake's folder
  HMS_PROFILE   folder of this account for keys, catalogs and settings
  HMS_HOME      folder in which the screens make lakes by name; HMS-DTA in the documents where it is not set
  HMS_PASSPHRASE  passphrase of an officer's key, where nobody can be asked; other programs of this account can read it
  HMS_DEBUG=1   shows where in the program an error happened

Exit codes:
  0 done    1 findings    2 command not understood    3 refused, what was kept is said
  4 disk or share away, full, or no permission    70 fault of the program    130 cancelled`,
    );
  addLakeCommands(dta, run);
  addRecordCommands(dta, run);
  addRawCommands(dta, run);
  addTransformCommands(dta, run);
  addQueryCommands(dta, run);
  addContractCommands(dta, run);
  addTableCommands(dta, run);
  addSecretCommands(dta, run);
  addCubeCommands(dta, run);
  addLookingCommands(dta, run);
  addLabelCommands(dta, run);
  addProofCommands(dta, run);
  addKeyCommands(dta, run);
  addUpkeepCommands(dta, run);
  addServeCommand(dta, run);
  addTokenCommands(dta, run);
  return hms;
}
