import type { ColumnPlan, ContractPlan, LimitsPlan, MaskPlan, RulePlan, TypePlan } from './plan.ts';
import { isMore } from './number-order.ts';
import { typeWords } from './plan.ts';
import { boundWords } from './rules.ts';

/** What differs between two versions of a contract, and which of it breaks with what producers or readers rely on. */

export interface ContractChange {
  /** Null where it is about the whole table or its files. */
  readonly column: string | null;
  /** A sentence. */
  readonly what: string;
  /** Why it breaks, a sentence; null where it does not. */
  readonly breaks: string | null;
}

const FILES = 'Files that were accepted before can be refused now.';
const GONE = 'It stays in the table, empty in new rows, and files that still have it are refused unless the contract ignores it.';
const ROWS = 'Rows that were written before do not fit the table any more, and queries that name it can fail.';
const VALUES = 'Values of before and after cannot be compared with each other.';

/** Changes from one plan to another, columns in the order of the table. Empty where both ask the same. */
export function compareContracts(from: ContractPlan, to: ContractPlan): ContractChange[] {
  const changes: ContractChange[] = [];
  const add = (column: string | null, what: string, breaks: string | null = null): void => void changes.push({ column, what, breaks });
  compareSource(from, to, add);
  const before = new Map(from.columns.map((column) => [column.name, column]));
  const after = new Set(to.columns.map(({ name }) => name));
  for (const { name } of from.columns) if (!after.has(name)) add(name, `The column "${name}" is gone.`, GONE);
  for (const column of to.columns) {
    const old = before.get(column.name);
    if (old !== undefined) compareColumn(old, column, (what, breaks = null) => add(column.name, what, breaks));
    else add(column.name, `The column "${column.name}" (${typeWords(column.type)}) is new${column.required ? ' and required' : ''}.`, column.required ? FILES : null);
  }
  const order = (plan: ContractPlan): string => plan.columns.filter(({ name }) => before.has(name) && after.has(name)).map(({ name }) => name).join();
  if (order(from) !== order(to)) add(null, 'The columns stand in another order.');
  if (from.primaryKey.join() !== to.primaryKey.join()) add(null, to.primaryKey.length === 0 ? 'There is no primary key any more.' : `The primary key is ${to.primaryKey.join(', ')}${from.primaryKey.length === 0 ? '' : `, and was ${from.primaryKey.join(', ')}`}.`, to.primaryKey.length === 0 ? null : FILES);
  compareRules(from.rules, to.rules, (what, breaks = null) => add(null, what, breaks));
  if (JSON.stringify(from.partitions) !== JSON.stringify(to.partitions)) add(null, `The table is divided by ${partitionWords(to)}, and was by ${partitionWords(from)}.`, 'The folders of the table are those of the old division; readers that go by them do not find the new rows.');
  if (JSON.stringify(from.retention) !== JSON.stringify(to.retention)) add(null, `Records are kept ${retentionWords(to)}, and were ${retentionWords(from)}.`);
  return changes;
}

type Add = (column: string | null, what: string, breaks?: string | null) => void;
type AddOne = (what: string, breaks?: string | null) => void;

function compareSource({ source: a }: ContractPlan, { source: b }: ContractPlan, add: Add): void {
  const gone = a.patterns.filter((pattern) => !b.patterns.includes(pattern));
  const come = b.patterns.filter((pattern) => !a.patterns.includes(pattern));
  if (gone.length > 0) add(null, `Files named ${gone.join(', ')} are not taken any more.`, FILES);
  if (come.length > 0) add(null, `Files named ${come.join(', ')} are taken too.`);
  for (const [name, old, now] of [['format', a.format, b.format], ['delimiter', a.delimiter, b.delimiter], ['quote', a.quote, b.quote], ['encoding', a.encoding, b.encoding]] as const) {
    if (old !== now) add(null, `The ${name} of the files is ${shown(now)}, and was ${shown(old)}.`, now === null ? null : FILES);
  }
  if (a.nullValues.join('\0') !== b.nullValues.join('\0')) add(null, `What stands for no value is ${b.nullValues.map((value) => `"${value}"`).join(', ') || 'an empty field only'}.`, a.nullValues.some((value) => !b.nullValues.includes(value)) ? FILES : VALUES);
  const lost = a.ignoredColumns.filter((name) => !b.ignoredColumns.includes(name) && !b.patterns.includes(name));
  if (lost.length > 0) add(null, `The headers ${lost.join(', ')} are not passed over any more.`, FILES);
  const passed = b.ignoredColumns.filter((name) => !a.ignoredColumns.includes(name));
  if (passed.length > 0) add(null, `The headers ${passed.join(', ')} are passed over.`);
}

