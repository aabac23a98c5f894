/** A format of dates and times (time-format.ts) that has a fixed number of characters, as DuckDB's strftime and strptime have it. */
export interface StrptimeFormat {
  readonly sql: string;
  /** Characters of each text that has it. */
  readonly length: number;
  /** Whether its texts say `Z`; other offsets are not in it. */
  readonly hasZone: boolean;
}

const pieces: Readonly<Record<string, readonly [sql: string, length: number]>> = { yyyy: ['%Y', 4], uuuu: ['%Y', 4], MM: ['%m', 2], dd: ['%d', 2], HH: ['%H', 2], mm: ['%M', 2], ss: ['%S', 2], X: ['Z', 1], XX: ['Z', 1], XXX: ['Z', 1] };

/** Null where a format has what varies in length, or a name, or half a day. */
export function strptimeFormat(pattern: string): StrptimeFormat | null {
  let [sql, length, hasZone] = ['', 0, false];
  for (const [piece] of pattern.matchAll(/'[^']*'|([A-Za-z])\1*|[^A-Za-z']/gu)) {
    const known = pieces[piece];
    const text = piece === "''" ? "'" : piece.startsWith("'") ? piece.slice(1, -1) : piece;
    if (known === undefined && (/^[A-Za-z]/.test(piece) || !/^[ -~]*$/.test(text))) return null;
    sql += known?.[0] ?? text.replaceAll('%', '%%');
    length += known?.[1] ?? text.length;
    hasZone ||= piece.startsWith('X');
  }
  return { sql, length, hasZone };
}
