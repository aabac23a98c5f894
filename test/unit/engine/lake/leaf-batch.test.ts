import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readBatch, unpacked } from '../../../../src/engine/lake/leaf-batch.ts';
import { LeafThread } from '../../../../src/engine/lake/leaf-thread.ts';

/** Entries that a thread reads by blocking calls. */

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hms-leaf-batch-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

type Files = Readonly<Record<'entry.json' | 'body.salt' | 'body.json', string | Buffer | null>>;

const salt = Buffer.alloc(32, 's');
const entryOf = (size: number | null): string => JSON.stringify({ body: size === null ? null : { commit: 'c', size }, op: 'tag.added' });
const plain: Files = { 'entry.json': entryOf(3), 'body.salt': salt, 'body.json': 'abc' };

function folderOf(files: Partial<Files>): string {
  const folder = mkdtempSync(join(root, 'entry-'));
  for (const [name, content] of Object.entries(files)) if (content !== null) writeFileSync(join(folder, name), content);
  return folder;
}

const read = (folders: readonly string[]): unknown[] =>
  unpacked(readBatch(folders)).map((one) => (one === null ? null : [Buffer.from(one.entry).toString(), one.words === null ? null : [Buffer.from(one.words.salt).length, Buffer.from(one.words.body).toString()]]));

it('reads entries with their words, without, and with long ones, each whole', () => {
  const long = 'x'.repeat(64 * 1024);
  const folders = [folderOf(plain), folderOf({ 'entry.json': entryOf(null) }), folderOf({ ...plain, 'entry.json': entryOf(long.length), 'body.json': long }), folderOf({ ...plain, 'entry.json': entryOf(0), 'body.json': '' })];
  expect(read(folders)).toEqual([[entryOf(3), [32, 'abc']], [entryOf(null), null], [entryOf(long.length), [32, long]], [entryOf(0), [32, '']]]);
});

it.each<readonly [string, Partial<Files>]>([
  ['whose words were destroyed', { ...plain, 'body.salt': null, 'body.json': null }],
  ['whose words lost their salt', { ...plain, 'body.salt': null }],
  ['with a shorter salt', { ...plain, 'body.salt': salt.subarray(1) }],
  ['with shorter words', { ...plain, 'body.json': 'ab' }],
  ['with longer words', { ...plain, 'body.json': 'abcd' }],
  ['that is half written', { ...plain, 'entry.json': entryOf(3).slice(0, -1) }],
  ['that is no JSON', { ...plain, 'entry.json': Buffer.from([0xff, 0xfe]) }],
  ['that is null', { ...plain, 'entry.json': 'null' }],
  ['that says nothing of words', { ...plain, 'entry.json': '{}' }],
  ['with words that are too long for here', { ...plain, 'entry.json': entryOf(64 * 1024 + 1), 'body.json': 'x'.repeat(64 * 1024 + 1) }],
  ['that is larger than any', { ...plain, 'entry.json': ' '.repeat(70_000) }],
])('leaves an entry %s to whoever can say what it is, and goes on', (_, files) => {
  expect(read([folderOf(files), folderOf(plain)])).toEqual([null, [entryOf(3), [32, 'abc']]]);
});

it('ends where an entry is not there, and where a call fails: each further one might have to wait', () => {
  const folders = [folderOf(plain), join(root, 'no-entry'), folderOf(plain)];
  expect(read(folders)).toEqual([[entryOf(3), [32, 'abc']], null, null]);
  const broken = mkdtempSync(join(root, 'entry-'));
  mkdirSync(join(broken, 'entry.json'));
  expect(read([folderOf(plain), broken, folderOf(plain)])).toEqual([[entryOf(3), [32, 'abc']], null, null]);
});

it('is done by a thread, batch after batch; one that was ended leaves all to others', async () => {
  const thread = new LeafThread();
  const folders = [folderOf(plain), join(root, 'no-entry')];
  for (let round = 0; round < 3; round++) {
    const [first, second] = await thread.read(folders);
    expect([Buffer.from(first?.entry ?? []).toString(), second]).toEqual([entryOf(3), null]);
  }
  await thread.close();
  expect(await thread.read(folders)).toEqual([null, null]);
});
