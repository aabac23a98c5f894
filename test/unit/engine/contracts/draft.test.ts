import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { draftFromFile } from '../../../../src/engine/contract-files.ts';
import { compileContract, valueReader } from '../../../../src/engine/contracts/index.ts';
import type { ContractDraft, DraftColumn, TypePlan } from '../../../../src/engine/contracts/index.ts';
import { isCardNumber, isSsn, PersonalTally } from '../../../../src/engine/contracts/draft/personal.ts';
import { QuerySession } from '../../../../src/engine/query/index.ts';
import { openScratch } from '../../../../src/engine/transform-world.ts';
import { Warehouse } from '../tables/warehouse.ts';

const folder = mkdtempSync(join(tmpdir(), 'hms-draft-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { signal } = new AbortController();

function draft(name: string, content: string | Uint8Array): Promise<ContractDraft> {
  const path = join(folder, name);
  writeFileSync(path, content);
  return draftFromFile(null, path, { signal, onProgress: () => undefined });
}

/** An amount with all of its digits and so many behind the point. */
function exactly(text: string, scale: number): string {
  const [whole = '', behind = ''] = text.replaceAll(/[$,]/g, '').split('.');
  return scale === 0 ? whole : `${whole}.${behind.padEnd(scale, '0')}`;
}

/** The draft of one column, and the type that its text compiles to. */
async function drafted(header: string, values: readonly string[]): Promise<{ readonly column: DraftColumn; readonly type: TypePlan | undefined; readonly text: string }> {
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const { columns, text } = await draft('x.csv', `${[header, ...values].map(quoted).join('\n')}\n`);
  const result = compileContract(Buffer.from(text));
  if (!result.ok) throw new Error(`${JSON.stringify(result.faults)}\n${text}`);
  return { column: columns[0] as DraftColumn, type: result.compiled.plan.columns[0]?.type, text };
}

describe('the type of a column is guessed', () => {
  it.each<[string, readonly string[], string, string | undefined]>([
    ['whole numbers', ['1', '-20', '0'], 'integer', undefined],
    ['numbers', ['1', '2.5', '1e3'], 'number', undefined],
    ['dollars', ['$1,200.50', '$80'], 'number', undefined],
    ['numbers beyond 64 bits', ['9223372036854775807', '9223372036854775808'], 'string', undefined],
    ['ZIP codes', ['02139', '20500'], 'string', undefined],
    ['codes with zeros in front', ['007', '12'], 'string', undefined],
    ['yes and no', ['yes', 'No', 'Y'], 'boolean', undefined],
    ['ISO dates', ['2024-07-04', '1899-12-31'], 'date', 'yyyy-MM-dd'],
    ['US dates', ['7/4/2024', '12/31/2024'], 'date', 'M/d/yyyy'],
    ['US dates with zeros', ['07/04/2024', '07/14/2024'], 'date', 'M/d/yyyy'],
    ['British dates', ['14/07/2024', '04/07/2024'], 'date', 'd/M/yyyy'],
    ['dates with names', ['4-Jul-2024', '31-DEC-2024'], 'date', 'd-MMM-yyyy'],
    ['times', ['09:30', '23:59'], 'time', 'HH:mm'],
    ['instants', ['2024-07-04T10:00:00Z', '2024-07-04T10:00:00+02:00'], 'timestamp', "yyyy-MM-dd'T'HH:mm:ssXXX"],
    ['US times of day', ['07/04/2024 9:30 AM', '7/4/2024 12:00 pm'], 'timestamp', 'M/d/yyyy h:mm a'],
    ['digits like a date', ['20240704', '20241231'], 'integer', undefined],
    ['words', ['a', '1'], 'string', undefined],
  ])('%s', async (_, values, logicalType, format) => {
    const { column, type } = await drafted('x', values);
    expect([column.logicalType, type !== undefined && 'formats' in type ? type.formats[0] : undefined]).toEqual([logicalType, format]);
  });

  it.each<[string, readonly string[], { readonly precision: number; readonly scale: number } | null]>([
    ['dollars with commas, of which some have cents', ['$1,234.56', '12.50', '$80'], { precision: 18, scale: 2 }],
    ['dollars without cents, with room for some', ['$80', '$1,200'], { precision: 18, scale: 2 }],
    ['commas between thousands', ['1,234', '5'], { precision: 18, scale: 0 }],
    ['commas and parts of a cent', ['1,234.567', '0.5'], { precision: 18, scale: 3 }],
    ['two digits behind each point', ['12.50', '-3.00'], { precision: 18, scale: 2 }],
    ['more digits than 64 bits hold', ['$123,456,789,012,345,678.90', '1'], { precision: 38, scale: 2 }],
    ['more digits than a decimal has', [`$${'123,'.repeat(13)}456.78`, '1'], null],
    ['measured values', ['12.5', '3.25'], null],
    ['exponents among dollars', ['$1,200.50', '1.25e3'], null],
  ])('amounts are kept as they are written: %s', async (_, values, decimal) => {
    const { type } = await drafted('x', values);
    expect(type).toMatchObject({ kind: 'number', decimal, bits: 64 });
    const read = valueReader(type as TypePlan);
    expect(values.filter((value) => read(value) === null)).toEqual([]);
    if (decimal !== null) expect(values.map((value) => read(value))).toEqual(values.map((value) => exactly(value, decimal.scale)));
  });

  it('and told where day and month could be either', async () => {
    expect((await drafted('x', ['07/04/2024', '08/05/2024'])).column.why).toBe('all values can be read so; the day could also stand before the month: ask who made the file');
    expect((await drafted('x', ['07/14/2024', '08/05/2024'])).column.why).toBe('all values can be read so');
  });
});

describe('a draft says', () => {
  it('what is required, what may be a key, and what the choices are', async () => {
    const rows = Array.from({ length: 12 }, (_, i) => `${i},${i % 2 === 0 ? 'A' : 'B'},${i === 3 ? '' : 'x'}`).join('\n');
    const { columns } = await draft('x.csv', `id,kind,note\n${rows}\n`);
    expect(columns.map(({ name, required, empty, isUnique, choices }) => [name, required, empty, isUnique, choices])).toEqual([
      ['id', true, 0, true, null],
      ['kind', true, 0, false, ['A', 'B']],
      ['note', false, 1, false, ['x']],
    ]);
  });

  it('names that a table can have', async () => {
    const { columns, name } = await draft('Permits 2024-07.csv', 'Cost Total $,Cost Total $ ,cost_total,program_id,\u00c9tat,\u8eca,1st,con\n1,2,3,4,5,6,7,8\n');
    expect([name, columns.map((column) => column.name)]).toEqual(['permits', ['cost_total', 'cost_total_2', 'cost_total_3', 'program_id_2', 'e_tat', 'column', 'c_1st', 'column_con']]);
  });

  it.each([
    ['permits_2024_07_31.csv', 'permits_*.csv'],
    ['permits-2024-07.csv', 'permits-*.csv'],
    ['permits.csv', 'permits.csv'],
    ['20240731.csv', '20240731.csv'],
    ['form_123456.csv', 'form_123456.csv'],
  ])('which files are meant: %s, %s', async (name, pattern) => {
    const result = compileContract(Buffer.from((await draft(name, 'a\n1\n')).text));
    expect(result.ok && result.compiled.plan.source.patterns).toEqual([pattern]);
  });

  it('that a file without rows says nothing about its columns', async () => {
    const { text, columns } = await draft('x.csv', 'a,b\n');
    expect(columns.map(({ logicalType, required, isUnique }) => [logicalType, required, isUnique])).toEqual([['string', false, false], ['string', false, false]]);
    expect(text).toContain('# The file has no rows, so whether every row has a value is not known.');
    await expect(draft('empty.csv', '')).rejects.toMatchObject({ code: 'CONTENT_REFUSED', message: 'The file is empty: it has no header that names its columns.' });
  });

  it('what can be published, whatever stands in the file', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }).filter((text) => !/[\r\n]/.test(text) && text.trim() !== ''), fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !/[\r\n]/.test(text)), { minLength: 1, maxLength: 4 }), async (header, values) => {
      await drafted(header.toWellFormed(), values);
    }), { numRuns: 60 });
  });
});

