import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../../../src/contract/api/index.ts';
import { DoorBench } from '../../../builders/door.ts';

let bench: DoorBench;
const big = Buffer.alloc(3_000_000, 'abcdefghij');
beforeAll(async () => {
  bench = await DoorBench.withLake();
  await bench.ingest('WF-1', { 'a.txt': 'one', 'b/x.csv': '1,2\n', 'b/y.csv': '3,4\n', 'b/deep/z.csv': '5\n', 'c.txt': 'see', 'big.bin': big });
  await bench.ingest('WF-1', { 'a.txt': 'one, changed', 'd.txt': 'new' });
});
afterAll(() => bench.remove());

describe('datasets', () => {
  it('are created with a description, found by id, alias and title, and described anew', async () => {
    const made = await bench.ask(routes.createDataset, { body: { id: 'PARKS', description: { title: 'Trail counts', creator: 'Parks' } } });
    expect(made).toMatchObject({ id: 'PARKS', title: 'Trail counts', versions: 0, newest: null, draft: null });
    await bench.ask(routes.addAlias, { params: { id: 'PARKS' }, body: { alias: 'Old-Name' } });
    for (const find of ['park', 'OLD-N', 'trail C']) expect((await bench.ask(routes.listDatasets, { query: { find } })).items.map(({ id }) => id)).toEqual(['PARKS']);
    expect((await bench.ask(routes.listDatasets, { query: { find: 'zzz%' } })).items).toEqual([]);
    expect((await bench.ask(routes.getDataset, { params: { id: 'old-name' } })).id).toBe('PARKS');
    expect((await bench.ask(routes.describeDataset, { params: { id: 'PARKS' }, body: { title: 'Counts' } })).description).toEqual({ title: 'Counts' });
    expect((await bench.refused(routes.createDataset, { body: { id: 'parks' } })).code).toBe('DATASET_EXISTS');
    expect((await bench.refused(routes.getDataset, { params: { id: 'PARK' } })).facts['nearest']).toBe('PARKS');
  });

  it('come in pages', async () => {
    const first = await bench.ask(routes.listDatasets, { query: { limit: 1 } });
    const second = await bench.ask(routes.listDatasets, { query: { limit: 1, after: first.next ?? '' } });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(['PARKS', 'WF-1']);
    expect(second.next).toBeNull();
  });

  it('list their versions, newest first, with who signed', async () => {
    const page = await bench.ask(routes.listVersions, { params: { id: 'WF-1' }, query: { limit: 1 } });
    expect(page.items.map(({ ref, files, placed }) => [ref, files, placed])).toEqual([['WF-1:v2', 7, true]]);
    expect(page.items[0]?.by?.role).toBe('station');
    expect((await bench.ask(routes.listVersions, { params: { id: 'WF-1' }, query: { below: Number(page.next) } })).items.map(({ ref }) => ref)).toEqual(['WF-1:v1']);
  });
});

