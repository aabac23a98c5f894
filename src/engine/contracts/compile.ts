import type { z } from 'zod';
import { ContractName } from '../../contract/index.ts';
import { nearestName } from '../../core/index.ts';
import { columnType } from './column-type.ts';
import { membersAt } from './members.ts';
import { pathText } from './document.ts';
import type { Fault, Path, ReadDocument, YamlDocument } from './document.ts';
import { readDocument } from './document.ts';
import { columnExtras, Contract, contractExtras, tableExtras, typeOptions } from './odcs.ts';
import type { Pii, Property } from './odcs.ts';
import type { ColumnPlan, ContractPlan, MaskPlan, PartitionPlan, RetentionPlan, SourcePlan, TypePlan } from './plan.ts';
import { limitsOf, patternFault } from './limits.ts';
import { exactly } from './number-order.ts';
import { rulesOf } from './rules.ts';

/** A contract that may be published: what it asks, and its own words. */
export interface CompiledContract {
  readonly plan: ContractPlan;
  readonly contract: Contract;
  readonly text: string;
}

/** `doubts`: what is a writer's own by the standard, and looks like a mistake; who publishes the contract is asked to mend it, and what was published is taken as it is. */
export type Compiled = { readonly ok: true; readonly compiled: CompiledContract; readonly doubts: readonly Fault[] } | { readonly ok: false; readonly faults: readonly Fault[] };

/** Told at once; who has mended these asks again. */
const MOST_FAULTS = 50;
const MOST_COLUMNS = 4_000;

/** Reads the bytes of a contract and judges all of it: its YAML, the standard's schema, and what a lake can do with it. */
export function compileContract(bytes: Uint8Array): Compiled {
  const read: ReadDocument = readDocument(bytes);
  if (!read.ok) return read;
  const { document } = read;
  const faults = new Faults(document);
  if (isOfOtherStandard(document.value, faults)) return { ok: false, faults: faults.all() };
  const parsed = Contract.safeParse(document.value);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) faults.issue([], issue, Contract);
    return { ok: false, faults: faults.all() };
  }
  const plan = planOf(parsed.data, faults);
  if (plan === null || faults.any) return { ok: false, faults: faults.all() };
  return { ok: true, compiled: { plan, contract: parsed.data, text: document.text }, doubts: faults.doubts() };
}

/** Told alone: what a document of another version has is not wrong because this version has it not. */
function isOfOtherStandard(value: unknown, faults: Faults): boolean {
  const { apiVersion } = typeof value === 'object' && value !== null ? (value as { readonly apiVersion?: unknown }) : {};
  const version = typeof apiVersion === 'string' ? /^v?(\d{1,4})\.(\d{1,4})(?:\.\d{1,4})?(?:-[\w.]{1,20})?$/.exec(apiVersion) : null;
  if (version === null || apiVersion === 'v3.1.0') return false;
  const is = `The contract is written in ODCS ${version[0].replace('v', '')}, and 3.1.0 is what is read here.`;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  if (major === 3 && minor <= 1) faults.add(['apiVersion'], is, 'Write: apiVersion: v3.1.0. What 3.1 has otherwise is told then.');
  else if (major < 3) faults.add(['apiVersion'], is, 'That version has another form (dataset and columns instead of schema and properties): begin from a draft, hms dta contract draft FILE, and bring its rules over.');
  else faults.add(['apiVersion'], is, 'It is of a newer version than this program knows. Write it in 3.1.0, or use a newer program.');
  return true;
}

/** Collects what is wrong, each with its place. */
export class Faults {
  readonly #document: YamlDocument;
  readonly #all: Fault[] = [];
  readonly #doubts: Fault[] = [];

  constructor(document: YamlDocument) {
    this.#document = document;
  }

  get any(): boolean {
    return this.#all.length > 0;
  }

  add(path: Path, message: string, next: string | null = null): void {
    this.#all.push({ ...this.#document.at(path), path: pathText(path), message, next });
  }

  doubt(path: Path, message: string, next: string): void {
    this.#doubts.push({ ...this.#document.at(path), path: pathText(path), message, next });
  }

  /** Line of what stands at a path, from 1. */
  lineOf(path: Path): number {
    return this.#document.at(path).line;
  }

