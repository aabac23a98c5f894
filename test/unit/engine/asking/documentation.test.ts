import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Hall } from './hall.ts';

const page = readFileSync(new URL('../../../../docs/operations/query.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```sql\n(.*?)```/gs)].map(([, sql = '']) => sql.trim());

let hall: Hall;
beforeAll(async () => {
  hall = await Hall.open();
  await hall.shop.ingest('WF-2024-07', { 'sensorA.csv': 'day,temp\n2024-07-04,91.5\n2024-07-04,88\n2024-07-05,79\n' }, ['raw']);
  await hall.shop.ingest('WF-2024-07', { 'sensorA.csv': 'day,temp\n2024-07-04,91.5\n2024-07-06,80\n' });
}, 120_000);
afterAll(() => hall.close());

it('the examples of docs/operations/query.md give what they say', { timeout: 120_000 }, async () => {
  const results: unknown[] = [];
  for (const sql of examples) results.push(await hall.rows(sql));
  expect(results).toEqual([
    [['WF-2024-07', 'v1', 'Version 1', 'raw'], ['WF-2024-07', 'v2', 'Version 2', '']],
    [['2024-07-04', 91.5], ['2024-07-05', 79]],
    [['2']],
    [['2']],
    [['2024-07-06']],
  ]);
});

it('the tables that docs/operations/query.md lists have the columns that it lists', { timeout: 120_000 }, async () => {
  const listed = [...page.matchAll(/^\| `([a-z_]+)` \| `([a-z0-9_, ]+)`/gm)].map(([, table = '', columns = '']) => [table, columns.split(', ')] as const);
  expect(listed.map(([table]) => table)).toEqual(['datasets', 'versions', 'lineage', 'tags', 'files', 'exports', 'keys', 'raw_drops', 'contracts', 'table_versions', 'ledger', 'drafts']);
  for (const [table, columns] of listed) expect((await hall.tell(`FROM ${table}`)).columns, table).toEqual(columns);
});
