import { fileURLToPath } from 'node:url';

/**
 * The command line as tests start it. `npm test` names the joined file that people run too, which starts in a third of the time; without it the sources run as
 * they are, so that one test can be tried without building anything.
 */
export const hmsFile = process.env['HMS_TEST_PROGRAM'] ?? fileURLToPath(new URL('../../src/cli/hms.ts', import.meta.url));
