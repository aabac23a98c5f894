import type { ColumnPlan, ContractPlan, RulePlan } from '../plan.ts';
import { typeWords } from '../plan.ts';
import { boundWords, holds } from '../rules.ts';
import { limitChecker, valueReader } from '../values.ts';
import type { CheckFinding } from './findings.ts';
import { Tally } from './findings.ts';
import type { FileRow } from './rows.ts';

/** Holds row after row against a contract; what needs all rows at once is asked afterwards (questions.ts). Memory does not grow with the file. */

interface Checked {
  readonly plan: ColumnPlan;
  readonly read: (text: string) => string | null;
  readonly limit: (value: string) => string | null;
  readonly isPersonal: boolean;
  readonly required: Tally;
  readonly type: Tally;
  readonly broken: Tally;
  readonly rules: readonly CountedRule[];
  empty: number;
  /** Places of its headers in the file. */
  places: number[];
}

interface CountedRule {
  readonly rule: RulePlan;
  readonly tally: Tally;
  readonly counts: (text: string | null, value: string | null) => boolean;
}

/** Told at most; a file of another kind has nothing but unknown columns. */
const MOST_STRANGERS = 200;

export class RowChecker {
  rows = 0;
  readonly #plan: ContractPlan;
  readonly #columns: readonly Checked[];
  readonly #byHeader = new Map<string, Checked>();
  readonly #nulls: ReadonlySet<string>;
  readonly #ignored: ReadonlySet<string>;
  readonly #strangers = new Map<string, Tally>();
  readonly #twins = new Tally(false);
  readonly #both = new Tally(false);
  readonly #fields = new Tally(false);
  #known = 0;
  #strangersMore = 0;

