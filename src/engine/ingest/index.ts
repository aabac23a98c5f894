/** Bringing files into a draft: read once, hashed and copied in the same pass, durable before the journal names them. */
export { intake } from './intake.ts';
export type * from './types.ts';
