import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../engine/clock.ts';
import { durableOn, placeOf, systemDisk } from '../engine/lake/index.ts';
import type { Durable } from '../engine/lake/index.ts';
import { Output } from './output.ts';
import { SAMPLE_TRIM, sampleFiles } from '../engine/sample-records.ts';
import { grouped } from './words.ts';

/**
 * What `npm run tour` runs: the main job from beginning to end in a new folder, with the commands that a person would type and what they answer.
 * `node src/cli/tour.ts [FOLDER]`
 */

const hmsFile = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './hms.ts' : './hms.js', import.meta.url));
const clone = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

class StepFailed extends Error {
  readonly exitCode: number;
  constructor(command: string, exitCode: number) {
    super(`The tour ends here: "${command}" ended with exit code ${exitCode}.`);
    this.exitCode = exitCode;
  }
}

interface Tour {
  readonly out: Output;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly durable: Durable;
}

async function tour(named: string | undefined): Promise<void> {
  const here = await prepare(named);
  const { folder, durable } = here;
  await say(here, `A tour of HMS-DTA in ${folder}`);

  await title(here, 'The inputs: two files of made-up sensor readings');
  for (const file of sampleFiles) {
    const { size } = await durable.writeNew(join(folder, file.name), file.content());
    await say(here, `${file.name}  ${grouped(size)} bytes`);
  }

  await title(here, 'A lake is made: a folder in open formats, with no server');
  await hms(here, 'init lake --zone America/New_York');

  await title(here, 'The files become version 1, which never changes again');
  await hms(here, 'ingest WF-2024-07 sensorA.csv sensorB.csv -m "Initial sensor dump" --tag raw');

  await title(here, 'A cleaned second version: three columns are kept');
  await hms(here, `transform csv_trim WF-2024-07:v1 --cols ${SAMPLE_TRIM.join(',')} -m "Removed unused columns" --tag clean`);

  await title(here, 'What the lake knows');
  await hms(here, 'show WF-2024-07');
  await hms(here, 'diff WF-2024-07:v1 WF-2024-07:v2');
  await hms(here, 'log');

  await title(here, 'A FOIA request comes: version 1 goes out as one signed package');
  await hms(here, 'export WF-2024-07:v1 --to zip wildfires_raw.zip');

  await title(here, 'Every byte and every proof is checked');
  await hms(here, 'verify lake');
  await hms(here, 'verify wildfires_raw.zip');

  await title(here, "The package is checked without this program, with other people's tools");
  await stockTools(here);
  await farewell(here);
}

async function prepare(named: string | undefined): Promise<Tour> {
  const folder = resolve(named ?? join(tmpdir(), `hms-dta-tour-${systemClock.uuid().slice(0, 8)}`));
  await durableOn(systemDisk, { kind: 'journaled', name: 'new' }, systemClock).makeFolder(folder);
  const durable = durableOn(systemDisk, await placeOf(folder), systemClock);
  const env = { ...process.env, HMS_LAKE: join(folder, 'lake'), HMS_PROFILE: join(folder, 'profile') };
  return { out: new Output(process.stdout), folder, durable, env };
}

async function title(here: Tour, text: string): Promise<void> {
  await say(here, '');
  await say(here, `== ${text}`);
}

/** Written out at once: what a child process prints next must come after it. */
async function say({ out }: Tour, text: string): Promise<void> {
  await out.line(text);
  await out.flush();
}

/** Runs a command of ours and shows it with its answer. */
async function hms(here: Tour, line: string): Promise<void> {
  await say(here, '');
  await say(here, `$ hms dta ${line}`);
  const child = spawn(process.execPath, [hmsFile, 'dta', ...wordsOf(line)], { cwd: here.folder, env: here.env, stdio: ['ignore', 'inherit', 'inherit'] });
  await succeeded(child, `hms dta ${line}`);
}

async function succeeded(child: ChildProcess, command: string): Promise<void> {
  const code = await new Promise<number>((done, fail) => child.on('error', fail).on('close', (status) => done(status ?? 1)));
  if (code !== 0) throw new StepFailed(command, code);
}

/** The words of a line as a shell would read it; only double quotes are used here. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
}

async function stockTools(here: Tour): Promise<void> {
  const top = join(here.folder, 'WF-2024-07-v1');
  if (!(await foreign(here, here.folder, ['unzip', '-q', 'wildfires_raw.zip']))) {
    await say(here, 'unzip is not on this computer. Unpack wildfires_raw.zip with what there is; VERIFY.txt in it says how to go on.');
    return;
  }
  await say(here, '');
  await say(here, '$ cd WF-2024-07-v1');
  const sums = isThere('sha256sum') ? ['sha256sum'] : ['shasum', '-a', '256'];
  for (const list of ['manifest-sha256.txt', 'tagmanifest-sha256.txt']) {
    if (!(await foreign(here, top, [...sums, '-c', list]))) await say(here, 'Neither sha256sum nor shasum is on this computer; this step is left out.');
  }
  // The very command that the package gives to whoever receives it.
  const instructions = await readFile(join(top, 'VERIFY.txt'), 'utf8');
  const command = instructions.split('\n').find((line) => line.trim().startsWith('openssl cms -verify'));
  if (command === undefined || !(await foreign(here, top, command.trim().split(' ')))) await say(here, 'openssl is not on this computer; this step is left out.');
}

/** Runs a program of this computer and shows it with its answer; false where there is no such program. */
async function foreign(here: Tour, folder: string, [program = '', ...args]: readonly string[]): Promise<boolean> {
  if (!isThere(program)) return false;
  const line = [program, ...args].join(' ');
  await say(here, '');
  await say(here, `$ ${line}`);
  await succeeded(spawn(program, args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] }), line);
  return true;
}

function isThere(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}

async function farewell(here: Tour): Promise<void> {
  const { folder, env } = here;
  const bin = join(clone, 'bin', 'hms.mjs');
  const isWindows = process.platform === 'win32';
  const setting = (name: string): string => (isWindows ? `  $env:${name} = '${env[name] ?? ''}'` : `  export ${name}='${env[name] ?? ''}'`);
  await title(here, 'Now you');
  const lines = [
    `The lake is in ${join(folder, 'lake')}; its README.txt says how to read it without this program. To go on in it:`,
    '',
    `  cd '${folder}'`,
    setting('HMS_LAKE'),
    setting('HMS_PROFILE'),
    isWindows ? `  function hms { node '${bin}' @args }` : `  hms() { node '${bin}' "$@"; }`,
    '',
    'Then try:',
    '  hms dta --help',
    '  hms dta ls',
    '  hms dta cat WF-2024-07:clean sensorA.csv | head',
    '  hms dta describe WF-2024-07 --set title="Wildfire sensors, July 2024"',
    '  hms dta rm WF-2024-07 sensorB.csv',
    '  hms dta commit WF-2024-07 -m "Network B was not calibrated"',
    '  hms dta log WF-2024-07',
    '',
    'A lake with a year in it already, and posted files that became tables, is made with:',
    '  hms dta init year --sample',
    '',
    'Or change a byte of any file below lake/store and see what "hms dta verify lake" says. Remove the folder when you are done with it.',
  ];
  for (const line of lines) await say(here, line);
}

void tour(process.argv[2]).catch((error: unknown) => {
  if (!(error instanceof StepFailed)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
});