describe('versions', () => {
  it('show a folder at a time: folders with their totals, then files, in pages', async () => {
    const top = await bench.ask(routes.listFolder, { params: { ref: 'WF-1:v2' } });
    expect(top.items.map((row) => (row.kind === 'folder' ? [row.path, row.files, row.bytes] : [row.path, row.size, row.since]))).toEqual([
      ['b/', 3, 10],
      ['a.txt', 12, 2],
      ['big.bin', 3_000_000, 1],
      ['c.txt', 3, 1],
      ['d.txt', 3, 2],
    ]);
    for (const limit of [1, 2, 3, 4]) {
      const names: string[] = [];
      let after: string | null = '';
      while (after !== null) {
        const page: { items: { path: string }[]; next: string | null } = await bench.ask(routes.listFolder, { params: { ref: 'WF-1:v2' }, query: { limit, after } });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        names.push(...page.items.map(({ path }) => path));
        after = page.next;
      }
      expect(names).toEqual(['b/', 'a.txt', 'big.bin', 'c.txt', 'd.txt']);
    }
    expect((await bench.ask(routes.listFolder, { params: { ref: 'WF-1' }, query: { under: 'b/' } })).items.map(({ path }) => path)).toEqual(['b/deep/', 'b/x.csv', 'b/y.csv']);
  });

  it('list their files, and those whose path holds a text', async () => {
    expect((await bench.ask(routes.listFiles, { params: { ref: 'WF-1:v1' }, query: { find: '.CSV' } })).items.map(({ path }) => path)).toEqual(['b/deep/z.csv', 'b/x.csv', 'b/y.csv']);
    expect((await bench.ask(routes.listFiles, { params: { ref: 'WF-1:v2' }, query: { find: '.TXT', limit: 2 } }))).toMatchObject({ items: [{ path: 'a.txt' }, { path: 'c.txt' }], next: 'c.txt' });
  });

  it('are compared', async () => {
    const found = await bench.ask(routes.compareVersions, { params: { ref: 'WF-1:v2' }, query: { from: 1 } });
    expect(found.totals).toEqual({ added: 1, removed: 0, replaced: 1, renamed: 0 });
    expect(found.items.map(({ kind, path, before }) => [kind, path, before?.size])).toEqual([['replaced', 'a.txt', 3], ['added', 'd.txt', undefined]]);
    expect((await bench.refused(routes.compareVersions, { params: { ref: 'WF-1:v2' }, query: { from: 9 } })).code).toBe('VERSION_UNKNOWN');
  });

  it('are tagged and untagged', async () => {
    expect((await bench.ask(routes.addTag, { params: { ref: 'WF-1:v1', tag: 'raw' } })).tags).toEqual(['raw']);
    expect((await bench.refused(routes.addTag, { params: { ref: 'WF-1:v1', tag: 'v7' } })).code).toBe('NAME_INVALID');
    expect((await bench.ask(routes.removeTag, { params: { ref: 'WF-1:v1', tag: 'raw' } })).tags).toEqual([]);
  });

  it('are withdrawn by number only', async () => {
    await bench.ingest('OLD', { 'a.txt': 'a' });
    expect((await bench.refused(routes.withdrawVersion, { params: { ref: 'OLD' }, body: { reason: 'wrong' } })).code).toBe('ACT_REFUSED');
    expect((await bench.ask(routes.withdrawVersion, { params: { ref: 'OLD:v1' }, body: { reason: 'wrong' } })).withdrawn?.reason).toBe('wrong');
  });

  it('tell what was made from them', async () => {
    const { ref } = await bench.made(await bench.ask(routes.transform, { body: { sources: ['WF-1:v1'], spec: { name: 'redact_text', find: { text: 'see' }, files: ['c.txt'] }, message: null, into: 'CLEAN' } }), 'transform');
    expect(ref).toBe('CLEAN:v1');
    const ancestry = await bench.ask(routes.ancestry, { params: { ref: 'WF-1:v1' } });
    expect(ancestry.derived.map((version) => version.ref)).toEqual(['WF-1:v2', 'CLEAN:v1']);
    expect((await bench.ask(routes.ancestry, { params: { ref: 'CLEAN' } })).sources.map((version) => version.ref)).toEqual(['WF-1:v1']);
  });
});

describe('bytes of a file', () => {
  const address = '/dta/versions/WF-1:v1/file?path=big.bin';
  const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());

  it('come whole, with their hash as the tag', async () => {
    const response = await bench.raw(address);
    const sha256 = createHash('sha256').update(big).digest('hex');
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({ 'content-length': '3000000', etag: `"${sha256}"`, 'content-type': 'application/octet-stream', 'x-content-type-options': 'nosniff', 'accept-ranges': 'bytes', 'content-disposition': `attachment; filename="big.bin"; filename*=UTF-8''big.bin` });
    expect(createHash('sha256').update(await bytesOf(response)).digest('hex')).toBe(sha256);
    expect((await bench.raw(address, { headers: { 'if-none-match': `"${sha256}"` } })).status).toBe(304);
  });

  it.each([
    ['bytes=0-9', 0, 10],
    ['bytes=2999990-', 2_999_990, 3_000_000],
    ['bytes=-7', 2_999_993, 3_000_000],
    ['bytes=-9000000', 0, 3_000_000],
    ['bytes=1048570-2097160', 1_048_570, 2_097_161],
    ['bytes=2999999-99999999', 2_999_999, 3_000_000],
  ])('come in part: %s', async (range, start, end) => {
    const response = await bench.raw(address, { headers: { range } });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/3000000`);
    expect(response.headers.get('content-length')).toBe(String(end - start));
    expect((await bytesOf(response)).equals(big.subarray(start, end))).toBe(true);
  });

  it.each(['bytes=3000000-', 'bytes=-0', 'bytes=9007199254740993-'])('are refused where %s lies behind them', async (range) => {
    const response = await bench.raw(address, { headers: { range } });
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe('bytes */3000000');
    expect(await response.json()).toMatchObject({ code: 'RANGE_OUTSIDE' });
  });

  it.each(['bytes=5-2', 'bytes=a-b', 'items=0-1', 'bytes=0-1,3-4', 'bytes=-'])('come whole for %s, which says no range', async (range) => {
    const response = await bench.raw(address, { headers: { range } });
    expect([response.status, (await bytesOf(response)).length]).toEqual([200, 3_000_000]);
  });

  it('come whole where the tag that a part was asked of is another', async () => {
    const response = await bench.raw(address, { headers: { range: 'bytes=0-1', 'if-range': '"other"' } });
    expect([response.status, (await bytesOf(response)).length]).toEqual([200, 3_000_000]);
  });

  it('are measured by HEAD, without a body', async () => {
    const response = await bench.raw(address, { method: 'HEAD' });
    expect([response.status, response.headers.get('content-length'), (await bytesOf(response)).length]).toEqual([200, '3000000', 0]);
  });

  it('stop when nobody reads them any more', async () => {
    const controller = new AbortController();
    const response = await bench.raw(address, { signal: controller.signal });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    controller.abort();
    await expect((async () => {
      for (;;) if ((await reader.read()).done) return 'complete';
    })()).rejects.toThrow();
  });

  it('of a file that is not there are a problem', async () => {
    expect(await (await bench.raw('/dta/versions/WF-1:v1/file?path=no.txt')).json()).toMatchObject({ code: 'FILE_UNKNOWN', status: 404 });
    expect(await (await bench.raw('/dta/versions/WF-1:v1/file?path=..%2F..%2Flake.json')).json()).toMatchObject({ code: 'NAME_INVALID', status: 422 });
  });
});

describe('links', () => {
  it('answer what they stand for, in part too, under the name that was given', async () => {
    const { url, until } = await bench.ask(routes.makeLink, { body: { path: '/dta/versions/WF-1:v1/file?path=a.txt', name: 'Bericht ü "1".txt' } });
    expect(url).toMatch(/^\/dta\/links\/[A-Za-z0-9_-]{43}$/);
    expect(Date.parse(until) - Date.now()).toBeGreaterThan(290_000);
    const response = await bench.raw(url, { headers: { range: 'bytes=1-' } });
    expect([response.status, await response.text()]).toEqual([206, 'ne']);
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="Bericht _ _1_.txt"; filename*=UTF-8''Bericht%20%C3%BC%20%221%22.txt`);
  });

  it('are made to bytes only, and end', async () => {
    expect((await bench.refused(routes.makeLink, { body: { path: '/dta/jobs', name: 'x' } })).code).toBe('REQUEST_INVALID');
    expect((await bench.refused(routes.makeLink, { body: { path: '/dta/links/x', name: 'x' } })).code).toBe('REQUEST_INVALID');
    expect(await (await bench.raw('/dta/links/AAAA')).json()).toMatchObject({ code: 'LINK_EXPIRED', status: 410 });
  });
});

