import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { scopes } from '../../contract/token.ts';
import { does, group, leaf, several } from './leaf.ts';
import type { Run } from './leaf.ts';

const RAW = 'raw_id, or the UUID';

/** Raw drops: files as other programs deliver them. */
export function addRawCommands(dta: Command, run: Run): void {
  dta.commandsGroup('Put records in:');
  const raw = group(dta, 'raw', 'Raw drops: files kept byte for byte as programs deliver them, and their way into tables: put, ls, show, cat, normalize, explain, retry.', ['hms dta raw put --program 12 seatbelt_2024_07_31.csv', 'hms dta raw ls --program 12', 'hms dta raw cat 881 > seatbelt.csv']);

  const put = leaf(raw, 'put', 'Keep files as they are, each with a number of its own in the ledger. Bytes that the program sent before are not kept twice: the first number is answered. Prints the numbers.', [
    'hms dta raw put --program 12 seatbelt_2024_07_31.csv',
    'hms dta raw put --program 12 --contract car_seatbelt *.csv',
    'gunzip -c export.gz | hms dta raw put --program 12 - --as export.csv',
  ])
    .argument('<file...>', 'files, or - for standard input')
    .requiredOption('--program <number>', 'number of the program that the files belong to', program)
    .option('--contract <name>', 'data contract that the files are meant for')
    .option('--as <name>', 'the name that one file or standard input gets');
  does(put, run, async () => (await import('../commands/raw.ts')).put);

  const ls = leaf(raw, 'ls', 'List raw drops, newest first.', ['hms dta raw ls', 'hms dta raw ls --program 12 -n 20']).option('--program <number>', 'only those of this program', program).option('-n, --limit <number>', 'at most so many', program);
  does(ls, run, async () => (await import('../commands/raw.ts')).ls);

  const show = leaf(raw, 'show', 'Show one raw drop: name, sender, time, hash, and what has become of it.', ['hms dta raw show 881']).argument('<raw>', RAW);
  does(show, run, async () => (await import('../commands/raw.ts')).show);

  const cat = leaf(raw, 'cat', 'Write the bytes of a raw drop to standard output, checked on the way.', ['hms dta raw cat 881 > seatbelt.csv']).argument('<raw>', RAW);
  does(cat, run, async () => (await import('../commands/raw.ts')).cat);

  const normalize = leaf(raw, 'normalize', 'Bring the rows of all drops that wait into the tables of their contracts. A drop with findings is quarantined whole, and its bytes stay as they are. Ends with 1 where one was.', ['hms dta raw normalize', 'hms dta raw normalize --json']);
  does(normalize, run, async () => (await import('../commands/normalize.ts')).normalize);

  const explain = leaf(raw, 'explain', 'Say what has become of a drop: which columns and lines keep it out of its table, and what to do.', ['hms dta raw explain 881']).argument('<raw>', RAW);
  does(explain, run, async () => (await import('../commands/normalize.ts')).explain);

  const retry = leaf(raw, 'retry', 'Try drops again that were quarantined, after their contract was mended; or give drops that are in no table another contract than they came with.', ['hms dta raw retry 881', 'hms dta raw retry 881 882', 'hms dta raw retry 881 --contract car_sensor_tests'])
    .argument('<raw...>', RAW)
    .option('--contract <name>', 'contract that they are for from now on; the ledger keeps who said so');
  does(retry, run, async () => (await import('../commands/normalize.ts')).retry);
}

/** Tokens with which other programs ask over HTTP. */
export function addTokenCommands(dta: Command, run: Run): void {
  dta.commandsGroup('For other programs, and in a browser:');
  const token = group(dta, 'token', 'Tokens with which other programs ask "hms dta serve": make, trust, list, revoke. They are good for one lake at this workstation.', ['hms dta token make "Seat-belt rig" --scope raw:write --days 90', 'hms dta token list']);

  const make = leaf(token, 'make', 'Make a token (a JSON Web Token) and print it. It is shown this once.', ['hms dta token make "Seat-belt rig" --scope raw:write', 'JWT=$(hms dta token make "Dashboard" --scope query:read --days 7)'])
    .argument('<name>', 'who will use it; stands in the ledger as the sender of what it brings')
    .requiredOption('--scope <scope>', `what it allows: ${scopes.join(', ')}; may be given several times`, several)
    .option('--days <number>', 'days until it expires; 30 where it is left out', program);
  does(make, run, async () => (await import('../commands/token.ts')).make);

  const trust = leaf(token, 'trust', 'Take tokens that another system signs with its own private key: RS256 or ES256, by the kind of the key.', ['hms dta token trust "HMS gateway" gateway.pub.pem --kid gw-2026 --scope raw:write'])
    .argument('<name>', 'what the system is called')
    .argument('<file>', 'its public key in PEM')
    .requiredOption('--kid <id>', 'id of the key, as its tokens name it')
    .requiredOption('--scope <scope>', 'what its tokens may allow at most; may be given several times', several);
  does(trust, run, async () => (await import('../commands/token.ts')).trust);

  const list = leaf(token, 'list', 'List tokens and trusted keys; never a token itself.', ['hms dta token list']);
  does(list, run, async () => (await import('../commands/token.ts')).list);

  const revoke = leaf(token, 'revoke', 'End a token, or the trust in a key, at once.', ['hms dta token revoke "Seat-belt rig"']).argument('<which>', 'its name or id');
  does(revoke, run, async () => (await import('../commands/token.ts')).revoke);
}

function program(value: string): number {
  const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isNaN(number)) throw new InvalidArgumentError('It must be a whole number.');
  return number;
}
