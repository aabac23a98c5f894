import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Office } from './office.ts';

/** Each command is a process of its own, so few of them are run; what transforms do is tested without the command line. */
describe('hms dta transform', { timeout: 60_000 }, () => {
  const office = new Office();
  beforeAll(async () => {
    await office.init();
    office.write('sensorA.csv', 'timestamp,temp,humidity,pm25\n2024-07-04,91.5,20,007\n2024-07-05,88,,1e1\n');
    await office.does(['ingest', 'WF-2024-07', 'sensorA.csv', '-m', 'Initial sensor dump', '--tag', 'raw']);
  }, 120_000);
  afterAll(() => office.remove());

  it('makes the version of the seeds, and show and log tell where it came from', async () => {
    const made = await office.hms(['transform', 'csv_trim', 'WF-2024-07:v1', '--cols', 'timestamp,temp,pm25', '-m', 'Removed unused columns', '--tag', 'clean']);
    expect(made).toMatchObject({ code: 0, out: 'WF-2024-07:v2\n' });
    expect(made.err).toContain('1 file made (58 bytes): 2 rows. WF-2024-07:v2 is committed, from WF-2024-07:v1 by csv_trim: 1 file, 58 bytes.');
    expect(await office.does(['cat', 'WF-2024-07:clean', 'sensorA.csv'])).toBe('timestamp,temp,pm25\n2024-07-04,91.5,007\n2024-07-05,88,1e1');
    const shown = await office.does(['show', 'WF-2024-07:v2']);
    expect(shown).toMatch(/Made from: +WF-2024-07:v1\n/);
    expect(shown).toMatch(/Made by: +csv_trim\n/);
    expect(shown).toMatch(/columns: +\["timestamp","temp","pm25"\]\n/);
    expect(shown).toMatch(/Counted: +1 file, 2 rows\n/);
    expect(await office.does(['show', 'WF-2024-07'])).toContain('Removed unused columns (from v1 by csv_trim)');
    expect(await office.does(['log', '--limit', '1'])).toContain('Removed unused columns (from v1 by csv_trim)');
  });

  it('gives the version, its lineage and the counts as JSON', async () => {
    const { value } = await office.json(['transform', 'csv_filter', 'WF-2024-07:clean', '--where', 'CAST(temp AS DOUBLE) > 90', '--into', 'WF-HOT']);
    expect(value['version']).toMatchObject({ ref: 'WF-HOT:v1', transform: 'csv_filter', lineage: { from: ['WF-2024-07:v2'], parameters: { where: 'CAST(temp AS DOUBLE) > 90' } } });
    expect(value['transform']).toEqual({ name: 'csv_filter', from: ['WF-2024-07:v2'], made: [{ path: 'sensorA.csv', size: 40 }], counts: { files: 1, rowsRead: 2, rowsKept: 1 } });
  });

  it('records what a program of one’s own made', async () => {
    office.write('model.nc', 'model');
    await office.does(['ingest', 'MODEL', 'model.nc', '--derived-from', 'WF-2024-07:clean', '--transform', 'smoke-2.1']);
    expect(await office.does(['show', 'MODEL'])).toContain('(from WF-2024-07:v2 by smoke-2.1)');
    expect(await office.json(['ingest', 'MODEL', 'model.nc', '--transform', 'smoke-2.1'])).toMatchObject({ code: 2, value: { error: { code: 'USAGE' } } });
  });

  it('lists the transforms, and says what is missing or has no use', async () => {
    expect(await office.does(['transform', '--list'])).toMatch(/csv_trim[^\n]+\ncsv_filter[^\n]+\ncsv_to_parquet[^\n]+\njson_to_csv[^\n]+\nsql[^\n]+\nredact_text/);
    for (const [args, message] of [
      [['csv_trim', 'WF-2024-07'], 'csv_trim needs the columns to keep.'],
      [['csv_trim', 'WF-2024-07', '--cols', 'temp', '--where', 'true'], 'csv_trim has no use for --where.'],
      [['csv_tirm', 'WF-2024-07'], 'There is no transform "csv_tirm".'],
      [['sql', 'WF-2024-07'], 'sql needs --sql SELECT.'],
      [['redact_text', 'WF-2024-07'], 'redact_text needs one of --text and --pattern.'],
    ] as const) {
      expect(await office.json(['transform', ...args])).toMatchObject({ code: 2, value: { error: { code: 'USAGE', message } } });
    }
  });
});
