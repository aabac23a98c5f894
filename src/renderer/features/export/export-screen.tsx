import { useQuery } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../app/page.tsx';
import { queries, useJob } from '../../data/index.ts';
import { useDoor } from '../../host/index.ts';
import { Loading } from '../../ui/index.ts';
import { ExportForm } from './export-form.tsx';
import { ExportJob } from './export-job.tsx';

/** Makes a package of versions; with a job in the address, how far it is and what it made. */
export function ExportScreen(): React.ReactNode {
  const { t } = useTranslation('exports');
  const { call } = useDoor();
  const { ref } = useParams({ strict: false });
  const { job: jobId } = useSearch({ strict: false });
  const known = useQuery(queries.jobs(call)).isSuccess;
  const job = useJob(jobId ?? null);
  if (job?.kind === 'export') return <ExportJob job={job} />;
  if (jobId !== undefined && !known) return <Loading what={t('reading')} />;
  return (
    <div className="page">
      <PageHeader title={t('title')} state={t('state')} />
      <ExportForm key={ref ?? ''} first={ref ?? null} />
    </div>
  );
}
