import { valueOf } from './parameters.ts';
import type { Parameters } from './protocol.ts';

/** `SELECT … FROM t WHERE … LIMIT n`, without order or groups: any n rows that meet the WHERE are the answer, so that it need not go over all files of a table to begin with. */
export interface FirstRows {
  readonly limit: number;
  readonly offset: number;
  /** Names that it uses of functions, in lower case: it is one of these statements where they make one value of the values of one row. */
  readonly functions: readonly string[];
}

type Node = Readonly<Record<string, unknown>>;

/** Null where the statement is another one. */
export function firstRowsOf(serialized: string, parameters: Parameters): FirstRows | null {
  const node = (JSON.parse(serialized) as { readonly statements?: readonly { readonly node?: Node }[] }).statements?.[0]?.node;
  const from = node?.['from_table'] as Node | null | undefined;
  if (node?.['type'] !== 'SELECT_NODE' || from?.['type'] !== 'BASE_TABLE') return null;
  const ownTables = (node['cte_map'] as Node | undefined)?.['map'];
  const isPlain = [from['sample'], node['sample'], node['qualify'], node['having']].every((part) => part === null || part === undefined) && isEmpty(ownTables) && isEmpty(node['group_expressions']) && isEmpty(node['group_sets']);
  if (!isPlain || node['aggregate_handling'] !== 'STANDARD_HANDLING') return null;
  const [modifier, another] = node['modifiers'] as readonly Node[];
  if (modifier?.['type'] !== 'LIMIT_MODIFIER' || another !== undefined) return null;
  const [limit, offset] = [wholeNumber(modifier['limit'], parameters), modifier['offset'] === null ? 0 : wholeNumber(modifier['offset'], parameters)];
  const functions = functionsIn([node['select_list'], node['where_clause']]);
  return limit === null || offset === null || functions === null ? null : { limit, offset, functions };
}

function wholeNumber(expression: unknown, parameters: Parameters): number | null {
  const node = expression as Node | undefined;
  if (node?.['class'] === 'PARAMETER') return whole(valueOf(parameters, String(node['identifier'])));
  const value = node?.['class'] === 'CONSTANT' ? (node['value'] as { readonly type?: { readonly id?: string }; readonly is_null?: boolean; readonly value?: unknown }) : null;
  // A decimal is written without its point.
  return value?.type?.id === 'INTEGER' && value.is_null === false ? whole(value.value) : null;
}

function whole(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** Null where something in it goes over other rows. Not recursive: how deep a statement is, its writer decides. */
function functionsIn(parts: readonly unknown[]): string[] | null {
  const names = new Set<string>();
  const left = [...parts];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null) continue;
    const node = value as Node;
    if (node['class'] === 'SUBQUERY' || node['class'] === 'WINDOW') return null;
    if (typeof node['function_name'] === 'string') names.add(node['function_name'].toLowerCase());
    for (const part of Object.values(node)) if (typeof part === 'object' && part !== null) left.push(part);
  }
  return [...names];
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}
