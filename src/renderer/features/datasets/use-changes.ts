import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { queries } from '../../data/index.ts';
import { useDoor } from '../../host/index.ts';
import { changesOf } from './file-tree.ts';
import type { Changes, Difference } from './file-tree.ts';

/** Differences that are read without being asked for; a version that differs in more shows the first of them, and says so. */
const AT_MOST = 50_000;

export interface Compared {
  readonly changes: Changes | null;
  readonly differences: readonly Difference[];
  readonly totals: { readonly added: number; readonly removed: number; readonly replaced: number; readonly renamed: number } | null;
  readonly more: boolean;
  readonly busy: boolean;
  readonly error: unknown;
  fetchMore(): void;
}

/** How a version differs from another of its dataset; nothing where `from` is null. */
export function useChanges(ref: string, from: number | null): Compared {
  const { call } = useDoor();
  const answer = useInfiniteQuery({ ...queries.differences(call, ref, from ?? 0), enabled: from !== null });
  const differences = useMemo(() => (from === null ? [] : (answer.data?.pages.flatMap(({ items }) => items) ?? [])), [answer.data, from]);
  const { hasNextPage, isFetching, fetchNextPage } = answer;
  useEffect(() => {
    if (hasNextPage && !isFetching && differences.length < AT_MOST) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage, differences.length]);
  const known = from !== null && answer.data !== undefined;
  const changes = useMemo(() => (known ? changesOf(differences) : null), [known, differences]);
  return { changes, differences, totals: known ? (answer.data.pages[0]?.totals ?? null) : null, more: hasNextPage, busy: isFetching, error: answer.error, fetchMore: () => void fetchNextPage() };
}
