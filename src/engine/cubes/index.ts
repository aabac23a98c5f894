/** Cubes: what of them can be told without the lake. `engine/cube-definition.ts` reads their definitions, `engine/cube-defining.ts` defines and `engine/cube-refreshing.ts` refreshes them. */
export { castAdvice, cubeColumnType } from './column-type.ts';
export { boundsFor, windowOf } from './window.ts';
export type { CubeWindow } from './window.ts';
export { CUBE_DOMAIN, refreshedOf, refreshedText } from './refreshed.ts';
export type { Refreshed } from './refreshed.ts';
