import { z } from 'zod';

/**
 * ODCS 3.1 (Bitol, github.com/bitol-io/open-data-contract-standard, v3.1.0) as far as a contract of a lake has it: every document that this takes is valid under the published
 * JSON schema, which judges it in the tests. What it does not take has no effect in a lake: `servers`, relationships, nested properties. docs/formats/contracts.md.
 */

const text = z.string();
const StableId = z.string().regex(/^[A-Za-z0-9_-]+$/, 'must be letters, digits, dashes or underscores');
const Tags = z.array(text);
const number = z.number();
const count = z.int().min(0);

const AuthoritativeDefinitions = z.array(z.strictObject({ id: StableId.optional(), url: text, type: text, description: text.optional() }));
const CustomProperties = z.array(z.strictObject({ id: StableId.optional(), property: text.min(1), value: z.json(), description: text.optional() }));

const bounds = <T extends z.ZodType>(value: T) => ({ minimum: value.optional(), maximum: value.optional(), exclusiveMinimum: value.optional(), exclusiveMaximum: value.optional() });
const format = text.min(1).optional();

/** Members of `logicalTypeOptions` by the type that they belong to. */
export const typeOptions = {
  string: z.strictObject({ minLength: count.optional(), maxLength: count.optional(), pattern: text.optional(), format }),
  date: z.strictObject({ format, ...bounds(text) }),
  timestamp: z.strictObject({ format, ...bounds(text), timezone: z.boolean().optional(), defaultTimezone: text.optional() }),
  time: z.strictObject({ format, ...bounds(text) }),
  integer: z.strictObject({ multipleOf: number.gt(0).optional(), ...bounds(number), format: z.enum(['i32', 'i64']).optional() }),
  number: z.strictObject({ multipleOf: number.gt(0).optional(), ...bounds(number), format: z.enum(['f32', 'f64']).optional() }),
  boolean: z.strictObject({}),
  object: z.strictObject({}),
  array: z.strictObject({}),
} as const;
export type LogicalType = keyof typeof typeOptions;
export const logicalTypes = Object.keys(typeOptions) as [LogicalType, ...LogicalType[]];

export const operators = ['mustBe', 'mustNotBe', 'mustBeGreaterThan', 'mustBeGreaterOrEqualTo', 'mustBeLessThan', 'mustBeLessOrEqualTo', 'mustBeBetween', 'mustNotBeBetween'] as const;
export type Operator = (typeof operators)[number];
const pair = z.tuple([number, number]).refine(([a, b]) => a < b, 'must be two numbers, the smaller first');

export const metrics = ['nullValues', 'missingValues', 'invalidValues', 'duplicateValues', 'rowCount'] as const;

export const Quality = z.strictObject({
  id: StableId.optional(),
  name: text.optional(),
  description: text.optional(),
  type: z.enum(['text', 'library', 'sql']).optional(),
  metric: z.enum(metrics).optional(),
  arguments: z.strictObject({ missingValues: z.array(z.union([text, number, z.null()])).optional(), validValues: z.array(z.union([text, number])).min(1).optional(), pattern: text.optional(), properties: z.array(text).min(1).optional() }).optional(),
  query: text.optional(),
  unit: z.enum(['rows', 'percent']).optional(),
  dimension: z.enum(['accuracy', 'completeness', 'conformity', 'consistency', 'coverage', 'timeliness', 'uniqueness']).optional(),
  severity: text.optional(),
  businessImpact: text.optional(),
  method: text.optional(),
  tags: Tags.optional(),
  authoritativeDefinitions: AuthoritativeDefinitions.optional(),
  customProperties: CustomProperties.optional(),
  mustBe: number.optional(),
  mustNotBe: number.optional(),
  mustBeGreaterThan: number.optional(),
  mustBeGreaterOrEqualTo: number.optional(),
  mustBeLessThan: number.optional(),
  mustBeLessOrEqualTo: number.optional(),
  mustBeBetween: pair.optional(),
  mustNotBeBetween: pair.optional(),
});
export type Quality = z.infer<typeof Quality>;

const element = {
  id: StableId.optional(),
  physicalType: text.optional(),
  description: text.optional(),
  businessName: text.optional(),
  authoritativeDefinitions: AuthoritativeDefinitions.optional(),
  tags: Tags.optional(),
  customProperties: CustomProperties.optional(),
};

export const Property = z.strictObject({
  ...element,
  name: text,
  physicalName: text.min(1).optional(),
  logicalType: z.enum(logicalTypes),
  /** Judged by the type that stands beside it: `typeOptions`. */
  logicalTypeOptions: z.record(z.string(), z.json()).optional(),
  required: z.boolean().optional(),
  unique: z.boolean().optional(),
  primaryKey: z.boolean().optional(),
  primaryKeyPosition: z.int().optional(),
  partitioned: z.boolean().optional(),
  partitionKeyPosition: z.int().optional(),
  classification: text.optional(),
  criticalDataElement: z.boolean().optional(),
  examples: z.array(z.json()).optional(),
  transformLogic: text.optional(),
  transformDescription: text.optional(),
  quality: z.array(Quality).optional(),
});
export type Property = z.infer<typeof Property>;

export const SchemaObject = z.strictObject({
  ...element,
  name: text,
  logicalType: z.literal('object').optional(),
  physicalName: text.optional(),
  dataGranularityDescription: text.optional(),
  properties: z.array(Property).min(1, 'must have at least one column'),
  quality: z.array(Quality).optional(),
});

