/**
 * What may run in the query process: one statement that DuckDB's own parser takes for a SELECT (also VALUES, FROM …, DESCRIBE and SUMMARIZE of one, which it gives
 * as SELECT too), or a plain EXPLAIN of it. The tree is walked for tables and functions: those that reach outside of the tables that were given are refused
 * by name, although the locked configuration would stop them as well.
 */

export interface JudgedStatement {
  /** Tables that it names and that are not its own WITH tables, each once, as written. */
  readonly tables: readonly string[];
  /** Column names that it uses, each once, as written; names of struct fields and of lambda parameters among them. */
  readonly columns: readonly string[];
  /** Whether it speaks of all columns without naming them (`*`, `COLUMNS(…)`). */
  readonly allColumns: boolean;
}

export type Verdict = { readonly ok: true; readonly statement: JudgedStatement } | { readonly ok: false; readonly why: string; readonly place: TreePlace | null };

/** Where in the text: the parser counts its errors' places in code points, the tree those of its nodes in UTF-8 bytes. */
export type TreePlace = { readonly codePoints: number } | { readonly bytes: number };

type Node = Readonly<Record<string, unknown>>;

/** Table functions that make rows of their arguments alone. */
const ownRows: ReadonlySet<string> = new Set(['range', 'generate_series', 'unnest', 'repeat', 'repeat_row', 'json_each', 'json_tree', 'regexp_split_to_table', 'generate_subscripts']);

/** Functions that tell of, or act on, something else than their arguments. */
const reachingOut: ReadonlySet<string> = new Set([
  ...['getenv', 'getvariable', 'current_setting', 'nextval', 'currval', 'write_log', 'checkpoint', 'force_checkpoint', 'query', 'query_table', 'which_secret', 'add_parquet_key'],
  ...['set_config', 'current_database', 'current_schema', 'current_schemas', 'current_catalog', 'current_query', 'current_connection_id', 'current_query_id', 'current_transaction_id'],
  ...['txid_current', 'in_search_path', 'setseed', 'sleep_ms', 'icu_sort_key_cleanup', 'json_execute_serialized_sql', 'json_serialize_plan', 'from_substrait', 'getfilesize', 'file_exists'],
]);
const reachingOutPrefixes = ['pg_', 'duckdb_', 'pragma_', 'read_', 'parquet_', 'sniff_', 'sql_auto_', 'has_', 'glob', 'seq_scan', 'index_scan', 'arrow_scan', 'pandas_', 'python_', 'copy_', 'load_', 'install_', 'enable_', 'disable_'];

const ONE_AT_A_TIME = 'One statement is run at a time.';
const ONLY_SELECT = 'Only a SELECT can be run here, or a DESCRIBE, SUMMARIZE or EXPLAIN of one: statements that change, copy, attach or set something are refused.';

/**
 * Judges what `json_serialize_sql` gave. `allowed` are the tables that may be named, ignoring case as SQL does; null: any, because that is asked later.
 */
export function judgeTree(serialized: string, allowed: readonly string[] | null): Verdict {
  const tree = parse(serialized);
  if (tree === null) return no('The statement is nested too deeply to be looked at.');
  if (tree['error'] === true) return no(parserWords(tree), typeof tree['position'] === 'string' ? { codePoints: Number(tree['position']) } : null);
  const statements = tree['statements'];
  if (!Array.isArray(statements) || statements.length === 0) return no('There is no statement.');
  if (statements.length > 1) return no(ONE_AT_A_TIME);
  const walk = new Walk(allowed);
  walk.from(statements[0]);
  return walk.why === null ? { ok: true, statement: walk.statement() } : no(walk.why, walk.place);
}

function no(why: string, place: TreePlace | null = null): Verdict {
  return { ok: false, why, place };
}

/** Numbers of the tree are not looked at, so that it does not matter what becomes of those beyond 2^53. */
function parse(text: string): Node | null {
  try {
    return JSON.parse(text) as Node;
  } catch {
    return null;
  }
}

function parserWords(tree: Node): string {
  if (tree['error_type'] === 'not implemented') return ONLY_SELECT;
  const message = typeof tree['error_message'] === 'string' ? tree['error_message'] : '';
  if (message === 'A CTE needs a SELECT' || message.startsWith('SELECT INTO')) return ONLY_SELECT;
  const place = typeof tree['position'] === 'string' ? ` (at character ${Number(tree['position']) + 1})` : '';
  return `The statement cannot be understood: ${message.replace(/\.?$/, '')}${place}.`;
}

