import { spawn } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterAll, expect, it } from 'vitest';
import { ended } from '../cli/office.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hms-examples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The commands that examples/README.md tells a person to type. */
const commands = /```sh\n(.*?)```/s.exec(readFileSync(join(root, 'examples', 'README.md'), 'utf8'))?.[1] ?? '';

it('the examples do what their README says, typed as it says', async (ctx) => {
  ctx.skip(process.platform === 'win32', 'the README is written for a POSIX shell');
  expect(commands).toContain('npx node ingest_wildfire.ts\nnpx node clean_and_save.ts\n');
  const env = { ...process.env, HMS_LAKE: '', HMS_PROFILE: join(folder, 'profile'), TMPDIR: folder };
  const { code, out, err } = await ended(spawn('sh', ['-e', '-c', commands], { cwd: root, env }));
  expect(code, err).toBe(0);
  expect(out.split('\n')).toEqual(expect.arrayContaining(['WF-2024-07:v1', 'WF-2024-07:v2']));
  expect(out.indexOf('WF-2024-07:v1\n')).toBeLessThan(out.indexOf('WF-2024-07:v2\n'));

  // The seeds' lineage, asked as an auditor would with any SQLite.
  const [catalog] = globSync('profile/lakes/*/*/catalog.sqlite', { cwd: folder });
  const database = new Database(join(folder, catalog ?? ''), { readonly: true });
  try {
    expect(database.prepare('SELECT * FROM lineage').all()).toEqual([{ ds_id: 'WF-2024-07', ver: 'v2', source_ver: 'WF-2024-07:v1', transform: 'csv_trim' }]);
    expect(database.prepare("SELECT ds_id, ver, comment, tags FROM versions").all()).toEqual([
      { ds_id: 'WF-2024-07', ver: 'v1', comment: 'Initial sensor dump', tags: 'raw' },
      { ds_id: 'WF-2024-07', ver: 'v2', comment: 'Removed unused columns', tags: 'clean' },
    ]);
  } finally {
    database.close();
  }
  const [trimmed] = globSync('tmp.*/lake/store/*/*/hms%3aWF-2024-07/v2/content/sensorA.csv', { cwd: folder });
  expect(readFileSync(join(folder, trimmed ?? ''), 'utf8').split('\n', 2)).toEqual(['timestamp,temp,pm25', '2024-07-04T12:00:00Z,21.4,8.1']);
}, 120_000);
