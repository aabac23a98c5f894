export { openCatalog } from './open.ts';
export type { CatalogOptions, OpenedCatalog } from './open.ts';
export { Catalog } from './catalog.ts';
export type { CatalogTotals, NoteRow, Position, Projected } from './catalog.ts';
<<<<<<< HEAD
export { nearestName } from './nearest.ts';
=======
export { SqlDraftTable } from './draft-table.ts';
>>>>>>> 1e27a86 (A commit streams a draft of any number of files, tells how far it is and can be stopped)
export { takeStationLock } from './station-lock.ts';
export type { StationLock } from './station-lock.ts';
export { CatalogError } from './errors.ts';
export type { CatalogTrouble } from './errors.ts';
export type { BodyFound, LinesTaken, Projection } from './projection.ts';
export type { Totals } from './file-lines.ts';
export type { StateFile } from './file-state.ts';
export type { FilePage, FileRow } from './file-read.ts';
export type { Differences, DifferenceTotals, FileDifference } from './diff.ts';
export type { DatasetDetail, DatasetPage, DatasetSummary, ExportRow, Said } from './dataset-read.ts';
export type { KeyDetail } from './key-read.ts';
export type { VersionDetail } from './version-read.ts';
export type { Destruction, Event } from './events.ts';
export type { Resolved } from './resolve.ts';
export type { LogEntry, LogFilter, LogPage } from './log-read.ts';
