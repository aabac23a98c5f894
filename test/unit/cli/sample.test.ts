import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seatBeltDrops } from '../../../src/engine/sample-drops.ts';
import { strangerLacks, strangerReads } from '../../strangers/stranger.ts';
import { ended, Office } from './office.ts';
import type { Ran } from './office.ts';

/** `hms dta init DIR --sample` as a process, and what a person finds in the lake. */

const HERO = `SELECT model, SUM(fail) AS failures, COUNT(*) AS tests, ROUND(100.0*SUM(fail)/COUNT(*),1) AS failure_rate
  FROM car_seatbelt_c_90d WHERE program_id = 12 GROUP BY model ORDER BY failure_rate DESC`;

const office = new Office();
let made: Ran;
beforeAll(async () => {
  const begun = performance.now();
  made = await office.hms(['init', 'lake', '--zone', 'America/New_York', '--sample']);
  // Shown and not judged: what else the machine does is not known here.
  console.info(`The sample year took ${((performance.now() - begun) / 1000).toFixed(1)} s.`);
}, 600_000);
afterAll(() => office.remove());

it('it is made month by month, and says what to look at and what time it is in it', () => {
  expect(made.code, made.err).toBe(0);
  const months = [...made.err.matchAll(/^Making (\w+ 202[34]) \(\d+ %\)$/gm)].map(([, month]) => month);
  expect(months).toEqual(['August 2023', 'September 2023', 'October 2023', 'November 2023', 'December 2023', 'January 2024', 'February 2024', 'March 2024', 'April 2024', 'May 2024', 'June 2024', 'July 2024']);
  expect(made.out).toMatch(/^Made at: +2023-08-01 09:\d\d:\d\d -04:00$/m);
  expect(made.out).toContain('The story ends on the evening of July 31, 2024, in Washington: at 01:00 UTC on August 1.');
  expect(JSON.parse(readFileSync(join(office.lake, 'lake.json'), 'utf8'))).toMatchObject({ sample: true, zone: 'America/New_York' });
});

it('the question of Congress has its answer, now and as it was reported the day before', async () => {
  expect(await office.does(['query', HERO])).toBe('model    failures  tests  failure_rate\nModel-Z       112    810          13.8\nModel-A        14    744           1.9');
  // What a report of July 30 counted: all that was sent in the 90 days before July 24, when the cube was refreshed last.
  const rows = seatBeltDrops()
    .filter(({ program, at }) => program === 12 && at < Date.UTC(2024, 6, 30))
    .flatMap(({ content }) => content.trimEnd().split('\n').slice(1))
    .map((line) => line.split(','))
    .filter(([, , time]) => Date.parse(time ?? '') > Date.UTC(2024, 6, 24, 14, 30) - 90 * 86_400_000);
  const report = ['Model-A', 'Model-Z'].map((model) => ({ model, failures: String(rows.filter(([name, fail]) => name === model && fail === '1').length), tests: rows.filter(([name]) => name === model).length }));
  const then = await office.json(['query', "SELECT model, SUM(fail)::VARCHAR AS failures, COUNT(*)::INTEGER AS tests FROM car_seatbelt_c_90d FOR SYSTEM_TIME AS OF '2024-07-30 23:59:59' WHERE program_id = 12 GROUP BY model ORDER BY model"]);
  expect(then.value['rows']).toEqual(report);
  expect(report).toEqual([{ model: 'Model-A', failures: '13', tests: 743 }, { model: 'Model-Z', failures: '111', tests: 809 }]);
  expect(then.value['relations']).toMatchObject([{ name: 'car_seatbelt_c_90d', version: 'car_seatbelt_c_90d:v6', instant: '2024-07-31T03:59:59.000Z' }]);
}, 600_000);

