import type { ContractPlan, RulePlan } from '../plan.ts';
import { sqlType } from '../plan.ts';
import { boundWords, holds } from '../rules.ts';
import type { CheckFinding, SampleRow } from './findings.ts';
import { MOST_SAMPLES, shownValue } from './findings.ts';
import type { RowFile } from './rows.ts';

/**
 * What is asked of all rows at once: repeated values, patterns (matched by RE2, which no pattern can make slow) and rules in SQL. All of it runs in the query process over a
 * plain table of the checked values, so that people's expressions never run in the engine and what does not fit into memory goes to the disk.
 */

/** Rows of a statement's result, values as DuckDB writes them. A rule that people wrote may not take endless time. */
export type Ask = (sql: string, isRule?: boolean) => Promise<readonly (readonly unknown[])[]>;

export interface Asking {
  ask: Ask;
  /** Looks at a statement alone; throws where it may not run. */
  judge(sql: string): Promise<void>;
  /** The sentence of an error that says that a statement is wrong; null for every other. */
  refusal(error: unknown): string | null;
  /** What LINE counts. */
  readonly lineWord: RowFile['lineWord'];
}

/** Names under which the plain table is there: the second only so that rules can be judged by the name that they use. */
export const ROWS = '#rows';
export const LINE = '#line';
/** Where the rows of several files are asked together: the file of each. */
export const FILE = '#file';

/** Whether SQL of a person is asked of the rows. */
export function bringsSql(plan: ContractPlan): boolean {
  return questionsOf(plan).some(({ is }) => is === 'sql');
}

/** Columns that the plain table must have; empty where nothing is asked of it. */
export function askedColumns(plan: ContractPlan): string[] {
  const all = plan.columns.map(({ name }) => name);
  const sql = [...plan.rules, ...plan.columns.flatMap(({ rules }) => rules)].some(({ metric }) => metric === 'sql');
  if (sql) return all;
  const wanted = new Set([...plan.primaryKey, ...[...plan.rules, ...plan.columns.flatMap(({ rules }) => rules)].flatMap((rule) => (rule.metric === 'duplicateValues' ? rule.columns : []))]);
  for (const { name, unique, limits, rules } of plan.columns) if (unique || limits.pattern !== undefined || rules.some(isPattern)) wanted.add(name);
  return all.filter((name) => wanted.has(name));
}

interface ColumnPattern {
  readonly column: string;
  readonly pattern: string;
}

/** What is asked to see whether a rule can be, without rows: `sql` runs where it can. */
export type RuleTrial = { readonly sql: string } & ({ readonly rule: { readonly title: string; readonly sql: string }; readonly pattern: null } | { readonly rule: null; readonly pattern: ColumnPattern });

/** Every rule in SQL and every pattern, to be tried before a contract is published. RE2 takes fewer patterns than the engine's own reader does: none that repeats a thing more than 1,000 times. */
export function ruleTrials(plan: ContractPlan): RuleTrial[] {
  const none = plan.columns.map(({ name, type }) => `TRY_CAST(NULL AS ${sqlType(type)}) AS ${identifier(name)}`);
  const rules = [...plan.rules, ...plan.columns.flatMap((column) => column.rules)].flatMap((rule) => (rule.metric === 'sql' ? [rule] : []));
  const patterns = plan.columns.flatMap(({ name, limits, rules: own }) => [limits.pattern, ...own.map((rule) => (rule.metric === 'invalidValues' ? rule.pattern : null))].filter((pattern) => typeof pattern === 'string').map((pattern): ColumnPattern => ({ column: name, pattern })));
  return [
    ...rules.map(({ title, sql }): RuleTrial => ({ sql: ruleSql(plan, sql, `SELECT ${none.join(', ')} WHERE false`), rule: { title, sql }, pattern: null })),
    ...patterns.map((pattern): RuleTrial => ({ sql: `SELECT regexp_full_match('', ${literal(pattern.pattern)})`, rule: null, pattern })),
  ];
}

function ruleSql({ name }: ContractPlan, sql: string, rows: string): string {
  return `WITH ${identifier(name)} AS (${rows}) SELECT * FROM (${sql}\n) LIMIT 2`;
}

type Question =
  | { readonly is: 'repeated'; readonly columns: readonly string[]; readonly rule: RulePlan | null; readonly words: string }
  | { readonly is: 'unmatched'; readonly column: string; readonly pattern: string; readonly rule: RulePlan | null }
  | { readonly is: 'sql'; readonly column: string | null; readonly rule: Extract<RulePlan, { metric: 'sql' }> };

