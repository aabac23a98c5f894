import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { ended, Office } from './office.ts';

const office = new Office();
afterAll(() => office.remove());

const tourFile = fileURLToPath(new URL('../../../src/cli/tour.ts', import.meta.url));

it('the tour goes from files to a package that other programs check, in a folder that is not there yet', async (ctx) => {
  const missing = ['unzip', 'sha256sum', 'openssl'].filter((program) => spawnSync(program, ['--version']).error !== undefined);
  ctx.skip(missing.length > 0, `this system has no ${missing.join(', ')}`);
  const folder = join(office.folder, 'new', 'tour');
  const { code, out, err } = await ended(spawn(process.execPath, [tourFile, folder], { cwd: office.folder }));
  expect(code, err).toBe(0);
  const expected = [
    'sensorA.csv  3,296,888 bytes\nsensorB.csv  2,805,256 bytes\n',
    '\n$ hms dta init lake --zone America/New_York\nThe lake was made in ',
    '\n$ hms dta ingest WF-2024-07 sensorA.csv sensorB.csv -m "Initial sensor dump" --tag raw\nWF-2024-07:v1\n',
    '\n$ hms dta transform csv_trim WF-2024-07:v1 --cols timestamp,temp,pm25 -m "Removed unused columns" --tag clean\n',
    'WF-2024-07:v2\n',
    'From WF-2024-07:v1 to WF-2024-07:v2: 0 added, 0 removed, 2 replaced, 0 renamed\n',
    '\n$ hms dta export WF-2024-07:v1 --to zip wildfires_raw.zip\n✔ Exported 6,102,144 bytes\n✔ Provenance.txt attached\n',
    '\n$ hms dta verify lake\nThe lake "lake" is unchanged',
    '\n$ hms dta verify wildfires_raw.zip\n',
    '\n$ sha256sum -c manifest-sha256.txt\ndata/sensorA.csv: OK\ndata/sensorB.csv: OK\n',
    '\n$ sha256sum -c tagmanifest-sha256.txt\n',
    '\n$ openssl cms -verify -binary',
  ];
  let from = 0;
  for (const text of expected) {
    const at = out.indexOf(text, from);
    expect(at, `"${text}" after what came before it in:\n${out}`).toBeGreaterThanOrEqual(0);
    from = at;
  }
  expect(err).toContain('CMS Verification successful');
  expect(existsSync(join(folder, 'lake', 'lake.json'))).toBe(true);
}, 60_000);
