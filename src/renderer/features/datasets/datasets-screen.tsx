import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DatasetRow } from '../../../contract/api/index.ts';
import { PageHeader } from '../../app/page.tsx';
import { queries, useLake, useReadOnly } from '../../data/index.ts';
import { useFormats } from '../../format/index.ts';
import { useDoor } from '../../host/index.ts';
import { Button, Empty, FindField, Link, Loading, Pager, ProblemView, Status, Tag, When } from '../../ui/index.ts';
import { Table } from '../../ui/table.tsx';
import type { Column } from '../../ui/table.tsx';
import { CreateDataset } from './create-dataset.tsx';
import './datasets.css';

/** All datasets of the lake, to find one and to make one. */
export function DatasetsScreen(): React.ReactNode {
  const { t } = useTranslation('datasets');
  const { call } = useDoor();
  const formats = useFormats();
  const navigate = useNavigate();
  const totals = useLake().data?.totals;
  const readOnly = useReadOnly();
  const [text, setText] = useState('');
  const [making, setMaking] = useState(false);
  const find = useDeferredValue(text.trim());
  const datasets = useInfiniteQuery(queries.datasets(call, find));
  const rows = useMemo(() => datasets.data?.pages.flatMap(({ items }) => items) ?? [], [datasets.data]);
  const columns = useColumns();
  const state = totals === undefined ? undefined : totals.datasets === 0 ? t('state_zero') : t('state', { count: totals.datasets, datasets: formats.count(totals.datasets), versions: t('nVersions', { count: totals.versions, n: formats.count(totals.versions) }), size: formats.size(totals.bytes) });
  return (
    <div className="page datasets">
      <PageHeader
        title={t('title')}
        state={state}
        actions={
          <Button look="primary" icon="plus" why={readOnly} onPress={() => setMaking(true)}>
            {t('create')}
          </Button>
        }
      />
      <div className="toolbar">
        <FindField label={t('find')} value={text} onChange={setText} />
        <span className="grow" />
        {datasets.data === undefined ? null : (
          <span className="two num" role="status">
            {datasets.hasNextPage ? t('foundMore', { n: formats.count(rows.length) }) : t('found', { count: rows.length, n: formats.count(rows.length) })}
          </span>
        )}
      </div>
      {datasets.error !== null ? (
        <ProblemView error={datasets.error} onRetry={() => void datasets.refetch()} />
      ) : datasets.data === undefined ? (
        <Loading what={t('reading')} />
      ) : rows.length > 0 ? (
        <Table label={t('table')} rows={rows} columns={columns} rowKey={rowKey} onOpen={({ id }) => void navigate({ to: '/datasets/$id', params: { id } })} />
      ) : find === '' ? (
        <Empty
          title={t('empty')}
          action={
            <Button icon="plus" why={readOnly} onPress={() => setMaking(true)}>
              {t('create')}
            </Button>
          }
        >
          {t('emptyWords')}
        </Empty>
      ) : (
        <Empty title={t('nothing', { text: find })} action={<Button onPress={() => setText('')}>{t('showAll')}</Button>}>
          {t('nothingWords')}
        </Empty>
      )}
      <Pager shown={rows.length} total={find === '' ? (totals?.datasets ?? null) : null} more={datasets.hasNextPage} busy={datasets.isFetchingNextPage} onMore={() => void datasets.fetchNextPage()} />
      <CreateDataset open={making} onClose={() => setMaking(false)} />
    </div>
  );
}

const rowKey = ({ id }: DatasetRow): string => id;

function useColumns(): readonly Column<DatasetRow>[] {
  const { t } = useTranslation('datasets');
  const formats = useFormats();
  return useMemo(
    () => [
      {
        id: 'id',
        name: t('column.id'),
        width: 220,
        header: true,
        cell: ({ id, root }) => (
          <span className="row">
            <Link to="/datasets/$id" params={{ id }} className="clip">
              {id}
            </Link>
            {root === 'raw' ? <Tag icon="lock">{t('apart')}</Tag> : null}
          </span>
        ),
        compare: (a, b) => a.id.localeCompare(b.id, 'en-US', { sensitivity: 'base' }),
      },
      { id: 'title', name: t('column.title'), cell: ({ title }) => title ?? <span className="two">{t('none')}</span>, compare: (a, b) => (a.title ?? '').localeCompare(b.title ?? '', 'en-US') },
      { id: 'newest', name: t('column.newest'), width: 88, cell: ({ newest }) => (newest === null ? <span className="two">{t('noVersion')}</span> : `v${newest.version}`), compare: (a, b) => (a.newest?.version ?? 0) - (b.newest?.version ?? 0) },
      { id: 'tags', name: t('column.tags'), width: 144, cell: ({ newest }) => <span className="row">{newest === null || newest.tags.length === 0 ? <span className="two">{t('none')}</span> : newest.tags.map((tag) => <Tag key={tag}>{tag}</Tag>)}</span> },
      { id: 'files', name: t('column.files'), width: 80, numeric: true, cell: ({ newest }) => (newest === null || newest.files === null ? <span className="two">{t('none')}</span> : formats.count(newest.files)), compare: (a, b) => (a.newest?.files ?? -1) - (b.newest?.files ?? -1) },
      { id: 'size', name: t('column.size'), width: 88, numeric: true, cell: ({ newest }) => (newest === null || newest.bytes === null ? <span className="two">{t('none')}</span> : formats.size(newest.bytes)), compare: (a, b) => (a.newest?.bytes ?? -1) - (b.newest?.bytes ?? -1) },
      { id: 'committed', name: t('column.committed'), width: 160, cell: ({ newest }) => (newest === null ? <span className="two">{t('none')}</span> : <When at={newest.at} />), compare: (a, b) => (a.newest?.at ?? '').localeCompare(b.newest?.at ?? '') },
      { id: 'draft', name: t('column.draft'), width: 128, cell: ({ draft }) => (draft === null ? <span className="two">{t('none')}</span> : <Status kind="part">{t('draft', { count: draft, n: formats.count(draft) })}</Status>), compare: (a, b) => (a.draft ?? -1) - (b.draft ?? -1) },
    ],
    [t, formats],
  );
}