/** In the order in which their findings are told. */
function questionsOf(plan: ContractPlan): Question[] {
  const keys: Question[] = plan.primaryKey.length === 0 ? [] : [{ is: 'repeated', columns: plan.primaryKey, rule: null, words: `Rows have the same primary key (${plan.primaryKey.join(', ')}) as one before.` }];
  const own = plan.columns.flatMap(({ name, unique, limits, rules }): Question[] => {
    const isKey = plan.primaryKey.length === 1 && plan.primaryKey[0] === name;
    return [
      ...(unique && !isKey ? [{ is: 'repeated' as const, columns: [name], rule: null, words: 'Values stand in a row before, and must be unique.' }] : []),
      ...(limits.pattern === undefined ? [] : [{ is: 'unmatched' as const, column: name, pattern: limits.pattern, rule: null }]),
      ...rules.flatMap((rule) => ruleQuestion(name, rule)),
    ];
  });
  return [...keys, ...own, ...plan.rules.flatMap((rule) => ruleQuestion(null, rule))];
}

function ruleQuestion(column: string | null, rule: RulePlan): Question[] {
  if (rule.metric === 'duplicateValues') return [{ is: 'repeated', columns: rule.columns, rule, words: '' }];
  if (rule.metric === 'invalidValues' && rule.pattern !== null && column !== null) return [{ is: 'unmatched', column, pattern: rule.pattern, rule }];
  return rule.metric === 'sql' ? [{ is: 'sql', column, rule }] : [];
}

export async function answers(plan: ContractPlan, rows: number, asking: Asking): Promise<CheckFinding[]> {
  const found: CheckFinding[] = [];
  for (const question of questionsOf(plan)) {
    const finding = await answerOf(plan, question, rows, asking);
    if (finding !== null) found.push(finding);
  }
  return found;
}

function answerOf(plan: ContractPlan, question: Question, rows: number, asking: Asking): Promise<CheckFinding | null> {
  switch (question.is) {
    case 'repeated':
      return repeated(plan, question.columns, question.rule, rows, asking, question.words);
    case 'unmatched':
      return unmatched(plan, question.column, question.pattern, question.rule, rows, asking);
    case 'sql':
      return sqlAnswer(plan, question.column, question.rule, asking);
  }
}

/** One thing that is asked of the rows of several files at once: for each file, under FILE, a count; a file that the answer does not name has 0. */
export interface FileQuestion {
  readonly sql: string;
  /** Whether `answers` would find nothing in a file with so many rows. */
  readonly holds: (count: number, rows: number) => boolean;
}

/** What `answers` asks of one file, for several: their rows are together in `ROWS`, which has the column FILE besides. Null where it is a person's SQL, which knows of one file only. */
export function fileQuestions(plan: ContractPlan): FileQuestion[] | null {
  const file = identifier(FILE);
  const asked: FileQuestion[] = [];
  for (const question of questionsOf(plan)) {
    if (question.is === 'sql') return null;
    const { rule } = question;
    const sql = question.is === 'repeated' ? `SELECT ${file}, sum(n - 1) FROM (SELECT ${file}, count(*) AS n ${repeatedRows(question.columns, [file])}) GROUP BY ${file}` : `SELECT ${file}, count(*) ${unmatchedRows(question.column, question.pattern)} GROUP BY ${file}`;
    asked.push({ sql, holds: (count, rows) => (rule === null ? count === 0 : holds(rule.bound, measured(rule, count, rows))) });
  }
  return asked;
}

function repeatedRows(columns: readonly string[], within: readonly string[] = []): string {
  const names = columns.map(identifier);
  return `FROM "${ROWS}" WHERE ${names.map((name) => `${name} IS NOT NULL`).join(' AND ')} GROUP BY ${[...within, ...names].join(', ')} HAVING count(*) > 1`;
}

function unmatchedRows(column: string, pattern: string): string {
  return `FROM "${ROWS}" WHERE ${identifier(column)} IS NOT NULL AND NOT regexp_full_match(${identifier(column)}, ${literal(pattern)})`;
}

