/**
 * Records in TypeScript: versions that never change, and a ledger that knows where each came from.
 *
 * @packageDocumentation
 */
export { Dataset } from './dataset.ts';
export type { CommitOptions, CreateOptions, Exported, ExportOptions } from './dataset-options.ts';
export { Lake, lake } from './lake.ts';
export type { DatasetInfo, Import, ImportOptions, PublishedFile, PublishOptions } from './lake.ts';
export { Cubes } from './cubes.ts';
export type { CubeRefresh, RefreshOptions } from './cubes.ts';
export { RawDrops } from './raw.ts';
export type { PutRaw, PutRawOptions, RawFile } from './raw.ts';
export { sendRaw } from './raw-sending.ts';
export type { SendNote, SendRawOptions } from './raw-sending.ts';
export { QueryResult } from './query.ts';
export type { Cell, QueryColumn, QueryOptions, QueryRelation, QueryStatistics } from './query.ts';
export { Warehouse } from './warehouse.ts';
export type { Inserted, InsertOptions, NormalizeReport, Row } from './warehouse.ts';
export { Transform } from './transform.ts';
export type { CsvFilterOptions, CsvOptions, CsvToParquetOptions, CsvTrimOptions, FilesOptions, JsonToCsvOptions, RedactTextOptions, SqlOptions, TransformCommitOptions, TransformOptions } from './transform.ts';
export type { ByteSource, PutFileOptions, PutFolderOptions, PutStreamOptions } from './staging.ts';
export type { FileStream, OpenFileOptions } from './reading.ts';
export type { Description, Difference, DraftInfo, FileInfo, Imported, LakeOptions, Lineage, PutFolderResult, PutResult, Version, VersionName, WorkOptions } from './types.ts';
export { CancelledError, HmsError } from '../contract/index.ts';
export type { ErrorCode, ErrorDetails, Finding, OnProgress, Progress } from '../contract/index.ts';
export type { Checked, PackageAnswers, VerifyReport } from '../verify/index.ts';
