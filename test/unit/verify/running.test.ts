import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Progress } from '../../../src/contract/index.ts';
import { CancelledError } from '../../../src/contract/index.ts';
import { verify } from '../../../src/verify/index.ts';
import { checkHere, found } from '../../builders/verify/check.ts';
import { HandLake } from '../../builders/verify/hand-lake.ts';
import { pattern, sampleLake } from '../../builders/verify/sample-lake.ts';
import { tempFolders } from '../../builders/verify/temp.ts';

const temp = tempFolders();

function largeLake(): HandLake {
  const lake = new HandLake(join(temp(), 'Lake'));
  const files = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${String(i)}`, String(i)]));
  lake.commit('A', { ...files, big: pattern(9_000_000) });
  lake.checkpoint();
  return lake;
}

describe('a check that runs', () => {
  it('tells how far it is: counts never go back, never pass their totals, and end at all of it', async () => {
    for (const workers of [0, 2]) {
      const told: Progress[] = [];
      const report = await verify(largeLake().root, { workers, onProgress: (progress) => told.push(progress) });
      expect(report.checked).toMatchObject({ files: 301, bytes: 9_000_790 });
      expect(told.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['Reading the ledger', 'Reading and hashing files']));
      expect(told.at(-1)).toMatchObject({ filesDone: 301, filesTotal: 301, bytesDone: 9_000_790, bytesTotal: 9_000_790 });
      told.reduce((before, now) => {
        expect(now.filesDone).toBeGreaterThanOrEqual(before.filesDone);
        expect(now.bytesDone).toBeGreaterThanOrEqual(before.bytesDone);
        expect(now.bytesTotal ?? Infinity).toBeGreaterThanOrEqual(now.bytesDone);
        return now;
      });
    }
  });

  it('stops when it is asked to, at once or on the way, and says that nothing was changed', async () => {
    const { root } = largeLake();
    for (const workers of [0, 2]) {
      const before = new AbortController();
      before.abort();
      await expect(verify(root, { workers, signal: before.signal })).rejects.toBeInstanceOf(CancelledError);
      const later = new AbortController();
      const running = verify(root, { workers, signal: later.signal, onProgress: ({ phase }) => { if (phase === 'Reading and hashing files') later.abort(); } });
      await expect(running).rejects.toMatchObject({ name: 'CancelledError', kept: 'The check was stopped before its end. It only reads, so nothing was changed.' });
    }
  });

  it('changes nothing: no file, no time of change, no name', async () => {
    const { root } = sampleLake(temp());
    const look = (): string[] =>
      (readdirSync(root, { recursive: true }) as string[]).sort().map((path) => {
        const { mtimeMs, ctimeMs, size, mode } = statSync(join(root, path));
        return [path, mtimeMs, ctimeMs, size, mode].join(' ');
      });
    const before = look();
    await verify(root, { workers: 2 });
    await checkHere(root);
    expect(look()).toEqual(before);
  });

  it('lists the first of very many findings, and counts the rest', async () => {
    const lake = new HandLake(join(temp(), 'Lake'));
    lake.commit('A', { a: '1' });
    lake.checkpoint();
    for (let i = 0; i < 2005; i++) writeFileSync(join(lake.root, lake.objects.get('A')?.folder ?? '', 'v1/content', `x${String(i)}`), '');
    const report = await checkHere(lake.root);
    expect(report.findings).toHaveLength(2001);
    expect(found(report)[0]).toBe('FILE_UNLISTED ');
    expect(report.findings[0]?.message).toBe('5 more findings FILE_UNLISTED are not listed one by one.');
    expect(report.summary).toContain('2,005 errors');
  });
});
