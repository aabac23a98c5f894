import { describe, expect, it } from 'vitest';
import { compiledOf } from '../../../../src/engine/contracting.ts';
import { compareContracts, compileContract } from '../../../../src/engine/contracts/index.ts';

const head = 'apiVersion: v3.1.0\nkind: DataContract\nid: t\nname: t\nversion: "1.0.0"\nstatus: draft\nschema:\n  - name: t\n    customProperties:\n      - {property: source, value: {patterns: ["*.csv"], format: csv}}\n    properties:\n';
const text = '      - {name: a, logicalType: string}\n';
const told = (content: string | Uint8Array): string[] => {
  const result = compileContract(typeof content === 'string' ? Buffer.from(content) : content);
  return result.ok ? [] : result.faults.map(({ line, column, path, message, next }) => `${line}:${column} ${path === '' ? '' : `${path} `}${message}${next === null ? '' : ` ${next}`}`);
};
const named = (name: string): string => head.replaceAll(/name: t\n/g, `name: ${name}\n`) + text;
const column = (members: string): string => `${head}      - {${members}}\n`;

describe('a contract whose text is hostile', () => {
  const empty = '1:1 The text is empty. Begin from a draft: hms dta contract draft FILE';
  it.each<[string, string | Uint8Array, readonly string[]]>([
    ['is empty', '', [empty]],
    ['is blank', '\n \n', [empty]],
    ['is a comment', '# x\n', [empty]],
    ['has 50 MB', Buffer.alloc(50 << 20, 0x61), ['1:1 The contract has 52,428,800 bytes; 524,288 is the most that one may have.']],
    ['is UTF-16', Buffer.from(`\ufeff${head}${text}`, 'utf16le'), ['1:1 The contract is not text in UTF-8. Save it as UTF-8.']],
    ['is text only', 'hello', ['1:1 The contract must be a group of members.']],
    ['is a list', '- a\n', ['1:1 The contract must be a group of members.']],
    ['is two', `${head}${text}---\na: 1\n`, ['13:1 A second document begins here; a contract is one. Put it into a file of its own.']],
    ['has aliases', 'a: &a [x]\nb: [*a]\n', ['1:7 An anchor (&a) stands here, and a contract has none. Leave it out, and write its value wherever it is meant.', '2:5 An alias (*a) stands here, and a contract has none. Write out what it stands for.']],
    ['has a name twice', column('name: a, logicalType: string, name: b'), ['12:40 This name stands here twice. Leave one of the two out.']],
    ['is indented by tabs', 'a:\n\tb: 1\n', ['2:1 The line is indented by a tab, which YAML does not allow. Indent with spaces.']],
    ['is nested deeply', `${'- '.repeat(3000)}a`, ['1:1 The text is nested more than 64 levels deep.']],
    ['has a tag', `${head}      - !!binary aGk=\n`, ['12:18 A tag (tag:yaml.org,2002:binary) has no meaning in a contract. Write the value without it.']],
    ['begins with NUL', `\0${head}${text}`, ['1:1 apiVersion "apiVersion" is missing.', '1:1 \0apiVersion "\0apiVersion" is not a member that ODCS 3.1 has here. Is "apiVersion" meant? Leave it out, or write it as one of customProperties: {property: …, value: …}.']],
    ['has a prototype', `__proto__: 1\n${head}${text}`, ['1:1 __proto__ "__proto__" is not a member that ODCS 3.1 has here. Leave it out, or write it as one of customProperties: {property: …, value: …}.']],
  ])('%s', (_, content, faults) => expect(told(content)).toEqual(faults));

  it.each([['a byte order mark', `\ufeff${head}${text}`], ['line ends of Windows', (head + text).replaceAll('\n', '\r\n')], ['no line end at its end', (head + text).trimEnd()]])('may have %s', (_, content) => expect(told(content)).toEqual([]));
});

