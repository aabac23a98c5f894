import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isAtWork, useJobs, useLake } from '../data/index.ts';
import { Banner } from '../ui/index.ts';
import { useConnection } from './connection.ts';

/** A page that comes back at once need not tell that it was away. */
const PATIENCE_MS = 1_500;

const AwayNote = lazy(() =>
  import('../features/presence/away-note.tsx').then(
    (part) => ({ default: part.AwayNote }),
    // The engine that serves it is gone, which is told by itself.
    () => ({ default: () => null }),
  ),
);

/** What concerns every screen: the connection to the engine, and whether the lake answers. It stays as long as it is true. */
export function AppNotes(): React.ReactNode {
  const { t } = useTranslation('app');
  const connection = useConnection();
  const working = useJobs().filter(isAtWork).length;
  const lost = useLasting(connection === 'lost', PATIENCE_MS);
  const lake = useLake().data ?? null;
  if (connection === 'refused') {
    return (
      <div className="app-notes">
        <Banner kind="bad" title={t('refused.title')} live>
          {t('refused.words')}
        </Banner>
      </div>
    );
  }
  if (!lost && lake !== null && lake.away !== null) {
    return (
      <div className="app-notes">
        <Suspense fallback={null}>
          <AwayNote lake={lake} away={lake.away} />
        </Suspense>
      </div>
    );
  }
  if (!lost) return null;
  return (
    <div className="app-notes">
      <Banner kind="warn" title={t('lost.title')} live>
        {working > 0 ? t('lost.jobs', { count: working }) : t('lost.words')}
      </Banner>
    </div>
  );
}

/** True once something has been true for `ms`. */
function useLasting(now: boolean, ms: number): boolean {
  const [lasts, setLasts] = useState(false);
  useEffect(() => {
    if (!now) {
      setLasts(false);
      return undefined;
    }
    const timer = setTimeout(() => setLasts(true), ms);
    return () => clearTimeout(timer);
  }, [now, ms]);
  return now && lasts;
}
