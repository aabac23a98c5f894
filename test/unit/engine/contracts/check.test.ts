import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from 'duckdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../../src/contract/index.ts';
import { checkFile, draftFromFile } from '../../../../src/engine/contract-files.ts';
import type { CheckReport } from '../../../../src/engine/contract-files.ts';
import { compileContract, RowChecker } from '../../../../src/engine/contracts/index.ts';
import type { ContractPlan } from '../../../../src/engine/contracts/index.ts';
import { signal, Warehouse } from '../tables/warehouse.ts';

/** Files held against contracts, as `hms dta contract check` does. */

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await Warehouse.make();
}, 60_000);
afterAll(() => warehouse.close());

function planOf(columns: readonly string[], { source = 'format: csv', quality = [] }: { readonly source?: string; readonly quality?: readonly string[] } = {}): ContractPlan {
  const text = `apiVersion: v3.1.0
kind: DataContract
id: t
name: t
version: "1.0.0"
status: draft
schema:
  - name: t
    customProperties:
      - {property: source, value: {patterns: ["*"], ${source}}}
${quality.length === 0 ? '' : `    quality:\n${quality.map((rule) => `      - ${rule}\n`).join('')}`}    properties:
${columns.map((column) => `      - ${column}\n`).join('')}`;
  const result = compileContract(Buffer.from(text));
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.compiled.plan;
}

let files = 0;
function check(plan: ContractPlan, content: string | Uint8Array): Promise<CheckReport> {
  const path = join(warehouse.base, `file-${files++}`);
  writeFileSync(path, content);
  return checkFile(warehouse.lake, plan, path, { signal, onProgress: () => undefined, processes: warehouse.processes });
}

/** One finding on a line: what it is, how often, and where. */
async function found(plan: ContractPlan, content: string | Uint8Array): Promise<string[]> {
  const { findings, accepted } = await check(plan, content);
  expect(accepted).toBe(findings.length === 0);
  return findings.map(({ column, kind, message, count, samples }) => `${column ?? '*'} ${kind} ${count} ${message}${samples.map(({ line, value, why }) => ` | ${line}${value === null ? '' : ` ${JSON.stringify(value)}`}${why === null ? '' : ` ${why}`}`).join('')}`);
}

const text = '{name: a, logicalType: string}';
const number = '{name: n, logicalType: integer}';

it.each<[string, (path: string, signal: AbortSignal, onProgress: () => void) => Promise<unknown>]>([
  ['a check', (path, stopping, onProgress) => checkFile(warehouse.lake, planOf([text, number]), path, { signal: stopping, onProgress, processes: warehouse.processes })],
  ['a draft', (path, stopping, onProgress) => draftFromFile(null, path, { signal: stopping, onProgress })],
])('%s that is stopped in the middle of a file says that it was cancelled, and changes nothing', async (_, work) => {
  const path = join(warehouse.base, 'long.csv');
  writeFileSync(path, `a,n\n${'x,1\n'.repeat(500_000)}`);
  const controller = new AbortController();
  const end = await work(path, controller.signal, () => controller.abort()).catch((error: unknown) => error);
  expect(end).toBeInstanceOf(CancelledError);
  expect(end).toMatchObject({ kept: 'Nothing was changed.' });
});

describe('a file that is no table of text', () => {
  const [plan, le] = [planOf([text, number]), Buffer.from('a,n\nx,1\n', 'utf16le')];
  it.each<[string, Uint8Array, string]>([
    ['compressed twice', gzipSync(gzipSync('a,n\nx,1\n')), '* UNREADABLE 1 "#" is not CSV, nor any other table of text: by its first bytes it is still compressed when it is unpacked (gzip twice).'],
    ['a workbook', Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(50, 0xe9)]), '* UNREADABLE 1 "#" is not CSV, nor any other table of text: by its first bytes it is a ZIP archive, as .zip and .xlsx files are.'],
    ['a web page', Buffer.from('<html><body>Log in, please</body></html>'), '* UNREADABLE 1 "#" is not CSV, nor any other table of text: by its first bytes it is a web page (HTML).'],
    ['UTF-16 without a mark', le, '* ENCODING 1 The file seems to be written in utf-16le, without the byte order mark that would say so. Where the file is right, the contract says it: encoding: utf-16le. | 1'],
    ['UTF-16 without a mark, the other way', Buffer.from(le).swap16(), '* ENCODING 1 The file seems to be written in utf-16be, without the byte order mark that would say so. Where the file is right, the contract says it: encoding: utf-16be. | 1'],
  ])('is told as what it is, and not as columns that nobody knows: %s', async (_, content, words) => {
    expect((await found(plan, content)).map((line) => line.replace(/"file-\d+"/, '"#"'))).toEqual([words]);
  });

  it('UTF-16 is read where its mark says so, and without a mark where the contract does', async () => {
    expect(await found(plan, Buffer.from('\ufeffa,n\nx,1\n', 'utf16le'))).toEqual([]);
    expect(await found(plan, Buffer.from('\ufeffa,n\nx,1\n', 'utf16le').swap16())).toEqual([]);
    expect(await found(planOf([text, number], { source: 'format: csv, encoding: utf-16le' }), le)).toEqual([]);
  });
});

