export { DoorContext, doorOf, useDoor } from './context.ts';
export type { Call, Door } from './context.ts';
export { findHost } from './host.ts';
export type { Host } from './host.ts';
export { follow } from './follow.ts';
export type { Connection, Following } from './follow.ts';
export { download, saveText } from './save.ts';
