export type { NewPart, TableChange, TableDefinition, TableDesk, TableIndex, TableShelf } from './types.ts';
export { commitTables } from './commit.ts';
export type { CommittedTables, CubeAct, TableAct } from './commit.ts';
export { foreignCommit, logFolder, publishCheckpoint } from './log.ts';
export { linesUnknown, tableUnknown } from './prepare.ts';
export { recoverTables, unfinishedTables } from './recover.ts';
export type { TableRecovery } from './recover.ts';
export { fileOf, partsOfView, tableFiles } from './read.ts';
export type { TableFiles } from './read.ts';
