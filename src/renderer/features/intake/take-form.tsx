import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DatasetId } from '../../../contract/index.ts';
import { learn, queries, useReadOnly } from '../../data/index.ts';
import { useFormats } from '../../format/index.ts';
import { useDoor } from '../../host/index.ts';
import { Banner, Button, Choices, Field, Inspector, ProblemView, Select } from '../../ui/index.ts';
import { useIntakes } from '../../upload/index.ts';
import type { Picked } from '../../upload/index.ts';
import { NotTaken } from './not-taken.tsx';

/** Which dataset the files belong to, and the button that begins. `fixed`: the dataset whose draft is open. */
export function TakeForm({ picked, fixed }: { readonly picked: Picked; readonly fixed: string | null }): React.ReactNode {
  const { t } = useTranslation('intake');
  const formats = useFormats();
  const { call } = useDoor();
  const { intakes } = useIntakes();
  const client = useQueryClient();
  const navigate = useNavigate();
  const readOnly = useReadOnly();
  const datasets = useInfiniteQuery(queries.datasets(call, '')).data?.pages.flatMap(({ items }) => items) ?? [];
  const drafts = useQuery(queries.drafts(call)).data?.drafts ?? [];
  const [as, setAs] = useState<'new' | 'next'>('new');
  const [id, setId] = useState('');
  const [next, setNext] = useState<string | null>(null);
  const [asked, setAsked] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const parsed = DatasetId.safeParse(id);
  const isTaken = datasets.some((dataset) => [dataset.id, ...dataset.aliases].some((name) => name.toLowerCase() === id.toLowerCase()));
  const wrong = !parsed.success ? t('idBad') : isTaken ? t('idTaken', { id }) : null;
  const target = fixed ?? (as === 'next' ? next : wrong === null ? id : null);
  const count = picked.kind === 'paths' ? picked.paths.length : picked.gathered.files.length;
  const n = formats.count(count);
  const begin = async (): Promise<void> => {
    setAsked(true);
    if (target === null) return;
    setBusy(true);
    setProblem(null);
    try {
      const job = await intakes.begin(target);
      learn(client, job);
      await navigate({ to: '/intake/$dataset', params: { dataset: target }, search: { job: job.id } });
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Inspector
      title={fixed === null ? t('where') : t('draftTitle', { dataset: fixed })}
      foot={
        <>
          <dl className="figures">
            <div className="figures-first">
              <dt>{t('willTake')}</dt>
              <dd>{picked.kind === 'paths' ? t('placesCount', { count, n }) : t('files', { count, n })}</dd>
            </div>
            {picked.kind === 'paths' ? null : (
              <div>
                <dt>{t('size')}</dt>
                <dd>{formats.count(picked.gathered.bytes)}</dd>
              </div>
            )}
          </dl>
          <Button look="primary" busy={busy} why={readOnly ?? (count === 0 ? t('nothingPicked') : null)} onPress={() => void begin()}>
            {picked.kind === 'paths' ? t('takePlaces') : t('take', { count, n })}
          </Button>
        </>
      }
    >
      {fixed === null ? (
        <section>
          <Choices<'new' | 'next'> label={t('keepAs')} value={as} choices={[{ value: 'new', words: t('asNew') }, { value: 'next', words: t('asNext'), off: datasets.length === 0 }]} onChange={setAs} />
          {as === 'new' ? (
            <form
              onSubmit={(event) => {
                event.preventDefault();
                void begin();
              }}
              noValidate
            >
              <Field label={t('id')} hint={t('idHint')} value={id} onChange={setId} error={asked || id.length > 64 || isTaken ? wrong : null} autoComplete="off" mono />
            </form>
          ) : (
            <Select
              label={t('dataset')}
              value={next}
              placeholder={t('choose')}
              options={datasets.map((dataset) => ({ value: dataset.id, words: t('becomes', { id: dataset.id, version: (drafts.find(({ mine, dataset: of }) => mine && of === dataset.id)?.base ?? dataset.versions) + 1 }) }))}
              onChange={setNext}
            />
          )}
          {as === 'next' && asked && next === null ? <p role="alert">{t('choose')}</p> : null}
        </section>
      ) : null}
      <section>
        <h3>{t('next')}</h3>
        <p className="two">{t('nextWords')}</p>
        {picked.kind === 'files' && picked.gathered.emptyFolders.length > 0 ? <p className="two">{t('emptyFolders', { count: picked.gathered.emptyFolders.length, n: formats.count(picked.gathered.emptyFolders.length) })}</p> : null}
      </section>
      {picked.kind === 'files' && picked.gathered.unreadable.length > 0 ? (
        <section>
          <Banner kind="warn" title={t('unreadable', { count: picked.gathered.unreadable.length, n: formats.count(picked.gathered.unreadable.length) })} />
          <NotTaken files={picked.gathered.unreadable} total={picked.gathered.unreadable.length} />
        </section>
      ) : null}
      {problem === null ? null : (
        <section>
          <ProblemView error={problem} title={t('refused')} tight live />
        </section>
      )}
    </Inspector>
  );
}
