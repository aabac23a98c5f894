import { chmod, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openOffice } from '../../../builders/lake/office.ts';
import type { Office } from '../../../builders/lake/office.ts';

let office: Office;
beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office.remove());

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

it('a profile that is made now is closed to other accounts; one that a person made keeps its mode', async (ctx) => {
  ctx.skip(process.platform === 'win32', 'Windows has other permissions than a mode');
  const made = join(office.folder, 'made-here');
  await office.read(() => undefined, 'made', { profile: made });
  expect(await modeOf(made)).toBe(0o700);
  const given = join(office.folder, 'given');
  await mkdir(given);
  await chmod(given, 0o750);
  await office.read(() => undefined, 'given', { profile: given });
  expect(await modeOf(given)).toBe(0o750);
});