describe('a name', () => {
  const form = 'must be 1 to 63 lower-case letters, digits or underscores, and start with a letter';
  it.each([
    ['"../x"', '../x', form],
    ['CON', 'CON', form],
    ['con', 'con', 'is a name that Windows reserves'],
    ['com1', 'com1', 'is a name that Windows reserves'],
    [`"${'n'.repeat(300)}"`, 'n'.repeat(80), form],
    ['"a\\0"', 'a\0', form],
    ['"caf\u00e9"', 'caf\u00e9', form],
    ['""', '', form],
    ['__proto__', '__proto__', form],
  ])('%j is none, of a contract or a column', (written, shown, why) => {
    expect(told(named(written))).toEqual([`4:1 name The name "${shown}" of the contract ${why}. It becomes the name of the table, and is public for ever.`]);
    expect(told(column(`name: ${written}, logicalType: string`))).toEqual([`12:10 schema[0].properties[0].name The name "${shown}" of a column ${why}. The name in the files goes into physicalName.`]);
  });

  it('is text', () => expect(told(named('true'))[0]).toBe('4:1 name "name" must be text. Write it in quotes.'));

  it('is not twice, nor that of another in other letters that look the same', () => {
    expect(told(column('name: program_id, logicalType: string'))).toEqual(['12:10 schema[0].properties[0].name Every table has a column "program_id" of its own, from the drop. Give one of them another name.']);
    const twins = (a: string, b: string): string => `${column(`name: a, physicalName: "${a}", logicalType: string`)}      - {name: b, physicalName: "${b}", logicalType: string}\n`;
    expect(told(twins('x', 'x'))).toEqual(['13:19 schema[0].properties[1].physicalName The header "x" is taken by the column "a". A header belongs to one column.']);
    expect(told(twins('caf\u00e9', 'cafe\u0301'))).toEqual(['13:19 schema[0].properties[1].physicalName The header "cafe\u0301" is taken by the column "a". A header belongs to one column.']);
    expect(told(column('name: a, physicalName: "caf\u00e9", logicalType: string, customProperties: [{property: headers, value: ["cafe\u0301"]}]'))).toEqual([]);
  });
});

describe('a contract that is large', () => {
  it('has at most 4,000 columns', { timeout: 60_000 }, () => {
    const columns = (count: number): string => head + Array.from({ length: count }, (_, i) => `      - {name: c${i}, logicalType: string}\n`).join('');
    expect(told(columns(4_001))).toEqual(['11:5 schema[0].properties The table has more than 4,000 columns.']);
  });

  it('may list 100,000 valid values', { timeout: 60_000 }, () => {
    const values = Array.from({ length: 100_000 }, (_, i) => i.toString(36)).join(',');
    const result = compileContract(Buffer.from(column(`name: a, logicalType: string, quality: [{metric: invalidValues, arguments: {validValues: [${values}]}, mustBe: 0}]`)));
    expect(result.ok && result.compiled.plan.columns[0]?.rules[0]).toMatchObject({ metric: 'invalidValues', valid: { length: 100_000 } });
  });
});

describe('a number with more digits than JavaScript keeps', () => {
  const integer = (options: string, more = ''): string => column(`name: a, logicalType: integer, logicalTypeOptions: {${options}}${more}`);
  const planned = (content: string) => {
    const result = compileContract(Buffer.from(content));
    if (!result.ok) throw new Error(JSON.stringify(result.faults));
    return result.compiled.plan.columns[0];
  };

  it('is a bound with all of its digits', () => {
    const limits = { minimum: '-9007199254740993', exclusiveMaximum: '9223372036854775807' };
    expect(planned(integer('minimum: -9007199254740993, exclusiveMaximum: 9223372036854775807'))?.limits).toEqual(limits);
    expect(planned(integer('maximum: 9007199254740992'))?.limits).toEqual({ maximum: 9_007_199_254_740_992 });
    expect(planned(integer('minimum: 0x10, maximum: 1e3'))?.limits).toEqual({ minimum: 16, maximum: 1_000 });
    expect(planned(column('name: a, logicalType: number, physicalType: "DECIMAL(38,20)", logicalTypeOptions: {maximum: 0.12345678901234567891, minimum: 0.1}'))?.limits).toEqual({ minimum: 0.1, maximum: '0.12345678901234567891' });
  });

  it('is less or more than another by its digits, not by its first letter', () => {
    expect(told(integer('minimum: 9007199254740993, maximum: 10007199254740993'))).toEqual([]);
    expect(told(integer('minimum: 9007199254740993, maximum: 9007199254740992'))).toEqual(['12:41 schema[0].properties[0].logicalTypeOptions The least value allowed is more than the most.']);
    const plan = (limit: string) => {
      const result = compileContract(Buffer.from(integer(`maximum: ${limit}`)));
      if (!result.ok) throw new Error(JSON.stringify(result.faults));
      return result.compiled.plan;
    };
    const breaks = (a: string, b: string) => compareContracts(plan(a), plan(b)).map((change) => [change.what, change.breaks !== null]);
    expect(breaks('9007199254740993', '10007199254740993')).toEqual([['maximum of "a" is 10007199254740993, and was 9007199254740993.', false]]);
    expect(breaks('10007199254740993', '9007199254740993')).toEqual([['maximum of "a" is 9007199254740993, and was 10007199254740993.', true]]);
  });

  it('is a value of a list as it is written', () => {
    const listed = planned(column('name: a, logicalType: integer, quality: [{metric: invalidValues, arguments: {validValues: [9007199254740993, 7]}, mustBe: 0}, {metric: missingValues, arguments: {missingValues: [-9007199254740993, null]}, mustBe: 0}]'));
    expect(listed?.rules).toMatchObject([{ valid: ['9007199254740993', '7'] }, { missing: ['-9007199254740993', null] }]);
  });

  it('is refused where it would be calculated with', () => {
    const words = 'The number has more digits than are calculated with here. Write one with at most 15 digits.';
    const rule = (bound: string): string => column(`name: a, logicalType: integer, quality: [{metric: nullValues, ${bound}}]`);
    expect(told(rule('mustBeLessThan: 9007199254740993'))).toEqual([`12:72 schema[0].properties[0].quality[0].mustBeLessThan ${words}`]);
    expect(told(rule('mustBeBetween: [1, 9007199254740993]'))).toEqual([`12:72 schema[0].properties[0].quality[0].mustBeBetween ${words}`]);
    expect(told(rule('mustBeBetween: [1, 9007199254740992]'))).toEqual([]);
    expect(told(integer('multipleOf: 9007199254740993'))).toEqual([`12:62 schema[0].properties[0].logicalTypeOptions.multipleOf ${words}`]);
  });
});

