import { deepEqual, equal } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DatasetId, LogicalPath, Tag } from '../../src/contract/index.ts';
import { HmsError } from '../../src/contract/index.ts';
import { addTag } from '../../src/engine/datasets/index.ts';
import { commit, put } from '../../src/engine/drafting.ts';
import { openFile, versionOf } from '../../src/engine/files.ts';
import { initLake } from '../../src/engine/init.ts';
import { openToRead } from '../../src/engine/open.ts';
import { verify } from '../../src/verify/index.ts';
import type { Office } from '../builders/lake/office.ts';
import { quiet, textOf } from '../builders/lake/office.ts';
import type { PlaceCase } from './lake-place.ts';

/** What a small place refuses when it is full, and when it becomes read-only, word for word; the lake's parent folder is its mount. In order, on one lake. */

const id = 'WF' as DatasetId;
const full = (doing: string): readonly string[] => ['NO_SPACE', `${doing} failed: the disk is full.`, 'Free some space, then run the same command again.'];

/** Code, sentence and advice of a refusal. */
async function refusal(work: Promise<unknown>): Promise<readonly string[]> {
  const error: unknown = await work.then(() => null, (caught: unknown) => caught);
  if (!(error instanceof HmsError)) throw new Error(`Not refused as it should be: ${String(error)}`);
  return [error.code, error.message, error.next ?? ''];
}

/** Fills the place to its last byte. */
async function fill(file: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for (let size = 1 << 20; size >= 512; ) {
      try {
        await handle.write(Buffer.alloc(size, 'full'));
        await handle.sync();
      } catch (error) {
        if (!['ENOSPC', 'EIO'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
        size >>= 1;
      }
    }
  } finally {
    await handle.close().catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    });
  }
}

async function expectWhole(office: Office, version: number, text: string): Promise<void> {
  await office.read(async (lake) => {
    const found = versionOf(lake, 'WF');
    equal(found.version, version);
    equal(await textOf((await openFile(lake, found, 'a.txt' as LogicalPath)).stream), text);
  });
  const report = await verify(office.lake, { workers: 0 });
  deepEqual(report.findings.filter((finding) => finding.severity === 'error').map((finding) => finding.message), []);
}

export const limitCases: readonly PlaceCase[] = [
  {
    name: 'a full place refuses drafts, commits and acts by name, and the lake stays whole',
    async run(office) {
      const { lake } = await initLake({ ...office.options(), zone: 'America/New_York' });
      await lake.close();
      await office.ingest('WF', { 'a.txt': '1' });
      const source = await office.sources({ 'a.txt': '2', 'b.bin': 'large '.repeat(20_000) });
      const filler = join(dirname(office.lake), 'filler');
      await office.write(async (open) => {
        await fill(filler);
        const [code, message, next] = await refusal(addTag(open, { dataset: id, version: 1 }, 'x' as Tag));
        deepEqual([code, message, next], full('Preparing the ledger entry'));
        const begun = await refusal(put(open, id, [{ kind: 'path', path: source }], quiet));
        equal(begun[0], 'NO_SPACE');
        equal(begun[1]?.endsWith(' failed: the disk is full.'), true, begun[1]);
      });
      await expectWhole(office, 1, '1');
      await rm(filler);
    },
  },
  {
    name: 'when there is room again the same is done',
    async run(office) {
      const source = await office.sources({ 'a.txt': '2', 'b.bin': 'large '.repeat(20_000) });
      await office.write(async (lake) => {
        await put(lake, id, [{ kind: 'path', path: source }], quiet);
        await commit(lake, id, { message: null, tags: [] });
        await addTag(lake, { dataset: id, version: 2 }, 'x' as Tag);
      });
      await expectWhole(office, 2, '2');
    },
  },
  {
    name: 'a place that is mounted read-only is read and checked, and not written',
    async run(office) {
      execFileSync('mount', ['-o', 'remount,ro', dirname(office.lake)]);
      const words = ['NO_PERMISSION', 'Opening the lake for writing failed: the disk is read-only.', 'Make the disk writable, then run the same command again.'];
      deepEqual(await refusal(office.write(() => Promise.resolve())), words);
      const reader = await openToRead(office.options('auditor', { inMemory: true }));
      equal(versionOf(reader, 'WF').version, 2);
      await reader.close();
      await expectWhole(office, 2, '2');
    },
  },
  {
    name: 'it is written again when it is mounted for writing again',
    async run(office) {
      execFileSync('mount', ['-o', 'remount,rw', dirname(office.lake)]);
      equal(await office.ingest('WF', { 'a.txt': '3' }), 3);
      await expectWhole(office, 3, '3');
    },
  },
];
