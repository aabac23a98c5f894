import { z } from 'zod';
import type { Scope } from '../token.ts';
import type { ProblemCode } from './problem.ts';

/** How a route answers: a JSON document, or something that no schema describes. */
export type Reply =
  | z.ZodType
  /** 204. */
  | 'nothing'
  /** Bytes of a file; `Range` is answered with 206 or 416. */
  | 'bytes'
  /** `text/event-stream`. */
  | 'events'
  | 'text';

/** One route of the door. The engine makes its handlers and the OpenAPI document of it, the screens their typed calls. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Parameters in braces: `/dta/datasets/{id}`. */
  readonly path: string;
  /** A short sentence for the API's readers. */
  readonly summary: string;
  /** Values of the path. */
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** JSON. */
  readonly body?: z.ZodType;
  /** Instead of JSON, `multipart/form-data` (RFC 7578): its fields, and the name of the one that carries files. The handler reads it as it comes. */
  readonly form?: { readonly fields: z.ZodObject; readonly files: string };
  /** Instead of JSON, bytes of one of these media types, read as they come. */
  readonly sends?: readonly string[];
  readonly reply: Reply;
  /** Default 200, or 204 for `nothing`. 202 where a job was begun. */
  readonly status?: 200 | 201 | 202 | 204;
  /** What may be refused, beside what every route may say. */
  readonly problems?: readonly ProblemCode[];
  /** Takes or gives paths of this computer: answered where the host is the desktop window only. */
  readonly local?: true;
  /** A token that allows one of these may ask. Where there is none, only the token of this run of the program. */
  readonly scopes?: readonly Scope[];
  /** Answered without a token: the address itself is the secret. */
  readonly open?: true;
}

/** Keeps the exact types of a route. */
export function route<const R extends Route>(given: R): R {
  return given;
}

/** A whole number in a query, from 1 to `most`. */
export function limit(standard: number, most: number): z.ZodDefault<z.ZodCoercedNumber<number>> {
  return z.coerce.number<number>().int().min(1).max(most).default(standard);
}

/** Rows in one answer, and how to ask for the next. */
export function page<T extends z.ZodType>(item: T): z.ZodObject<{ items: z.ZodArray<T>; next: z.ZodNullable<z.ZodString> }> {
  return z.object({
    items: z.array(item),
    /** Give it as `after`; null after the last. */
    next: z.string().nullable(),
  });
}
