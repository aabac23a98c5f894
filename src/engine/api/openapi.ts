import { z } from 'zod';
import { Dataset, DatasetRow, Draft, Entry, FileRow, IntakeReport, Job, JobProgress, Problem, routes, statusOf, Version, VerifyReport } from '../../contract/api/index.ts';
import type { ProblemCode, Route } from '../../contract/api/index.ts';
import type { Scope } from '../../contract/index.ts';

/**
 * The door's document, made of its route table: OpenAPI 3.1, whose schemas are JSON Schema 2020-12, as zod itself writes it (docs/adr/0010-openapi-by-zod.md).
 */

type Json = Readonly<Record<string, unknown>>;

const refTo = (id: string): string => `#/components/schemas/${id}`;

/** What every route may say beside its own. */
const always: readonly ProblemCode[] = ['REQUEST_UNREADABLE', 'REQUEST_INVALID', 'CANCELLED', 'ENGINE_LOST', 'BUG'];

const securitySchemes = {
  token: { type: 'http', scheme: 'bearer', description: 'The token of this run of the program' },
  program: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A token that hms dta token make gave to another program; the roles are its scopes' },
};

/** RFC 9110, section 15.5.6. OpenAPI has no place for methods that an address does not take, so each operation refers to it. */
const methodRefused = {
  description: 'METHOD_REFUSED: the address is there and takes other methods',
  headers: { Allow: { description: 'The methods that it takes', required: true, schema: { type: 'string' }, example: 'GET, HEAD, POST' } },
  content: { 'application/problem+json': { schema: { $ref: refTo('Problem') } } },
};

/** Documents that have a name of their own; where one stands in another, it is referred to. */
const named = { Problem, Job, JobProgress, IntakeReport, VerifyReport, Version, Dataset, DatasetRow, FileRow, Draft, Entry };

export function openApiDocument(version: string): Json {
  const schemas = new Schemas();
  const paths: Record<string, Record<string, Json>> = {};
  for (const [name, route] of Object.entries(routes) as [string, Route][]) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(name, route, schemas);
  }
  schemas.of(Problem, 'output');
  return {
    openapi: '3.1.0',
    info: {
      title: 'HMS-DTA',
      version,
      description: 'A records lake: datasets, versions that never change, and a ledger that shows every step. Every address also stands below /api. Files are uploaded to /dta/uploads by tus 1.0.0.',
    },
    security: [{ token: [] }],
    paths,
    components: { schemas: schemas.components, responses: { MethodRefused: methodRefused }, securitySchemes },
  };
}

function operation(name: string, route: Route, schemas: Schemas): Json {
  const { path, summary, params, query, body, sends, problems = [], scopes = [], open, local } = route;
  const parts = path.split('/');
  return {
    operationId: name,
    summary: local === true ? `${summary}. Only in the desktop window` : summary,
    tags: [(path.startsWith('/dta/local/') ? parts[3] : path.startsWith('/dta/') ? parts[2] : parts[1]) ?? 'dta'],
    ...(open === true ? { security: [] } : { security: securityOf(scopes) }),
    parameters: [...parameters('path', params), ...parameters('query', query)],
    ...(body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': { schema: schemas.of(body, 'input') } } } }),
    ...(sends === undefined ? {} : { requestBody: { required: true, content: Object.fromEntries(sends.map((type) => [type, {}])) } }),
    responses: { ...success(route, schemas), 405: { $ref: '#/components/responses/MethodRefused' }, ...failures([...problems, ...(local === true ? (['LOCAL_ONLY'] as const) : []), ...(open === true ? [] : (['TOKEN_REFUSED', 'SCOPE_MISSING'] as const)), ...always]) },
  };
}

/** One of these. Roles of a bearer token: OpenAPI 3.1.0, Security Requirement Object. */
function securityOf(scopes: readonly Scope[]): Json[] {
  return [{ token: [] }, ...scopes.map((scope) => ({ program: [scope] }))];
}

function parameters(where: 'path' | 'query', schema: z.ZodObject | undefined): Json[] {
  if (schema === undefined) return [];
  const { properties = {} } = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'output' });
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property as { description?: string };
    return { name, in: where, required: where === 'path' || !isOptional(schema, name), ...(description === undefined ? {} : { description }), schema: rest };
  });
}

function isOptional(schema: z.ZodObject, name: string): boolean {
  return (schema.shape[name] as z.ZodType | undefined)?.safeParse(undefined).success === true;
}

function success({ reply, status }: Route, schemas: Schemas): Json {
  switch (reply) {
    case 'nothing':
      return { [status ?? 204]: { description: 'Done' } };
    case 'bytes': {
      const content = { 'application/octet-stream': {} };
      return { 200: { description: 'All bytes', content }, 206: { description: 'The range that was asked for', content }, 304: { description: 'As before, by its ETag' } };
    }
    case 'events':
      return { 200: { description: 'Server-sent events', content: { 'text/event-stream': { schema: { type: 'string' } } } } };
    case 'text':
      return { 200: { description: 'Text', content: { 'text/plain': { schema: { type: 'string' } } } } };
    default:
      return { [status ?? 200]: { description: 'Done', content: { 'application/json': { schema: schemas.of(reply, 'output') } } } };
  }
}

function failures(codes: readonly ProblemCode[]): Json {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set(codes)) byStatus.set(statusOf(code), [...(byStatus.get(statusOf(code)) ?? []), code]);
  return Object.fromEntries([...byStatus].map(([status, of]) => [status, { description: of.join(', '), content: { 'application/problem+json': { schema: { $ref: refTo('Problem') } } } }]));
}

/** Schemas as JSON. What has a name, or refers to itself, stands among the components once. */
class Schemas {
  readonly components: Record<string, Json> = {};
  readonly #names = z.registry<{ id: string }>();
  /** Names of components that zod named by number, by what they say. */
  readonly #numbered = new Map<string, string>();

  constructor() {
    for (const [id, schema] of Object.entries(named)) this.#names.add(schema, { id });
  }

  of(schema: z.ZodType, io: 'input' | 'output'): Json {
    const { $schema: _, $defs = {}, ...own } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, metadata: this.#names });
    const names = new Map(Object.entries($defs).map(([name, definition]) => [name, name in named ? name : this.#numberedName(definition)]));
    for (const [name, definition] of Object.entries($defs)) this.components[names.get(name) ?? name] ??= referring(definition, names);
    const { id } = this.#names.get(schema) ?? {};
    if (id === undefined) return referring(own, names);
    this.components[id] ??= referring(own, names);
    return { $ref: refTo(id) };
  }

  #numberedName(definition: unknown): string {
    const says = JSON.stringify(definition).replaceAll(/"#\/\$defs\/__schema\d+"/g, '"#"');
    const name = this.#numbered.get(says) ?? `Any${this.#numbered.size === 0 ? '' : this.#numbered.size + 1}`;
    this.#numbered.set(says, name);
    return name;
  }
}

/** With references to components in the place of those to definitions of its own. */
function referring(schema: object, names: ReadonlyMap<string, string>): Json {
  const text = JSON.stringify({ ...schema, id: undefined, $id: undefined });
  return JSON.parse(text.replaceAll(/"#\/\$defs\/([^"]+)"/g, (_, name: string) => JSON.stringify(refTo(names.get(name) ?? name)))) as Json;
}
