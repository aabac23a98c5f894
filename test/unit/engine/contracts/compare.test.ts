import { describe, expect, it } from 'vitest';
import { compareContracts, compileContract, isLater, nextVersion, versionOf } from '../../../../src/engine/contracts/index.ts';
import type { ContractPlan } from '../../../../src/engine/contracts/index.ts';

interface Parts {
  readonly columns?: readonly string[];
  readonly source?: string;
  readonly quality?: string;
  readonly sla?: string;
}
const b = '{name: b, logicalType: string}';
const column = (members: string): Parts => ({ columns: [`{name: a, ${members}}`] });

function planOf({ columns = ['{name: a, logicalType: string}'], source = 'patterns: ["*.csv"], format: csv', quality = '', sla = '' }: Parts): ContractPlan {
  const text = `apiVersion: v3.1.0
kind: DataContract
id: t
name: t
version: "1.0.0"
status: draft
${sla === '' ? '' : `slaProperties: [${sla}]\n`}schema:
  - name: t
    customProperties:
      - {property: source, value: {${source}}}
${quality === '' ? '' : `    quality: [${quality}]\n`}    properties:
${columns.map((one) => `      - ${one}\n`).join('')}`;
  const result = compileContract(Buffer.from(text));
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.compiled.plan;
}

const FILES = ' Files that were accepted before can be refused now.';
const GONE = ' It stays in the table, empty in new rows, and files that still have it are refused unless the contract ignores it.';
const ROWS = ' Rows that were written before do not fit the table any more, and queries that name it can fail.';
const VALUES = ' Values of before and after cannot be compared with each other.';
const string = 'logicalType: string';
const valid = (values: string): Parts => column(`${string}, quality: [{metric: invalidValues, arguments: {validValues: [${values}]}, mustBe: 0, name: known}]`);
const limit = (members: string): Parts => column(`logicalType: integer, logicalTypeOptions: {${members}}`);
const mask = (value: string): Parts => column(`${string}, customProperties: [{property: pii, value: ${value}}]`);
const decimal = (type: string): Parts => column(`logicalType: number, physicalType: "DECIMAL(${type})"`);
const parted = (by: string): Parts => column(`logicalType: date, required: true, partitioned: true, customProperties: [{property: partitionBy, value: ${by}}]`);

/** Each change in words, `!` before those that break, from one to the other and back. */
const told = (from: Parts, to: Parts): string[] => compareContracts(planOf(from), planOf(to)).map(({ column: name, what, breaks }) => `${breaks === null ? '' : '! '}${name ?? '*'}: ${what}${breaks === null ? '' : ` ${breaks}`}`);

