import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Job } from '../../../contract/api/index.ts';
import { JobLine } from '../../app/job-line.tsx';
import { PageHeader } from '../../app/page.tsx';
import { isAtWork, queries, useJobs } from '../../data/index.ts';
import { useFormats } from '../../format/index.ts';
import { useDoor } from '../../host/index.ts';
import { Empty, Loading, ProblemView, Status, When } from '../../ui/index.ts';
import type { StatusKind } from '../../ui/status.tsx';
import { Table } from '../../ui/table.tsx';
import type { Column } from '../../ui/table.tsx';
import { JobDetail } from './job-detail.tsx';
import './jobs.css';

const route = getRouteApi('/lake/jobs');

/** All jobs: those at work with their progress, those that ended with what came of them. */
export function JobsScreen(): React.ReactNode {
  const { t } = useTranslation('jobs');
  const formats = useFormats();
  const { call } = useDoor();
  const { job: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(queries.jobs(call));
  const jobs = useJobs();
  const working = jobs.filter(isAtWork);
  const ended = jobs.filter((job) => !isAtWork(job));
  const shown = jobs.find(({ id }) => id === chosen);
  const columns = useColumns();
  return (
    <div className="page">
      <PageHeader title={t('title')} state={working.length === 0 ? t('idle') : t('state', { count: working.length, n: formats.count(working.length) })} />
      <div className="page-panes jobs">
        <div className="jobs-main">
          {query.error !== null ? <ProblemView error={query.error} onRetry={() => void query.refetch()} /> : query.data === undefined ? <Loading what={t('reading')} /> : null}
          {working.length === 0 ? null : (
            <section className="jobs-working" aria-label={t('working')}>
              {working.map((job) => (
                <JobLine key={job.id} job={job} />
              ))}
            </section>
          )}
          {query.isSuccess && jobs.length === 0 ? <Empty title={t('none')}>{t('noneWords')}</Empty> : null}
          {ended.length === 0 ? null : <Table label={t('ended')} rows={ended} columns={columns} rowKey={({ id }) => id} chosen={shown?.id ?? null} onChoose={(id) => void navigate({ search: { job: id }, replace: true })} />}
        </div>
        {shown === undefined || isAtWork(shown) ? null : <JobDetail job={shown} onClose={() => void navigate({ search: {}, replace: true })} />}
      </div>
    </div>
  );
}

export const endKinds: Readonly<Record<'done' | 'failed' | 'cancelled', StatusKind>> = { done: 'ok', failed: 'bad', cancelled: 'idle' };

export function endOf(job: Job): 'done' | 'failed' | 'cancelled' {
  return job.state === 'done' || job.state === 'failed' ? job.state : 'cancelled';
}

function useColumns(): readonly Column<Job>[] {
  const { t } = useTranslation('jobs');
  return useMemo(
    () => [
      { id: 'title', name: t('job'), header: true, cell: ({ title }) => <span title={title}>{title}</span>, compare: (a, b) => a.title.localeCompare(b.title, 'en-US') },
      { id: 'state', name: t('how'), width: 128, cell: (job) => <Status kind={endKinds[endOf(job)]}>{t(endOf(job))}</Status>, compare: (a, b) => a.state.localeCompare(b.state) },
      { id: 'ended', name: t('at'), width: 176, cell: ({ ended, started }) => <When at={ended ?? started} />, compare: (a, b) => (a.ended ?? a.started).localeCompare(b.ended ?? b.started) },
    ],
    [t],
  );
}
