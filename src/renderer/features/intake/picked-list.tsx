import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { middle, useFormats } from '../../format/index.ts';
import { When } from '../../ui/index.ts';
import { Table } from '../../ui/table.tsx';
import type { Column } from '../../ui/table.tsx';
import type { Picked } from '../../upload/index.ts';

interface Row {
  readonly path: string;
  readonly size: number | null;
  readonly at: string | null;
}

/** What was dropped or chosen, before anything is written. */
export function PickedList({ picked }: { readonly picked: Picked }): React.ReactNode {
  const { t } = useTranslation('intake');
  const formats = useFormats();
  const rows = useMemo<readonly Row[]>(
    () =>
      picked.kind === 'paths'
        ? picked.paths.map((path) => ({ path, size: null, at: null }))
        : picked.gathered.files.map(({ path, file }) => ({ path, size: file.size, at: new Date(file.lastModified).toISOString() })),
    [picked],
  );
  const columns = useMemo<readonly Column<Row>[]>(() => {
    const path: Column<Row> = { id: 'path', name: t('file'), header: true, cell: (row) => <span title={row.path}>{middle(row.path, 80)}</span>, compare: (a, b) => a.path.localeCompare(b.path, 'en-US') };
    if (picked.kind === 'paths') return [path];
    return [
      path,
      { id: 'bytes', name: t('bytes'), width: 120, numeric: true, cell: ({ size }) => (size === null ? t('none') : formats.count(size)), compare: (a, b) => (a.size ?? 0) - (b.size ?? 0) },
      { id: 'at', name: t('modified'), width: 184, cell: ({ at }) => (at === null ? t('none') : <When at={at} />), compare: (a, b) => (a.at ?? '').localeCompare(b.at ?? '') },
    ];
  }, [picked.kind, t, formats]);
  return <Table label={t('list')} rows={rows} columns={columns} rowKey={({ path }) => path} />;
}