describe('between two versions of a contract', () => {
  it.each<[string, Parts, Parts, readonly string[], readonly string[]]>([
    ['nothing', {}, {}, [], []],
    ['a column', {}, { columns: [`{name: a, ${string}}`, b] }, ['b: The column "b" (text) is new.'], [`! b: The column "b" is gone.${GONE}`]],
    ['a required column', {}, { columns: [`{name: a, ${string}}`, '{name: c, logicalType: timestamp, required: true}'] }, [`! c: The column "c" (date and time) is new and required.${FILES}`], [`! c: The column "c" is gone.${GONE}`]],
    ['the order of columns', { columns: [`{name: a, ${string}}`, b] }, { columns: [b, `{name: a, ${string}}`] }, ['*: The columns stand in another order.'], ['*: The columns stand in another order.']],
    ['the type', column(string), column('logicalType: integer'), [`! a: The type of "a" is whole number, and was text.${ROWS}`], [`! a: The type of "a" is text, and was whole number.${ROWS}`]],
    ['a wider integer', column('logicalType: integer, logicalTypeOptions: {format: i32}'), column('logicalType: integer'), ['a: The type of "a" is whole number, and was whole number of 32 bits.'], [`! a: The type of "a" is whole number of 32 bits, and was whole number.${ROWS}`]],
    ['a wider number', column('logicalType: number, logicalTypeOptions: {format: f32}'), column('logicalType: number'), ['a: The type of "a" is number, and was number of 32 bits.'], [`! a: The type of "a" is number of 32 bits, and was number.${ROWS}`]],
    ['a wider decimal', decimal('9,2'), decimal('18,2'), ['a: The type of "a" is decimal(18,2), and was decimal(9,2).'], [`! a: The type of "a" is decimal(9,2), and was decimal(18,2).${ROWS}`]],
    ['another scale', decimal('9,2'), decimal('9,3'), [`! a: The type of "a" is decimal(9,3), and was decimal(9,2).${ROWS}`], [`! a: The type of "a" is decimal(9,2), and was decimal(9,3).${ROWS}`]],
    ['a format more', column('logicalType: date, logicalTypeOptions: {format: yyyy-MM-dd}'), column('logicalType: date, logicalTypeOptions: {format: yyyy-MM-dd}, customProperties: [{property: formats, value: [M/d/yyyy]}]'), ['a: The values of "a" are written differently in the files.'], [`! a: The values of "a" are written differently in the files.${FILES}`]],
    ['the zone', column('logicalType: timestamp'), column('logicalType: timestamp, logicalTypeOptions: {defaultTimezone: America/New_York}'), [`! a: The values of "a" are written differently in the files.${FILES}`], [`! a: The values of "a" are written differently in the files.${FILES}`]],
    ['a word for yes more', column('logicalType: boolean, customProperties: [{property: trueValues, value: ["1"]}, {property: falseValues, value: ["0"]}]'), column('logicalType: boolean, customProperties: [{property: trueValues, value: ["1", "on"]}, {property: falseValues, value: ["0"]}]'), ['a: The values of "a" are written differently in the files.'], [`! a: The values of "a" are written differently in the files.${FILES}`]],
    ['a header more', column(string), column(`${string}, customProperties: [{property: headers, value: [x]}]`), ['a: "a" is taken from the header "x" too.'], [`! a: "a" is not taken from the header "x" any more.${FILES}`]],
    ['required', column(string), column(`${string}, required: true`), [`! a: "a" is required now.${FILES}`], ['! a: "a" is not required any more. Readers that rely on a value in every row meet rows without one.']],
    ['unique', column(string), column(`${string}, unique: true`), [`! a: Values of "a" must be unique now.${FILES}`], ['a: Values of "a" need not be unique any more.']],
    ['the primary key', column(`${string}, required: true`), column(`${string}, primaryKey: true`), [`! *: The primary key is a.${FILES}`], ['*: There is no primary key any more.']],
    ['a minimum', limit(''), limit('minimum: 1'), [`! a: minimum of "a" is 1.${FILES}`], ['a: minimum of "a" is gone; it was 1.']],
    ['a higher minimum', limit('minimum: 1'), limit('minimum: 2'), [`! a: minimum of "a" is 2, and was 1.${FILES}`], ['a: minimum of "a" is 1, and was 2.']],
    ['a higher maximum', limit('maximum: 1'), limit('maximum: 2'), ['a: maximum of "a" is 2, and was 1.'], [`! a: maximum of "a" is 1, and was 2.${FILES}`]],
    ['a pattern', column(`${string}, logicalTypeOptions: {pattern: "a*"}`), column(`${string}, logicalTypeOptions: {pattern: "b*"}`), [`! a: pattern of "a" is b*, and was a*.${FILES}`], [`! a: pattern of "a" is a*, and was b*.${FILES}`]],
    ['a valid value more', valid('A'), valid('A, B'), ['a: The rule "known" allows more values.'], ['a: The rule "known" (must be 0) is gone.', `! a: The rule "known" is new or changed: it must be 0.${FILES}`]],
    ['a rule', {}, { quality: '{metric: rowCount, mustBeGreaterThan: 0, name: some}' }, [`! *: The rule "some" is new or changed: it must be more than 0.${FILES}`], ['*: The rule "some" (must be more than 0) is gone.']],
    ['the name of a rule only', { quality: '{metric: rowCount, mustBeGreaterThan: 0, name: x}' }, { quality: '{metric: rowCount, mustBeGreaterThan: 0, name: y}' }, [], []],
    ['a mask', column(string), mask('{kind: ssn, mask: hash}'), [`! a: "a" is masked (ssn: hash), and was not personal.${VALUES}`], [`! a: "a" is not personal, and was masked (ssn: hash).${VALUES}`]],
    ['another mask', mask('{kind: ssn, mask: hash}'), mask('{kind: ssn, mask: none}'), [`! a: "a" is personal (ssn) and kept as it is, and was masked (ssn: hash).${VALUES}`], [`! a: "a" is masked (ssn: hash), and was personal (ssn) and kept as it is.${VALUES}`]],
    ['the words that describe', column(string), column(`${string}, description: x`), ['a: "a" is described in other words.'], ['a: "a" is described in other words.']],
    ['a pattern of names more', { source: 'patterns: ["*.csv"], format: csv' }, { source: 'patterns: ["*.csv", "*.txt"], format: csv' }, ['*: Files named *.txt are taken too.'], [`! *: Files named *.txt are not taken any more.${FILES}`]],
    ['the format', {}, { source: 'patterns: ["*.csv"], format: json' }, [`! *: The format of the files is "json", and was "csv".${FILES}`], [`! *: The format of the files is "csv", and was "json".${FILES}`]],
    ['what stands for no value', {}, { source: 'patterns: ["*.csv"], format: csv, nullValues: ["-"]' }, [`! *: What stands for no value is "-".${VALUES}`], [`! *: What stands for no value is an empty field only.${FILES}`]],
    ['headers that are passed over', {}, { source: 'patterns: ["*.csv"], format: csv, ignoredColumns: [x]' }, ['*: The headers x are passed over.'], [`! *: The headers x are not passed over any more.${FILES}`]],
    ['how long records are kept', { sla: '{property: retention, value: 7, unit: y}' }, { sla: '{property: retention, value: 3, unit: y}' }, ['*: Records are kept 3 years, and were 7 years.'], ['*: Records are kept 7 years, and were 3 years.']],
    ['how the table is divided', parted('month'), parted('day'), ['! *: The table is divided by program_id, day of a, and was by program_id, month of a. The folders of the table are those of the old division; readers that go by them do not find the new rows.'], ['! *: The table is divided by program_id, month of a, and was by program_id, day of a. The folders of the table are those of the old division; readers that go by them do not find the new rows.']],
  ])('%s', (_, from, to, there, back) => {
    expect([told(from, to), told(to, from)]).toEqual([there, back]);
  });
});

describe('the version after', () => {
  it.each([
    ['1.2.3', [], '1.2.4'],
    ['1.2.3', [null], '1.3.0'],
    ['1.2.3', [null, 'It breaks.'], '2.0.0'],
  ])('%s with changes that break so: %j, is %s', (now, breaks, next) => {
    expect(nextVersion(versionOf(now), breaks.map((one) => ({ column: null, what: '', breaks: one })))).toBe(next);
  });

  it('is later by its numbers, not by its text', () => {
    expect([['1.10.0', '1.9.0'], ['2.0.0', '1.99.99'], ['1.0.0', '1.0.0'], ['1.0.1', '1.0.0'], ['0.9.9', '1.0.0']].map(([a = '', c = '']) => isLater(versionOf(a), versionOf(c)))).toEqual([true, true, false, true, false]);
  });
});
