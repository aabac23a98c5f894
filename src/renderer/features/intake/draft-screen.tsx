import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../../contract/api/screens.ts';
import { PageHeader } from '../../app/page.tsx';
import { isAtWork, queries, useJobs } from '../../data/index.ts';
import { useFormats } from '../../format/index.ts';
import { useDoor } from '../../host/index.ts';
import { Button, Link, Loading, ProblemView } from '../../ui/index.ts';
import { useIntakes } from '../../upload/index.ts';
import { PresentNote } from '../presence/present-note.tsx';
import { ChooseButtons } from './choose-buttons.tsx';
import { Discard } from './discard.tsx';
import { DraftChanges } from './draft-changes.tsx';
import { DropZone, usePickedWords } from './intake-screen.tsx';
import { IntakeJob } from './intake-job.tsx';
import { KeepForm } from './keep-form.tsx';
import { PickedList } from './picked-list.tsx';
import { TakeForm } from './take-form.tsx';
import { useKeep } from './use-keep.ts';
import './intake.css';

const route = getRouteApi('/lake/intake/$dataset');

/** The draft of a dataset: files on their way into it, what the next version will be, and the button that keeps it. */
export function DraftScreen(): React.ReactNode {
  const { t } = useTranslation('intake');
  const formats = useFormats();
  const { call } = useDoor();
  const { dataset } = route.useParams();
  const { job: asked } = route.useSearch();
  const { intakes, view } = useIntakes();
  const pickedWords = usePickedWords();
  const draft = useQuery(queries.draft(call, dataset));
  const keeping = useKeep(dataset);
  const jobs = useJobs().filter(({ kind, subject }) => kind === 'intake' && subject === dataset);
  const job = jobs.find(isAtWork) ?? jobs.find(({ id }) => id === asked);
  const taking = job !== undefined && isAtWork(job);
  const isNone = draft.error instanceof ProblemError && (draft.error.code === 'DRAFT_NONE' || draft.error.code === 'DATASET_UNKNOWN');
  // What was read before a draft was kept or discarded says nothing any more.
  const open = isNone && !keeping.isUnderWay ? undefined : draft.data;
  const { picked } = view;
  return (
    <div className="page">
      <PageHeader
        title={dataset}
        crumb={<Link to="/intake">{t('crumb')}</Link>}
        state={picked !== null ? pickedWords(picked) : open === undefined ? (isNone && !taking ? t('state') : undefined) : t('draftState', { count: open.added, n: formats.count(open.added), size: formats.size(open.bytes) })}
        actions={
          <>
            {open === undefined && picked === null ? null : <ChooseButtons />}
            {picked !== null ? <Button onPress={() => intakes.forget()}>{t('forget')}</Button> : open === undefined ? null : <Discard draft={open} busy={taking || keeping.isUnderWay} />}
          </>
        }
      />
      {picked !== null ? (
        <div className="page-panes intake">
          <div className="intake-main">
            <PickedList picked={picked} />
          </div>
          <TakeForm picked={picked} fixed={dataset} />
        </div>
      ) : (
        <div className="page-panes intake">
          <div className="intake-main">
            <PresentNote dataset={dataset} />
            <IntakeJob dataset={dataset} job={job} draft={open} />
            {open !== undefined ? (
              <>
                {taking ? <p className="intake-later two">{t('changesLater')}</p> : <DraftChanges dataset={dataset} />}
                <div className="drop-strip">{t('more')}</div>
              </>
            ) : isNone ? (
              taking ? null : (
                <div className="intake-scroll">
                  <h2>{t('noDraft', { dataset })}</h2>
                  <DropZone />
                </div>
              )
            ) : draft.error !== null ? (
              <ProblemView error={draft.error} onRetry={() => void draft.refetch()} />
            ) : (
              <Loading what={t('reading', { dataset })} />
            )}
          </div>
          {open === undefined ? null : <KeepForm draft={open} taking={taking ? job : undefined} keeping={keeping} />}
        </div>
      )}
    </div>
  );
}