function compareColumn(a: ColumnPlan, b: ColumnPlan, add: AddOne): void {
  const name = `"${b.name}"`;
  if (typeWords(a.type) !== typeWords(b.type)) add(`The type of ${name} is ${typeWords(b.type)}, and was ${typeWords(a.type)}.`, isWider(a.type, b.type) ? null : ROWS);
  else if (JSON.stringify(a.type) !== JSON.stringify(b.type)) add(`The values of ${name} are written differently in the files.`, acceptsAll(a.type, b.type) ? null : FILES);
  const lost = a.headers.filter((header) => !b.headers.includes(header));
  const come = b.headers.filter((header) => !a.headers.includes(header));
  if (lost.length > 0) add(`${name} is not taken from the header ${lost.map(shown).join(' or ')} any more.`, FILES);
  if (come.length > 0) add(`${name} is taken from the header ${come.map(shown).join(' or ')} too.`);
  if (a.required !== b.required) add(b.required ? `${name} is required now.` : `${name} is not required any more.`, b.required ? FILES : 'Readers that rely on a value in every row meet rows without one.');
  if (a.unique !== b.unique) add(b.unique ? `Values of ${name} must be unique now.` : `Values of ${name} need not be unique any more.`, b.unique ? FILES : null);
  compareLimits(a.limits, b.limits, name, add);
  compareRules(a.rules, b.rules, add);
  if (maskText(a) !== maskText(b)) add(`${name} is ${maskText(b)}, and was ${maskText(a)}.`, VALUES);
  if (a.description !== b.description) add(`${name} is described in other words.`);
}

const tighterWhen: Readonly<Record<keyof LimitsPlan, 'more' | 'less' | 'other'>> = {
  minLength: 'more',
  minimum: 'more',
  exclusiveMinimum: 'more',
  maxLength: 'less',
  maximum: 'less',
  exclusiveMaximum: 'less',
  pattern: 'other',
  multipleOf: 'other',
};

function compareLimits(a: LimitsPlan, b: LimitsPlan, name: string, add: AddOne): void {
  for (const [limit, tighter] of Object.entries(tighterWhen) as [keyof LimitsPlan, 'more' | 'less' | 'other'][]) {
    const [old, now] = [a[limit], b[limit]];
    if (old === now) continue;
    const isTighter = now !== undefined && (old === undefined || tighter === 'other' || (tighter === 'more' ? isMore(now, old) : isMore(old, now)));
    add(now === undefined ? `${limit} of ${name} is gone; it was ${old}.` : `${limit} of ${name} is ${now}${old === undefined ? '' : `, and was ${old}`}.`, isTighter ? FILES : null);
  }
}

function compareRules(a: readonly RulePlan[], b: readonly RulePlan[], add: AddOne): void {
  const old = new Map(a.map((rule) => [JSON.stringify({ ...rule, title: '' }), rule]));
  const now = new Map(b.map((rule) => [JSON.stringify({ ...rule, title: '' }), rule]));
  for (const [key, rule] of old) {
    if (now.has(key)) continue;
    const other = b.find((one) => isLooser(rule, one));
    add(other === undefined ? `The rule "${rule.title}" (${boundWords(rule.bound)}) is gone.` : `The rule "${rule.title}" allows more values.`);
  }
  for (const [key, rule] of now) {
    if (old.has(key) || a.some((one) => isLooser(one, rule))) continue;
    add(`The rule "${rule.title}" is new or changed: it ${boundWords(rule.bound)}.`, FILES);
  }
}

