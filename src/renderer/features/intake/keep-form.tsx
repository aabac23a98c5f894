import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Tag } from '../../../contract/index.ts';
import type { Draft, Job } from '../../../contract/api/index.ts';
import { JobLine } from '../../app/job-line.tsx';
import { isCutOff, useReadOnly } from '../../data/index.ts';
import { useFormats } from '../../format/index.ts';
import { Button, Field, Inspector, ProblemView } from '../../ui/index.ts';
import type { Keeping } from './use-keep.ts';

/** Message and tags of the next version, what will be kept, and right below it the button that keeps it. `taking`: the intake that still brings files. */
export function KeepForm({ draft, taking, keeping }: { readonly draft: Draft; readonly taking: Job | undefined; readonly keeping: Keeping }): React.ReactNode {
  const { t } = useTranslation('intake');
  const formats = useFormats();
  const readOnly = useReadOnly();
  const [message, setMessage] = useState('');
  const [tags, setTags] = useState('');
  const [asked, setAsked] = useState(false);
  const { dataset } = draft;
  const version = (draft.base ?? 0) + 1;
  const words = tags.split(/[\s,]+/).filter((word) => word !== '');
  const wrongTags = words.every((word) => Tag.safeParse(word).success) ? null : t('tagsBad');
  const keep = (): void => {
    setAsked(true);
    if (wrongTags === null) keeping.begin(message.trim() === '' ? null : message.trim(), words.map((word) => Tag.parse(word)));
  };
  const isEmpty = draft.added + draft.removed === 0;
  return (
    <Inspector
      title={t('version', { version, dataset })}
      foot={
        keeping.job !== null ? (
          <JobLine job={keeping.job} />
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
            <Button look="primary" busy={keeping.isUnderWay} why={readOnly ?? (taking !== undefined ? t(isCutOff(taking) ? 'whyCutOff' : 'whyTaking') : isEmpty ? t('whyEmpty') : null)} onPress={keep}>
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
      {keeping.problem === null ? null : (
        <section>
          <ProblemView error={keeping.problem} title={t('commitFailed')} tight live />
        </section>
      )}
    </Inspector>
  );
}
