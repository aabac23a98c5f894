export { FolderWriter } from './folder-writer.ts';
export { lineageWords } from './words.ts';
export { writeFolder, writeVersionZip, writeZip } from './write-package.ts';
export type { PackageOptions } from './write-package.ts';
export type {
  Counts,
  HistoryItem,
  Lineage,
  PackageEvent,
  PackageFile,
  PackageInput,
  PackageResult,
  PackageSigner,
  PackageSink,
  PackageWriter,
  SignerKind,
  VersionContent,
  VersionPackageInput,
} from './types.ts';
