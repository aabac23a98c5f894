// Makes docs/ocfl-codes.md anew, from the table of codes and the mutants of the tests.
import { writeFileSync } from 'node:fs';
import { codesPage } from '../test/builders/ocfl/codes-page.ts';

writeFileSync(new URL('../docs/ocfl-codes.md', import.meta.url), codesPage());