describe('a pattern', () => {
  const pattern = (source: string): string => column(`name: a, logicalType: string, logicalTypeOptions: {pattern: ${JSON.stringify(source)}}`);
  it.each([
    ['(', 'is not a regular expression: Unterminated group'],
    ['[', 'is not a regular expression: Unterminated character class'],
    ['(?=a)', 'looks ahead or behind, which is not possible here'],
    ['(?<!a)', 'looks ahead or behind, which is not possible here'],
    ['(a)\\1', 'refers back to a group, which is not possible here'],
    ['(?<n>a)\\k<n>', 'refers back to a group, which is not possible here'],
    ['a'.repeat(501), 'has more than 500 characters'],
  ])('%s cannot be used', (source, why) => expect(told(pattern(source))).toEqual([`12:61 schema[0].properties[0].logicalTypeOptions.pattern The pattern ${why}.`]));

  // The engine only reads them; RE2 matches, in a time that grows with the value alone (check.test.ts).
  it.each(['(a+)+$', '(x+x+)+y', '((a|a)*)*b'])('%s, which backtracking would never end, can be', (source) => expect(told(pattern(source))).toEqual([]));
});

describe('a document of another standard', () => {
  const of = (version: string): string => head.replace('v3.1.0', version) + text;
  const mended = 'Write: apiVersion: v3.1.0. What 3.1 has otherwise is told then.';
  const older = 'That version has another form (dataset and columns instead of schema and properties): begin from a draft, hms dta contract draft FILE, and bring its rules over.';
  it.each([
    ['v3.0.0', '3.0.0', mended],
    ['v3.0.2', '3.0.2', mended],
    ['v2.2.2', '2.2.2', older],
    ['2.2.0', '2.2.0', older],
    ['v4.0.0', '4.0.0', 'It is of a newer version than this program knows. Write it in 3.1.0, or use a newer program.'],
  ])('%s is told alone', (written, version, next) => expect(told(of(written))).toEqual([`1:1 apiVersion The contract is written in ODCS ${version}, and 3.1.0 is what is read here. ${next}`]));

  it('is told as such where it names no version', () => expect(told(of('latest'))).toEqual(['1:1 apiVersion "apiVersion" must be v3.1.0.']));

  it('is told which member may be meant, at every depth, and whose column', () => {
    const leave = 'Leave it out, or write it as one of customProperties: {property: …, value: …}.';
    const meant = (place: string, name: string, member: string): string => `${place} "${name}" is not a member that ODCS 3.1 has here. Is "${member}" meant? ${leave}`;
    expect(told(column('name: a, logicalType: string, requird: true, quality: [{metric: nullValues, mustbe: 0}]'))).toEqual([
      meant('12:40 schema[0].properties[0].requird', 'requird', 'required'),
      meant('12:86 schema[0].properties[0].quality[0].mustbe', 'mustbe', 'mustBe'),
    ]);
    expect(told(column('name: a, logicalType: string, logicalTypeOptions: {maxLenght: 3}'))).toEqual([meant('12:61 schema[0].properties[0].logicalTypeOptions.maxLenght', 'maxLenght', 'maxLength')]);
    expect(told(column('name: a, logicalType: string, customProperties: [{property: pii, value: {kind: ssn, mask: hash, txt: x}}]'))).toEqual([meant('12:106 schema[0].properties[0].customProperties[0].value.txt', 'txt', 'text')]);
  });

  it('is doubted where a property of its writer looks like one that hides what is personal, and taken where it was published so', () => {
    const text = column('name: a, logicalType: string, customProperties: [{property: pi, value: {kind: ssn, mask: hash}}, {property: unit, value: km}]');
    const doubt = 'The custom property "pi" has no effect in a lake. Is "pii" meant?';
    const compiled = compileContract(Buffer.from(text));
    expect(compiled.ok && compiled.doubts.map(({ line, column: at, message }) => `${line}:${at} ${message}`)).toEqual([`12:60 ${doubt}`]);
    expect(() => compiledOf(Buffer.from(text), 'a.yaml')).toThrow(`a.yaml is not a contract that can be used. Line 12, column 60 (schema[0].properties[0].customProperties[0].property): ${doubt} If it is a property of your own, give it a name that is less like that one.`);
    expect(compiledOf(Buffer.from(text), 'The contract a', true).plan.columns[0]?.pii).toBeNull();
  });

  it('is told every member that has no meaning here', () => {
    const leave = 'Leave it out, or write it as one of customProperties: {property: …, value: …}.';
    expect(told(head.replace('status', 'color: red\nservers: []\nstatus') + column('name: a, logicalType: string, colour: red').slice(head.length))).toEqual([
      `6:1 color "color" is not a member that ODCS 3.1 has here. ${leave}`,
      '7:1 servers "servers" has no meaning in a lake: files come in as raw drops. Leave it out; which files the contract takes stands in the custom property "source" of the table.',
      `14:40 schema[0].properties[0].colour "colour" is not a member that ODCS 3.1 has here. ${leave}`,
    ]);
    expect(told(column('name: a, logicalType: string, customProperties: [{property: PII, value: 1}]'))).toEqual(['12:60 schema[0].properties[0].customProperties[0].property The custom property "PII" is written "pii".']);
  });

  it('may have custom properties of its own, which are kept', () => {
    const result = compileContract(Buffer.from(head.replace('status', 'customProperties: [{property: mine, value: {a: [1]}}]\nstatus') + text));
    expect(result.ok && result.compiled.contract.customProperties).toEqual([{ property: 'mine', value: { a: [1] } }]);
  });
});

