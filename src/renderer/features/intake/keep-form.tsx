import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Tag } from '../../../contract/index.ts';
import { ProblemError, routes } from '../../../contract/api/index.ts';
import type { Draft, Job } from '../../../contract/api/index.ts';
import { JobLine } from '../../app/job-line.tsx';
import { isAtWork, isCutOff, keys, useAct, useJob, useReadOnly } from '../../data/index.ts';
import { useFormats } from '../../format/index.ts';
import { Button, Field, Inspector, ProblemView } from '../../ui/index.ts';

/** Message and tags of the next version, what will be kept, and right below it the button that keeps it. `taking`: the intake that still brings files. */
export function KeepForm({ draft, taking }: { readonly draft: Draft; readonly taking: Job | undefined }): React.ReactNode {
  const { t } = useTranslation('intake');
  const formats = useFormats();
  const navigate = useNavigate();
  const readOnly = useReadOnly();
  const commit = useAct(routes.commitDraft, [keys.jobs]);
  const [message, setMessage] = useState('');
  const [tags, setTags] = useState('');
  const [asked, setAsked] = useState(false);
  const [jobId, setJobId] = useState<string | null>(null);
  const job = useJob(jobId);
  const { dataset } = draft;
  const version = (draft.base ?? 0) + 1;
  const words = tags.split(/[\s,]+/).filter((word) => word !== '');
  const wrongTags = words.every((word) => Tag.safeParse(word).success) ? null : t('tagsBad');
  const made = job?.state === 'done' && job.result?.kind === 'commit' ? job.result.version : null;
  useEffect(() => {
    if (made !== null) void navigate({ to: '/datasets/$id', params: { id: dataset }, search: { v: made } });
  }, [made, dataset, navigate]);
  const keep = (): void => {
    setAsked(true);
    if (wrongTags !== null) return;
    commit.mutate({ params: { dataset }, body: { message: message.trim() === '' ? null : message.trim(), tags: words.map((word) => Tag.parse(word)) } }, { onSuccess: (begun) => setJobId(begun.job.id) });
  };
  const working = job !== undefined && isAtWork(job);
  const problem = commit.error ?? (job?.state === 'failed' && job.problem !== null ? new ProblemError(job.problem) : null);
  const isEmpty = draft.added + draft.removed === 0;
  return (
    <Inspector
      title={t('version', { version, dataset })}
      foot={
        working ? (
          <JobLine job={job} />
        ) : (
          <>
            <dl className="figures">
              <div className="figures-first">
                <dt>{t('taken')}</dt>
                <dd>{formats.count(draft.added)}</dd>
              </div>
              {draft.removed === 0 ? null : (
                <div>
                  <dt>{t('removedCount')}</dt>
                  <dd>{formats.count(draft.removed)}</dd>
                </div>
              )}
              <div>
                <dt>{t('size')}</dt>
                <dd>{formats.count(draft.bytes)}</dd>
              </div>
            </dl>
            <Button look="primary" busy={commit.isPending || made !== null} why={readOnly ?? (taking !== undefined ? t(isCutOff(taking) ? 'whyCutOff' : 'whyTaking') : isEmpty ? t('whyEmpty') : null)} onPress={keep}>
              {t('keep', { version })}
            </Button>
          </>
        )
      }
    >
      <section>
        <Field label={t('message')} hint={t('messageHint')} value={message} onChange={setMessage} area />
        <Field label={t('tags')} hint={t('tagsHint')} value={tags} onChange={setTags} error={asked ? wrongTags : null} autoComplete="off" />
      </section>
      {draft.notes.symlinks + draft.notes.special + draft.notes.emptyFolders === 0 ? null : (
        <section>
          <h3>{t('notes')}</h3>
          <dl className="figures">
            {([['links', draft.notes.symlinks], ['special', draft.notes.special], ['folders', draft.notes.emptyFolders]] as const).map(([name, count]) =>
              count === 0 ? null : (
                <div key={name}>
                  <dt>{t(name)}</dt>
                  <dd>{formats.count(count)}</dd>
                </div>
              ),
            )}
          </dl>
        </section>
      )}
      {problem === null ? null : (
        <section>
          <ProblemView error={problem} title={t('commitFailed')} tight live />
        </section>
      )}
    </Inspector>
  );
}
