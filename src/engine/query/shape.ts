/** What a statement is like, as far as it can be told from its tree without its tables. */
export interface StatementShape {
  /** Names that it uses of functions and of columns, in lower case, each once; `current_date` may be either. */
  readonly words: readonly string[];
  /** Whether it speaks of all columns without naming them (`*`, `COLUMNS(…)`). */
  readonly allColumns: boolean;
  /** Whether it takes some rows at random. */
  readonly isSampled: boolean;
  /**
   * Where it goes over the rows of one table and nothing else, one by one or in groups: no join, WITH, subquery, window, DISTINCT or LIMIT. Its rows then come from rows of the table
   * that have the same values in the columns it passes on and groups by. Null for every other.
   */
  readonly simple: SimpleShape | null;
}

export interface SimpleShape {
  /** Columns that come out as they are in the table, in lower case. `*` passes all. */
  readonly passed: readonly { readonly column: string; readonly as: string }[];
  readonly passesAll: boolean;
  /** Names of the other columns of the result, in lower case. */
  readonly made: readonly string[];
  /** Columns of the table that it groups by, in lower case; null where it goes row by row. */
  readonly groupedBy: readonly string[] | null;
}

type Node = Readonly<Record<string, unknown>>;

export function shapeOf(serialized: string, aggregates: ReadonlySet<string>): StatementShape {
  const tree = JSON.parse(serialized) as { readonly statements?: readonly { readonly node?: Node }[] };
  const found = wordsIn(tree);
  const node = tree.statements?.[0]?.node;
  return { words: [...found.words], allColumns: found.allColumns, isSampled: found.isSampled, simple: node === undefined || found.isNested ? null : simpleShape(node, aggregates) };
}

function wordsIn(tree: unknown): { readonly words: ReadonlySet<string>; readonly allColumns: boolean; readonly isNested: boolean; readonly isSampled: boolean } {
  const words = new Set<string>();
  let allColumns = false;
  let isNested = false;
  let isSampled = false;
  const left: unknown[] = [tree];
  while (left.length > 0) {
    const value = left.pop();
    if (Array.isArray(value)) for (const part of value as readonly unknown[]) left.push(part);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) continue;
    const node = value as Node;
    if (typeof node['function_name'] === 'string') words.add(node['function_name'].toLowerCase());
    if (node['class'] === 'COLUMN_REF') for (const name of node['column_names'] as readonly string[]) words.add(name.toLowerCase());
    allColumns ||= node['class'] === 'STAR';
    isSampled ||= node['sample'] !== null && node['sample'] !== undefined;
    isNested ||= node['class'] === 'SUBQUERY' || node['class'] === 'WINDOW';
    for (const part of Object.values(node)) if (typeof part === 'object' && part !== null) left.push(part);
  }
  return { words, allColumns, isNested, isSampled };
}

function simpleShape(node: Node, aggregates: ReadonlySet<string>): SimpleShape | null {
  const from = node['from_table'] as Node | null;
  const isPlain =
    node['type'] === 'SELECT_NODE' &&
    from?.['type'] === 'BASE_TABLE' &&
    [from['sample'], from['at_clause'], node['sample'], node['qualify']].every((part) => part === null || part === undefined) &&
    isEmpty(from['column_name_alias']) &&
    isEmpty((node['cte_map'] as Node | undefined)?.['map']) &&
    list(node['modifiers']).every(({ type }) => type === 'ORDER_MODIFIER');
  if (!isPlain) return null;
  const owners = [from['alias'], from['table_name']].map((name) => String(name).toLowerCase());
  const items = list(node['select_list']);
  const passed: { column: string; as: string }[] = [];
  const made: string[] = [];
  let passesAll = false;
  for (const item of items) {
    const column = columnOf(item, owners);
    if (column !== null) passed.push({ column, as: nameOf(item) ?? column });
    else if (item['class'] === 'STAR' && item['columns'] !== true && [item['exclude_list'], item['replace_list'], item['rename_list'], item['qualified_exclude_list']].every(isEmpty)) passesAll = true;
    // Which columns of `* EXCLUDE`, `COLUMNS(…)` come out, the table says.
    else if (item['class'] === 'STAR') return null;
    else made.push(nameOf(item) ?? '');
  }
  const groupedBy = groupsOf(node, items, passed.map(({ column }) => column), owners);
  if (groupedBy === 'several') return null;
  // Without groups all rows would make one.
  const isOne = groupedBy === null && (items.some((item) => uses(item, aggregates)) || node['having'] !== null);
  return isOne ? null : { passed, passesAll, made, groupedBy };
}

function groupsOf(node: Node, items: readonly Node[], passed: readonly string[], owners: readonly string[]): readonly string[] | null | 'several' {
  if (node['aggregate_handling'] === 'FORCE_AGGREGATES') return passed;
  const groups = list(node['group_expressions']);
  if (groups.length === 0) return isEmpty(node['group_sets']) ? null : 'several';
  const sets = node['group_sets'] as readonly (readonly unknown[])[];
  if (sets.length !== 1 || sets[0]?.length !== groups.length) return 'several';
  return groups.flatMap((group) => {
    const place = group['class'] === 'CONSTANT' ? Number((group['value'] as Node)['value']) : null;
    const column = columnOf(place === null ? group : (items[place - 1] ?? {}), owners);
    return column === null ? [] : [column];
  });
}

/** The table's column that an expression is; null where it is something else. */
function columnOf(item: Node, owners: readonly string[]): string | null {
  if (item['class'] !== 'COLUMN_REF') return null;
  const names = (item['column_names'] as readonly string[]).map((name) => name.toLowerCase());
  if (names.length === 2 && owners.includes(names[0] ?? '')) return names[1] ?? null;
  return names.length === 1 ? (names[0] ?? null) : null;
}

function nameOf(item: Node): string | null {
  return typeof item['alias'] === 'string' && item['alias'] !== '' ? item['alias'].toLowerCase() : null;
}

function uses(item: unknown, functions: ReadonlySet<string>): boolean {
  if (Array.isArray(item)) return item.some((part) => uses(part, functions));
  if (typeof item !== 'object' || item === null) return false;
  const name = (item as Node)['function_name'];
  return (typeof name === 'string' && functions.has(name.toLowerCase())) || Object.values(item).some((part) => uses(part, functions));
}

function list(value: unknown): readonly Node[] {
  return Array.isArray(value) ? (value as readonly Node[]) : [];
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}
