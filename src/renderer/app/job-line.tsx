import { useTranslation } from 'react-i18next';
import { routes } from '../../contract/api/screens.ts';
import type { Job } from '../../contract/api/index.ts';
import { keys, useAct } from '../data/index.ts';
import { Button, ProgressLine, useProgressWords } from '../ui/index.ts';
import './job-line.css';

/** A job at work: how far it is, and what can be asked of it. The same line wherever a job shows. */
export function JobLine({ job, more }: { readonly job: Job; readonly more?: string }): React.ReactNode {
  const { t } = useTranslation('jobs');
  const progressWords = useProgressWords();
  const cancel = useAct(routes.cancelJob, [keys.jobs]);
  const pause = useAct(routes.pauseJob, [keys.jobs]);
  const resume = useAct(routes.resumeJob, [keys.jobs]);
  const call = { params: { job: job.id } };
  const words = [progressWords(job.progress), more].filter((part) => part !== undefined && part !== '').join(' · ');
  return (
    <div className="job-line">
      <div className="grow">
        <ProgressLine name={job.title} share={job.progress.share} detail={words} {...(job.state === 'paused' ? { value: t('paused') } : job.state === 'waiting' ? { value: t('waiting') } : {})} />
      </div>
      {job.can.includes('pause') ? (
        <Button icon="pause" iconOnly busy={pause.isPending} onPress={() => pause.mutate(call)}>
          {`${t('pause')}: ${job.title}`}
        </Button>
      ) : null}
      {job.can.includes('resume') ? (
        <Button icon="play" iconOnly busy={resume.isPending} onPress={() => resume.mutate(call)}>
          {`${t('resume')}: ${job.title}`}
        </Button>
      ) : null}
      {job.can.includes('cancel') ? (
        <Button icon="close" iconOnly busy={cancel.isPending} onPress={() => cancel.mutate(call)}>
          {`${t('cancel')}: ${job.title}`}
        </Button>
      ) : null}
    </div>
  );
}
