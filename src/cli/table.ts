import { shown, width } from './words.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'right';
}

/** Rows under their titles, aligned; the last column is not filled up. Cells are escaped here. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map(shown))];
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => width(row[at] ?? ''))));
  return cells.map((row) => columns.map((column, at) => padded(row[at] ?? '', widths[at] ?? 0, column.align ?? 'left')).join('  ').trimEnd());
}

/** Labels and what belongs to them, aligned; what is null is left out. */
export function fields(pairs: readonly (readonly [label: string, text: string | null])[]): string[] {
  const kept = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== null);
  const widest = Math.max(0, ...kept.map(([label]) => width(label)));
  return kept.map(([label, text]) => `${padded(`${label}:`, widest + 1, 'left')}  ${shown(text)}`.trimEnd());
}

function padded(text: string, columns: number, align: 'left' | 'right'): string {
  const fill = ' '.repeat(Math.max(0, columns - width(text)));
  return align === 'right' ? fill + text : text + fill;
}
