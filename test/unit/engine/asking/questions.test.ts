import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Hall } from './hall.ts';

let hall: Hall;
const at: Record<string, string> = {};
beforeAll(async () => {
  hall = await Hall.open();
  await hall.shop.ingest('WF-2024-07', { 'sensorA.csv': 'day,temp\n2024-07-04,91.5\n2024-07-05,\n', 'sensor.tsv': 'day\ttemp\nx\t1\n', 'q.json': '[{"a":1.50,"b":"x"},{"a":null}]', 'q.ndjson': '{"a":7}\n{"a":8}\n' }, ['raw']);
  at['v1'] = await hall.at('WF-2024-07', 1);
  await hall.shop.ingest('WF-2024-07', { 'sensorA.csv': 'day,temp\n2024-07-04,91.5\n2024-07-05,\n007,12\n' }, ['clean']);
  at['v2'] = await hall.at('WF-2024-07', 2);
  await hall.shop.transform('WF-2024-07:v2', { name: 'csv_to_parquet', files: ['sensorA.csv' as never] });
  at['v3'] = await hall.at('WF-2024-07', 3);
}, 120_000);
afterAll(() => hall.close());

const A = `dataset('WF-2024-07', 'sensorA.csv')`;

describe('files of versions', () => {
  it('are tables of text, of the version that is named or of the newest', async () => {
    const told = await hall.tell(`SELECT * FROM dataset('WF-2024-07:v1', 'sensorA.csv')`);
    expect(told).toMatchObject({ columns: ['day', 'temp'], rows: [['2024-07-04', '91.5'], ['2024-07-05', null]] });
    expect(told.relations).toEqual([{ name: `dataset('WF-2024-07:v1', 'sensorA.csv')`, version: 'WF-2024-07:v1', instant: expect.any(String) as string, asked: 'now' }]);
    expect(await hall.rows(`SELECT count(*) FROM ${A}`)).toEqual([['3']]);
  });

  it('are read in every form: TSV, JSON, lines of JSON, Parquet', async () => {
    expect(await hall.rows(`FROM dataset('WF-2024-07', 'sensor.tsv')`)).toEqual([['x', '1']]);
    expect(await hall.rows(`FROM dataset('WF-2024-07', 'q.json')`)).toEqual([['1.50', 'x'], [null, null]]);
    expect(await hall.rows(`SELECT a::INTEGER FROM dataset('WF-2024-07', 'q.ndjson')`)).toEqual([[7], [8]]);
    expect(await hall.rows(`SELECT day FROM dataset('WF-2024-07', 'sensorA.parquet') WHERE temp IS NULL`)).toEqual([['2024-07-05']]);
  });
});

