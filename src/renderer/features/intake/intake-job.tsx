import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../../contract/api/screens.ts';
import type { Draft, Job } from '../../../contract/api/index.ts';
import { JobLine } from '../../app/job-line.tsx';
import { isAtWork, isCutOff } from '../../data/index.ts';
import { useFormats } from '../../format/index.ts';
import { useDoor } from '../../host/index.ts';
import { Banner, ProblemView } from '../../ui/index.ts';
import { useIntakes } from '../../upload/index.ts';
import { NotTaken } from './not-taken.tsx';

/** An intake at work or just ended: how far it is, what was kept, and what was not taken. */
export function IntakeJob({ dataset, job, draft }: { readonly dataset: string; readonly job: Job | undefined; readonly draft: Draft | undefined }): React.ReactNode {
  const { t } = useTranslation('intake');
  const formats = useFormats();
  const { host } = useDoor();
  const { sending } = useIntakes().view;
  const mine = sending !== null && sending.dataset === dataset && (job === undefined || sending.job === job.id) ? sending : null;
  const taking = job !== undefined && isAtWork(job);
  // An engine that was started anew has not got the files: they are to be sent again.
  const cutOff = job !== undefined && isCutOff(job);
  const report = job?.result?.kind === 'intake' ? job.result.report : null;
  const notTaken = [...(mine?.state.notTaken ?? []), ...(report?.problems ?? []).map(({ path, source, message }) => ({ path: path ?? source, message }))];
  const total = (mine?.state.notTaken.length ?? 0) + (report?.problemCount ?? 0);
  const resume = draft !== undefined && !taking && (job === undefined || job.state === 'cancelled' || job.state === 'failed');
  if (job === undefined && !resume && total === 0) return null;
  return (
    <div className="intake-steps">
      {taking ? <JobLine job={job} {...(mine !== null && mine.state.kept > 0 ? { more: `${t('resumed')}: ${formats.count(mine.state.kept)}` } : {})} /> : null}
      {taking && mine !== null && mine.state.waiting ? (
        <Banner kind="warn" title={t('waitingTitle')} live>
          {t('waitingWords')}
        </Banner>
      ) : null}
      {taking && mine !== null && mine.failed !== null ? <ProblemView error={mine.failed} title={t('sendFailed')} tight live /> : null}
      {cutOff ? (
        <Banner kind="warn" title={t('cutOff')}>
          {draft === undefined ? t('cutOffNone') : t('cutOffWords', { count: draft.added, n: formats.count(draft.added) })}
        </Banner>
      ) : taking && mine === null && host.desktop === null ? (
        <Banner kind="warn" title={t('elsewhere')}>
          {t('elsewhereWords')}
        </Banner>
      ) : null}
      {job?.state === 'failed' && job.problem !== null ? <ProblemView error={new ProblemError(job.problem)} title={t('failed')} tight live /> : null}
      {resume ? (
        <Banner kind="info" title={t('resume', { dataset, count: draft.added, n: formats.count(draft.added) })} live={job?.state === 'cancelled'}>
          {job?.state === 'cancelled' ? `${t('stopped')}. ` : ''}
          {t('resumeWords')}
        </Banner>
      ) : null}
      {report === null ? null : (
        <dl className="label-plain" aria-label={t('report')}>
          <Figure name={t('staged')} value={formats.count(report.files)} />
          {report.unchanged > 0 ? <Figure name={t('unchanged')} value={formats.count(report.unchanged)} /> : null}
          {report.resumed > 0 ? <Figure name={t('resumed')} value={formats.count(report.resumed)} /> : null}
          {report.notes.counts.emptyFolders > 0 ? <Figure name={t('folders')} value={formats.count(report.notes.counts.emptyFolders)} /> : null}
          {report.notes.counts.symlinks > 0 ? <Figure name={t('links')} value={formats.count(report.notes.counts.symlinks)} /> : null}
          {report.notes.counts.special > 0 ? <Figure name={t('special')} value={formats.count(report.notes.counts.special)} /> : null}
          {total > 0 ? <Figure name={t('notTaken')} value={formats.count(total)} /> : null}
        </dl>
      )}
      {total === 0 ? null : (
        <section>
          <Banner kind="warn" title={t('problems', { count: total, n: formats.count(total) })} live />
          <NotTaken files={notTaken} total={total} />
        </section>
      )}
    </div>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: string }): React.ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