/** Only the list of values that are allowed became longer. */
function isLooser(a: RulePlan, b: RulePlan): boolean {
  if (a.metric !== 'invalidValues' || b.metric !== 'invalidValues' || a.valid === null || b.valid === null) return false;
  if (JSON.stringify(a.bound) !== JSON.stringify(b.bound) || a.unit !== b.unit || b.valid.length <= a.valid.length) return false;
  const now = new Set(b.valid);
  return a.valid.every((value) => now.has(value));
}

/** Every value of the one is a value of the other, without loss, and readers of the table need not change. */
function isWider(a: TypePlan, b: TypePlan): boolean {
  if (a.kind === 'integer' && b.kind === 'integer') return b.bits >= a.bits;
  if (a.kind !== 'number' || b.kind !== 'number') return false;
  if (a.decimal !== null && b.decimal !== null) return b.decimal.scale === a.decimal.scale && b.decimal.precision >= a.decimal.precision;
  return a.decimal === null && b.decimal === null && b.bits >= a.bits;
}

/** Formats that were added do not refuse what was written in those before. */
function acceptsAll(a: TypePlan, b: TypePlan): boolean {
  if ('formats' in a && 'formats' in b) return a.formats.every((format, i) => b.formats[i] === format) && (a.kind !== 'timestamp' || b.kind !== 'timestamp' || a.zone === b.zone);
  if (a.kind === 'boolean' && b.kind === 'boolean') return a.trueValues.every((value) => b.trueValues.includes(value)) && a.falseValues.every((value) => b.falseValues.includes(value));
  return false;
}

function maskText({ pii }: ColumnPlan): string {
  if (pii === null) return 'not personal';
  return pii.mask.how === 'none' ? `personal (${pii.kind}) and kept as it is` : `masked (${pii.kind}: ${maskWords(pii.mask)})`;
}

export function maskWords(mask: MaskPlan): string {
  if (mask.how !== 'generalize') return mask.how === 'redact' ? `redact to ${mask.text}` : mask.how;
  return 'to' in mask ? `only the ${mask.to}` : 'step' in mask ? `down to steps of ${mask.step}` : `only the first ${mask.first}`;
}

function partitionWords({ partitions }: ContractPlan): string {
  return ['program_id', ...partitions.map(({ column, by }) => (by === null ? column : `${by} of ${column}`))].join(', ');
}

export function retentionWords({ retention }: ContractPlan): string {
  if (retention === null) return 'as nothing says';
  return `${retention.value} ${retention.unit}${retention.value === 1 ? '' : 's'}${retention.class === null ? '' : ` (${retention.class})`}`;
}

function shown(value: string | null): string {
  return value === null ? 'found out from each file' : value === '\t' ? 'a tab' : `"${value}"`;
}

export type Version = readonly [number, number, number];

/** `1.2.3` → its numbers; the text is one that a contract may have. */
export function versionOf(text: string): Version {
  const [major = 0, minor = 0, patch = 0] = text.split('.').map(Number);
  return [major, minor, patch];
}

export function isLater(a: Version, b: Version): boolean {
  return a[0] !== b[0] ? a[0] > b[0] : a[1] !== b[1] ? a[1] > b[1] : a[2] > b[2];
}

/** The next version that the changes deserve. */
export function nextVersion(now: Version, changes: readonly ContractChange[]): string {
  if (changes.some(({ breaks }) => breaks !== null)) return `${now[0] + 1}.0.0`;
  return changes.length > 0 ? `${now[0]}.${now[1] + 1}.0` : `${now[0]}.${now[1]}.${now[2] + 1}`;
}
