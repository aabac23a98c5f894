import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ended, hmsFile, Office } from './office.ts';

/** examples/python over a door that listens, with the standard library of Python only. */

const office = new Office();
afterAll(() => office.remove());

const script = resolve('examples/python/etl_normalize.py');
const python = process.env['HMS_PYTHON'] ?? 'python3';
const ROWS = 'car|failed|when|rig|newton|ssn\nModel-Z|1|2024-07-31T10:00:00Z|RIG-7|301|900-12-1234\nModel-A|0|2024-07-31T10:05:00Z|RIG-7|455|900-12-1235\n';

it('the Python example posts a drop, reads it again and inserts its rows, each once', { timeout: 600_000 }, async (ctx) => {
  ctx.skip(spawnSync(python, ['--version']).error !== undefined, `this system has no ${python}`);
  expect(readFileSync(script, 'utf8').trimEnd().split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(20);
  await office.init();
  await office.does(['contract', 'publish', resolve('examples/contracts/car_sensor_tests.odcs.yaml')]);
  const token = await office.does(['token', 'make', 'Seat-belt rigs', '--scope', 'raw:write', '--scope', 'query:read']);
  // A name that the contract does not take: the program makes the rows itself.
  const file = office.write('rig7.txt', ROWS);
  const env = { ...process.env, HMS_PROFILE: office.profile, HMS_LAKE: office.lake };
  const door = spawn(process.execPath, [hmsFile, 'dta', 'serve', '--json'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const exit = once(door, 'exit');
  try {
    const [line] = (await once(door.stdout.setEncoding('utf8'), 'data')) as [string];
    const { api } = JSON.parse(line) as { api: string };
    const run = (): ReturnType<typeof ended> => ended(spawn(python, [script, file], { env: { ...process.env, HMS_URL: api, HMS_TOKEN: token } }));
    const first = await run();
    expect(first, first.err).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+ \{'table': 'car_sensor_tests', 'version': 1, 'rows': 2\}\n$/) as string });
    // The same bytes are the same drop, and its rows are there.
    const again = await run();
    expect([again.code, again.out]).toEqual([1, '']);
    expect(again.err).toMatch(/urllib\.error\.HTTPError: HTTP Error 4\d\d/);
    const headers = { authorization: `Bearer ${token}` };
    const drop = (await (await fetch(`${api}/raw/${first.out.split(' ')[0] ?? ''}`, { headers })).json()) as { status: string };
    expect(drop.status).toBe('normalized');
  } finally {
    door.kill('SIGTERM');
    await exit;
  }
  const { value } = await office.json(['query', 'SELECT program_id::INTEGER AS program, model, fail::INTEGER AS fail, force_n::INTEGER AS force, tester_ssn <> \'900-12-1234\' AS masked FROM car_sensor_tests ORDER BY model']);
  expect(value['rows']).toEqual([{ program: 12, model: 'Model-A', fail: 0, force: 455, masked: true }, { program: 12, model: 'Model-Z', fail: 1, force: 301, masked: true }]);
  expect(await office.does(['raw', 'cat', '--lake', join(office.folder, 'lake'), String((await office.json(['raw', 'ls'])).value['drops']?.[0]?.['raw_id'])])).toBe(ROWS.trimEnd());
});
