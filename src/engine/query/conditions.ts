/**
 * What a statement's WHERE says of a table's own columns, by which files are left out that cannot hold a row of the answer. Only what surely holds for every row that can matter: parts of the
 * WHERE that are joined by AND, over a table that no outer join may fill up with NULLs. Everything else is DuckDB's to judge, and what is said here it judges once more.
 */

export interface TreeCondition {
  readonly column: string;
  readonly is: 'null' | 'not null' | '=' | '<' | '<=' | '>' | '>=' | 'in' | 'between';
  /** Expressions without columns. */
  readonly values: readonly Node[];
}

export type Node = Readonly<Record<string, unknown>>;

/** By the byte at which the name of the table stands. */
export function conditionsOf(serialized: string): ReadonlyMap<number, readonly TreeCondition[]> {
  const found = new Map<number, readonly TreeCondition[]>();
  const left: unknown[] = [JSON.parse(serialized)];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null) continue;
    const node = value as Node;
    if (node['type'] === 'SELECT_NODE') {
      for (const [location, conditions] of conditionsOfSelect(node)) found.set(location, conditions);
    }
    for (const part of Object.values(node)) if (typeof part === 'object' && part !== null) left.push(part);
  }
  return found;
}

function conditionsOfSelect(node: Node): [number, readonly TreeCondition[]][] {
  const where = node['where_clause'];
  const from = node['from_table'];
  // A sample is taken of the rows before they are looked at.
  if (!isNode(where) || !isNode(from) || isNode(node['sample'])) return [];
  const parts = conjuncts(where);
  return keptTables(from).flatMap((table): [number, readonly TreeCondition[]][] => {
    if (isNode(table['sample']) || (Array.isArray(table['column_name_alias']) && table['column_name_alias'].length > 0)) return [];
    const name = textOf(table['alias']) === '' ? textOf(table['table_name']) : textOf(table['alias']);
    const conditions = parts.flatMap((part) => conditionsIn(part, name.toLowerCase(), table === from));
    return conditions.length === 0 ? [] : [[Number(table['query_location']), conditions]];
  });
}

/** Tables of a FROM whose rows come as they are, or not at all. */
function keptTables(from: Node): Node[] {
  const tables: Node[] = [];
  const left = [from];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (node['type'] === 'BASE_TABLE') tables.push(node);
    if (node['type'] !== 'JOIN' || node['ref_type'] === 'POSITIONAL') continue;
    const [one, other] = [node['left'], node['right']];
    if (!isNode(one) || !isNode(other)) continue;
    if (['INNER', 'LEFT', 'SEMI', 'ANTI'].includes(textOf(node['join_type'])) && node['ref_type'] !== 'ASOF') left.push(one);
    if (node['join_type'] === 'INNER' && node['ref_type'] !== 'ASOF') left.push(other);
  }
  return tables;
}

function conjuncts(where: Node): Node[] {
  const parts: Node[] = [];
  const left = [where];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (node['type'] === 'CONJUNCTION_AND') left.push(...nodes(node['children']));
    else parts.push(node);
  }
  return parts;
}

const comparisons: Readonly<Record<string, readonly ['=' | '<' | '<=' | '>' | '>=', '=' | '<' | '<=' | '>' | '>=']>> = {
  COMPARE_EQUAL: ['=', '='],
  COMPARE_LESSTHAN: ['<', '>'],
  COMPARE_LESSTHANOREQUALTO: ['<=', '>='],
  COMPARE_GREATERTHAN: ['>', '<'],
  COMPARE_GREATERTHANOREQUALTO: ['>=', '<='],
};

function conditionsIn(part: Node, table: string, isAlone: boolean): TreeCondition[] {
  const type = textOf(part['type']);
  const compared = comparisons[type];
  if (compared !== undefined) {
    const [one, other] = [part['left'], part['right']];
    if (!isNode(one) || !isNode(other)) return [];
    const [column, turned] = [columnOf(one, table, isAlone), columnOf(other, table, isAlone)];
    if (column !== null && isValue(other)) return [{ column, is: compared[0], values: [other] }];
    return turned !== null && isValue(one) ? [{ column: turned, is: compared[1], values: [one] }] : [];
  }
  if (type === 'COMPARE_BETWEEN') {
    const [input, lower, upper] = [part['input'], part['lower'], part['upper']];
    const column = isNode(input) ? columnOf(input, table, isAlone) : null;
    if (column === null || !isNode(lower) || !isNode(upper) || !isValue(lower) || !isValue(upper)) return [];
    return [{ column, is: 'between', values: [lower, upper] }];
  }
  const [first, ...rest] = nodes(part['children']);
  const column = first === undefined ? null : columnOf(first, table, isAlone);
  if (column === null) return [];
  if (type === 'COMPARE_IN' && rest.length > 0 && rest.every(isValue)) return [{ column, is: 'in', values: rest }];
  if (type === 'OPERATOR_IS_NULL') return [{ column, is: 'null', values: [] }];
  return type === 'OPERATOR_IS_NOT_NULL' ? [{ column, is: 'not null', values: [] }] : [];
}

/** Null where it is something else, or may be a column of another table. */
function columnOf(node: Node, table: string, isAlone: boolean): string | null {
  const names = node['class'] === 'COLUMN_REF' && Array.isArray(node['column_names']) ? (node['column_names'] as readonly string[]) : [];
  if (names.length === 2) return names[0]?.toLowerCase() === table ? (names[1] ?? null) : null;
  return names.length === 1 && isAlone ? (names[0] ?? null) : null;
}

/** Of these the same arguments give the same value, and none of them makes much of little. */
const steady: ReadonlySet<string> = new Set(['+', '-', 'trunc', 'to_years', 'to_months', 'to_weeks', 'to_days', 'to_hours', 'to_minutes', 'to_seconds', 'make_date', 'date_trunc']);

function isValue(node: Node): boolean {
  const left = [node];
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    switch (one['class']) {
      case 'CONSTANT': {
        const value = (one['value'] as Node | undefined)?.['value'];
        // Beyond 2^53 its digits were lost when the tree was read.
        if (typeof value === 'number' ? Number.isInteger(value) && !Number.isSafeInteger(value) : typeof value === 'object' && value !== null) return false;
        break;
      }
      case 'PARAMETER':
        break;
      case 'CAST':
        if (!isNode(one['child'])) return false;
        left.push(one['child']);
        break;
      case 'FUNCTION':
        if (!steady.has(textOf(one['function_name'])) || isNode(one['filter'])) return false;
        left.push(...nodes(one['children']));
        break;
      default:
        return false;
    }
  }
  return true;
}

function nodes(value: unknown): Node[] {
  return Array.isArray(value) ? (value as readonly unknown[]).filter(isNode) : [];
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
