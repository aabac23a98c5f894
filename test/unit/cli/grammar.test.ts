import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ended, hmsFile, Office } from './office.ts';
import { allCommands, helpOf, leaves, reference } from './reference.ts';

const office = new Office();
afterAll(() => office.remove());

const hms = (...args: string[]): ReturnType<typeof ended> => ended(spawn(process.execPath, [hmsFile, ...args], { cwd: office.folder, env: { ...process.env, HMS_LAKE: '', HMS_PROFILE: office.profile } }));

describe('the grammar', () => {
  it('has exactly the commands that scripts count on', () => {
    expect(leaves().map(({ name }) => name)).toEqual([
      ...['dta init', 'dta doctor'],
      ...['dta ingest', 'dta import', 'dta create', 'dta put', 'dta rm', 'dta mv', 'dta commit', 'dta discard', 'dta drafts'],
      ...['dta raw put', 'dta raw ls', 'dta raw show', 'dta raw cat', 'dta raw normalize', 'dta raw explain', 'dta raw retry'],
      ...['dta transform', 'dta query', 'dta publish'],
      ...['dta contract draft', 'dta contract check', 'dta contract publish', 'dta contract show', 'dta contract diff'],
      ...['dta table ls', 'dta table show', 'dta table log', 'dta table compact'],
      ...['dta secret show', 'dta secret share', 'dta secret accept', 'dta secret rotate'],
      ...['dta cube define', 'dta cube refresh', 'dta cube ls', 'dta cube show'],
      ...['dta ls', 'dta show', 'dta files', 'dta cat', 'dta diff', 'dta log'],
      ...['dta tag', 'dta alias', 'dta describe', 'dta withdraw'],
      ...['dta export', 'dta verify'],
      ...['dta key make', 'dta key import', 'dta key export', 'dta key show', 'dta key list', 'dta key default', 'dta key enroll'],
      ...['dta station list', 'dta station request', 'dta station enroll', 'dta station revoke'],
      ...['dta clock accept', 'dta lake fork', 'dta body destroy', 'dta void', 'dta rebuild'],
      'dta serve',
      ...['dta token make', 'dta token trust', 'dta token list', 'dta token revoke'],
    ]);
  });

  it('helps on every level, with examples, and each command takes --lake, --json and --quiet', () => {
    for (const command of allCommands()) {
      const help = helpOf(command);
      expect(help).toContain('Usage: hms');
      expect(help, command.name()).toMatch(/\nExamples:\n {2}hms dta /);
      for (const option of ['--lake <dir>', '--json', '--quiet', '-h, --help']) expect(help, command.name()).toContain(option);
    }
  });

  it('is described in docs/operations/cli.md as it is', () => {
    const file = fileURLToPath(new URL('../../../docs/operations/cli.md', import.meta.url));
    if (process.env['HMS_UPDATE_REFERENCE'] === '1') writeFileSync(file, reference());
    expect(readFileSync(file, 'utf8')).toBe(reference());
  });
});

describe('a command line that cannot be understood', () => {
  it('names the nearest command and exits with 2', async () => {
    expect(await hms('dta', 'ingset', 'X', 'f.csv')).toEqual({ code: 2, out: '', err: 'There is no command "ingset". Is "ingest" meant?\nRead: hms dta --help\n' });
  });

  it('names the nearest option', async () => {
    expect(await hms('dta', 'tag', 'X', 'y', '--remov')).toMatchObject({ code: 2, err: 'There is no option "--remov". Is "--remove" meant?\nRead: hms dta tag --help\n' });
  });

  it('gives the error as JSON where --json is among the words', async () => {
    const { code, out, err } = await hms('dta', 'withdraw', 'X:v1', '--json');
    expect([code, err]).toEqual([2, '']);
    expect(JSON.parse(out)).toEqual({ error: { code: 'USAGE', message: 'The option -m, --message <reason> is missing.', kept: null, next: 'Read: hms dta withdraw --help', facts: {} } });
  });

  it('prints the help on standard error and exits with 2 where a command is missing', async () => {
    const { code, out, err } = await hms('dta');
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('Usage: hms dta [options] [command]');
  });

  it('says so where no lake is named', async () => {
    expect(await hms('dta', 'ls')).toEqual({
      code: 2,
      out: '',
      err: 'No lake is named.\nName its folder with --lake DIR or in HMS_LAKE, or make a lake with: hms dta init DIR\n',
    });
  });

  it('says so where the named folder is no lake', async () => {
    const { code, out } = await hms('dta', 'ls', '--lake', office.folder, '--json');
    expect([code, (JSON.parse(out) as { error: { code: string } }).error.code]).toEqual([2, 'NOT_A_LAKE']);
  });
});

describe('hms itself', () => {
  it('prints its version', async () => {
    expect(await hms('--version')).toEqual({ code: 0, out: 'HMS-DTA 0.1.0\n', err: '' });
  });

  it('prints the help of the lake commands with their groups and the exit codes', async () => {
    const { code, out, err } = await hms('dta', '--help');
    expect([code, err]).toEqual([0, '']);
    for (const text of ['Put records in:', 'ingest <id> <source...>', 'HMS_PROFILE', '130 cancelled']) expect(out).toContain(text);
  });
});
