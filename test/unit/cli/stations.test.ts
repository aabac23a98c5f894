import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ended, hmsFile, Office } from './office.ts';

/** Two workstations on one lake: two profiles. */
const office = new Office();
const second = { profile: join(office.folder, 'second') };
const third = { profile: join(office.folder, 'third') };
beforeAll(async () => {
  await office.init();
  office.write('a.txt', 'a');
  office.write('b.txt', 'b');
  await office.does(['ingest', 'D', 'a.txt', 'b.txt', '-m', 'one']);
});
afterAll(() => office.remove());

interface Keys {
  readonly station: string;
  readonly keys: readonly { readonly id: string; readonly role: string; readonly revoked: unknown }[];
  readonly requests: readonly { readonly id: string; readonly name: string; readonly fingerprint: string }[];
}

const keys = async (options = {}): Promise<Keys> => (await office.json(['station', 'list'], options)).value as unknown as Keys;

describe('a workstation that is not enrolled', () => {
  it('reads, and asks to be enrolled at its first opening of the lake, once', async () => {
    const first = await office.hms(['ls', '--json'], second);
    expect(first.code).toBe(0);
    expect(first.err).toMatch(/^This workstation \(key [0-9a-f]{16}\) is not enrolled in this lake, so it asked for that\. The fingerprint to read aloud: [0-9a-f]{64}\n$/);
    expect(await office.hms(['ls', '--json'], second)).toMatchObject({ code: 0, err: '' });
    expect(readdirSync(join(office.lake, 'keys', 'requests'))).toHaveLength(1);
  });

  it('may not write, and is told why and what to do', async () => {
    const id16 = (await keys(second)).station.slice(0, 16);
    const { code, value } = await office.json(['tag', 'D:v1', 'x'], second);
    expect(code).toBe(3);
    expect(value['error']).toMatchObject({ code: 'NOT_ENROLLED', next: expect.stringContaining(`hms dta station enroll ${id16}`) });
  });

  it('is enrolled only with its fingerprint where nobody can be asked', async () => {
    const { requests } = await keys();
    const [request] = requests;
    const id16 = request?.id.slice(0, 16) as string;
    const [unasked, wrong, unknown] = await Promise.all([
      office.json(['station', 'enroll', id16]),
      office.json(['station', 'enroll', id16, '--fingerprint', '0'.repeat(64)]),
      office.json(['station', 'enroll', 'f'.repeat(16), '--fingerprint', '0'.repeat(64)]),
    ]);
    expect(unasked).toMatchObject({ code: 2, value: { error: { code: 'USAGE', facts: { fingerprint: request?.fingerprint } } } });
    expect(wrong).toMatchObject({ code: 3, value: { error: { code: 'KEY_REFUSED' } } });
    expect(unknown).toMatchObject({ code: 2, value: { error: { code: 'KEY_UNKNOWN' } } });
    const said = await office.does(['station', 'enroll', id16, '--fingerprint', request?.fingerprint as string]);
    expect(said).toBe(`The workstation "${request?.name}" (key ${id16}) is enrolled; it can write to this lake now.`);
    const [after, already] = await Promise.all([keys(), office.does(['station', 'request'], second)]);
    expect(already).toBe('This workstation is enrolled in this lake already.');
    expect(after).toMatchObject({ requests: [], keys: [{ role: 'station' }, { role: 'recovery' }, { role: 'station', revoked: null }] });
  });
});

