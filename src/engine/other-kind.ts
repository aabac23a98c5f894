import type { FileRemark } from './contracts/index.ts';
import { sniff } from './raw/index.ts';

/** Files that are brought as tables of text and are something else, by their first bytes: what would otherwise be told as a list of columns that nobody knows. */

const kinds: Readonly<Record<string, string>> = {
  'application/gzip': 'still compressed when it is unpacked (gzip twice)',
  'application/zip': 'a ZIP archive, as .zip and .xlsx files are',
  'application/zstd': 'compressed (Zstandard)',
  'application/vnd.apache.parquet': 'Parquet',
  'application/pdf': 'a PDF document',
  'application/x-ole-storage': 'an Office document of the old kind, as .xls files are',
  'application/vnd.sqlite3': 'an SQLite database',
  'application/xml': 'XML',
  'text/html': 'a web page (HTML)',
  'image/png': 'a picture',
  'image/jpeg': 'a picture',
  'image/gif': 'a picture',
  'image/tiff': 'a picture',
};

/** What a file with this beginning is instead of a table of text; null where it may be one. `isWhole`: there is no more of it. `encoding`: what it is read in, null where nobody said. */
export function otherKind(name: string, head: Uint8Array, isWhole: boolean, encoding: string | null): FileRemark | null {
  const kind = kinds[sniff(head, isWhole)];
  if (kind !== undefined) return { kind: 'UNREADABLE', message: `"${name}" is not CSV, nor any other table of text: by its first bytes it is ${kind}.`, count: 1, lines: [] };
  const wide = markless(head);
  if (wide === null || wide === encoding) return null;
  return { kind: 'ENCODING', message: `The file seems to be written in ${wide}, without the byte order mark that would say so. Where the file is right, the contract says it: encoding: ${wide}.`, count: 1, lines: [1] };
}

/** UTF-16 without a mark: of texts in Latin letters every other byte is zero, and of those between none. */
function markless(head: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const pairs = Math.min(head.length >> 1, 500);
  const hasMark = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  if (pairs < 4 || hasMark) return null;
  let [first, second] = [0, 0];
  for (let at = 0; at < pairs; at++) {
    if (head[2 * at] === 0) first++;
    if (head[2 * at + 1] === 0) second++;
  }
  if (first === 0 && second > pairs * 0.8) return 'utf-16le';
  return second === 0 && first > pairs * 0.8 ? 'utf-16be' : null;
}
