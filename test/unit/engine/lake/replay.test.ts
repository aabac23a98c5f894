import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Tag } from '../../../../src/contract/index.ts';
import { toHex } from '../../../../src/core/index.ts';
import { systemClock } from '../../../../src/engine/clock.ts';
import { newTxn } from '../../../../src/engine/lake/index.ts';
import { LeafThread } from '../../../../src/engine/lake/leaf-thread.ts';
import { readLeaves } from '../../../../src/engine/lake/replay.ts';
import { unflushedDisk } from '../../../builders/lake/unflushed.ts';
import { commitFiles, makeLake, openStation, temporaryFolder, testKey } from '../../../builders/lake/small-lake.ts';
import type { TestStation } from '../../../builders/lake/small-lake.ts';

/** A ledger that is read for the first time: more of it than is read at once. */

const ENTRIES = 700;
const key = testKey();
let root: string;
let remove: () => Promise<void>;
let written: TestStation;

beforeAll(async () => {
  const folder = await temporaryFolder('hms-replay-');
  remove = folder.remove;
  root = join(folder.path, 'lake');
  await makeLake(root, key);
  written = await openStation(root, { key, disk: unflushedDisk });
  await commitFiles(written, 'WF', { 'a.txt': '1' });
  const { ledger, index } = written;
  for (let n = index.view.size; n < ENTRIES; n++) {
    await ledger.claimWith(key, newTxn(systemClock), { op: 'tag.added', subject: 'version:WF:v1', head: { tag: `tag-${n}` as Tag } }, () => true);
  }
  await ledger.catchUp();
}, 120_000);
afterAll(() => remove());

const leavesOf = ({ index }: TestStation): string[] => [...index.leafHashes(0, index.view.size)].map(toHex);

describe('a ledger that is read for the first time', () => {
  it('is what its writer knows of it', async () => {
    const station = await openStation(root, { key, kind: 'share' });
    await station.ledger.catchUp();
    expect(leavesOf(station)).toEqual(leavesOf(written));
    expect(station.index.effects).toEqual(written.index.effects);
    expect(station.index.effects).toHaveLength(ENTRIES);
  });

  it('is read on while what was read is judged, from where much of it came at once', async () => {
    // A share's folder is opened first, which takes as long as it takes.
    const station = await openStation(root, { key, kind: 'other' });
    const { index } = station;
    const { paths } = station.ledger.context;
    let asked = 0;
    const entry = (seq: number): string => ((asked = Math.max(asked, seq)), paths.entry(seq));
    Object.assign(station.ledger.context, { paths: { ...paths, entry } });
    const steps: (readonly [from: number, asked: number])[] = [];
    const project = index.project.bind(index);
    index.project = (from, work) => {
      steps.push([from, asked]);
      return project(from, work);
    };
    await station.ledger.catchUp();
    expect(steps).toEqual([[0, 0], [1, 1], [2, 5], [6, 21], [22, 341], [86, 597], [342, 853], [598, 853]]);
    expect(leavesOf(station)).toEqual(leavesOf(written));
  });

  it('is tried in two ways on a share, and is the same in both', async () => {
    const read = vi.spyOn(LeafThread.prototype, 'read');
    try {
      const station = await openStation(root, { key, kind: 'share' });
      await station.ledger.catchUp();
      expect(read.mock.calls[0]?.[0].map((folder) => folder.slice(-3)).slice(0, 3)).toEqual(['086', '087', '088']);
      expect(leavesOf(station)).toEqual(leavesOf(written));
      expect(station.index.effects).toEqual(written.index.effects);
      read.mockClear();
      await (await openStation(root, { key, kind: 'journaled' })).ledger.catchUp();
      expect(read).not.toHaveBeenCalled();
    } finally {
      read.mockRestore();
    }
  });

  it('has the same words and the same faults whoever reads it', async () => {
    const { ledger } = await openStation(root, { key, kind: 'share' });
    const { paths } = ledger.context;
    const file = (seq: number, name: string): string => join(paths.entry(seq), name);
    const files = [file(500, 'body.json'), file(501, 'body.json'), file(501, 'body.salt'), file(502, 'body.salt'), file(503, 'entry.json')];
    const were = files.map((path) => readFileSync(path));
    const thread = new LeafThread();
    try {
      writeFileSync(file(500, 'body.json'), Buffer.from(were[0] ?? []).fill(' ', 0, 1));
      rmSync(file(501, 'body.json'));
      rmSync(file(501, 'body.salt'));
      writeFileSync(file(502, 'body.salt'), 'short');
      writeFileSync(file(503, 'entry.json'), '{"v":1}');
      const told = async (by: LeafThread | null): Promise<unknown[]> => {
        const { leaves, blocked } = await readLeaves(ledger.context, 490, ENTRIES - 490 + 5, by);
        return [blocked, ...leaves.map(({ seq, bytes, body }) => [seq, toHex(bytes), body.is, 'head' in body ? body.head : 'why' in body ? body.why : null])];
      };
      const [, ...leaves] = await told(thread);
      expect([null, ...leaves]).toEqual(await told(null));
      expect(leaves).toHaveLength(ENTRIES - 490);
      expect(leaves.slice(9, 14).map((leaf) => (leaf as unknown[])[2])).toEqual(['kept', 'altered', 'missing', 'altered', 'none']);
    } finally {
      await thread.close();
      for (const [i, path] of files.entries()) writeFileSync(path, were[i] ?? '');
    }
  });

  it('is not read twice by one process where another one of the station has taken the index on', async () => {
    const station = await openStation(root, { key, kind: 'share' });
    const other = openStation(root, { key, kind: 'share' });
    const { index } = station;
    const project = index.project.bind(index);
    const { ledger } = await other;
    Object.assign(ledger.context, { index });
    index.project = async (from, work) => {
      const outcome = await project(from, work);
      if (from === 22) {
        index.project = project;
        await ledger.catchUp();
      }
      return outcome;
    };
    await station.ledger.catchUp();
    expect(leavesOf(station)).toEqual(leavesOf(written));
    expect(index.effects).toHaveLength(ENTRIES);
  });
});
