export * from './bytes.ts';
export * from './canonical.ts';
export * from './merkle.ts';
export * from './tiles.ts';
export * from './checkpoint.ts';
export * from './proof.ts';
export * from './refs.ts';
export * from './entry.ts';
export * from './body.ts';
export * from './view.ts';
export * from './deed.ts';
export * from './changes.ts';
export * from './fits.ts';
export * from './effect.ts';
export * from './state.ts';
export * from './ocfl/index.ts';
// Both halves have a Change: the plain name is the ledger's.
export type { Change } from './changes.ts';
export type { Change as StateChange } from './ocfl/index.ts';