describe('a file is drafted in the form that it has', () => {
  const rows = 'place;n\ncaf\u00e9;1\n';
  it.each<[string, string, string | Uint8Array, object]>([
    ['semicolons', 'a.csv', rows, { format: 'csv', delimiter: ';', encoding: 'utf-8' }],
    ['bars', 'b.txt', rows.replaceAll(';', '|'), { format: 'csv', delimiter: '|', encoding: 'utf-8' }],
    ['tabs', 'c.tsv', rows.replaceAll(';', '\t'), { format: 'tsv', delimiter: '\t', encoding: 'utf-8' }],
    ['UTF-16, little end first', 'd.csv', Buffer.from(`\ufeff${rows}`, 'utf16le'), { format: 'csv', delimiter: ';', encoding: 'utf-16le' }],
    ['UTF-16, big end first', 'e.csv', Buffer.from(`\ufeff${rows}`, 'utf16le').swap16(), { format: 'csv', delimiter: ';', encoding: 'utf-16be' }],
    ['Windows-1252', 'f.csv', Buffer.from(rows, 'latin1'), { format: 'csv', delimiter: ';', encoding: 'windows-1252' }],
    ['JSON', 'g.json', '[{"place": "caf\u00e9", "n": 1}]', { format: 'json', delimiter: null, encoding: null }],
    ['NDJSON', 'h.ndjson', '{"place": "caf\u00e9", "n": 1}\n', { format: 'ndjson', delimiter: null, encoding: null }],
  ])('%s', async (_, name, content, form) => {
    const { text, columns } = await draft(name, content);
    const result = compileContract(Buffer.from(text));
    expect(result.ok && result.compiled.plan.source).toMatchObject(form);
    expect(columns.map((column) => [column.name, column.logicalType, column.examples])).toEqual([['place', 'string', ['caf\u00e9']], ['n', 'integer', ['1']]]);
  });

  it('and compressed, or in Parquet, with a lake for its temporary files', async () => {
    const warehouse = await Warehouse.make();
    try {
      const packed = join(folder, 'places_2024.csv.gz');
      writeFileSync(packed, gzipSync(rows));
      const scratch = await openScratch(warehouse.lake);
      const session = new QuerySession(warehouse.processes, { files: [], output: scratch.outputs, temporary: scratch.temporary });
      const parquet = scratch.output('places.parquet');
      try {
        await session.write("SELECT 'caf\u00e9' AS place, 1 AS n", parquet, 'parquet', signal);
        const options = { signal, onProgress: () => undefined, processes: warehouse.processes };
        const drafts = [await draftFromFile(warehouse.lake, packed, options), await draftFromFile(warehouse.lake, parquet, options)];
        expect(drafts.map(({ name, rows: count, columns }) => [name, count, columns.map((column) => [column.name, column.logicalType, column.examples])])).toEqual(['places_2024', 'places'].map((name) => [name, 1, [['place', 'string', ['caf\u00e9']], ['n', 'integer', ['1']]]]));
        const sources = drafts.map(({ text }) => compileContract(Buffer.from(text))).map((result) => (result.ok ? result.compiled.plan.source : result.faults));
        expect(sources).toMatchObject([{ format: 'csv', delimiter: ';', encoding: 'utf-8', patterns: ['places_2024.csv'] }, { format: 'parquet', patterns: ['places.parquet'] }]);
        // Neither leaves anything behind.
        writeFileSync(packed, gzipSync(rows).subarray(0, 20));
        await expect(draftFromFile(warehouse.lake, packed, options)).rejects.toMatchObject({ code: 'CONTENT_REFUSED' });
        writeFileSync(join(folder, 'no.parquet'), rows);
        await expect(draftFromFile(warehouse.lake, join(folder, 'no.parquet'), options)).rejects.toMatchObject({ code: 'CONTENT_REFUSED' });
      } finally {
        await session.close();
        await scratch.close();
      }
    } finally {
      await warehouse.close();
    }
  });

  it('and one that is compressed needs a lake for its temporary files', async () => {
    await expect(draft('x.csv.gz', gzipSync(rows))).rejects.toMatchObject({ code: 'USAGE', next: 'Name one with --lake DIR or in HMS_LAKE.' });
  });
});

