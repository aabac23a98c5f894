export { acceptClock, addAlias, addTag, createDataset, describeDataset, removeTag, revokeKey, withdrawVersion } from './acts.ts';
export type { Desk, VersionName } from './acts.ts';
