import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CancelledError } from '../../../../src/contract/index.ts';
import type { Instant, LogicalPath, OnProgress } from '../../../../src/contract/index.ts';
import { SqlDraftTable } from '../../../../src/engine/catalog/index.ts';
import { systemClock } from '../../../../src/engine/clock.ts';
import { commitDraft, Draft, objectFolder, openDraft, unwatched, watchedSteps } from '../../../../src/engine/lake/index.ts';
import type { CommittedVersion, Steps } from '../../../../src/engine/lake/index.ts';
import { commitFiles, draftOf, makeLake, openStation, stage, testKey } from '../../../builders/lake/small-lake.ts';
import type { TestStation } from '../../../builders/lake/small-lake.ts';

/** So often the folder of that name is said to be gone where it is reached through an open descriptor: what a share answers after a rename elsewhere. */
const stale = vi.hoisted(() => ({ left: 0, below: '' }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const readdir = ((path: string, ...rest: []) => {
    if (stale.left === 0 || !(path.startsWith('/proc/self/fd/') && path.endsWith(`/${stale.below}`))) return real.readdir(path, ...rest);
    stale.left -= 1;
    return Promise.reject(Object.assign(new Error('ESTALE: stale file handle, scandir'), { code: 'ESTALE' }));
  }) as typeof real.readdir;
  return { ...real, readdir };
});

let root: string;
let station: TestStation;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'hms-steps-'));
  const key = testKey();
  await makeLake(join(root, 'lake'), key);
  station = await openStation(join(root, 'lake'), { key });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const created = '2026-07-01T12:00:00.000Z' as Instant;

function commit(draft: Draft, steps?: Steps): Promise<CommittedVersion> {
  const words = { message: 'test', user: { name: 'tester', address: `urn:hms:key:${station.key.id}` }, created };
  return commitDraft(station.ledger, station.key, draft, { words, tags: [], refusal: () => null, ...(steps === undefined ? {} : { steps }) });
}

/** For this clock no time passes: what is told does not depend on how busy the computer is, only on the parts of the work. */
const standing = { ...systemClock, monotonic: () => 0 };

function watched(signal: AbortSignal, onProgress: OnProgress): Steps {
  return watchedSteps(standing, signal, onProgress, 'Nothing was committed; the draft is kept.');
}

function inventory(version: number): string {
  return readFileSync(join(objectFolder(station.ledger.context.paths, 'store', 'WF' as never), `v${version}`, 'inventory.json'), 'utf8');
}

describe('a commit', () => {
  it('tells its parts in order, each counted to its end', async () => {
    await commitFiles(station, 'WF', { 'a.txt': '1', 'b/c.txt': '2' });
    const draft = await draftOf(station, 'WF', { 'a.txt': '3', 'd.txt': '4' });
    const phases: string[] = [];
    await commit(draft, watched(new AbortController().signal, ({ phase, filesTotal }) => phases.at(-1) !== `${phase} ${filesTotal}` && phases.push(`${phase} ${filesTotal}`)));
    expect(phases).toEqual([
      'Comparing the draft with the version before 2',
      'Reading the list of files of the version before null',
      'Looking at the staged files 2',
      'Writing the list of files 2',
      'Writing the changes for the ledger 2',
      'Putting the version in place null',
    ]);
  });

  it('can be stopped in every part before its entry is claimed, keeps the draft, and then succeeds', async () => {
    await commitFiles(station, 'WF', { 'a.txt': '1', 'b.txt': '2' });
    const draft = await draftOf(station, 'WF', { 'a.txt': '3', 'c.txt': '4' });
    const { size } = station.index.view;
    const stoppedIn: string[] = [];
    for (let at = 1; ; at++) {
      const controller = new AbortController();
      let told = 0;
      const end = await commit(draft, watched(controller.signal, ({ phase }) => {
        if (++told !== at) return;
        stoppedIn.push(phase);
        controller.abort();
      })).catch((error: unknown) => error);
      if (!(end instanceof CancelledError)) {
        expect(end).toMatchObject({ version: 2, prepared: { files: 3 } });
        break;
      }
      expect(end.kept).toBe('Nothing was committed; the draft is kept.');
      await station.ledger.catchUp();
      expect(station.index.view.size).toBe(size);
      expect([...draft.changes.byPath('')].map(({ path }) => path)).toEqual(['a.txt', 'c.txt']);
    }
    // The last wish came when the version was in the ledger.
    expect(new Set(stoppedIn)).toEqual(
      new Set([
        'Comparing the draft with the version before',
        'Reading the list of files of the version before',
        'Looking at the staged files',
        'Writing the list of files',
        'Writing the changes for the ledger',
        'Putting the version in place',
      ]),
    );
    expect(station.index.files('WF' as never, 2).map(({ path }) => path).sort()).toEqual(['a.txt', 'b.txt', 'c.txt']);
  });

  it('does not begin what was stopped before', async () => {
    const draft = await draftOf(station, 'WF', { 'a.txt': '1' });
    const controller = new AbortController();
    controller.abort();
    await expect(commit(draft, watched(controller.signal, () => undefined))).rejects.toBeInstanceOf(CancelledError);
    expect((await commit(draft)).version).toBe(1);
  });
});