it('datasets have versions over the months, other names, tags, lineage and a version that was withdrawn', async () => {
  const { value } = await office.json(['ls']);
  expect(value).toMatchObject({
    lake: { sample: true },
    datasets: [
      { id: 'WF-2023-08', aliases: ['CEDAR-CREEK'], newest: { version: 3, tags: ['foia-2024-0031', 'released'] } },
      { id: 'WF-2024-07', aliases: [], newest: { version: 2, bytes: 3_026_725, tags: ['clean'] } },
      { id: 'WF-DAILY', aliases: ['WILDFIRE-DAILY'], newest: { version: 12, tags: ['raw'] } },
      { id: 'WF-SMOKE', aliases: [], newest: { version: 2, tags: ['season-2024'] } },
    ],
  });
  const lineage = await office.json(['query', 'SELECT ds_id, ver, source_ver, transform FROM lineage WHERE transform IS NOT NULL ORDER BY ds_id, ver']);
  expect(lineage.value['rows']).toEqual([
    { ds_id: 'WF-2023-08', ver: 'v2', source_ver: 'WF-2023-08:v1', transform: 'csv_trim' },
    { ds_id: 'WF-2023-08', ver: 'v3', source_ver: 'WF-2023-08:v2', transform: 'redact_text' },
    { ds_id: 'WF-2024-07', ver: 'v2', source_ver: 'WF-2024-07:v1', transform: 'csv_trim' },
    { ds_id: 'WF-SMOKE', ver: 'v1', source_ver: 'WF-DAILY:v5', transform: 'csv_filter' },
    { ds_id: 'WF-SMOKE', ver: 'v2', source_ver: 'WF-DAILY:v12', transform: 'csv_filter' },
  ]);
  expect(await office.does(['cat', 'CEDAR-CREEK:released', 'crew_log.txt'])).not.toMatch(/555-/);
  expect(await office.does(['cat', 'WF-2023-08:raw', 'crew_log.txt'])).toMatch(/555-0142/);
  expect(await office.does(['log', 'WF-DAILY'])).toMatch(/WFS-A03 reported degrees Fahrenheit/);
}, 600_000);

