import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TableName } from '../../../../src/contract/index.ts';
import { rotateSecret } from '../../../../src/engine/masking.ts';
import { openToRead, openToWrite } from '../../../../src/engine/open.ts';
import { rebuildCatalog } from '../../../../src/engine/upkeep.ts';
import { verify } from '../../../../src/verify/index.ts';
import { Warehouse } from '../tables/warehouse.ts';
import { idOf, publish, put, rig, seatbelt, stateOf, work } from './intake.ts';

const TESTS = 'car_sensor_tests' as TableName;
let warehouse: Warehouse;
beforeEach(async () => {
  warehouse = await Warehouse.make();
});
afterEach(() => warehouse.close());

const all = 'SELECT program_id::VARCHAR, model, fail::VARCHAR, tested_month::VARCHAR FROM car_sensor_tests ORDER BY 2, 3, 4';
const bodies = (): { op: string; inputs: { ref: string }[]; outputs: { ref: string }[]; body: Record<string, never> }[] =>
  globSync(join(warehouse.lake.paths.root, 'ledger/entries/*/*/*/entry.json'))
    .sort()
    .map((file) => ({ ...(JSON.parse(readFileSync(file, 'utf8')) as { op: string; inputs: { ref: string }[]; outputs: { ref: string }[] }), body: JSON.parse(readFileSync(file.replace('entry.json', 'body.json'), 'utf8').split('\n')[0] ?? '') as Record<string, never> }));

describe('a drop with a header and no rows', () => {
  const header = 'car_model,sensor_fail,test_time,ssn\n';

  it('is normalized: versions of the table without a row, whose entries name the drops', { timeout: 60_000 }, async () => {
    const { lake } = warehouse;
    await publish(lake);
    // The same bytes twice would be one drop.
    const files = [header, `${header}Model-Z,1,2024-07-31T10:00:00Z,219-09-9999\n`, header.replace('\n', '\r\n'), header.trimEnd()];
    const days: number[] = [];
    for (const [i, file] of files.entries()) {
      days.push(...(await put(lake, { [`seatbelt_${i}.csv`]: file })));
      expect(await work(lake)).toEqual({ drops: 1, rows: i === 1 ? 1 : 0, quarantined: 0, held: [], cubes: [] });
    }
    expect(days.map((raw) => stateOf(lake, raw))).toMatchObject([1, 2, 3, 4].map((version) => ({ status: 'normalized', tables: [{ table: TESTS, version }] })));
    const committed = bodies().filter(({ op }) => op === 'table.committed');
    expect(committed.map(({ inputs, body }) => [inputs.at(-1)?.ref, (body['tables'] as unknown as { operation: string; lines: number; added: object }[])[0]])).toMatchObject([
      [`raw:${idOf(lake, days[0] as number)}`, { operation: 'CREATE TABLE', added: { files: 0, rows: 0, bytes: 0 } }],
      [`raw:${idOf(lake, days[1] as number)}`, { operation: 'WRITE', lines: 1, added: { files: 1, rows: 1 } }],
      [`raw:${idOf(lake, days[2] as number)}`, { operation: 'WRITE', lines: 1, added: { files: 0, rows: 0, bytes: 0 } }],
      [`raw:${idOf(lake, days[3] as number)}`, { operation: 'WRITE', lines: 1, added: { files: 0, rows: 0, bytes: 0 } }],
    ]);
    expect(await warehouse.select(TESTS, 1, 'SELECT count(*)::VARCHAR FROM car_sensor_tests')).toEqual([['0']]);
    expect(await warehouse.select(TESTS, 4, 'SELECT count(*)::VARCHAR FROM car_sensor_tests')).toEqual([['1']]);
    expect((await verify(lake.paths.root)).findings).toEqual([]);
  });

  it('is quarantined where a rule over the number of rows asks for some', async () => {
    const { lake } = warehouse;
    await publish(lake, { quality: '    quality:\n      - {metric: rowCount, mustBeGreaterThan: 0, name: some}\n' });
    const [raw = 0] = await put(lake, { 'seatbelt_1.csv': header });
    expect(await work(lake)).toMatchObject({ drops: 0, quarantined: 1 });
    expect(stateOf(lake, raw)).toMatchObject({ status: 'quarantined', outcome: { rows: 0, findings: [{ kind: 'RULE', message: 'The rule "some" is broken: it is 0, and must be more than 0.' }] } });
  });
});