describe('a commit on a share', () => {
  it('counts each file once, also where a folder was renamed meanwhile and is looked through again', async (ctx) => {
    ctx.skip(process.platform !== 'linux', 'the system has no short names of open folders');
    const share = await openStation(join(root, 'lake'), { key: station.key, kind: 'share' });
    const files = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`a/${i}.txt`, `${i}`]));
    const draft = await draftOf(share, 'WF', { ...files, 'b/last.txt': 'last' });
    const seen: [number, number | null][] = [];
    const words = { message: 'test', user: { name: 'tester', address: `urn:hms:key:${share.key.id}` }, created };
    const said: number[] = [];
    const counted: Steps = { ...unwatched, begin: (phase, total) => (seen.push([phase === 'Looking at the staged files' ? 1 : 0, total]), undefined), did: (count) => void (seen.at(-1)?.[0] === 1 && said.push(count)) };
    stale.left = 1;
    stale.below = 'b';
    const { version } = await commitDraft(share.ledger, share.key, draft, { words, tags: [], refusal: () => null, steps: counted });
    expect(version).toBe(1);
    expect(stale.left).toBe(0);
    expect(said.reduce((sum, count) => sum + count, 0)).toBe(301);
  });
});

describe('a draft', () => {
  /** Two processes have put into it: copies of the same bytes, twins in case, something superseded and something that nobody names. */
  async function crowded(): Promise<Draft> {
    const { paths, durable, clock } = station.ledger.context;
    const first = await draftOf(station, 'WF', { 'x/Readme.txt': 'one', 'copy of one': 'one', 'changed.txt': 'before', 'held.txt': 'old' });
    const second = await openDraft(first.details, (path) => station.index.fileAt('WF' as never, 1, path), paths, durable, clock);
    await stage(station, second, { 'x/README.txt': 'two', 'changed.txt': 'after', 'a.txt': null, 'more.txt': 'two' });
    await durable.writeNew(join(first.contentFolder, 'left by a crash'), Buffer.from('part'));
    return openDraft(first.details, (path) => station.index.fileAt('WF' as never, 1, path), paths, durable, clock);
  }

  it('comes to the same version with its table in memory and in a file', async () => {
    await commitFiles(station, 'WF', { 'a.txt': '1', 'b.txt': 'old' });
    const draft = await crowded();
    const { durable, paths } = station.ledger.context;
    const file = join(root, 'table.sqlite');
    // Prepared from memory, and stopped; then from the file: the inventory that stands is the second one.
    const controller = new AbortController();
    let fromMemory = '';
    await expect(
      commit(draft, watched(controller.signal, ({ phase }) => {
        if (phase !== 'Writing the changes for the ledger') return;
        fromMemory = readFileSync(join(paths.transaction(draft.txn), 'version', 'inventory.json'), 'utf8');
        controller.abort();
      })),
    ).rejects.toBeInstanceOf(CancelledError);
    const again = new Draft(draft.details, draft.folder, join(draft.folder, 'journal', 'ffffffff-ffff-7fff-bfff-ffffffffffff.ndjson'), durable, (path) => station.index.fileAt('WF' as never, 1, path), new SqlDraftTable(file, () => rmSync(file, { force: true })));
    for (const name of readdirSync(join(draft.folder, 'journal')).sort()) await again.replay(name, unwatched);
    await commit(again);
    again.close();
    expect(fromMemory).not.toBe('');
    expect(inventory(2)).toBe(fromMemory);
    expect(station.index.files('WF' as never, 2).map(({ path }) => path).sort()).toEqual(['b.txt', 'changed.txt', 'copy of one', 'held.txt', 'more.txt', 'x/README.txt', 'x/Readme.txt']);
    const content = join(objectFolder(paths, 'store', 'WF' as never), 'v2', 'content');
    const stored = readdirSync(content, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(content, name)).isFile()).sort();
    // One file a content, twins told apart, nothing that the version does not list, and not what v1 holds.
    expect(stored.length).toBe(3);
    expect(new Set(stored.map((name) => name.toLowerCase())).size).toBe(3);
  });

  it('knows when someone else has put into it', async () => {
    const { paths, durable, clock } = station.ledger.context;
    const draft = await draftOf(station, 'WF', { 'a.txt': '1' });
    expect(await draft.isAsKnown()).toBe(true);
    const other = await openDraft(draft.details, () => null, paths, durable, clock);
    expect(await other.isAsKnown()).toBe(true);
    await stage(station, other, { 'b.txt': '2' });
    expect([await draft.isAsKnown(), await other.isAsKnown()]).toEqual([false, true]);
    await stage(station, draft, { 'c.txt': '3' });
    expect([await draft.isAsKnown(), await other.isAsKnown()]).toEqual([false, false]);
  });

  it.each([
    ['a file below a file', { 'x/y': '1' }, { x: '2' }, '"x" cannot be a file and, for "x/y", also a folder.'],
    ['a file over a file', { x: '1' }, { 'x/y/z': '2' }, '"x" cannot be a file and, for "x/y/z", also a folder.'],
    ['both of its own, with another name between them', { other: '1' }, { x: '1', 'x-y': '2', 'x/y': '3' }, '"x" cannot be a file and, for "x/y", also a folder.'],
  ])('with %s is refused', async (_, before, after, sentence) => {
    await commitFiles(station, 'WF', before);
    const draft = await draftOf(station, 'WF', after);
    await expect(commit(draft)).rejects.toMatchObject({ code: 'NAME_INVALID', message: sentence });
  });

  it('may put a file where a folder was, once everything below is gone', async () => {
    await commitFiles(station, 'WF', { 'x/y': '1', 'x/z': '2', 'x-': '3' });
    const draft = await draftOf(station, 'WF', { 'x/y': null, 'x/z': null, x: '4' });
    expect((await commit(draft)).prepared).toMatchObject({ files: 2, bytes: 2 });
    expect(station.index.fileAt('WF' as never, 2, 'x' as LogicalPath)?.size).toBe(1);
  });
});
