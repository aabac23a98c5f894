import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkHere, found } from '../../builders/verify/check.ts';
import type { HandKey } from '../../builders/verify/hand-crypto.ts';
import { newKey } from '../../builders/verify/hand-crypto.ts';
import { HandLake, seqFolder } from '../../builders/verify/hand-lake.ts';
import { at, entryPath } from '../../builders/verify/places.ts';
import { tempFolders } from '../../builders/verify/temp.ts';

/** Entries are read by threads in batches, 16 and then 128 at a time, and of those that are as they should be hardly anything is said: nothing may be lost where batches meet. */

const temp = tempFolders();
const SIZE = 280;
/** First and last of each batch, one between, and the last of the ledger. */
const places = [2, 15, 16, 77, 143, 144, 271, 272, SIZE - 1];
const threads = [{ workers: 0 }, { workers: 2 }];

/** A ledger of so many entries, `write` writing one after the other. */
function lakeOf(write: (lake: HandLake, seq: number) => void): HandLake {
  const lake = new HandLake(join(temp(), 'Lake'));
  lake.entry('dataset.created', 'dataset:AIR', { root: 'store', tags: [] });
  while (lake.leaves.length < SIZE) write(lake, lake.leaves.length);
  lake.checkpoint();
  return lake;
}

const title = (lake: HandLake, seq: number, options = {}): void => void lake.entry('dataset.described', 'dataset:AIR', { description: { title: `Title ${String(seq)}` } }, options);

describe.each(threads)('a ledger of several batches, $workers threads', (options) => {
  let good: HandLake;
  beforeAll(() => {
    good = lakeOf(title);
  });

  it('is clean as it was written', async () => {
    expect(await checkHere(good.root, options)).toMatchObject({ clean: true, findings: [], checked: { entries: SIZE } });
  });

  it('shows what is foreign, what is missing and what was altered beside each entry', { timeout: 60_000 }, async () => {
    const faults: [name: string, finding: (seq: number) => string, change: (seq: number) => void, undo: (seq: number) => void][] = [
      ['foreign', (seq) => `FOREIGN_FILE ${entryPath(seq, 'notes.txt')}`, (seq) => { good.write(entryPath(seq, 'notes.txt'), ''); }, (seq) => { rmSync(at(good, entryPath(seq, 'notes.txt'))); }],
      ['no salt', (seq) => `BODY_MISSING ledger/entries/${seqFolder(seq)}`, ...withoutFile('body.salt')],
      ['no body', (seq) => `BODY_MISSING ledger/entries/${seqFolder(seq)}`, ...withoutFile('body.json')],
      ['longer salt', (seq) => `BODY_ALTERED ledger/entries/${seqFolder(seq)}`, ...withBytes('body.salt', (bytes) => Buffer.concat([bytes, Buffer.of(0)]))],
      ['longer body', (seq) => `BODY_ALTERED ledger/entries/${seqFolder(seq)}`, ...withBytes('body.json', (bytes) => Buffer.concat([bytes, Buffer.from('\n')]))],
      ['other salt', (seq) => `BODY_ALTERED ledger/entries/${seqFolder(seq)}`, ...withBytes('body.salt', (bytes) => Buffer.from(bytes.map((byte, i) => (i === 31 ? byte ^ 1 : byte))))],
      ['other body', (seq) => `BODY_ALTERED ledger/entries/${seqFolder(seq)}`, ...withBytes('body.json', (bytes) => Buffer.from(bytes.toString().replace('Title', 'Titel')))],
    ];
    for (const [name, finding, change, undo] of faults) {
      places.forEach(change);
      expect([name, ...found(await checkHere(good.root, options))]).toEqual([name, ...places.map(finding)]);
      places.forEach(undo);
    }
    expect(found(await checkHere(good.root, options))).toEqual([]);
  });

  it('shows a byte that follows an entry', async () => {
    // Each place is a check of its own, and threads take a while to start.
    for (const seq of options.workers === 0 ? places : [143, 144]) {
      const path = at(good, entryPath(seq));
      const bytes = readFileSync(path);
      writeFileSync(path, Buffer.concat([bytes, Buffer.from('\n')]));
      const findings = (await checkHere(good.root, options)).findings.filter(({ code }) => code === 'ENTRY_NO_EFFECT').map(({ path: where, message }) => `${where} ${message}`);
      expect(findings.slice(0, 2)).toEqual([
        `${entryPath(seq)} Entry ${String(seq)} has no effect. The entry is not in canonical form.`,
        ...(seq + 1 < SIZE ? [`${entryPath(seq + 1)} Entry ${String(seq + 1)} has no effect. The entry does not follow the one that stands before it.`] : []),
      ]);
      writeFileSync(path, bytes);
    }
  });

  /** Changes one file of an entry; undone by its old bytes. */
  function withBytes(name: string, change: (bytes: Buffer) => Buffer): [(seq: number) => void, (seq: number) => void] {
    const kept = new Map<number, Buffer>();
    return [
      (seq) => {
        const bytes = readFileSync(at(good, entryPath(seq, name)));
        kept.set(seq, bytes);
        good.write(entryPath(seq, name), change(bytes));
      },
      (seq) => {
        good.write(entryPath(seq, name), kept.get(seq) ?? '');
      },
    ];
  }

  function withoutFile(name: string): [(seq: number) => void, (seq: number) => void] {
    const [change, undo] = withBytes(name, (bytes) => bytes);
    return [
      (seq) => {
        change(seq);
        rmSync(at(good, entryPath(seq, name)));
      },
      undo,
    ];
  }
});

describe.each(threads)('in a ledger of several batches, $workers threads', (options) => {
  it('each signature is tried', async () => {
    const forger = newKey();
    const lake = lakeOf((made, seq) => {
      const station: HandKey = { ...made.station, sign: (text) => forger.sign(text) };
      title(made, seq, places.includes(seq) ? { station } : {});
    });
    const { findings } = await checkHere(lake.root, options);
    expect(findings.map(({ code, path, message }) => `${code} ${path} ${message}`)).toEqual(
      places.map((seq) => `ENTRY_NO_EFFECT ${entryPath(seq)} Entry ${String(seq)} has no effect. The signature of the key ${lake.station.id.slice(0, 16)} on the entry is not good.`),
    );
  });

  it('each body stays with its entry, whatever lies beside it and however long its first line is', async () => {
    const lake = lakeOf((made, seq) => {
      const words: Record<string, string> = seq % 9 === 4 ? { more: 'ä'.repeat(seq % 2 === 0 ? 70_000 : 20) } : {};
      if (seq === 2) made.commit('AIR', { 'a.txt': 'a' });
      else made.entry('tag.removed', 'version:AIR:v1', { tag: `never-${String(seq)}`, ...words });
      if (seq % 7 === 3) made.write(entryPath(seq, 'notes.txt'), '');
    });
    const { findings } = await checkHere(lake.root, options);
    const all = Array.from({ length: SIZE }, (_, seq) => seq);
    expect(findings.filter(({ code }) => code === 'ENTRY_NO_EFFECT').map(({ message }) => message)).toEqual(
      all.slice(3).map((seq) => `Entry ${String(seq)} has no effect. AIR:v1 does not have the tag "never-${String(seq)}".`),
    );
    expect(findings.filter(({ code }) => code !== 'ENTRY_NO_EFFECT').map(({ code, path }) => `${code} ${path}`)).toEqual(
      all.filter((seq) => seq % 7 === 3).map((seq) => `FOREIGN_FILE ${entryPath(seq, 'notes.txt')}`),
    );
  });
});
