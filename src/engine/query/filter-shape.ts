/**
 * Whether a statement is still what a filter was put into: one column of one table with a condition, and nothing else. A condition such as
 * `true) UNION SELECT …` would make another statement of it, harmless to others and not what its writer is told.
 */
export function isFilterTree(serialized: string): boolean {
  const { statements } = JSON.parse(serialized) as { readonly statements: readonly { readonly node: Readonly<Record<string, unknown>> }[] };
  const node = statements[0]?.node;
  if (node === undefined || node['type'] !== 'SELECT_NODE') return false;
  const empty = ['modifiers', 'group_expressions', 'group_sets'].every((name) => Array.isArray(node[name]) && node[name].length === 0);
  const absent = ['having', 'sample', 'qualify'].every((name) => node[name] === null);
  const list = node['select_list'];
  const table = node['from_table'] as { readonly type?: unknown } | null;
  const ctes = node['cte_map'] as { readonly map?: readonly unknown[] } | undefined;
  return empty && absent && Array.isArray(list) && list.length === 1 && table?.type === 'BASE_TABLE' && (ctes?.map?.length ?? 0) === 0;
}
