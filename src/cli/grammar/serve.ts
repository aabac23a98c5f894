import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { does, leaf } from './leaf.ts';
import type { Run } from './leaf.ts';

/** The command that lets other programs, and a browser, use a lake. */
export function addServeCommand(dta: Command, run: Run): void {
  dta.commandsGroup('For other programs, and in a browser:');

  const serve = leaf(dta, 'serve', 'Answer programs of this computer over HTTP, until Ctrl-C. Only 127.0.0.1 is listened on, and a token is asked for.', [
    'hms dta serve --lake /records/lake',
    'hms dta serve --ui --open          # the screens, in the browser of this account',
    'curl -H "Authorization: Bearer $(cat TOKENFILE)" http://127.0.0.1:PORT/dta/datasets',
  ])
    .option('--ui', 'serve the screens too; no lake need be named')
    .option('--open', 'show the screens in the browser of this account; goes with --ui')
    .option('--port <number>', 'port to listen on; a free one where it is left out', port);
  does(serve, run, async () => (await import('../commands/serve.ts')).serve);
}

function port(value: string): number {
  const number = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= 0 && number <= 65_535)) throw new InvalidArgumentError('It must be a number from 0 to 65535.');
  return number;
}
