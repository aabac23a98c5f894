import { Hono } from 'hono';
import type { Context } from 'hono';
import type { z } from 'zod';
import type { Caller, Scope } from '../../contract/index.ts';
import { DoorError, routes } from '../../contract/api/index.ts';
import type { Problem, Route, RouteName } from '../../contract/api/index.ts';
import type { Call, Handlers } from './handler.ts';
import { issueWords } from './issue-words.ts';
import { jsonOf } from './json-body.ts';
import type { Metrics } from './metrics.ts';
import { openApiDocument } from './openapi.ts';
import { problemOf, problemResponse } from './problems.ts';
import type { Requests } from './requests.ts';
import type { Uploads } from './uploads.ts';

/** The door's handler: routes of the table with their handlers, at their addresses and below `/api`. */

/** Of what does not fit in a request, told in the answer. */
const MOST_ISSUES = 100;

export interface AppParts {
  readonly handlers: Handlers;
  readonly requests: Requests;
  readonly metrics: Metrics;
  readonly uploads: Uploads;
  readonly version: string;
  readonly localPaths: boolean;
  readonly log: (words: string, error?: unknown) => void;
}

type Env = { Bindings: { caller: Caller | null }; Variables: { signal: AbortSignal; route: string } };
type AnyHandler = (call: Call<Route>) => unknown;

/** `caller`: who asks with a token of another program, as the host has found out. */
export type App = (request: Request, caller?: Caller | null) => Promise<Response>;

export function makeApp(parts: AppParts): App {
  const { handlers, requests, metrics, uploads, version, localPaths, log } = parts;
  const api = new Hono<Env>();
  let document: object | null = null;

  for (const [name, route] of Object.entries(routes) as [RouteName, Route][]) {
    const handler = handlers[name] as AnyHandler;
    // A HEAD is answered by the GET of its address: Hono takes the body away.
    api.on(route.method, route.path.replaceAll(/\{(\w+)\}/g, ':$1'), async (c) => {
      c.set('route', name);
      if (route.local === true && !localPaths) throw new DoorError('LOCAL_ONLY', 'Paths of this computer are taken in the desktop window only.', { kept: 'Nothing was changed.' });
      refuseScope(route.scopes ?? [], c.env.caller);
      const call = await parse(route, c);
      return respond(route, await handler(call));
    });
  }
  for (const path of ['/dta/uploads', '/dta/uploads/:id']) {
    api.all(path, async (c) => {
      c.set('route', 'uploads');
      refuseScope(['raw:write'], c.env.caller);
      return uploads.handle(c.req.raw, c.var.signal, c.env.caller);
    });
  }
  api.get('/openapi.json', (c) => {
    c.set('route', 'openapi');
    return c.json((document ??= openApiDocument(version)));
  });

  const app = new Hono<Env>();
  app.use(async (c, next) => {
    const begun = performance.now();
    const { signal, done } = requests.begin(c.req.header('x-request-id') ?? null, c.req.raw.signal);
    c.set('signal', signal);
    c.set('route', 'unknown');
    try {
      await next();
    } finally {
      done();
    }
    c.res.headers.set('x-content-type-options', 'nosniff');
    metrics.answered(c.var.route, c.res.status, (performance.now() - begun) / 1000);
    if ((c.var.route === 'readFile' || c.var.route === 'readRaw' || c.var.route === 'fetchExport') && c.req.method === 'GET' && c.res.ok) metrics.gaveOut(Number(c.res.headers.get('content-length') ?? 0));
  });
  app.route('/', api);
  app.route('/api', api);
  app.notFound((c) => {
    const error = unknownRoute(c.req.method, c.req.path);
    const { methods } = error.facts;
    return problemResponse(problemOf(error, c.req.header('x-request-id') ?? null), Array.isArray(methods) ? { allow: methods.join(', ') } : {});
  });
  app.onError((error, c) => {
    const id = c.req.header('x-request-id') ?? null;
    if (c.var.signal.aborted) return problemResponse(problemOf(new DoorError('CANCELLED', 'The request was withdrawn.'), id));
    const problem = problemOf(error, id);
    if (problem.code === 'BUG') log(`${c.var.route} failed${id === null ? '' : ` (request ${id})`}.`, error);
    return problemResponse(problem, headersOf(problem));
  });
  return async (request, caller = null) => app.fetch(request, { caller });
}

