import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../app/page.tsx';
import { queries } from '../../data/index.ts';
import { useFormats } from '../../format/index.ts';
import { useDoor } from '../../host/index.ts';
import { Button, ButtonLink, Icon, ProblemView } from '../../ui/index.ts';
import { useIntakes } from '../../upload/index.ts';
import type { Picked } from '../../upload/index.ts';
import { PresentNote } from '../presence/present-note.tsx';
import { ChooseButtons } from './choose-buttons.tsx';
import { PickedList } from './picked-list.tsx';
import { TakeForm } from './take-form.tsx';
import './intake.css';

/** Where files come in: drop them or choose them, then say which dataset they belong to. */
export function IntakeScreen(): React.ReactNode {
  const { t } = useTranslation('intake');
  const state = usePickedWords();
  const { intakes, view } = useIntakes();
  const { picked } = view;
  return (
    <div className="page">
      <PageHeader
        title={t('title')}
        state={picked === null ? t('state') : state(picked)}
        actions={
          picked === null ? undefined : (
            <>
              <ChooseButtons />
              <Button onPress={() => intakes.forget()}>{t('forget')}</Button>
            </>
          )
        }
      />
      {picked === null ? (
        <div className="intake-scroll">
          <PresentNote dataset={null} />
          <DropZone />
          <Drafts />
        </div>
      ) : (
        <div className="page-panes intake">
          <div className="intake-main">
            <PickedList picked={picked} />
          </div>
          <TakeForm picked={picked} fixed={null} />
        </div>
      )}
    </div>
  );
}

/** `12,431 files, 9.38 GB. Nothing has been written yet.` */
export function usePickedWords(): (picked: Picked) => string {
  const { t } = useTranslation('intake');
  const formats = useFormats();
  return (picked) => {
    if (picked.kind === 'paths') return t('places', { count: picked.paths.length, n: formats.count(picked.paths.length) });
    return t('picked', { count: picked.gathered.files.length, n: formats.count(picked.gathered.files.length), size: formats.size(picked.gathered.bytes) });
  };
}

export function DropZone(): React.ReactNode {
  const { t } = useTranslation('intake');
  const formats = useFormats();
  const { walking } = useIntakes().view;
  return (
    <section className="drop-zone" aria-labelledby="drop-title">
      <Icon name="intake" size="large" />
      <h2 id="drop-title">{t('dropTitle')}</h2>
      <p className="two">{t('dropWords')}</p>
      <ChooseButtons />
      {walking === null ? null : <p role="status">{t('walking', { n: formats.count(walking) })}</p>}
    </section>
  );
}

function Drafts(): React.ReactNode {
  const { t } = useTranslation('intake');
  const formats = useFormats();
  const { call } = useDoor();
  const drafts = useQuery(queries.drafts(call));
  if (drafts.error !== null) return <ProblemView error={drafts.error} tight onRetry={() => void drafts.refetch()} />;
  if (drafts.data === undefined || drafts.data.drafts.length === 0) return null;
  return (
    <section>
      <h2>{t('drafts')}</h2>
      <ul className="intake-drafts">
        {drafts.data.drafts.map((draft) => {
          const count = draft.added + draft.removed;
          return (
            <li key={`${draft.dataset} ${draft.account} ${draft.started}`}>
              <Icon name="draft" />
              <div className="grow">
                <strong className="id">{draft.dataset}</strong>
                <p className="meta">{t('draft', { count, n: formats.count(count), size: formats.size(draft.bytes), at: formats.instant(draft.started) })}</p>
              </div>
              {draft.mine ? (
                <ButtonLink to="/intake/$dataset" params={{ dataset: draft.dataset }}>
                  {t('goOn', { dataset: draft.dataset })}
                </ButtonLink>
              ) : (
                <span className="two">{t('draftOther', { account: draft.account })}</span>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
