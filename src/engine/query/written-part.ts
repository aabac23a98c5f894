import type { WrittenPart } from './protocol.ts';

interface MapEntry {
  readonly key: string;
  readonly value: unknown;
}

/** One row of what `RETURN_STATS` says; null for a file without rows. */
export function writtenPart(row: readonly unknown[]): WrittenPart | null {
  const [file, rows, , , statistics, partition] = row as [string, string | number, unknown, unknown, readonly MapEntry[] | null, readonly MapEntry[] | null];
  if (Number(rows) === 0) return null;
  const columns = (statistics ?? []).map(({ key, value }) => {
    const facts = new Map((value as readonly MapEntry[]).map((one) => [one.key, String(one.value)]));
    // Where NaN is among the values, the smallest and largest are those of the others.
    const bounded = facts.get('has_nan') !== 'true';
    const nulls = facts.get('null_count');
    return {
      name: key.startsWith('"') ? key.slice(1, -1).replaceAll('""', '"') : key,
      min: bounded ? (facts.get('min') ?? null) : null,
      max: bounded ? (facts.get('max') ?? null) : null,
      nulls: nulls === undefined ? null : Number(nulls),
    };
  });
  return { file, rows: Number(rows), partition: Object.fromEntries((partition ?? []).map(({ key, value }) => [key, value === null ? null : String(value)])), columns };
}