async function parse(route: Route, c: Context<Env>): Promise<Call<Route>> {
  const issues: { in: string; path: string; message: string }[] = [];
  let count = 0;
  const part = (where: string, schema: z.ZodType | undefined, value: unknown): unknown => {
    if (schema === undefined) return undefined;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    count += parsed.error.issues.length;
    issues.push(...parsed.error.issues.slice(0, MOST_ISSUES).map((issue) => ({ in: where, path: issue.path.join('.'), message: issueWords(issue) })));
    return undefined;
  };
  const params = part('path', route.params, c.req.param());
  const query = part('query', route.query, c.req.query());
  const body = route.body === undefined ? undefined : part('body', route.body, await jsonOf(c.req.raw));
  if (issues.length > 0) {
    const words = issues.slice(0, 3).map(({ in: where, path, message }) => `${path === '' ? where : path}: ${message}`);
    throw new DoorError('REQUEST_INVALID', `The request does not fit: ${words.join('; ')}${count > 3 ? `; and ${count - 3} more` : ''}.`, { kept: 'Nothing was changed.', next: 'See /openapi.json for what it takes.', facts: { issues } });
  }
  return { params, query, body, signal: c.var.signal, headers: c.req.raw.headers, isHead: c.req.method === 'HEAD', caller: c.env.caller, stream: route.form === undefined && route.sends === undefined ? null : c.req.raw.body } as Call<Route>;
}

/** A program with a token does what its token allows, and nothing that names no scope. */
function refuseScope(scopes: readonly Scope[], caller: Caller | null): void {
  if (caller === null || scopes.some((scope) => caller.scopes.includes(scope))) return;
  const next = scopes.length === 0 ? "Use the token of this run of the program, which 'hms dta serve' names when it starts." : `Use a token with the scope ${scopes.join(' or ')}: hms dta token make NAME --scope ${scopes[0]}`;
  throw new DoorError('SCOPE_MISSING', `The token of "${caller.name}" does not allow this.`, { kept: 'Nothing was changed.', next, facts: { scopes } });
}

function respond(route: Route, answer: unknown): Response {
  if (answer instanceof Response) return answer;
  if (route.reply === 'nothing') return new Response(null, { status: 204 });
  return new Response(JSON.stringify(answer), { status: route.status ?? 200, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } });
}

/** What a status asks for beside its problem: RFC 9110 sections 14.4 and 12.5.3, RFC 6750 section 3.1. */
function headersOf({ code, facts }: Problem): Record<string, string> {
  if (code === 'RANGE_OUTSIDE') return { 'content-range': `bytes */${String(facts['size'])}` };
  if (code === 'MEDIA_REFUSED' && Array.isArray(facts['encodings'])) return { 'accept-encoding': facts['encodings'].join(', ') };
  if (code !== 'SCOPE_MISSING') return {};
  const scopes = Array.isArray(facts['scopes']) ? facts['scopes'].join(' ') : '';
  return { 'www-authenticate': `Bearer realm="HMS-DTA", error="insufficient_scope"${scopes === '' ? '' : `, scope="${scopes}"`}` };
}

function unknownRoute(method: string, path: string): DoorError {
  const asked = path.replace(/^\/api(?=\/)/, '');
  const all = Object.values(routes) as Route[];
  const there = asked === '/openapi.json' ? ['GET'] : all.filter((route) => new RegExp(`^${route.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(asked)).map((route) => route.method);
  if (there.length > 0) {
    // A HEAD is answered where a GET is.
    const methods = [...new Set(there.flatMap((one) => (one === 'GET' ? ['GET', 'HEAD'] : [one])))];
    return new DoorError('METHOD_REFUSED', `${method} is not answered at this address; ${methods.join(', ')} ${methods.length === 1 ? 'is' : 'are'}.`, { kept: 'Nothing was changed.', next: 'See /openapi.json.', facts: { methods } });
  }
  const nearest = all.map((route) => ({ route, distance: distanceOf(asked, route.path) })).sort((a, b) => a.distance - b.distance)[0]?.route;
  const name = nearest === undefined ? '' : `${nearest.method} ${nearest.path}`;
  return new DoorError('ROUTE_UNKNOWN', `There is nothing at this address. The nearest is ${name}.`, { next: 'See /openapi.json.', facts: { nearest: name } });
}

/** By parts of the address: how many differ, a parameter standing for any, and by how much these do. */
function distanceOf(asked: string, path: string): number {
  const [a, b] = [asked.slice(0, 500).split('/'), path.split('/')];
  let distance = Math.abs(a.length - b.length) * 4;
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [left = '', right = ''] = [a[i], b[i]];
    if (left === right) continue;
    if (right.startsWith('{')) distance += 1;
    else distance += 2 + 6 * (1 - shared(left, right) / Math.max(left.length, right.length, 1));
  }
  return distance;
}

function shared(a: string, b: string): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}
