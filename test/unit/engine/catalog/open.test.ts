import { copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CatalogError, openCatalog } from '../../../../src/engine/catalog/index.ts';
import { LedgerBuilder, opened } from './ledger-builder.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hms-catalog-'));
  file = path.join(folder, 'catalog.sqlite');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function filled(): Promise<LedgerBuilder> {
  const builder = new LedgerBuilder();
  builder.create();
  for (let i = 0; i < 200; i++) builder.commit(`DS-${i}`, 1, new Map(), []);
  const catalog = opened(file);
  await builder.project(catalog);
  await catalog.close();
  return builder;
}

const trouble = () => {
  const result = openCatalog(file, { busyTimeout: 50 });
  return result.ok ? 'ok' : result.trouble;
};

describe('opening a catalog', () => {
  it('makes a new one, with its folder, and finds the same answers when it is opened again', async () => {
    file = path.join(folder, 'lakes', 'one', 'catalog.sqlite');
    const result = openCatalog(file, { mkdir: (at) => mkdirSync(at, { recursive: true }) });
    if (!result.ok) throw new Error(result.message);
    const builder = new LedgerBuilder();
    builder.create();
    await builder.project(result.catalog);
    const before = [result.catalog.position(), result.catalog.fingerprint()];
    await result.catalog.close();
    const again = opened(file);
    expect([again.position(), again.fingerprint()]).toEqual(before);
    expect(again.position()).toMatchObject({ lake: builder.lake, size: 1, total: 1, lastLeaf: builder.state.lastLeafHash, checked: null, stale: false });
    expect(again.check()).toEqual([]);
    await again.close();
  });

  it('says that the place cannot be used where the folder is not there', () => {
    file = path.join(folder, 'nowhere', 'catalog.sqlite');
    expect(trouble()).toBe('unusable');
    expect(existsSync(path.dirname(file))).toBe(false);
  });

  it('says that the place cannot be used where a folder has the name of the file', () => {
    mkdirSync(file);
    expect(trouble()).toBe('unusable');
  });

  it('takes an empty file, which a crash can leave, as a new catalog', () => {
    writeFileSync(file, '');
    expect(trouble()).toBe('ok');
  });

  it('calls a file that is no database damaged, and leaves it as it is', () => {
    writeFileSync(file, 'This is not a database, but a letter of some length. '.repeat(100));
    expect(trouble()).toBe('damaged');
    expect(readFileSync(file, 'utf8')).toMatch(/^This is not a database/);
  });

  it('calls the database of another program damaged, and leaves it as it is', () => {
    const other = new Database(file);
    other.exec('CREATE TABLE letters (a); PRAGMA user_version = 3');
    other.close();
    expect(trouble()).toBe('damaged');
    const still = new Database(file);
    expect(still.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['letters']);
    still.close();
  });

  it('refuses the catalog of a newer program', async () => {
    await filled();
    const newer = new Database(file);
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    expect(trouble()).toBe('newer');
  });

  it('calls a catalog without one of its tables damaged', async () => {
    await filled();
    const broken = new Database(file);
    broken.exec('DROP TABLE note');
    broken.close();
    expect(trouble()).toBe('damaged');
  });

  it('calls a file that was cut short damaged, at once or when it is read, wherever the cut is', async () => {
    await filled();
    const whole = path.join(folder, 'whole.sqlite');
    copyFileSync(file, whole);
    const size = readFileSync(file).length;
    expect(size).toBeGreaterThan(100_000);
    for (const part of [50, 1_000, 5_000, 40_000, size - 30_000, size - 4_096]) {
      copyFileSync(whole, file);
      truncateSync(file, part);
      const result = openCatalog(file);
      let found: string = result.ok ? 'ok' : result.trouble;
      if (result.ok) {
        try {
          if (result.catalog.check().length > 0) found = 'damaged';
        } catch (error) {
          found = error instanceof CatalogError ? error.trouble : String(error);
        }
        await result.catalog.close();
      }
      expect([part, found]).toEqual([part, 'damaged']);
    }
  });

  it('never raises anything but a CatalogError when pages are overwritten with rubbish', async () => {
    await filled();
    const whole = path.join(folder, 'whole.sqlite');
    copyFileSync(file, whole);
    const size = readFileSync(file).length;
    for (let page = 0; page < size; page += 4_096 * 5) {
      copyFileSync(whole, file);
      const handle = openSync(file, 'r+');
      writeSync(handle, Buffer.alloc(2_000, page === 0 ? 0x41 : 0xe7), 0, 2_000, page + (page === 0 ? 100 : 0));
      closeSync(handle);
      const result = openCatalog(file);
      if (!result.ok) {
        expect(result.trouble).toBe('damaged');
        continue;
      }
      const { catalog } = result;
      for (const read of [() => catalog.fingerprint(), () => catalog.datasets('', 500), () => catalog.log({}, 500), () => catalog.totals(), () => catalog.check()]) {
        try {
          read();
        } catch (error) {
          expect(error).toBeInstanceOf(CatalogError);
          expect((error as CatalogError).trouble).toBe('damaged');
        }
      }
      await catalog.close();
    }
  });
});
