import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../../../src/contract/api/index.ts';
import type { Query } from '../../../../src/contract/api/index.ts';
import { DoorBench } from '../../../builders/door.ts';

let bench: DoorBench;
beforeAll(async () => {
  bench = await DoorBench.withLake();
}, 300_000);
afterAll(() => bench.remove());

async function begin(sql: string, more: { asOf?: string; parameters?: (string | number)[] } = {}): Promise<Query> {
  return bench.ask(routes.startQuery, { body: { sql, ...more } });
}

async function ended({ id }: Query): Promise<Query> {
  for (const until = Date.now() + 150_000; ; ) {
    const query = await bench.ask(routes.getQuery, { params: { query: id } });
    if (query.ended !== null || Date.now() > until) return query;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('a question at the door', () => {
  it('is begun at once, says what it reads, and is paged by row number; rows stay in their places', { timeout: 180_000 }, async () => {
    const begun = await begin('SELECT i, i * 2.50::DECIMAL(9,2) AS d, NULL AS n FROM range(2500) t(i), (SELECT count(*) FROM ledger WHERE op = ?)', { parameters: ['lake.created'] });
    expect(begun.state).toBe('preparing');
    const done = await ended(begun);
    expect(done).toMatchObject({ state: 'done', rows: 2500, share: 1, problem: null, relations: [{ name: 'ledger', asked: 'now', version: expect.stringMatching(/^entry \d+$/) as string }] });
    expect(done.columns?.map(({ name }) => name)).toEqual(['i', 'd', 'n']);
    const page = await bench.ask(routes.queryRows, { params: { query: done.id }, query: { from: 2400, limit: 1000 } });
    expect(page).toMatchObject({ from: 2400, total: 2500, next: null, cut: 0 });
    expect(page.rows).toHaveLength(100);
    expect(page.rows[0]).toEqual(['2400', '6000.00', null]);
    const first = await bench.ask(routes.queryRows, { params: { query: done.id }, query: {} });
    expect([first.rows.length, first.next, first.rows[99]?.[0]]).toEqual([100, 100, '99']);
    expect(await bench.ask(routes.queryRows, { params: { query: done.id }, query: { from: 9_999 } })).toMatchObject({ rows: [], next: null });
    const { columns } = await bench.ask(routes.queryStatistics, { params: { query: done.id } });
    expect(columns.map(({ name, nulls, min, max }) => [name, nulls, min, max])).toEqual([['i', 0, '0', '2499'], ['d', 0, '0.00', '6247.50'], ['n', 2500, null, null]]);
  });

  it('gives its whole result as CSV, JSON, lines of JSON and Parquet', { timeout: 180_000 }, async () => {
    const { id } = await ended(await begin(`SELECT * FROM (VALUES (1, 'a,b'), (2, NULL)) t(n, s) ORDER BY n`));
    const text = async (format: string): Promise<string> => (await bench.raw(`/dta/queries/${id}/result?format=${format}`)).text();
    expect(await text('csv')).toBe('n,s\n1,"a,b"\n2,\n');
    expect(JSON.parse(await text('json'))).toEqual([{ n: 1, s: 'a,b' }, { n: 2, s: null }]);
    expect((await text('ndjson')).trim().split('\n').map((line) => JSON.parse(line) as unknown)).toEqual([{ n: 1, s: 'a,b' }, { n: 2, s: null }]);
    const parquet = new Uint8Array(await (await bench.raw(`/dta/queries/${id}/result?format=parquet`)).arrayBuffer());
    expect(Buffer.from(parquet.subarray(-4)).toString()).toBe('PAR1');
    expect(await bench.ask(routes.cancelQuery, { params: { query: id } })).toMatchObject({ id });
    expect(await bench.refused(routes.getQuery, { params: { query: id } })).toMatchObject({ code: 'QUERY_UNKNOWN', status: 404 });
  });

  it('tells an error with its place', { timeout: 180_000 }, async () => {
    const failed = await ended(await begin(`SELECT '😀', nope FROM datasets`));
    expect(failed).toMatchObject({ state: 'failed', problem: { code: 'QUERY_REFUSED', facts: { position: 13, line: 1, column: 14 } } });
    expect(await bench.refused(routes.queryRows, { params: { query: failed.id }, query: {} })).toMatchObject({ code: 'JOB_REFUSED' });
  });

  it('is cancelled while it runs, and goes on while nobody waits for it', { timeout: 180_000 }, async () => {
    const begun = await begin('SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE hash(a.range, b.range) = 1');
    for (let query = begun; query.state === 'preparing'; query = await bench.ask(routes.getQuery, { params: { query: begun.id } })) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await bench.ask(routes.cancelQuery, { params: { query: begun.id } })).toMatchObject({ state: 'cancelled', rows: null });
  });

  it('keeps four results, and lets go of the one that was longest not looked at', { timeout: 120_000 }, async () => {
    const all: Query[] = [];
    for (let i = 0; i < 5; i++) all.push(await ended(await begin(`SELECT ${i}`)));
    const { queries } = await bench.ask(routes.listQueries, {});
    expect(queries.map(({ sql }) => sql)).toEqual(['SELECT 4', 'SELECT 3', 'SELECT 2', 'SELECT 1']);
    expect(await bench.refused(routes.getQuery, { params: { query: all[0]?.id ?? '' } })).toMatchObject({ code: 'QUERY_UNKNOWN' });
  });
});
