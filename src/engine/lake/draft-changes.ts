import type { ChangeLine, LogicalPath } from '../../contract/index.ts';
import type { Draft } from './draft.ts';
import type { DraftChange } from './draft-table.ts';
import type { LakeIndex } from './lake-index.ts';
import type { Steps } from './steps.ts';

/** What a draft changes against the version that it will follow, one line at a time. */

interface Totals {
  readonly files: number;
  readonly bytes: number;
}

type Before = ReturnType<LakeIndex['fileAt']>;

/** The changes of a draft against version `base` (null: none), sorted by path. A file that is there with the same bytes is no change. */
export class DraftChanges {
  readonly #draft: Draft;
  readonly #index: LakeIndex;
  readonly #base: number | null;
  /** New path by old path, of the renames that are told as such. */
  readonly #renamed = new Map<LogicalPath, LogicalPath>();

  constructor(draft: Draft, index: LakeIndex, base: number | null) {
    this.#draft = draft;
    this.#index = index;
    this.#base = base;
    for (const rename of draft.changes.renames()) if (this.#isRename(rename)) this.#renamed.set(rename.from, rename.path);
  }

  *lines(): Generator<ChangeLine> {
    for (const change of this.#draft.changes.byPath('')) {
      const line = this.#lineOf(change, this.#before(change.path));
      if (line !== null) yield line;
    }
  }

  /** How many changes there are, and what files and bytes become of those of the version before. */
  async totals(before: Totals, steps: Steps): Promise<Totals & { readonly changes: number }> {
    let { files, bytes } = before;
    let changes = 0;
    for (const change of this.#draft.changes.byPath('')) {
      const old = this.#before(change.path);
      const line = this.#lineOf(change, old);
      steps.did(1);
      await steps.breathe();
      if (line === null) continue;
      changes += 1;
      if (line.do === 'add') files += 1;
      if (line.do === 'remove') files -= 1;
      if (line.do === 'add' || line.do === 'replace') bytes += line.size;
      if (line.do === 'replace' || line.do === 'remove') bytes -= old?.size ?? 0;
    }
    return { files, bytes, changes };
  }

  #isRename({ path, file, from }: DraftChange & { readonly from: LogicalPath }): boolean {
    if (file === 'gone' || this.#renamed.has(from) || this.#draft.staged(from) !== 'gone') return false;
    return this.#before(path) === null && this.#before(from)?.sha256 === file.sha256;
  }

  #lineOf({ path, file, from }: DraftChange, old: Before): ChangeLine | null {
    if (file === 'gone') return old === null || this.#renamed.has(path) ? null : { do: 'remove', path };
    if (old?.sha256 === file.sha256) return null;
    if (from !== null && this.#renamed.get(from) === path) return { do: 'rename', from, path };
    return { do: old === null ? 'add' : 'replace', path, sha256: file.sha256, size: file.size, mtime: file.mtime };
  }

  #before(path: LogicalPath): Before {
    return this.#base === null ? null : this.#index.fileAt(this.#draft.dataset, this.#base, path);
  }
}

export interface Conflicts {
  readonly count: number;
  /** The first hundred. */
  readonly paths: readonly LogicalPath[];
}

const LISTED = 100;

/**
 * Paths that the draft touches and that changed between its base and the newest version: the reason to stop with DATASET_MOVED. A draft that
 * began without any version has a conflict with every path that is now there.
 */
export function conflictsOf(draft: Draft, index: LakeIndex, newest: number): Conflicts {
  const paths: LogicalPath[] = [];
  let count = 0;
  for (const path of touchedPaths(draft, index, newest)) {
    count += 1;
    if (paths.length < LISTED) paths.push(path);
  }
  return { count, paths };
}

function* touchedPaths(draft: Draft, index: LakeIndex, newest: number): Generator<LogicalPath> {
  const from = draft.details.base?.ver ?? null;
  if (from === null) {
    for (const { path } of draft.changes.byPath('')) if (index.fileAt(draft.dataset, newest, path) !== null) yield path;
  } else {
    for (const path of index.changedPaths(draft.dataset, from, newest)) if (draft.changes.get(path) !== null) yield path;
  }
}

/** A name that would be a file and, for another one, also a folder (OCFL 1.1 E095); null where there is none. The version before has none. */
export async function nameClash(draft: Draft, index: LakeIndex, base: number | null, steps: Steps): Promise<{ readonly file: string; readonly below: string } | null> {
  const isFile = (path: string): boolean => {
    const staged = draft.staged(path as LogicalPath);
    if (staged !== null) return staged !== 'gone';
    return base !== null && index.fileAt(draft.dataset, base, path as LogicalPath) !== null;
  };
  let last = '';
  for (const { path, file } of draft.changes.byPath('')) {
    await steps.breathe();
    if (file === 'gone') continue;
    // Folders that the path before has too were judged with it.
    for (let slash = path.lastIndexOf('/'); slash > 0 && !last.startsWith(path.slice(0, slash + 1)); slash = path.lastIndexOf('/', slash - 1)) {
      const folder = path.slice(0, slash);
      if (isFile(folder)) return { file: folder, below: path };
    }
    last = path;
    if (base === null || index.fileAt(draft.dataset, base, path) !== null) continue;
    // A new name may be that of a folder of the version before.
    for (const below of index.pathsBelow(draft.dataset, base, path)) if (draft.staged(below) !== 'gone') return { file: path, below };
  }
  return null;
}
