import type { VerifyCode } from '../codes.ts';
import type { Findings } from '../findings.ts';
import type { Meter } from '../meter.ts';
import type { Pool } from '../workers/pool.ts';

/** What every part of the check of a lake is handed. */
export interface LakeCheck {
  /** Absolute path of the lake, `/` between parts. */
  readonly root: string;
  readonly findings: Findings;
  readonly meter: Meter;
  readonly pool: Pool;
  /** What no entry that was read accounts for. Told at the end, and only if no entry was added meanwhile that could account for it. */
  readonly unsettled: Unsettled[];
}

export interface Unsettled {
  readonly code: VerifyCode;
  readonly path: string;
  readonly message: string;
}
