import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from './office.ts';
import { Office } from './office.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const OFFICE_TIME = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d -0[45]:00`;

describe('from files to versions', () => {
  const office = new Office();
  beforeAll(async () => {
    office.write('sensorA.csv', 'timestamp,temp\n1,20\n');
    office.write('sensorB.csv', 'timestamp,temp\n2,21\n');
  });
  afterAll(() => office.remove());

  it('init makes a lake and says where the recovery key lies and how to name the lake', async () => {
    const { code, value, err } = await office.json(['init', 'lake', '--zone', 'America/New_York']);
    expect([code, err]).toEqual([0, '']);
    expect(value).toEqual({
      lake: { id: expect.stringMatching(/^[0-9a-f-]{36}$/), folder: office.lake, zone: 'America/New_York', created: expect.stringMatching(INSTANT), sample: false },
      station: { id: expect.stringMatching(/^[0-9a-f]{64}$/), name: expect.any(String) },
      recoveryKey: expect.stringMatching(/profile\/recovery\/recovery-[0-9a-f]{16}\.key\.pem$/),
      recoveryCertificate: expect.stringMatching(/\.cert\.pem$/),
    });
  });

  it('init refuses a folder that is a lake already, and a zone that there is not', async () => {
    const [again, zone] = await Promise.all([office.json(['init', 'lake']), office.json(['init', 'other', '--zone', 'Mars/Base'])]);
    expect(again).toMatchObject({ code: 3, value: { error: { code: 'ALREADY_A_LAKE' } } });
    expect(zone).toMatchObject({ code: 2, value: { error: { code: 'USAGE' } } });
  });

  it('ingest prints the version and nothing else on standard output', async () => {
    const { code, out, err } = await office.hms(['ingest', 'WF-2024-07', 'sensorA.csv', 'sensorB.csv', '-m', 'Initial sensor dump', '--tag', 'raw']);
    expect({ code, out, err }).toEqual({ code: 0, out: 'WF-2024-07:v1\n', err: '2 files (40 bytes) copied. WF-2024-07:v1 is committed: 2 files, 40 bytes.\n' });
  });

  it('--quiet leaves the remarks out', async () => {
    expect(await office.hms(['ingest', 'QUIET', 'sensorA.csv', '--quiet'])).toEqual({ code: 0, out: 'QUIET:v1\n', err: '' });
  });

  it('an ingest of unchanged files makes no version, leaves no draft and says so', async () => {
    expect(await office.hms(['ingest', 'WF-2024-07', 'sensorA.csv', 'sensorB.csv', '-m', 'again'])).toEqual({
      code: 3,
      out: '',
      err: 'Nothing differs: all 2 files are in WF-2024-07:v1 with the same bytes.\nNo version was made, and nothing was changed.\n',
    });
    expect(await office.does(['drafts'])).toBe('There are no drafts.');
  });

  it('a draft is put into by one process and committed by another', async () => {
    office.write('sensorC.csv', 'timestamp,temp\n3,22\n');
    expect(await office.does(['put', 'WF-2024-07', 'sensorC.csv'])).toBe('1 file (20 bytes) copied. The draft is committed with: hms dta commit WF-2024-07 -m MESSAGE');
    expect(await office.does(['put', 'WF-2024-07', '-', '--as', 'notes/from pipe.txt'], { input: 'typed' })).toContain('1 file (5 bytes) copied');
    expect(await office.does(['rm', 'WF-2024-07', 'sensorB.csv'])).toBe('1 file will not be in the next version of WF-2024-07. Earlier versions keep it.');
    expect(await office.does(['mv', 'WF-2024-07', 'sensorA.csv', 'north/sensorA.csv'])).toBe('"sensorA.csv" will be "north/sensorA.csv" in the next version of WF-2024-07.');
    const { value } = await office.json(['drafts']);
    expect(value['drafts']).toMatchObject([{ dataset: 'WF-2024-07', base: { ver: 1 }, mine: true, files: 3, removed: 2, bytes: 45 }]);
    expect(await office.does(['commit', 'WF-2024-07', '-m', 'Network C', '--tag', 'clean', '--tag', 'checked'])).toBe('WF-2024-07:v2');
    expect(await office.does(['drafts'])).toBe('There are no drafts.');
  });

  it('files lists names with sizes and office times, and --sha256 what sha256sum reads', async () => {
    const [text, sums] = await Promise.all([office.does(['files', 'WF-2024-07:v2']), office.does(['files', 'WF-2024-07:v1', '--sha256'])]);
    expect(text).toMatch(new RegExp(`^Bytes  Modified                    Name\n +20  ${OFFICE_TIME}  north/sensorA.csv\n +5  not known                   notes/from pipe.txt\n +20  ${OFFICE_TIME}  sensorC.csv$`));
    expect(sums).toBe(`${sha256('timestamp,temp\n1,20\n')}  sensorA.csv\n${sha256('timestamp,temp\n2,21\n')}  sensorB.csv`);
  });

  it('cat gives exact bytes, ranges of them, and refuses what is not there', async () => {
    const cat = (...args: string[]): string[] => ['cat', 'WF-2024-07', 'notes/from pipe.txt', ...args];
    const [whole, part, rest, beyond, gone, asJson] = await Promise.all([
      office.hms(['cat', 'WF-2024-07:raw', 'sensorB.csv']),
      office.does(cat('--range', '1-3')),
      office.does(cat('--range', '3-')),
      office.json(cat('--range', '5-')),
      office.json(['cat', 'WF-2024-07', 'sensorB.csv']),
      office.json(cat()),
    ]);
    expect(whole).toEqual({ code: 0, out: 'timestamp,temp\n2,21\n', err: '' });
    expect([part, rest]).toEqual(['ype', 'ed']);
    expect(beyond).toMatchObject({ code: 2, value: { error: { code: 'USAGE' } } });
    expect(gone).toMatchObject({ code: 2, value: { error: { code: 'FILE_UNKNOWN' } } });
    expect(asJson.value).toEqual({ ref: 'WF-2024-07:v2', path: 'notes/from pipe.txt', sha256: sha256('typed'), size: 5, mtime: null, range: null, base64: Buffer.from('typed').toString('base64') });
  });

  it('diff tells what was added, removed, replaced and renamed', async () => {
    const [text, same] = await Promise.all([office.does(['diff', 'WF-2024-07:v1', 'WF-2024-07']), office.json(['diff', 'WF-2024-07:v1', 'WF-2024-07:v1'])]);
    expect(text).toBe(
      [
        'renamed   sensorA.csv -> north/sensorA.csv',
        'added     notes/from pipe.txt  (5 bytes)',
        'removed   sensorB.csv  (20 bytes)',
        'added     sensorC.csv  (20 bytes)',
        'From WF-2024-07:v1 to WF-2024-07:v2: 2 added, 1 removed, 0 replaced, 1 renamed',
      ].join('\n'),
    );
    expect(same.value).toEqual({ from: 'WF-2024-07:v1', to: 'WF-2024-07:v1', totals: { added: 0, removed: 0, replaced: 0, renamed: 0 }, differences: [] });
  });

  it('ls and show align what they tell, and give it as JSON', async () => {
    await office.does(['create', 'ZZ', '--tag', 'raw']);
    const [list, { value }, dataset, version, text] = await Promise.all([
      office.does(['ls']),
      office.json(['ls']),
      office.json(['show', 'wf-2024-07']),
      office.json(['show', 'WF-2024-07:v2']),
      office.does(['show', 'WF-2024-07:v2']),
    ]);
    const lines = list.split('\n');
    expect(lines[0]).toBe('Dataset     Newest      Files  Bytes  Committed                   Tags            Also called');
    expect(lines[2]).toMatch(new RegExp(`^WF-2024-07  v2 {14}3     45  ${OFFICE_TIME}  checked, clean$`));
    expect(lines[3]).toBe('ZZ          no version');
    expect(value['datasets']).toMatchObject([{ id: 'QUIET' }, { id: 'WF-2024-07', versions: 2, newest: { ref: 'WF-2024-07:v2', files: 3, bytes: 45, tags: ['checked', 'clean'] } }, { id: 'ZZ', newest: null }]);
    expect(dataset.value['versions']).toMatchObject([{ version: 2, message: 'Network C' }, { version: 1, message: 'Initial sensor dump', tags: ['raw'] }]);
    const wanted = { ref: 'WF-2024-07:v2', hash: expect.stringMatching(/^[0-9a-f]{64}$/), at: expect.stringMatching(INSTANT), withdrawn: null, sources: ['WF-2024-07:v1'], by: { role: 'station' } };
    expect(version.value['version']).toMatchObject(wanted);
    expect(text).toMatch(/^Version: {12}WF-2024-07:v2\nCommitted: .*\nMessage: {12}Network C\nTags: {15}checked, clean\nFiles: {14}3\nBytes: {14}45\nInventory SHA-256: {2}[0-9a-f]{64}\n/);
  });

  it('tags, aliases and descriptions are said once and shown', async () => {
    expect(await office.does(['tag', 'WF-2024-07:v1', 'first'])).toBe('WF-2024-07:v1 is now tagged first.');
    expect(await office.does(['tag', 'WF-2024-07:v1', 'first'])).toBe('WF-2024-07:v1 is tagged first already; nothing was changed.');
    expect(await office.does(['tag', 'WF-2024-07:first', 'first', '--remove'])).toBe('WF-2024-07:v1 is no longer tagged first.');
    const [unknown, invalid] = await Promise.all([office.json(['tag', 'WF-2024-07:v1', 'first', '--remove']), office.json(['tag', 'WF-2024-07:v1', 'Not A Tag'])]);
    expect(unknown).toMatchObject({ code: 2, value: { error: { code: 'TAG_UNKNOWN' } } });
    expect(invalid).toMatchObject({ code: 2, value: { error: { code: 'NAME_INVALID' } } });
    expect(await office.does(['alias', 'WF-2024-07', 'wildfire-july'])).toBe('WF-2024-07 can now be called wildfire-july too.');
    expect(await office.json(['create', 'WILDFIRE-JULY'])).toMatchObject({ code: 3, value: { error: { code: 'DATASET_EXISTS', facts: { dataset: 'WF-2024-07' } } } });
    await office.does(['describe', 'wildfire-july', '--set', 'title=Wildfire sensors', '--set', 'creator=Forestry = Service']);
    expect((await office.json(['describe', 'wildfire-july', '--set', 'title='])).value).toMatchObject({ dataset: 'WF-2024-07', description: { creator: 'Forestry = Service' } });
    expect(await office.does(['describe', 'WF-2024-07'])).toBe('creator:  Forestry = Service');
  });

  it('an unknown dataset is answered with the nearest name', async () => {
    const [shown, put] = await Promise.all([office.hms(['show', 'WF-2024-70']), office.json(['put', 'WF-2024-70', 'sensorA.csv'])]);
    expect(shown).toEqual({ code: 2, out: '', err: 'There is no dataset "WF-2024-70" in this lake. Is "WF-2024-07" meant?\nSee the datasets with: hms dta ls\n' });
    expect(put).toMatchObject({ code: 2, value: { error: { code: 'DATASET_UNKNOWN', facts: { nearest: 'WF-2024-07' } } } });
  });

  it('a version is withdrawn by its number only, and opens by it afterwards', async () => {
    expect(await office.json(['withdraw', 'WF-2024-07', '-m', 'why'])).toMatchObject({ code: 2, value: { error: { code: 'USAGE', next: 'Write WF-2024-07:v2 if that is the one.' } } });
    expect(await office.does(['withdraw', 'WF-2024-07:v2', '-m', 'Not calibrated'])).toBe('WF-2024-07:v2 is withdrawn. Its files stay, and its number still opens it; "WF-2024-07" no longer means it.');
    const [again, files, shown] = await Promise.all([office.json(['withdraw', 'WF-2024-07:v2', '-m', 'again']), office.json(['files', 'WF-2024-07']), office.json(['show', 'WF-2024-07:v2'])]);
    expect(again).toMatchObject({ code: 3, value: { error: { code: 'ACT_REFUSED' } } });
    expect(files).toMatchObject({ code: 0, value: { version: { ref: 'WF-2024-07:v1' } } });
    expect(shown).toMatchObject({ code: 0, value: { version: { withdrawn: { reason: 'Not calibrated' } } } });
  });

  it('log tells every act with its words, newest first', async () => {
    const [{ value }, two] = await Promise.all([office.json(['log', 'WF-2024-07']), office.does(['log', '--limit', '2'])]);
    const told = value['entries'] as unknown as readonly { op: string; words: string | null; effect: boolean }[];
    expect(told.map(({ op, words }) => [op, words])).toEqual([
      ['version.withdrawn', 'Not calibrated'],
      ['dataset.described', 'creator'],
      ['dataset.described', 'creator, title'],
      ['alias.added', 'wildfire-july'],
      ['tag.removed', 'first'],
      ['tag.added', 'first'],
      ['version.committed', 'Network C'],
      ['version.committed', 'Initial sensor dump'],
    ]);
    expect(two.split('\n')).toHaveLength(3);
  });

  it('a catalog that is built again gives the same answers', async () => {
    const before = await office.does(['show', 'WF-2024-07']);
    expect(await office.json(['rebuild'])).toMatchObject({ code: 0, value: { datasets: 3 } });
    expect(await office.does(['show', 'WF-2024-07'])).toBe(before);
  });

  it('discard throws a draft away and keeps the versions', async () => {
    await office.does(['put', 'ZZ', 'sensorA.csv']);
    expect(await office.does(['discard', 'ZZ'])).toBe('The draft of ZZ (1 change) was discarded. Its versions are as they were.');
    for (const { code, value } of await Promise.all([office.json(['discard', 'ZZ']), office.json(['commit', 'ZZ', '-m', 'x'])])) {
      expect({ code, value }).toMatchObject({ code: 3, value: { error: { code: 'DRAFT_NONE' } } });
    }
    expect(readdirSync(join(office.lake, 'staging'))).toEqual([]);
  });

  it('says at the next writing that an interrupted commit was finished', async () => {
    await office.does(['ingest', 'QUIET', 'sensorB.csv']);
    const { txn } = (await office.json(['show', 'QUIET:v2'])).value['version'] as Json & { txn: string };
    const [version] = office.lakeFiles('store/**/v2/inventory.json').map(({ path }) => dirname(path)).filter((path) => readFileSync(join(path, 'inventory.json'), 'utf8').includes('hms:QUIET'));
    const object = join(version as string, '..');
    const staging = join(office.lake, 'staging', txn);
    mkdirSync(staging);
    const [lake, station] = [join(office.lake, 'lake.json'), join(office.profile, 'station.json')].map((file) => (JSON.parse(readFileSync(file, 'utf8')) as { id: string }).id);
    writeFileSync(join(staging, 'draft.json'), JSON.stringify({ base: null, dataset: 'QUIET', lake, osUser: 'someone', started: '2024-07-01T00:00:00.000Z', station, txn, v: 1 }));
    renameSync(version as string, join(staging, 'version'));
    for (const name of ['inventory.json', 'inventory.json.sha256']) writeFileSync(join(object, name), readFileSync(join(object, 'v1', name)));
    // What the profile remembers of the folder's place goes with it.
    rmSync(join(office.profile, 'lakes'), { recursive: true });
    expect(await office.does(['cat', 'QUIET:v2', 'sensorB.csv'])).toBe('timestamp,temp\n2,21');
    const { code, err } = await office.hms(['tag', 'QUIET:v2', 'late']);
    expect({ code, err }).toEqual({ code: 0, err: 'An interrupted commit was finished: QUIET:v2.\n' });
    expect(await office.json(['verify', 'lake'])).toMatchObject({ code: 0, value: { kind: 'lake', clean: true, findings: [] } });
  });

  it('doctor tries a folder and says what it can do', async () => {
    const { code, value } = await office.json(['doctor', '.']);
    expect([code, value['sound']]).toEqual([0, true]);
    expect(readdirSync(office.folder).filter((name) => name.startsWith('probe'))).toEqual([]);
  });
});

