import { spawn } from 'node:child_process';
import { chmodSync, chownSync, closeSync, existsSync, globSync, mkdirSync, openSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { troubleOf } from '../../../src/cli/errors.ts';
import { CancelledError, HmsError } from '../../../src/contract/index.ts';
import { CatalogError } from '../../../src/engine/catalog/index.ts';
import { ended, hmsFile, Office } from './office.ts';

const office = new Office();
beforeAll(() => office.init());
afterAll(() => office.remove());

/** Waits until something is so, because a process gets there at its own pace. */
async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let waited = 0; !isSo(); waited += 20) {
    if (waited > 15_000) throw new Error(`It did not come about that ${what}.`);
    await wait(20);
  }
}

describe('an ingest that meets problems', () => {
  it('commits nothing, keeps the draft, and says how to go on', async () => {
    office.write('p/good.txt', 'good');
    const { code, out, err } = await office.hms(['ingest', 'P', 'p', 'missing.txt', '-m', 'm']);
    expect([code, out]).toEqual([3, '']);
    expect(err.split('\n')).toEqual([
      `"${join(office.folder, 'missing.txt')}" was left out: there is nothing of that name, or it was removed. Check the name and put it again.`,
      'One file or folder was not taken.',
      'Nothing was committed; 1 file in the draft is kept.',
      'Put right what is said above and run the same command again; files that were staged are not copied again. To do without the others: hms dta commit P -m MESSAGE',
      '',
    ]);
    expect(await office.json(['show', 'P'])).toMatchObject({ code: 2, value: { error: { code: 'DATASET_UNKNOWN' } } });
  });

  it('goes on from there when the same command is run again', async () => {
    office.write('missing.txt', 'found');
    const { code, value, err } = await office.json(['ingest', 'P', 'p', 'missing.txt', '-m', 'm']);
    expect(err).toMatch(/^Your draft of P from .* is continued; the 1 change in it will be in the same version\.\n/);
    expect({ code, value }).toMatchObject({ code: 0, value: { version: { ref: 'P:v1', files: 2, bytes: 9, tags: [] }, intake: { files: 1, resumed: 1, problemCount: 0 } } });
  });

  it('gives the problems as JSON, with the exit code of a refusal whatever they are', async (ctx) => {
    ctx.skip(process.platform === 'win32', 'Windows has no such names');
    office.write('q/ok.txt', 'ok');
    writeFileSync(Buffer.from([...Buffer.from(join(office.folder, 'q', 'bad')), 0xff]), 'x');
    const { code, value } = await office.json(['ingest', 'Q', 'q']);
    expect({ code, value }).toMatchObject({ code: 3, value: { error: { code: 'SOURCE_REFUSED', facts: { problemCount: 1, problems: [{ code: 'NAME_INVALID' }] } } } });
    await office.does(['discard', 'Q']);
  });

  it('leaves no draft behind where nothing was taken', async () => {
    const [ingest, rm] = await Promise.all([office.json(['ingest', 'TYPO', 'no-such-file.csv']), office.json(['rm', 'P', 'no-such-name'])]);
    expect(ingest).toMatchObject({ code: 3, value: { error: { code: 'SOURCE_UNREADABLE', kept: 'Nothing was committed.' } } });
    expect(rm).toMatchObject({ code: 2, value: { error: { code: 'FILE_UNKNOWN' } } });
    expect(readdirSync(join(office.lake, 'staging'))).toEqual([]);
  });

  it('refuses the files of the lake itself, and standard input without a name', async () => {
    const [own, nameless, twoAsOne] = await Promise.all([['put', 'P', office.lake], ['put', 'P', '-'], ['put', 'P', 'p', 'missing.txt', '--as', 'x']].map((args) => office.json(args)));
    expect(own).toMatchObject({ code: 3, value: { error: { code: 'SOURCE_REFUSED' } } });
    for (const refused of [nameless, twoAsOne]) expect(refused).toMatchObject({ code: 2, value: { error: { code: 'USAGE' } } });
  });
});

