import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HmsError } from '../../src/contract/index.ts';
import type { ErrorCode, LogicalPath, Tag } from '../../src/contract/index.ts';
import { addTag } from '../../src/engine/datasets/index.ts';
import { commit, myDraft } from '../../src/engine/drafting.ts';
import { openToRead } from '../../src/engine/open.ts';
import type { WritableLake } from '../../src/engine/open.ts';
import { enrollStation, requestEnrolment } from '../../src/engine/stations.ts';
import { errorsOf, expectVersion, FaultPlace, misfit } from '../builders/fault/fault-place.ts';
import { DATASET, within } from '../builders/fault/scenario.ts';
import { firstFiles } from '../builders/fault/sources.ts';
import { stoppingDisk } from '../builders/fault/stopping-disk.ts';
import { saveTemplates } from '../builders/fault/templates.ts';
import { putTexts } from '../builders/fault/texts.ts';

/**
 * A process that stands still before each of its write calls in turn, for longer than another process needs to open the lake, to do its whole work, to
 * check everything and to close; and then goes on.
 */

let place: FaultPlace;
beforeAll(async () => {
  place = await FaultPlace.make();
  await saveTemplates(place);
  await saveDrafts();
});
afterAll(() => place.remove());

const plain = { message: null, tags: [] } as const;

/** Two stations, each with a draft of the same dataset. */
async function saveDrafts(): Promise<void> {
  place.restore('one version');
  const asking = await openToRead(place.options({ profile: place.secondProfile }));
  const { id16 } = await requestEnrolment(asking);
  await asking.close();
  await within(place.options(), place, async (lake) => void (await enrollStation(lake, id16, null)));
  place.save('two stations');
  await within(place.options(), place, (lake) => putTexts(lake, place.base, DATASET, { 'of-first.txt': 'first', 'sensors/a.csv': 'changed by the first' }));
  await within(second(), place, (lake) => putTexts(lake, place.base, DATASET, { 'of-second.txt': 'second' }));
  place.save('two drafts');
  place.restore('two stations');
  await within(place.options(), place, (lake) => putTexts(lake, place.base, DATASET, { 'of-first.txt': 'first', 'sensors/a.csv': 'changed by the first' }));
  await within(second(), place, (lake) => putTexts(lake, place.base, DATASET, { 'of-second.txt': 'second', 'sensors/a.csv': 'changed by the second' }));
  place.save('two drafts that overlap');
  place.restore('two stations');
  await within(place.options(), place, (lake) => putTexts(lake, place.base, 'NEW', { 'one.txt': 'one' }));
  await within(second(), place, (lake) => putTexts(lake, place.base, 'NEW', { 'two.txt': 'two' }));
  place.save('two drafts of a new dataset');
  rmSync(`${place.base}/texts`, { recursive: true, force: true });
}

const second = () => place.options({ profile: place.secondProfile });

/** What became of one process's work: done, or the code of an expected refusal. Anything else is thrown. */
async function outcome(work: () => Promise<unknown>): Promise<ErrorCode | 'done'> {
  try {
    await work();
    return 'done';
  } catch (error) {
    if (!(error instanceof HmsError)) throw error;
    expect(misfit(error)).toBeNull();
    return error.code;
  }
}

interface Meeting {
  readonly from: string;
  readonly stopped: (lake: WritableLake) => Promise<unknown>;
  readonly meanwhile: () => Promise<unknown>;
  /** Looks at the lake after both; `first` is the one that stood still. */
  readonly check: (lake: WritableLake, first: ErrorCode | 'done', other: ErrorCode | 'done') => Promise<void>;
  /** Every how many calls. */
  readonly every?: number;
}

