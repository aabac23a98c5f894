import { isUtf8 } from 'node:buffer';

/** Bytes that are looked at; enough for some dozens of lines. */
export const SNIFF_BYTES = 4_096;

/** First bytes that say what a file is (the signatures of the formats' own specifications). */
const signatures: readonly (readonly [hex: string, media: string])[] = [
  ['50415231', 'application/vnd.apache.parquet'],
  ['1f8b08', 'application/gzip'],
  ['504b0304', 'application/zip'],
  ['504b0506', 'application/zip'],
  ['28b52ffd', 'application/zstd'],
  ['25504446', 'application/pdf'],
  ['89504e470d0a1a0a', 'image/png'],
  ['ffd8ff', 'image/jpeg'],
  ['474946383761', 'image/gif'],
  ['474946383961', 'image/gif'],
  ['49492a00', 'image/tiff'],
  ['4d4d002a', 'image/tiff'],
  ['d0cf11e0a1b11ae1', 'application/x-ole-storage'],
  ['53514c69746520666f726d6174203300', 'application/vnd.sqlite3'],
];

/**
 * The media type of a file by its first bytes, whatever its name and whatever its sender calls it. `isWhole`: there are no more. Never more than these bytes tell: a
 * table of text is `text/csv` where its first lines have the same number of commas, semicolons, bars or tabs; what is neither known nor text is `application/octet-stream`.
 */
export function sniff(head: Uint8Array, isWhole: boolean): string {
  if (head.length === 0) return 'application/x-empty';
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  const hex = bytes.toString('hex', 0, 16);
  const known = signatures.find(([start]) => hex.startsWith(start));
  if (known !== undefined) return known[1];
  if (hex.startsWith('fffe') || hex.startsWith('feff')) return 'text/plain; charset=utf-16';
  const text = textOf(bytes, isWhole);
  return text === null ? 'application/octet-stream' : textType(text, isWhole);
}

/** Null where it is no UTF-8 text. A character that the end of the look cut in two is left out. */
function textOf(bytes: Buffer, isWhole: boolean): string | null {
  let end = bytes.length;
  if (!isWhole) while (end > 0 && bytes.length - end < 4 && !isUtf8(bytes.subarray(0, end))) end--;
  if (!isUtf8(bytes.subarray(0, end))) return null;
  const text = bytes.toString('utf8', 0, end).replace(/^\ufeff/, '');
  return /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(text) ? null : text;
}

function textType(text: string, isWhole: boolean): string {
  const start = text.trimStart();
  if (start.startsWith('<?xml')) return 'application/xml';
  if (/^<(!doctype html|html[\s>])/i.test(start)) return 'text/html';
  const lines = text.split(/\r\n|\n|\r/);
  if (!isWhole) lines.pop();
  const filled = lines.filter((line) => line.trim() !== '').slice(0, 50);
  if (filled.length > 1 && filled.every((line) => /^\s*\{/.test(line) && isJson(line))) return 'application/x-ndjson';
  if (isWhole ? isJson(start) && /^[[{]/.test(start) : /^[[{]\s*["[{\d\]}]/.test(start)) return 'application/json';
  const delimiter = [',', ';', '\t', '|'].find((one) => isTable(filled, one));
  if (delimiter === undefined) return 'text/plain';
  return delimiter === '\t' ? 'text/tab-separated-values' : 'text/csv';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether all lines have the same number of fields, more than one; what stands in quotes is not counted. */
function isTable(lines: readonly string[], delimiter: string): boolean {
  const counts = new Set(lines.map((line) => line.replaceAll(/"(?:[^"]|"")*"/g, '').split(delimiter).length));
  return lines.length > 0 && counts.size === 1 && !counts.has(1);
}