describe('FOR SYSTEM_TIME AS OF', () => {
  it('reads files and catalog tables as they were, and the header says which version that is', async () => {
    const told = await hall.tell(`SELECT count(*) FROM ${A} FOR SYSTEM_TIME AS OF '${at['v1']}'`);
    expect(told.rows).toEqual([['2']]);
    expect(told.relations).toEqual([{ name: A, version: 'WF-2024-07:v1', instant: at['v1'], asked: 'instant' }]);
    expect(await hall.rows(`SELECT ver, tags FROM versions FOR SYSTEM_TIME AS OF '${at['v2']}' ORDER BY ver`)).toEqual([['v1', 'raw'], ['v2', 'clean']]);
    expect(await hall.rows(`SELECT count(*)::INTEGER FROM lineage AT (TIMESTAMP => '${at['v2']}')`)).toEqual([[1]]);
    expect(await hall.rows('SELECT ver, source_ver, transform FROM lineage ORDER BY ver')).toEqual([['v2', 'WF-2024-07:v1', null], ['v3', 'WF-2024-07:v2', 'csv_to_parquet']]);
  });

  it('takes an alias before and after, with AS and without, also behind AT', async () => {
    for (const text of [`x FOR SYSTEM_TIME AS OF '${at['v1']}'`, `AS x FOR SYSTEM_TIME AS OF '${at['v1']}'`, `FOR SYSTEM_TIME AS OF '${at['v1']}' x`, `for system_time as of '${at['v1']}' AS x`, `AT (TIMESTAMP => '${at['v1']}') AS x`, `AS x(a, b) FOR SYSTEM_TIME AS OF '${at['v1']}'`]) {
      expect(await hall.rows(`SELECT count(x.*)::INTEGER FROM ${A} ${text} WHERE true`)).toEqual([[2]]);
    }
  });

  it('joins now with then', async () => {
    const told = await hall.tell(`SELECT n.day FROM ${A} n LEFT JOIN ${A} FOR SYSTEM_TIME AS OF '${at['v1']}' t USING (day) WHERE t.day IS NULL`);
    expect(told.rows).toEqual([['007']]);
    expect(told.relations.map(({ version, asked }) => [version, asked])).toEqual([['WF-2024-07:v3', 'now'], ['WF-2024-07:v1', 'instant']]);
    expect(await hall.rows(`SELECT ver FROM versions EXCEPT SELECT ver FROM versions FOR SYSTEM_TIME AS OF '${at['v2']}'`)).toEqual([['v3']]);
  });

  it('takes parameters, sums, casts and calls as instants', async () => {
    expect(await hall.rows(`SELECT count(*)::INTEGER FROM versions FOR SYSTEM_TIME AS OF ? WHERE ds_id = ?`, { parameters: { 1: at['v2'] ?? '', 2: 'WF-2024-07' } })).toEqual([[2]]);
    expect(await hall.rows(`SELECT count(*)::INTEGER FROM versions FOR SYSTEM_TIME AS OF $then v WHERE v.ver = $ver`, { parameters: { then: at['v2'] ?? '', ver: 'v2' } })).toEqual([[1]]);
    expect(await hall.rows(`SELECT count(*)::INTEGER FROM versions FOR SYSTEM_TIME AS OF TIMESTAMPTZ '${at['v1']}' + INTERVAL 0 SECONDS v`)).toEqual([[1]]);
    expect(await hall.rows(`SELECT count(*)::INTEGER FROM versions FOR SYSTEM_TIME AS OF '${at['v1']}'::TIMESTAMPTZ WHERE ver = 'v1'`)).toEqual([[1]]);
    expect(await hall.rows(`SELECT count(*)::INTEGER FROM versions FOR SYSTEM_TIME AS OF (now() + INTERVAL 1 DAY)`)).toEqual([[3]]);
  });

  it('says of an instant that has not come yet that it has not, and names the moment whose rows were read', async () => {
    const before = new Date().toISOString();
    for (const sql of [`SELECT 1 FROM versions FOR SYSTEM_TIME AS OF '2999-01-01T00:00:00Z'`, `SELECT 1 FROM ${A} FOR SYSTEM_TIME AS OF '2999-01-01T00:00:00Z'`, `SELECT 1 FROM dataset('WF-2024-07@2999-01-01T00:00:00Z', 'sensorA.csv')`]) {
      const { relations: used } = await hall.tell(sql);
      expect(used).toMatchObject([{ ahead: '2999-01-01T00:00:00.000Z' }]);
      expect((used[0]?.instant ?? '') >= before && (used[0]?.instant ?? '') <= new Date().toISOString()).toBe(true);
    }
    for (const sql of ['SELECT 1 FROM versions FOR SYSTEM_TIME AS OF now()', 'SELECT 1 FROM versions', `SELECT 1 FROM versions FOR SYSTEM_TIME AS OF '${at['v2']}'`]) expect((await hall.tell(sql)).relations[0]).not.toHaveProperty('ahead');
    expect(await hall.rows(`FROM dataset($1, $2) ORDER BY day LIMIT 1`, { parameters: { 1: 'WF-2024-07:raw', 2: 'sensorA.csv' } })).toEqual([['2024-07-04', '91.5']]);
  });

  it('takes a time without an offset as one of the office', async () => {
    const office = new Intl.DateTimeFormat('sv-SE', { timeZone: 'America/New_York', dateStyle: 'short', timeStyle: 'medium' }).format(new Date(Date.parse(at['v2'] ?? '') + 86_400_000));
    expect((await hall.tell(`SELECT count(*)::INTEGER FROM versions FOR SYSTEM_TIME AS OF '${office}'`)).rows).toEqual([[3]]);
    await expect(hall.rows(`FROM versions FOR SYSTEM_TIME AS OF '2024-11-03 01:30:00'`)).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining('came twice in America/New_York') as string });
    await expect(hall.rows(`FROM versions FOR SYSTEM_TIME AS OF '2024-03-10 02:30:00'`)).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining('put forward') as string });
    await expect(hall.rows(`FROM versions FOR SYSTEM_TIME AS OF 'soon'`)).rejects.toMatchObject({ code: 'USAGE', message: '"soon" is no instant (line 1, character 6).' });
  });

  it('says that there was nothing before the first version', async () => {
    await expect(hall.rows(`FROM versions FOR SYSTEM_TIME AS OF '2001-01-01'`)).rejects.toMatchObject({ code: 'VERSION_UNKNOWN', message: expect.stringMatching(/^versions did not exist at 2001-01-01T05:00:00\.000Z: the first entry of this lake is of .*Z \(line 1, character 6\)\.$/) as string });
    await expect(hall.rows(`FROM ${A} FOR SYSTEM_TIME AS OF '2001-01-01Z'`)).rejects.toMatchObject({ code: 'VERSION_UNKNOWN', message: expect.stringContaining('WF-2024-07 did not exist at 2001-01-01T00:00:00.000Z: its first version is of') as string });
    await expect(hall.rows(`FROM dataset('WF-2024-07:v2', 'sensorA.csv') FOR SYSTEM_TIME AS OF '${at['v1']}'`)).rejects.toMatchObject({ code: 'VERSION_UNKNOWN', message: expect.stringContaining(`has no such version at ${at['v1']}; its newest is v1`) as string });
  });

  it('wins over the instant of the question, which holds for everything else', async () => {
    const told = await hall.tell(`SELECT (SELECT count(*)::INTEGER FROM versions), (SELECT count(*)::INTEGER FROM versions FOR SYSTEM_TIME AS OF '${at['v2']}'), (SELECT count(*)::INTEGER FROM ${A})`, { asOf: at['v1'] ?? '' });
    expect(told.rows).toEqual([[1, 2, 2]]);
    expect(told.relations.map(({ asked }) => asked)).toEqual(['default', 'instant', 'default']);
  });

  it('leaves WITH tables of the same name alone, and reads the table within its own WITH', async () => {
    expect(await hall.rows(`WITH versions AS (SELECT 'mine' AS ver) SELECT ver FROM versions`)).toEqual([['mine']]);
    expect(await hall.rows(`WITH versions AS (SELECT ver FROM versions FOR SYSTEM_TIME AS OF '${at['v1']}') SELECT ver FROM versions`)).toEqual([['v1']]);
    expect(await hall.rows(`WITH a AS (FROM versions), versions AS (SELECT 1) SELECT (SELECT count(*)::INTEGER FROM a), (SELECT count(*)::INTEGER FROM versions)`)).toEqual([[3, 1]]);
    await expect(hall.rows(`WITH t AS (SELECT 1) SELECT * FROM t FOR SYSTEM_TIME AS OF '2024-01-01'`)).rejects.toMatchObject({ code: 'QUERY_REFUSED', facts: { position: 35 } });
  });

  it('is not seen in texts, names and comments', async () => {
    expect(await hall.rows(`SELECT 'x FOR SYSTEM_TIME AS OF 1', "FOR SYSTEM_TIME AS OF", $$FOR SYSTEM_TIME AS OF$$ FROM (SELECT 1 AS "FOR SYSTEM_TIME AS OF") -- FOR SYSTEM_TIME AS OF`)).toEqual([['x FOR SYSTEM_TIME AS OF 1', 1, 'FOR SYSTEM_TIME AS OF']]);
  });

  it('refuses ranges of time, and says that only AS OF is known', async () => {
    await expect(hall.rows(`FROM versions FOR SYSTEM_TIME ALL`)).rejects.toMatchObject({ code: 'QUERY_REFUSED', message: expect.stringMatching(/^FOR SYSTEM_TIME is followed by AS OF .*; ALL, which asks for many states at once, is not known/) as string });
  });
});

