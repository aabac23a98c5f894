import type { RanThere } from './workstation.ts';

/** What a process printed as acknowledged: its lines of JSON, a last one that was cut off left out. */
export function acknowledged<T>({ stdout }: Pick<RanThere, 'stdout'>): T[] {
  return stdout.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}')).map((line) => JSON.parse(line) as T);
}

/** The longest time, s, from the beginning of an act of this process to that of its next one; a transaction's id begins with its time (RFC 9562, UUIDv7). */
export function longestAct(ran: Pick<RanThere, 'stdout'>): number {
  const began = acknowledged<{ txn: string }>(ran).map(({ txn }) => Number.parseInt(txn.replaceAll('-', '').slice(0, 12), 16));
  return Math.max(0, ...began.slice(1).map((time, i) => time - (began[i] ?? time))) / 1_000;
}
