import type { CodeMeaning } from '../codes.ts';

const error = (means: string): CodeMeaning => ({ severity: 'error', means });

/** Every code that the check of an object or storage root can find: those of OCFL 1.0 and 1.1, and what the standard has no code for. */
export const ocflCodes = {
  E003: error('The file that declares the OCFL version of an object is missing, or there are several.'),
} as const satisfies Record<string, CodeMeaning>;

export type OcflCode = keyof typeof ocflCodes;
