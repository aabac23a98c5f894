import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addressOf, routes } from '../../../contract/api/screens.ts';
import type { FileRow, Version } from '../../../contract/api/index.ts';
import { PREVIEW_BYTES, queries } from '../../data/index.ts';
import { middle, nameOf, useFormats } from '../../format/index.ts';
import { download, useDoor } from '../../host/index.ts';
import { Button, Dialog, Empty, HashChip, Loading, ProblemView, When, useCopy } from '../../ui/index.ts';
import { previewOf } from './preview-text.ts';

/** The file that is chosen: what is known of it, its first lines as text, and a way to have it. */
export function FileView({ shown, path }: { readonly shown: Version; readonly path: string }): React.ReactNode {
  const { t } = useTranslation('datasets');
  const door = useDoor();
  const formats = useFormats();
  const copy = useCopy();
  const [refused, setRefused] = useState<unknown>(null);
  // The list of files answers one file by its exact path.
  const found = useInfiniteQuery(queries.files(door.call, shown.ref, path));
  const file = found.data?.pages.flatMap(({ items }) => items).find((one) => one.path === path);
  const name = nameOf(path);
  if (found.error !== null) {
    return (
      <section className="file-view">
        <ProblemView error={found.error} onRetry={() => void found.refetch()} />
      </section>
    );
  }
  if (file === undefined) return <section className="file-view">{found.isFetching || found.data === undefined ? <Loading what={t('files.previewReading')} /> : <Empty title={t('files.gone', { name, ref: shown.ref })} />}</section>;
  const save = (): void => {
    download(door, addressOf(routes.readFile, { ref: shown.ref }, { path }), name).catch(setRefused);
  };
  return (
    <section className="file-view" aria-label={name}>
      <header className="file-head">
        <h2 className="clip grow" title={path}>
          {middle(path, 56)}
        </h2>
        <Button small icon="copy" onPress={() => copy(path, t('files.copyPath'))} look="quiet">
          {t('files.copyPath')}
        </Button>
        <Button small icon="export" onPress={save}>
          {t('files.download')}
        </Button>
      </header>
      <dl className="kv file-facts">
        <dt>{t('files.size')}</dt>
        <dd className="num">{t('files.exact', { count: file.size, n: formats.count(file.size) })}</dd>
        <dt>{t('files.column.hash')}</dt>
        <dd>
          <HashChip hash={file.sha256} name={t('files.hashOf', { name })} full />
        </dd>
        {file.mtime === null ? null : (
          <>
            <dt>{t('files.mtime')}</dt>
            <dd>
              <When at={file.mtime} />
            </dd>
          </>
        )}
        <dt>{t('files.since')}</dt>
        <dd>v{file.since}</dd>
      </dl>
      <FirstLines shown={shown} file={file} />
      <Dialog open={refused !== null} title={t('files.downloadRefused')} alert focusStay onClose={() => setRefused(null)}>
        <ProblemView error={refused} tight />
      </Dialog>
    </section>
  );
}

function FirstLines({ shown, file }: { readonly shown: Version; readonly file: FileRow }): React.ReactNode {
  const { t } = useTranslation('datasets');
  const { call } = useDoor();
  const formats = useFormats();
  const bytes = useQuery({ ...queries.preview(call, shown.ref, file.path), enabled: file.size > 0 });
  if (file.size === 0) return <p className="two file-note">{t('files.emptyFile')}</p>;
  if (bytes.error !== null) return <ProblemView error={bytes.error} onRetry={() => void bytes.refetch()} />;
  if (bytes.data === undefined) return <Loading what={t('files.previewReading')} />;
  const preview = previewOf(bytes.data, file.size);
  if (preview.kind !== 'text') {
    return (
      <Empty title={t('files.binary')} level={3}>
        {t('files.binaryWords')}
      </Empty>
    );
  }
  return (
    <>
      <p className="meta file-note">{preview.whole ? t('files.previewAll') : t('files.previewCut', { shown: formats.size(PREVIEW_BYTES), size: formats.size(file.size) })}</p>
      <pre className="file-text" tabIndex={0} role="region" aria-label={t('files.preview', { name: file.name })}>
        {preview.text}
      </pre>
    </>
  );
}