it('raw drops came week by week; one is quarantined for a column that nobody knew', async () => {
  const { value } = await office.json(['raw', 'ls']);
  const drops = value['drops'] as unknown as { raw_id: number; program_id: number; status: string; duplicates: number }[];
  const counted = Map.groupBy(drops, (drop) => `${drop.program_id} ${drop.status}`);
  expect([...counted].map(([what, some]) => [what, some.length]).sort()).toEqual([['12 normalized', 52], ['7 normalized', 8], ['7 quarantined', 1]]);
  expect(drops.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(1);
  const odd = drops.find(({ status }) => status === 'quarantined');
  expect(await office.does(['raw', 'explain', String(odd?.raw_id)])).toMatch(/is quarantined \(2024-07-10 10:30:\d\d -04:00\): none of its 25 rows came into a table[^]*Surprise columns, which the contract does not know: "airbag_code"/);
}, 600_000);

it('the lake is good for who checks it, and what is done in it from here on is done now', async () => {
  expect(await office.hms(['verify', 'lake'])).toMatchObject({ code: 0, out: expect.stringMatching(/^The lake "lake" is unchanged: /) as string });
  const before = Date.now();
  office.write('seatbelt_now.csv', `car_model,sensor_fail,test_time,rig,buckle_force,ssn\nModel-Z,1,${new Date(before - 3_600_000).toISOString()},RIG-1,300,900-11-1234\n`);
  await office.does(['raw', 'put', '--program', '12', 'seatbelt_now.csv']);
  expect(await office.does(['raw', 'normalize'])).toBe('1 raw drop normalized, 1 row.');
  expect(await office.does(['query', HERO, '--format', 'csv'])).toMatch(/\nModel-Z,1,1,100\.0$/);
  expect(await office.does(['query', HERO, '--format', 'csv', '--as-of', '2024-07-31 23:59:59'])).toMatch(/\nModel-Z,112,810,13\.8\nModel-A,14,744,1\.9$/);
  await office.does(['cube', 'refresh', 'car_seatbelt_c_90d', '--as-of', '2024-07-31 23:59:59']);
  expect(await office.does(['query', HERO, '--format', 'csv'])).toMatch(/\nModel-Z,112,810,13\.8\nModel-A,14,744,1\.9$/);
  const { value } = await office.json(['table', 'log', 'car_seatbelt_c_90d']);
  expect(Date.parse(value['versions']?.[0]?.['at'] as unknown as string)).toBeGreaterThanOrEqual(before);
}, 600_000);

it('a program that knows only the documents of the formats reads its tables and cubes, also after a compaction, and notices one changed byte', async (ctx) => {
  ctx.skip(strangerLacks() !== null, strangerLacks() ?? '');
  // The tenth version has a checkpoint.
  await office.does(['table', 'compact', 'car_sensor_tests']);
  const { code, view } = strangerReads(office.lake);
  expect([code, view.findings, view.remarks]).toEqual([0, [], []]);
  for (const [name, { kind, columns, versions, rows }] of Object.entries(view.tables)) {
    expect(kind).toBe(name === 'car_sensor_tests' ? 'table' : 'cube');
    const log = await office.json(['table', 'log', name]);
    const told = log.value['versions'] as unknown as { version: number; at: string; hash: string }[];
    expect(versions).toEqual(told.map(({ version, at, hash }) => ({ version: `v${version}`, sha256: hash, at })).reverse());
    const counted = await office.json(['query', `SELECT count(*)::INTEGER AS n FROM ${name}`]);
    expect(counted.value['rows']).toEqual([{ n: rows }]);
    expect(columns).toContain('model');
  }
  expect(Object.keys(view.tables).sort()).toEqual(['car_seatbelt_c_90d', 'car_sensor_tests']);
  for (const pattern of ['car_sensor_tests/*/part-00000.parquet', 'car_sensor_tests/_delta_log/00000000000000000001.json', 'car_seatbelt_c_90d/_delta_log/00000000000000000002.crc']) {
    const [path] = globSync(pattern, { cwd: join(office.lake, 'tables') }) as [string];
    const file = join(office.lake, 'tables', path);
    const before = readFileSync(file);
    const changed = Buffer.from(before);
    // A digit, or the bits of a page: it stays JSON where it was.
    const at = path.endsWith('.parquet') ? Math.floor(before.length / 2) : before.lastIndexOf('0');
    changed[at] = (changed[at] as number) ^ 1;
    writeFileSync(file, changed);
    const { findings } = strangerReads(office.lake).view;
    writeFileSync(file, before);
    const [table, name] = [path.slice(0, path.indexOf('/')), path.slice(path.indexOf('/') + 1)];
    expect(findings).toEqual([expect.stringContaining(`tables/${table}/${name}: `)]);
  }
}, 600_000);

it('published, it gives the same rows to Python', async (ctx) => {
  // HMS_PYTHON names one that has the package duckdb.
  const python = process.env['HMS_PYTHON'] ?? 'python3';
  ctx.skip(spawnSync(python, ['-c', 'import duckdb']).status !== 0, `${python} has no package duckdb`);
  await office.does(['publish', '--to', 'hms_dta.duckdb', '--as-of', '2024-07-31 23:59:59']);
  const { stdout, stderr } = spawnSync(python, [resolve('examples/python/ask_published.py')], { cwd: office.folder, encoding: 'utf8' });
  expect([stdout, stderr]).toEqual(['Model-Z 112 810 13.8\nModel-A 14 744 1.9\n', '']);
}, 600_000);

it('one that is stopped leaves a lake that says what it is, and how far it came', async () => {
  const child = office.start(['init', 'half', '--sample', '--zone', 'UTC'], { lake: '' });
  child.stderr?.on('data', (text: Buffer) => void (text.toString().includes('Making September 2023') && child.kill('SIGINT')));
  const { code, out, err } = await ended(child);
  expect([code, out]).toEqual([130, '']);
  expect(err).toMatch(/Cancelled\.\nThe sample lake stays as far as it was made, into September 2023\. It can be looked at, or deleted like any folder\.\n$/);
  const half = join(office.folder, 'half');
  expect(JSON.parse(readFileSync(join(half, 'lake.json'), 'utf8'))).toMatchObject({ sample: true });
  expect((await office.hms(['verify', half])).code).toBe(0);
  expect((await office.hms(['ls'], { lake: half })).err).toContain('this lake is a sample, not for records');
  expect((await office.hms(['init', 'half', '--sample'])).code).toBe(3);
}, 600_000);

it('what is in the way is told before anything is made', async () => {
  office.write('full/letter.txt', 'x');
  expect(await office.hms(['init', 'full', '--sample'])).toMatchObject({ code: 3, out: '', err: expect.stringContaining('is not empty: it holds "letter.txt".') as string });
  expect((await office.hms(['init', 'nowhere', '--sample', '--zone', 'Mars/Base'])).code).toBe(2);
  expect(existsSync(join(office.folder, 'nowhere'))).toBe(false);
}, 600_000);