/** Types an answer at a terminal of its own, which only another program can give it here. */
const TYPIST = `
import os, pty, select, sys
pid, fd = pty.fork()
if pid == 0: os.execv(sys.argv[2], sys.argv[2:])
seen, sent = b'', False
while select.select([fd], [], [], 20)[0]:
    try: piece = os.read(fd, 4096)
    except OSError: break
    if not piece: break
    seen += piece
    if not sent and b'the same: ' in seen:
        os.write(fd, sys.argv[1].encode())
        sent = True
print(seen.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

describe('at a terminal', () => {
  it('a workstation is enrolled after someone typed yes, and not otherwise', async (ctx) => {
    ctx.skip(spawnSync('python3', ['-c', 'import pty']).status !== 0, 'this system has no python3 with terminals');
    const fourth = { profile: join(office.folder, 'fourth') };
    const id16 = (await keys(fourth)).station.slice(0, 16);
    const typing = (answer: string): ReturnType<typeof ended> =>
      ended(spawn('python3', ['-c', TYPIST, answer, process.execPath, hmsFile, 'dta', 'station', 'enroll', id16], { env: { ...process.env, HMS_LAKE: office.lake, HMS_PROFILE: office.profile } }));
    const [no, left, gone] = await Promise.all(['no\n', '\u0003', '\u0004'].map(typing));
    expect(no?.out).toMatch(/The fingerprint was not confirmed, so the workstation was not enrolled\.\s+Nothing was changed; its request stays\.\s+3\n$/);
    for (const cancelled of [left, gone]) expect(cancelled?.out).toMatch(/Cancelled\.\s+Nothing was changed; the request stays\.\s+130\n$/);
    expect((await typing('yes\n')).out).toMatch(/is enrolled; it can write to this lake now\.\s+0\n$/);
  });
});

describe('two workstations that change one dataset', () => {
  it('both succeed where they touch different files', async () => {
    office.write('c.txt', 'c');
    await office.does(['put', 'D', 'c.txt'], second);
    office.write('a.txt', 'a2');
    expect(await office.does(['ingest', 'D', 'a.txt', '-m', 'two'])).toBe('D:v2');
    expect(await office.does(['commit', 'D', '-m', 'three'], second)).toBe('D:v3');
    expect(await office.does(['cat', 'D', 'a.txt'])).toBe('a2');
  });

  it('the later is stopped with DATASET_MOVED where they touch the same, and keeps its draft', async () => {
    office.write('b.txt', 'second');
    await office.does(['put', 'D', 'b.txt'], second);
    office.write('b.txt', 'first');
    expect(await office.does(['ingest', 'D', 'b.txt', '-m', 'four'])).toBe('D:v4');
    const { code, value } = await office.json(['commit', 'D', '-m', 'five'], second);
    expect(code).toBe(3);
    expect(value['error']).toMatchObject({ code: 'DATASET_MOVED', kept: 'Nothing was committed; the draft is kept.', facts: { newest: 4, base: 3, paths: ['b.txt'] } });
    const [drafts, discard] = await Promise.all([office.json(['drafts']), office.json(['discard', 'D'])]);
    expect(drafts.value['drafts']).toMatchObject([{ dataset: 'D', mine: false, files: 1 }]);
    expect(discard).toMatchObject({ code: 3, value: { error: { code: 'DRAFT_NONE' } } });
    await office.does(['discard', 'D'], second);
    expect(await office.does(['cat', 'D', 'b.txt'], second)).toBe('first');
  });
});

describe('keys that come and go', () => {
  it('a revoked workstation reads and does not write, and what it signed stays good', async () => {
    const { station } = await keys(second);
    expect(await office.does(['station', 'revoke', station.slice(0, 16), '-m', 'Laptop was stolen'])).toMatch(/^The key [0-9a-f]{16} is revoked: /);
    const [{ code, value }, read] = await Promise.all([office.json(['tag', 'D:v1', 'x'], second), office.does(['cat', 'D', 'b.txt'], second)]);
    expect({ code, value }).toMatchObject({ code: 3, value: { error: { code: 'NOT_ENROLLED', message: expect.stringContaining('was revoked') } } });
    expect(read).toBe('first');
    expect(readdirSync(join(office.lake, 'keys', 'requests'))).toEqual([]);
  });

  it('the last workstation cannot be revoked', async () => {
    const { station, keys: all } = await keys();
    for (const key of all) if (key.role === 'station' && key.id !== station && key.revoked === null) await office.does(['station', 'revoke', key.id.slice(0, 16), '-m', 'x']);
    expect(await office.json(['station', 'revoke', station.slice(0, 16), '-m', 'x'])).toMatchObject({ code: 3, value: { error: { code: 'ACT_REFUSED' } } });
  });

  it('the recovery key lets a workstation in when no enrolled one is at hand', async () => {
    const [name] = readdirSync(join(office.profile, 'recovery')).filter((file) => file.endsWith('.key.pem'));
    const recovery = join(office.profile, 'recovery', name as string);
    const { station, requests } = await keys(third);
    const request = requests.find(({ id }) => id === station);
    const id16 = request?.id.slice(0, 16) as string;
    const done = await office.does(['station', 'enroll', id16, '--recovery-key', recovery, '--fingerprint', request?.fingerprint as string], third);
    expect(done).toContain('is enrolled; it can write to this lake now.');
    expect(await office.does(['tag', 'D:v1', 'third'], third)).toBe('D:v1 is now tagged third.');
    expect(await office.json(['verify', 'lake'])).toMatchObject({ code: 0, value: { clean: true } });
  });
});

describe('a copy of the lake', () => {
  it('that is older than what this station saw opens read-only, and goes on as a fork', async () => {
    const copy = join(office.folder, 'copy');
    cpSync(office.lake, copy, { recursive: true });
    await office.does(['tag', 'D:v2', 'later']);
    const [read, write, check] = await Promise.all([office.does(['cat', 'D', 'b.txt'], { lake: copy }), office.json(['tag', 'D:v2', 'x'], { lake: copy }), office.json(['verify', 'copy'])]);
    expect(read).toBe('first');
    expect(write).toMatchObject({ code: 3, value: { error: { code: 'LAKE_OLDER_THAN_SEEN' } } });
    expect(check).toMatchObject({ code: 1, value: { clean: false, findings: expect.arrayContaining([expect.objectContaining({ code: 'LEDGER_SHORTENED', severity: 'error' })]) } });
    const { code, value } = await office.json(['lake', 'fork', '-m', 'The share was lost'], { lake: copy });
    expect([code, value['from'], existsSync(join(copy, 'origins'))]).toEqual([0, (await office.json(['ls'])).value['lake']['id'], true]);
    expect(await office.does(['tag', 'D:v2', 'x'], { lake: copy })).toBe('D:v2 is now tagged x.');
    for (const { code: found, value: report } of await Promise.all([office.json(['verify', 'copy']), office.json(['verify', 'lake'])])) expect([found, report['clean']]).toEqual([0, true]);
  });

  it('a difference of the clock can be accepted with a reason', async () => {
    const { code, value } = await office.json(['clock', 'accept', '-m', 'Looked at both clocks']);
    expect([code, Math.abs(value['offset'] as number) < 60_000]).toEqual([0, true]);
  });
});
