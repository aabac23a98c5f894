import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonTable } from '../../../../src/engine/transforms/json-table.ts';
import { redactFile } from '../../../../src/engine/transforms/redact.ts';
import { Rows } from '../../../../src/engine/transforms/rows.ts';
import { trimRows } from '../../../../src/engine/transforms/trim.ts';
import { Files, path } from './files.ts';

/** What is kept of a file is kept byte for byte. */

let files: Files;
beforeAll(() => {
  files = new Files();
});
afterAll(() => files.close());

/** In this thread: starting another for each case would take longer than the work. */
async function trimmed(content: string | Uint8Array, columns: readonly string[], more: object = {}): Promise<Buffer> {
  return files.rewritten('a.csv', content, (source, watch, sink) => {
    const rows = new Rows(source, more, columns, watch);
    trimRows(rows, columns, 'a.csv', sink);
    rows.finish();
    rows.close();
  });
}

async function filtered(content: string | Uint8Array, where: string, more: object = {}): Promise<Buffer> {
  const { made } = await files.run({ 'a.csv': content }, { name: 'csv_filter', where, ...more });
  return made.get('a.csv') ?? Buffer.of();
}

describe('csv_trim', () => {
  const kept: readonly (readonly [string, string, readonly string[], string])[] = [
    ['keeps values as written', 'id,n,d,x\n007,1e5,2024-07-04,x\n+1,0x1F, 5 ,y\n', ['id', 'n', 'd'], 'id,n,d\n007,1e5,2024-07-04\n+1,0x1F, 5 \n'],
    ['tells an empty field from a quoted empty one', 'a,b,c\n,"",x\n"",,y\n', ['a', 'b'], 'a,b\n,""\n"",\n'],
    ['keeps quotes where they are, also where they are not needed', '"a",b,c\n"1",2,3\n1,"2",3\n', ['a', 'b'], '"a",b\n"1",2\n1,"2"\n'],
    ['keeps doubled quotes, delimiters and line ends within fields', 'a,b,c\n"x, ""y""\r\nz",1,2\n', ['a', 'c'], 'a,c\n"x, ""y""\r\nz",2\n'],
    ['keeps CRLF', 'a,b\r\n1,2\r\n3,4\r\n', ['a'], 'a\r\n1\r\n3\r\n'],
    ['keeps each line end where they are mixed', 'a,b\r\n1,2\n3,4\r\n5,6\n', ['b'], 'b\r\n2\n4\r\n6\n'],
    ['keeps a last row without a line end', 'a,b\n1,2', ['b'], 'b\n2'],
    ['keeps lone CR as line ends of an old file', 'a,b\r1,2\r3,4\r', ['b'], 'b\r2\r4\r'],
    ['takes a lone CR within a file of LF for a character', 'a,b\n1\r1,2\n', ['a'], 'a\n1\r1\n'],
    ['keeps empty lines', 'a,b\n1,2\n\n3,4\n\n', ['a'], 'a\n1\n\n3\n\n'],
    ['finds semicolons', 'a;b;c\n1,5;2;3\n', ['a', 'c'], 'a;c\n1,5;3\n'],
    ['finds tabs', 'a\tb\tc\n1,5\t2\t3\n', ['b', 'c'], 'b\tc\n2\t3\n'],
    ['finds pipes', 'a|b\n1|2\n', ['b'], 'b\n2\n'],
    ['gives columns in the order that was asked for', 'a,b,c\n1,2,3\n', ['c', 'a'], 'c,a\n3,1\n'],
    ['keeps a quote within a bare field', 'a,b\n5" pipe,x\n', ['a'], 'a\n5" pipe\n'],
    ['keeps a header alone', 'a,b\n', ['b'], 'b\n'],
    ['keeps the byte order mark of UTF-8 before whatever column is first', '\ufeffa,b\n1,2\n', ['b'], '\ufeffb\n2\n'],
    ['keeps a file of one column', 'a,b\nx,\n,\n', ['b'], 'b\n\n\n'],
    ['keeps NUL bytes', 'a,b\n\0,2\n', ['a'], 'a\n\0\n'],
    ['matches names that have spaces and quotes exactly', '" a ","say ""hi""",c\n1,2,3\n', [' a ', 'say "hi"'], '" a ","say ""hi"""\n1,2\n'],
  ];
  for (const [what, content, columns, expected] of kept) {
    it(what, async () => expect((await trimmed(content, columns)).toString('utf8')).toBe(expected));
  }

  it('keeps bytes that are no UTF-8, and knows names in windows-1252', async () => {
    const content = Buffer.from('caf\xe9,b\n\x80\xff,2\n', 'latin1');
    expect((await trimmed(content, ['café'])).toString('latin1')).toBe('caf\xe9\n\x80\xff\n');
  });

  for (const [name, mark, swap] of [['UTF-16LE', Buffer.of(0xff, 0xfe), false], ['UTF-16BE', Buffer.of(0xfe, 0xff), true]] as const) {
    it(`keeps ${name}, half characters too`, async () => {
      const encode = (text: string): Buffer => (swap ? Buffer.from(text, 'utf16le').swap16() : Buffer.from(text, 'utf16le'));
      const content = Buffer.concat([mark, encode('größe,b,"c, d"\r\n"x\n,y",2,\ud800\r\n\u2c00\u0a0a,\u2200,€')]);
      expect(await trimmed(content, ['größe', 'c, d'])).toEqual(Buffer.concat([mark, encode('größe,"c, d"\r\n"x\n,y",\ud800\r\n\u2c00\u0a0a,€')]));
    });
  }

  it('keeps rows over the ends of what is read at a time', async () => {
    const rows = Array.from({ length: 60_000 }, (_, i) => `${i},"${'x'.repeat(i % 190)}\n""",${'y'.repeat(i % 31)}`);
    const content = `a,b,c\n${rows.join('\n')}\n`;
    const expected = `c,a\n${rows.map((_, i) => `${'y'.repeat(i % 31)},${i}`).join('\n')}\n`;
    expect(content.length).toBeGreaterThan(4 << 20);
    expect((await trimmed(content, ['c', 'a'])).toString('utf8')).toBe(expected);
  });

  it('reads one row that is larger than what is read at a time', async () => {
    const large = `"${'x,\n'.repeat(2_000_000)}"`;
    expect((await trimmed(`a,b\n1,${large}\n`, ['b'])).equals(Buffer.from(`b\n${large}\n`))).toBe(true);
  });

  it('takes missing fields as empty and leaves out surplus ones where that is allowed', async () => {
    expect((await trimmed('a,b,c\n1\n1,2,3,4\n', ['a', 'c'], { ragged: 'fill' })).toString('utf8')).toBe('a,c\n1,\n1,3\n');
  });

  const refused: readonly (readonly [string, string, readonly string[], string, RegExp])[] = [
    ['a row with fewer fields', 'a,b\n1,2\n"x\ny"\n3,4\n', ['a'], 'CONTENT_REFUSED', /^Line 3 of "a\.csv" has 1 field, its header 2 fields\.$/],
    ['a row with more fields', 'a,b\n1,2,3\n', ['a'], 'CONTENT_REFUSED', /^Line 2 of "a\.csv" has 3 fields, its header 2 fields\.$/],
    ['a quote that is never closed', 'a,b\n1,2\n"3,4\n', ['a'], 'CONTENT_REFUSED', /begins in line 3, a quoted field is never closed/],
    ['text behind a closing quote', 'a,b\n"1"x,2\n', ['a'], 'CONTENT_REFUSED', /begins in line 2, there is text behind the closing quote/],
    ['a column that is not there, naming the nearest', 'timestamp,temp\n1,2\n', ['timestamp', 'tmp'], 'COLUMN_UNKNOWN', /^"a\.csv" has no column "tmp"\. Is "temp" meant\?$/],
    ['a name in other letters', 'Temp,b\n1,2\n', ['temp'], 'COLUMN_UNKNOWN', /Is "Temp" meant\?$/],
    ['a name that two columns have', 'a,a,b\n1,2,3\n', ['a'], 'CONTENT_REFUSED', /several columns "a"/],
  ];
  for (const [what, content, columns, code, message] of refused) {
    it(`refuses ${what}, and leaves nothing`, async () => {
      await expect(trimmed(content, columns)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
      expect(files.remains()).toEqual([]);
    });
  }
});

describe('csv_filter', () => {
  const kept: readonly (readonly [string, string, string, string])[] = [
    ['copies the rows byte for byte', 'id,"temp"\r\n007,"91.5"\n008, 5\r\n"009",1e3', 'TRY_CAST(temp AS DOUBLE) > 50', 'id,"temp"\r\n007,"91.5"\n"009",1e3'],
    ['has text only, so that 007 is not 7', 'id,b\n007,x\n7,y\n', `id = '7'`, 'id,b\n7,y\n'],
    ['takes an empty field as NULL and a quoted empty one as an empty text', 'id,b\n1,\n2,""\n3,x\n', 'b IS NULL', 'id,b\n1,\n'],
    ['takes a quoted empty field as an empty text', 'id,b\n1,\n2,""\n3,x\n', `b = ''`, 'id,b\n2,""\n'],
    ['leaves out rows for which the condition is neither true nor false', 'id,b\n1,\n2,x\n', `b <> 'y'`, 'id,b\n2,x\n'],
    ['keeps empty lines', 'id,b\n1,2\n\n3,4\n', `id = '3'`, 'id,b\n\n3,4\n'],
    ['may ask the whole file', 'id,t\n1,5\n2,9\n3,7\n', 'CAST(t AS INTEGER) >= (SELECT avg(CAST(t AS INTEGER)) FROM rows)', 'id,t\n2,9\n3,7\n'],
    ['ignores case in names, as SQL does', 'Id,Temp\n1,2\n2,3\n', `temp = '2'`, 'Id,Temp\n1,2\n'],
    ['reads names with spaces in quotes', 'id,"wind dir"\n1,N\n2,S\n', `"wind dir" = 'N'`, 'id,"wind dir"\n1,N\n'],
    ['looks at values without their quotes', 'id,b\n1,"x ""y"", z"\n', `b = 'x "y", z'`, 'id,b\n1,"x ""y"", z"\n'],
    ['keeps all rows, or none', 'id\n1\n\n2\n', 'id IS NULL', 'id\n\n'],
    ['knows lambdas', 'id\nabc\nxyz\n', `list_contains(list_transform(string_split(id, ''), x -> upper(x)), 'B')`, 'id\nabc\n'],
  ];
  for (const [what, content, where, expected] of kept) {
    it(what, async () => expect((await filtered(content, where)).toString('utf8')).toBe(expected));
  }

  it('reads windows-1252 where that is said, and UTF-16 by its mark', async () => {
    const content = Buffer.from('n,b\nM\xfcller,\x80\nMeier,x\n', 'latin1');
    expect((await filtered(content, `n = 'Müller' AND b = '€'`, { encoding: 'windows-1252' })).toString('latin1')).toBe('n,b\nM\xfcller,\x80\n');
    const wide = Buffer.concat([Buffer.of(0xfe, 0xff), Buffer.from('n,b\n"Müller",😀\nMeier,x\n', 'utf16le').swap16()]);
    expect(await filtered(wide, `n = 'Müller' AND b = '😀'`)).toEqual(Buffer.concat([Buffer.of(0xfe, 0xff), Buffer.from('n,b\n"Müller",😀\n', 'utf16le').swap16()]));
  });

  const refused: readonly (readonly [string, string | Uint8Array, string, string, RegExp])[] = [
    ['bytes that are not UTF-8', Buffer.from('n,b\nx,y\nM\xfcller,z\n', 'latin1'), `n = 'x'`, 'CONTENT_REFUSED', /^Line 3 of "a\.csv" is not UTF-8\.$/],
    ['a column that is not there', 'temp,b\n1,2\n', `tmp = '1'`, 'COLUMN_UNKNOWN', /^"a\.csv" has no column "tmp"\. Is "temp" meant\?$/],
    ['a condition that is no condition', 'temp,b\n1,2\n', 'temp || b', 'QUERY_REFUSED', /does not work on "a\.csv"/],
    ['a value that cannot be read as a number', 'temp,b\nhot,2\n', 'CAST(temp AS DOUBLE) > 1', 'QUERY_REFUSED', /Could not convert string 'hot' to DOUBLE/],
    ['a condition that is more than one', 'temp,b\n1,2\n', `true) UNION ALL SELECT 1 WHERE (true`, 'QUERY_REFUSED', /^The condition does not work.*The condition is not one expression/],
    ['another table', 'temp,b\n1,2\n', `temp IN (SELECT x FROM other)`, 'QUERY_REFUSED', /there is no table "other" here/],
    ['reading outside', 'temp,b\n1,2\n', `temp = (SELECT content FROM read_text('/etc/passwd'))`, 'QUERY_REFUSED', /read_text is not run here/],
    ['a statement behind it', 'temp,b\n1,2\n', `true); COPY (SELECT 1) TO '/tmp/x`, 'QUERY_REFUSED', /./],
  ];
  for (const [what, content, where, code, message] of refused) {
    it(`refuses ${what}, and leaves nothing`, async () => {
      await expect(filtered(content, where)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
      expect(files.remains()).toEqual([]);
    });
  }
});

describe('json_to_csv', () => {
  const convert = async (content: string): Promise<string> => files.rewritten('a.json', content, (source, watch, sink) => jsonTable(source, 'csv', watch, sink)).toString('utf8');
  const kept: readonly (readonly [string, string, string])[] = [
    ['keeps the digits of numbers', '[{"a":1e5,"b":1.50,"c":12345678901234567890}]', 'a,b,c\n1e5,1.50,12345678901234567890\n'],
    ['has a column for every member, in order of appearance', '[{"a":1},{"b":2,"a":3}]', 'a,b\n1,\n3,2\n'],
    ['tells null and missing from an empty text', '[{"a":null,"b":""},{"b":"x"}]', 'a,b\n,""\n,x\n'],
    ['reads objects one a line', '{"a":1}\n{"a":"x, y"}\n', 'a\n1\n"x, y"\n'],
    ['keeps values within values as their JSON', '[{"a":{"x": [1, "}"]},"b":[true]}]', 'a,b\n"{""x"": [1, ""}""]}",[true]\n'],
    ['reads escapes', '[{"a\\u0020b":"\\u00e9\\n\\"\\\\"}]', 'a b\n"é\n""\\"\n'],
    ['reads true and false', ' [ { "a" : true , "b" : false } ] ', 'a,b\ntrue,false\n'],
    ['reads an array of nothing', '[]', ''],
  ];
  for (const [what, content, expected] of kept) it(what, async () => expect(await convert(content)).toBe(expected));

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['two members of one name', '[{"a":1,"a":2}]', /Object 1 of "a\.json" has two members "a"/],
    ['what is no object', '[{"a":1}, 2]', /in object 1, there is something that is no object/],
    ['a file that was cut off', '[{"a":1},{"a":', /in object 2, it is not closed/],
    ['an array that is not closed', '[{"a":1}', /a comma is missing after it, or the file was cut off/],
    ['what is not JSON', '[{"a":01}]', /in object 1, it is not valid JSON/],
    ['text', 'hello', /neither an array of objects nor objects/],
    ['half a character', '[{"a":"\\ud800"}]', /half a character/],
  ];
  for (const [what, content, message] of refused) {
    it(`refuses ${what}`, async () => {
      await expect(convert(content)).rejects.toMatchObject({ code: 'CONTENT_REFUSED', message: expect.stringMatching(message) as string });
    });
  }
});

describe('redact_text', () => {
  const redact = async (content: string | Uint8Array, find: { text: string } | { pattern: string; ignoreCase?: boolean }, mark = '[REDACTED]'): Promise<{ bytes: Buffer; count: number }> => {
    let count = 0;
    const bytes = files.rewritten('a.txt', content, (source, watch, sink) => (count = redactFile(source, { find, mark }, watch, sink)));
    return { bytes, count };
  };

  it('replaces a text wherever it stands, over line ends too, and counts', async () => {
    const { bytes, count } = await redact('John Smith\r\nMr. John\nSmith; JohnSmith', { text: 'John\nSmith' }, '###');
    expect(bytes.toString('utf8')).toBe('John Smith\r\nMr. ###; JohnSmith');
    expect(count).toBe(1);
  });

  it('replaces what a pattern matches, and leaves all other bytes', async () => {
    const { bytes, count } = await redact(Buffer.from('a 123-45-6789 \xff\x80\r\nb 987-65-4321\nc', 'latin1'), { pattern: String.raw`\d{3}-\d{2}-\d{4}` });
    expect(bytes.toString('latin1')).toBe('a [REDACTED] \xff\x80\r\nb [REDACTED]\nc');
    expect(count).toBe(2);
  });

  it('ignores case where that is asked for', async () => {
    expect((await redact('SMITH smith Smithers', { pattern: String.raw`\bsmith\b`, ignoreCase: true }, 'X')).bytes.toString('utf8')).toBe('X X Smithers');
  });

  it('finds a name in both normal forms of Unicode', async () => {
    expect((await redact('Jos\u00e9 and Jose\u0301', { text: 'Jos\u00e9' }, 'X')).bytes.toString('utf8')).toBe('X and X');
  });

  it('finds text in UTF-16 and in windows-1252, and does not take half of another letter for it', async () => {
    const wide = Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from('Müller\r\nx', 'utf16le')]);
    expect((await redact(wide, { text: 'Müller' }, '#')).bytes).toEqual(Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from('#\r\nx', 'utf16le')]));
    expect((await redact(wide, { pattern: 'M.ller' }, '#')).bytes).toEqual(Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from('#\r\nx', 'utf16le')]));
    expect((await redact(Buffer.from('M\xfcller, x', 'latin1'), { text: 'Müller' }, '#')).bytes.toString('latin1')).toBe('#, x');
    // é is E9 in windows-1252, and E9 is the first byte of 香 in UTF-8.
    expect((await redact('香港 é', { text: 'é' }, '#')).bytes.toString('utf8')).toBe('香港 #');
  });

  it('finds what lies over the ends of what is read at a time', async () => {
    const content = `${'x'.repeat((1 << 20) - 3)}secret${'y'.repeat((4 << 20) - 5)}secret`;
    const { bytes, count } = await redact(content, { text: 'secret' }, '');
    expect(bytes.toString('latin1')).toBe(content.replaceAll('secret', ''));
    expect(count).toBe(2);
  });

  it('refuses what it does not find, what is no text, and patterns that match nothing', async () => {
    const run = (content: string, find: { text: string } | { pattern: string }) => files.run({ 'a.txt': content }, { name: 'redact_text', find });
    await expect(run('nothing', { text: 'secret' })).rejects.toMatchObject({ code: 'DRAFT_EMPTY', message: 'What is to be hidden was not found in "a.txt".' });
    await expect(run('a\0secret', { text: 'secret' })).rejects.toMatchObject({ code: 'CONTENT_REFUSED', message: expect.stringMatching(/NUL bytes/) as string });
    await expect(run('a', { pattern: 'x*' })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(run('a', { pattern: '(' })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(run('a', { text: '' })).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('csv_to_parquet and sql', () => {
  it('write Parquet of text, values as written, that an SQL over it gives back', async () => {
    const content = 'id,b,"c ""x"""\r\n007,1e5,\n"","x\ny",é\n';
    const { made, counts } = await files.run({ 'n/a.csv': content }, { name: 'csv_to_parquet' });
    expect([...made.keys()]).toEqual(['n/a.parquet']);
    expect(counts).toEqual({ files: 1, rows: 2 });
    expect(made.get('n/a.parquet')?.subarray(0, 4).toString('latin1')).toBe('PAR1');
  });

  it('read CSV and JSON as text, by name or stem', async () => {
    const sql = `SELECT s.place, r.t, typeof(r.t) AS type FROM sensors s JOIN "n/readings.json" r ON r.id = s.id ORDER BY r.t DESC`;
    const contents = { 'sensors.csv': 'id;place\n1;north\n2;\n3;""\n', 'n/readings.json': '[{"id":1,"t":"91.5"},{"id":2,"t":7e1},{"id":3}]' };
    const { made, counts } = await files.run(contents, { name: 'sql', sql, as: path('joined.csv') });
    expect(made.get('joined.csv')?.toString('utf8')).toBe('place,t,type\nnorth,91.5,VARCHAR\n,7e1,VARCHAR\n"",,VARCHAR\n');
    expect(counts).toEqual({ tables: 2, rowsRead: 6, rows: 3 });
  });

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['SELECT 1; SELECT 2', 'QUERY_REFUSED', /^One statement is run at a time\.$/],
    [`COPY "sensorA.csv" TO '/tmp/x'`, 'QUERY_REFUSED', /^Only a SELECT/],
    ['SELECT * FROM sensorB', 'FILE_UNKNOWN', /Is "sensorA\.csv" meant/],
    ['SELECT * FROM "photo.jpg"', 'CONTENT_REFUSED', /is not a table/],
    [`SELECT * FROM read_csv('/etc/passwd')`, 'QUERY_REFUSED', /read_csv is not run here/],
    ['SELECT b FROM "sensorA.csv"', 'QUERY_REFUSED', /Referenced column "b" not found/],
    ['EXPLAIN SELECT 1', 'QUERY_REFUSED', /An EXPLAIN has no result/],
  ];
  for (const [sql, code, message] of refused) {
    it(`refuse ${sql}`, async () => {
      const run = files.run({ 'sensorA.csv': 'a\n1\n', 'photo.jpg': 'x' }, { name: 'sql', sql, as: path('out.csv') });
      await expect(run).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
    });
  }

  it('refuse a name that says no format', async () => {
    await expect(files.run({}, { name: 'sql', sql: 'SELECT 1 AS a', as: path('out.xlsx') })).rejects.toMatchObject({ code: 'USAGE' });
  });
});
