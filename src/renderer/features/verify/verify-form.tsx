import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { routes } from '../../../contract/api/screens.ts';
import type { Job } from '../../../contract/api/index.ts';
import { learn, useJobs, useLake } from '../../data/index.ts';
import { useFormats } from '../../format/index.ts';
import { useDoor } from '../../host/index.ts';
import { Button, Choices, ProblemView, ProgressLine, Select } from '../../ui/index.ts';
import { TrustList } from './trust-list.tsx';
import type { Trusted } from './trust-list.tsx';

type Subject = 'lake' | 'made' | 'outside';

/** What is to be checked, and whom the person trusts. */
export function VerifyForm({ exportJob }: { readonly exportJob: string | null }): React.ReactNode {
  const { t } = useTranslation('verify');
  const formats = useFormats();
  const { host, call } = useDoor();
  const client = useQueryClient();
  const navigate = useNavigate();
  const lake = useLake().data;
  const made = useJobs().flatMap((job) => (job.result?.kind === 'export' ? [{ id: job.id, exported: job.result.exported, at: job.ended ?? job.started }] : []));
  const [subject, setSubject] = useState<Subject>(exportJob === null ? 'lake' : 'made');
  const [chosen, setChosen] = useState<string | null>(exportJob);
  const [file, setFile] = useState<File | null>(null);
  const [path, setPath] = useState<string | null>(null);
  const [trusted, setTrusted] = useState<readonly Trusted[]>([]);
  const [share, setShare] = useState<number | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const stop = useRef(new AbortController());
  const input = useRef<HTMLInputElement>(null);
  const picked = made.find(({ id }) => id === chosen) ?? made[0];
  const isMissing = subject === 'made' ? picked === undefined : subject === 'outside' ? (host.desktop === null ? file === null : path === null) : false;

  const begin = async (): Promise<{ readonly job: Job }> => {
    const trust = trusted.map(({ pem }) => pem);
    if (subject === 'lake') return call(routes.verify, { body: { of: { kind: 'lake' }, trust } });
    if (subject === 'made' && picked !== undefined) {
      const { path: at } = picked.exported;
      return at === null ? call(routes.verify, { body: { of: { kind: 'export', job: picked.id }, trust } }) : call(routes.verifyPath, { body: { path: at, trust } });
    }
    if (path !== null) return call(routes.verifyPath, { body: { path, trust } });
    if (file === null) throw new Error('Nothing was chosen.');
    const { sendFile } = await import('../../upload/tus.ts');
    stop.current = new AbortController();
    let sent = 0;
    setShare(0);
    const upload = await sendFile(host, {
      file,
      metadata: { purpose: 'verify', path: file.name },
      signal: stop.current.signal,
      sent: (bytes) => {
        sent += bytes;
        setShare(sent / Math.max(file.size, 1));
      },
    });
    return call(routes.verify, { body: { of: { kind: 'upload', upload }, trust } });
  };
  const check = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const { job } = await begin();
      learn(client, job);
      await navigate({ to: '/verify', search: { job: job.id } });
    } catch (error) {
      if (!stop.current.signal.aborted) setProblem(error);
    } finally {
      setBusy(false);
      setShare(null);
    }
  };
  const choosePath = async (folder: boolean): Promise<void> => {
    const answer = folder ? await host.desktop?.chooseFolder({ title: t('folderAsk') }) : (await host.desktop?.chooseFiles({ title: t('fileAsk') }))?.[0];
    if (answer !== null && answer !== undefined) setPath(answer);
  };
  return (
    <div className="verify-main verify-form verify">
      <section>
        <Choices<Subject>
          label={t('what')}
          value={subject}
          choices={[
            { value: 'lake', words: t('lake', { name: lake?.name ?? '' }) },
            { value: 'made', words: t('made') },
            { value: 'outside', words: t('outside') },
          ]}
          onChange={setSubject}
        />
        {subject === 'lake' ? <p className="field-hint">{t('lakeWords')}</p> : null}
        {subject === 'made' ? (
          picked === undefined ? (
            <p className="field-hint">{t('madeNone')}</p>
          ) : (
            <Select label={t('package')} value={picked.id} options={made.map(({ id, exported, at }) => ({ value: id, words: `${exported.name}, ${formats.instant(at)}` }))} onChange={setChosen} />
          )
        ) : null}
        {subject === 'outside' ? (
          <>
            <p className="field-hint">{host.desktop === null ? t('outsideWords') : t('outsidePath')}</p>
            <div className="row wrap">
              <Button icon="file" onPress={() => (host.desktop === null ? input.current?.click() : void choosePath(false))}>
                {t('chooseFile')}
              </Button>
              {host.desktop === null ? null : (
                <Button icon="folder" onPress={() => void choosePath(true)}>
                  {t('chooseFolder')}
                </Button>
              )}
              <span className="two clip">{file === null ? (path ?? t('noFile')) : `${file.name}, ${formats.count(file.size)}`}</span>
              <input ref={input} type="file" hidden accept=".zip" data-pick="package" onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)} />
            </div>
          </>
        ) : null}
      </section>
      <section>
        <TrustList trusted={trusted} onChange={setTrusted} />
      </section>
      {problem === null ? null : <ProblemView error={problem} title={t('refused')} tight live />}
      <div className="row wrap">
        <Button look="primary" icon="shield" busy={busy} why={isMissing ? t('whyFile') : null} onPress={() => void check()}>
          {t('check')}
        </Button>
        {share === null ? null : (
          <>
            <div className="grow">
              <ProgressLine name={t('sending', { name: file?.name ?? '' })} share={share} />
            </div>
            <Button onPress={() => stop.current.abort()}>{t('stop')}</Button>
          </>
        )}
      </div>
    </div>
  );
}
