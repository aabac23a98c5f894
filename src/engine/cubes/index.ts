/** Cubes: their definitions, and what of them can be told without the lake. `engine/cubing.ts` defines and refreshes them. */
export { compileCube, refreshRules } from './definition.ts';
export type { CompiledCube, CubePlan, RefreshRule } from './definition.ts';
export { castAdvice, cubeColumnType } from './column-type.ts';
export { boundsFor, windowOf } from './window.ts';
export type { CubeWindow } from './window.ts';
export { CUBE_DOMAIN, refreshedOf, refreshedText } from './refreshed.ts';
export type { Refreshed } from './refreshed.ts';
