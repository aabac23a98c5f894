import { createHash } from 'node:crypto';
import { globSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../../../src/contract/api/index.ts';
import type { RawDrop, Route } from '../../../../src/contract/api/index.ts';
import { station } from '../../../../src/engine/keys/index.ts';
import type { Tokens } from '../../../../src/engine/keys/index.ts';
import { tokensOf } from '../../../../src/engine/token-list.ts';
import { systemClock } from '../../../../src/engine/clock.ts';
import { durableOn, systemDisk } from '../../../../src/engine/lake/index.ts';
import { listen } from '../../../../src/host/index.ts';
import type { Loopback } from '../../../../src/host/index.ts';
import { verify } from '../../../../src/verify/index.ts';
import { DoorBench } from '../../../builders/door.ts';

/** Raw drops over the loopback port, as other programs post them. */

const TOKEN = 'session-token';
let bench: DoorBench;
let host: Loopback;
let jwt: string;
let tokens: Tokens;

beforeAll(async () => {
  bench = await DoorBench.withLake({ mostRawBytes: 4 * 1024 * 1024 });
  host = await listen({ fetch: (asked, caller) => bench.door.fetch(asked, caller), admit: (token) => bench.door.admit(token), routes: Object.values(routes), token: TOKEN, port: 0, screens: null });
  const profile = join(bench.folder, 'profile');
  const durable = durableOn(systemDisk, { kind: 'journaled', name: 'profile' }, systemClock);
  const { id } = await station(profile, durable, systemClock);
  const lake = (JSON.parse(readFileSync(join(lakeFolder(), 'lake.json'), 'utf8')) as { id: string }).id;
  tokens = tokensOf({ profile, lake: lake as never, station: id, durable, clock: systemClock });
  jwt = (await tokens.make('Seat-belt rig', ['raw:write'], 3_600)).token;
});
afterAll(async () => {
  await host.close(0);
  await bench.remove();
});

const lakeFolder = (): string => join(bench.folder, 'lakes', 'Records');
const staged = (): string[] => readdirSync(join(lakeFolder(), 'staging'));

function form(program: string | null, files: Readonly<Record<string, string | Uint8Array>>, more: Readonly<Record<string, string>> = {}): FormData {
  const data = new FormData();
  if (program !== null) data.set('program_id', program);
  for (const [name, value] of Object.entries(more)) data.set(name, value);
  for (const [name, content] of Object.entries(files)) data.append('file', new Blob([content as Uint8Array<ArrayBuffer>]), name);
  return data;
}

function post(body: string | FormData, token = jwt, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${host.origin}/dta/raw`, { method: 'POST', body, headers: { authorization: `Bearer ${token}`, ...headers } });
}

async function problem(response: Response): Promise<{ status: number; type: string | null; code: string }> {
  return { status: response.status, type: response.headers.get('content-type'), code: ((await response.json()) as { code: string }).code };
}

const get = (path: string, token = TOKEN): Promise<Response> => fetch(`${host.origin}${path}`, { headers: { authorization: `Bearer ${token}` } });

describe('a raw drop that is posted', () => {
  it('is answered with its number after its entry stands in the ledger, and given back byte for byte', async () => {
    const csv = 'model,fail\nModel-Z,1\n';
    const response = await post(form('12', { 'seatbelt_2024_07_31.csv': csv }));
    const answer = (await response.json()) as { raw_id: number; status: string };
    expect([response.status, answer]).toEqual([200, { raw_id: answer.raw_id, status: 'stored' }]);
    const drop = (await (await get(`/dta/raw/${answer.raw_id}`)).json()) as RawDrop;
    expect(drop).toMatchObject({ raw_id: answer.raw_id, program_id: 12, name: 'seatbelt_2024_07_31.csv', media_type: 'text/csv', bytes: csv.length, sender: 'Seat-belt rig', status: 'stored', contract: null, duplicates: 0, sha256: createHash('sha256').update(csv).digest('hex') });
    expect(await (await get(`/dta/raw/${answer.raw_id}/content`)).text()).toBe(csv);
    expect(await (await get(`/dta/raw/${drop.uuid}/content`)).text()).toBe(csv);
    const entry = JSON.parse(readFileSync(join(lakeFolder(), 'ledger', 'entries', 'x000', 'x000', String(answer.raw_id).padStart(3, '0'), 'entry.json'), 'utf8')) as Record<string, unknown>;
    expect([entry['op'], entry['subject']]).toEqual(['raw.received', `raw:${drop.uuid}`]);
    expect(staged()).toEqual([]);
  });

  it('puts nothing that was typed, and no hash of the file, into the entry', async () => {
    const secret = 'SSN 078-05-1120 of Jo';
    const { raw_id: id } = (await (await post(form('77', { 'jo-smith-078051120.txt': secret }, { contract: 'people_contract' }))).json()) as { raw_id: number };
    const text = readFileSync(join(lakeFolder(), 'ledger', 'entries', 'x000', 'x000', String(id).padStart(3, '0'), 'entry.json'), 'utf8');
    for (const word of ['jo-smith', 'rig', 'Seat', 'people_contract', 'text/plain', createHash('sha256').update(secret).digest('hex'), createHash('md5').update(secret).digest('hex')]) expect(text).not.toContain(word);
  });

  it('that the program sent before gets the first number and is recorded; another program gets its own', async () => {
    const first = (await (await post(form('12', { 'a.csv': 'same,bytes\n1,2\n' }))).json()) as { raw_id: number };
    const before = readdirSync(join(lakeFolder(), 'ledger', 'entries', 'x000', 'x000')).length;
    expect(await (await post(form('12', { 'b.csv': 'same,bytes\n1,2\n' }))).json()).toEqual({ raw_id: first.raw_id, status: 'stored', duplicate: true });
    expect(readdirSync(join(lakeFolder(), 'ledger', 'entries', 'x000', 'x000'))).toHaveLength(before + 1);
    expect(((await (await get(`/dta/raw/${first.raw_id}`)).json()) as RawDrop).duplicates).toBe(1);
    const other = (await (await post(form('13', { 'a.csv': 'same,bytes\n1,2\n' }))).json()) as { raw_id: number };
    expect(other.raw_id).toBeGreaterThan(first.raw_id);
    expect(staged()).toEqual([]);
  });

  it('with several files is answered in their order; the same bytes twice in one form are one drop', async () => {
    const answer = (await (await post(form('5', { 'one.txt': 'first', 'two.txt': 'second', 'again.txt': 'first' }))).json()) as { drops: { raw_id: number; name: string; duplicate?: true }[] };
    expect(answer.drops.map(({ name, duplicate }) => [name, duplicate])).toEqual([['one.txt', undefined], ['two.txt', undefined], ['again.txt', true]]);
    expect(answer.drops[2]?.raw_id).toBe(answer.drops[0]?.raw_id);
  });

  it('keeps the last part of a name with folders, and any other name as it is', async () => {
    const names = ['C:\\Users\\jo\\CON', 'ünï (quoted).csv', '名前.csv'];
    for (const [i, name] of names.entries()) {
      const { raw_id: id } = (await (await post(form('6', { [name]: `bytes ${i}` }))).json()) as { raw_id: number };
      const drop = (await (await get(`/dta/raw/${id}`)).json()) as RawDrop;
      expect(drop.name).toBe(['CON', 'ünï (quoted).csv', '名前.csv'][i]);
      expect(await (await get(`/dta/raw/${id}/content`)).text()).toBe(`bytes ${i}`);
    }
  });

  it('is refused with a problem where it does not fit, and nothing is kept', async () => {
    const json = { type: 'application/problem+json' };
    expect(await problem(await post(form(null, { 'a.csv': 'x' })))).toEqual({ ...json, status: 422, code: 'REQUEST_INVALID' });
    expect(await problem(await post(form('twelve', { 'a.csv': 'x' })))).toEqual({ ...json, status: 422, code: 'REQUEST_INVALID' });
    expect(await problem(await post(form('12', {})))).toEqual({ ...json, status: 422, code: 'REQUEST_INVALID' });
    expect(await problem(await post(form('12', { 'a.csv': 'x' }, { contract: '../up' })))).toEqual({ ...json, status: 422, code: 'REQUEST_INVALID' });
    const words = async (response: Response) => ((await response.json()) as { detail: string }).detail;
    expect(await words(await post(form(null, { 'a.csv': 'x' })))).toBe('The request does not fit: program_id: is missing.');
    expect(await words(await post('x', jwt, { 'content-type': 'multipart/form-data' }))).toBe('The content type multipart/form-data says no boundary, so the parts of the form cannot be told apart.');
    expect(await words(await get('/dta/raw?program_id=-1'))).toBe('The request does not fit: program_id: must be at least 0.');
    expect(await words(await get('/dta/queries/00000000-0000-4000-8000-000000000000/result?format=xml'))).toBe('The request does not fit: format: must be one of csv, json, ndjson, parquet.');
    expect(await words(await get('/dta/raw?program_id=twelve'))).toBe('The request does not fit: program_id: must be a number.');
    expect(await problem(await post(form('12', { '..': 'x' })))).toEqual({ ...json, status: 422, code: 'NAME_INVALID' });
    expect(await problem(await post('{}', jwt, { 'content-type': 'application/json' }))).toEqual({ ...json, status: 415, code: 'MEDIA_REFUSED' });
    expect(await problem(await post('--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nhalf', jwt, { 'content-type': 'multipart/form-data; boundary=b' }))).toEqual({ ...json, status: 400, code: 'REQUEST_UNREADABLE' });
    expect(await problem(await post(form('12', { 'large.bin': Buffer.alloc(5 * 1024 * 1024) })))).toEqual({ ...json, status: 413, code: 'REQUEST_TOO_LARGE' });
    expect(staged()).toEqual([]);
  });

  it('that breaks off, or is too large without having said so, leaves nothing', async () => {
    const sent = (bytes: number, end: boolean): Promise<string> =>
      new Promise((resolve) => {
        const asked = request(`${host.origin}/dta/raw`, { method: 'POST', headers: { authorization: `Bearer ${jwt}`, 'content-type': 'multipart/form-data; boundary=b', 'transfer-encoding': 'chunked' } }, (response) => {
          let text = '';
          response.on('data', (piece: Buffer) => (text += piece.toString()));
          response.on('end', () => resolve(text));
          response.on('error', () => resolve('broken'));
        });
        asked.on('error', () => resolve('broken'));
        asked.write('--b\r\ncontent-disposition: form-data; name="program_id"\r\n\r\n12\r\n--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n');
        asked.write(Buffer.alloc(bytes, 'x'));
        if (end) asked.end('\r\n--b--\r\n');
        else setTimeout(() => asked.destroy(), 100);
      });
    const before = readdirSync(join(lakeFolder(), 'ledger', 'entries', 'x000', 'x000')).length;
    expect(await sent(1024 * 1024, false)).toBe('broken');
    expect(await sent(6 * 1024 * 1024, true)).toMatch(/REQUEST_TOO_LARGE|broken/);
    for (const until = Date.now() + 5_000; staged().length > 0 && Date.now() < until; ) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(staged()).toEqual([]);
    expect(readdirSync(join(lakeFolder(), 'ledger', 'entries', 'x000', 'x000'))).toHaveLength(before);
  });

  it('may be uploaded in parts by tus, which are joined, and by nobody whose token says nothing of raw drops', async () => {
    const parts = [Buffer.alloc(300_000, 'a'), Buffer.alloc(200_000, 'b'), Buffer.from('end')];
    const upload = async (part: Uint8Array, purpose: string): Promise<Response> =>
      fetch(`${host.origin}/dta/uploads`, {
        method: 'POST',
        headers: { authorization: `Bearer ${jwt}`, 'tus-resumable': '1.0.0', 'upload-length': String(part.length), 'upload-metadata': `purpose ${btoa(purpose)},path ${btoa('big.bin')}`, 'content-type': 'application/offset+octet-stream' },
        body: part as Uint8Array<ArrayBuffer>,
      });
    expect(await problem(await upload(Buffer.from('x'), 'verify'))).toMatchObject({ status: 403, code: 'SCOPE_MISSING' });
    const ids = await Promise.all(parts.map(async (part) => (await upload(part, 'raw')).headers.get('location')?.split('/').at(-1) ?? ''));
    const entered = await fetch(`${host.origin}/dta/raw/uploads`, { method: 'POST', headers: { authorization: `Bearer ${jwt}`, 'content-type': 'application/json' }, body: JSON.stringify({ program_id: 9, files: [{ name: 'big.bin', parts: ids }] }) });
    const { raw_id: id } = (await entered.json()) as { raw_id: number };
    expect(Buffer.from(await (await get(`/dta/raw/${id}/content`)).arrayBuffer()).equals(Buffer.concat(parts))).toBe(true);
    const again = await fetch(`${host.origin}/dta/raw/uploads`, { method: 'POST', headers: { authorization: `Bearer ${jwt}`, 'content-type': 'application/json' }, body: JSON.stringify({ program_id: 9, files: [{ name: 'big.bin', parts: ids }] }) });
    expect(await problem(again)).toMatchObject({ status: 404, code: 'UPLOAD_UNKNOWN' });
  });

  it('is listed by program, page by page, newest first', async () => {
    for (let n = 0; n < 5; n++) await post(form('40', { [`${n}.txt`]: `list ${n}` }));
    const names: (string | null)[] = [];
    for (let after: string | null = ''; after !== null; ) {
      const page = (await (await get(`/dta/raw?program_id=40&limit=2${after === '' ? '' : `&after=${after}`}`)).json()) as { items: RawDrop[]; next: string | null };
      names.push(...page.items.map(({ name }) => name));
      after = page.next;
    }
    expect(names).toEqual(['4.txt', '3.txt', '2.txt', '1.txt', '0.txt']);
    expect(await problem(await get('/dta/raw/999999'))).toMatchObject({ status: 404, code: 'RAW_UNKNOWN' });
    // The entry of the lake itself is no drop.
    expect(await problem(await get('/dta/raw/0'))).toMatchObject({ status: 404, code: 'RAW_UNKNOWN' });
  });
});

describe('a token of another program', () => {
  it('is refused with 401 where it is none, and with 403 where it does not allow what is asked', async () => {
    const [head = '', claims = '', signature = ''] = jwt.split('.');
    const flipped = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
    const none = Buffer.from(JSON.stringify({ alg: 'none', kid: (JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string }).kid })).toString('base64url');
    for (const bad of ['', 'a.b.c', `${head}.${claims}.${flipped}`, `${none}.${claims}.${signature}`]) expect(await problem(await post(form('12', { 'a.csv': 'x' }), bad))).toMatchObject({ status: 401, code: 'TOKEN_REFUSED' });
    const reader = (await tokens.make('Dashboard', ['query:read'], 60)).token;
    expect(await problem(await post(form('12', { 'a.csv': 'x' }), reader))).toMatchObject({ status: 403, code: 'SCOPE_MISSING' });
    expect((await get('/dta/raw', reader)).status).toBe(200);
    expect(await problem(await get('/dta/datasets', reader))).toMatchObject({ status: 403, code: 'SCOPE_MISSING' });
    expect(await problem(await get('/dta/raw', jwt))).toMatchObject({ status: 403, code: 'SCOPE_MISSING' });
    expect((await get('/dta/datasets')).status).toBe(200);
  });

  it('allows these routes and no other', () => {
    const allowed: Record<string, string[]> = {};
    for (const [name, route] of Object.entries(routes) as [string, Route][]) for (const scope of route.scopes ?? []) (allowed[scope] ??= []).push(name);
    expect(Object.fromEntries(Object.entries(allowed).map(([scope, names]) => [scope, names.sort()]))).toEqual({
      'raw:write': ['enterUploads', 'getJob', 'getRaw', 'insertRows', 'receiveRaw', 'refreshCube', 'retryRaw'],
      'query:read': ['cancelQuery', 'fetchPublication', 'getCube', 'getJob', 'getQuery', 'getRaw', 'getTable', 'listCubes', 'listRaw', 'listTables', 'publish', 'queryResult', 'queryRows', 'queryStatistics', 'readRaw', 'startQuery'],
      'export:read': ['exportToFetch', 'fetchExport', 'getJob'],
      'audit:read': ['getEntry', 'getJob', 'listEntries', 'verify'],
    });
  });

  it('lets a dashboard ask, an auditor read the ledger and check, and a program fetch a package, each nothing else', async () => {
    const [dashboard, auditor, fetcher] = (await Promise.all([tokens.make('Dashboard', ['query:read'], 60), tokens.make('Auditor', ['audit:read'], 60), tokens.make('Reading room', ['export:read'], 60)])).map(({ token }) => token) as [string, string, string];
    const send = (path: string, body: unknown, token: string): Promise<Response> =>
      fetch(`${host.origin}${path}`, { method: 'POST', body: JSON.stringify(body), headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } });
    const question = { sql: "SELECT count(*)::INTEGER AS n FROM ledger WHERE op = 'lake.created'" };
    const begun = (await (await send('/dta/queries', question, dashboard)).json()) as { id: string };
    const rows = async (): Promise<unknown> => ((await (await get(`/dta/queries/${begun.id}/rows`, dashboard)).json()) as { rows?: unknown }).rows;
    await expect.poll(rows, { timeout: 30_000 }).toEqual([[1]]);
    expect(await problem(await send('/dta/queries', question, auditor))).toMatchObject({ status: 403, code: 'SCOPE_MISSING' });
    expect(await problem(await get('/dta/queries', dashboard))).toMatchObject({ status: 403, code: 'SCOPE_MISSING' });

    expect((await get('/dta/ledger/0', auditor)).status).toBe(200);
    expect(await problem(await get('/dta/ledger/0', dashboard))).toMatchObject({ status: 403, code: 'SCOPE_MISSING' });
    const check = (await (await send('/dta/verifications', { of: { kind: 'lake' } }, auditor)).json()) as { job: { id: string } };
    const checked = async (): Promise<unknown> => ((await (await get(`/dta/jobs/${check.job.id}`, auditor)).json()) as { result: { report: { findings: unknown } } | null }).result?.report.findings;
    await expect.poll(checked, { timeout: 30_000 }).toEqual([]);
    expect(await problem(await send('/dta/verifications', { of: { kind: 'lake' } }, fetcher))).toMatchObject({ status: 403, code: 'SCOPE_MISSING' });
    expect(await problem(await send('/dta/exports', { refs: ['NONE:v1'], name: 'none.zip' }, fetcher))).toMatchObject({ status: 404, code: 'DATASET_UNKNOWN' });
    expect(await problem(await send('/dta/exports', { refs: ['NONE:v1'], name: 'none.zip' }, auditor))).toMatchObject({ status: 403, code: 'SCOPE_MISSING' });
  });

  it('is in the list, however many are made and revoked at the same time', async () => {
    const names = Array.from({ length: 8 }, (_, n) => `At once ${n}`);
    const made = await Promise.all(names.map((name) => tokens.make(name, ['query:read'], 60)));
    await Promise.all([tokens.revoke('At once 0'), tokens.revoke('At once 1'), tokens.make('At once 8', ['query:read'], 60)]);
    const { tokens: listed } = await tokens.list();
    expect(listed.filter(({ name }) => name.startsWith('At once ')).map(({ name, revoked }) => `${name}${revoked === null ? '' : ' revoked'}`).sort()).toEqual([
      ...['At once 0 revoked', 'At once 1 revoked'],
      ...names.slice(2),
      'At once 8',
    ]);
    expect(await problem(await get('/dta/raw', made[0]?.token))).toMatchObject({ status: 401, code: 'TOKEN_REFUSED' });
    expect((await get('/dta/raw', made[7]?.token)).status).toBe(200);
  });

  it('is refused from the moment at which it is revoked', async () => {
    const { token, made } = await tokens.make('Old rig', ['raw:write'], 60);
    expect((await post(form('50', { 'a.csv': 'revoked' }), token)).status).toBe(200);
    await tokens.revoke(made.id);
    expect(await problem(await post(form('50', { 'b.csv': 'revoked too' }), token))).toMatchObject({ status: 401, code: 'TOKEN_REFUSED' });
  });
});

it('forty posts at once are forty drops', async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, async (_, n) => (await (await post(form('60', { [`${n}.txt`]: `at once ${n}` }))).json()) as { raw_id: number }));
  expect(new Set(answers.map(({ raw_id: id }) => id)).size).toBe(40);
  expect(staged()).toEqual([]);
});

it('the check finds nothing wrong with the lake, and a changed byte of a drop', { timeout: 60_000 }, async () => {
  const report = await verify(lakeFolder(), { workers: 0 });
  expect(report.findings).toEqual([]);
  const objects = globSync('raw/*/*/*/v1/content/seatbelt_2024_07_31.csv', { cwd: lakeFolder() });
  expect(objects).toHaveLength(1);
  const file = join(lakeFolder(), objects[0] ?? '');
  const whole = readFileSync(file);
  writeFileSync(file, whole.toString().replace('Model-Z', 'Model-A'));
  expect((await verify(lakeFolder(), { workers: 0 })).findings.map(({ code }) => code)).toEqual(['FILE_ALTERED']);
  const drop = ((await (await get('/dta/raw?program_id=12&limit=1000')).json()) as { items: RawDrop[] }).items.find(({ name }) => name === 'seatbelt_2024_07_31.csv');
  expect(await problem(await get(`/dta/raw/${drop?.raw_id}/content`))).toMatchObject({ status: 500, code: 'STORED_DAMAGED' });
  writeFileSync(file, whole);
  renameSync(join(file, '..', '..', '..'), join(lakeFolder(), '..', 'lost'));
  expect((await verify(lakeFolder(), { workers: 0 })).findings.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual(['VERSION_LOST']);
  renameSync(join(lakeFolder(), '..', 'lost'), join(file, '..', '..', '..'));
});
