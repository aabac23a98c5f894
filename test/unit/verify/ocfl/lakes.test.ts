import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { judgeStorageRoot } from '../../../builders/ocfl/check.ts';
import { commitFiles, makeLake, openStation, testKey } from '../../../builders/lake/small-lake.ts';
import { tempFolders } from '../../../builders/verify/temp.ts';

const temp = tempFolders();
const frozen = fileURLToPath(new URL('../../../fixtures/frozen/lake/', import.meta.url));

it('the storage roots of a lake that was written long ago keep the standard, but for the algorithm', async () => {
  const store = await judgeStorageRoot(join(frozen, 'store'));
  expect(store.codes, JSON.stringify(store.findings, null, 1)).toEqual(['W004']);
  expect(store.checked).toMatchObject({ objects: 2, versions: 3 });
  const raw = await judgeStorageRoot(join(frozen, 'raw'));
  expect(raw.findings).toEqual([]);
});

it('the storage roots of a lake that is written now keep the standard, but for the algorithm', async () => {
  const root = join(temp(), 'lake');
  const key = testKey();
  await makeLake(root, key);
  const station = await openStation(root, { key });
  await station.ledger.catchUp();
  await commitFiles(station, 'WF-2024-07', { 'a.csv': '1', 'sub/CON.txt': '2', 'ä/x ': '3' });
  await commitFiles(station, 'WF-2024-07', { 'a.csv': '2', 'sub/CON.txt': null });
  await commitFiles(station, 'AIR.1', { 'air.csv': 'x' });
  await station.ledger.act(key, { op: 'dataset.created', subject: 'dataset:PHI-1', head: { root: 'raw', tags: ['phi'] } });
  await commitFiles(station, 'PHI-1', { 'case.txt': 'private' });
  const store = await judgeStorageRoot(join(root, 'store'));
  expect(store.codes, JSON.stringify(store.findings, null, 1)).toEqual(['W004']);
  expect(store.checked).toMatchObject({ objects: 2, versions: 3 });
  const raw = await judgeStorageRoot(join(root, 'raw'));
  expect(raw.codes, JSON.stringify(raw.findings, null, 1)).toEqual(['W004']);
  expect(raw.checked).toMatchObject({ objects: 1, versions: 1, files: 1, bytes: 7 });
});
