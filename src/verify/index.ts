export { verify } from './verify.ts';
export type { Checked, PackageAnswers, VerifyOptions, VerifyReport } from './report.ts';
export { verifyCodes } from './codes.ts';
export type { CodeMeaning, VerifyCode } from './codes.ts';
export { bagitCodes } from './bagit/codes.ts';
export type { BagitCode } from './bagit/codes.ts';
export { ocflCodes } from './ocfl/codes.ts';
export type { OcflCode } from './ocfl/codes.ts';
export { meaningOf } from './meanings.ts';
