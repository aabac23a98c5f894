/** DuckDB, in a process of its own: people's statements never run in the engine. */
export { QueryProcesses, STANDARD_LIMITS } from './processes.ts';
export type { ProcessesOptions } from './processes.ts';
export { QuerySession } from './session.ts';
export type { SessionOptions } from './session.ts';
export { askable, originalPosition } from './askable.ts';
export type { Answered, Limits, PartsOptions, QueryProcess } from './query-process.ts';
export type { SimpleShape, StatementShape } from './shape.ts';
export { refreshedView } from './refresh-statement.ts';
export type { JudgedStatement } from './gate.ts';
export type { AskedCondition, AskedValue, Batch, Cell, ColumnStatistics, ColumnValues, CopyFormat, Page, Parameters, PlainColumn, Planned, PlannedInstant, PublicationNote, Reference, ResultColumn, ResultFormat, RowWindow, TableSource, TextTable, WrittenPart } from './protocol.ts';
export { systemProbe } from './memory.ts';
export type { MemoryProbe } from './memory.ts';
export { CUBE_MS, DUCKDB_MEMORY, RULE_MS, TRIAL_MS } from './processes.ts';
export type { AskedState, RelationName, Relations, Snapshot, SnapshotRows, SnapshotWork, WrittenRows } from './relations.ts';