  constructor(plan: ContractPlan) {
    this.#plan = plan;
    this.#nulls = new Set(plan.source.nullValues);
    this.#ignored = new Set(plan.source.ignoredColumns);
    this.#columns = plan.columns.map(checkedOf);
    for (const column of this.#columns) for (const header of column.plan.headers) this.#byHeader.set(header, column);
  }

  /** Takes headers that are new since the last call. */
  headers(names: readonly string[]): void {
    const seen = new Set(names.slice(0, this.#known));
    for (; this.#known < names.length; this.#known++) {
      const name = names[this.#known] as string;
      const column = this.#byHeader.get(name);
      if (seen.has(name)) this.#twins.add(1, name);
      else if (column !== undefined) {
        if (column.places.length > 0) this.#both.add(1, name);
        column.places.push(this.#known);
      } else if (!this.#ignored.has(name)) this.#stranger(name);
      seen.add(name);
    }
  }

  /**
   * Checks a row. Answers the values of all columns in the table's form, null where there is none or it is none of the type; the list is used again for the next row.
   */
  row(row: FileRow, values: (string | null)[]): void {
    this.rows++;
    if (row.fields !== null && row.fields !== this.#known) this.#fields.add(row.line, null, `${row.fields} instead of ${this.#known}`);
    for (let i = 0; i < this.#columns.length; i++) values[i] = this.#value(this.#columns[i] as Checked, row);
  }

  #value(column: Checked, row: FileRow): string | null {
    const { plan } = column;
    let text: string | null = null;
    // Of several headers that mean one column, the first that has a value counts.
    for (const place of column.places) {
      text = row.value(place);
      if (text !== null) break;
    }
    const isEmpty = text === null || this.#nulls.has(text) || (text === '' && plan.type.kind !== 'string');
    const value = isEmpty ? null : column.read(text as string);
    for (const { rule, tally, counts } of column.rules) if (counts(rule.metric === 'missingValues' ? text : isEmpty ? null : text, value)) tally.add(row.line, text);
    if (isEmpty) {
      column.empty++;
      if (plan.required) column.required.add(row.line, text);
      return null;
    }
    if (value === null) {
      column.type.add(row.line, text);
      return null;
    }
    const broken = column.limit(value);
    if (broken !== null) column.broken.add(row.line, text, broken);
    return value;
  }

  #stranger(name: string): void {
    if (this.#strangers.size >= MOST_STRANGERS) this.#strangersMore++;
    else this.#strangers.set(name, new Tally(false));
  }

  /** Headers are meant letter for letter; of two that only look the same it is said that they do. */
  #likeness(name: string): string {
    const plain = (text: string): string => text.normalize('NFKC').trim().toLowerCase();
    for (const [header, { places }] of this.#byHeader) {
      if (places.length === 0 && plain(header) === plain(name)) return `; it looks like "${header}", but is written with other letters, accents or blanks`;
    }
    return '';
  }

  /** What was found in rows and headers, columns in the order of the table. */
  findings(): CheckFinding[] {
    const found: CheckFinding[] = [];
    const add = (column: string | null, kind: CheckFinding['kind'], message: string, { count, samples }: Pick<Tally, 'count' | 'samples'>): void => {
      if (count > 0) found.push({ column, kind, message, count, samples });
    };
    for (const [name] of this.#strangers) found.push({ column: name, kind: 'UNKNOWN_COLUMN', message: `The file has a column "${name}" that the contract does not know${this.#likeness(name)}.`, count: 1, samples: [] });
    if (this.#strangersMore > 0) found.push({ column: null, kind: 'UNKNOWN_COLUMN', message: `The file has ${this.#strangersMore.toLocaleString('en-US')} more columns that the contract does not know.`, count: this.#strangersMore, samples: [] });
    add(null, 'UNKNOWN_COLUMN', 'Headers stand in the file twice.', this.#twins);
    add(null, 'UNKNOWN_COLUMN', 'Headers that mean a column which another header of the file means too.', this.#both);
    add(null, 'FIELDS', `Rows do not have the ${this.#known.toLocaleString('en-US')} fields of the header.`, this.#fields);
    // Of a file that names no columns at all it is told that it is empty, or cannot be read, and not once more for every column.
    if (this.#known > 0 || this.rows > 0) for (const column of this.#columns) this.#columnFindings(column, add, found);
    for (const rule of this.#plan.rules) {
      if (rule.metric === 'rowCount' && !holds(rule.bound, this.rows)) found.push({ column: null, kind: 'RULE', message: `The rule "${rule.title}" is broken: it is ${this.rows.toLocaleString('en-US')}, and ${boundWords(rule.bound)}.`, count: this.rows, samples: [] });
    }
    return found;
  }

  #columnFindings(column: Checked, add: (column: string | null, kind: CheckFinding['kind'], message: string, tally: Tally) => void, found: CheckFinding[]): void {
    const { plan, places, required, type, broken, rules } = column;
    const isThere = places.length > 0;
    if (!isThere) {
      const headers = plan.headers.map((header) => `"${header}"`).join(' or ');
      found.push({ column: plan.name, kind: 'MISSING_COLUMN', message: `The file has no column ${headers}${plan.required ? ', which is required' : ''}.`, count: 1, samples: [] });
      return;
    }
    add(plan.name, 'REQUIRED', 'Rows have no value, which is required.', required);
    add(plan.name, 'TYPE', `Values cannot be read as ${plan.type.kind === 'boolean' ? '' : 'a '}${typeWords(plan.type)}${formatWords(plan)}.`, type);
    add(plan.name, 'LIMIT', 'Values are outside of what is allowed.', broken);
    for (const { rule, tally } of rules) {
      const measured = rule.unit === 'percent' ? (this.rows === 0 ? 0 : (100 * tally.count) / this.rows) : tally.count;
      if (holds(rule.bound, measured)) continue;
      const value = `${rule.unit === 'percent' ? Number(measured.toFixed(3)) : measured.toLocaleString('en-US')}${rule.unit === 'percent' ? ' %' : ''}`;
      found.push({ column: plan.name, kind: 'RULE', message: `The rule "${rule.title}" is broken: it is ${value}, and ${boundWords(rule.bound)}.`, count: tally.count, samples: tally.samples });
    }
  }
}

function formatWords({ type }: ColumnPlan): string {
  return type.kind === 'date' || type.kind === 'time' || type.kind === 'timestamp' ? `, written ${type.formats.slice(0, 3).join(' or ')}` : '';
}

function checkedOf(plan: ColumnPlan): Checked {
  const isPersonal = plan.pii !== null && plan.pii.mask.how !== 'none';
  const tally = (): Tally => new Tally(isPersonal);
  const rules = plan.rules.flatMap((rule) => {
    const counts = counterOf(rule, plan);
    return counts === null ? [] : [{ rule, tally: tally(), counts }];
  });
  return { plan, read: valueReader(plan.type), limit: limitChecker(plan), isPersonal, required: tally(), type: tally(), broken: tally(), rules, empty: 0, places: [] };
}

/** What a rule counts in single values; null for what all rows are needed for. */
function counterOf(rule: RulePlan, { type }: ColumnPlan): CountedRule['counts'] | null {
  switch (rule.metric) {
    case 'nullValues':
      return (text) => text === null;
    case 'missingValues': {
      const missing = new Set(rule.missing);
      return (text) => missing.has(text);
    }
    case 'invalidValues': {
      if (rule.valid === null) return null;
      const read = valueReader(type);
      const valid = new Set(rule.valid.map((value) => read(value) ?? value));
      return (text, value) => text !== null && !valid.has(value ?? text);
    }
    default:
      return null;
  }
}
