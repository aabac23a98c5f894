import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { Problem, routes, statusOf } from '../../contract/api/index.ts';
import type { ProblemCode, Route } from '../../contract/api/index.ts';

/** The door's document, made of its route table: OpenAPI 3.1. */

/** What every route may say beside its own. */
const always: readonly ProblemCode[] = ['REQUEST_INVALID', 'CANCELLED', 'ENGINE_LOST', 'BUG'];

export function openApiDocument(version: string): object {
  const app = new OpenAPIHono();
  for (const [name, route] of Object.entries(routes) as [string, Route][]) app.openAPIRegistry.registerPath(describe(name, route));
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'HMS-DTA',
      version,
      description: 'A records lake: datasets, versions that never change, and a ledger that shows every step. Every address also stands below /api. Files are uploaded to /dta/uploads by tus 1.0.0.',
    },
    security: [{ token: [] }],
  });
}

function describe(name: string, route: Route): ReturnType<typeof createRoute> {
  const { method, path, summary, params, query, body, problems = [], open, local } = route;
  return createRoute({
    operationId: name,
    method: method.toLowerCase() as 'get' | 'post' | 'put' | 'delete',
    path,
    summary: local === true ? `${summary}. Only in the desktop window` : summary,
    tags: [path.split('/')[path.startsWith('/dta/local/') ? 3 : path.startsWith('/dta/') ? 2 : 1] ?? 'dta'],
    ...(open === true ? { security: [] } : {}),
    request: {
      ...(params === undefined ? {} : { params }),
      ...(query === undefined ? {} : { query }),
      ...(body === undefined ? {} : { body: { required: true, content: { 'application/json': { schema: body } } } }),
    },
    responses: { ...success(route), ...failures([...problems, ...(local === true ? (['LOCAL_ONLY'] as const) : []), ...always]) },
  });
}

type Responses = Parameters<typeof createRoute>[0]['responses'];

function success({ reply, status }: Route): Responses {
  switch (reply) {
    case 'nothing':
      return { [status ?? 204]: { description: 'Done' } };
    case 'bytes': {
      const content = { 'application/octet-stream': { schema: z.string().meta({ contentEncoding: 'binary' }) } };
      return { 200: { description: 'All bytes', content }, 206: { description: 'The range that was asked for', content } };
    }
    case 'events':
      return { 200: { description: 'Server-sent events', content: { 'text/event-stream': { schema: z.string() } } } };
    case 'text':
      return { 200: { description: 'Text', content: { 'text/plain': { schema: z.string() } } } };
    default:
      return { [status ?? 200]: { description: 'Done', content: { 'application/json': { schema: reply } } } };
  }
}

function failures(codes: readonly ProblemCode[]): Responses {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set(codes)) byStatus.set(statusOf(code), [...(byStatus.get(statusOf(code)) ?? []), code]);
  return Object.fromEntries([...byStatus].map(([status, of]) => [status, { description: of.join(', '), content: { 'application/problem+json': { schema: Problem } } }]));
}