  /** A number with all of its digits: as it was written, where JavaScript's number has others. */
  exact(path: Path, value: number): number | string {
    if (Number.isSafeInteger(value)) return value;
    const written = this.#document.written(path);
    return written === null ? value : exactly(value, written);
  }

  /** `schema`: of what stands at `base`, where it is known. */
  issue(base: Path, issue: z.core.$ZodIssue, schema: z.ZodType | null = null): void {
    const path = [...base, ...issue.path.filter((part) => typeof part !== 'symbol')];
    if (issue.code === 'unrecognized_keys') {
      const members = schema === null ? [] : membersAt(schema, issue.path);
      for (const key of issue.keys) this.add([...path, key], ...unknownMember(key, members));
      return;
    }
    // Of a union, the branch that came nearest says more than "no branch fits".
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      const nearest = issue.errors.reduce((best, one) => (depthOf(one) > depthOf(best) ? one : best));
      if (depthOf(nearest) > 0) {
        for (const inner of nearest) this.issue(path, inner);
        return;
      }
    }
    const name = path.at(-1);
    const what = typeof name === 'string' ? `"${name}"` : typeof name === 'number' ? `Item ${name + 1}` : 'The contract';
    this.add(path, ...issueWords(what, issue, this.#missing(path)));
  }

  /** Answers the value where it fits, else null with what is wrong. */
  take<T extends z.ZodType>(base: Path, schema: T, value: unknown): z.output<T> | null {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) this.issue(base, issue, schema);
    return null;
  }

  all(): readonly Fault[] {
    return inOrder(this.#all);
  }

  doubts(): readonly Fault[] {
    return inOrder(this.#doubts);
  }

  #missing(path: Path): boolean {
    let value = this.#document.value;
    for (const part of path) value = typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[part] : undefined;
    return value === undefined;
  }
}

function inOrder(faults: readonly Fault[]): readonly Fault[] {
  return faults.toSorted((a, b) => a.line - b.line || a.column - b.column).slice(0, MOST_FAULTS);
}

function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map(({ path }) => path.length));
}

function unknownMember(key: string, members: readonly string[]): readonly [string, string] {
  if (key === 'servers') return ['"servers" has no meaning in a lake: files come in as raw drops.', 'Leave it out; which files the contract takes stands in the custom property "source" of the table.'];
  if (key === 'relationships') return ['"relationships" are not checked here, so a contract does not promise them.', 'Write a rule instead: quality, type: sql.'];
  if (key === 'properties' || key === 'items') return [`"${key}" of a column has no meaning here: a column of type object or array is kept as its JSON text.`, 'Leave it out.'];
  const meant = nearestName(key.slice(0, 100), members);
  return [`"${key}" is not a member that ODCS 3.1 has here.${meant === null ? '' : ` Is "${meant}" meant?`}`, 'Leave it out, or write it as one of customProperties: {property: …, value: …}.'];
}

function issueWords(what: string, issue: z.core.$ZodIssue, isMissing: boolean): readonly [string, string | null] {
  if (isMissing) return [`${what} is missing.`, null];
  switch (issue.code) {
    case 'invalid_type':
      return [`${what} must be ${typeWord(issue.expected)}.`, issue.expected === 'string' ? `Write it in quotes${what === '"version"' ? ': "1.0.0"' : ''}.` : null];
    case 'invalid_value':
      return issue.values.length === 1 && issue.message.startsWith('must') ? [`${what} ${issue.message}.`, null] : [`${what} must be one of ${issue.values.map(String).join(', ')}.`, null];
    case 'invalid_union':
      return [`${what} is of the wrong type.`, null];
    case 'too_small':
    case 'too_big':
      return [`${what} ${issue.message.startsWith('must') ? issue.message : issue.code === 'too_small' ? `has too little: at least ${issue.minimum}` : `has too much: at most ${issue.maximum}`}.`, null];
    default:
      return [`${what} ${issue.message.startsWith('must') || issue.message.startsWith('is ') ? issue.message : 'has not the form that it must have'}.`, null];
  }
}

function typeWord(expected: string): string {
  const words: Readonly<Record<string, string>> = { string: 'text', array: 'a list', object: 'a group of members', boolean: 'true or false', number: 'a number', int: 'a whole number', null: 'empty' };
  return words[expected] ?? expected;
}