const date = z.string().regex(/^\d{4}-\d\d-\d\d$/, 'must be a date like 2026-07-30');
const Member = z.strictObject({
  id: StableId.optional(),
  username: text,
  name: text.optional(),
  description: text.optional(),
  role: text.optional(),
  dateIn: date.optional(),
  dateOut: date.optional(),
  replacedByUsername: text.optional(),
  tags: Tags.optional(),
  customProperties: CustomProperties.optional(),
  authoritativeDefinitions: AuthoritativeDefinitions.optional(),
});

export const Contract = z.strictObject({
  apiVersion: z.literal('v3.1.0', 'must be v3.1.0'),
  kind: z.literal('DataContract', 'must be DataContract'),
  id: text.min(1),
  name: text,
  version: text,
  status: text.min(1),
  tenant: text.optional(),
  domain: text.optional(),
  dataProduct: text.optional(),
  tags: Tags.optional(),
  description: z.strictObject({ usage: text.optional(), purpose: text.optional(), limitations: text.optional(), authoritativeDefinitions: AuthoritativeDefinitions.optional(), customProperties: CustomProperties.optional() }).optional(),
  schema: z.array(SchemaObject).length(1, 'must have exactly one table'),
  support: z
    .array(z.strictObject({ id: StableId.optional(), channel: text, url: text.optional(), description: text.optional(), tool: text.optional(), scope: text.optional(), invitationUrl: text.optional(), customProperties: CustomProperties.optional() }))
    .optional(),
  price: z.strictObject({ id: StableId.optional(), priceAmount: number.optional(), priceCurrency: text.optional(), priceUnit: text.optional() }).optional(),
  team: z
    .strictObject({ id: StableId.optional(), name: text.optional(), description: text.optional(), members: z.array(Member).optional(), tags: Tags.optional(), customProperties: CustomProperties.optional(), authoritativeDefinitions: AuthoritativeDefinitions.optional() })
    .optional(),
  roles: z
    .array(z.strictObject({ id: StableId.optional(), role: text, description: text.optional(), access: text.optional(), firstLevelApprovers: text.optional(), secondLevelApprovers: text.optional(), customProperties: CustomProperties.optional() }))
    .optional(),
  slaProperties: z
    .array(z.strictObject({ id: StableId.optional(), property: text, value: z.union([text, number, z.boolean(), z.null()]), valueExt: z.union([text, number, z.boolean(), z.null()]).optional(), unit: text.optional(), element: text.optional(), driver: text.optional(), description: text.optional(), scheduler: text.optional(), schedule: text.optional() }))
    .optional(),
  authoritativeDefinitions: AuthoritativeDefinitions.optional(),
  customProperties: CustomProperties.optional(),
  contractCreatedTs: z.iso.datetime({ offset: true, error: 'must be an instant like 2026-07-30T12:00:00Z' }).optional(),
});
export type Contract = z.infer<typeof Contract>;

// Custom properties that mean something to a lake.

export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export const sourceFormats = ['csv', 'tsv', 'json', 'ndjson', 'parquet'] as const;
export type SourceFormat = (typeof sourceFormats)[number];
const oneCharacter = z.string().regex(/^[\x01-\x09\x0b\x0c\x0e-\x7f]$/, 'must be one ASCII character that is not a line end');

/** `source`, of the table. */
export const Source = z.strictObject({
  /** Names of files, `*` for any characters and `?` for one, ignoring case; `.gz` may follow every name. */
  patterns: z.array(z.string().min(1).max(200)).min(1),
  format: z.enum(sourceFormats),
  delimiter: oneCharacter.optional(),
  quote: oneCharacter.optional(),
  encoding: z.enum(encodings).optional(),
  /** What stands for no value, beside an empty field. */
  nullValues: z.array(z.string().max(100)).max(50).optional(),
  /** Headers that files have and the table does not take. */
  ignoredColumns: z.array(z.string()).max(1_000).optional(),
});

export const maskKinds = ['hash', 'redact', 'generalize', 'token'] as const;
/** `pii`, of a column. */
export const Pii = z.strictObject({
  kind: z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, 'must be a word like ssn, email, phone, card, name'),
  mask: z.enum([...maskKinds, 'none']),
  /** With `redact`: what stands there instead. */
  text: z.string().min(1).max(100).optional(),
  /** With `generalize`: dates to their year or month, numbers down to a step, text to its first characters. */
  to: z.enum(['year', 'month']).optional(),
  step: z.number().gt(0).optional(),
  first: z.int().min(1).max(100).optional(),
});
export type Pii = z.infer<typeof Pii>;

const words = z.array(z.string().min(1).max(100)).min(1).max(50);
/** Custom properties of a column, by name. */
export const columnExtras = {
  /** Further headers under which files bring it. */
  headers: words,
  /** Further formats, tried after `format`. */
  formats: words,
  numberFormat: z.strictObject({ decimal: z.enum(['.', ',']).optional(), group: z.enum([',', '.', ' ', "'"]).optional(), prefix: z.string().min(1).max(10).optional(), suffix: z.string().min(1).max(10).optional() }),
  trueValues: words,
  falseValues: words,
  pii: Pii,
  partitionBy: z.enum(['year', 'month', 'day']),
} as const;
export const tableExtras = { source: Source } as const;
export const contractExtras = { retentionClass: z.string().min(1).max(200) } as const;
