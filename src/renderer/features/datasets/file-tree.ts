import type { z } from 'zod';
import type { Difference as DifferenceSchema, TreeRow } from '../../../contract/api/index.ts';
import { folderOf, nameOf } from '../../format/index.ts';
import type { ChangeKind } from '../../ui/status.tsx';
import type { TreeNode } from '../../ui/tree-table.tsx';

export type Difference = z.infer<typeof DifferenceSchema>;

/** A line of the tree: a folder, a file, a file that is gone, or what stands for lines that are not here yet. */
export type FileLine =
  | { readonly kind: 'folder'; readonly path: string; readonly name: string; readonly files: number; readonly bytes: number; readonly change: ChangeKind }
  | { readonly kind: 'file'; readonly path: string; readonly name: string; readonly size: number; readonly sha256: string; readonly mtime: string | null; readonly since: number; readonly change: ChangeKind; readonly from: string | null }
  | { readonly kind: 'gone'; readonly path: string; readonly name: string; readonly change: 'removed' }
  | { readonly kind: 'more'; readonly path: string; readonly name: string; readonly under: string; readonly shown: number }
  | { readonly kind: 'loading'; readonly path: string; readonly name: string };

/** What is known of a folder. */
export interface FolderState {
  readonly items: readonly TreeRow[];
  /** There is more of it. */
  readonly more: boolean;
}

/** How a version differs from the one it is compared with, by path. */
export interface Changes {
  readonly byPath: ReadonlyMap<string, Difference>;
  /** Paths that are gone, by the folder they stood in: names taken out, and the old names of renamed files. */
  readonly goneIn: ReadonlyMap<string, readonly string[]>;
  /** Folders (`a/b/`) below which something differs. */
  readonly folders: ReadonlySet<string>;
}

const kinds = { added: 'added', removed: 'removed', replaced: 'changed', renamed: 'renamed' } as const;

export function changesOf(differences: readonly Difference[]): Changes {
  const byPath = new Map<string, Difference>();
  const goneIn = new Map<string, string[]>();
  const folders = new Set<string>();
  const mark = (path: string): void => {
    for (let folder = folderOf(path); folder !== '' && !folders.has(folder); folder = folderOf(folder.slice(0, -1))) folders.add(folder);
  };
  const gone = (path: string): void => {
    const folder = folderOf(path);
    goneIn.set(folder, [...(goneIn.get(folder) ?? []), path]);
    mark(path);
  };
  for (const difference of differences) {
    mark(difference.path);
    if (difference.kind === 'removed') gone(difference.path);
    else byPath.set(difference.path, difference);
    if (difference.kind === 'renamed' && difference.from !== null) gone(difference.from);
  }
  return { byPath, goneIn, folders };
}

const order: Readonly<Record<ChangeKind, number>> = { added: 0, removed: 1, changed: 2, renamed: 3, same: 4 };

/**
 * The tree as it is drawn. `folder` answers what is known of a folder, null while it is being read. Within a folder differences come first, then folders before
 * files, then names. `changes` is null where nothing is compared.
 */
export function nodesOf(under: string, folder: (under: string) => FolderState | null, changes: Changes | null): TreeNode<FileLine>[] {
  const state = folder(under);
  if (state === null) return [leaf({ kind: 'loading', path: `${under}\0loading`, name: '' })];
  const lines: TreeNode<FileLine>[] = state.items.map((row) => {
    if (row.kind === 'folder') {
      const inside = row.path.endsWith('/') ? row.path : `${row.path}/`;
      return { key: inside, text: row.name, row: { ...row, path: inside, change: changes?.folders.has(inside) === true ? 'changed' : 'same' }, children: folder(inside) === null ? [leaf({ kind: 'loading', path: `${inside}\0loading`, name: '' })] : nodesOf(inside, folder, changes) };
    }
    const difference = changes?.byPath.get(row.path);
    return leaf({ ...row, change: difference === undefined ? 'same' : kinds[difference.kind], from: difference?.from ?? null });
  });
  const gone = (changes?.goneIn.get(under) ?? []).filter((path) => !state.items.some((row) => row.path === path));
  lines.push(...gone.map((path) => leaf({ kind: 'gone', path, name: nameOf(path), change: 'removed' })));
  lines.push(...goneFolders(under, state, changes));
  lines.sort((a, b) => rank(a.row) - rank(b.row) || (a.row.name < b.row.name ? -1 : a.row.name > b.row.name ? 1 : 0));
  if (state.more) lines.push(leaf({ kind: 'more', path: `${under}\0more`, name: '', under, shown: state.items.length }));
  return lines;
}

/** Folders of the version before that have no file any more. */
function goneFolders(under: string, state: FolderState, changes: Changes | null): TreeNode<FileLine>[] {
  if (changes === null) return [];
  const here = new Set(state.items.filter(({ kind }) => kind === 'folder').map(({ name }) => name));
  const names = new Set<string>();
  for (const folder of changes.goneIn.keys()) {
    if (folder.length <= under.length || !folder.startsWith(under)) continue;
    const name = folder.slice(under.length).split('/')[0];
    // A folder of which only the first lines are here may well be there still.
    if (name !== undefined && !here.has(name) && !state.more) names.add(name);
  }
  return [...names].map((name) => {
    const path = `${under}${name}/`;
    const children = nodesOf(path, () => ({ items: [], more: false }), changes);
    return { key: path, text: name, row: { kind: 'folder', path, name, files: 0, bytes: 0, change: 'removed' }, children };
  });
}

function rank(line: FileLine): number {
  if (line.kind === 'more' || line.kind === 'loading') return 99;
  return (line.kind === 'folder' ? 0 : 10) + order[line.change];
}

function leaf(row: FileLine): TreeNode<FileLine> {
  return { key: row.path, text: row.name, row, children: null };
}