function planOf(contract: Contract, faults: Faults): ContractPlan | null {
  const { schema, customProperties } = contract;
  const [table] = schema;
  if (table === undefined) return null;
  const base: Path = ['schema', 0];
  const name = ContractName.safeParse(contract.name);
  if (!name.success) faults.add(['name'], `The name "${contract.name.slice(0, 80)}" of the contract ${name.error.issues[0]?.message ?? 'is none'}.`, 'It becomes the name of the table, and is public for ever.');
  if (table.name !== contract.name) faults.add([...base, 'name'], 'The name of the table is not that of the contract.', `Write: name: ${contract.name}`);
  if (!/^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$/.test(contract.version)) faults.add(['version'], `"${contract.version.slice(0, 40)}" is not a version.`, 'Write three numbers: version: "1.0.0"');
  if (table.properties.length > MOST_COLUMNS) faults.add([...base, 'properties'], `The table has more than ${MOST_COLUMNS.toLocaleString('en-US')} columns.`);
  const extras = extrasOf(['customProperties'], customProperties, contractExtras, faults);
  const { source } = extrasOf([...base, 'customProperties'], table.customProperties, tableExtras, faults);
  if (source === undefined && !(table.customProperties ?? []).some(({ property }) => property === 'source')) {
    faults.add(base, 'The table does not say which files it is made from.', 'Add to its customProperties: {property: source, value: {patterns: ["name_*.csv"], format: csv}}');
  }
  const columns = table.properties.slice(0, MOST_COLUMNS).map((property, i) => columnOf(property, table.name, [...base, 'properties', i], faults));
  refuseTwins(columns, table.properties, [...base, 'properties'], faults);
  const partitions = partitionsOf(table.properties, columns, [...base, 'properties'], faults);
  const known = new Set(columns.map((column) => column.name));
  const rules = rulesOf(table.quality ?? [], [...base, 'quality'], { table: table.name, column: null, known }, faults);
  const primaryKey = table.properties
    .map((property, i) => ({ property, i }))
    .filter(({ property }) => property.primaryKey === true)
    .sort((a, b) => (a.property.primaryKeyPosition ?? -1) - (b.property.primaryKeyPosition ?? -1) || a.i - b.i)
    .map(({ property }) => property.name);
  if (!name.success || source === undefined) return null;
  return { name: name.data, version: contract.version, source: sourceOf(source, table.customProperties ?? [], base, faults), columns, primaryKey, rules, partitions, retention: retentionOf(contract, extras.retentionClass ?? null, faults) };
}

type Extras<S extends Readonly<Record<string, z.ZodType>>> = { readonly [K in keyof S]?: z.output<S[K]> };

/** Those of the custom properties that mean something here; all others are their writer's own. */
function extrasOf<S extends Readonly<Record<string, z.ZodType>>>(base: Path, list: Contract['customProperties'], known: S, faults: Faults): Extras<S> {
  const found: Record<string, unknown> = {};
  for (const [i, { property, value }] of (list ?? []).entries()) {
    const schema = Object.hasOwn(known, property) ? known[property] : undefined;
    if (schema === undefined) {
      const names = Object.keys(known);
      const written = names.find((name) => name.toLowerCase() === property.toLowerCase());
      const meant = nearestName(property.slice(0, 100), names);
      if (written !== undefined) faults.add([...base, i, 'property'], `The custom property "${property}" is written "${written}".`);
      else if (meant !== null) faults.doubt([...base, i, 'property'], `The custom property "${property}" has no effect in a lake. Is "${meant}" meant?`, 'If it is a property of your own, give it a name that is less like that one.');
      continue;
    }
    if (Object.hasOwn(found, property)) faults.add([...base, i], `The custom property "${property}" stands here twice.`, 'Leave one of the two out.');
    const taken = faults.take([...base, i, 'value'], schema, value);
    if (taken !== null) found[property] = taken;
  }
  return found as Extras<S>;
}

