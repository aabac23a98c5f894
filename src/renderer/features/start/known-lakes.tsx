import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { routes } from '../../../contract/api/screens.ts';
import type { KnownLake } from '../../../contract/api/index.ts';
import { keys, queries, useAct } from '../../data/index.ts';
import { middle, useFormats } from '../../format/index.ts';
import { useDoor } from '../../host/index.ts';
import { Button, Empty, Icon, Loading, MenuButton, ProblemView, Status, Tag, useToast } from '../../ui/index.ts';

/** Lakes that this account has opened, or that stand in its folder of lakes. */
export function KnownLakes({ onOpened, onProblem }: { onOpened(): void; onProblem(error: unknown): void }): React.ReactNode {
  const { t } = useTranslation('start');
  const { call } = useDoor();
  const lakes = useQuery(queries.lakes(call));
  return (
    <section className="start-known" aria-labelledby="known-lakes">
      <div className="row between">
        <h2 id="known-lakes">{t('recent')}</h2>
        <Button look="quiet" small busy={lakes.isFetching} onPress={() => void lakes.refetch()}>
          {t('checkAgain')}
        </Button>
      </div>
      {lakes.error !== null ? (
        <ProblemView error={lakes.error} tight onRetry={() => void lakes.refetch()} />
      ) : lakes.data === undefined ? (
        <Loading what={t('reading')} />
      ) : lakes.data.lakes.length === 0 ? (
        <Empty title={t('noRecent')} tight level={3} />
      ) : (
        <ul className="start-list">
          {lakes.data.lakes.map((lake) => (
            <Known key={lake.key} lake={lake} onOpened={onOpened} onProblem={onProblem} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Known({ lake, onOpened, onProblem }: { readonly lake: KnownLake; onOpened(): void; onProblem(error: unknown): void }): React.ReactNode {
  const { t } = useTranslation('start');
  const formats = useFormats();
  const tell = useToast();
  const open = useAct(routes.openLake);
  const forget = useAct(routes.forgetLake, [keys.lakes]);
  const words = t(lake.present ? 'open' : 'openAway');
  return (
    <li>
      <Icon name="lake" />
      <div className="grow">
        <div className="row">
          <strong className="clip">{lake.name}</strong>
          {lake.sample ? <Tag>{t('sampleTag')}</Tag> : null}
        </div>
        <p className="meta clip" title={lake.folder}>
          {middle(lake.folder, 64)}
        </p>
        {lake.present ? (
          <p className="meta">{lake.opened === null ? t('never') : t('opened', { at: formats.instant(lake.opened) })}</p>
        ) : (
          <>
            <Status kind="wait">{t('away')}</Status>
            <p className="meta">{t('awayWhy')}</p>
          </>
        )}
      </div>
      <Button busy={open.isPending} aria-label={`${words} ${lake.name}`} onPress={() => open.mutate({ params: { key: lake.key } }, { onSuccess: onOpened, onError: onProblem })}>
        {words}
      </Button>
      <MenuButton
        label={t('more', { name: lake.name })}
        entries={[{ id: 'forget', words: t('forget'), icon: 'close', run: () => forget.mutate({ params: { key: lake.key } }, { onSuccess: () => tell(t('forgotten', { name: lake.name })), onError: onProblem }) }]}
      >
        <Button look="quiet" icon="more" iconOnly>
          {t('more', { name: lake.name })}
        </Button>
      </MenuButton>
    </li>
  );
}
