import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const require = createRequire(import.meta.url);
const configuration = z.object({ forbidden: z.array(z.object({ name: z.string() })) }).parse(require(join(root, '.dependency-cruiser.cjs')));
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Runs dependency-cruiser under the project's configuration over a project with these files. Returns its exit code and "rule: file" for each violation. */
function cruise(files: Readonly<Record<string, string>>): { status: number | null; broken: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'hms-imports-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  for (const name of ['package.json', '.dependency-cruiser.cjs', 'scripts/places.mjs', 'scripts/lint']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const tool = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
  const args = [tool, 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'err', '--no-progress'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
  if (stderr !== '') throw new Error(stderr);
  return { status, broken: [...stdout.matchAll(/error ([\w-]+: \S+)/g)].map(([, found]) => found ?? '') };
}

const y = 'export const y = 1;\nexport type Y = number;\n';

describe('dependency-cruiser', () => {
  it('lets a tree pass that keeps the directions', () => {
    const result = cruise({
      'src/contract/index.ts': "import { z } from 'zod';\nexport const id = z.string();\n",
      'src/core/merkle.ts': "import { id } from '../contract/index.ts';\nexport const leaf = id;\n",
      'src/engine/clock.ts': 'export type Clock = () => number;\nexport const y = 1;\n',
      'src/engine/lake/durable.ts': y,
      'src/engine/lake/index.ts': "export { y } from './durable.ts';\nimport type { Clock } from '../clock.ts';\nexport type C = Clock;\n",
      'src/engine/workers/copy.ts': "import { y } from '../lake/durable.ts';\nexport type Job = typeof y;\n",
      'src/engine/catalog/index.ts': "import Database from 'better-sqlite3';\nexport const y = Database;\n",
      'src/engine/ingest/index.ts': "import { y } from '../lake/index.ts';\nimport type { Job } from '../workers/copy.ts';\nexport const z: Job = y;\n",
      'src/engine/audit/index.ts': "export { y } from '../../verify/index.ts';\n",
      'src/engine/open.ts': "import './ingest/index.ts';\nimport './audit/index.ts';\nimport './catalog/index.ts';\nimport './clock.ts';\n",
      'src/verify/index.ts': "import { leaf } from '../core/merkle.ts';\nexport const y = leaf;\n",
      'src/cli/hms.ts': "import 'commander';\nimport '../engine/open.ts';\nimport '../verify/index.ts';\nimport { readFile } from 'node:fs/promises';\nvoid readFile;\n",
    });
    expect(result).toEqual({ status: 0, broken: [] });
  });

  // One tree holds them all, each in a file of its own: a run costs a third of a second.
  const violations: { rule: string; from: string; text: string }[] = [
    { rule: 'layer-contract', from: 'src/contract/a.ts', text: "import '../core/y.ts';\n" },
    { rule: 'layer-core', from: 'src/core/a.ts', text: "import type { Y } from '../engine/y.ts';\nexport type Z = Y;\n" },
    { rule: 'layer-engine', from: 'src/engine/a.ts', text: "import '../verify/y.ts';\n" },
    { rule: 'layer-engine-audit', from: 'src/engine/audit/a.ts', text: "import '../../cli/y.ts';\n" },
    { rule: 'layer-verify', from: 'src/verify/a.ts', text: "export const f = () => import('../engine/y.ts');\n" },
    { rule: 'layer-sdk', from: 'src/sdk/a.ts', text: "import '../cli/y.ts';\n" },
    { rule: 'layer-cli', from: 'src/cli/a.ts', text: "import '../renderer/y.ts';\n" },
    { rule: 'layer-host', from: 'src/host/a.ts', text: "import '../cli/y.ts';\n" },
    { rule: 'layer-main', from: 'src/main/a.ts', text: "import '../engine/y.ts';\n" },
    { rule: 'layer-preload', from: 'src/preload/a.ts', text: "import '../core/y.ts';\n" },
    { rule: 'layer-renderer', from: 'src/renderer/a.ts', text: "export * from '../core/y.ts';\n" },
    { rule: 'feature-folders', from: 'src/engine/ingest/a.ts', text: "import '../keys/index.ts';\n" },
    { rule: 'lake-is-below', from: 'src/engine/lake/a.ts', text: "import '../keys/index.ts';\n" },
    { rule: 'front-door', from: 'src/cli/b.ts', text: "import '../engine/lake/store.ts';\n" },
    { rule: 'front-door-between-folders', from: 'src/engine/jobs/a.ts', text: "import '../lake/store.ts';\n" },
    { rule: 'durable-for-workers', from: 'src/engine/jobs/b.ts', text: "import '../lake/durable.ts';\n" },
    { rule: 'worker-entries', from: 'src/engine/b.ts', text: "import './workers/copy.ts';\n" },
    { rule: 'wired-from-above', from: 'src/engine/jobs/c.ts', text: "import '../open.ts';\n" },
    { rule: 'clock-is-passed-in', from: 'src/engine/jobs/d.ts', text: "import { y } from '../clock.ts';\nvoid y;\n" },
    { rule: 'owner-better-sqlite3', from: 'src/engine/jobs/e.ts', text: "import 'better-sqlite3';\n" },
    { rule: 'owner-duckdb', from: 'src/engine/jobs/f.ts', text: "import 'duckdb';\n" },
    { rule: 'owner-archiver', from: 'src/cli/c.ts', text: "import 'archiver';\n" },
    { rule: 'owner-electron', from: 'src/engine/c.ts', text: "import 'electron/main';\n" },
    { rule: 'owner-react', from: 'src/engine/d.ts', text: "import 'react';\n" },
    { rule: 'no-cycles', from: 'src/core/b.ts', text: "import './b.ts';\n" },
    { rule: 'only-src', from: 'src/core/c.ts', text: "import '../../test/y.ts';\n" },
    { rule: 'resolvable', from: 'src/core/d.ts', text: "import './missing.ts';\n" },
    { rule: 'runtime-dependencies', from: 'src/engine/e.ts', text: "import 'fast-check';\n" },
    { rule: 'declared', from: 'src/engine/f.ts', text: "import 'pend';\n" },
  ];

  it('names every rule of its configuration in this test', () => {
    expect(configuration.forbidden.map(({ name }) => name).sort()).toEqual(violations.map(({ rule }) => rule).sort());
  });

  it('refuses each of them and ends with an exit code that is not 0', () => {
    const bystanders = [
      ...['contract', 'core', 'verify', 'cli', 'renderer', 'engine'].map((layer) => `src/${layer}/y.ts`),
      ...['lake/store.ts', 'lake/durable.ts', 'keys/index.ts', 'workers/copy.ts', 'open.ts', 'clock.ts'].map((file) => `src/engine/${file}`),
      'test/y.ts',
    ];
    const { status, broken } = cruise({
      ...Object.fromEntries(bystanders.map((file) => [file, y])),
      ...Object.fromEntries(violations.map(({ from, text }) => [from, text])),
    });
    for (const { rule, from } of violations) expect(broken).toContain(`${rule}: ${from}`);
    expect(status).not.toBe(0);
  });
});
