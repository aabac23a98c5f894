import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ended } from '../cli/office.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

it('docs/api is what the doc comments of the SDK give now (npm run docs writes it anew)', async () => {
  const { code, out, err } = await ended(spawn(process.execPath, ['scripts/docs.mjs', '--check'], { cwd: root }));
  expect([code, out], err).toEqual([0, '']);
}, 120_000);
