import { useQueries, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { routes } from '../../../contract/api/screens.ts';
import { keys, queries, useAct, useLake } from '../../data/index.ts';
import { useFormats } from '../../format/index.ts';
import { useDoor } from '../../host/index.ts';
import { Button, Choices, Field, Icon, Inspector, ProblemView } from '../../ui/index.ts';
import { VersionPicker } from './version-picker.tsx';
import './export.css';

const parts = ['data', 'manifest', 'provenance', 'signature', 'read', 'check'] as const;
const packageName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/;

/** Which versions and files, who signs, and what it will be called. */
export function ExportForm({ first }: { readonly first: string | null }): React.ReactNode {
  const { t } = useTranslation('exports');
  const formats = useFormats();
  const { host, call } = useDoor();
  const navigate = useNavigate();
  const station = useLake().data?.station ?? null;
  const officers = useQuery(queries.officers(call)).data?.officers ?? [];
  const toFetch = useAct(routes.exportToFetch, [keys.jobs]);
  const toPath = useAct(routes.exportToPath, [keys.jobs]);
  const [refs, setRefs] = useState<readonly string[]>(first === null ? [] : [first]);
  const [only, setOnly] = useState<'all' | 'some'>('all');
  const [patterns, setPatterns] = useState('');
  const [signer, setSigner] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const [name, setName] = useState<string | null>(null);
  const [asked, setAsked] = useState(false);
  const versions = useQueries({ queries: refs.map((ref) => ({ queryKey: ['version', ref, 'head'], queryFn: ({ signal }: { signal: AbortSignal }) => call(routes.getVersion, { params: { ref }, signal }) })) }).flatMap(({ data }) => data ?? []);
  const lines = patterns.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  const called = name ?? proposed(refs);
  const officer = officers.find(({ id }) => id === signer);
  const wrong = {
    name: packageName.test(called) ? null : t('nameBad'),
    patterns: only === 'some' && lines.length === 0 ? t('patternsNone') : null,
    passphrase: officer !== undefined && passphrase === '' ? t('passphraseNone') : null,
  };
  const files = versions.reduce((sum, version) => sum + (version.files ?? 0), 0);
  const bytes = versions.reduce((sum, version) => sum + (version.bytes ?? 0), 0);
  const begin = async (): Promise<void> => {
    setAsked(true);
    if (Object.values(wrong).some((reason) => reason !== null)) return;
    const what = { refs: [...refs], ...(only === 'some' ? { patterns: lines } : {}), ...(officer === undefined ? {} : { officer: { id: officer.id, passphrase } }) };
    const begun = ({ job }: { readonly job: { readonly id: string } }): void => {
      void navigate({ to: '/export/$ref', params: { ref: refs[0] ?? '' }, search: { job: job.id } });
    };
    if (host.desktop === null) return toFetch.mutate({ body: { ...what, name: called } }, { onSuccess: begun });
    const target = await host.desktop.saveAs({ title: t('saveAsk'), proposed: `${called}.zip` });
    // The window's dialog has asked whether a file that is there may be replaced.
    if (target !== null) toPath.mutate({ body: { ...what, target, form: 'zip', replace: true } }, { onSuccess: begun });
  };
  const problem = toFetch.error ?? toPath.error;
  return (
    <div className="page-panes export">
      <div className="export-main">
        <section>
          <h2>{t('versions')}</h2>
          <VersionPicker refs={refs} onChange={setRefs} />
        </section>
        <section>
          <Choices<'all' | 'some'> label={t('files')} value={only} choices={[{ value: 'all', words: t('all') }, { value: 'some', words: t('some') }]} onChange={setOnly} />
          {only === 'all' ? null : <Field label={t('patterns')} hint={t('patternsHint')} value={patterns} onChange={setPatterns} error={asked ? wrong.patterns : null} area mono />}
        </section>
        <section>
          <Choices
            label={t('signer')}
            value={signer}
            choices={[{ value: '', words: t('station', { name: station?.name ?? '' }) }, ...officers.map(({ id, name: of }) => ({ value: id, words: t('officer', { name: of }) }))]}
            onChange={setSigner}
          />
          {officer === undefined ? <p className="field-hint">{t('stationNote', { name: station?.name ?? '' })}</p> : <Field label={t('passphrase')} hint={t('passphraseHint')} type="password" autoComplete="off" value={passphrase} onChange={setPassphrase} error={asked ? wrong.passphrase : null} />}
          {officers.length === 0 ? <p className="field-hint">{t('officersNone')}</p> : null}
        </section>
        <section>
          <Field label={t('name')} hint={t('nameHint', { name: called })} value={called} onChange={setName} error={asked || called.length > 120 ? wrong.name : null} autoComplete="off" mono />
        </section>
        {problem === null ? null : <ProblemView error={problem} title={t('refused')} tight live />}
      </div>
      <Inspector
        title={t('inside')}
        foot={
          <>
            <dl className="figures">
              <div className="figures-first">
                <dt>{t('will')}</dt>
                <dd>{only === 'some' ? t('matching') : t('count', { count: files, n: formats.count(files) })}</dd>
              </div>
              {only === 'some' ? null : (
                <div>
                  <dt>{t('bytes')}</dt>
                  <dd>{formats.count(bytes)}</dd>
                </div>
              )}
            </dl>
            <Button look="primary" icon="export" busy={toFetch.isPending || toPath.isPending} why={refs.length === 0 ? t('why') : null} onPress={() => void begin()}>
              {host.desktop === null ? t('make') : t('makeAt')}
            </Button>
          </>
        }
      >
        <section>
          <ul className="export-parts">
            {parts.map((part) => (
              <li key={part}>
                <Icon name={part === 'data' ? 'folder' : part === 'signature' ? 'key' : 'document'} />
                <span>{t(`part.${part}`)}</span>
              </li>
            ))}
          </ul>
        </section>
        <section>
          <p className="two">{t('recordedNote')}</p>
        </section>
      </Inspector>
    </div>
  );
}

/** `WF-2024-07-v1`; of several versions, that of the first and how many more. */
function proposed(refs: readonly string[]): string {
  const [first = ''] = refs;
  const name = first.replaceAll(/[^A-Za-z0-9._-]+/g, '-');
  return refs.length > 1 ? `${name}-and-${refs.length - 1}-more` : name;
}