describe('what may be personal', () => {
  const kindOf = (header: string, values: readonly string[]): string | null => {
    const tally = new PersonalTally();
    for (const value of values) tally.add(value);
    return tally.guess(header)?.kind ?? null;
  };
  it.each<[string, string, readonly string[], string | null]>([
    ['Social Security numbers', 'x', ['219-09-9999', '078-05-1120'], 'ssn'],
    ['e-mail addresses', 'x', ['ada@example.gov', 'bo.diaz+x@mail.example.com'], 'email'],
    ['telephone numbers', 'x', ['(202) 555-0143', '202-555-0144', '+1 202.555.0145'], 'phone'],
    ['card numbers', 'x', ['4111 1111 1111 1111', '5500-0000-0000-0004', '340000000000009'], 'card'],
    ['one Social Security number of ten values', 'x', ['219-09-9999', ...Array<string>(9).fill('none')], 'ssn'],
    ['one of eleven', 'x', ['219-09-9999', ...Array<string>(10).fill('none')], null],
    ['the header: ssn', 'Applicant SSN', ['1'], 'ssn'],
    ['the header: e-mail', 'contactEmail', [], 'email'],
    ['the header: phone', 'cell_phone', [], 'phone'],
    ['the header: birth date', 'DOB', ['1970-01-01'], 'birth_date'],
    ['the header: name', 'lastName', ['Byron'], 'name'],
    ['the header: name of a person', 'inspector_name', [], 'name'],
    ['the header: address', 'Street Address', [], 'address'],
    ['ZIP codes', 'zip', ['02139', '20500-0001'], null],
    ['provider numbers (NPI)', 'npi', ['1234567893', '1245319599'], null],
    ['numbers like telephones, without signs', 'case_id', ['2025550143', '2025550144'], null],
    ['numbers of nine digits', 'permit', ['219099999'], null],
    ['dates', 'day', ['2024-07-04', '07-04-2024'], null],
    ['one number in ten that passes the check digit', 'id', ['4111111111111111', ...Array.from({ length: 9 }, (_, i) => `411111111111112${i}`)], null],
    ['names of things', 'model_name', ['Model-Z'], null],
    ['addresses of machines', 'ip_address', ['10.0.0.1'], null],
    ['nothing', 'x', [], null],
  ])('%s', (_, header, values, kind) => expect(kindOf(header, values)).toBe(kind));

  it.each([['000-12-3456', false], ['666-12-3456', false], ['900-12-3456', false], ['219-00-9999', false], ['219-09-0000', false], ['219-09-9999', true], ['219 09 9999', false], ['219-09-99999', false]])('%s is a Social Security number: %s', (text, is) => expect(isSsn(text)).toBe(is));
  it.each([['4111111111111111', true], ['4111111111111112', false], ['1111111111111117', false], ['4444444444444444', false], ['411111111111', false], ['6011 0000 0000 0004', true]])('%s is a card number: %s', (text, is) => expect(isCardNumber(text)).toBe(is));

  it('is not repeated in the draft, and is masked in it', async () => {
    const { column, text } = await drafted('x', ['219-09-9999', '219-09-9998']);
    expect([column.personal?.kind, column.examples]).toEqual(['ssn', []]);
    expect(text).toContain('{property: pii, value: {kind: ssn, mask: hash}}');
    expect(text).not.toContain('219-09');
  });
});
