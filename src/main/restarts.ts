/** When an engine that ended is started again: sooner the first time, at most three times in five minutes, then not any more. */

const WITHIN = 300_000;
const WAITS = [250, 2_000, 10_000] as const;

/** `ended` are the instants at which it ended so far, the last one included, ms. Answers how long to wait, or null: it stays stopped. */
export function waitBeforeRestart(ended: readonly number[]): number | null {
  const last = ended.at(-1) ?? 0;
  const lately = ended.filter((at) => last - at < WITHIN).length;
  return WAITS[lately - 1] ?? null;
}
