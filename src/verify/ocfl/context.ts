import type { FindingSink } from '../findings.ts';
import type { Meter } from '../meter.ts';
import type { Pool } from '../workers/pool.ts';
import type { OcflCode } from './codes.ts';

/** What the check of an object or storage root is handed. */
export interface OcflCheck {
  /** Absolute path of the object or storage root. Paths in findings are relative to it. */
  readonly root: string;
  /** Made with `new Findings(ocflCodes)`. */
  readonly findings: FindingSink<OcflCode>;
  readonly meter: Meter;
  readonly pool: Pool;
}

/** What was looked at. */
export interface OcflChecked {
  /** Content files that were read and hashed. */
  readonly files: number;
  /** Their bytes. */
  readonly bytes: number;
  readonly objects: number;
  readonly versions: number;
}
