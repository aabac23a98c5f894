import type { RanThere } from './workstation.ts';

/** What a process printed as acknowledged: its lines of JSON, a last one that was cut off left out. */
export function acknowledged<T>({ stdout }: Pick<RanThere, 'stdout'>): T[] {
  return stdout.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}')).map((line) => JSON.parse(line) as T);
}