describe('a text that would keep the reader of YAML busy', () => {
  const filled = (unit: string, before = '', after = ''): Buffer => Buffer.from(before + unit.repeat(Math.floor((524_288 - before.length - after.length) / unit.length)) + after);
  it.each<[string, Buffer]>([
    ['an endless list', filled('0,', 'a: [', '0]')],
    ['lists in a list', filled('[],', 'a: [', '0]')],
    ['groups in a list', filled('{},', 'a: [', '0]')],
    ['lines of a list', filled('-\n', 'a:\n')],
    ['members without a name', filled(':\n')],
    ['empty lines', filled('\n', 'a: 0\n')],
    ['comments', filled('- #\n', 'a:\n')],
  ])('is not read beyond its 350,000th word or sign: %s', (_, content) => {
    const faults = told(content);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^\d+:\d+ The contract has more than 350,000 words and signs, which is where it stops being read\. Leave out what is not needed, or divide it\.$/);
  });

  it('has at most 58,000 lists and groups: each takes as long as four words', () => {
    const lists = (count: number): string => `a: [${'[],'.repeat(count)}0]`;
    expect(told(lists(59_000))[0]).toMatch(/^1:\d+ The contract has more than 350,000 words and signs, /);
    expect(told(lists(57_000))[0]).toBe('1:1 apiVersion "apiVersion" is missing.');
  });

  it('is told where that is', () => {
    expect(told(filled('0,', 'a:\n  b: [', '0]'))[0]).toMatch(/^2:\d{6} /);
  });

  it.each<[string, Buffer]>([
    ['wrong escapes', filled('\\z', 'a: "', '"')],
    ['brackets that nothing opened', filled(']').subarray(0, 300_000)],
    ['commas', filled(',', 'a: [', ']').subarray(0, 300_000)],
    ['values without commas', filled('"" ', 'a: ').subarray(0, 300_000)],
    ['directives', filled('%X 1\n').subarray(0, 300_000)],
  ])('is left at the 50th fault: %s', (_, content) => {
    expect(told(content)).toHaveLength(50);
    expect(told(content)[0]).toMatch(/^1:\d+ This is not YAML: /);
  });

  it('has its names compared once each', () => {
    const names = Array.from({ length: 40_000 }, (_, i) => `k${i}: 0\n`).join('');
    let compared = 0;
    const { has } = Set.prototype;
    Set.prototype.has = function (value) {
      if (typeof value === 'string' && /^k\d+$/.test(value)) compared += 1;
      return has.call(this, value);
    };
    try {
      expect(told(`${names}k7: 1\n`)).toEqual(['40001:1 This name stands here twice. Leave one of the two out.']);
    } finally {
      Set.prototype.has = has;
    }
    expect(compared).toBe(40_001);
  });
});