function sourceOf(source: z.output<(typeof tableExtras)['source']>, tables: NonNullable<Contract['customProperties']>, base: Path, faults: Faults): SourcePlan {
  const { patterns, format, delimiter, quote, encoding, nullValues = [], ignoredColumns = [] } = source;
  const path = [...base, 'customProperties'];
  const isText = format === 'csv' || format === 'tsv';
  if (!isText && (delimiter !== undefined || quote !== undefined)) faults.add(path, `A file of the format ${format} has no delimiter and no quote.`, 'Leave both out.');
  if (format === 'tsv' && delimiter !== undefined && delimiter !== '\t') faults.add(path, 'The delimiter of a TSV file is a tab.', 'Leave it out, or write format: csv.');
  if (!isText && encoding !== undefined && encoding !== 'utf-8') faults.add(path, `A file of the format ${format} is in UTF-8.`, 'Leave "encoding" out.');
  if (delimiter !== undefined && delimiter === (quote ?? '"')) faults.add(path, 'Delimiter and quote are the same character.');
  for (const pattern of patterns) if (/[/\\\0]/.test(pattern)) faults.add(path, `The pattern "${pattern}" has a slash: it is for the names of files, without folders.`);
  const at = tables.findIndex(({ property }) => property === 'source');
  const line = delimiter === undefined && format !== 'tsv' ? null : faults.lineOf([...path, at, 'value', delimiter === undefined ? 'format' : 'delimiter']);
  return { patterns, format, delimiter: format === 'tsv' ? '\t' : (delimiter ?? null), ...(line === null ? {} : { delimiterLine: line }), quote: quote ?? null, encoding: encoding ?? null, nullValues, ignoredColumns };
}

function columnOf(property: Property, table: string, path: Path, faults: Faults): ColumnPlan {
  const { name, physicalName, logicalType, description } = property;
  const parsed = ContractName.safeParse(name);
  if (!parsed.success) faults.add([...path, 'name'], `The name "${name.slice(0, 80)}" of a column ${parsed.error.issues[0]?.message ?? 'is none'}.`, 'The name in the files goes into physicalName.');
  const options = faults.take([...path, 'logicalTypeOptions'], typeOptions[logicalType], property.logicalTypeOptions ?? {}) ?? {};
  const extras = extrasOf([...path, 'customProperties'], property.customProperties, columnExtras, faults);
  const type = columnType(property, options, extras, path, faults);
  const limits = limitsOf(type, options, [...path, 'logicalTypeOptions'], faults);
  if (limits.pattern !== undefined) {
    const fault = patternFault(limits.pattern);
    if (fault !== null) faults.add([...path, 'logicalTypeOptions', 'pattern'], `The pattern ${fault}.`);
  }
  const pii = extras.pii === undefined ? null : { kind: extras.pii.kind, mask: maskOf(extras.pii, type, path, faults) };
  if (/^(pii|phi)$/i.test(property.classification ?? '') && pii === null) {
    faults.add([...path, 'classification'], `The column "${name}" is classified as ${property.classification ?? ''} and does not say how it is masked.`, 'Add to its customProperties: {property: pii, value: {kind: ssn, mask: hash}}; mask: none keeps it as it is.');
  }
  const rules = rulesOf(property.quality ?? [], [...path, 'quality'], { table, column: name, known: new Set([name]) }, faults);
  return {
    name,
    headers: [...new Set([physicalName ?? name, ...(extras.headers ?? [])])],
    type,
    required: property.required === true || property.primaryKey === true,
    unique: property.unique === true,
    limits,
    rules,
    pii,
    description: description ?? null,
  };
}

function maskOf({ mask, text, to, step, first }: Pii, type: TypePlan, path: Path, faults: Faults): MaskPlan {
  const refuse = (message: string, next: string): MaskPlan => {
    faults.add([...path, 'customProperties'], message, next);
    return { how: 'none' };
  };
  const given = [to, step, first].filter((value) => value !== undefined).length;
  if (mask !== 'generalize' && given > 0) return refuse('"to", "step" and "first" belong to mask: generalize.', 'Leave them out.');
  if (mask !== 'redact' && text !== undefined) return refuse('"text" belongs to mask: redact.', 'Leave it out.');
  if (mask === 'redact') return { how: 'redact', text: text ?? '[REDACTED]' };
  if (mask !== 'generalize') return { how: mask };
  if (given !== 1) return refuse('mask: generalize needs one of to, step and first.', 'Dates: to: year. Numbers: step: 10. Text: first: 3.');
  if (to !== undefined) return type.kind === 'date' || type.kind === 'timestamp' ? { how: 'generalize', to } : refuse('"to" is for dates and timestamps.', 'Numbers: step: 10. Text: first: 3.');
  if (step !== undefined) return type.kind === 'integer' || type.kind === 'number' ? { how: 'generalize', step } : refuse('"step" is for numbers.', 'Dates: to: year. Text: first: 3.');
  return type.kind === 'string' && first !== undefined ? { how: 'generalize', first } : refuse('"first" is for text.', 'Dates: to: year. Numbers: step: 10.');
}