describe('a drop that keeps to its contract', () => {
  it('becomes rows: headers renamed, program stamped, month beside the instant, the drop and the contract in the entry', async () => {
    const { lake } = warehouse;
    await publish(lake);
    const [raw = 0] = await put(lake, { 'seatbelt_2024_07_31.csv': 'car_model,sensor_fail,test_time,ssn\nModel-Z,1,2024-07-31T23:59:59-04:00,219-09-9999\nModel-A,0,1899-02-28 10:00:00,\n' });
    expect(stateOf(lake, raw)).toMatchObject({ status: 'queued_for_etl', takers: [{ row: { name: TESTS } }] });
    expect(await work(lake)).toEqual({ drops: 1, rows: 2, quarantined: 0, held: [], cubes: [] });
    expect(stateOf(lake, raw)).toEqual({ status: 'normalized', tables: [{ table: TESTS, version: 1 }], takers: [], outcome: null });
    expect(await warehouse.select(TESTS, null, all)).toEqual([['12', 'Model-A', '0', '1899-02-01'], ['12', 'Model-Z', '1', '2024-08-01']]);
    const entry = bodies().findLast(({ op }) => op === 'table.committed');
    const secret = bodies().find(({ op }) => op === 'secret.made');
    expect(entry?.inputs.map(({ ref }) => ref)).toEqual([`raw:${idOf(lake, raw)}`]);
    expect(entry?.outputs.map(({ ref }) => ref)).toEqual([`table:${TESTS}:v1`]);
    const id = (secret as unknown as { subject: string }).subject.slice('secret:'.length);
    expect(entry?.body).toMatchObject({ message: `Normalized raw drop ${raw}`, transform: 'normalize', parameters: { contracts: [`${TESTS}:1.0.0`], secret: id }, tables: [{ contract: { name: TESTS } }] });
    const version = lake.catalog.tables.version(TESTS, null);
    const domain = version === null ? undefined : lake.catalog.tables.description(version)?.domains.find(({ domain: name }) => name === 'hms.contract')?.configuration;
    expect(JSON.parse(domain ?? '')).toMatchObject({ name: TESTS, version: '1.0.0', masks: { ssn: 'hash' }, secret: id });
  });

  it('has no masked value, nor its bare hash, in any byte of tables, entries, or of what the profile keeps', async () => {
    const { lake } = warehouse;
    await publish(lake);
    await put(lake, { 'seatbelt_1.csv': rig(300) });
    await work(lake);
    const clear = ['219090000', '219090299'];
    const forms = clear.flatMap((value) => [value, ...['sha256', 'md5', 'sha1'].map((how) => createHash(how).update(value).digest('hex'))]);
    const files = [...globSync(join(warehouse.base, 'lake/{tables,ledger,contracts,staging}/**/*')), ...globSync(join(warehouse.base, 'profile/**/*'))];
    const seen = files.filter((file) => {
      try {
        const bytes = readFileSync(file);
        return forms.some((form) => bytes.includes(form) || bytes.includes(Buffer.from(form, 'hex')) && form.length >= 32);
      } catch {
        return false;
      }
    });
    expect(seen).toEqual([]);
    const [[hash] = []] = await warehouse.select(TESTS, null, 'SELECT ssn FROM car_sensor_tests LIMIT 1');
    expect(String(hash)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is in its table once, whoever works the queue down, and a catalog built anew says so too', async () => {
    const { lake } = warehouse;
    await publish(lake);
    const [raw = 0] = await put(lake, { 'seatbelt_1.csv': rig(3) });
    const drop = lake.catalog.drop(raw);
    const other = await openToWrite({ folder: join(warehouse.base, 'lake'), profile: join(warehouse.base, 'profile') });
    const both = await Promise.all([work(lake), work(other)]);
    expect(both.reduce((sum, { drops }) => sum + drops, 0)).toBe(1);
    expect(await work(lake, { only: drop === null ? [] : [drop] })).toMatchObject({ drops: 0 });
    await other.close();
    expect(await warehouse.select(TESTS, null, 'SELECT count(*)::VARCHAR FROM car_sensor_tests')).toEqual([['3']]);
    const before = lake.catalog.dropUses(idOf(lake, raw));
    await lake.close();
    await rebuildCatalog({ folder: join(warehouse.base, 'lake'), profile: join(warehouse.base, 'profile') });
    warehouse.lake = await openToWrite({ folder: join(warehouse.base, 'lake'), profile: join(warehouse.base, 'profile'), grace: 0 });
    expect(warehouse.lake.catalog.dropUses(idOf(warehouse.lake, raw))).toEqual(before);
    expect(stateOf(warehouse.lake, raw).status).toBe('normalized');
    expect((await verify(warehouse.lake.paths.root, { workers: 0 })).findings).toEqual([]);
  });

  it('may be compressed, UTF-16, Windows-1252 or NDJSON', async () => {
    const { lake } = warehouse;
    await publish(lake, { name: 'towns', patterns: ['towns*.csv'], columns: ['{name: town, logicalType: string}'] });
    await publish(lake, { name: 'towns_old', patterns: ['old*.csv'], format: 'csv, encoding: windows-1252', columns: ['{name: town, logicalType: string}'] });
    await publish(lake, { name: 'towns_json', patterns: ['towns*.ndjson'], format: 'ndjson', columns: ['{name: town, logicalType: string}'] });
    await put(lake, { 'towns_1.csv.gz': gzipSync('town\nGroß\n'), 'towns_2.csv': Buffer.from('\ufefftown\nGroß\n', 'utf16le'), 'old.csv': Buffer.from('town\nGro\xdf\n', 'latin1'), 'TOWNS_3.NDJSON': '{"town":"Groß"}\n' });
    expect(await work(lake)).toMatchObject({ drops: 4, quarantined: 0 });
    expect(await warehouse.select('towns' as TableName, null, 'SELECT town, count(*)::VARCHAR FROM towns GROUP BY town')).toEqual([['Groß', '2']]);
    expect(await warehouse.select('towns_old' as TableName, null, 'SELECT town FROM towns_old')).toEqual([['Groß']]);
    expect(await warehouse.select('towns_json' as TableName, null, 'SELECT town FROM towns_json')).toEqual([['Groß']]);
  });
});

describe('a drop that does not', () => {
  it('is quarantined whole, with what is wrong in each column, and normalized after its contract was mended and it was tried again', async () => {
    const { lake } = warehouse;
    await publish(lake);
    const bad = `car_model,sensor_fail,test_time,ssn,airbag\n${Array.from({ length: 25 }, () => 'Model-Z,x,2024-07-31T10:00:00Z,219-09-9999,yes').join('\n')}\n,1,never,219-09-9998,no\n`;
    const [raw = 0] = await put(lake, { 'seatbelt_1.csv': bad });
    expect(await work(lake)).toEqual({ drops: 0, rows: 0, quarantined: 1, held: [], cubes: [] });
    const { status, outcome } = stateOf(lake, raw);
    expect(status).toBe('quarantined');
    expect(outcome?.findings.map(({ column, kind, count, samples }) => [column, kind, count, samples.length])).toEqual([
      ['airbag', 'UNKNOWN_COLUMN', 1, 0],
      ['model', 'REQUIRED', 1, 1],
      ['fail', 'TYPE', 25, 20],
      ['tested_at', 'TYPE', 1, 1],
    ]);
    expect(outcome?.findings[2]?.samples[0]).toEqual({ line: 2, value: 'x', why: null });
    expect(JSON.stringify(outcome)).not.toContain('219-09');
    expect(lake.catalog.tables.version(TESTS, null)).toBeNull();
    expect(await work(lake)).toEqual({ drops: 0, rows: 0, quarantined: 0, held: [], cubes: [] });
    await publish(lake, { version: '1.1.0', columns: [...seatbelt, '{name: airbag, logicalType: string}'] });
    expect(stateOf(lake, raw).status).toBe('quarantined');
    lake.outcomes.forget(idOf(lake, raw));
    expect(await work(lake)).toMatchObject({ quarantined: 1 });
    expect(stateOf(lake, raw).outcome?.findings.map(({ column }) => column)).toEqual(['model', 'fail', 'tested_at']);
  });

  it('keeps its outcome in the profile, not on the lake, and through a new start', async () => {
    const { lake } = warehouse;
    await publish(lake, { columns: [seatbelt[0] as string] });
    const [raw = 0] = await put(lake, { 'seatbelt_1.csv': 'car_model\nA\n,,\n"PERSONAL\n' });
    await work(lake);
    const again = await warehouse.reopen();
    expect(stateOf(again, raw).status).toBe('quarantined');
    expect(globSync(join(warehouse.base, 'lake/{tables,ledger,staging}/**/*')).filter((file) => file.includes('outcome'))).toEqual([]);
    const reader = await openToRead({ folder: join(warehouse.base, 'lake'), profile: join(warehouse.base, 'nobody') });
    expect(reader.outcomes.get(idOf(again, raw))).toBeNull();
    await reader.close();
  });

  it('is told of whatever is in it: nothing, a header, no text, a cell of a million characters, nulls, a quote that does not end', async () => {
    const { lake } = warehouse;
    await publish(lake, { name: 'notes', patterns: ['*.csv'], columns: ['{name: note, logicalType: string, logicalTypeOptions: {maxLength: 2000000}}'] });
    const raws = await put(lake, {
      'empty.csv': '',
      'header.csv': 'note\n',
      'binary.csv': Buffer.from([0x6e, 0x6f, 0x74, 0x65, 0x0a, 0xff, 0xfe, 0x80, 0x0a]),
      'open.csv': 'note\n"never ends\n',
      'damaged.csv.gz': gzipSync('note\nA\n').subarray(0, 18),
      'long.csv': `note\n"${'ä"",\n'.repeat(250_000)}"\n`,
      'good.csv': 'note\n"O\'Hara, ""; DROP TABLE notes"\n',
    });
    const done = await work(lake);
    expect(raws.map((raw) => [stateOf(lake, raw).status, stateOf(lake, raw).outcome?.findings[0]?.kind ?? null])).toEqual([
      ['quarantined', 'EMPTY'],
      ['normalized', null],
      ['quarantined', 'ENCODING'],
      ['quarantined', 'UNREADABLE'],
      ['quarantined', 'TABLE'],
      ['normalized', null],
      ['normalized', null],
    ]);
    expect(done).toMatchObject({ drops: 3, quarantined: 4 });
    expect(await warehouse.select('notes' as TableName, null, 'SELECT length(note)::VARCHAR FROM notes ORDER BY 1')).toEqual([['1000000'], ['27']]);
  });

  it('whose bytes are not those that arrived comes into no table', async () => {
    const { lake } = warehouse;
    await publish(lake);
    const [raw = 0] = await put(lake, { 'seatbelt_1.csv': rig(3) });
    const [file = ''] = globSync(join(warehouse.base, 'lake/raw/**/content/*'));
    chmodSync(file, 0o644);
    writeFileSync(file, rig(4));
    expect(await work(lake)).toMatchObject({ drops: 0, quarantined: 1 });
    expect(stateOf(lake, raw).outcome?.findings[0]).toMatchObject({ kind: 'DAMAGED' });
  });
});

describe('contracts', () => {
  it('two that take a drop change two tables in one entry, or none', async () => {
    const { lake } = warehouse;
    const [model = '', ...others] = seatbelt;
    await publish(lake);
    await publish(lake, { name: 'models', columns: [model, ...others.map((column) => column.replace(', partitioned: true', ''))] });
    const [good = 0, bad = 0] = await put(lake, { 'seatbelt_1.csv': rig(3), 'seatbelt_2.csv': rig(2).replace('Model-Z', '') });
    expect(await work(lake)).toMatchObject({ drops: 1, quarantined: 1 });
    const entries = bodies().filter(({ op }) => op === 'table.committed');
    expect(entries.map(({ outputs }) => outputs.map(({ ref }) => ref))).toEqual([[`table:${TESTS}:v1`, 'table:models:v1']]);
    expect(stateOf(lake, good).tables).toEqual([{ table: TESTS, version: 1 }, { table: 'models', version: 1 }]);
    expect(new Set(stateOf(lake, bad).outcome?.findings.map(({ contract }) => contract))).toEqual(new Set([TESTS, 'models']));
  });

  it('the one that a drop was sent for counts, and no pattern; one that nobody takes is stored', async () => {
    const { lake } = warehouse;
    await publish(lake, { columns: seatbelt.slice(0, 3) });
    const [named = 0] = await put(lake, { 'export.dat': rig(2).replaceAll(/,[^,\n]*\n/g, '\n') }, TESTS);
    const [other = 0] = await put(lake, { 'seatbelt_9.csv': 'a\n1\n' }, 'not_published');
    const [nobody = 0] = await put(lake, { 'readme.txt': 'hello' });
    expect([named, other, nobody].map((raw) => stateOf(lake, raw).status)).toEqual(['queued_for_etl', 'stored', 'stored']);
    expect(await work(lake)).toMatchObject({ drops: 1, rows: 2 });
  });

  it('a newer one with a column more adds it; one with a column less keeps it, empty in new rows; older versions stay as they were', async () => {
    const { lake } = warehouse;
    await publish(lake);
    await put(lake, { 'seatbelt_1.csv': rig(1) });
    await work(lake);
    await publish(lake, { version: '1.1.0', columns: [...seatbelt, '{name: airbag, logicalType: boolean}'] });
    await put(lake, { 'seatbelt_2.csv': rig(1).replace('ssn\n', 'ssn,airbag\n').replace(/\n$/, ',true\n') });
    expect(await work(lake)).toMatchObject({ drops: 1 });
    expect(await warehouse.select(TESTS, null, 'SELECT airbag::VARCHAR FROM car_sensor_tests ORDER BY 1')).toEqual([['true'], [null]]);
    await expect(warehouse.select(TESTS, 1, 'SELECT airbag FROM car_sensor_tests')).rejects.toMatchObject({ code: 'QUERY_REFUSED' });
  });

  it('a column that tells of persons and is not masked has no statistics', async () => {
    const { lake } = warehouse;
    await publish(lake, { name: 'people', patterns: ['people.csv'], columns: ['{name: id, logicalType: integer}', '{name: city, logicalType: string, customProperties: [{property: pii, value: {kind: address, mask: none}}]}'] });
    await put(lake, { 'people.csv': 'id,city\n1,Springfield\n2,Shelbyville\n' });
    await work(lake);
    const [log = ''] = globSync(join(warehouse.base, 'lake/tables/people/_delta_log/*.json'));
    expect(readFileSync(log, 'utf8')).not.toMatch(/Springfield|Shelbyville/);
    expect(readFileSync(log, 'utf8')).toContain(String.raw`\"id\":1`);
  });

  it('a table has rows of one secret: once that was replaced, its drops wait and say why', async () => {
    const { lake } = warehouse;
    await publish(lake);
    await put(lake, { 'seatbelt_1.csv': rig(2) });
    await work(lake);
    const { tables } = await rotateSecret(lake, 'A laptop was lost');
    expect(tables).toEqual([TESTS]);
    const [raw = 0] = await put(lake, { 'seatbelt_2.csv': rig(2, { from: 2 }) });
    const { drops, held } = await work(lake);
    expect([drops, held.map(({ tables: names, error }) => [names, error.code])]).toEqual([0, [[[TESTS], 'SECRET_REFUSED']]]);
    expect(stateOf(lake, raw).status).toBe('queued_for_etl');
    expect(await warehouse.select(TESTS, null, 'SELECT count(*)::VARCHAR FROM car_sensor_tests')).toEqual([['2']]);
  });

  it('rules over all rows see the values as they came, and what is written is masked', async () => {
    const { lake } = warehouse;
    const unique = seatbelt.map((column) => column.replace('{name: ssn, logicalType: string,', '{name: ssn, logicalType: string, unique: true, logicalTypeOptions: {pattern: "[0-9]{9}"},').replace('mask: hash', 'mask: redact'));
    await publish(lake, { columns: unique });
    const [good = 0, twice = 0] = await put(lake, { 'seatbelt_1.csv': rig(5), 'seatbelt_2.csv': `${rig(2)}Model-Z,1,2024-07-31T10:00:00Z,219090000\n` });
    await work(lake);
    expect([good, twice].map((raw) => stateOf(lake, raw).status)).toEqual(['normalized', 'quarantined']);
    expect(stateOf(lake, twice).outcome?.findings.map(({ column, kind }) => [column, kind])).toEqual([['ssn', 'DUPLICATE']]);
    expect(await warehouse.select(TESTS, null, 'SELECT DISTINCT ssn FROM car_sensor_tests')).toEqual([['[REDACTED]']]);
  });
});
