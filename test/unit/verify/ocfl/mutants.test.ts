import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judgeObject } from '../../../builders/ocfl/check.ts';
import { folderMutants } from '../../../builders/ocfl/folder-mutants.ts';
import { fixityMutants, historyMutants } from '../../../builders/ocfl/history-mutants.ts';
import { inventoryMutants } from '../../../builders/ocfl/inventory-mutants.ts';
import { buildObject, PLAIN } from '../../../builders/ocfl/object.ts';
import { tempFolders } from '../../../builders/verify/temp.ts';

const temp = tempFolders();
const posix = process.platform !== 'win32';

describe('an object with one defect gives exactly the codes of that defect', () => {
  for (const { name, codes, plan, change, posix: needsPosix } of [...folderMutants, ...inventoryMutants, ...fixityMutants, ...historyMutants]) {
    it(name, async (ctx) => {
      ctx.skip(needsPosix === true && !posix, 'this defect needs links and pipes of POSIX');
      const folder = join(temp(), 'object');
      buildObject(folder, plan ?? PLAIN);
      change(folder);
      const { codes: found, findings } = await judgeObject(folder);
      expect(found, JSON.stringify(findings, null, 1)).toEqual(codes);
    });
  }
});
