import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Version } from '../../../contract/api/index.ts';
import { middle, useFormats } from '../../format/index.ts';
import { Change, Empty, HashChip, Loading, Pager, ProblemView } from '../../ui/index.ts';
import { Table } from '../../ui/table.tsx';
import type { Column } from '../../ui/table.tsx';
import { DifferenceCounts } from './difference-counts.tsx';
import type { Difference } from './file-tree.ts';
import type { Compared } from './use-changes.ts';

const kinds = { added: 'added', removed: 'removed', replaced: 'changed', renamed: 'renamed' } as const;

/** Everything in which two versions differ. */
export function ChangesView({ shown, from, compared }: { readonly shown: Version; readonly from: number | null; readonly compared: Compared }): React.ReactNode {
  const { t } = useTranslation('datasets');
  const columns = useColumns();
  if (from === null) return <Empty title={t('changes.nothing')}>{t('changes.nothingWords')}</Empty>;
  if (compared.error !== null) return <ProblemView error={compared.error} />;
  if (compared.totals === null) return <Loading what={t('changes.reading', { from, to: shown.version })} />;
  if (compared.differences.length === 0) return <Empty title={t('changes.none', { from, to: shown.version })}>{t('changes.noneWords')}</Empty>;
  const { added, removed, replaced, renamed } = compared.totals;
  return (
    <>
      <div className="toolbar">
        <DifferenceCounts totals={compared.totals} />
      </div>
      <Table label={t('changes.table', { from, to: shown.version })} rows={compared.differences} columns={columns} rowKey={({ path, kind }) => `${kind} ${path}`} />
      <Pager shown={compared.differences.length} total={added + removed + replaced + renamed} more={compared.more} busy={compared.busy} onMore={compared.fetchMore} />
    </>
  );
}

function useColumns(): readonly Column<Difference>[] {
  const { t } = useTranslation('datasets');
  const formats = useFormats();
  return useMemo(
    () => [
      { id: 'change', name: t('changes.column.change'), width: 128, cell: ({ kind }) => <Change kind={kinds[kind]} />, compare: (a, b) => a.kind.localeCompare(b.kind) },
      {
        id: 'path',
        name: t('changes.column.path'),
        header: true,
        cell: ({ path, from }) => (
          <span className="clip" title={path}>
            {middle(path, 72)}
            {from === null ? null : <span className="two"> {t('changes.from', { from: middle(from, 40) })}</span>}
          </span>
        ),
        compare: (a, b) => (a.path < b.path ? -1 : 1),
      },
      { id: 'before', name: t('changes.column.before'), width: 120, numeric: true, cell: ({ before, kind, size }) => (before !== null ? formats.count(before.size) : kind === 'added' ? '–' : formats.count(size)) },
      { id: 'after', name: t('changes.column.after'), width: 120, numeric: true, cell: ({ kind, size }) => (kind === 'removed' ? '–' : formats.count(size)), compare: (a, b) => a.size - b.size },
      { id: 'hash', name: t('changes.column.hash'), width: 136, cell: ({ sha256, path }) => <HashChip hash={sha256} name={t('files.hashOf', { name: path })} /> },
    ],
    [t, formats],
  );
}
