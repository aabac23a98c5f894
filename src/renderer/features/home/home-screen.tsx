import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { LakeState } from '../../../contract/api/index.ts';
import { PageHeader } from '../../app/page.tsx';
import { queries, useLake } from '../../data/index.ts';
import { useFormats } from '../../format/index.ts';
import { useDoor } from '../../host/index.ts';
import { HashChip, Icon, Status } from '../../ui/index.ts';
import { PresentList } from '../presence/present-list.tsx';
import { Attention } from './attention.tsx';
import { Changes } from './changes.tsx';
import { Jobs } from './jobs.tsx';
import { useAttention } from './use-attention.ts';
import './home.css';

/** The open lake at a glance: what waits, what changed, what is under way. */
export function HomeScreen(): React.ReactNode {
  const lake = useLake().data;
  return lake === undefined || lake === null ? null : <HomeOf lake={lake} />;
}

function HomeOf({ lake }: { readonly lake: LakeState }): React.ReactNode {
  const { t } = useTranslation('home');
  const formats = useFormats();
  const { host } = useDoor();
  const matters = useAttention(lake);
  const state = t('state', {
    day: formats.day(new Date(host.clock.now()).toISOString()),
    attention: matters.length === 0 ? t('attentionNone') : t('attention', { count: matters.length }),
    ledger: lake.ledger.alarms > 0 ? t('ledgerAlarm', { count: lake.ledger.alarms }) : t('ledgerWhole', { at: formats.short(lake.ledger.checked) }),
  });
  return (
    <div className="page">
      <PageHeader title={t('title')} state={state} />
      <div className="page-panes home">
        <div className="home-main">
          <Attention matters={matters} />
          <Changes />
        </div>
        <aside className="home-side" aria-label={t('about')}>
          <PresentList />
          <Jobs />
          <Size lake={lake} />
          <About lake={lake} />
          <Stations />
        </aside>
      </div>
    </div>
  );
}

function Size({ lake }: { readonly lake: LakeState }): React.ReactNode {
  const { t } = useTranslation('home');
  const formats = useFormats();
  return (
    <section aria-labelledby="home-size">
      <h2 id="home-size">{t('size')}</h2>
      <dl className="home-figures">
        {(['datasets', 'versions', 'files'] as const).map((name) => (
          <div key={name}>
            <dt>{t(name)}</dt>
            <dd>{formats.count(lake.totals[name])}</dd>
          </div>
        ))}
        <div>
          <dt>{t('bytes')}</dt>
          <dd title={formats.count(lake.totals.bytes)}>{formats.size(lake.totals.bytes)}</dd>
        </div>
      </dl>
    </section>
  );
}

function About({ lake }: { readonly lake: LakeState }): React.ReactNode {
  const { t } = useTranslation('home');
  const formats = useFormats();
  return (
    <section aria-labelledby="home-about">
      <h2 id="home-about">{t('about')}</h2>
      <dl className="kv">
        <dt>{t('folder')}</dt>
        <dd>{lake.folder}</dd>
        <dt>{t('place')}</dt>
        <dd>
          <PlaceWords />
        </dd>
        <dt>{t('made')}</dt>
        <dd title={formats.utc(lake.created)}>{formats.instant(lake.created)}</dd>
        <dt>{t('zone')}</dt>
        <dd>{lake.zone.replaceAll('_', ' ')}</dd>
        <dt>{t('root')}</dt>
        <dd>
          <HashChip hash={lake.ledger.root} name={t('root')} />
        </dd>
      </dl>
    </section>
  );
}

/** What the place of the lake means for who works there: as `hms dta doctor` says it. */
function PlaceWords(): React.ReactNode {
  const { call } = useDoor();
  return useQuery(queries.place(call)).data?.words ?? '–';
}

function Stations(): React.ReactNode {
  const { t } = useTranslation('home');
  const { call } = useDoor();
  const known = useQuery(queries.keys(call)).data?.keys ?? [];
  if (known.length === 0) return null;
  return (
    <section aria-labelledby="home-stations">
      <h2 id="home-stations">{t('stations')}</h2>
      <ul className="home-stations">
        {known.map((key) => (
          <li key={key.id}>
            <Icon name={key.role === 'station' ? 'station' : 'key'} />
            <span className="clip grow">{key.name ?? key.id.slice(0, 16)}</span>
            {key.revoked ? <Status kind="bad">{t('revoked')}</Status> : key.here ? <span className="meta">{t('here')}</span> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
