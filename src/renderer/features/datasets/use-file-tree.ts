import { useQueries } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import type { TreeRow } from '../../../contract/api/index.ts';
import { queries } from '../../data/index.ts';
import { useDoor } from '../../host/index.ts';
import type { TreeNode } from '../../ui/tree-table.tsx';
import { nodesOf } from './file-tree.ts';
import type { Changes, FileLine, FolderState } from './file-tree.ts';

/** Lines of a folder that are read at first; as many more each time one asks. */
const STEP = 500;

export interface FileTree {
  readonly nodes: readonly TreeNode<FileLine>[];
  /** The top has been read. */
  readonly ready: boolean;
  readonly error: unknown;
  readonly open: ReadonlySet<string>;
  onOpenChange(keys: ReadonlySet<string>): void;
  /** Reads more of a folder. */
  more(under: string): void;
  retry(): void;
}

/** The files of a version as a tree, read folder by folder as they are opened. */
export function useFileTree(ref: string, changes: Changes | null): FileTree {
  const { call } = useDoor();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set<string>());
  const [most, setMost] = useState<ReadonlyMap<string, number>>(new Map<string, number>([['', STEP]]));
  const unders = useMemo(() => ['', ...open], [open]);
  const { states, error, retry } = useQueries({ queries: unders.map((under) => queries.folder(call, ref, under, most.get(under) ?? STEP)), combine: together });
  const nodes = useMemo(() => {
    const known = new Map<string, FolderState>();
    unders.forEach((under, at) => {
      const state = states[at];
      if (state !== undefined) known.set(under, { items: state.items, more: state.next !== null });
    });
    return nodesOf('', (under) => known.get(under) ?? null, changes);
  }, [changes, unders, states]);
  const more = useCallback((under: string) => setMost((before) => new Map(before).set(under, (before.get(under) ?? STEP) + STEP)), []);
  return { nodes, ready: states[0] !== undefined, error, open, onOpenChange: setOpen, more, retry };
}

interface Folder {
  readonly items: readonly TreeRow[];
  readonly next: string | null;
}

/** One function for all renderings, so that the query library keeps what has not changed. */
function together(answers: readonly UseQueryResult<Folder>[]): { readonly states: readonly (Folder | undefined)[]; readonly error: unknown; retry(): void } {
  return { states: answers.map(({ data }) => data), error: answers.find((answer) => answer.error !== null)?.error ?? null, retry: () => answers.forEach((answer) => void answer.refetch()) };
}
