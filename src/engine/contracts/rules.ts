import { nearestName } from '../../core/index.ts';
import type { Path } from './document.ts';
import type { Faults } from './compile.ts';
import { patternFault, TOO_MANY_DIGITS } from './limits.ts';
import { operators } from './odcs.ts';
import type { Quality } from './odcs.ts';
import type { Bound, RulePlan } from './plan.ts';

/** Quality rules of ODCS: of the library and in SQL. What is text only is for people. */

interface About {
  /** What `{object}` stands for. */
  readonly table: string;
  /** Null for rules of the table. */
  readonly column: string | null;
  /** Columns that a rule may name. */
  readonly known: ReadonlySet<string>;
}

export function rulesOf(checks: readonly Quality[], path: Path, about: About, faults: Faults): RulePlan[] {
  return checks.flatMap((check, i) => {
    const rule = ruleOf(check, [...path, i], about, faults);
    return rule === null ? [] : [rule];
  });
}

function ruleOf(check: Quality, path: Path, about: About, faults: Faults): RulePlan | null {
  const type = check.type ?? (check.metric === undefined ? (check.query === undefined ? undefined : 'sql') : 'library');
  const refuse = (at: string | null, message: string, next: string | null = null): null => {
    faults.add(at === null ? path : [...path, at], message, next);
    return null;
  };
  const given = operators.filter((operator) => check[operator] !== undefined);
  if (type === undefined) return refuse(null, 'The rule does not say what it is.', 'Give it a metric, or type: sql and a query, or type: text and a description.');
  if (type === 'text') {
    const extra = given[0] ?? (check.metric === undefined ? (check.query === undefined ? undefined : 'query') : 'metric');
    return extra === undefined ? null : refuse(extra, 'A rule of type text is for people, and checks nothing.', 'Write type: library or type: sql.');
  }
  if (check.type === undefined && type === 'sql') return refuse('query', 'A rule with a query is of type sql.', 'Write: type: sql');
  if (given.length !== 1) return refuse(given[1] ?? null, `The rule must say once what its value must be; it says so ${given.length} times.`, `Write one of ${operators.join(', ')}.`);
  const operator = given[0] ?? 'mustBe';
  const value = check[operator];
  if (value === undefined) return null;
  const rounded = [value].flat().findIndex((one, i) => typeof faults.exact(typeof value === 'number' ? [...path, operator] : [...path, operator, i], one) === 'string');
  if (rounded >= 0) return refuse(operator, ...TOO_MANY_DIGITS);
  const bound: Bound = { operator, value };
  const shared = { title: check.name ?? titleOf(check, about), bound, unit: check.unit ?? 'rows' } as const;
  if (type === 'sql') {
    if (check.metric !== undefined || check.arguments !== undefined) return refuse('metric', 'A rule in SQL has no metric.', 'Leave it out.');
    if (check.unit === 'percent') return refuse('unit', 'A rule in SQL gives its value itself.', 'Leave "unit" out.');
    return sqlRule(check, shared, about, refuse);
  }
  if (check.query !== undefined) return refuse('query', 'A rule of the library has no query.', 'Write type: sql, without a metric.');
  if (check.unit === 'percent' && check.metric === 'rowCount') return refuse('unit', 'The number of rows has no percentage.', 'Leave "unit" out.');
  return libraryRule(check, shared, about, refuse, (name, i, value) => String(typeof value === 'number' ? faults.exact([...path, 'arguments', name, i], value) : value));
}

type Refuse = (at: string | null, message: string, next?: string | null) => null;
/** A value of a list of the arguments, as files write it. */
type Listed = (name: 'missingValues' | 'validValues', place: number, value: string | number) => string;
type Shared = Pick<RulePlan, 'title' | 'bound' | 'unit'>;

