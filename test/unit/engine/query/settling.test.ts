import { DuckDBInstance } from 'duckdb';
import type { DuckDBConnection } from 'duckdb';
import { expect, it } from 'vitest';
import { lockDown, settle } from '../../../../src/engine/query/lockdown.ts';

/** A query process in reserve sets beforehand what does not depend on the question: what it is opened with is as closed as one that was not in reserve. */

const opening = { files: ['/nowhere/a.parquet'], output: '/nowhere/output', temporary: '/nowhere/temporary', temporaryBytes: 2 ** 30, memoryBytes: 200 * 2 ** 20, threads: 1, places: true };

const connected = async (): Promise<DuckDBConnection> => (await DuckDBInstance.create(':memory:')).connect();
const settings = async (connection: DuckDBConnection): Promise<readonly unknown[][]> => (await connection.runAndReadAll("SELECT name, value FROM duckdb_settings() ORDER BY name")).getRows();

it('has every setting that an opening without it has, and stays locked', async () => {
  const [plain, settled] = [await connected(), await connected()];
  await lockDown(plain, opening);
  await settle(settled);
  await lockDown(settled, opening, true);
  const expected = await settings(plain);
  expect(await settings(settled)).toEqual(expected);
  const told = new Map(expected.map(([name, value]) => [name, value]));
  for (const name of ['autoinstall_known_extensions', 'autoload_known_extensions', 'allow_community_extensions', 'allow_persistent_secrets', 'enable_external_access']) expect([name, told.get(name)]).toEqual([name, 'false']);
  expect([told.get('TimeZone'), told.get('lock_configuration')]).toEqual(['UTC', 'true']);
  await expect(settled.run('SET autoload_known_extensions = true')).rejects.toThrow(/configuration has been locked/);
  await expect(settled.run("FROM read_text('/etc/hostname')")).rejects.toThrow(/file system operations are disabled by configuration/);
});
