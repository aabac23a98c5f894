import type { Command } from 'commander';
import { does, group, leaf } from './leaf.ts';
import type { Run } from './leaf.ts';

/** Commands about cubes. */
export function addCubeCommands(dta: Command, run: Run): void {
  dta.commandsGroup('Warehouse:');
  const cubes = group(dta, 'cube', 'Cubes: tables whose rows come from SQL over other tables, with versions like theirs. They are defined in YAML, and refreshed by rule or by hand.', [
    'hms dta cube define car_seatbelt_c_90d.yaml',
    'hms dta cube refresh car_seatbelt_c_90d',
  ]);

  const define = leaf(cubes, 'define', 'Put the definition of a cube into the ledger, for ever, comments included. Its SQL is tried on the tables; the rows come with the first refresh.', ['hms dta cube define car_seatbelt_c_90d.yaml']).argument('<file>', 'YAML, as docs/operations/cubes.md describes');
  does(define, run, async () => (await import('../commands/cube.ts')).define);

  const refresh = leaf(cubes, 'refresh', 'Make the rows of a cube anew from the newest rows of its tables, as its next version.', [
    'hms dta cube refresh car_seatbelt_c_90d',
    'hms dta cube refresh car_seatbelt_c_90d --as-of "2024-07-31 23:59:59"',
  ])
    .argument('<name>', 'cube')
    .option('--as-of <instant>', 'where its window ends, now where it is left out; time of the office where there is no offset')
    .option('--full', 'make all rows anew, also where a part would do');
  does(refresh, run, async () => (await import('../commands/cube.ts')).refresh);

  does(leaf(cubes, 'ls', 'List the cubes.', ['hms dta cube ls', 'hms dta cube ls --json']), run, async () => (await import('../commands/cube.ts')).list);

  const show = leaf(cubes, 'show', 'Show a cube: its definition, what it was made from last, its columns.', ['hms dta cube show car_seatbelt_c_90d', 'hms dta cube show car_seatbelt_c_90d --yaml'])
    .argument('<name>', 'cube')
    .option('--yaml', 'the definition, letter for letter');
  does(show, run, async () => (await import('../commands/cube.ts')).show);
}
