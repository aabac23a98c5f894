export { sniff, SNIFF_BYTES } from './sniff.ts';
export { nameOfDrop, stageDrop } from './stage.ts';
export type { StagedDrop } from './stage.ts';
