import { bagitCodes } from './bagit/codes.ts';
import type { CodeMeaning } from './codes.ts';
import { verifyCodes } from './codes.ts';
import { ocflCodes } from './ocfl/codes.ts';
import type { VerifyReport } from './report.ts';

const tables: Readonly<Record<VerifyReport['kind'], Readonly<Record<string, CodeMeaning>>>> = {
  lake: verifyCodes,
  package: verifyCodes,
  bag: bagitCodes,
  'ocfl-object': ocflCodes,
  'ocfl-storage-root': ocflCodes,
};

/** What a code means in a report of a kind; null for a text that is no code of it. */
export function meaningOf(kind: VerifyReport['kind'], code: string): CodeMeaning | null {
  const table = tables[kind];
  return Object.hasOwn(table, code) ? (table[code] ?? null) : null;
}
