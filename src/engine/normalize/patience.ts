/** How often what fails for a reason that may pass is tried, and when again. */

export const MOST_ATTEMPTS = 5;

/** Milliseconds to wait after so many attempts: 1, 4, 16, 64 seconds. */
export function waitAfter(attempts: number): number {
  return 1_000 * 4 ** (attempts - 1);
}