describe('a file is held against its contract', () => {
  it.each<[string, readonly string[], string, readonly string[]]>([
    ['nothing is wrong', [text, number], 'a,n\nx,1\n', []],
    ['columns in another order', [text, number], 'n,a\n1,x\n', []],
    ['no rows', [text], 'a\n', []],
    ['an empty file', [text, number], '', ['* EMPTY 1 The file is empty: it has no header that names its columns.']],
    ['a column that is missing', ['{name: a, logicalType: string, required: true}', number], 'x\n1\n', ['x UNKNOWN_COLUMN 1 The file has a column "x" that the contract does not know.', 'a MISSING_COLUMN 1 The file has no column "a", which is required.', 'n MISSING_COLUMN 1 The file has no column "n".']],
    ['surprise columns', [text], 'a,b,"c d"\nx,1,2\n', ['b UNKNOWN_COLUMN 1 The file has a column "b" that the contract does not know.', 'c d UNKNOWN_COLUMN 1 The file has a column "c d" that the contract does not know.']],
    ['a header that only looks the same', ['{name: a, physicalName: "caf\u00e9", logicalType: string}'], 'CAFE\u0301 \nx\n', ['CAFE\u0301  UNKNOWN_COLUMN 1 The file has a column "CAFE\u0301 " that the contract does not know; it looks like "caf\u00e9", but is written with other letters, accents or blanks.', 'a MISSING_COLUMN 1 The file has no column "caf\u00e9".']],
    ['a header twice', [text], 'a,a\nx,y\n', ['* UNKNOWN_COLUMN 1 Headers stand in the file twice. | 1 "a"']],
    ['two headers of one column', ['{name: a, logicalType: string, customProperties: [{property: headers, value: [b]}]}'], 'a,b\nx,y\n', ['* UNKNOWN_COLUMN 1 Headers that mean a column which another header of the file means too. | 1 "b"']],
    ['rows with too few and too many fields', [text, number], 'a,n\nx\ny,1,2\nz,1\n', ['* FIELDS 2 Rows do not have the 2 fields of the header. | 2 1 instead of 2 | 3 3 instead of 2']],
    ['values that are missing', ['{name: a, logicalType: string, required: true}', '{name: n, logicalType: integer, required: true}'], 'a,n\n,\n"",""\nx,1\n', ['a REQUIRED 1 Rows have no value, which is required. | 2', 'n REQUIRED 2 Rows have no value, which is required. | 2 | 3 ""']],
    ['values of another type', [number, '{name: d, logicalType: date}', '{name: b, logicalType: boolean}', '{name: p, logicalType: number, physicalType: "DECIMAL(4,1)"}'], 'n,d,b,p\nx,7/4/2024,maybe,1.55\n1,2024-07-04,yes,1.5\n', ['n TYPE 1 Values cannot be read as a whole number. | 2 "x"', 'd TYPE 1 Values cannot be read as a date, written yyyy-MM-dd. | 2 "7/4/2024"', 'b TYPE 1 Values cannot be read as yes or no. | 2 "maybe"', 'p TYPE 1 Values cannot be read as a decimal(4,1). | 2 "1.55"']],
    ['values out of their range', ['{name: n, logicalType: integer, logicalTypeOptions: {minimum: 0, maximum: 9}}'], 'n\n-1\n5\n10\n', ['n LIMIT 2 Values are outside of what is allowed. | 2 "-1" less than 0 | 4 "10" more than 9']],
    ['values that are not of a pattern', ['{name: a, logicalType: string, logicalTypeOptions: {pattern: "[A-Z]{2}"}}'], 'a\nAB\nABC\n"A\nB"\n', ['a PATTERN 2 Values are not of the pattern [A-Z]{2}. | 3 "ABC" | 4 "A\\nB"']],
    ['values that are not in a list', ['{name: a, logicalType: string, quality: [{metric: invalidValues, arguments: {validValues: [A, "1"]}, mustBe: 0}]}'], 'a\nA\n1\nb\n', ['a RULE 1 The rule "values of "a" that are none of those allowed" is broken: it is 1, and must be 0. | 4 "b"']],
    ['values that stand there twice', ['{name: a, logicalType: string, unique: true}'], 'a\nx\ny\nx\nx\n\n', ['a DUPLICATE 2 Values stand in a row before, and must be unique. | 2 "x" 3 times, the last in line 5']],
    ['a primary key of two columns', ['{name: a, logicalType: string, primaryKey: true, primaryKeyPosition: 2}', '{name: n, logicalType: integer, primaryKey: true, primaryKeyPosition: 1}'], 'a,n\nx,1\nx,2\nx,01\n,3\n', ['a REQUIRED 1 Rows have no value, which is required. | 5', '* DUPLICATE 1 Rows have the same primary key (n, a) as one before. | 2 "1, x" 2 times, the last in line 4']],
    ['values that stand for none', ['{name: a, logicalType: string, quality: [{metric: missingValues, arguments: {missingValues: [null, "N/A"]}, mustBe: 0, name: filled}]}'], 'a\nN/A\nx\n""\n', ['a RULE 1 The rule "filled" is broken: it is 1, and must be 0. | 2 "N/A"']],
    ['too many empty values', ['{name: a, logicalType: string, quality: [{metric: nullValues, unit: percent, mustBeLessThan: 30, name: rare}]}', number], 'a,n\n,1\n,2\nx,3\n', ['a RULE 2 The rule "rare" is broken: it is 66.667 %, and must be less than 30. | 2 | 3']],
  ])('%s', async (_, columns, content, findings) => expect(await found(planOf(columns), content)).toEqual(findings));

  it('by rules over all rows: number, repetition, SQL', { timeout: 60_000 }, async () => {
    const rules = [
      '{metric: rowCount, mustBeBetween: [1, 2], name: few}',
      '{metric: duplicateValues, arguments: {properties: [a, n]}, mustBe: 0, name: once}',
      '{type: sql, name: sum, query: "SELECT sum(n) FROM {object}", mustBe: 6}',
      '{type: sql, name: none, query: "SELECT n FROM {object} WHERE n > 100", mustBe: 0}',
      '{type: sql, name: file, query: "SELECT count(*) FROM read_text(\'/etc/passwd\')", mustBe: 0}',
    ];
    const messages = await found(planOf([text, number], { quality: rules }), 'a,n\nx,1\nx,1\ny,3\n');
    expect(messages.slice(0, 4)).toEqual([
      '* RULE 3 The rule "few" is broken: it is 3, and must be between 1 and 2.',
      '* RULE 1 The rule "once" is broken: it is 1, and must be 0. | 2 "x, 1" 2 times, the last in line 3',
      '* RULE 1 The rule "sum" is broken: it is 5, and must be 6.',
      '* RULE_FAILED 1 The rule "none" does not give one number, so it says nothing.',
    ]);
    expect(messages.slice(4)).toEqual([expect.stringMatching(/^\* RULE_FAILED 1 The rule "file" cannot be asked: /)]);
    expect(await found(planOf([text], { quality: ['{metric: rowCount, mustBeGreaterThan: 0, name: some}'] }), 'a\n')).toEqual(['* RULE 0 The rule "some" is broken: it is 0, and must be more than 0.']);
  });

  it('with the first 20 places of each finding, all of them counted, and no row left out', async () => {
    const { rows, findings } = await check(planOf([number]), `n\n${'x\n'.repeat(5_001)}`);
    expect([rows, findings.map(({ kind, count, samples }) => [kind, count, samples.length, samples.at(-1)])]).toEqual([5_001, [['TYPE', 5_001, 20, { line: 21, value: 'x', why: null }]]]);
  });

  it('and values of personal columns are in no finding', async () => {
    const personal = '{name: ssn, logicalType: string, unique: true, logicalTypeOptions: {pattern: "\\\\d{9}", maxLength: 9}, customProperties: [{property: pii, value: {kind: ssn, mask: hash}}]}';
    const { findings } = await check(planOf([personal]), 'ssn\n219-09-9999\n219-09-9999\n');
    expect(findings.map(({ kind, count }) => [kind, count])).toEqual([['LIMIT', 2], ['DUPLICATE', 1], ['PATTERN', 2]]);
    expect(JSON.stringify(findings)).not.toContain('219');
  });

  it('and a pattern that backtracking would never end is asked in no time', { timeout: 60_000 }, async () => {
    const plan = planOf(['{name: a, logicalType: string, logicalTypeOptions: {pattern: "(a+)+(x+x+)+y"}}']);
    expect((await check(plan, `a\n${`${'a'.repeat(40)}${'x'.repeat(50_000)}\n`.repeat(5)}`)).findings).toMatchObject([{ kind: 'PATTERN', count: 5 }]);
  });
});

