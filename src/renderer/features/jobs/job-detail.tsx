import { useTranslation } from 'react-i18next';
import { ProblemError, routes } from '../../../contract/api/screens.ts';
import type { Job } from '../../../contract/api/index.ts';
import { keys, useAct } from '../../data/index.ts';
import { Button, ButtonLink, Inspector, ProblemView, Status, When, useProgressWords } from '../../ui/index.ts';
import { endKinds, endOf } from './job-end.ts';

/** A job that has ended: when, how, what it kept, and where its result is. */
export function JobDetail({ job, onClose }: { readonly job: Job; onClose(): void }): React.ReactNode {
  const { t } = useTranslation('jobs');
  const progressWords = useProgressWords();
  const dismiss = useAct(routes.cancelJob, [keys.jobs]);
  return (
    <Inspector title={job.title} onClose={onClose}>
      <section>
        <Status kind={endKinds[endOf(job)]}>{t(endOf(job))}</Status>
        <dl className="kv">
          <dt>{t('started')}</dt>
          <dd>
            <When at={job.started} />
          </dd>
          {job.ended === null ? null : (
            <>
              <dt>{t('finished')}</dt>
              <dd>
                <When at={job.ended} />
              </dd>
            </>
          )}
        </dl>
        <p className="meta">{progressWords({ ...job.progress, secondsLeft: null, rate: null })}</p>
      </section>
      {job.problem === null ? null : (
        <section>{job.state === 'failed' ? <ProblemView error={new ProblemError(job.problem)} tight /> : <p>{job.problem.kept ?? job.problem.detail}</p>}</section>
      )}
      <section>
        <Where job={job} />
        <div>
          <Button busy={dismiss.isPending} onPress={() => dismiss.mutate({ params: { job: job.id } }, { onSuccess: onClose })}>
            {t('dismiss')}
          </Button>
        </div>
        {dismiss.error === null ? null : <ProblemView error={dismiss.error} tight live />}
      </section>
    </Inspector>
  );
}

function Where({ job }: { readonly job: Job }): React.ReactNode {
  const { t } = useTranslation('jobs');
  const { result } = job;
  if (result === null) return null;
  switch (result.kind) {
    case 'intake':
      return (
        <ButtonLink to="/intake/$dataset" params={{ dataset: result.dataset }} search={{ job: job.id }}>
          {t('toDraft')}
        </ButtonLink>
      );
    case 'commit':
    case 'transform':
      return (
        <ButtonLink to="/datasets/$id" params={{ id: result.dataset }} search={{ v: result.version }}>
          {t('toVersion', { ref: result.ref })}
        </ButtonLink>
      );
    case 'export':
      return (
        <ButtonLink to="/export/$ref" params={{ ref: result.exported.refs[0] ?? '' }} search={{ job: job.id }}>
          {t('toPackage')}
        </ButtonLink>
      );
    case 'verification':
      return (
        <ButtonLink to="/verify" search={{ job: job.id }}>
          {t('toReport')}
        </ButtonLink>
      );
    default:
      return null;
  }
}