describe('Ctrl-C', () => {
  it('stops an ingest cleanly, keeps what was staged, and the repeated command does not copy it again', async (ctx) => {
    ctx.skip(process.platform === 'win32', 'Windows has no signals');
    for (let i = 0; i < 300; i++) office.write(`big/a-${i}.txt`, `record ${i}`);
    const sparse = office.write('big/z.bin', '');
    truncateSync(sparse, 4 * 1024 ** 3);
    const child = office.start(['ingest', 'BIG', 'big', '-m', 'all']);
    const end = ended(child);
    await until('small files are staged', () => globSync('staging/*/version/content/big/a-*', { cwd: office.lake }).length > 200 || child.exitCode !== null);
    child.kill('SIGINT');
    const { code, out, err } = await end;
    expect([code, out]).toEqual([130, '']);
    expect(err).toMatch(/Stopping where that is safe; Ctrl-C again ends at once\.\nCancelled\.\n\d+ files are kept in the draft; put the same files again to go on from there\.\n$/);

    expect(await office.json(['verify', 'lake'])).toMatchObject({ code: 0, value: { clean: true, findings: [{ code: 'DRAFT_OPEN', severity: 'note' }] } });
    truncateSync(sparse, 0);
    const { value } = await office.json(['ingest', 'BIG', 'big', '-m', 'all']);
    expect(value).toMatchObject({ version: { ref: 'BIG:v1', files: 301 } });
    const intake = value['intake'] as unknown as { files: number; resumed: number };
    expect(intake.resumed).toBeGreaterThan(0);
    expect(intake.files + intake.resumed).toBe(301);
  }, 60_000);

  it('stops waiting for standard input, with JSON too', async (ctx) => {
    ctx.skip(process.platform === 'win32', 'Windows has no signals');
    const child = office.start(['put', 'P', '-', '--as', 'typed.txt', '--json']);
    const end = ended(child);
    child.stdin?.write('half of it');
    await until('the draft is there', () => existsSync(join(office.lake, 'staging')) && readdirSync(join(office.lake, 'staging')).length > 0);
    await wait(200);
    child.kill('SIGINT');
    const { code, out } = await end;
    expect(code).toBe(130);
    expect(JSON.parse(out)).toEqual({ error: { code: 'CANCELLED', message: 'Cancelled.', kept: 'No file was kept in the draft.', next: null, facts: {} } });
    expect(readdirSync(join(office.lake, 'staging'))).toEqual([]);
  });

  it('a second time ends at once', async (ctx) => {
    ctx.skip(process.platform === 'win32', 'Windows has no signals');
    // A command that does not look up: one that waits for another to let go of a pipe.
    const code = `import { listenForInterrupt } from '${new URL('../../../src/cli/interrupt.ts', import.meta.url).href}'; listenForInterrupt(() => console.log('asked')); setInterval(() => {}, 1000); console.log('ready')`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code]);
    const end = ended(child);
    let seen = '';
    child.stdout.on('data', (text: string) => {
      seen += text;
      if (text.includes('ready') || text.includes('asked')) child.kill('SIGINT');
    });
    expect(await end).toMatchObject({ code: 130, out: 'ready\nasked\n' });
    expect(seen).toBe('ready\nasked\n');
  });
});

describe('standard output', () => {
  it('that nobody reads any more ends the command quietly', async (ctx) => {
    ctx.skip(process.platform === 'win32', 'needs a shell with pipefail');
    const shell = spawn('bash', ['-c', `set -o pipefail; "${process.execPath}" "${hmsFile}" dta files BIG | head -n 1; echo "\${PIPESTATUS[0]}"`], {
      env: { ...process.env, HMS_LAKE: office.lake, HMS_PROFILE: office.profile },
    });
    const { out, err } = await ended(shell);
    expect(err).not.toMatch(/EPIPE|Error|fault/);
    expect(out.split('\n').slice(1)).toEqual(['0', '']);
  });

  it('that is full is an error of the disk, exit code 4', async (ctx) => {
    ctx.skip(!existsSync('/dev/full'), 'this system has no /dev/full');
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [hmsFile, 'dta', 'ls'], { env: { ...process.env, HMS_LAKE: office.lake, HMS_PROFILE: office.profile }, stdio: ['ignore', full, 'pipe'] });
    const { code, err } = await ended(child);
    closeSync(full);
    expect([code, err.includes('the disk is full')]).toEqual([4, true]);
  });
});

