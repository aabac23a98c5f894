import { expect } from 'vitest';
import type { ProgramId, TableName } from '../../../src/contract/index.ts';
import { publishContract } from '../../../src/engine/contracting.ts';
import { defineCube } from '../../../src/engine/cube-defining.ts';
import { refreshCube } from '../../../src/engine/cube-refreshing.ts';
import { lastRefresh } from '../../../src/engine/known-cube.ts';
import { rotateAndRemask } from '../../../src/engine/rotating.ts';
import { secretOfTable, secretsOf } from '../../../src/engine/masking.ts';
import { normalizeWaiting } from '../../../src/engine/normalizing.ts';
import type { ReadableLake, WritableLake } from '../../../src/engine/open.ts';
import type { QueryProcesses } from '../../../src/engine/query/index.ts';
import { Receiving } from '../../../src/engine/receiving.ts';
import type { FaultPlace } from './fault-place.ts';
import type { Call } from './faulty-disk.ts';
import { inSession, within } from './scenario.ts';
import type { Scenario } from './scenario.ts';

/** What becomes of raw drops, as scenarios: rows of a table, a cube of them, the same rows under a new secret. Their query processes are real, their tables as small as can be. */

const [TESTS, CUBE] = ['tests' as TableName, 'tests_by_person' as TableName];
const { signal } = new AbortController();
const still = { signal, onProgress: () => undefined };

const contract = `apiVersion: v3.1.0
kind: DataContract
id: tests
name: tests
version: "1.0.0"
status: active
schema:
  - name: tests
    customProperties:
      - {property: source, value: {patterns: ["tests_*.csv"], format: csv}}
    properties:
      - {name: model, logicalType: string, required: true}
      - {name: ssn, logicalType: string, customProperties: [{property: pii, value: {kind: ssn, mask: hash}}]}
`;

async function receive(lake: WritableLake, name: string, text: string): Promise<void> {
  const receiving = await Receiving.begin(lake);
  try {
    await receiving.enter({ program: 12 as ProgramId, sender: 'Seat-belt rig', contract: null }, await receiving.stage(name, bytesOf(text)));
  } finally {
    await receiving.close();
  }
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}

/** The saved states from which the scenarios begin: a drop that waits; a table with a cube that is behind it. */
export async function saveTables(place: FaultPlace, processes: QueryProcesses): Promise<void> {
  place.restore('empty');
  await within(place.options(), place, async (lake) => {
    await publishContract(lake, Buffer.from(contract), { major: false, signal, processes });
    await receive(lake, 'tests_1.csv', 'model,ssn\nModel-Z,219-09-0001\nModel-A,219-09-0002\n');
  });
  place.save('a drop waits');
  await within(place.options(), place, async (lake) => {
    await normalizeWaiting(lake, { ...still, processes });
    await defineCube(lake, Buffer.from(`name: ${CUBE}\nsql: SELECT ssn, count(*) AS n FROM tests GROUP BY ssn\nrefresh: by_hand\n`), { signal, processes });
  });
  place.save('a table');
}

/** The table has the rows of its one drop, once, or is not there. */
function isNormalized(lake: ReadableLake): Promise<boolean> {
  const version = lake.catalog.tables.version(TESTS, null);
  const [drop] = lake.catalog.drops(null, null, 2).drops;
  const uses = drop === undefined ? [] : lake.catalog.dropUses(drop.id);
  if (version === null) {
    expect(uses).toEqual([]);
    return Promise.resolve(false);
  }
  expect([version.version, version.totals?.rows, uses]).toEqual([1, 2, [{ table: TESTS, version: 1 }]]);
  expect(secretsOf(lake).map(({ id }) => id)).toEqual([secretOfTable(lake, TESTS)]);
  return Promise.resolve(true);
}

/** The cube has all of its rows, or none. */
function isRefreshed(lake: ReadableLake): Promise<boolean> {
  const version = lake.catalog.tables.version(CUBE, null);
  if (version === null) return Promise.resolve(false);
  expect([version.version, version.totals?.rows, lastRefresh(lake, version)?.sources]).toEqual([1, 2, [{ name: TESTS, version: 1 }]]);
  return Promise.resolve(true);
}

/** The table has its two rows under one secret or the other, and no third secret was made on the way. */
function isRotated(lake: ReadableLake): Promise<boolean> {
  const [now, before, third] = secretsOf(lake);
  expect(third).toBeUndefined();
  const version = lake.catalog.tables.version(TESTS, null);
  expect([version?.totals?.rows, secretOfTable(lake, TESTS, 1)]).toEqual([2, before?.id ?? now?.id]);
  if (version?.version === 1) return Promise.resolve(false);
  expect([version?.version, version?.operation, secretOfTable(lake, TESTS), before === undefined]).toEqual([2, 'UPDATE', now?.id, false]);
  return Promise.resolve(true);
}

/** Not of the folder for temporary files in the profile. */
export function isOfLake({ path }: Call): boolean {
  return !/[\\/](scratch|locks)[\\/]/.test(path);
}

export function tableScenarios(processes: QueryProcesses): readonly Scenario[] {
  return [
    inSession('normalize a drop', 'a drop waits', async (lake) => void (await normalizeWaiting(lake, { ...still, processes })), isNormalized),
    inSession('refresh a cube from a table', 'a table', async (lake) => void (await refreshCube(lake, CUBE, { signal, processes })), isRefreshed),
    inSession('rotate the secret', 'a table', async (lake) => void (await rotateAndRemask(lake, { reason: 'A laptop was lost', leave: [], ...still, processes })), isRotated),
  ];
}
