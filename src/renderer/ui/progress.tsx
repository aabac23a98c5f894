import { useTranslation } from 'react-i18next';
import { ProgressBar } from 'react-aria-components/ProgressBar';
import type { JobProgress } from '../../contract/api/index.ts';
import { useFormats } from '../format/index.ts';
import type { Formats } from '../format/index.ts';
import './progress.css';

/** How far something is: name, percent, bar, and the line below. `share` is null while no total is known. */
export function ProgressLine({ name, share, detail, value, bare = false }: { readonly name: string; readonly share: number | null; readonly detail?: React.ReactNode; readonly value?: string; readonly bare?: boolean }): React.ReactNode {
  const formats = useFormats();
  const words = value ?? (share === null ? '' : formats.percent(share));
  return (
    <ProgressBar className={share === null ? 'progress progress-part' : 'progress'} aria-label={name} {...(share === null ? { isIndeterminate: true } : { value: share * 100 })} valueLabel={words}>
      {bare ? null : (
        <div className="row between">
          <span className="clip">{name}</span>
          <span className="num two">{words}</span>
        </div>
      )}
      <div className="progress-bar">
        <span className="progress-fill" style={share === null ? undefined : { width: `${Math.min(Math.max(share, 0), 1) * 100}%` }} />
      </div>
      {detail === undefined ? null : <p className="meta">{detail}</p>}
    </ProgressBar>
  );
}

/** `182,406 of 396,100 files · 412 MB/s · 18 min left`: what is known of it, and no more. */
export function useProgressWords(): (progress: JobProgress) => string {
  const { t } = useTranslation('ui');
  const formats = useFormats();
  return (progress) =>
    [
      progress.phase,
      doneOf(progress, formats, t),
      progress.rate === null || progress.rate === 0 ? null : formats.rate(progress.rate),
      progress.secondsLeft === null ? null : t('progress.left', { time: formats.duration(progress.secondsLeft) }),
    ]
      .filter((part) => part !== null && part !== '')
      .join(' · ');
}

type T = ReturnType<typeof useTranslation<'ui'>>['t'];

function doneOf(progress: JobProgress, formats: Formats, t: T): string | null {
  if (progress.filesTotal !== null && progress.filesTotal > 0) return t('progress.filesOf', { done: formats.count(progress.filesDone), total: formats.count(progress.filesTotal) });
  if (progress.filesDone > 0) return t('progress.files', { count: progress.filesDone, done: formats.count(progress.filesDone) });
  if (progress.bytesTotal !== null && progress.bytesTotal > 0) return t('progress.bytesOf', { done: formats.size(progress.bytesDone), total: formats.size(progress.bytesTotal) });
  return null;
}