/** Walks all nodes with the names of WITH tables that are in sight at each. Not recursive: how deep a statement is, its writer decides. */
class Walk {
  why: string | null = null;
  place: TreePlace | null = null;
  readonly #allowed: ReadonlySet<string> | null;
  readonly #tables = new Map<string, string>();
  readonly #columns = new Map<string, string>();
  #allColumns = false;

  constructor(allowed: readonly string[] | null) {
    this.#allowed = allowed === null ? null : new Set(allowed.map((name) => name.toLowerCase()));
  }

  statement(): JudgedStatement {
    return { tables: [...this.#tables.values()], columns: [...this.#columns.values()], allColumns: this.#allColumns };
  }

  from(root: unknown): void {
    const left: { readonly value: unknown; readonly own: ReadonlySet<string> }[] = [{ value: root, own: new Set<string>() }];
    for (let item = left.pop(); item !== undefined && this.why === null; item = left.pop()) {
      const { value } = item;
      if (Array.isArray(value)) {
        for (const part of value as readonly unknown[]) left.push({ value: part, own: item.own });
      } else if (typeof value === 'object' && value !== null) {
        const node = value as Node;
        const own = withOwnTables(node, item.own);
        this.#look(node, own);
        // Beyond 2^53 stands for no place.
        if (this.why !== null && Number.isSafeInteger(node['query_location'])) this.place = { bytes: node['query_location'] as number };
        for (const part of Object.values(node)) if (typeof part === 'object' && part !== null) left.push({ value: part, own });
      }
    }
  }

  #look(node: Node, own: ReadonlySet<string>): void {
    switch (node['type']) {
      case 'BASE_TABLE':
        this.#table(node, own);
        return;
      case 'TABLE_FUNCTION':
        this.#tableFunction(node['function']);
        return;
      case 'SHOW_REF':
        // With a query it describes that; without, it lists what the database has.
        if (node['query'] === null || node['query'] === undefined) this.why = 'SHOW is not run here: the tables are those that were given.';
        return;
      case 'COLUMN_REF':
        for (const name of strings(node['column_names'])) this.#columns.set(name.toLowerCase(), name);
        return;
      case 'STAR':
        this.#allColumns = true;
        return;
      case 'FUNCTION':
      case 'WINDOW':
        if (typeof node['function_name'] === 'string') this.#function(node['function_name']);
    }
    // A tree of a newer parser may bring what is not known here.
    if (typeof node['type'] === 'string' && node['type'].endsWith('_NODE') && !queryNodes.has(node['type'])) this.why = ONLY_SELECT;
  }

  #table(node: Node, own: ReadonlySet<string>): void {
    const name = typeof node['table_name'] === 'string' ? node['table_name'] : '';
    const isQualified = [node['schema_name'], node['catalog_name']].some((part) => typeof part === 'string' && part !== '');
    if (!isQualified && own.has(name.toLowerCase())) return;
    if (isQualified || (this.#allowed !== null && !this.#allowed.has(name.toLowerCase()))) this.why = `There is no table "${qualified(node, name)}" here.`;
    else this.#tables.set(name.toLowerCase(), name);
  }

  #tableFunction(call: unknown): void {
    const name = typeof call === 'object' && call !== null ? (call as Node)['function_name'] : undefined;
    if (typeof name !== 'string') this.why = ONLY_SELECT;
    else if (!ownRows.has(name.toLowerCase())) this.why = `The function ${name} is not run here: a statement reads the tables that were given, and nothing else.`;
  }

  #function(name: string): void {
    const lower = name.toLowerCase();
    if (ownRows.has(lower)) return;
    if (reachingOut.has(lower) || reachingOutPrefixes.some((prefix) => lower.startsWith(prefix))) {
      this.why = `The function ${name} is not run here: a statement reads the tables that were given, and nothing else.`;
    }
  }
}

const queryNodes: ReadonlySet<unknown> = new Set(['SELECT_NODE', 'SET_OPERATION_NODE', 'RECURSIVE_CTE_NODE', 'CTE_NODE']);

/** WITH tables are in sight in the whole node that has them, in one another too. */
function withOwnTables(node: Node, own: ReadonlySet<string>): ReadonlySet<string> {
  const map = node['cte_map'] as { readonly map?: unknown } | undefined;
  const names = Array.isArray(map?.map) ? (map.map as readonly Node[]).flatMap(({ key }) => (typeof key === 'string' ? [key.toLowerCase()] : [])) : [];
  return names.length === 0 ? own : new Set([...own, ...names]);
}

function qualified(node: Node, name: string): string {
  return [node['catalog_name'], node['schema_name'], name].filter((part) => typeof part === 'string' && part !== '').join('.');
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((part) => typeof part === 'string') : [];
}