function refuseTwins(columns: readonly ColumnPlan[], properties: readonly Property[], path: Path, faults: Faults): void {
  const [names, headers] = [new Set<string>(['program_id']), new Map<string, string>()];
  for (const [i, column] of columns.entries()) {
    if (names.has(column.name)) faults.add([...path, i, 'name'], column.name === 'program_id' ? 'Every table has a column "program_id" of its own, from the drop.' : `There are two columns "${column.name}".`, 'Give one of them another name.');
    names.add(column.name);
    for (const header of column.headers) {
      // Accents can be written in two ways (Unicode NFC and NFD) that look alike.
      const other = headers.get(header.normalize('NFC'));
      if (other !== undefined && other !== column.name) faults.add([...path, i, properties[i]?.physicalName === undefined ? 'name' : 'physicalName'], `The header "${header}" is taken by the column "${other}".`, 'A header belongs to one column.');
      headers.set(header.normalize('NFC'), column.name);
    }
  }
}

function partitionsOf(properties: readonly Property[], columns: readonly ColumnPlan[], path: Path, faults: Faults): PartitionPlan[] {
  const found: { readonly position: number; readonly at: number; readonly plan: PartitionPlan }[] = [];
  for (const [i, property] of properties.entries()) {
    const column = columns[i];
    const by = (property.customProperties ?? []).find(({ property: one }) => one === 'partitionBy')?.value;
    if (property.partitioned !== true && by !== undefined) faults.add([...path, i], `"partitionBy" of "${property.name}" does nothing, because the column is not partitioned.`, 'Write: partitioned: true');
    if (property.partitioned !== true || column === undefined) continue;
    const isTime = column.type.kind === 'date' || column.type.kind === 'timestamp';
    if (!isTime && by !== undefined) faults.add([...path, i], '"partitionBy" is for dates and timestamps.', 'Leave it out.');
    if (!isTime && column.type.kind !== 'string' && column.type.kind !== 'integer' && column.type.kind !== 'boolean') faults.add([...path, i, 'partitioned'], `A column of the type ${column.type.kind} cannot divide a table.`);
    if (column.pii !== null) faults.add([...path, i, 'partitioned'], `"${column.name}" is personal, and the names of folders would tell its values.`, 'Partition by another column.');
    if (!column.required) faults.add([...path, i, 'partitioned'], `"${column.name}" divides the table, so every row must have it.`, 'Write: required: true');
    found.push({ position: property.partitionKeyPosition ?? -1, at: i, plan: { column: column.name, by: isTime ? (by === 'year' || by === 'day' ? by : 'month') : null } });
  }
  if (found.length > 3) faults.add([...path, found[3]?.at ?? 0, 'partitioned'], 'More than three columns divide the table.', 'Small files are slow: divide by one date.');
  return found.sort((a, b) => a.position - b.position || a.at - b.at).map(({ plan }) => plan);
}

const units: Readonly<Record<string, RetentionPlan['unit']>> = { y: 'year', year: 'year', years: 'year', m: 'month', month: 'month', months: 'month', d: 'day', day: 'day', days: 'day' };

function retentionOf({ slaProperties }: Contract, retentionClass: string | null, faults: Faults): RetentionPlan | null {
  const at = (slaProperties ?? []).findIndex(({ property }) => property === 'retention');
  if (at < 0) {
    if (retentionClass !== null) faults.add(['customProperties'], 'The retention class says nothing without how long records are kept.', 'Add to slaProperties: {property: retention, value: 7, unit: y}');
    return null;
  }
  const { value, unit } = (slaProperties ?? [])[at] ?? { value: null };
  const known = units[(unit ?? '').toLowerCase()];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1 || known === undefined) {
    faults.add(['slaProperties', at], 'The retention is not a whole number of years, months or days.', 'Write: {property: retention, value: 7, unit: y}');
    return null;
  }
  return { class: retentionClass, value, unit: known };
}
