import type { Command } from 'commander';
import { does, group, leaf } from './leaf.ts';
import type { Run } from './leaf.ts';

/** Commands about data contracts. */
export function addContractCommands(dta: Command, run: Run): void {
  dta.commandsGroup('Contracts:');

  const contract = group(dta, 'contract', 'Data contracts (ODCS 3.1): what the files of a table must be. They are drafted from a file, finished by hand, and published into the ledger.', [
    'hms dta contract draft seatbelt_2024_07_31.csv > car_sensor_tests.odcs.yaml',
    'hms dta contract publish car_sensor_tests.odcs.yaml',
  ]);

  const draft = leaf(contract, 'draft', 'Guess a contract from a file: types, keys, what may be personal. Prints YAML to finish by hand; comments say why each guess was made. Needs no lake, but for compressed files and Parquet.', [
    'hms dta contract draft seatbelt_2024_07_31.csv > car_sensor_tests.odcs.yaml',
    'hms dta contract draft export.txt --delimiter "|" --encoding windows-1252 --name permits',
  ])
    .argument('<file>', 'CSV, TSV, JSON, NDJSON or Parquet, plain or .gz')
    .option('--name <name>', "of the contract and its table; the file's where it is left out")
    .option('--format <name>', "csv, tsv, json, ndjson or parquet; by the file's ending where it is left out")
    .option('--delimiter <character>', 'of a CSV file; found out where it is left out ("tab" for a tab)')
    .option('--encoding <name>', 'of a text file: utf-8, windows-1252, utf-16le or utf-16be');
  does(draft, run, async () => (await import('../commands/contract.ts')).draft);

  const check = leaf(contract, 'check', 'Hold a file against a contract: findings for each column, with counts and the first rows. Changes nothing. Exit code 1 where there are findings.', [
    'hms dta contract check car_sensor_tests seatbelt_2024_07_31.csv',
    'hms dta contract check car_sensor_tests.odcs.yaml seatbelt_2024_07_31.csv.gz   # before it is published',
  ])
    .argument('<contract>', 'NAME (the newest), NAME:1.2.0, or a file that ends in .yaml or .yml')
    .argument('<file>', 'the file to check');
  does(check, run, async () => (await import('../commands/contract.ts')).check);

  const publish = leaf(contract, 'publish', 'Publish a contract into the ledger, for ever, comments included. A later version must have a later number; one that breaks with the version before needs --major, and says which column breaks and why.', [
    'hms dta contract publish car_sensor_tests.odcs.yaml',
    'hms dta contract publish --major car_sensor_tests.odcs.yaml   # version: "2.0.0"',
  ])
    .argument('<file>', 'YAML, ODCS 3.1')
    .option('--major', 'it may break with the version before');
  does(publish, run, async () => (await import('../commands/contract.ts')).publish);

  const show = leaf(contract, 'show', 'List contracts, or show one: its versions, columns and rules.', ['hms dta contract show', 'hms dta contract show car_sensor_tests', 'hms dta contract show car_sensor_tests:1.0.0 --yaml'])
    .argument('[contract]', 'NAME (the newest), or NAME:1.2.0')
    .option('--yaml', 'the document, letter for letter');
  does(show, run, async () => (await import('../commands/contract.ts')).show);

  const diff = leaf(contract, 'diff', 'Compare two contracts: what changed in which column, and what of it breaks.', [
    'hms dta contract diff car_sensor_tests:1.0.0 car_sensor_tests',
    'hms dta contract diff car_sensor_tests car_sensor_tests.odcs.yaml   # before it is published',
  ])
    .argument('<from>', 'NAME, NAME:1.2.0, or a file')
    .argument('<to>', 'NAME, NAME:1.2.0, or a file');
  does(diff, run, async () => (await import('../commands/contract.ts')).diff);
}
