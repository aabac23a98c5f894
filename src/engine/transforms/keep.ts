import type { Rows } from './rows.ts';
import type { Sink } from './sink.ts';

/** One bit a row, set where the row is kept. */
export function isKept(kept: Uint8Array, row: number): boolean {
  return ((kept[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
}

/** Writes the header and the rows that are marked, byte for byte, line ends and empty lines included. Answers the number of rows that were kept. */
export function keepRows(rows: Rows, kept: Uint8Array, sink: Sink): number {
  if (!rows.readHeader()) return 0;
  sink.all(rows.mark);
  const { row, unit } = rows;
  sink.copy(rows.bytes, (row.starts[0] as number) * unit, row.next * unit);
  let number = 0;
  let count = 0;
  while (rows.next()) {
    if (!rows.isBlank) {
      if (!isKept(kept, number++)) continue;
      count++;
    }
    sink.copy(rows.bytes, (row.starts[0] as number) * unit, row.next * unit);
  }
  return count;
}
