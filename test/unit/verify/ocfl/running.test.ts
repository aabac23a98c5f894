import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../../src/contract/index.ts';
import { Findings } from '../../../../src/verify/findings.ts';
import { Meter } from '../../../../src/verify/meter.ts';
import { checkOcflObject, checkOcflStorageRoot, ocflCodes } from '../../../../src/verify/ocfl/index.ts';
import type { Pool } from '../../../../src/verify/workers/pool.ts';
import { openPool } from '../../../../src/verify/workers/pool.ts';
import { judgeObject } from '../../../builders/ocfl/check.ts';
import { buildObject, digest, edit, PLAIN, write, writeInventoryText } from '../../../builders/ocfl/object.ts';
import { buildStorageRoot } from '../../../builders/ocfl/storage-root.ts';
import { tempFolders } from '../../../builders/verify/temp.ts';

const temp = tempFolders();
const isRoot = process.getuid?.() === 0;

it('every object that the builder makes is found clean', async () => {
  const name = fc.stringMatching(/^[a-z0-9é ._-]{1,12}$/).filter((part) => part !== '.' && part !== '..');
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  // Files and folders never share a name: every folder begins with a capital.
  const files = fc.dictionary(path.map((one) => one.split('/').map((part, i, all) => (i < all.length - 1 ? `D${part}` : `f${part}`)).join('/')), fc.string({ maxLength: 6 }), { maxKeys: 6 });
  await fc.assert(fc.asyncProperty(
    fc.array(files, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('1.0', '1.1'),
    fc.boolean(),
    fc.constantFrom(undefined, ['md5'], ['sha1', 'size']),
    async (versions, spec, upperCase, fixity) => {
      const folder = join(temp(), 'object');
      // A dictionary's keys may be those of Object.prototype; the plan is copied so that only its own count.
      buildObject(folder, { versions: versions.map((version) => Object.fromEntries(Object.entries(version))), spec, upperCase, ...(fixity === undefined ? {} : { fixity }) });
      const { findings } = await judgeObject(folder);
      expect(findings).toEqual([]);
      rmSync(folder, { recursive: true });
    },
  ), { numRuns: 25 });
});

it('finds the same with threads as without, and tells how far it is', async () => {
  const folder = join(temp(), 'object');
  buildObject(folder, { ...PLAIN, fixity: ['md5'] });
  for (let n = 0; n < 150; n++) write(folder, `v1/content/unlisted/${String(n)}`, 'x');
  write(folder, 'v1/content/a.txt', 'changed');
  const alone = await judgeObject(folder);
  const findings = new Findings(ocflCodes);
  const told: number[] = [];
  const meter = new Meter(undefined, ({ bytesDone }) => told.push(bytesDone));
  const pool = openPool(2, (bytes) => { meter.add(0, bytes); });
  const checked = await checkOcflObject({ root: folder, findings, meter, pool });
  meter.done();
  await pool.close();
  expect(findings.list()).toEqual(alone.findings);
  expect(checked).toEqual(alone.checked);
  expect(told.at(-1)).toBeGreaterThan(0);
}, 30_000);

describe('stopping', () => {
  it('ends the check of an object', async () => {
    const folder = join(temp(), 'object');
    buildObject(folder, PLAIN);
    const stop = new AbortController();
    const pool = openPool(0, () => undefined);
    const check = { root: folder, findings: new Findings(ocflCodes), meter: new Meter(stop.signal, undefined), pool };
    stop.abort();
    await expect(checkOcflObject(check)).rejects.toThrow(CancelledError);
  });

  it('ends the check of a storage root in its middle', async () => {
    const folder = join(temp(), 'root');
    buildStorageRoot(folder, Array.from({ length: 20 }, (_, n) => `urn:example:o${String(n)}`));
    const stop = new AbortController();
    const pool = openPool(0, () => undefined);
    let tasks = 0;
    const stopping: Pool = {
      threads: 1,
      room: () => pool.room(),
      close: () => pool.close(),
      here: (task) => pool.here(task),
      run: (task) => {
        tasks += 1;
        if (tasks === 10) stop.abort();
        return pool.run(task);
      },
    };
    await expect(checkOcflStorageRoot({ root: folder, findings: new Findings(ocflCodes), meter: new Meter(stop.signal, undefined), pool: stopping })).rejects.toThrow(CancelledError);
    // All of it would be some eighty tasks.
    expect(tasks).toBeLessThan(30);
  });
});

describe('what cannot be read', () => {
  it('a folder in the place of the inventory is told', async () => {
    const folder = join(temp(), 'object');
    buildObject(folder, PLAIN);
    rmSync(join(folder, 'inventory.json'));
    mkdirSync(join(folder, 'inventory.json'));
    expect((await judgeObject(folder)).codes).toEqual(['E001', 'E063']);
  });

  it('a folder that is not there is told', async () => {
    expect((await judgeObject(join(temp(), 'none'))).codes).toEqual(['FILE_UNREADABLE']);
  });

  it('files and folders without permission are told, and nothing is said to be missing', async (ctx) => {
    ctx.skip(isRoot || process.platform === 'win32', 'permissions do not hold for root, nor on Windows');
    const folder = join(temp(), 'object');
    buildObject(folder, PLAIN);
    const closed = [join(folder, 'v1/content/a.txt'), join(folder, 'v2/content/folder')];
    for (const path of closed) chmodSync(path, 0);
    const { codes, findings } = await judgeObject(folder);
    for (const path of closed) chmodSync(path, 0o700);
    expect(codes).toEqual(['FILE_UNREADABLE']);
    expect(findings.map(({ path }) => path)).toEqual(['v1/content/a.txt', 'v2/content/folder']);
  });
});

describe('an inventory made to do harm', () => {
  it('leads to no file outside the object, whatever paths it has', async () => {
    const folder = join(temp(), 'object');
    buildObject(folder, { versions: [{ a: '1' }] });
    write(folder, '../secret.txt', 'secret');
    for (const path of ['../secret.txt', 'v1/content/../../../secret.txt', '/etc/passwd', 'v1/content/\0', 'C:/x', '\\\\host\\share\\x', '~/x', 'v1/content/con']) {
      edit(folder, (i) => {
        i.manifest = { [digest('sha512', '1')]: ['v1/content/a'], [digest('sha512', 'secret')]: [path] };
        (i.versions.v1 ?? { state: {} }).state = { [digest('sha512', '1')]: ['a'], [digest('sha512', 'secret')]: ['b'] };
      });
      const { checked, codes } = await judgeObject(folder);
      expect(checked.files, path).toBe(1);
      expect(codes.length, path).toBeGreaterThan(0);
    }
  });

  it('with more versions than are read is told as such', async () => {
    const folder = join(temp(), 'object');
    buildObject(folder, { versions: [{}] });
    const versions = Array.from({ length: 200_001 }, (_, n) => `"v${String(n + 1)}":{}`).join(',');
    for (const place of ['', 'v1']) writeInventoryText(folder, place, `{"id":"urn:x","manifest":{},"versions":{${versions}}}`, 'sha512');
    const { codes, findings } = await judgeObject(folder);
    expect(codes).toContain('FILE_UNREADABLE');
    expect(findings.length).toBeLessThan(300);
  });

  it('with a fault in every line is told in a bounded list', async () => {
    const folder = join(temp(), 'object');
    buildObject(folder, { versions: [{ a: '1' }] });
    edit(folder, (i) => {
      for (let n = 0; n < 2_000; n++) i.manifest[digest('sha512', `x${String(n)}`)] = [`../${String(n)}`];
    });
    const { findings } = await judgeObject(folder);
    expect(findings.filter(({ code }) => code === 'E099')).toHaveLength(101);
    expect(findings.some(({ message }) => message === '1,900 more faults of this kind are not listed one by one.')).toBe(true);
  });

  it('survives any JSON in the place of any part', async () => {
    const folder = join(temp(), 'object');
    buildObject(folder, { versions: [{ a: '1' }], fixity: ['md5'] });
    const keys = fc.constantFrom('id', 'type', 'digestAlgorithm', 'head', 'contentDirectory', 'manifest', 'versions', 'fixity', 'v1', 'state', 'user', 'created', 'x');
    const json = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, fc.jsonValue({ maxDepth: 1 }), fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(keys, tie('value'), { maxKeys: 4 })),
    })).value;
    await fc.assert(fc.asyncProperty(fc.dictionary(keys, json, { maxKeys: 8 }), async (inventory) => {
      for (const place of ['', 'v1']) writeInventoryText(folder, place, JSON.stringify(inventory), 'sha512');
      const { findings } = await judgeObject(folder);
      expect(findings.length).toBeGreaterThan(0);
    }), { numRuns: 150 });
  });
});
