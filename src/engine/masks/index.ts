/** Masks: what a contract says must not be read in a table, made unreadable before a row is written. docs/formats/secrets.md. */
export { base32 } from './base32.ts';
export { dropSecret, keepSecret, keptSecret } from './kept.ts';
export type { KeptSecrets } from './kept.ts';
export { newPassphrase } from './passphrase/index.ts';
export { derivedKey, newSecret, secretIdOf, secretInDomain } from './secret.ts';
export type { MaskSecret } from './secret.ts';
export { unwrapSecret, WrappedSecret, wrapSecret } from './wrapped.ts';
