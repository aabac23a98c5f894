import { createHash } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetId, LogicalPath } from '../../../../src/contract/index.ts';
import { checkpointSignedBy, inclusionPath, parseCheckpoint, parseTilePath, verifyInclusion } from '../../../../src/core/index.ts';
import { clockProblem, nodeAtFromLeaves, openDraft, sha256 } from '../../../../src/engine/lake/index.ts';
import { signatureVerifier } from '../../../../src/engine/keys/index.ts';
import { commitFiles, draftOf, makeLake, openStation, stage, temporaryFolder, testKey } from '../../../builders/lake/small-lake.ts';
import type { TestKey, TestStation } from '../../../builders/lake/small-lake.ts';

let root: string;
let remove: () => Promise<void>;
let key: TestKey;
let station: TestStation;

beforeEach(async () => {
  const temporary = await temporaryFolder('hms-ledger-');
  root = temporary.path;
  remove = temporary.remove;
  key = testKey();
  await makeLake(root, key);
  station = await openStation(root, { key });
});
afterEach(() => remove());

const describeSet = (title: string) => station.ledger.act(key, { op: 'dataset.described', subject: 'dataset:SET', head: { description: { title } } });

describe('entries', () => {
  it('name the leaf before, and their bodies by a salted commitment', async () => {
    await station.ledger.catchUp();
    const made = await station.ledger.act(key, { op: 'dataset.created', subject: 'dataset:SET', head: { root: 'store', tags: [] } });
    const next = await describeSet('Wildfire');
    const folder = join(root, 'ledger/entries/x000/x000');
    const first = await readFile(join(folder, `00${made.seq}`, 'entry.json'));
    expect(next.entry.prev).toBe(createHash('sha256').update(Buffer.of(0)).update(first).digest('hex'));
    const [salt, body] = await Promise.all(['body.salt', 'body.json'].map((name) => readFile(join(folder, `00${next.seq}`, name))));
    expect(createHash('sha256').update(salt as Buffer).update(body as Buffer).digest('hex')).toBe(next.entry.body?.commit);
    expect((body as Buffer).length).toBe(next.entry.body?.size);
  });

  it('are not claimed where they would have no effect', async () => {
    await station.ledger.catchUp();
    const size = station.index.view.size;
    await expect(describeSet('of nothing')).rejects.toMatchObject({ code: 'ACT_REFUSED' });
    expect((await station.ledger.catchUp()).size).toBe(size);
  });

  it('stop where a folder that is no entry stands at the next number, and reading goes on', async () => {
    await commitFiles(station, 'WF', { 'a.txt': '1' });
    await mkdir(join(root, 'ledger/entries/x000/x000/002'));
    await expect(commitFiles(station, 'WF', { 'b.txt': '2' })).rejects.toMatchObject({ code: 'LEDGER_BLOCKED', facts: { folder: join(root, 'ledger/entries/x000/x000/002') } });
    const reader = await openStation(root, { key });
    await reader.ledger.catchUp();
    expect(reader.index.files('WF' as DatasetId, 1).map((file) => file.path)).toEqual(['a.txt']);
  });

  it('that do not parse are leaves without effect, and the next one follows', async () => {
    await commitFiles(station, 'WF', { 'a.txt': '1' });
    await mkdir(join(root, 'ledger/entries/x000/x000/002'));
    await writeFile(join(root, 'ledger/entries/x000/x000/002/entry.json'), 'not an entry');
    expect(await commitFiles(station, 'WF', { 'b.txt': '2' })).toBe(2);
    expect(station.index.effects.map((effect) => effect.effect)).toEqual([true, true, false, true]);
    const reader = await openStation(root, { key });
    await reader.ledger.catchUp();
    expect(reader.index.view.lastLeafHash).toBe(station.index.view.lastLeafHash);
  });
});

