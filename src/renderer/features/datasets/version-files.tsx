import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FileRow, Version } from '../../../contract/api/index.ts';
import { queries } from '../../data/index.ts';
import { middle, useFormats } from '../../format/index.ts';
import { useDoor } from '../../host/index.ts';
import { Change, Empty, FindField, HashChip, Loading, Pager, ProblemView } from '../../ui/index.ts';
import type { IconName } from '../../ui/index.ts';
import { Table } from '../../ui/table.tsx';
import type { Column } from '../../ui/table.tsx';
import { TreeTable } from '../../ui/tree-table.tsx';
import { FileView } from './file-view.tsx';
import type { FileLine } from './file-tree.ts';
import { DifferenceCounts } from './difference-counts.tsx';
import type { Compared } from './use-changes.ts';
import { useFileTree } from './use-file-tree.ts';

interface VersionFilesProps {
  readonly shown: Version;
  readonly from: number | null;
  readonly compared: Compared;
  /** Path of the file that is chosen. */
  readonly file: string | null;
  onChoose(path: string): void;
}

/** The files of a version: a tree with totals and differences, a search over all paths, and the file that is chosen. */
export function VersionFiles({ shown, from, compared, file, onChoose }: VersionFilesProps): React.ReactNode {
  const { t } = useTranslation('datasets');
  const [text, setText] = useState('');
  const find = useDeferredValue(text.trim());
  return (
    <div className="page-panes">
      <div className="files">
        <div className="toolbar files-bar">
          <FindField label={t('files.find')} value={text} onChange={setText} />
          <DifferenceCounts totals={compared.totals} />
        </div>
        {find === '' ? <Tree shown={shown} from={from} compared={compared} file={file} onChoose={onChoose} /> : <Found shown={shown} find={find} file={file} onChoose={onChoose} />}
      </div>
      {file === null ? (
        <div className="file-view">
          <Empty title={t('files.choose')}>{t('files.chooseWords')}</Empty>
        </div>
      ) : (
        <FileView key={`${shown.ref} ${file}`} shown={shown} path={file} />
      )}
    </div>
  );
}

function Tree({ shown, from, compared, file, onChoose }: VersionFilesProps): React.ReactNode {
  const { t } = useTranslation('datasets');
  const tree = useFileTree(shown.ref, compared.changes);
  const columns = useTreeColumns(shown.ref, from);
  if (tree.error !== null) return <ProblemView error={tree.error} onRetry={tree.retry} />;
  if (!tree.ready) return <Loading what={t('files.reading', { ref: shown.ref })} />;
  if (tree.nodes.length === 0) return <Empty title={t('files.empty', { ref: shown.ref })}>{t('files.emptyWords')}</Empty>;
  const choose = (key: string): void => {
    const [under, what] = key.split('\0');
    if (what === 'more' && under !== undefined) tree.more(under);
    else if (what === undefined && !key.endsWith('/')) onChoose(key);
  };
  return (
    <TreeTable
      label={t('files.tree', { ref: shown.ref })}
      nodes={tree.nodes}
      columns={columns}
      icon={iconOf}
      open={tree.open}
      onOpenChange={tree.onOpenChange}
      chosen={file}
      onChoose={choose}
      onOpen={(key) => {
        if (!key.endsWith('/')) return choose(key);
        const open = new Set(tree.open);
        if (!open.delete(key)) open.add(key);
        tree.onOpenChange(open);
      }}
    />
  );
}

const tables = /\.(csv|tsv|parquet|xlsx?|ods|jsonl?|ndjson)$/i;

function iconOf(line: FileLine): IconName {
  if (line.kind === 'folder') return 'folder';
  if (line.kind === 'more') return 'more';
  return tables.test(line.name) ? 'table' : 'file';
}

function useTreeColumns(ref: string, from: number | null): readonly Column<FileLine>[] {
  const { t } = useTranslation('datasets');
  const formats = useFormats();
  return useMemo(
    (): readonly Column<FileLine>[] => [
      {
        id: 'name',
        name: t('files.column.name'),
        header: true,
        cell: (line) => {
          if (line.kind === 'loading') return <span className="two">{t('files.loading')}</span>;
          if (line.kind === 'more') return <span className="link-like">{t('files.more', { n: formats.count(line.shown) })}</span>;
          if (line.kind === 'gone') return <s className="clip two">{line.name}</s>;
          return (
            <span className="clip" title={line.path}>
              {line.name}
              {line.kind === 'folder' && line.change !== 'removed' ? <span className="meta files-count">{t('files.folderFiles', { count: line.files, n: formats.count(line.files) })}</span> : null}
            </span>
          );
        },
      },
      {
        id: 'since',
        name: from === null ? t('files.column.brought') : t('files.column.since', { from }),
        width: 112,
        cell: (line) => {
          if (line.kind === 'more' || line.kind === 'loading') return null;
          if (from !== null) return <Change kind={line.change} />;
          return line.kind === 'file' ? <span className="two">{t('files.first', { version: line.since })}</span> : null;
        },
      },
      {
        id: 'bytes',
        name: t('files.column.bytes'),
        width: 104,
        numeric: true,
        cell: (line) => (line.kind === 'file' ? formats.count(line.size) : line.kind === 'folder' ? (line.change === 'removed' ? '–' : formats.count(line.bytes)) : line.kind === 'gone' ? '–' : null),
      },
      {
        id: 'hash',
        name: t('files.column.hash'),
        width: 120,
        cell: (line) => (line.kind === 'file' ? <HashChip hash={line.sha256} name={t('files.hashOf', { name: line.name })} /> : null),
      },
    ],
    [t, formats, from, ref],
  );
}

function Found({ shown, find, file, onChoose }: { readonly shown: Version; readonly find: string; readonly file: string | null; onChoose(path: string): void }): React.ReactNode {
  const { t } = useTranslation('datasets');
  const { call } = useDoor();
  const formats = useFormats();
  const files = useInfiniteQuery(queries.files(call, shown.ref, find));
  const rows = useMemo(() => files.data?.pages.flatMap(({ items }) => items) ?? [], [files.data]);
  const columns = useMemo(
    (): readonly Column<FileRow>[] => [
      {
        id: 'path',
        name: t('files.pathName'),
        header: true,
        cell: ({ path }) => (
          <span className="clip" title={path}>
            {middle(path, 64)}
          </span>
        ),
        compare: (a, b) => (a.path < b.path ? -1 : 1),
      },
      { id: 'bytes', name: t('files.column.bytes'), width: 104, numeric: true, cell: ({ size }) => formats.count(size), compare: (a, b) => a.size - b.size },
      { id: 'hash', name: t('files.column.hash'), width: 120, cell: ({ sha256, name }) => <HashChip hash={sha256} name={t('files.hashOf', { name })} /> },
    ],
    [t, formats],
  );
  if (files.error !== null) return <ProblemView error={files.error} onRetry={() => void files.refetch()} />;
  if (files.data === undefined) return <Loading what={t('files.searching', { text: find })} />;
  if (rows.length === 0) return <Empty title={t('files.none', { ref: shown.ref, text: find })} />;
  return (
    <>
      <Table label={t('files.tree', { ref: shown.ref })} rows={rows} columns={columns} rowKey={({ path }) => path} chosen={file} onChoose={onChoose} />
      <Pager shown={rows.length} total={null} more={files.hasNextPage} busy={files.isFetchingNextPage} onMore={() => void files.fetchNextPage()} />
    </>
  );
}
