import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { DraftChange } from '../../../contract/api/index.ts';
import { queries } from '../../data/index.ts';
import { middle, useFormats } from '../../format/index.ts';
import { useDoor } from '../../host/index.ts';
import { Change, HashChip, Loading, Pager, ProblemView } from '../../ui/index.ts';
import { Table } from '../../ui/table.tsx';
import type { Column } from '../../ui/table.tsx';

type Row = z.infer<typeof DraftChange>;
const kinds = { added: 'added', replaced: 'changed', removed: 'removed' } as const;

/** What the next version adds, replaces and leaves out, by path. */
export function DraftChanges({ dataset }: { readonly dataset: string }): React.ReactNode {
  const { t } = useTranslation('intake');
  const formats = useFormats();
  const { call } = useDoor();
  const changes = useInfiniteQuery(queries.draftChanges(call, dataset));
  const rows = useMemo(() => changes.data?.pages.flatMap(({ items }) => items) ?? [], [changes.data]);
  const columns = useMemo<readonly Column<Row>[]>(
    () => [
      { id: 'path', name: t('file'), header: true, cell: ({ path }) => <span title={path}>{middle(path, 70)}</span>, compare: (a, b) => a.path.localeCompare(b.path, 'en-US') },
      { id: 'bytes', name: t('bytes'), width: 112, numeric: true, cell: ({ size }) => (size === null ? t('none') : formats.count(size)), compare: (a, b) => (a.size ?? -1) - (b.size ?? -1) },
      { id: 'kind', name: t('kind'), width: 112, cell: ({ kind }) => <Change kind={kinds[kind]} words={t(kind)} />, compare: (a, b) => a.kind.localeCompare(b.kind) },
      { id: 'hash', name: t('hash'), width: 128, cell: ({ sha256, path }) => (sha256 === null ? t('none') : <HashChip hash={sha256} name={t('hashOf', { path })} />) },
    ],
    [t, formats],
  );
  if (changes.data === undefined) return changes.error === null ? <Loading what={t('readingChanges')} /> : <ProblemView error={changes.error} onRetry={() => void changes.refetch()} />;
  return (
    <>
      <Table label={t('changes')} rows={rows} columns={columns} rowKey={({ path }) => path} />
      <Pager shown={rows.length} total={null} more={changes.hasNextPage} busy={changes.isFetchingNextPage} onMore={() => void changes.fetchNextPage()} />
    </>
  );
}
