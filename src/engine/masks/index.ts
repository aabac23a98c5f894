/** Masks: what a contract says must not be read in a table, made unreadable before a row is written. docs/formats/secrets.md. */
export { maskedType, maskerOf, needsSecret } from './mask.ts';
export type { Masker } from './mask.ts';
export { secretIdOf } from './secret.ts';
export type { MaskSecret } from './secret.ts';
