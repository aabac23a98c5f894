/**
 * Everything that may be refused or go wrong as expected, as a closed list: the code for programs and the exit code
 * (docs/formats/lake.md section 19). The sentence is written where the error is raised, because only there is it known what was kept.
 */
export const errorCodes = {
  USAGE: { exit: 2 },
  NOT_A_LAKE: { exit: 2 },
  ALREADY_A_LAKE: { exit: 3 },
  LAKE_NEWER: { exit: 3 },
  LAKE_READ_ONLY: { exit: 3 },
  LAKE_OLDER_THAN_SEEN: { exit: 3 },
  LAKE_FORKED: { exit: 3 },
  LEDGER_BLOCKED: { exit: 3 },
  LEDGER_DAMAGED: { exit: 3 },
  NOT_ENROLLED: { exit: 3 },
  KEY_UNKNOWN: { exit: 2 },
  KEY_REFUSED: { exit: 3 },
  CLOCK_WRONG: { exit: 3 },
  DATASET_UNKNOWN: { exit: 2 },
  DATASET_EXISTS: { exit: 3 },
  DATASET_MOVED: { exit: 3 },
  DATASET_FOREIGN: { exit: 3 },
  VERSION_UNKNOWN: { exit: 2 },
  VERSION_LOST: { exit: 3 },
  FILE_UNKNOWN: { exit: 2 },
  TAG_UNKNOWN: { exit: 2 },
  NAME_TAKEN: { exit: 3 },
  NAME_INVALID: { exit: 2 },
  DRAFT_NONE: { exit: 3 },
  DRAFT_EMPTY: { exit: 3 },
  DRAFT_BUSY: { exit: 3 },
  DRAFT_OPEN: { exit: 3 },
  TAG_REFUSED: { exit: 3 },
  ACT_REFUSED: { exit: 3 },
  SOURCE_CHANGED: { exit: 3 },
  SOURCE_UNREADABLE: { exit: 3 },
  SOURCE_REFUSED: { exit: 3 },
  STAGED_DAMAGED: { exit: 3 },
  STORED_DAMAGED: { exit: 1 },
  BODY_KEPT: { exit: 3 },
  ENTRY_UNKNOWN: { exit: 2 },
  RAW_UNKNOWN: { exit: 2 },
  ENTRY_TOO_LARGE: { exit: 3 },
  COLUMN_UNKNOWN: { exit: 2 },
  CONTENT_REFUSED: { exit: 3 },
  CONTRACT_UNKNOWN: { exit: 2 },
  CONTRACT_INVALID: { exit: 3 },
  CONTRACT_BREAKS: { exit: 3 },
  SECRET_MISSING: { exit: 3 },
  SECRET_REFUSED: { exit: 3 },
  CUBE_UNKNOWN: { exit: 2 },
  CUBE_INVALID: { exit: 3 },
  CUBE_REFUSED: { exit: 3 },
  TABLE_UNKNOWN: { exit: 2 },
  TABLE_FOREIGN: { exit: 3 },
  TABLE_MOVED: { exit: 3 },
  TABLE_DAMAGED: { exit: 3 },
  TABLE_REFUSED: { exit: 3 },
  QUERY_REFUSED: { exit: 2 },
  QUERY_STOPPED: { exit: 3 },
  QUERY_FAILED: { exit: 3 },
  TARGET_EXISTS: { exit: 3 },
  PLACE_UNSAFE: { exit: 3 },
  NO_SPACE: { exit: 4 },
  NO_PERMISSION: { exit: 4 },
  PLACE_AWAY: { exit: 4 },
} as const;
export type ErrorCode = keyof typeof errorCodes;

export interface ErrorDetails {
  /** What was kept, in words; shown after the message. */
  readonly kept?: string;
  /** What to do next, in words, with the command where there is one. */
  readonly next?: string;
  /** Facts for programs (`--json`). */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An expected error: says what happened, what was kept, and what to do. A bug is any other Error. */
export class HmsError extends Error {
  override readonly name = 'HmsError';
  readonly code: ErrorCode;
  readonly kept: string | undefined;
  readonly next: string | undefined;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.kept = details.kept;
    this.next = details.next;
    this.facts = details.facts ?? {};
  }

  get exitCode(): number {
    return errorCodes[this.code].exit;
  }
}

/** Someone asked to stop. Nothing is wrong; what was kept stands in `kept`. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
  readonly kept: string;
  constructor(kept: string) {
    super('Cancelled.');
    this.kept = kept;
  }
}
