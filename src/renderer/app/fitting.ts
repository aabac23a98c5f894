/** Width of the button that opens the rest, with its gap, px. */
export const MORE_PX = 40;

/** How many of `widths`, from the left, stand in `room` px; at least one. Where not all do, the button that opens the rest has its room too. */
export function fitting(widths: readonly number[], room: number): number {
  // Widths are fractions of px, which add up to a little more than what is there.
  const total = widths.reduce((sum, width) => sum + width, 0);
  if (total <= room + 1) return widths.length;
  let used = 0;
  const at = widths.findIndex((width) => (used += width) > room - MORE_PX);
  return Math.max(1, at);
}
