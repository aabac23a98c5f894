import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { routes } from '../../../contract/api/screens.ts';
import { keys, useAct, useReadOnly } from '../../data/index.ts';
import { useFormats } from '../../format/index.ts';
import { Badge, Button, ButtonLink, Icon, Link } from '../../ui/index.ts';
import type { IconName } from '../../ui/index.ts';
import { Enrol } from './enrol.tsx';
import { groupsOf } from './fingerprint.ts';
import type { Matter } from './use-attention.ts';

export function Attention({ matters }: { readonly matters: readonly Matter[] }): React.ReactNode {
  const { t } = useTranslation('home');
  return (
    <section aria-labelledby="home-needs">
      <header className="home-head">
        <h2 id="home-needs">{t('needs')}</h2>
        {matters.length === 0 ? null : <Badge>{matters.length}</Badge>}
      </header>
      {matters.length === 0 ? (
        <p className="two home-calm">{t('calm')}</p>
      ) : (
        <ul className="attention">
          {matters.map((matter) => (
            <MatterView key={keyOf(matter)} matter={matter} />
          ))}
        </ul>
      )}
    </section>
  );
}

function keyOf(matter: Matter): string {
  switch (matter.kind) {
    case 'lost':
      return `lost ${matter.ref}`;
    case 'request':
      return `request ${matter.id16}`;
    case 'failed':
      return `failed ${matter.job.id}`;
    case 'draft':
      return `draft ${matter.draft.dataset} ${matter.draft.account}`;
    default:
      return matter.kind;
  }
}

function Line({ icon, look, title, children, action }: { readonly icon: IconName; readonly look: 'bad' | 'warn' | 'part' | 'info'; readonly title: string; readonly children?: React.ReactNode; readonly action?: React.ReactNode }): React.ReactNode {
  return (
    <li className={`attention-${look}`}>
      <Icon name={icon} size="large" />
      <div className="attention-words">
        <h3>{title}</h3>
        <div className="two">{children}</div>
      </div>
      {action}
    </li>
  );
}

function MatterView({ matter }: { readonly matter: Matter }): React.ReactNode {
  const { t } = useTranslation('home');
  const readOnly = useReadOnly();
  const formats = useFormats();
  const [asking, setAsking] = useState(false);
  const dismiss = useAct(routes.cancelJob, [keys.jobs]);
  switch (matter.kind) {
    case 'lost':
      return (
        <Line icon="bad" look="bad" title={t('lost', { ref: matter.ref })}>
          {t('lostWords')}
        </Line>
      );
    case 'alarm':
      return (
        <Line icon="warn" look="warn" title={t('alarm', { count: matter.count })} action={<ButtonLink to="/ledger">{t('seeLedger')}</ButtonLink>}>
          {t('alarmWords')}
        </Line>
      );
    case 'readOnly':
      return (
        <Line icon="lock" look="info" title={t('readOnly')}>
          {matter.what} {matter.next}
        </Line>
      );
    case 'enrolment':
      return (
        <Line icon="key" look="warn" title={t('enrol')}>
          <p>{t('enrolWords')}</p>
          <code className="fingerprint">{groupsOf(matter.fingerprint)}</code>
        </Line>
      );
    case 'request':
      return (
        <Line
          icon="station"
          look="part"
          title={t('asks', { name: matter.name })}
          action={
            <>
              <Button why={readOnly} onPress={() => setAsking(true)}>
                {t('enrolAct')}
              </Button>
              <Enrol open={asking} request={matter} onClose={() => setAsking(false)} />
            </>
          }
        >
          {t('asksWords')}
        </Line>
      );
    case 'failed':
      return (
        <Line
          icon="bad"
          look="bad"
          title={t('failed', { title: matter.job.title })}
          action={
            <Button busy={dismiss.isPending} onPress={() => dismiss.mutate({ params: { job: matter.job.id } })}>
              {t('dismiss')}
            </Button>
          }
        >
          {matter.job.problem === null ? null : [matter.job.problem.detail, matter.job.problem.kept, matter.job.problem.next].filter((words) => words !== null).join(' ')}
        </Line>
      );
    case 'draft': {
      const { draft } = matter;
      const changes = draft.added + draft.removed;
      return (
        <Line
          icon="part"
          look="part"
          title={t('draft', { count: changes, n: formats.count(changes), dataset: draft.dataset })}
          action={
            draft.mine ? (
              <Link to="/intake/$dataset" params={{ dataset: draft.dataset }} className="btn">
                {t('goOn')}
              </Link>
            ) : null
          }
        >
          {t(draft.mine ? 'draftWords' : 'draftOther', { size: formats.size(draft.bytes), account: draft.account, at: formats.short(draft.started) })}
        </Line>
      );
    }
    case 'placed':
      return (
        <Line icon="info" look="info" title={t('placed', { count: matter.refs.length })}>
          {t('placedWords', { refs: matter.refs.join(', ') })}
        </Line>
      );
  }
}
