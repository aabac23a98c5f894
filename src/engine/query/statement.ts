/** The words before a statement that DuckDB's parser does not give as a tree. */

/** Longer ones are no person's question. */
const MAX_CHARACTERS = 1_000_000;

export type Opened = { readonly ok: true; readonly explain: string; readonly sql: string } | { readonly ok: false; readonly why: string };

/** Takes `EXPLAIN` and `EXPLAIN ANALYZE` off, so that what they explain can be judged as any other statement. `explain` + `sql` is the whole. */
export function openStatement(text: string): Opened {
  if (text.length > MAX_CHARACTERS) return { ok: false, why: `The statement is longer than ${MAX_CHARACTERS.toLocaleString('en-US')} characters.` };
  // C programs take it for the end of the text, so that two readers would not read the same.
  if (text.includes('\0')) return { ok: false, why: 'The statement holds a NUL character.' };
  if (!text.isWellFormed()) return { ok: false, why: 'The statement is not well-formed Unicode.' };
  const explain = /^(?:\s|--[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*explain(?:\s+analyze)?(?=\s)/i.exec(text)?.[0] ?? '';
  return { ok: true, explain, sql: text.slice(explain.length) };
}