describe('packages', () => {
  it('are made, fetched and checked, with the four answers', async () => {
    const begun = await bench.ask(routes.exportToFetch, { body: { refs: ['WF-1:v2'], name: 'release' } });
    const { exported } = await bench.made(begun, 'export');
    expect(exported).toMatchObject({ name: 'release.zip', form: 'zip', path: null, refs: ['WF-1:v2'], recorded: true, signedBy: { kind: 'station' }, payload: { files: 7 } });
    const response = await bench.raw(`/dta/exports/${begun.job.id}/package`);
    expect(Buffer.from(await response.arrayBuffer()).length).toBe(exported.bytes);
    const { report } = await bench.made(await bench.ask(routes.verify, { body: { of: { kind: 'export', job: begun.job.id } } }), 'verification');
    expect(report).toMatchObject({ kind: 'package', clean: true, subject: 'release.zip', answers: { unchanged: { answer: 'yes' }, signedBy: { answer: 'station' }, trusted: { answer: 'not asked' } } });
    expect((await bench.ask(routes.getDataset, { params: { id: 'WF-1' } })).exports.map(({ name }) => name)).toEqual(['release.zip']);
  });

  it('are refused under a name that leaves the folder, and of versions that are not there', async () => {
    expect((await bench.refused(routes.exportToFetch, { body: { refs: ['WF-1'], name: '../x' } })).code).toBe('REQUEST_INVALID');
    expect((await bench.refused(routes.exportToFetch, { body: { refs: ['WF-1:v9'], name: 'x' } })).code).toBe('VERSION_UNKNOWN');
  });

  it('are written to a path, once', async () => {
    const target = `${bench.folder}/out.zip`;
    const { exported } = await bench.made(await bench.ask(routes.exportToPath, { body: { refs: ['WF-1:v1'], target, patterns: ['b/**'] } }), 'export');
    expect(exported).toMatchObject({ path: target, until: null, payload: { files: 3 } });
    const again = await bench.ended((await bench.ask(routes.exportToPath, { body: { refs: ['WF-1:v1'], target } })).job.id);
    expect(again).toMatchObject({ state: 'failed', problem: { code: 'TARGET_EXISTS' } });
    const { report } = await bench.made(await bench.ask(routes.verifyPath, { body: { path: target } }), 'verification');
    expect(report.clean).toBe(true);
  });

  it('and the whole lake is checked', async () => {
    const { report } = await bench.made(await bench.ask(routes.verify, { body: { of: { kind: 'lake' } } }), 'verification');
    expect(report).toMatchObject({ kind: 'lake', clean: true, findingCount: 0, answers: null });
  });
});
