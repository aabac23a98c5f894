import type { Command } from 'commander';
import { does, group, leaf, several, stated } from './leaf.ts';
import type { Run } from './leaf.ts';

/** The secret with which values are masked. */
export function addSecretCommands(dta: Command, run: Run): void {
  dta.commandsGroup('Warehouse:');
  const secret = group(dta, 'secret', 'The secret with which tables hide personal values: show, share, accept, rotate.', ['hms dta secret show', 'hms dta secret share', 'hms dta secret accept']);

  const show = leaf(secret, 'show', 'Show which secret the masks are made with, whether this workstation has it, and which copies lie on the lake. Never the secret itself.', ['hms dta secret show', 'hms dta secret show --json']);
  does(show, run, async () => (await import('../commands/secret.ts')).show);

  const share = leaf(secret, 'share', 'Put a copy of the secret on the lake, closed by seven new words, and print them this once. Who types them on another workstation has the secret there too.', ['hms dta secret share']);
  does(share, run, async () => (await import('../commands/secret.ts')).share);

  const accept = leaf(secret, 'accept', 'Take the secret from its copy on the lake, with the seven words that another workstation printed. Asks for them.', ['hms dta secret accept', 'hms dta secret accept --passphrase-file words.txt']).option(
    '--passphrase-file <file>',
    'file whose first line is the seven words; where it is left out they are asked for',
  );
  does(accept, run, async () => (await import('../commands/secret.ts')).accept);

  const rotate = leaf(
    secret,
    'rotate',
    'Make a new secret, when the old one may be known to others or is lost, and make every table that was masked with another one again from its raw drops, each as its next version; then the cubes over them. Interrupted, the same command goes on. Older versions stay readable as they were, masked with the old secret.',
    ['hms dta secret rotate -m "Laptop of a former colleague was lost"', 'hms dta secret rotate -m "Laptop of a former colleague was lost" --leave posted_tests'],
  )
    .requiredOption('-m, --message <reason>', 'why; it stands in the ledger', stated)
    .option('--leave <table>', 'leave a table as it is, under its old secret and closed to new rows: one whose rows have no raw files; may be given several times', several);
  does(rotate, run, async () => (await import('../commands/secret.ts')).rotate);
}
