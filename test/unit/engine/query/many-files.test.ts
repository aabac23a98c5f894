import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { QueryProcesses, QuerySession } from '../../../../src/engine/query/index.ts';
import type { TableSource } from '../../../../src/engine/query/index.ts';
import { never } from './desk.ts';

/** Lists of files that are long enough to become variables of the process. */

const base = mkdtempSync(join(tmpdir(), 'hms-many-'));
const output = join(base, 'output');
const processes = new QueryProcesses();
const FILES = 250;
let files: string[] = [];

const opened = (list: readonly string[]): QuerySession => new QuerySession(processes, { files: list, output, temporary: join(base, 'temporary') });
const table = (list: readonly string[]): TableSource => ({ kind: 'parts', name: 'visits', columns: [{ name: 'x', type: 'BIGINT' }], parts: [{ files: list, columns: ['x'] }] });

async function cells(session: QuerySession, sql: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const part of session.select(sql, never)) if ('rows' in part) rows.push(...part.columns.map((column) => column[0]));
  return rows;
}

beforeAll(async () => {
  mkdirSync(output);
  const session = opened([]);
  const [written] = await session.parts('SELECT i AS x FROM range(4) r(i)', join(output, 'rows'), [], never);
  await session.close();
  files = Array.from({ length: FILES }, (_, i) => join(base, `it's ${i}.parquet`));
  for (const file of files) copyFileSync(written?.file ?? '', file);
}, 180_000);
afterAll(async () => {
  await processes.close();
  rmSync(base, { recursive: true, force: true });
});

it('are read, all of them and no other, and their names are out of reach of a statement', { timeout: 180_000 }, async () => {
  const session = opened(files.slice(1));
  try {
    await session.table(table(files.slice(1)), never);
    expect(await cells(session, 'SELECT count(*)::INTEGER, sum(x)::INTEGER FROM visits')).toEqual([(FILES - 1) * 4, (FILES - 1) * 6]);
    expect(await cells(session, 'SELECT x::INTEGER FROM visits LIMIT 1')).toEqual([0]);
    for (const sql of [`SELECT getvariable('hms files')`, `SELECT getvariable('hms files 0 visits')`, `SELECT current_setting('allowed_paths')`]) {
      await expect(cells(session, sql), sql).rejects.toMatchObject({ code: 'QUERY_REFUSED', message: expect.stringContaining('is not run here') as string });
    }
    // Not among those that the process was opened with.
    await expect(session.table(table(files), never)).rejects.toMatchObject({ code: 'QUERY_REFUSED', message: expect.stringContaining(files[0] ?? '') as string });
  } finally {
    await session.close();
  }
});

it('are read where a name has a line end in it', { timeout: 180_000 }, async (context) => {
  context.skip(process.platform === 'win32', 'No name can have a line end on Windows.');
  const odd = join(base, 'two\nlines.parquet');
  copyFileSync(files[0] ?? '', odd);
  const session = opened([odd, ...files]);
  try {
    await session.table(table([odd, ...files]), never);
    expect(await cells(session, 'SELECT count(*)::INTEGER FROM visits')).toEqual([(FILES + 1) * 4]);
  } finally {
    await session.close();
  }
});
