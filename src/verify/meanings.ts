import { bagitCodes } from './bagit/codes.ts';
import type { CodeMeaning } from './codes.ts';
import { verifyCodes } from './codes.ts';
import { ocflCodes } from './ocfl/codes.ts';

const tables: readonly Readonly<Record<string, CodeMeaning>>[] = [verifyCodes, bagitCodes, ocflCodes];

/** What a code of any report means; null for a text that is no code. No two tables share one. */
export function meaningOf(code: string): CodeMeaning | null {
  for (const table of tables) if (Object.hasOwn(table, code)) return table[code] ?? null;
  return null;
}
