import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../../contract/api/screens.ts';
import { JobLine } from '../../app/job-line.tsx';
import { PageHeader } from '../../app/page.tsx';
import { isAtWork, queries, useJob } from '../../data/index.ts';
import { useDoor } from '../../host/index.ts';
import { Banner, ButtonLink, Link, Loading, ProblemView } from '../../ui/index.ts';
import { VerifyForm } from './verify-form.tsx';
import { VerifyResult } from './verify-result.tsx';
import './verify.css';

const route = getRouteApi('/lake/verify');

/** Checks a lake or a package, and shows what was found. */
export function VerifyScreen(): React.ReactNode {
  const { t } = useTranslation('verify');
  const { call } = useDoor();
  const { job: jobId, package: exportJob } = route.useSearch();
  const known = useQuery(queries.jobs(call)).isSuccess;
  const job = useJob(jobId ?? null);
  if (jobId !== undefined && !known) return <Loading what={t('working')} />;
  if (job === undefined || job.kind !== 'verification') {
    return (
      <div className="page">
        <PageHeader title={t('title')} state={t('state')} />
        <VerifyForm key={exportJob ?? ''} exportJob={exportJob ?? null} />
      </div>
    );
  }
  if (job.result?.kind === 'verification') return <VerifyResult job={job} report={job.result.report} />;
  const working = isAtWork(job);
  return (
    <div className="page">
      <PageHeader title={working ? t('working') : job.state === 'failed' ? t('failed') : t('stopped')} crumb={<Link to="/verify">{t('title')}</Link>} state={working ? t('state') : t('stoppedWords')} />
      <div className="verify-main">
        {working ? <JobLine job={job} /> : null}
        {job.problem === null ? null : job.state === 'failed' ? <ProblemView error={new ProblemError(job.problem)} tight live /> : <Banner kind="info">{job.problem.detail}</Banner>}
        {working ? null : (
          <div>
            <ButtonLink to="/verify">{t('another')}</ButtonLink>
          </div>
        )}
      </div>
    </div>
  );
}
