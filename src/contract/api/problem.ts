import { z } from 'zod';
import { errorCodes } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';

/**
 * What only the door says, beside the codes of the lake (`errorCodes`): the code, and the status it goes out with.
 */
export const doorCodes = {
  /** The request does not fit the route's schema; `facts.issues` says where. */
  REQUEST_INVALID: 422,
  /** The body is no JSON, or of a type that the route does not take. */
  REQUEST_UNREADABLE: 400,
  ROUTE_UNKNOWN: 404,
  /** The address is there and takes other methods; the header `Allow` names them. */
  METHOD_REFUSED: 405,
  /** No lake is open. */
  LAKE_NONE: 409,
  /** A lake that this program does not know by that id. */
  LAKE_UNKNOWN: 404,
  JOB_UNKNOWN: 404,
  /** A question whose result is not kept any more. */
  QUERY_UNKNOWN: 404,
  /** What is asked of the job cannot be done with it now. */
  JOB_REFUSED: 409,
  INTAKE_UNKNOWN: 404,
  UPLOAD_UNKNOWN: 404,
  UPLOAD_REFUSED: 409,
  /** The range lies behind the end of the file. */
  RANGE_OUTSIDE: 416,
  /** A link that expired, or was made by another run of the program. */
  LINK_EXPIRED: 410,
  TOKEN_REFUSED: 401,
  /** The token is good and does not allow this. */
  SCOPE_MISSING: 403,
  /** More bytes than the route takes. */
  REQUEST_TOO_LARGE: 413,
  /** A body of a type that the route does not take. */
  MEDIA_REFUSED: 415,
  /** Wrong `Host` or `Origin`. */
  HOST_REFUSED: 403,
  /** The route takes paths of this computer, and this host does not offer that. */
  LOCAL_ONLY: 403,
  /** The work was stopped because the request was withdrawn. */
  CANCELLED: 499,
  /** The process that does the work ended; main starts it anew. */
  ENGINE_LOST: 503,
  /** A fault of this program. */
  BUG: 500,
} as const;
export type DoorCode = keyof typeof doorCodes;
export type ProblemCode = ErrorCode | DoorCode;

/** Statuses of the lake's codes that are not 409. */
const statuses: Partial<Record<ErrorCode, number>> = {
  USAGE: 422,
  NOT_A_LAKE: 422,
  KEY_UNKNOWN: 404,
  DATASET_UNKNOWN: 404,
  VERSION_UNKNOWN: 404,
  TABLE_UNKNOWN: 404,
  CUBE_UNKNOWN: 404,
  CUBE_INVALID: 422,
  FILE_UNKNOWN: 404,
  TAG_UNKNOWN: 404,
  ENTRY_UNKNOWN: 404,
  RAW_UNKNOWN: 404,
  CONTRACT_UNKNOWN: 404,
  CONTRACT_INVALID: 422,
  COLUMN_UNKNOWN: 422,
  NAME_INVALID: 422,
  QUERY_REFUSED: 422,
  CONTENT_REFUSED: 422,
  LAKE_READ_ONLY: 403,
  NOT_ENROLLED: 403,
  KEY_REFUSED: 403,
  STORED_DAMAGED: 500,
  NO_PERMISSION: 403,
  NO_SPACE: 507,
  PLACE_AWAY: 503,
};

/** The status that a problem goes out with. */
export function statusOf(code: ProblemCode): number {
  return code in doorCodes ? doorCodes[code as DoorCode] : (statuses[code as ErrorCode] ?? 409);
}

const codes = [...Object.keys(errorCodes), ...Object.keys(doorCodes)] as [ProblemCode, ...ProblemCode[]];

/** A problem as it goes out: RFC 9457, `application/problem+json`. `detail`, `kept` and `next` are the three sentences a screen shows. */
export const Problem = z.object({
  /** `urn:hms-dta:problem:DATASET_UNKNOWN`. */
  type: z.string(),
  /** The same for every problem of the code. */
  title: z.string(),
  status: z.int(),
  /** What happened. */
  detail: z.string(),
  code: z.enum(codes),
  /** What was kept. */
  kept: z.string().nullable(),
  /** What to do. */
  next: z.string().nullable(),
  /** Facts for programs. */
  facts: z.record(z.string(), z.unknown()),
  /** Id of the request, to find it in the log. */
  instance: z.string().nullable(),
});
export type Problem = z.infer<typeof Problem>;

/** `DATASET_UNKNOWN` → `Dataset unknown`. */
export function titleOf(code: ProblemCode): string {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

export const problemType = (code: ProblemCode): string => `urn:hms-dta:problem:${code}`;

/** What only the door refuses, as `HmsError` is what the lake refuses. */
export class DoorError extends Error {
  override readonly name = 'DoorError';
  readonly code: DoorCode;
  readonly kept: string | null;
  readonly next: string | null;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: DoorCode, message: string, { kept = null, next = null, facts = {} }: { readonly kept?: string | null; readonly next?: string | null; readonly facts?: Readonly<Record<string, unknown>> } = {}) {
    super(message);
    this.code = code;
    this.kept = kept;
    this.next = next;
    this.facts = facts;
  }
}
