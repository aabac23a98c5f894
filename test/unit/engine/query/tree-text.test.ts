import { DuckDBInstance } from 'duckdb';
import { expect, it } from 'vitest';
import { judgeTree } from '../../../../src/engine/query/gate.ts';
import { TreeText } from '../../../../src/engine/query/tree-text.ts';

it('gives the tree of each text, also after one that is no statement, after views were made and after the configuration was locked', async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const trees = new TreeText(connection);
  const tables = async (sql: string): Promise<unknown> => {
    const verdict = judgeTree(await trees.of(sql), null);
    return verdict.ok ? verdict.statement.tables : verdict.why;
  };
  expect(await tables('SELECT * FROM a, b')).toEqual(['b', 'a']);
  expect(await tables('SELEC')).toMatch(/^The statement cannot be understood/);
  expect(await tables("SELECT 'it''s' FROM c -- $1")).toEqual(['c']);
  await connection.run("CREATE TEMP VIEW d AS SELECT 1 AS x; SET enable_external_access = false; SET lock_configuration = true");
  expect(await tables('SELECT x FROM d')).toEqual(['d']);
  expect(await tables('DROP VIEW d')).toMatch(/^Only a SELECT can be run here/);
  connection.closeSync();
});
