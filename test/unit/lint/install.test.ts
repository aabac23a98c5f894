import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = (name: string) => readFileSync(join(root, name), 'utf8');

const versions = z.record(z.string(), z.string());
const manifest = z.object({ dependencies: versions, devDependencies: versions }).parse(JSON.parse(read('package.json')));
const lock = z
  .object({ packages: z.record(z.string(), z.looseObject({ version: z.string().optional(), integrity: z.string().optional() })) })
  .parse(JSON.parse(read('package-lock.json')));

const direct = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });

describe('what is installed', () => {
  it.each(direct)('names %s by one exact version', (_, version) => {
    expect(version).toMatch(/^(npm:(@[a-z0-9-]+\/)?[a-z0-9-]+@)?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/);
  });

  it('locks every package by version and hash, and none by an address', () => {
    const { '': _project, ...packages } = lock.packages;
    for (const [name, entry] of Object.entries(packages)) {
      const { funding: _funding, ...rest } = entry;
      expect(rest, name).toMatchObject({ version: expect.any(String), integrity: expect.stringMatching(/^sha512-/) });
      expect(JSON.stringify(rest), name).not.toMatch(/:\/\//);
    }
    expect(Object.keys(packages).length).toBeGreaterThan(direct.length);
  });

  it.each(direct)('has a line about %s in docs/dependencies.md', (name, version) => {
    expect(read('docs/dependencies.md')).toContain(`| ${name} | ${version} |`);
  });

  it('has no locally built better-sqlite3, which would be loaded instead of the binary that came with it', () => {
    expect(existsSync(join(root, 'node_modules', 'better-sqlite3', 'build'))).toBe(false);
    expect(readdirSync(join(root, 'node_modules', 'better-sqlite3', 'prebuilds'))).not.toEqual([]);
  });

  it('runs the tests on Node 24', () => {
    expect(process.version).toMatch(/^v24\./);
  });
});