describe('AT (VERSION => n)', () => {
  it('is a version of a dataset, and the number of an entry for catalog tables', async () => {
    const told = await hall.tell(`SELECT (SELECT count(*)::INTEGER FROM ${A} AT (VERSION => 1)), (SELECT count(*)::INTEGER FROM ledger FOR SYSTEM_VERSION AS OF 1)`);
    expect(told.rows).toEqual([[2, 2]]);
    expect(told.relations.map(({ version, asked }) => [version, asked])).toEqual([['WF-2024-07:v1', 'version'], ['entry 1', 'version']]);
    await expect(hall.rows(`FROM versions AT (VERSION => 999)`)).rejects.toMatchObject({ code: 'VERSION_UNKNOWN' });
    await expect(hall.rows(`FROM dataset('WF-2024-07:v1', 'sensorA.csv') AT (VERSION => 2)`)).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('the catalog', () => {
  it('has every table that is told of, and each can be described and counted', { timeout: 300_000 }, async () => {
    for (const name of ['datasets', 'versions', 'lineage', 'tags', 'files', 'exports', 'keys', 'ledger', 'drafts']) {
      expect((await hall.rows(`DESCRIBE ${name}`)).length).toBeGreaterThan(2 - Number(name === 'datasets'));
      expect((await hall.rows(`SUMMARIZE ${name}`)).length).toBeGreaterThan(1);
      expect(await hall.rows(`SELECT count(*)::INTEGER FROM ${name}`)).toHaveLength(1);
    }
    expect(await hall.rows(`SELECT path, ver_from, ver_until, size FROM files WHERE path LIKE 'sensorA%' ORDER BY path, ver_from`)).toEqual([
      ['sensorA.csv', 'v1', 'v2', '37'],
      ['sensorA.csv', 'v2', null, '44'],
      ['sensorA.parquet', 'v3', null, expect.any(String)],
    ]);
    expect(await hall.rows(`SELECT ver, tag FROM tags ORDER BY ver`)).toEqual([['v1', 'raw'], ['v2', 'clean']]);
    expect(await hall.rows(`SELECT op, actor IS NOT NULL, effect FROM ledger WHERE seq = 0`)).toEqual([['lake.created', true, true]]);
    expect(await hall.rows(`TABLE datasets`)).toHaveLength(1);
  });

  it('explains', async () => {
    expect(String((await hall.rows(`EXPLAIN SELECT * FROM versions`))[0]?.[1])).toContain('READ_CSV');
  });

  it('says which table may be meant', async () => {
    await expect(hall.rows('SELECT 1 FROM verions')).rejects.toMatchObject({ code: 'QUERY_REFUSED', message: 'There is no table "verions" in this lake. Is "versions" meant? (line 1, character 15).', facts: { position: 14, nearest: 'versions' } });
  });

  it('says that drafts have no past', async () => {
    await expect(hall.rows('FROM drafts', { asOf: at['v1'] ?? '' })).rejects.toMatchObject({ code: 'QUERY_REFUSED', message: expect.stringContaining('this moment only') as string });
  });
});

describe('errors', () => {
  it.each([
    [`SELECT '😀é', nosuch FROM versions`, 14],
    [`SELECT '😀é', ver frm versions`, 22],
    [`SELECT '😀', x.ver FROM versions FOR SYSTEM_TIME AS OF now() x JOIN datasets d ON d.nope = x.ds_id`, 82],
    [`SELECT ver FROM versions\nWHERE nofunction(ver)`, 31],
    [`EXPLAIN SELECT nosuch FROM versions`, 15],
    [`SELECT '😀', read_text('x') FROM versions`, 13],
    [`SELECT CAST(ver AS INTEGER) FROM versions`, 7],
    [`SELECT ver FROM versions WHERE ver = $2`, 37],
  ])('have their place in UTF-16 units of what was written: %s', async (sql, position) => {
    await expect(hall.rows(sql)).rejects.toMatchObject({ code: 'QUERY_REFUSED', facts: { position } });
  });
});