describe('a file that is divided otherwise than its contract says', () => {
  const columns = [text, number];
  const told = (delimiter: string, line: number, says: string, mend: string): string => `* DELIMITER 1 The file seems to be divided by ${delimiter}, and line ${line} of the contract says that files are divided by ${says}. Where the file is right, ${mend}. | 1`;
  const orLeave = ', or leave the delimiter out, so that each file tells its own';

  it.each<[string, string, string, string]>([
    ['semicolons', 'format: csv, delimiter: ","', 'a;n\nx;1\ny;2\n', told('";"', 10, '","', `write there: delimiter: ";"${orLeave}`)],
    ['semicolons, of which one header is misspelt and a row has too many', 'format: csv, delimiter: ","', 'a;m\nx;1;\ny;2\n', told('";"', 10, '","', `write there: delimiter: ";"${orLeave}`)],
    ['tabs', 'format: csv, delimiter: ";"', 'a\tn\nx\t1\n', told('tabs', 10, '";"', `write there: delimiter: "\\t"${orLeave}`)],
    ['commas, and the contract says tabs', 'format: tsv', 'a,n\nx,1\n', told('","', 10, 'tabs', 'write there: format: csv, delimiter: ","')],
    ['bars, in a file of other columns', 'format: csv, delimiter: ","', 'p|q|r\n1|2|3\n', told('"|"', 10, '","', `write there: delimiter: "|"${orLeave}`)],
  ])('is told so once: %s', async (_, source, content, expected) => {
    expect(await found(planOf(columns, { source }), content)).toEqual([expected]);
  });

  it('is told by its columns where it may be as the contract says', async () => {
    expect(await found(planOf(columns, { source: 'format: csv, delimiter: ","' }), 'x\n1\n')).toHaveLength(3);
    expect(await found(planOf(columns, { source: 'format: csv, delimiter: ","' }), 'a,n;m\nx,1\n')).toEqual(['n;m UNKNOWN_COLUMN 1 The file has a column "n;m" that the contract does not know.', 'n MISSING_COLUMN 1 The file has no column "n".']);
  });

  it.each([',', ';', '\t', '|'])('is read where the contract says nothing, by %j, even where a column is missing, a row is too long, and other signs stand in every row', async (delimiter) => {
    const rows = [['a', 'extra, ; |'.replace(delimiter, '')], ['x', '1, ; |'.replace(delimiter, '')], ['y', '2, ; |'.replace(delimiter, ''), 'z']];
    const names = await check(planOf(columns), rows.map((row) => row.join(delimiter)).join('\n'));
    expect(names.findings.map(({ column, kind }) => [column, kind])).toEqual([['extra, ; |'.replace(delimiter, ''), 'UNKNOWN_COLUMN'], [null, 'FIELDS'], ['n', 'MISSING_COLUMN']]);
  });
});