async function repeated(plan: ContractPlan, columns: readonly string[], rule: RulePlan | null, rows: number, { ask, lineWord }: Asking, words: string): Promise<CheckFinding | null> {
  const names = columns.map(identifier);
  const groups = repeatedRows(columns);
  const count = numberOf((await ask(`SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n ${groups})`))[0]?.[0]);
  if (rule === null ? count === 0 : holds(rule.bound, measured(rule, count, rows))) return null;
  const isPersonal = columns.some((name) => personal(plan, name));
  const value = names.map((name) => `coalesce(${name}, '')`).join(` || ', ' || `);
  const first = await ask(`SELECT min("${LINE}"), max("${LINE}"), count(*), any_value(${value}) ${groups} ORDER BY min("${LINE}") LIMIT ${MOST_SAMPLES}`);
  const samples = first.map(([line, last, times, text]): SampleRow => ({ line: numberOf(line), value: shownValue(String(text), isPersonal), why: `${numberOf(times)} times, the last in ${lineWord} ${numberOf(last)}` }));
  const [column = null] = columns.length === 1 ? columns : [];
  return { column, kind: rule === null ? 'DUPLICATE' : 'RULE', message: rule === null ? words : broken(rule, count, rows), count, samples };
}

async function unmatched(plan: ContractPlan, column: string, pattern: string, rule: RulePlan | null, rows: number, asking: Asking): Promise<CheckFinding | null> {
  const name = identifier(column);
  const where = unmatchedRows(column, pattern);
  try {
    const count = numberOf((await asking.ask(`SELECT count(*) ${where}`))[0]?.[0]);
    if (rule === null ? count === 0 : holds(rule.bound, measured(rule, count, rows))) return null;
    const first = count === 0 ? [] : await asking.ask(`SELECT "${LINE}", ${name} ${where} ORDER BY "${LINE}" LIMIT ${MOST_SAMPLES}`);
    const samples = first.map(([line, text]): SampleRow => ({ line: numberOf(line), value: shownValue(String(text), personal(plan, column)), why: null }));
    return { column, kind: rule === null ? 'PATTERN' : 'RULE', message: rule === null ? `Values are not of the pattern ${pattern}.` : broken(rule, count, rows), count, samples };
  } catch (error) {
    return failed(column, rule?.title ?? 'pattern', error, asking);
  }
}

async function sqlAnswer(plan: ContractPlan, column: string | null, rule: Extract<RulePlan, { metric: 'sql' }>, asking: Asking): Promise<CheckFinding | null> {
  try {
    await asking.judge(rule.sql);
    const [row, second] = await asking.ask(ruleSql(plan, rule.sql, typedRows(plan)), true);
    const value = row?.[0] === null || row?.[0] === undefined ? Number.NaN : typeof row[0] === 'boolean' ? Number(row[0]) : Number(row[0]);
    if (row === undefined || second !== undefined || row.length !== 1 || Number.isNaN(value)) {
      return { column, kind: 'RULE_FAILED', message: `The rule "${rule.title}" does not give one number, so it says nothing.`, count: 1, samples: [] };
    }
    if (holds(rule.bound, value)) return null;
    return { column, kind: 'RULE', message: `The rule "${rule.title}" is broken: it is ${value}, and ${boundWords(rule.bound)}.`, count: 1, samples: [] };
  } catch (error) {
    return failed(column, rule.title, error, asking);
  }
}

function failed(column: string | null, title: string, error: unknown, { refusal }: Asking): CheckFinding {
  const words = refusal(error);
  if (words === null) throw error;
  return { column, kind: 'RULE_FAILED', message: `The rule "${title}" cannot be asked: ${words}`, count: 1, samples: [] };
}

/** The rows with the types that the table will have: what is no value of its type is NULL, and was told already. */
function typedRows(plan: ContractPlan): string {
  const columns = plan.columns.map(({ name, type }) => `TRY_CAST(${identifier(name)} AS ${sqlType(type)}) AS ${identifier(name)}`);
  return `SELECT ${columns.join(', ')} FROM "${ROWS}"`;
}

function measured({ unit }: RulePlan, count: number, rows: number): number {
  return unit === 'percent' ? (rows === 0 ? 0 : (100 * count) / rows) : count;
}

function broken(rule: RulePlan, count: number, rows: number): string {
  const value = rule.unit === 'percent' ? `${Number(measured(rule, count, rows).toFixed(3))} %` : count.toLocaleString('en-US');
  return `The rule "${rule.title}" is broken: it is ${value}, and ${boundWords(rule.bound)}.`;
}

function personal({ columns }: ContractPlan, name: string): boolean {
  const pii = columns.find((column) => column.name === name)?.pii ?? null;
  return pii !== null && pii.mask.how !== 'none';
}

const isPattern = (rule: RulePlan): boolean => rule.metric === 'invalidValues' && rule.pattern !== null;
const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const numberOf = (value: unknown): number => Number(value ?? 0);
