import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../../contract/api/screens.ts';
import type { Job } from '../../../contract/api/index.ts';
import { JobLine } from '../../app/job-line.tsx';
import { PageHeader } from '../../app/page.tsx';
import { isAtWork } from '../../data/index.ts';
import { Banner, ButtonLink, ProblemView } from '../../ui/index.ts';
import { ExportResult } from './export-result.tsx';
import './export.css';

/** A package while it is made, and what came of it. */
export function ExportJob({ job }: { readonly job: Job }): React.ReactNode {
  const { t } = useTranslation('exports');
  if (job.result?.kind === 'export') return <ExportResult job={job} exported={job.result.exported} />;
  return (
    <div className="page">
      <PageHeader title={isAtWork(job) ? t('working') : job.state === 'failed' ? t('failed') : t('stopped')} state={isAtWork(job) ? undefined : t('stoppedWords')} />
      <div className="export-main">
        {isAtWork(job) ? <JobLine job={job} /> : null}
        {job.problem === null ? null : job.state === 'failed' ? <ProblemView error={new ProblemError(job.problem)} tight live /> : <Banner kind="info">{job.problem.kept ?? job.problem.detail}</Banner>}
        {isAtWork(job) ? null : (
          <div>
            <ButtonLink to="/export">{t('another')}</ButtonLink>
          </div>
        )}
      </div>
    </div>
  );
}
