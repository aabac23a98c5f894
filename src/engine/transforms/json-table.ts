import { jsonRecords } from './json-records.ts';
import { membersOf } from './json-members.ts';
import type { PlainTable } from './plain-table.ts';
import { FileRefusal } from './refusal.ts';
import type { Sink } from './sink.ts';
import type { ReadWatch, StoredSource } from './source-reader.ts';

/**
 * Writes the objects of a JSON file as rows, with a column for every member that any of them has, in order of first appearance. The file is read twice, because the
 * columns are known only at its end. `csv`: with a header, quoted where RFC 4180 asks for it, LF after each row; `plain`: as plain-table.ts says. A member
 * that is missing or null is an empty field; an empty text is `""`.
 */
export function jsonTable(source: StoredSource, as: 'csv' | 'plain', watch: ReadWatch, sink: Sink): PlainTable {
  const columns = columnsOf(source, watch);
  if (as === 'csv' && columns.size > 0) sink.all(Buffer.from(`${[...columns.keys()].map(csvField).join(',')}\n`));
  const field = as === 'csv' ? csvField : plainField;
  let rows = 0;
  let longestRow = 0;
  for (const record of jsonRecords(source, watch)) {
    const values: (string | null)[] = Array.from({ length: columns.size }, () => null);
    for (const [name, value] of membersOf(record)) values[columns.get(name) ?? 0] = value;
    const line = Buffer.from(`${values.map((value) => (value === null ? '' : field(value))).join(',')}\n`);
    sink.all(line);
    rows++;
    longestRow = Math.max(longestRow, line.length);
  }
  return { columns: [...columns.keys()], header: [...columns.keys()], rows, longestRow };
}

function columnsOf(source: StoredSource, watch: ReadWatch): Map<string, number> {
  const columns = new Map<string, number>();
  let number = 0;
  for (const record of jsonRecords(source, watch)) {
    number++;
    const seen = new Set<string>();
    for (const [name, value] of membersOf(record)) {
      const refuse = (what: string): FileRefusal => new FileRefusal('CONTENT_REFUSED', `Object ${number.toLocaleString('en-US')} of "${source.path}" ${what}.`);
      if (seen.has(name)) throw refuse(`has two members "${name}"`);
      if (!name.isWellFormed() || value?.isWellFormed() === false) throw refuse('holds half a character (a lone surrogate), which a table of UTF-8 cannot');
      seen.add(name);
      if (!columns.has(name)) columns.set(name, columns.size);
    }
  }
  return columns;
}

function csvField(value: string): string {
  return value === '' || /[",\r\n]/.test(value) ? plainField(value) : value;
}

function plainField(value: string): string {
  return `"${value.replaceAll('"', '""')}"`;
}
