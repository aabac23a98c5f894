import { isSymbol, isWord, tokensOf, unquoted } from './tokens.ts';

/**
 * The cube that `REFRESH MATERIALIZED VIEW name` names, in lower case as SQL takes it, or as it stands between `"`. Null for every other statement, which DuckDB's parser then judges:
 * it does not know this one.
 */
export function refreshedView(sql: string): string | null {
  // Longer ones, and those of many words, are something else.
  if (sql.length > 10_000 || !/^\s*(?:--|\/\*|refresh\b)/i.test(sql)) return null;
  const tokens = tokensOf(sql);
  while (isSymbol(tokens.at(-1), ';')) tokens.pop();
  const [refresh, materialized, view, name, more] = tokens;
  if (!isWord(refresh, 'refresh') || !isWord(materialized, 'materialized') || !isWord(view, 'view') || name === undefined || more !== undefined) return null;
  if (name.kind === 'word') return name.text.toLowerCase();
  return name.text.startsWith('"') ? unquoted(name) : null;
}
