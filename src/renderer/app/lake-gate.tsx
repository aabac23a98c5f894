import { Navigate, Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useLake } from '../data/index.ts';
import { Loading, ProblemView } from '../ui/index.ts';

/** Lets the screens of a lake be seen when one is open; else it leads to the start page. */
export function LakeGate(): React.ReactNode {
  const { t } = useTranslation('app');
  const lake = useLake();
  if (lake.data === null) return <Navigate to="/start" replace />;
  if (lake.data !== undefined) return <Outlet />;
  if (lake.error !== null) return <ProblemView error={lake.error} onRetry={() => void lake.refetch()} />;
  return <Loading what={t('lakes.reading')} />;
}
