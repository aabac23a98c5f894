import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CatalogError, openCatalog } from '../../../../src/engine/catalog/index.ts';
import { id, LedgerBuilder, memoryCatalog, opened } from './ledger-builder.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hms-catalog-'));
  file = path.join(folder, 'catalog.sqlite');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('several writers of one catalog', () => {
  it('in processes of their own make the file together and project each entry once', async () => {
    const entries = 60;
    const program = path.join(import.meta.dirname, 'projector.ts');
    const run = () => promisify(execFile)(process.execPath, [program, file, String(entries)]);
    const outputs = await Promise.all([run(), run(), run()]);
    const counts = outputs.map(({ stdout }) => JSON.parse(stdout) as { mine: number });
    expect(counts.reduce((sum, { mine }) => sum + mine, 0)).toBe(entries);
    const builder = new LedgerBuilder();
    builder.create();
    for (let i = 1; i < entries; i++) builder.commit(`DS-${i}`, 1, new Map(), []);
    const alone = memoryCatalog();
    await builder.project(alone);
    const together = opened(file);
    expect(together.fingerprint()).toBe(alone.fingerprint());
    await together.close();
    await alone.close();
  });

  it('say "moved" without doing the work where another was quicker', async () => {
    const builder = new LedgerBuilder();
    builder.create();
    const [a, b] = [opened(file), opened(file)];
    await builder.project(a);
    let called = false;
    expect(await b.project(0, () => { called = true; })).toEqual({ kind: 'moved', total: 1 });
    expect(called).toBe(false);
    expect(await b.project(1, () => 'done')).toEqual({ kind: 'done', value: 'done' });
    await a.close();
    await b.close();
  });

  it('see each other\'s writes when they are done, not before, and are told when they wait too long', async () => {
    const builder = new LedgerBuilder();
    builder.create();
    const a = opened(file);
    const result = openCatalog(file, { busyTimeout: 20 });
    if (!result.ok) throw new Error(result.message);
    const b = result.catalog;
    await a.project(0, async (projection) => {
      await builder.projectLeaf(projection, 0);
      expect(projection.view.size).toBe(1);
      expect([a.view.size, b.view.size]).toEqual([0, 0]);
      const failure = await b.project(0, () => undefined).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(CatalogError);
      expect((failure as CatalogError).trouble).toBe('busy');
    });
    expect([a.view.size, b.view.size]).toEqual([1, 1]);
    await a.close();
    await b.close();
  });

  it('take turns within one process, and a failed write leaves nothing behind', async () => {
    const builder = new LedgerBuilder();
    builder.create();
    builder.commit('A', 1, new Map(), []);
    const catalog = opened(file);
    const before = catalog.fingerprint();
    const failing = catalog.project(0, async (projection) => {
      await builder.projectLeaf(projection, 0);
      throw new Error('the share went away');
    });
    const following = catalog.project(0, (projection) => builder.projectLeaf(projection, 0));
    await expect(failing).rejects.toThrow('the share went away');
    expect(await following).toEqual({ kind: 'done', value: undefined });
    expect(catalog.position().total).toBe(1);
    const late = catalog.project(0, () => undefined);
    expect(await late).toEqual({ kind: 'moved', total: 1 });
    expect(catalog.fingerprint()).not.toBe(before);
    await catalog.close();
  });

  it('may write while another goes through a long list', async () => {
    const builder = new LedgerBuilder();
    builder.create();
    const catalog = opened(file);
    const names = Array.from({ length: 2_500 }, (_, i) => `f${String(i).padStart(5, '0')}`);
    const lines = names.map((name) => ({ do: 'add' as const, path: name as never, sha256: builder.state.lastLeafHash, size: 1, mtime: null }));
    builder.commit('A', 1, new Map(names.map((name) => [name, { sha256: builder.state.lastLeafHash, size: 1 }])), lines);
    await builder.project(catalog);
    builder.commit('A', 2, new Map(), names.map((name) => ({ do: 'remove' as const, path: name as never })));
    const seen: string[] = [];
    for (const one of catalog.iterateFiles(id('A'), 1) ?? []) {
      if (seen.length === 10) await builder.project(catalog);
      seen.push(one.path);
    }
    expect(seen).toEqual(names);
    expect(catalog.files(id('A'), 2, '', 10)?.files).toEqual([]);
    await catalog.close();
  });
});
