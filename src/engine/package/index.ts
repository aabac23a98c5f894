export { writeVersionZip } from './write-version.ts';
export type { PackageOptions } from './write-version.ts';
export type {
  HistoryItem,
  PackageEvent,
  PackageFile,
  PackageResult,
  PackageSigner,
  PackageSink,
  SignerKind,
  VersionPackageInput,
} from './types.ts';
