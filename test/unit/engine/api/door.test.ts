import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Problem, routes } from '../../../../src/contract/api/index.ts';
import type { Route } from '../../../../src/contract/api/index.ts';
import { DoorBench } from '../../../builders/door.ts';
import { shortSample } from '../../../builders/short-sample.ts';

let bench: DoorBench;
beforeAll(async () => {
  bench = await DoorBench.open({ sample: shortSample });
});
afterAll(() => bench.remove());

async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  return Problem.parse(await response.json());
}

describe('the door before a lake is open', () => {
  it('says who runs it and on what workstation', async () => {
    const about = await bench.ask(routes.about, {});
    expect(about).toMatchObject({ product: 'HMS-DTA', version: '0.1.0', localPaths: true, home: join(bench.folder, 'lakes'), lake: null });
    expect(about.station?.id).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each(['/dta/datasets', '/dta/lake', '/dta/drafts', '/dta/ledger', '/dta/keys', '/dta/versions/X/files'])('answers LAKE_NONE at %s', async (path) => {
    const response = await bench.raw(path);
    expect(response.status).toBe(409);
    expect((await problemOf(response)).code).toBe('LAKE_NONE');
  });

  it('names the nearest address where there is nothing', async () => {
    const response = await bench.raw('/dta/dataset');
    expect(response.status).toBe(404);
    expect(await problemOf(response)).toMatchObject({ code: 'ROUTE_UNKNOWN', facts: { nearest: 'GET /dta/datasets' } });
  });

  it('says which methods an address answers', async () => {
    const told = async (path: string, method: string) => {
      const response = await bench.raw(path, { method });
      const { code, status, facts } = await problemOf(response);
      return [response.status, response.headers.get('content-type'), response.headers.get('allow'), code, status, facts];
    };
    expect(await told('/dta/datasets', 'PUT')).toEqual([405, 'application/problem+json', 'GET, HEAD, POST', 'METHOD_REFUSED', 405, { methods: ['GET', 'HEAD', 'POST'] }]);
    expect((await told('/dta/raw/881/retry', 'GET')).slice(0, 4)).toEqual([405, 'application/problem+json', 'POST', 'METHOD_REFUSED']);
    expect((await told('/openapi.json', 'DELETE')).slice(0, 4)).toEqual([405, 'application/problem+json', 'GET, HEAD', 'METHOD_REFUSED']);
  });

  it.each([
    ['a body that is no JSON', { headers: { 'content-type': 'application/json' }, body: '{"name":' }, 400, 'REQUEST_UNREADABLE'],
    ['a body that is not UTF-8', { headers: { 'content-type': 'application/json' }, body: new Uint8Array([0x22, 0xff, 0x22]) }, 400, 'REQUEST_UNREADABLE'],
    ['a body of another type', { headers: { 'content-type': 'text/plain' }, body: '{}' }, 400, 'REQUEST_UNREADABLE'],
    ['no body', {}, 400, 'REQUEST_UNREADABLE'],
    ['a body of another shape', { headers: { 'content-type': 'application/json' }, body: '[]' }, 422, 'REQUEST_INVALID'],
    ['a name that leaves the folder', { headers: { 'content-type': 'application/json' }, body: '{"name":"../x","zone":"UTC"}' }, 422, 'REQUEST_INVALID'],
    ['a name that Windows reserves', { headers: { 'content-type': 'application/json' }, body: '{"name":"con","zone":"UTC"}' }, 422, 'REQUEST_INVALID'],
    ['a zone that is none', { headers: { 'content-type': 'application/json' }, body: '{"name":"x","zone":"Nowhere/Land"}' }, 422, 'USAGE'],
  ])('refuses %s', async (_, init, status, code) => {
    const response = await bench.raw('/dta/lakes', { method: 'POST', ...init });
    expect(response.status).toBe(status);
    expect((await problemOf(response)).code).toBe(code);
  });

  it('says where a request does not fit, and carries its id', async () => {
    const response = await bench.raw('/dta/lakes', { method: 'POST', headers: { 'content-type': 'application/json', 'x-request-id': 'r-17' }, body: '{"name":"a"}' });
    const problem = await problemOf(response);
    expect(problem.instance).toBe('r-17');
    expect(problem.facts['issues']).toEqual([expect.objectContaining({ in: 'body', path: 'zone' })]);
  });

  it('tells nothing of its inside where it has a fault', async () => {
    const broken = await DoorBench.withLake({ verify: () => Promise.reject(new Error('secret /home/x')) });
    try {
      const { job } = await broken.ask(routes.verify, { body: { of: { kind: 'lake' } } });
      const ended = await broken.ended(job.id);
      expect(ended).toMatchObject({ state: 'failed', problem: { code: 'BUG', status: 500 } });
      expect(JSON.stringify(ended)).not.toContain('secret');
      expect(broken.logged.join()).toContain('secret');
    } finally {
      await broken.remove();
    }
  });

  it('takes paths of this computer only where the host is the window', async () => {
    const other = await DoorBench.open({ localPaths: false });
    try {
      for (const route of Object.values(routes) as Route[]) {
        if (route.local !== true) continue;
        const response = await other.raw(route.path, { method: route.method });
        expect([route.path, response.status, (await problemOf(response)).code]).toEqual([route.path, 403, 'LOCAL_ONLY']);
      }
    } finally {
      await other.remove();
    }
  });

  it('answers at its addresses with and without /api', async () => {
    const response = await bench.door.fetch(new Request('http://hms.test/dta/about'));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(await bench.ask(routes.about, {}));
  });
});

describe('the document of the door', () => {
  interface Document {
    readonly openapi: string;
    readonly paths: Readonly<Record<string, Readonly<Record<string, { operationId: string; responses: object; parameters: { name: string; in: string; schema: object }[] }>>>>;
    readonly components: { readonly schemas: Readonly<Record<string, object>>; readonly responses: Readonly<Record<string, object>> };
  }

  it('has every route of the table and nothing else', async () => {
    const document = (await (await bench.raw('/openapi.json')).json()) as Document;
    const there = Object.entries(document.paths).flatMap(([path, operations]) => Object.entries(operations).map(([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${path}`));
    const wanted = Object.entries(routes).map(([name, { method, path }]) => `${name} ${method} ${path}`);
    expect(there.sort()).toEqual(wanted.sort());
    expect(document.openapi).toBe('3.1.0');
  });

  it('refers only to components that are there, all of them schemas', async () => {
    const text = await (await bench.raw('/openapi.json')).text();
    const document = JSON.parse(text) as Document;
    const refs = new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] ?? ''));
    const names = Object.keys(document.components.schemas);
    const there = [...names.map((name) => `#/components/schemas/${name}`), '#/components/responses/MethodRefused'];
    for (const ref of refs) expect(there).toContain(ref);
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema({ $id: 'door', components: document.components });
    for (const name of names) expect(() => ajv.compile({ $ref: `door#/components/schemas/${name}` })).not.toThrow();
    const accepts = ajv.compile({ $ref: 'door#/components/schemas/Problem' });
    expect(accepts(await (await bench.raw('/dta/lake')).json())).toBe(true);
    expect(accepts({ code: 'BUG' })).toBe(false);
  });

  it('has the answer to a method that an address does not take as a response of every operation, with its header', async () => {
    const document = (await (await bench.raw('/openapi.json')).json()) as Document;
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    expect(new Set(operations.map(({ responses }) => JSON.stringify((responses as Record<string, object>)['405'])))).toEqual(new Set(['{"$ref":"#/components/responses/MethodRefused"}']));
    expect(document.components.responses).toEqual({
      MethodRefused: {
        description: 'METHOD_REFUSED: the address is there and takes other methods',
        headers: { Allow: { description: 'The methods that it takes', required: true, schema: { type: 'string' }, example: 'GET, HEAD, POST' } },
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    });
  });

  it('names the parameters of every path', async () => {
    const document = (await (await bench.raw('/openapi.json')).json()) as Document;
    for (const [path, operations] of Object.entries(document.paths)) {
      const wanted = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      for (const { parameters } of Object.values(operations)) expect([path, parameters.filter((item) => item.in === 'path').map(({ name }) => name)]).toEqual([path, wanted]);
    }
  });
});

describe('lakes', () => {
  it('are made by name, listed, closed, opened and forgotten', async () => {
    const made = await bench.ask(routes.createLake, { body: { name: 'First lake', zone: 'America/New_York' } });
    expect(made).toMatchObject({ name: 'First lake', zone: 'America/New_York', sample: false, readOnly: null, enrolment: null, totals: { datasets: 0, versions: 0, files: 0, bytes: 0 } });
    expect(made.ledger).toMatchObject({ size: 2, alarms: 0 });
    await bench.ask(routes.createLake, { body: { name: 'Second', zone: 'UTC' } });
    const { lakes } = await bench.ask(routes.listLakes, {});
    expect(lakes.map(({ name, present }) => [name, present])).toEqual([['Second', true], ['First lake', true]]);
    await bench.ask(routes.closeLake, {});
    expect((await bench.refused(routes.getLake, {})).code).toBe('LAKE_NONE');
    const first = lakes.find(({ name }) => name === 'First lake');
    expect((await bench.ask(routes.openLake, { params: { key: first?.key ?? '' } })).id).toBe(made.id);
    expect((await bench.refused(routes.openLake, { params: { key: 'none' } })).code).toBe('LAKE_UNKNOWN');
    await bench.ask(routes.forgetLake, { params: { key: lakes[0]?.key ?? '' } });
    // It stands in the folder of lakes, so it is still listed, and not as one that was opened.
    expect((await bench.ask(routes.listLakes, {})).lakes.map(({ name, opened }) => [name, opened === null])).toEqual([['First lake', false], ['Second', true]]);
    expect(JSON.parse(await readFile(join(bench.folder, 'profile', 'lakes.json'), 'utf8'))).toHaveLength(1);
  });

  it('refuses a name that is taken', async () => {
    expect((await bench.refused(routes.createLake, { body: { name: 'Second', zone: 'UTC' } })).code).toBe('ALREADY_A_LAKE');
  });

  it('makes a sample lake with two versions, named by the clock of this computer, and opens it', async () => {
    const zone = process.env['TZ'];
    process.env['TZ'] = 'Pacific/Kiritimati';
    const hour = (): string => `Sample ${new Date().toLocaleString('sv-SE').slice(0, 13)}`;
    const begun = hour();
    const { lake } = await bench.made(await bench.ask(routes.makeSample, {}), 'sample');
    const state = await bench.ask(routes.getLake, {});
    const names = [begun, hour()];
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
    expect(names).toContain(state.name.slice(0, 20));
    expect(state).toMatchObject({ id: lake, sample: true, totals: { datasets: 1, versions: 2, files: 2 } });
    expect((await bench.ask(routes.getVersion, { params: { ref: 'WF-2024-07:raw' } })).bytes).toBe(6_102_144);
    expect((await bench.ask(routes.getVersion, { params: { ref: 'WF-2024-07:clean' } })).version).toBe(2);
  });

  it('makes a year of records where nothing else is asked for, says how far it is, and stops when it is cancelled', { timeout: 120_000 }, async () => {
    const other = await DoorBench.open();
    try {
      const { job } = await other.ask(routes.makeSample, {});
      const begun = await other.until(job.id, ({ progress, state }) => progress.phase.startsWith('Making ') || state !== 'running');
      expect(begun).toMatchObject({ state: 'running', progress: { phase: expect.stringMatching(/^Making [A-Z][a-z]+ 20\d\d$/) as string }, can: expect.arrayContaining(['cancel']) as string[] });
      // Its steps are no files.
      expect([begun.progress.filesTotal, begun.progress.share]).toEqual([null, expect.any(Number)]);
      await other.ask(routes.cancelJob, { params: { job: job.id } });
      expect((await other.ended(job.id)).state).toBe('cancelled');
      expect((await other.refused(routes.getLake, {})).code).toBe('LAKE_NONE');
    } finally {
      await other.remove();
    }
  });

  it('builds the catalog anew, with the same state after it', async () => {
    const before = await bench.ask(routes.getLake, {});
    const { entries, datasets, files } = await bench.made(await bench.ask(routes.rebuildCatalog, {}), 'rebuild');
    expect({ entries, datasets, files }).toEqual({ entries: before.ledger.size, datasets: 1, files: 2 });
    const after = await bench.ask(routes.getLake, {});
    expect(after.ledger.root).toBe(before.ledger.root);
  });

  it('lists keys, and entries with a proof', async () => {
    const { keys, requests } = await bench.ask(routes.listKeys, {});
    expect(keys.map(({ role, here }) => [role, here])).toEqual([['station', true], ['recovery', false]]);
    expect(requests).toEqual([]);
    const { items } = await bench.ask(routes.listEntries, { query: { limit: 3 } });
    expect(items.map(({ op }) => op)).toEqual(['version.committed', 'dataset.described', 'version.committed']);
    const entry = await bench.ask(routes.getEntry, { params: { seq: items[0]?.seq ?? 0 } });
    expect(entry.words).toBe('Removed unused columns');
    expect(entry.proof).toMatch(/^c2sp\.org\/tlog-proof@v1\nindex 4\n/);
    expect(JSON.parse(entry.json)).toMatchObject({ op: 'version.committed' });
    expect((await bench.refused(routes.getEntry, { params: { seq: 99 } })).code).toBe('ENTRY_UNKNOWN');
  });

  it('measures without names', async () => {
    const text = await (await bench.raw('/metrics')).text();
    expect(text).toContain('hms_requests_total{route="getLake",status="200"}');
    expect(text).toContain('hms_jobs{kind="sample",state="done"} 1');
    expect(text).not.toMatch(/WF-2024|First lake|hms-door/);
  });
});
