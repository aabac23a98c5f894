/** Height of a row in px, which the density that is chosen says. */
export function rowHeight(): number {
  return Number.parseInt(getComputedStyle(document.documentElement).getPropertyValue('--row'), 10) || 28;
}
