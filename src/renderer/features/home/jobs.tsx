import { useTranslation } from 'react-i18next';
import { routes } from '../../../contract/api/index.ts';
import type { Job } from '../../../contract/api/index.ts';
import { isAtWork, keys, useAct, useJobs } from '../../data/index.ts';
import { useFormats } from '../../format/index.ts';
import { Button, ProgressLine, Status, useProgressWords } from '../../ui/index.ts';

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
        <Working key={job.id} job={job} />
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

function Working({ job }: { readonly job: Job }): React.ReactNode {
  const { t } = useTranslation('home');
  const progressWords = useProgressWords();
  const cancel = useAct(routes.cancelJob, [keys.jobs]);
  const pause = useAct(routes.pauseJob, [keys.jobs]);
  const resume = useAct(routes.resumeJob, [keys.jobs]);
  const call = { params: { job: job.id } };
  return (
    <div className="home-job">
      <div className="grow">
        <ProgressLine name={job.title} share={job.progress.share} detail={progressWords(job.progress)} {...(job.state === 'paused' ? { value: t('jobPaused') } : job.state === 'waiting' ? { value: t('jobWaiting') } : {})} />
      </div>
      {job.can.includes('pause') ? (
        <Button small icon="pause" iconOnly busy={pause.isPending} onPress={() => pause.mutate(call)}>
          {t('pause', { title: job.title })}
        </Button>
      ) : null}
      {job.can.includes('resume') ? (
        <Button small icon="play" iconOnly busy={resume.isPending} onPress={() => resume.mutate(call)}>
          {t('resume', { title: job.title })}
        </Button>
      ) : null}
      {job.can.includes('cancel') ? (
        <Button small icon="close" iconOnly busy={cancel.isPending} onPress={() => cancel.mutate(call)}>
          {t('cancel', { title: job.title })}
        </Button>
      ) : null}
    </div>
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
        {job.title}
      </p>
      <p className="meta">
        <Status kind={kind}>{words}</Status>
      </p>
    </li>
  );
}
