/** Tables that a tree of `json_serialize_sql` names and that are not its own WITH tables, in their scopes as DuckDB sees them. */
export interface TreeReference {
  readonly name: string;
  /** Byte of the text at which the name stands. */
  readonly location: number;
  readonly hasAlias: boolean;
  readonly hasInstant: boolean;
}

type Node = Readonly<Record<string, unknown>>;

export interface TreeReferences {
  readonly tables: readonly TreeReference[];
  /** WITH tables of which a past state is asked for. */
  readonly ownInThePast: readonly TreeReference[];
}

/** Not recursive: how deep a statement is, its writer decides. */
export function referencesOf(serialized: string): TreeReferences {
  const tables: TreeReference[] = [];
  const ownInThePast: TreeReference[] = [];
  const left: { readonly value: unknown; readonly own: ReadonlySet<string> }[] = [{ value: JSON.parse(serialized), own: new Set<string>() }];
  for (let item = left.pop(); item !== undefined; item = left.pop()) {
    const { value, own } = item;
    if (Array.isArray(value)) {
      for (const part of value as readonly unknown[]) left.push({ value: part, own });
      continue;
    }
    if (typeof value !== 'object' || value === null) continue;
    const node = value as Node;
    if (node['type'] === 'BASE_TABLE') {
      const reference = referenceOf(node);
      if (!own.has(reference.name.toLowerCase())) tables.push(reference);
      else if (reference.hasInstant) ownInThePast.push(reference);
    }
    const within = withOwn(node, own, (part, names) => left.push({ value: part, own: names }));
    for (const [key, part] of Object.entries(node)) if (key !== 'cte_map' && typeof part === 'object' && part !== null) left.push({ value: part, own: within });
  }
  return { tables: tables.sort((a, b) => a.location - b.location), ownInThePast };
}

function referenceOf(node: Node): TreeReference {
  const text = (key: string): string => (typeof node[key] === 'string' ? node[key] : '');
  return { name: text('table_name'), location: Number(node['query_location']), hasAlias: text('alias') !== '', hasInstant: node['at_clause'] !== null && node['at_clause'] !== undefined };
}

/** A WITH table is seen by those after it and by the query that has it; by itself only where it is recursive, so that `WITH t AS (SELECT * FROM t …)` reads the table of that name. */
function withOwn(node: Node, own: ReadonlySet<string>, visit: (part: unknown, own: ReadonlySet<string>) => void): ReadonlySet<string> {
  let seen = own;
  const recursive = node['type'] === 'RECURSIVE_CTE_NODE' && typeof node['cte_name'] === 'string' ? node['cte_name'].toLowerCase() : null;
  if (recursive !== null) seen = new Set([...seen, recursive]);
  const map = (node['cte_map'] as { readonly map?: unknown } | undefined)?.map;
  if (!Array.isArray(map)) return seen;
  for (const { key, value } of map as readonly Node[]) {
    visit(value, seen);
    if (typeof key === 'string') seen = new Set([...seen, key.toLowerCase()]);
  }
  return seen;
}
