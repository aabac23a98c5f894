import type { Description, Imported, Instant, LogicalPath, Sha256 } from '../../contract/index.ts';
import type { Sink } from './sink.ts';

/** What a version is staged into: the dataset's draft, which stands on the version before. */
export interface ImportDraft {
  /** The file at a path in the version before. */
  base(path: LogicalPath): { readonly sha256: Sha256; readonly size: number; readonly mtime: Instant | null } | null;
  /** Whether something was staged before. */
  readonly hasChanges: boolean;
  /** Throws where the draft has changes at other paths than these: someone was working on it. */
  refuseOthers(paths: ReadonlySet<LogicalPath>): void;
}

/** One version of what is imported. */
export interface SourceVersion {
  readonly imported: Imported;
  /** Its own message; null where it has none. */
  readonly message: string | null;
  /** Copies what it changes into the draft. */
  stage(draft: ImportDraft, sink: Sink): Promise<void>;
}

/** A bag or an OCFL object that was opened to be imported. */
export interface ImportSource {
  readonly form: Imported['form'];
  /** What it is called there; null where it does not say. */
  readonly id: string | null;
  readonly versions: readonly SourceVersion[];
  /** What it says of itself, in Dublin Core names. */
  readonly description: Description;
  /** What is there and is not imported. */
  readonly left: readonly string[];
  /** For progress. */
  readonly files: number;
  readonly bytes: number;
  close(): Promise<void>;
}
