import { useTranslation } from 'react-i18next';
import type { Job } from '../../../contract/api/index.ts';
import { JobLine } from '../../app/job-line.tsx';
import { isAtWork, useJobs } from '../../data/index.ts';
import { useFormats } from '../../format/index.ts';
import { Link, Status } from '../../ui/index.ts';

/** Jobs that ended and are still told of here. */
const ENDED = 4;

/** What is under way, and what ended last. */
export function Jobs(): React.ReactNode {
  const { t } = useTranslation('home');
  const jobs = useJobs();
  const working = jobs.filter(isAtWork);
  const ended = jobs.filter((job) => !isAtWork(job)).slice(0, ENDED);
  return (
    <section aria-labelledby="jobs">
      <h2 id="jobs">{t('jobs')}</h2>
      {working.length === 0 ? <p className="two">{t('noJobs')}</p> : null}
      {working.map((job) => (
        <JobLine key={job.id} job={job} />
      ))}
      {ended.length === 0 ? null : (
        <ul className="home-ended">
          {ended.map((job) => (
            <Ended key={job.id} job={job} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Ended({ job }: { readonly job: Job }): React.ReactNode {
  const { t } = useTranslation('home');
  const formats = useFormats();
  const at = formats.short(job.ended ?? job.started);
  const [kind, words] = job.state === 'done' ? (['ok', t('jobDone', { at })] as const) : job.state === 'failed' ? (['bad', t('jobFailed', { at })] as const) : (['idle', t('jobCancelled', { at })] as const);
  return (
    <li>
      <p className="clip" title={job.title}>
        <Link to="/jobs" search={{ job: job.id }}>
          {job.title}
        </Link>
      </p>
      <p className="meta">
        <Status kind={kind}>{words}</Status>
      </p>
    </li>
  );
}
