import { DuckDBInstance } from 'duckdb';
import type { DuckDBConnection } from 'duckdb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Answers } from '../../../../src/engine/query/answers.ts';

/** What a query process in reserve does before its first question: once all that a question does, so that the first is no slower than the next, and nothing of it stays. */

let connection: DuckDBConnection;
let answers: Answers;
const ran: string[] = [];
/** Results that were made, of rehearsals too. */
const made: string[] = [];
let onRun: (sql: string) => void;

beforeEach(async () => {
  ran.length = 0;
  made.length = 0;
  onRun = () => undefined;
  connection = await (await DuckDBInstance.create(':memory:')).connect();
  const run = connection.run.bind(connection);
  vi.spyOn(connection, 'run').mockImplementation((sql, ...more) => {
    ran.push(sql);
    onRun(sql);
    return run(sql, ...more);
  });
  const prepare = connection.prepare.bind(connection);
  vi.spyOn(connection, 'prepare').mockImplementation((sql) => {
    if (sql.startsWith('CREATE OR REPLACE TEMP TABLE "hms result"')) made.push(sql);
    return prepare(sql);
  });
  answers = new Answers(connection, () => ['t'], () => undefined);
});
afterEach(() => connection.closeSync());

const left = async (): Promise<unknown> => (await connection.runAndReadAll("SELECT table_name FROM duckdb_tables() UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal")).getRows();
const asked = async () => {
  await answers.begin();
  return answers.do({ do: 'ask', explain: '', sql: 'SELECT 7 AS n', parameters: {} }, () => false);
};
const seven = { is: 'asked', rows: 1, columns: [{ name: 'n' }] };
const isRehearsed = (): boolean => ran.some((sql) => sql.startsWith('DROP TABLE'));

describe('a query process in reserve', () => {
  it('rehearses where no question comes at once, leaves nothing of it, and answers then', async () => {
    answers.expect();
    await vi.waitFor(() => expect(isRehearsed()).toBe(true), { timeout: 10_000 });
    await answers.begin();
    expect(made).toHaveLength(4);
    expect(await left()).toEqual([]);
    expect(await asked()).toMatchObject(seven);
    answers.expect();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(ran.filter((sql) => sql.startsWith('DROP TABLE'))).toHaveLength(1);
  });

  it('does not rehearse where a question comes at once', async () => {
    answers.expect();
    expect(await asked()).toMatchObject(seven);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(isRehearsed()).toBe(false);
  });

  it('has a question wait for the end of a rehearsal, which would else take its result away', async () => {
    answers.expect();
    await vi.waitFor(() => expect(ran.some((sql) => sql.startsWith('CREATE TEMP VIEW'))).toBe(true), { timeout: 10_000, interval: 1 });
    expect(await asked()).toMatchObject(seven);
    expect(isRehearsed()).toBe(true);
    expect(await answers.do({ do: 'page', from: 0, limit: 10 }, () => false)).toMatchObject({ is: 'page', page: { rows: [[7]] } });
  });

  it('leaves off as soon as a question comes', async () => {
    const question = Promise.withResolvers<unknown>();
    onRun = (sql) => {
      if (sql.startsWith('CREATE TEMP VIEW')) question.resolve(asked());
    };
    answers.expect();
    expect(await question.promise).toMatchObject(seven);
    expect(made).toHaveLength(1);
    expect(ran.filter((sql) => sql.startsWith('DROP TABLE'))).toHaveLength(1);
  });

  it('answers all the same where the rehearsal fails', async () => {
    await connection.run('CREATE TEMP TABLE "hms rehearsal" (x INTEGER)');
    answers.expect();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await asked()).toMatchObject(seven);
    expect(isRehearsed()).toBe(false);
  });
});
