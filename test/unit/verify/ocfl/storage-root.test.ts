import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { looksLikeOcflObject, looksLikeStorageRoot } from '../../../../src/verify/ocfl/index.ts';
import { judgeStorageRoot } from '../../../builders/ocfl/check.ts';
import { write } from '../../../builders/ocfl/object.ts';
import { addObject, buildStorageRoot, placeOf } from '../../../builders/ocfl/storage-root.ts';
import { storageRootMutants } from '../../../builders/ocfl/storage-root-mutants.ts';
import { tempFolders } from '../../../builders/verify/temp.ts';

const temp = tempFolders();
const posix = process.platform !== 'win32';

describe('a storage root with one defect gives exactly the codes of that defect', () => {
  for (const { name, codes, change, posix: needsPosix } of storageRootMutants) {
    it(name, async (ctx) => {
      ctx.skip(needsPosix === true && !posix, 'this defect needs links and pipes of POSIX');
      const folder = join(temp(), 'root');
      buildStorageRoot(folder);
      change(folder);
      const { codes: found, findings } = await judgeStorageRoot(folder);
      expect(found, JSON.stringify(findings, null, 1)).toEqual(codes);
    });
  }
});

it('counts what was checked in all objects, and says in which object a finding is', async () => {
  const folder = join(temp(), 'root');
  buildStorageRoot(folder, ['urn:example:one', 'urn:example:two', 'urn:example:three']);
  addObject(folder, 'urn:example:four', { versions: [{ a: '1' }, { a: '2' }] });
  const place = placeOf('urn:example:two');
  write(folder, `${place}/v1/content/a.txt`, 'changed');
  const { findings, checked } = await judgeStorageRoot(folder);
  expect(checked).toEqual({ files: 8, bytes: 3 * 6 + 2 + 4, objects: 4, versions: 5 });
  expect(findings.map(({ code, path }) => [code, path])).toEqual([['E092', `${place}/v1/content/a.txt`]]);
});

it('finds the same in the same order, however the objects came to be checked', async () => {
  const folder = join(temp(), 'root');
  buildStorageRoot(folder, ['urn:example:one']);
  for (const name of ['b', 'c', 'a', 'd']) addObject(folder, 'urn:example:one', {}, `x/${name}`);
  const { findings } = await judgeStorageRoot(folder);
  expect(await judgeStorageRoot(folder).then((again) => again.findings)).toEqual(findings);
});

describe('what stands at a path', () => {
  it('is recognised by its declaration or by what is left', () => {
    const folder = join(temp(), 'root');
    buildStorageRoot(folder, ['urn:example:one']);
    const object = join(folder, placeOf('urn:example:one'));
    expect([looksLikeStorageRoot(folder), looksLikeOcflObject(folder)]).toEqual([true, false]);
    expect([looksLikeStorageRoot(object), looksLikeOcflObject(object)]).toEqual([false, true]);
    const rest = join(temp(), 'rest');
    write(rest, 'inventory.json', '{}');
    expect(looksLikeOcflObject(rest)).toBe(true);
    write(rest, 'lake.json', '{}');
    expect(looksLikeOcflObject(rest)).toBe(false);
    expect([looksLikeStorageRoot(join(rest, 'none')), looksLikeOcflObject(join(rest, 'none'))]).toEqual([false, false]);
  });
});
