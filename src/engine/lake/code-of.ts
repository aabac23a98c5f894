/** Codes that Node has no name for, by what it calls them on Linux. */
const UNNAMED: ReadonlyMap<string, string> = new Map([['Unknown system error -116', 'ESTALE']]);

/** The system's code of an error (`ENOENT`), or ''. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  return UNNAMED.get(code) ?? code;
}
