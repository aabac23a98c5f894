import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { routes } from '../../../contract/api/screens.ts';
import { PageHeader } from '../../app/page.tsx';
import { isAtWork, queries, useAct, useJob } from '../../data/index.ts';
import { useDoor } from '../../host/index.ts';
import { addLakeWords } from '../../i18n/i18n.ts';
import { Button, ProblemView } from '../../ui/index.ts';
import { KnownLakes } from './known-lakes.tsx';
import { MakeLake } from './make-lake.tsx';
import './start.css';

/** Without an open lake: make one, open one, or look around in the sample. */
export function StartScreen(): React.ReactNode {
  const { t } = useTranslation('start');
  const { host, call } = useDoor();
  const client = useQueryClient();
  const navigate = useNavigate();
  const router = useRouter();
  const about = useQuery(queries.about(call)).data;
  const openAt = useAct(routes.openLakeAt);
  const [problem, setProblem] = useState<unknown>(null);
  const enter = useCallback(() => {
    // Reset, not cleared: the frame around the screens looks at the same answers, and must see the new ones.
    void client.resetQueries();
    // An event may have shown the lake before its own answer came, and the person may be on the way already, with files that were dropped.
    if (router.state.location.pathname === '/start') void navigate({ to: '/' });
  }, [client, navigate, router]);
  const chooseFolder = async (): Promise<void> => {
    const folder = await host.desktop?.chooseFolder({ title: t('openFolderAsk') });
    if (folder === null || folder === undefined) return;
    openAt.mutate({ body: { folder } }, { onSuccess: enter, onError: setProblem });
  };
  return (
    <div className="page page-scroll">
      <div className="start">
        <PageHeader title={t('title')} state={t('what')} />
        {problem === null ? null : <ProblemView error={problem} title={t('refused')} live />}
        <div className="start-columns">
          <KnownLakes onOpened={enter} onProblem={setProblem} />
          <div className="start-side">
            <MakeLake home={about?.home ?? null} onMade={enter} />
            {host.desktop === null ? null : (
              <section>
                <h2>{t('fromFolder')}</h2>
                <p className="two">{t('fromFolderWords')}</p>
                <Button icon="folder" busy={openAt.isPending} onPress={() => void chooseFolder()}>
                  {t('openFolder')}
                </Button>
              </section>
            )}
            <SampleLake onMade={enter} onProblem={setProblem} />
          </div>
        </div>
      </div>
    </div>
  );
}

/** Fetched when a sample is made: the page is there sooner without it. */
const JobLine = lazy(async () => ({ default: (await import('../../app/job-line.tsx')).JobLine }));

function SampleLake({ onMade, onProblem }: { onMade(): void; onProblem(error: unknown): void }): React.ReactNode {
  const { t, i18n } = useTranslation('start');
  const { call } = useDoor();
  const client = useQueryClient();
  const lakes = useQuery(queries.lakes(call)).data?.lakes ?? [];
  const make = useAct(routes.makeSample);
  const open = useAct(routes.openLake);
  const [jobId, setJobId] = useState<string | null>(null);
  const jobs = useQuery({ ...queries.jobs(call), enabled: jobId !== null });
  const job = useJob(jobId) ?? jobs.data?.jobs.find(({ id }) => id === jobId);
  useEffect(() => {
    // Of one that failed it is told why until it is begun again.
    if (job === undefined || isAtWork(job) || job.state === 'failed') return;
    setJobId(null);
    if (job.state === 'done') onMade();
    void client.invalidateQueries();
  }, [job, onMade, client]);
  const begin = async (): Promise<void> => {
    // The line of a job speaks with the words of a lake's screens.
    await addLakeWords(i18n);
    make.mutate({}, { onSuccess: (begun) => setJobId(begun.job.id), onError: onProblem });
  };
  const made = lakes.find(({ sample, present }) => sample && present);
  const failed = job?.state === 'failed' ? job.problem : null;
  return (
    <section>
      <h2>{t('sample')}</h2>
      <p className="two">{t('sampleWords')}</p>
      {failed === null ? null : <p role="alert">{failed.detail}</p>}
      {job !== undefined && isAtWork(job) ? (
        <Suspense>
          <JobLine job={job} />
        </Suspense>
      ) : made === undefined ? (
        <Button icon="dataset" busy={make.isPending || (jobId !== null && failed === null)} onPress={() => void begin()}>
          {t('makeSample')}
        </Button>
      ) : (
        <Button icon="dataset" busy={open.isPending} onPress={() => open.mutate({ params: { key: made.key } }, { onSuccess: onMade, onError: onProblem })}>
          {t('openSample')}
        </Button>
      )}
    </section>
  );
}
