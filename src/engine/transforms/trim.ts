import { placesOf } from './columns.ts';
import type { Rows } from './rows.ts';
import type { Sink } from './sink.ts';

/** Writes the named columns, in that order: of each row the bytes of its fields, delimiters of the file between them, and the row's own line end. */
export function trimRows(rows: Rows, wanted: readonly string[], file: string, sink: Sink): number {
  if (!rows.readHeader()) return 0;
  const places = Int32Array.from(placesOf(wanted, rows.header, file));
  sink.all(rows.mark);
  const delimiter = unitBytes(rows, rows.dialect.delimiter);
  const { row, unit } = rows;
  let count = 0;
  for (let has = true; has; has = rows.next()) {
    if (!rows.isBlank) {
      for (let i = 0; i < places.length; i++) {
        const place = places[i] as number;
        if (i > 0) {
          if (unit === 1) sink.byte(delimiter[0] as number);
          else sink.all(delimiter);
        }
        // A row may have fewer fields where that was allowed.
        if (place < row.fields) sink.copy(rows.bytes, (row.starts[place] as number) * unit, (row.ends[place] as number) * unit);
      }
      count++;
    }
    sink.copy(rows.bytes, row.end * unit, row.next * unit);
  }
  return count - 1;
}

function unitBytes({ dialect }: Rows, character: string): Uint8Array {
  const code = character.charCodeAt(0);
  if (dialect.encoding === 'utf-16le') return Uint8Array.of(code, 0);
  return dialect.encoding === 'utf-16be' ? Uint8Array.of(0, code) : Uint8Array.of(code);
}