describe('a file of every form', () => {
  const rows = 'name;n\ncaf\u00e9 \u20ac \u2019;1\nx;y\n';
  const columns = ['{name: a, physicalName: name, logicalType: string, quality: [{metric: invalidValues, arguments: {validValues: ["caf\u00e9 \u20ac \u2019"]}, mustBe: 0, name: known}]}', number];
  const findings = (line: number): string[] => [`a RULE 1 The rule "known" is broken: it is 1, and must be 0. | ${line} "x"`, `n TYPE 1 Values cannot be read as a whole number. | ${line} "y"`];
  const utf16be = (content: string): Buffer => Buffer.from(`\ufeff${content}`, 'utf16le').swap16();
  const windows = Buffer.from(rows.replace('\u20ac', '\x80').replace('\u2019', '\x92'), 'latin1');
  const objects = [{ name: 'caf\u00e9 \u20ac \u2019', n: 1 }, { name: 'x', n: 'y' }];
  it.each<[string, string, string | Uint8Array, number]>([
    ['semicolons', 'format: csv, delimiter: ";"', rows, 3],
    ['semicolons that nobody told', 'format: csv', rows, 3],
    ['tabs', 'format: tsv', rows.replaceAll(';', '\t'), 3],
    ['UTF-16, little end first', 'format: csv, encoding: utf-16le', Buffer.from(`\ufeff${rows}`, 'utf16le'), 3],
    ['UTF-16, big end first', 'format: csv, encoding: utf-16be', utf16be(rows), 3],
    ['Windows-1252', 'format: csv, delimiter: ";", encoding: windows-1252', windows, 3],
    ['a byte order mark, CRLF', 'format: csv', `\ufeff${rows.replaceAll('\n', '\r\n')}`, 3],
    ['JSON', 'format: json', JSON.stringify(objects), 2],
    ['NDJSON', 'format: ndjson', objects.map((object) => JSON.stringify(object)).join('\n'), 2],
    ['gzip', 'format: csv', gzipSync(rows), 3],
  ])('%s', async (_, source, content, line) => expect(await found(planOf(columns, { source }), content)).toEqual(findings(line)));

  it('Parquet with lists and groups is read as JSON, bytes as text where they are that, and told where they are not; other columns do not matter', { timeout: 60_000 }, async () => {
    const database = await (await DuckDBInstance.create()).connect();
    const parquet = async (select: string): Promise<Uint8Array> => {
      const path = join(warehouse.base, `made-${files++}.parquet`);
      await database.run(`COPY (${select}) TO '${path}'`);
      return readFileSync(path);
    };
    const one = (type: string, valid: string): ContractPlan => planOf([`{name: a, logicalType: ${type}, quality: [{metric: invalidValues, arguments: {validValues: ['${valid}']}, mustBe: 0}]}`], { source: 'format: parquet, ignoredColumns: [x]' });
    expect(await found(one('string', '{"p":1,"q":["é",null]}'), await parquet(`SELECT {'p': 1, 'q': ['é', NULL]} AS a, '\\xAA'::BLOB AS x`))).toEqual([]);
    expect(await found(one('array', '[1,2]'), await parquet('SELECT [1, 2] AS a'))).toEqual([]);
    expect(await found(one('string', 'é'), await parquet(`SELECT encode('é') AS a`))).toEqual([]);
    expect(await found(one('string', 'é'), await parquet(`SELECT '\\xAA'::BLOB AS a UNION ALL SELECT encode('é')`))).toEqual(['* ENCODING 1 The column "a" holds bytes that are no text in UTF-8, and a table keeps texts.']);
    database.closeSync();
  });

  it('Parquet that is none, JSON that breaks off and gzip that is cut are told', { timeout: 60_000 }, async () => {
    expect(await found(planOf(columns, { source: 'format: parquet' }), 'PAR1')).toEqual([expect.stringMatching(/^\* UNREADABLE 1 The file is not Parquet that can be read: /)]);
    expect((await check(planOf(columns, { source: 'format: json' }), '[{"name": "x", "n": 1}, {"na')).findings).toContainEqual(expect.objectContaining({ kind: 'UNREADABLE' }));
    await expect(check(planOf(columns), gzipSync(rows).subarray(0, 30))).rejects.toMatchObject({ code: 'CONTENT_REFUSED' });
  });

  it('lines that are not UTF-8 are told by their number', async () => {
    expect((await check(planOf([text]), Buffer.from('a\nx\n\xe9\ny\n', 'latin1'))).findings).toEqual([{ column: null, kind: 'ENCODING', message: 'Lines are not UTF-8. If the file was written by an older Windows program, the contract says so: encoding: windows-1252.', count: 1, samples: [{ line: 3, value: null, why: null }] }]);
  });
});

describe('a checker', () => {
  it('tells at most 200 columns that it does not know by name, and counts the others', () => {
    const checker = new RowChecker(planOf([text]));
    checker.headers(['a', ...Array.from({ length: 5_000 }, (_, i) => `x${i}`)]);
    const findings = checker.findings();
    expect(findings).toHaveLength(201);
    expect(findings.at(-1)).toMatchObject({ column: null, message: 'The file has 4,800 more columns that the contract does not know.', count: 4_800 });
  });
});