function libraryRule({ metric, arguments: given = {} }: Quality, shared: Shared, { column, known }: About, refuse: Refuse, listed: Listed): RulePlan | null {
  const { missingValues, validValues, pattern, properties } = given;
  const takes = (...names: string[]): boolean => Object.keys(given).every((name) => names.includes(name));
  if (metric === undefined) return refuse(null, 'The rule has no metric.');
  if (metric !== 'rowCount' && metric !== 'duplicateValues' && column === null) return refuse('metric', `${metric} is about a column.`, 'Put the rule into the quality of a column.');
  if (metric === 'rowCount' && column !== null) return refuse('metric', 'rowCount is about the table.', 'Put the rule into the quality of the table.');
  switch (metric) {
    case 'nullValues':
    case 'rowCount':
      return takes() ? { ...shared, metric } : refuse('arguments', `${metric} takes no arguments.`);
    case 'missingValues':
      return missingValues !== undefined && takes('missingValues') ? { ...shared, metric, missing: missingValues.map((value, i) => (value === null ? null : listed('missingValues', i, value))) } : refuse('arguments', 'missingValues needs the values that stand for a missing one.', 'Write: arguments: {missingValues: [null, "", "N/A"]}');
    case 'invalidValues': {
      if ((validValues === undefined) === (pattern === undefined) || !takes('validValues', 'pattern')) return refuse('arguments', 'invalidValues needs validValues or a pattern.', 'Write: arguments: {validValues: [A, B]}');
      const fault = pattern === undefined ? null : patternFault(pattern);
      return fault === null ? { ...shared, metric, valid: validValues?.map((value, i) => listed('validValues', i, value)) ?? null, pattern: pattern ?? null } : refuse('arguments', `The pattern ${fault}.`);
    }
    case 'duplicateValues': {
      const columns = column === null ? (properties ?? []) : [column];
      if (columns.length === 0 || !takes(...(column === null ? ['properties'] : []))) return refuse('arguments', 'duplicateValues of a table needs the columns that are compared.', 'Write: arguments: {properties: [station, tested_at]}');
      const stranger = columns.find((name) => !known.has(name));
      return stranger === undefined ? { ...shared, metric, columns } : refuse('arguments', `There is no column "${stranger}".${meantBy(stranger, known)}`);
    }
  }
}

function meantBy(name: string, known: ReadonlySet<string>): string {
  const meant = nearestName(name.slice(0, 100), known);
  return meant === null ? '' : ` Is "${meant}" meant?`;
}

function sqlRule({ query }: Quality, shared: Shared, { table, column }: About, refuse: Refuse): RulePlan | null {
  if (query === undefined || query.trim() === '') return refuse(null, 'The rule has no query.', 'Write: query: "SELECT count(*) FROM {object} WHERE fail NOT IN (0, 1)"');
  if (query.length > 100_000) return refuse('query', 'The query has more than 100,000 characters.');
  if (column === null && /\{property\}|\$\{property\}/.test(query)) return refuse('query', '{property} stands for a column, and this is a rule of the table.', 'Name the column.');
  let sql = query.replaceAll(/\$?\{object\}/g, `"${table}"`).trim().replace(/;\s*$/, '');
  if (column !== null) sql = sql.replaceAll(/\$?\{property\}/g, `"${column}"`);
  return { ...shared, metric: 'sql', sql };
}

function titleOf({ metric, arguments: given, query }: Quality, { column }: About): string {
  const on = column === null ? '' : ` of "${column}"`;
  switch (metric) {
    case 'nullValues':
      return `empty values${on}`;
    case 'rowCount':
      return 'number of rows';
    case 'missingValues':
      return `missing values${on}`;
    case 'invalidValues':
      return given?.pattern === undefined ? `values${on} that are none of those allowed` : `values${on} that are not of the pattern`;
    case 'duplicateValues':
      return column === null ? `rows with the same ${(given?.properties ?? []).join(', ')}` : `repeated values${on}`;
    case undefined:
      return `query ${(query ?? '').trim().replaceAll(/\s+/g, ' ').slice(0, 60)}`;
  }
}

/** Whether a rule's value is as it must be. A range takes both of its ends in. */
export function holds({ operator, value }: Bound, found: number): boolean {
  const [a, b] = typeof value === 'number' ? [value, value] : value;
  switch (operator) {
    case 'mustBe':
      return found === a;
    case 'mustNotBe':
      return found !== a;
    case 'mustBeGreaterThan':
      return found > a;
    case 'mustBeGreaterOrEqualTo':
      return found >= a;
    case 'mustBeLessThan':
      return found < a;
    case 'mustBeLessOrEqualTo':
      return found <= a;
    case 'mustBeBetween':
      return found >= a && found <= b;
    case 'mustNotBeBetween':
      return found < a || found > b;
  }
}

export function boundWords({ operator, value }: Bound): string {
  const words: Readonly<Record<Bound['operator'], string>> = {
    mustBe: 'must be',
    mustNotBe: 'must not be',
    mustBeGreaterThan: 'must be more than',
    mustBeGreaterOrEqualTo: 'must be at least',
    mustBeLessThan: 'must be less than',
    mustBeLessOrEqualTo: 'must be at most',
    mustBeBetween: 'must be between',
    mustNotBeBetween: 'must not be between',
  };
  return `${words[operator]} ${typeof value === 'number' ? value : value.join(' and ')}`;
}
