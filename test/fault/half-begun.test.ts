import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DatasetId } from '../../src/contract/index.ts';
import { commit, discard, draftsOf, put } from '../../src/engine/drafting.ts';
import { initLake } from '../../src/engine/init.ts';
import type { OpenOptions } from '../../src/engine/open.ts';
import { openToWrite } from '../../src/engine/open.ts';
import { errorsOf, FaultPlace } from '../builders/fault/fault-place.ts';
import { Crash, FaultyDisk } from '../builders/fault/faulty-disk.ts';
import { quiet } from '../builders/fault/scenario.ts';

let place: FaultPlace;
beforeAll(async () => {
  place = await FaultPlace.make();
  mkdirSync(place.sources, { recursive: true });
  writeFileSync(join(place.sources, 'a.txt'), 'a');
  await (await initLake({ ...place.options(), zone: 'America/New_York' })).lake.close();
  const lake = await openToWrite(place.options());
  await put(lake, 'OTHER' as DatasetId, [{ kind: 'path', path: join(place.sources, 'a.txt') }], { ...quiet, inline: true });
  await commit(lake, 'OTHER' as DatasetId, { message: null, tags: [] });
  await lake.close();
  // As in a place that this station has not opened before: it looks whether every version is where it belongs.
  place.restoreCatalog(null);
  place.save('one version');
});
afterAll(() => place.remove());

const DATASET = 'BEGUN' as DatasetId;

async function putOne(options: OpenOptions): Promise<void> {
  const lake = await openToWrite(options);
  try {
    await put(lake, DATASET, [{ kind: 'path', path: join(place.sources, 'a.txt') }], { ...quiet, inline: true });
  } finally {
    await lake.close();
  }
}

it('a process that dies at any call while it begins a draft leaves nothing that the next one does not tidy up', { timeout: 60_000 }, async () => {
  place.restore('one version');
  const counting = new FaultyDisk(null);
  await putOne(place.options({ disk: counting.disk }));
  const copying = counting.calls.findIndex(({ primitive }) => primitive.startsWith('blocking'));
  const calls = counting.calls.slice(0, copying).filter(({ path }) => path.includes('staging'));
  expect(calls.some(({ path }) => path.endsWith('draft.json'))).toBe(true);
  for (const { number, primitive } of calls) {
    for (const kind of primitive === 'handle.write' ? (['crashAfter', 'crashHalfway'] as const) : (['crashAfter'] as const)) {
      place.restore('one version');
      const dying = new FaultyDisk({ at: number, kind });
      await expect(putOne(place.options({ disk: dying.disk }))).rejects.toBeInstanceOf(Crash);
      await dying.bury();
      expect(errorsOf(await place.verify())).toEqual([]);
      await putOne(place.options());
      const lake = await openToWrite(place.options());
      const drafts = await draftsOf(lake);
      expect([place.staged(), kind, number]).toEqual([drafts.map(({ txn }) => txn), kind, number]);
      expect(drafts).toHaveLength(1);
      for (const draft of drafts) await discard(lake, draft);
      await lake.close();
      expect(readdirSync(join(place.lake, 'staging'))).toEqual([]);
    }
  }
});

it('a draft whose draft.json was damaged after files were put into it is left alone', async () => {
  place.restore('one version');
  await putOne(place.options());
  const [draft] = place.staged();
  writeFileSync(join(place.lake, 'staging', draft ?? '', 'draft.json'), '{');
  await putOne(place.options());
  // Files were put into it, so it stays although nothing says any more whose it is.
  expect(place.staged()).toContain(draft);
});
