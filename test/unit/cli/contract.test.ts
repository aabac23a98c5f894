import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Office } from './office.ts';

/** `hms dta contract`, each command a process of its own. */
const office = new Office();
const second = { profile: `${office.folder}/second` };
const yaml = (version: string, columns: readonly string[]): string => `apiVersion: v3.1.0
kind: DataContract
id: permits
name: permits
version: "${version}"
status: active
schema:
  - name: permits
    customProperties:
      - {property: source, value: {patterns: ["permits_*.csv"], format: csv}}
    properties:
${columns.map((column) => `      - ${column}\n`).join('')}`;
const no = '{name: permit_no, logicalType: string, required: true, unique: true}';
const fee = '{name: fee, logicalType: integer}';

beforeAll(async () => {
  await office.init();
  office.write('v1.yaml', yaml('1.0.0', [no, fee]));
  office.write('v1.1.yaml', yaml('1.1.0', [no, fee, '{name: note, logicalType: string}']));
  office.write('broken.yaml', yaml('1.2.0', [no]));
  office.write('v2.yaml', yaml('2.0.0', [no, '{name: note, logicalType: string}']));
  office.write('permits_1.csv', 'permit_no,fee\nP-1,10\nP-2,\n');
  office.write('bad.csv', 'permit_no,fee,inspector\nP-1,ten,x\n,2,y\nP-1,3,z\n');
  office.write('head.csv', 'permit_no,fee\n');
}, 120_000);
afterAll(() => office.remove());

