import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Office } from './office.ts';

/** `hms dta cube …` and `publish` as a person types them. */

const office = new Office();
const TIME = 600_000;
beforeAll(async () => {
  await office.init();
  office.write('seatbelt_1.csv', 'car_model,sensor_fail,test_time,rig,buckle_force,ssn\nModel-Z,1,2024-07-31T10:00:00Z,RIG-1,300,900-11-1234\nModel-Z,0,2024-07-31T11:00:00Z,RIG-2,410,900-11-1235\nModel-A,0,2024-07-31T12:00:00Z,RIG-1,455,900-11-1236\n');
  await office.does(['contract', 'publish', resolve('examples/contracts/car_sensor_tests.odcs.yaml')]);
  await office.does(['raw', 'put', '--program', '12', 'seatbelt_1.csv']);
  await office.does(['raw', 'normalize']);
  office.write('rigs.yaml', 'name: rigs\ndescription: Tests by rig\nsql: SELECT rig, COUNT(*)::BIGINT AS tests FROM car_sensor_tests GROUP BY rig\nrefresh: by_hand\n');
}, TIME);
afterAll(() => office.remove());

const define = (name: string, text: string): ReturnType<Office['json']> => office.json(['cube', 'define', office.write(name, text)]);

describe('a cube', { timeout: TIME }, () => {
  it('is defined, refreshed, listed and shown', async () => {
    expect(await office.does(['cube', 'ls'])).toBe('No cube was defined yet. Begin with: hms dta cube define FILE');
    const defined = await office.hms(['cube', 'define', 'rigs.yaml']);
    expect(defined).toEqual({ code: 0, out: 'rigs\n', err: 'Its rows come with: hms dta cube refresh rigs\n' });
    expect(await office.does(['cube', 'ls'])).toMatch(/^rigs {2}not yet +by hand$/m);
    expect((await office.json(['cube', 'refresh', 'rigs'])).value).toMatchObject({ version: 'rigs:v1', isNew: true, how: 'full', window: null, rows: 2, sources: [{ name: 'car_sensor_tests', version: 1, rows: 3 }] });
    expect(await office.hms(['cube', 'refresh', 'rigs'])).toEqual({ code: 0, out: 'rigs:v1\n', err: 'Nothing had changed in car_sensor_tests:v1, so there is no new version.\n' });
    expect((await office.json(['cube', 'ls'])).value).toMatchObject({ cubes: [{ name: 'rigs', version: 1, rows: 2, rule: 'by_hand' }] });
    const shown = await office.does(['cube', 'show', 'rigs']);
    expect(shown).toMatch(/^Cube: +rigs:v1\nDescription: +Tests by rig\nRefreshed: +by hand\n/);
    expect(shown).toMatch(/\nMade from: +car_sensor_tests:v1\nRows: +2\n\nSELECT rig, COUNT\(\*\)::BIGINT AS tests FROM car_sensor_tests GROUP BY rig\n\nColumn +Type\nrig +string\ntests +long$/);
    expect(await office.does(['cube', 'show', 'rigs', '--yaml'])).toMatch(/^name: rigs\ndescription: Tests by rig\n/);
  });

  it('whose definition is wrong is refused, and the words say which cube and what to do', async () => {
    expect((await office.json(['cube', 'define', 'none.yaml'])).value).toEqual({ error: { code: 'CUBE_UNKNOWN', message: 'There is no file none.yaml.', kept: 'Nothing was changed.', next: 'docs/operations/cubes.md has a definition to begin with.', facts: {} } });
    const again = await office.hms(['cube', 'define', 'rigs.yaml']);
    expect(again).toEqual({ code: 3, out: '', err: 'The cube rigs is defined in these very words already.\nNothing was changed.\nIts rows are made anew with: hms dta cube refresh rigs\n' });
    const taken = await define('taken.yaml', 'name: car_sensor_tests\nsql: SELECT model FROM car_sensor_tests\nrefresh: by_hand\n');
    expect([taken.code, taken.value]).toEqual([3, { error: expect.objectContaining({ message: 'The name "car_sensor_tests" is taken by a contract.' }) as object }]);
    const column = await define('column.yaml', 'name: wrong\nsql: SELECT nosuch FROM car_sensor_tests\nrefresh: by_hand\n');
    expect([column.code, column.value['error']]).toMatchObject([2, { code: 'QUERY_REFUSED', message: expect.stringMatching(/^The SQL of the cube wrong cannot be asked: Referenced column "nosuch" not found/) as string, next: 'See the columns of its tables with: hms dta table show NAME' }]);
    const person = await define('person.yaml', 'name: People\nsql: SELECT model FROM car_sensor_tests\nrefresh: sometimes\n');
    expect([person.code, person.value['error']]).toMatchObject([3, { code: 'CUBE_INVALID', message: expect.stringMatching(/Line 1, column \d+ \(name\).*Line 3, column \d+ \(refresh\): refresh is on_change, nightly or by_hand\.$/) as string }]);
    expect((await office.json(['cube', 'ls'])).value).toMatchObject({ cubes: [{ name: 'rigs' }] });
  });

  it('whose SQL fails on the rows says so, and has no version', async () => {
    await office.does(['cube', 'define', office.write('fails.yaml', 'name: fails\nsql: SELECT CAST(model AS INTEGER) AS n FROM car_sensor_tests\nrefresh: by_hand\n')]);
    const failed = await office.json(['cube', 'refresh', 'fails']);
    expect([failed.code, failed.value['error']]).toMatchObject([2, { message: expect.stringMatching(/^The SQL of the cube fails cannot be asked: Could not convert string 'Model-/) as string, kept: 'Nothing was changed.' }]);
    expect((await office.json(['cube', 'show', 'fails'])).value).toMatchObject({ cube: { name: 'fails' }, version: null, refreshed: null, columns: [] });
  });

  it('that is not there, or a time that is none, is told', async () => {
    for (const [args, message] of [
      [['refresh', 'nope'], 'There is no cube nope in this lake.'],
      [['refresh', 'rig'], 'There is no cube rig in this lake. Is "rigs" meant?'],
      [['show', 'car_sensor_tests'], 'car_sensor_tests is a table and no cube: its rows come from raw drops and programs, and nothing refreshes it.'],
    ] as const) expect((await office.json(['cube', ...args])).value).toMatchObject({ error: { code: 'CUBE_UNKNOWN', message, next: 'There are: fails, rigs' } });
    expect(await office.hms(['cube', 'refresh', 'rigs', '--as-of', 'yesterday'])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('"yesterday" is no instant.') as string });
    expect((await office.hms(['cube', 'define'])).code).toBe(2);
    expect((await office.hms(['cube'])).code).toBe(2);
  });
});

it('publishing writes a new file outside of the lake, and says what is in it', { timeout: TIME }, async () => {
  const { value, err } = await office.json(['publish', '--to', 'hms_dta.duckdb']);
  expect(value).toMatchObject({ file: join(office.folder, 'hms_dta.duckdb'), tables: [{ table: 'car_sensor_tests', version: 1, rows: 3 }, { table: 'rigs', version: 1, rows: 2 }], later: [] });
  expect(err).toMatch(/^2 tables as of .*, written to .*hms_dta\.duckdb \([\d,]+ bytes\)\. The table hms_dta_published in it says the same\.\n$/);
  expect((await office.json(['publish', '--to', 'hms_dta.duckdb'])).value).toMatchObject({ error: { code: 'TARGET_EXISTS', kept: 'Nothing was published.', next: expect.stringContaining('--replace') as string } });
  expect((await office.hms(['publish', '--to', 'hms_dta.duckdb', '--replace'])).code).toBe(0);
  expect(await office.hms(['publish', '--to', 'lake/x.duckdb'])).toMatchObject({ code: 3, out: '' });
  expect(await office.hms(['publish', '--to', 'no/where.duckdb'])).toMatchObject({ code: 2, err: expect.stringContaining('Nothing was published.\nMake the folder, or give another place.') as string });
  expect((await office.json(['publish', '--to', 'early.duckdb', '--as-of', '2020-01-01'])).value).toMatchObject({ error: { code: 'USAGE', message: 'No table was there at 2020-01-01T05:00:00.000Z.' } });
  expect((await office.hms(['publish'])).code).toBe(2);
  expect(['lake/x.duckdb', 'early.duckdb'].filter((name) => existsSync(join(office.folder, name)))).toEqual([]);
});
