import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Office } from './office.ts';

const office = new Office();
beforeAll(async () => {
  await office.init();
  office.write('a.csv', 'day,temp\n2024-07-04,91.5\n007,\n');
  await office.does(['ingest', 'WF', 'a.csv', '-m', 'First']);
}, 300_000);
afterAll(() => office.remove());

const SQL = `SELECT day, temp FROM dataset('WF:v1', 'a.csv') ORDER BY day`;

it('a question is answered on the terminal, with the versions that it read beside it', { timeout: 180_000 }, async () => {
  const { code, out, err } = await office.hms(['query', SQL]);
  expect([code, out]).toEqual([0, 'day         temp\n007\n2024-07-04  91.5\n']);
  expect(err).toMatch(/^dataset\('WF:v1', 'a\.csv'\): WF:v1, as of \S+Z \(.* -0[45]:00\)\n2 rows\.\n$/);
});

it('a question is answered as JSON and CSV, and into a new file only', { timeout: 300_000 }, async () => {
  const { value } = await office.json(['query', 'SELECT ver, comment FROM versions WHERE ds_id = $1', '--param', 'WF']);
  expect(value).toMatchObject({ count: 1, rows: [{ ver: 'v1', comment: 'First' }], relations: [{ name: 'versions', asked: 'now' }] });
  expect(await office.does(['query', SQL, '--format', 'csv'])).toBe('day,temp\n007,\n2024-07-04,91.5');
  expect(await office.does(['query', SQL, '--out', 'r.json', '--quiet'])).toMatch(/^2 rows written to r\.json \(\d+ bytes\)\.$/);
  expect(JSON.parse(readFileSync(join(office.folder, 'r.json'), 'utf8'))).toEqual([{ day: '007', temp: null }, { day: '2024-07-04', temp: '91.5' }]);
  expect((await office.hms(['query', SQL, '--out', 'r.json'])).code).toBe(3);
  expect((await office.hms(['query', SQL, '--out', 'lake/r.csv'])).code).toBe(3);
  expect(existsSync(join(office.lake, 'r.csv'))).toBe(false);
});

it('an error says its place, and a time before the lake says so', { timeout: 180_000 }, async () => {
  expect(await office.hms(['query', 'SELECT nope FROM versions'])).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/^Referenced column "nope" not found.* \(line 1, character 8\)\.\n/) as string });
  expect((await office.json(['query', 'FROM versions', '--as-of', '2001-01-01'])).value).toMatchObject({ error: { code: 'VERSION_UNKNOWN', facts: { position: 5 } } });
});