describe('hms dta contract', { timeout: 120_000 }, () => {
  it('drafts without a lake, and what it drafts can be published', async () => {
    const { code, out, err } = await office.hms(['contract', 'draft', 'permits_1.csv'], { lake: '' });
    expect([code, err]).toEqual([0, '2 rows, 2 columns.\n']);
    expect(out).toContain('\n      - name: fee\n        # integer: all values are whole numbers. As in "10".\n        logicalType: integer\n        logicalTypeOptions: {format: i64}\n        # 1 of 2 rows have no value.\n        required: false\n');
    office.write('draft.yaml', out);
    expect(await office.json(['contract', 'check', 'draft.yaml', 'permits_1.csv'])).toMatchObject({ code: 0, value: { contract: { name: 'permits_1', version: '1.0.0' }, rows: 2, accepted: true, findings: [] } });
    expect((await office.json(['contract', 'draft', 'permits_1.csv', '--name', 'CON'])).value).toMatchObject({ error: { code: 'NAME_INVALID' } });
  });

  it('tells what is wrong in a file, its name, line and column', async () => {
    office.write('wrong.yaml', yaml('1.0', [no]));
    expect(await office.hms(['contract', 'publish', 'wrong.yaml'])).toEqual({ code: 3, out: '', err: 'wrong.yaml is not a contract that can be used. Line 5, column 1 (version): "1.0" is not a version. Write three numbers: version: "1.0.0"\nNothing was changed.\n' });
    office.write('old.yaml', yaml('1.0.0', [no]).replace('v3.1.0', 'v3.0.2'));
    expect((await office.json(['contract', 'publish', 'old.yaml'])).value).toMatchObject({ error: { code: 'CONTRACT_INVALID', facts: { faults: [{ line: 1, column: 1, path: 'apiVersion' }] } } });
    office.write('pattern.yaml', yaml('1.0.0', ['{name: a, logicalType: string, logicalTypeOptions: {pattern: "a{2000}"}}']));
    expect(await office.json(['contract', 'publish', 'pattern.yaml'])).toMatchObject({ code: 3, value: { error: { code: 'CONTRACT_INVALID', message: expect.stringMatching(/^The pattern a\{2000\} of the column "a" cannot be matched: /) as string, facts: { column: 'a' } } } });
    office.write('rule.yaml', yaml('1.0.0', [fee]).replace('    properties', '    quality: [{type: sql, name: few, query: "SELECT count(*) FROM {object} WHERE fees > 0", mustBe: 0}]\n    properties'));
    expect(await office.json(['contract', 'publish', 'rule.yaml'])).toMatchObject({ code: 3, value: { error: { code: 'CONTRACT_INVALID', message: expect.stringMatching(/^The rule "few" of permits cannot be asked: .*"fees" not found/) as string } } });
    expect(await office.json(['contract', 'publish', 'nope.yaml'])).toMatchObject({ code: 2, value: { error: { code: 'CONTRACT_UNKNOWN', message: 'There is no file nope.yaml.' } } });
    expect(await office.does(['contract', 'show'])).toBe('No contract was published yet. Begin with: hms dta contract draft FILE');
  });

  it('publishes once, and says so of the same words again', async () => {
    expect(await office.hms(['contract', 'publish', 'v1.yaml'])).toEqual({ code: 0, out: 'permits:1.0.0\n', err: '' });
    const before = (await office.json(['log'])).value;
    expect(await office.hms(['contract', 'publish', 'v1.yaml'])).toEqual({ code: 3, out: '', err: 'The contract permits was published in these very words before, as permits:1.0.0.\nNothing was changed.\nThere is nothing to do. What was published is shown by: hms dta contract show permits\n' });
    expect((await office.json(['log'])).value).toEqual(before);
  });

  it('shows contracts, and names the nearest of one that is not there', async () => {
    expect(await office.does(['contract', 'show'])).toMatch(/^Contract {2}Version {2}Published\npermits {3}1\.0\.0 {4}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d -0[45]:00$/);
    expect((await office.does(['contract', 'show', 'permits'])).split('\n').slice(-3)).toEqual(['Column     Type          From       Must                     Mask', 'permit_no  text          permit_no  have a value, be unique', 'fee        whole number  fee']);
    expect(await office.does(['contract', 'show', 'permits:1.0.0', '--yaml'])).toBe(yaml('1.0.0', [no, fee]).trimEnd());
    expect((await office.json(['contract', 'show', 'permits'])).value).toMatchObject({ contract: { name: 'permits', version: '1.0.0' }, versions: [{ version: '1.0.0', major: false }] });
    expect(await office.hms(['contract', 'show', 'permit'])).toEqual({ code: 2, out: '', err: 'There is no contract permit in this lake.\nNothing was changed.\nThe nearest name is permits. All are listed by: hms dta contract show\n' });
    expect((await office.hms(['contract', 'show', 'permits:9.9.9'])).err).toBe('There is no contract permits:9.9.9 in this lake.\nNothing was changed.\nThere are: permits:1.0.0\n');
    expect((await office.hms(['contract', 'show', '../x'])).err).toBe('There is no contract ../x in this lake.\nNothing was changed.\nThere are: permits\n');
  });

  it('checks files: a table of what is wrong, and exit code 1', async () => {
    expect(await office.hms(['contract', 'check', 'permits', 'permits_1.csv'])).toEqual({ code: 0, out: 'permits_1.csv keeps to permits:1.0.0: 2 rows, nothing found.\n', err: '' });
    expect(await office.hms(['contract', 'check', 'permits', 'head.csv'])).toEqual({ code: 0, out: 'head.csv keeps to permits:1.0.0: 0 rows, nothing found.\n', err: '' });
    expect(await office.hms(['contract', 'check', 'permits', 'bad.csv'])).toEqual({
      code: 1,
      out: `bad.csv does not keep to permits:1.0.0: 4 findings in 3 rows.

Column     Finding         Times  What is wrong
inspector  UNKNOWN_COLUMN      1  The file has a column "inspector" that the contract does not know.
permit_no  REQUIRED            1  Rows have no value, which is required.
                                    line 3
fee        TYPE                1  Values cannot be read as a whole number.
                                    line 2: "ten"
permit_no  DUPLICATE           1  Values stand in a row before, and must be unique.
                                    line 2: "P-1", 2 times, the last in line 4
`,
      err: '',
    });
    expect(await office.json(['contract', 'check', 'permits', 'bad.csv'])).toMatchObject({ code: 1, value: { accepted: false, rows: 3, lineWord: 'line', findings: [{ kind: 'UNKNOWN_COLUMN', column: 'inspector' }, { kind: 'REQUIRED' }, { kind: 'TYPE', samples: [{ line: 2, value: 'ten' }] }, { kind: 'DUPLICATE' }] } });
    expect((await office.json(['contract', 'check', 'permits', 'none.csv'])).code).toBe(2);
  });

  it('compares, and takes what breaks only with a new first number and --major', async () => {
    expect(await office.does(['contract', 'diff', 'permits', 'v1.1.yaml'])).toBe('          The column "note" (text) is new.\nIt does not break: the version after 1.0.0 is 1.1.0.');
    expect(await office.does(['contract', 'diff', 'permits', 'permits:1.0.0'])).toBe('Both ask the same.');
    const breaks = 'The column "fee" is gone. It stays in the table, empty in new rows, and files that still have it are refused unless the contract ignores it.';
    expect(await office.does(['contract', 'diff', 'permits', 'v2.yaml'])).toBe(`BREAKS    ${breaks}\n          The column "note" (text) is new.\nIt breaks: the version after 1.0.0 is 2.0.0, with --major.`);
    const refused = `It breaks with permits:1.0.0, which files and questions rely on. ${breaks}\nNothing was changed.\n`;
    expect(await office.hms(['contract', 'publish', 'broken.yaml', '--major'])).toEqual({ code: 3, out: '', err: `${refused}If that is meant, write version: "2.0.0" in it, then: hms dta contract publish --major FILE\n` });
    expect(await office.hms(['contract', 'publish', 'v2.yaml'])).toEqual({ code: 3, out: '', err: `${refused}If that is meant: hms dta contract publish --major FILE\n` });
    expect((await office.json(['contract', 'publish', 'v2.yaml', '--major'])).value).toMatchObject({ contract: { name: 'permits', version: '2.0.0' }, changes: [{ column: 'fee', breaks: expect.any(String) as string }, { column: 'note', breaks: null }] });
    expect((await office.json(['contract', 'publish', 'v1.1.yaml'])).value).toMatchObject({ error: { code: 'CONTRACT_INVALID', facts: { version: '2.0.0' } } });
  });

  it('publishes from a second workstation after the first', async () => {
    await office.hms(['ls'], second);
    const { value } = await office.json(['station', 'list']);
    const [request] = value['requests'] as unknown as { readonly id: string; readonly fingerprint: string }[];
    await office.does(['station', 'enroll', request?.id.slice(0, 16) ?? '', '--fingerprint', request?.fingerprint ?? '']);
    expect((await office.json(['contract', 'publish', 'v1.yaml'], second)).value).toMatchObject({ error: { code: 'ACT_REFUSED' } });
    office.write('v2.1.yaml', yaml('2.1.0', [no, '{name: note, logicalType: string}', fee]));
    expect(await office.does(['contract', 'publish', 'v2.1.yaml'], second)).toBe('permits:2.1.0');
    expect((await office.json(['contract', 'show', 'permits'])).value).toMatchObject({ contract: { version: '2.1.0' }, versions: [{ version: '2.1.0', major: false }, { version: '2.0.0', major: true }, { version: '1.0.0', major: false }] });
    expect(office.lakeFiles('contracts/permits/*')).toHaveLength(3);
    expect(await office.json(['verify', 'lake'])).toMatchObject({ code: 0, value: { clean: true } });
  });
});
