import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { LakeState } from '../../contract/api/index.ts';
import { isAtWork, useJobs } from '../data/index.ts';
import { useFormats } from '../format/index.ts';
import { Icon, ProgressLine } from '../ui/index.ts';

const PresentStatus = lazy(() =>
  import('../features/presence/present-status.tsx').then(
    (part) => ({ default: part.PresentStatus }),
    // The engine that serves it is gone, which is told by itself.
    () => ({ default: () => null }),
  ),
);

/** Lake, station, place in the ledger and when it was checked, jobs, zone. */
export function StatusBar({ lake }: { readonly lake: LakeState }): React.ReactNode {
  const { t } = useTranslation('app');
  const formats = useFormats();
  const working = useJobs().filter(isAtWork);
  const [first] = working;
  const at = lake.ledger.at ?? lake.ledger.checked;
  return (
    <footer className="statusbar">
      <Link to="/" title={lake.folder}>
        <Icon name={lake.away !== null ? 'warn' : lake.readOnly === null ? 'lake' : 'lock'} />
        <b className="clip">{lake.away !== null ? t('status.away') : lake.readOnly === null ? t('status.open') : t('status.readOnly')}</b>
      </Link>
      {lake.station === null ? null : (
        <span className="statusbar-wide">
          <Icon name="station" />
          <span className="clip">{lake.station.name}</span>
        </span>
      )}
      <Link to="/ledger" title={formats.utc(lake.ledger.checked)}>
        <Icon name={lake.ledger.alarms === 0 ? 'ok' : 'warn'} />
        <span className="clip">
          {t('status.ledger')} <b>#{formats.count(Math.max(lake.ledger.size - 1, 0))}</b> {t(lake.away === null ? 'status.checked' : 'status.asOf', { at: formats.short(lake.ledger.checked) })}
        </span>
      </Link>
      <Suspense fallback={null}>
        <PresentStatus />
      </Suspense>
      <Link to="/jobs" className="statusbar-push">
        {first === undefined ? null : (
          <span className="statusbar-job">
            <ProgressLine name={first.title} share={first.progress.share} bare />
          </span>
        )}
        <span className="clip">{first === undefined ? t('status.noJobs') : working.length === 1 ? first.title : t('status.jobs', { count: working.length })}</span>
      </Link>
      <span className="statusbar-wide" title={lake.zone}>
        {t('status.zone', { zone: formats.zoneName(at) })}
      </span>
    </footer>
  );
}
