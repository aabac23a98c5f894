import type { z } from 'zod';
import { Problem, problemType, titleOf } from './problem.ts';
import type { ProblemCode } from './problem.ts';
import type { Route } from './route.ts';

type In<S> = S extends z.ZodType ? z.input<S> : never;
type Part<R extends Route, K extends 'params' | 'query' | 'body'> = R[K] extends z.ZodType ? (Record<string, never> extends In<R[K]> ? { readonly [P in K]?: In<R[K]> } : { readonly [P in K]: In<R[K]> }) : unknown;

/** What a call of a route is given. */
export type CallOf<R extends Route> = Part<R, 'params'> & Part<R, 'query'> & Part<R, 'body'> & { readonly signal?: AbortSignal };
/** What it resolves to: the document, nothing, or the response where the route answers bytes, text or events. */
export type ReplyOf<R extends Route> = R['reply'] extends z.ZodType ? z.output<R['reply']> : R['reply'] extends 'nothing' ? undefined : Response;

/** Whatever answers requests: `fetch` of a page, a wire to another process, or the engine's own handler. */
export type Fetch = (request: Request) => Promise<Response>;

/** A refusal or a fault that the door told. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }

  get code(): ProblemCode {
    return this.problem.code;
  }
}

type Call = { readonly params?: Readonly<Record<string, unknown>>; readonly query?: Readonly<Record<string, unknown>>; readonly body?: unknown; readonly signal?: AbortSignal };

/**
 * Calls routes over any `fetch`. `base` is where the routes stand, such as `app://hms/api`; `newId` names requests, so that one can be withdrawn before it is
 * answered (some hosts pass no abort signal on). Rejects with `ProblemError` for what the door tells, with an AbortError after `signal`.
 */
export function caller(fetch: Fetch, base: string, newId: () => string): <R extends Route>(route: R, call: CallOf<R>) => Promise<ReplyOf<R>> {
  return async <R extends Route>(route: R, call: CallOf<R>): Promise<ReplyOf<R>> => {
    const { params = {}, query = {}, body, signal } = call as Call;
    const id = newId();
    const headers = new Headers({ 'x-request-id': id });
    if (body !== undefined) headers.set('content-type', 'application/json');
    const request = new Request(`${base}${addressOf(route, params, query)}`, { method: route.method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }), ...(signal === undefined ? {} : { signal }) });
    const withdraw = (): void => {
      fetch(new Request(`${base}/requests/${id}`, { method: 'DELETE' })).catch(() => undefined);
    };
    signal?.addEventListener('abort', withdraw, { once: true });
    try {
      const response = await fetch(request);
      if (!response.ok) throw new ProblemError(await problemOf(response));
      if (route.reply === 'nothing') return undefined as ReplyOf<R>;
      return (typeof route.reply === 'string' ? response : await response.json()) as ReplyOf<R>;
    } finally {
      signal?.removeEventListener('abort', withdraw);
    }
  };
}

/** Path and query of a route with its values. */
export function addressOf(route: Route, params: Readonly<Record<string, unknown>> = {}, query: Readonly<Record<string, unknown>> = {}): string {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
  return search === '' ? path : `${path}?${search}`;
}

async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  const problem = Problem.safeParse(jsonOf(text));
  if (problem.success) return problem.data;
  return { type: problemType('BUG'), title: titleOf('BUG'), status: response.status, detail: `The answer was ${response.status} and not one of this program's.`, code: 'BUG', kept: null, next: 'Try again; if it stays so, start the program anew.', facts: { text: text.slice(0, 1_000) }, instance: null };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
