import { HmsError, instantOf } from '../../contract/index.ts';
import type { Instant } from '../../contract/index.ts';

/** docs/formats/lake.md section 15: five minutes. */
const TOLERANCE_MS = 5 * 60_000;

export interface ClockFacts {
  /** This station's clock, ms. */
  readonly now: number;
  /** The file server's clock just now, ms. */
  readonly server: number;
  /** `clock` of the last entry, or null in an empty ledger. */
  readonly last: Instant | null;
  /** The offset to the server (station − server, ms) that someone accepted for this station; 0 where nobody did. */
  readonly accepted: number;
}

/** Why the station's clock cannot be trusted, or null. A station may be later than the last entry by any time, but not much earlier. */
export function clockProblem(facts: ClockFacts): string | null {
  const offset = facts.now - facts.server;
  if (Math.abs(offset - facts.accepted) > TOLERANCE_MS) {
    return `This computer's clock says ${instantOf(facts.now)}, the disk or share says ${instantOf(facts.server)}.`;
  }
  if (facts.last !== null && facts.now < Date.parse(facts.last) - TOLERANCE_MS) {
    return `This computer's clock says ${instantOf(facts.now)}, but the ledger's last entry was made at ${facts.last}.`;
  }
  return null;
}

/** CLOCK_WRONG, with what to do. */
export function clockError(problem: string): HmsError {
  return new HmsError('CLOCK_WRONG', problem, {
    kept: 'Nothing was written; a draft is kept.',
    next: 'Set the clock right. If this difference is known and meant, say so with: hms dta clock accept -m REASON',
  });
}
