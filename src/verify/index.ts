export { verify } from './verify.ts';
export type { Checked, PackageAnswers, VerifyOptions, VerifyReport } from './report.ts';
export { verifyCodes } from './codes.ts';
export type { VerifyCode } from './codes.ts';
