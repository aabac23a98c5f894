import type { OcflCode } from '../../../src/verify/ocfl/index.ts';
import { ocflCodes } from '../../../src/verify/ocfl/index.ts';
import { codeIn } from '../../../src/verify/ocfl/codes.ts';
import { folderMutants } from './folder-mutants.ts';
import { fixityMutants, historyMutants } from './history-mutants.ts';
import { inventoryMutants } from './inventory-mutants.ts';
import type { Mutant } from './mutant.ts';
import { storageRootMutants } from './storage-root-mutants.ts';

export const objectMutants: readonly Mutant[] = [...folderMutants, ...inventoryMutants, ...fixityMutants, ...historyMutants];

/** Codes that no mutant can show on every machine, and what shows them. */
const otherwise: Partial<Record<OcflCode, string>> = {
  FILE_UNREADABLE: 'Shown by files without permission, and by an inventory of more than 200,000 versions.',
};

const MOST_NAMED = 3;

/** The defect that shows a code most plainly: the mutants with the fewest other codes. Empty where none does. */
export function mutantsOf(code: OcflCode): string[] {
  const all = [...objectMutants, ...storageRootMutants].filter(({ codes }) => codes.includes(code));
  return all.toSorted((a, b) => a.codes.length - b.codes.length).slice(0, MOST_NAMED).map(({ name }) => name);
}

/** How it is known that a code is raised, or why it never is; null where neither is so, which no code may be. */
export function shownBy(code: OcflCode): string | null {
  const { never } = ocflCodes[code];
  if (never !== undefined) return `Never raised. ${never}`;
  const named = mutantsOf(code);
  return named.length > 0 ? named.map((name) => `\`${name}\``).join(', ') : (otherwise[code] ?? null);
}

/** The text of docs/ocfl-codes.md. */
export function codesPage(): string {
  const codes = Object.keys(ocflCodes) as OcflCode[];
  const row = (code: OcflCode): string => {
    const { severity, section, means, only } = ocflCodes[code];
    return `| \`${code}\` | ${severity} | ${section}${only === undefined ? '' : `${section === '' ? '' : ', '}${only} only`} | ${means} | ${shownBy(code) ?? ''} |`;
  };
  const of = (spec: '1.0' | '1.1', letter: string): OcflCode[] => codes.filter((code) => new RegExp(`^${letter}\\d{3}$`).test(code) && (ocflCodes[code].only ?? spec) === spec);
  const changed = codes.filter((code) => codeIn('1.0', code) !== code);
  return `# What the check of OCFL objects and storage roots can find

This page is made by \`node scripts/ocfl-codes.mjs\` from the table in \`src/verify/ocfl/codes.ts\` and the tests' mutants; a test fails where it is out of date.

\`hms dta verify PATH\` checks an object or a storage root of the Oxford Common File Layout, 1.0 or 1.1, whoever made it, and only reads. Which version of
the specification counts, the declaration of the object says, and where it says nothing the type of its inventory. Every finding has the standard's code,
the place, and a sentence that says what was found. An error (E) is against a MUST of the standard, a warning (W) against a SHOULD; a note is neither. The
codes at the end are our own.

Each code that a check can raise is shown by at least one **mutant**: a valid object or storage root with one defect, made by the tests, which assert the
exact set of codes that it gives. The most telling ones are named. The specification also numbers rules that no check can judge; for those, the reason.

OCFL 1.1 has ${String(of('1.1', 'E').length)} codes of errors and ${String(of('1.1', 'W').length)} of warnings; OCFL 1.0 has ${String(of('1.0', 'E').length)} and ${String(of('1.0', 'W').length)}. Sections are those of OCFL 1.1; its text is the authority, the meanings here are in our words.

## Where codes overlap

- A file that the manifest lists and that is missing is \`E092\` and \`E023\`: the rule that it breaks is that of E092, and the fixtures of the standard name it E023.
- An id that changes between versions is \`E037\` and, in 1.1, \`E110\`. A content folder that changes its name after version 1 is \`E019\` and \`E020\`.
- A folder of a version that is missing between others is \`E046\` (the inventory describes it) and \`E010\` (the sequence has a gap).
- Version names that mix ways of padding are \`E012\` and \`E013\`; only the first that needs one digit more than the padding has (v01 … v09, v10) is \`E011\` and \`E013\`.
- A digest in a state that differs from the manifest's only in upper and lower case is \`E050\` in 1.0 too: the fixtures of 1.0 ask for it.
- A strange file among the folders of a storage root is \`E072\`, with \`E084\` where objects lie deeper and \`E085\` where the folders end.
- A version of a later specification inside an object of an earlier one is \`E103\`, also where the object is one of 1.0, which has no code for it.

## What is different in OCFL 1.0

Defects that OCFL 1.1 gave codes of their own are reported in an object of 1.0 under the rule that covers them there.

| 1.1 | 1.0 |
|---|---|
${changed.map((code) => `| \`${code}\` | \`${codeIn('1.0', code)}\` |`).join('\n')}

## The codes

| code | severity | section | meaning | shown by |
|---|---|---|---|---|
${codes.map(row).join('\n')}
`;
}