/** Lets the two meet at every call of the first. */
async function meetEverywhere(meeting: Meeting): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {};
  for (let at = 1, reached = true; reached; at += meeting.every ?? 1) {
    place.restore(meeting.from);
    let other: ErrorCode | 'done' | null = null;
    const stopping = stoppingDisk(at, async () => {
      other = await outcome(meeting.meanwhile);
      expect(errorsOf(await place.verify()).join('\n'), `while the first stood before ${stopping.stoppedAt()}`).toBe('');
    });
    let first: ErrorCode | 'done';
    try {
      first = await outcome(() => within(place.options({ disk: stopping.disk }), place, async (lake) => void (await meeting.stopped(lake))));
      reached = other !== null;
      if (!reached) break;
      await within(place.options(), place, (lake) => meeting.check(lake, first, other as ErrorCode | 'done'));
      expect(errorsOf(await place.verify()).join('\n')).toBe('');
    } catch (error) {
      throw new Error(`Stopped before call ${at}, ${stopping.stoppedAt()}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
    const both = `${first} and ${String(other)}`;
    outcomes[both] = (outcomes[both] ?? 0) + 1;
  }
  console.info(Object.entries(outcomes).map(([both, times]) => `${both}: ${times}`).join('; '));
  return outcomes;
}

describe('a commit that stands still at each step while another process works', () => {
  it('loses nothing where another station commits other files of the same dataset', { timeout: 300_000 }, async () => {
    const outcomes = await meetEverywhere({
      from: 'two drafts',
      stopped: (lake) => commit(lake, DATASET, plain),
      meanwhile: () => within(second(), place, async (lake) => void (await commit(lake, DATASET, plain))),
      check: (lake) => expectVersion(lake, DATASET, 3, { ...firstFiles, 'of-first.txt': 'first', 'sensors/a.csv': 'changed by the first', 'of-second.txt': 'second' }),
    });
    expect(Object.keys(outcomes)).toEqual(['done and done']);
  });

  it('is refused with DATASET_MOVED, or the other one is, where both change the same file', { timeout: 300_000 }, async () => {
    const outcomes = await meetEverywhere({
      from: 'two drafts that overlap',
      stopped: (lake) => commit(lake, DATASET, plain),
      meanwhile: () => within(second(), place, async (lake) => void (await commit(lake, DATASET, plain))),
      check: async (lake, first) => {
        const who = first === 'done' ? 'first' : 'second';
        await expectVersion(lake, DATASET, 2, { ...firstFiles, [`of-${who}.txt`]: who, 'sensors/a.csv': `changed by the ${who}` });
        expect(lake.catalog.version(DATASET, 3)).toBeNull();
        // Who was refused still has the draft.
        if (first !== 'done') expect((await myDraft(lake, DATASET))?.changes.size).toBe(2);
      },
      every: 2,
    });
    expect(Object.keys(outcomes).sort()).toEqual(['DATASET_MOVED and done', 'done and DATASET_MOVED']);
  });

  it('loses nothing where another station makes the same new dataset', { timeout: 300_000 }, async () => {
    const outcomes = await meetEverywhere({
      from: 'two drafts of a new dataset',
      stopped: (lake) => commit(lake, 'NEW' as typeof DATASET, plain),
      meanwhile: () => within(second(), place, async (lake) => void (await commit(lake, 'NEW' as typeof DATASET, plain))),
      check: (lake) => expectVersion(lake, 'NEW', 2, { 'one.txt': 'one', 'two.txt': 'two' }),
    });
    expect(Object.keys(outcomes)).toEqual(['done and done']);
  });

  it('loses no file that another process of the station puts into the same draft', { timeout: 300_000 }, async () => {
    const outcomes = await meetEverywhere({
      from: 'two drafts',
      stopped: (lake) => commit(lake, DATASET, plain),
      meanwhile: () => within(place.options(), place, (lake) => putTexts(lake, place.base, DATASET, { 'late.txt': 'late' })),
      check: async (lake, first, other) => {
        expect(first).toBe('done');
        const files = { ...firstFiles, 'of-first.txt': 'first', 'sensors/a.csv': 'changed by the first' };
        const isIn = lake.catalog.fileAt(DATASET, 2, 'late.txt') !== null;
        await expectVersion(lake, DATASET, 2, isIn ? { ...files, 'late.txt': 'late' } : files);
        if (other !== 'done' || isIn) return;
        // It was put into a draft of its own, which can be committed.
        expect((await myDraft(lake, DATASET))?.current('late.txt' as LogicalPath)).not.toBeNull();
        await commit(lake, DATASET, plain);
        await expectVersion(lake, DATASET, 3, { ...files, 'late.txt': 'late' });
      },
    });
    expect(Object.keys(outcomes).filter((both) => !/^done and (done|DRAFT_BUSY)$/.test(both))).toEqual([]);
  });

  it('is done once where another process of the station commits the same draft', { timeout: 300_000 }, async () => {
    const outcomes = await meetEverywhere({
      from: 'two drafts',
      stopped: (lake) => commit(lake, DATASET, plain),
      meanwhile: () => within(place.options(), place, async (lake) => void (await commit(lake, DATASET, plain))),
      check: async (lake, first, other) => {
        expect([first, other]).toContain('done');
        await expectVersion(lake, DATASET, 2, { ...firstFiles, 'of-first.txt': 'first', 'sensors/a.csv': 'changed by the first' });
        expect(lake.catalog.version(DATASET, 3)).toBeNull();
      },
    });
    expect(Object.keys(outcomes).filter((both) => !/^(done and (DRAFT_BUSY|DRAFT_NONE)|(DRAFT_BUSY|DRAFT_NONE) and done)$/.test(both))).toEqual([]);
  });
});

describe('a put that stands still at each step while another process works', () => {
  it('loses nothing where another process of the station commits the draft', { timeout: 300_000 }, async () => {
    const outcomes = await meetEverywhere({
      from: 'two drafts',
      stopped: (lake) => putTexts(lake, place.base, DATASET, { 'late.txt': 'late' }),
      meanwhile: () => within(place.options(), place, async (lake) => void (await commit(lake, DATASET, plain))),
      check: async (lake, first, other) => {
        const files = { ...firstFiles, 'of-first.txt': 'first', 'sensors/a.csv': 'changed by the first' };
        const isIn = other === 'done' && lake.catalog.fileAt(DATASET, 2, 'late.txt') !== null;
        if (other === 'done') await expectVersion(lake, DATASET, 2, isIn ? { ...files, 'late.txt': 'late' } : files);
        if (first === 'done' && !isIn) expect((await myDraft(lake, DATASET))?.current('late.txt' as LogicalPath)).not.toBeNull();
        // Whatever became of it, both commands can be given again.
        await putTexts(lake, place.base, DATASET, { 'later.txt': 'later' });
        const { version } = await commit(lake, DATASET, plain);
        expect(lake.catalog.fileAt(DATASET, version, 'later.txt')).not.toBeNull();
        if (first === 'done') expect(lake.catalog.fileAt(DATASET, version, 'late.txt')).not.toBeNull();
      },
    });
    expect(Object.keys(outcomes).filter((both) => !/^(done|DRAFT_BUSY) and (done|DRAFT_BUSY)$/.test(both))).toEqual([]);
  });
});

describe('a tag that stands still at each step while another process works', () => {
  it('is not lost where another station tags and commits', { timeout: 300_000 }, async () => {
    const outcomes = await meetEverywhere({
      from: 'two drafts',
      stopped: (lake) => addTag(lake, { dataset: DATASET, version: 1 }, 'slow' as Tag),
      meanwhile: () =>
        within(second(), place, async (lake) => {
          await addTag(lake, { dataset: DATASET, version: 1 }, 'quick' as Tag);
          await commit(lake, DATASET, plain);
        }),
      check: async (lake) => {
        expect(lake.catalog.version(DATASET, 1)?.tags).toEqual(['quick', 'raw', 'slow']);
        await expectVersion(lake, DATASET, 2, { ...firstFiles, 'of-second.txt': 'second' });
      },
    });
    expect(Object.keys(outcomes)).toEqual(['done and done']);
  });
});
