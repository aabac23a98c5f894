import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dataset } from '../../../contract/api/index.ts';
import { useFormats } from '../../format/index.ts';
import { Empty, Link, When } from '../../ui/index.ts';
import { Table } from '../../ui/table.tsx';
import type { Column } from '../../ui/table.tsx';

type Row = Dataset['exports'][number];

/** Packages with versions of a dataset that left the lake. */
export function ExportsView({ exports }: { readonly exports: readonly Row[] }): React.ReactNode {
  const { t } = useTranslation('datasets');
  const formats = useFormats();
  const columns = useMemo(
    (): readonly Column<Row>[] => [
      { id: 'at', name: t('exports.column.at'), width: 184, cell: ({ at }) => <When at={at} />, compare: (a, b) => a.at.localeCompare(b.at) },
      { id: 'name', name: t('exports.column.name'), header: true, cell: ({ name }) => name ?? '–', compare: (a, b) => (a.name ?? '').localeCompare(b.name ?? '') },
      { id: 'version', name: t('exports.column.version'), width: 80, cell: ({ version }) => `v${version}`, compare: (a, b) => a.version - b.version },
      { id: 'files', name: t('exports.column.files'), width: 88, numeric: true, cell: ({ payload }) => (payload === null ? '–' : formats.count(payload.files)) },
      { id: 'bytes', name: t('exports.column.bytes'), width: 104, numeric: true, cell: ({ bytes }) => (bytes === null ? '–' : formats.size(bytes)), compare: (a, b) => (a.bytes ?? 0) - (b.bytes ?? 0) },
      { id: 'signer', name: t('exports.column.signer'), width: 200, cell: ({ signer }) => signer ?? '–' },
      {
        id: 'entry',
        name: t('exports.column.entry'),
        width: 96,
        numeric: true,
        cell: ({ seq }) => (
          <Link to="/ledger" search={{ entry: seq }} className="num">
            #{formats.count(seq)}
          </Link>
        ),
      },
    ],
    [t, formats],
  );
  if (exports.length === 0) return <Empty title={t('exports.none')}>{t('exports.noneWords')}</Empty>;
  return <Table label={t('exports.table')} rows={exports} columns={columns} rowKey={({ seq }) => String(seq)} sortedBy={{ column: 'at', direction: 'descending' }} />;
}