describe('errors', () => {
  it('of the closed list keep their code, sentences and exit code', async () => {
    const error = new HmsError('LEDGER_BLOCKED', 'M.', { kept: 'K.', next: 'N.', facts: { folder: 'f' } });
    expect(await troubleOf(error)).toMatchObject({ code: 'LEDGER_BLOCKED', message: 'M.', kept: 'K.', next: 'N.', facts: { folder: 'f' }, exit: 3 });
    expect(await troubleOf(new HmsError('NO_SPACE', 'M.'))).toMatchObject({ exit: 4, kept: null });
    expect(await troubleOf(new CancelledError('K.'))).toMatchObject({ code: 'CANCELLED', kept: 'K.', exit: 130 });
  });

  it('of the operating system are put into words', async () => {
    const system = (code: string): Error => Object.assign(new Error(code), { code, syscall: 'open', path: '/x' });
    expect(await troubleOf(system('EACCES'))).toMatchObject({ code: 'NO_PERMISSION', exit: 4 });
    expect(await troubleOf(system('EHOSTDOWN'))).toMatchObject({ code: 'PLACE_AWAY', exit: 4 });
    expect(await troubleOf(system('EMFILE'))).toMatchObject({ code: 'PLACE_AWAY', exit: 4, message: 'The command failed: the system refused it (EMFILE, /x).' });
  });

  it('of the catalog say that the lake is not touched', async () => {
    expect(await troubleOf(new CatalogError('full', 'F.'))).toMatchObject({ code: 'NO_SPACE', message: 'F.', exit: 4 });
    expect(await troubleOf(new CatalogError('busy', 'B.'))).toMatchObject({ code: 'PLACE_AWAY', message: 'B.', exit: 4 });
  });

  it('that nobody expected are faults of the program, with the place shown only on request', async () => {
    const trouble = await troubleOf(new TypeError('x is not a function'));
    expect(trouble).toMatchObject({ code: 'BUG', exit: 70 });
    expect(trouble.message).toBe('The program met something that it was not made for, which is a fault in it (TypeError: x is not a function).');
    expect(trouble.stack).toContain('trouble.test.ts');
  });
});

describe('without permission', () => {
  it('a lake is read by an account that may not write it, and writing says why, exit code 3 or 4', async (ctx) => {
    ctx.skip(process.platform !== 'linux' || process.getuid?.() !== 0, 'needs root on Linux, to become another account');
    ctx.skip(!globSync('/usr/{bin,sbin}/setpriv').length, 'this system has no setpriv');
    const as = (args: readonly string[], profile: string): ReturnType<typeof ended> =>
      ended(spawn('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, hmsFile, 'dta', ...args], { cwd: '/', env: { PATH: process.env['PATH'], HMS_LAKE: office.lake, HMS_PROFILE: profile } }));
    chmodSync(office.folder, 0o755);
    const own = join(office.folder, 'nobody');
    mkdirSync(own);
    chownSync(own, 65534, 65534);
    const probe = await as(['--help'], own);
    ctx.skip(probe.code !== 0, 'another account cannot read this checkout');
    const read = await as(['ls', '--json'], own);
    expect([read.code, (JSON.parse(read.out) as { datasets: unknown[] }).datasets.length]).toEqual([0, 2]);
    expect(read.err).toBe('');
    const unkeyed = await as(['tag', 'P', 'x'], join(office.folder, 'closed', 'profile'));
    expect(unkeyed.code).toBe(4);
    expect(unkeyed.err).toContain('so it has no key to sign with.');
    expect((await as(['tag', 'P', 'x'], own)).code).toBe(3);
  });
});

describe('a reason that stands in the ledger for ever', () => {
  it.each([
    [['withdraw', 'P:v1', '-m', ''], '-m, --message <reason>'],
    [['void', 'P:v1', '--message', '  '], '-m, --message <reason>'],
    [['body', 'destroy', '2', '--authority', '', '-m', 'x'], '--authority <text>'],
  ])('cannot be left empty: hms dta %j', async (args, option) => {
    const { code, value } = await office.json(args);
    expect(code).toBe(2);
    expect(value['error']).toMatchObject({ code: 'USAGE', message: `The option ${option} cannot be empty. It must say something: it stands in the ledger for ever.` });
  });
});

describe('an option that does not fit', () => {
  it.each([
    [['raw', 'put', '--program', 'twelve', 'x.csv'], '"twelve" does not fit the option --program <number>. It must be a whole number.'],
    [['raw', 'put', '--program=', 'x.csv'], 'The option --program <number> cannot be empty. It must be a whole number.'],
  ])('says what was given: hms dta %j', async (args, message) => {
    const { code, value } = await office.json(args);
    expect(code).toBe(2);
    expect(value['error']).toMatchObject({ code: 'USAGE', message });
  });
});