describe('hostile names', () => {
  const office = new Office();
  beforeAll(() => office.init());
  afterAll(() => office.remove());

  it('are kept exactly and never reach the terminal raw', async (ctx) => {
    ctx.skip(process.platform === 'win32', 'Windows has no such names');
    const names = ['\u001b[2J\u001b]0;owned\u0007.txt', 'line\nend.csv', 'evil\u202etxt.exe', '--json', '-rf', 'CON', 'trailing.', '\u0085next', 'zero\u200bwidth'];
    for (const name of names) office.write(join('in', name), name);
    symlinkSync('/etc/passwd\u001b[0m', join(office.folder, 'in', 'link'));
    const ran = [await office.hms(['ingest', 'H', 'in', '-m', 'message\u001b[2J\nwith a second line'])];
    ran.push(...(await Promise.all([['files', 'H'], ['show', 'H'], ['show', 'H:v1'], ['log'], ['cat', 'H', 'in/\u001b[2Jnone'], ['\u001b[2J']].map((args) => office.hms(args)))));
    for (const args of [['mv', 'H', 'in/--json', 'in/\u0007'], ['drafts'], ['put', 'H', '\u001b[5mnone']]) ran.push(await office.hms(args));
    for (const { out, err } of ran) expect(`${out}${err}`).not.toMatch(/[^\P{Cc}\n]|\u202e|\u200b/u);
    expect(ran.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 2, 2, 0, 0, 3]);
    expect(ran[0]?.err).toContain('in/link -> /etc/passwd\\u{1b}[0m');
    expect(ran[1]?.out).toContain('in/\\u{1b}[2J\\u{1b}]0;owned\\u{7}.txt');
    const { value } = await office.json(['files', 'H']);
    expect((value['files'] as unknown as { path: string }[]).map(({ path }) => path).sort()).toEqual(names.map((name) => `in/${name}`).sort());
    expect(await office.does(['cat', 'H:v1', 'in/evil\u202etxt.exe'])).toBe('evil\u202etxt.exe');
  });
});