describe('the tree', () => {
  it('is on the lake as tiles and a signed checkpoint that prove every entry', async () => {
    await station.ledger.catchUp();
    await station.ledger.act(key, { op: 'dataset.created', subject: 'dataset:SET', head: { root: 'store', tags: [] } });
    for (let n = 0; n < 10; n++) await describeSet(String(n));
    const checkpoint = parseCheckpoint(await readFile(join(root, 'ledger/checkpoint'), 'utf8'));
    if (checkpoint === null) throw new Error('There is no checkpoint.');
    expect(checkpoint.size).toBe(12);
    expect(checkpointSignedBy(checkpoint, key.spki, sha256, signatureVerifier())).toBe(true);
    expect(checkpointSignedBy(checkpoint, testKey().spki, sha256, signatureVerifier())).toBe(false);
    const tile = await readFile(join(root, 'ledger/tile/0/000.p/12'));
    expect(parseTilePath('tile/0/000.p/12')).toEqual({ level: 0, n: 0, width: 12 });
    for (let index = 0; index < 12; index++) {
      const leaf = createHash('sha256').update(Buffer.of(0)).update(await readFile(join(root, 'ledger/entries/x000/x000', String(index).padStart(3, '0'), 'entry.json'))).digest();
      expect(tile.subarray(index * 32, index * 32 + 32).equals(leaf)).toBe(true);
      const path = await inclusionPath(sha256, 12, index, nodeAtFromLeaves(station.ledger.tree()));
      expect(verifyInclusion(sha256, { size: 12, index, leaf, path, root: checkpoint.root })).toBe(true);
    }
  });
});

describe('drafts', () => {
  it('are read back from their journals, a line that was cut off left out', async () => {
    const draft = await draftOf(station, 'WF', { 'a.txt': '1', 'b.txt': '2' });
    await stage(station, draft, { 'b.txt': null });
    const [journal] = await readdir(join(draft.folder, 'journal'));
    await appendFile(join(draft.folder, 'journal', journal as string), '{"do":"add","path":"c.t');
    const { paths, durable, clock } = station.ledger.context;
    const again = await openDraft(draft.details, () => null, paths, durable, clock);
    expect([...again.changes.byPath('')].map(({ path }) => path)).toEqual(['a.txt']);
    expect(again.assign('a.txt' as LogicalPath)).not.toBe(again.current('a.txt' as LogicalPath)?.content);
  });

  it('with a journal line that cannot be read are refused, not guessed', async () => {
    const draft = await draftOf(station, 'WF', { 'a.txt': '1' });
    await writeFile(join(draft.folder, 'journal', '00000000-0000-7000-8000-000000000000.ndjson'), 'what is this\n');
    const { paths, durable, clock } = station.ledger.context;
    await expect(openDraft(draft.details, () => null, paths, durable, clock)).rejects.toMatchObject({ code: 'STAGED_DAMAGED' });
  });
});

describe('the clock check', () => {
  const now = Date.parse('2026-07-01T12:00:00.000Z');
  const minutes = (count: number): number => count * 60_000;
  const last = '2026-07-01T11:00:00.000Z' as never;

  it.each([
    ['at the same time as the server', { now, server: now, last, accepted: 0 }, true],
    ['five minutes ahead', { now, server: now - minutes(5), last, accepted: 0 }, true],
    ['a moment more than five minutes ahead', { now, server: now - minutes(5) - 1, last, accepted: 0 }, false],
    ['more than five minutes behind', { now, server: now + minutes(6), last, accepted: 0 }, false],
    ['an accepted hour behind', { now, server: now + minutes(60), last, accepted: -minutes(60) }, true],
    ['right again after an hour was accepted', { now, server: now, last, accepted: -minutes(60) }, false],
    ['years after the last entry', { now, server: now, last: '2009-01-01T00:00:00.000Z' as never, accepted: 0 }, true],
    ['six minutes before the last entry', { now, server: now, last: '2026-07-01T12:06:00.000Z' as never, accepted: 0 }, false],
    ['in an empty ledger', { now, server: now, last: null, accepted: 0 }, true],
  ])('a station %s', (_, facts, isGood) => {
    expect(clockProblem(facts) === null).toBe(isGood);
  });
});
