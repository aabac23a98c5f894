import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import type { Entry } from '../../../contract/api/index.ts';
import { PageHeader } from '../../app/page.tsx';
import { queries, useLake } from '../../data/index.ts';
import { useFormats } from '../../format/index.ts';
import { useDoor } from '../../host/index.ts';
import { ButtonLink, Empty, Icon, Loading, Pager, ProblemView, Status, When } from '../../ui/index.ts';
import type { IconName } from '../../ui/index.ts';
import { EntryView } from './entry-view.tsx';
import { Sentence } from './sentence.tsx';
import './ledger.css';

const route = getRouteApi('/lake/ledger');

/** The ledger as people read it: entries in sentences, and the proof of the one that is chosen. */
export function LedgerScreen(): React.ReactNode {
  const { t } = useTranslation('ledger');
  const { call } = useDoor();
  const formats = useFormats();
  const lake = useLake().data;
  const { entry: chosen, dataset } = route.useSearch();
  const navigate = route.useNavigate();
  const entries = useInfiniteQuery(queries.entries(call, dataset));
  const items = useMemo(() => entries.data?.pages.flatMap((page) => page.items) ?? [], [entries.data]);
  const first = items[0]?.seq;
  // Something is shown beside the list from the beginning; Back does not stop at it.
  useEffect(() => {
    if (chosen === undefined && first !== undefined) void navigate({ search: (before) => ({ ...before, entry: first }), replace: true });
  }, [chosen, first, navigate]);
  return (
    <div className="page">
      <PageHeader
        title={dataset === undefined ? t('title') : t('of', { dataset })}
        state={lake === undefined || lake === null ? undefined : t('state', { count: lake.ledger.size, n: formats.count(lake.ledger.size), from: formats.date(lake.created) })}
        actions={
          dataset === undefined ? undefined : (
            <ButtonLink to="/ledger" search={{}}>
              {t('all')}
            </ButtonLink>
          )
        }
      />
      {entries.error !== null ? (
        <ProblemView error={entries.error} onRetry={() => void entries.refetch()} />
      ) : entries.data === undefined ? (
        <Loading what={t('reading')} />
      ) : (
        <div className="page-panes ledger">
          <div className="ledger-list">
            <ListBox
              aria-label={t('list')}
              className="ledger-entries"
              items={items}
              selectionMode="single"
              selectionBehavior="replace"
              disallowEmptySelection
              selectedKeys={chosen === undefined ? [] : [chosen]}
              onSelectionChange={(keys) => {
                const [key] = keys === 'all' ? [] : [...keys];
                if (key !== undefined) void navigate({ search: (before) => ({ ...before, entry: Number(key) }), replace: true });
              }}
            >
              {(entry) => (
                <ListBoxItem id={entry.seq} textValue={`#${entry.seq}`} className="ledger-entry">
                  <Icon name={iconOf(entry)} />
                  <div className="grow">
                    <p className="ledger-sentence">
                      <Sentence entry={entry} linked={false} />
                    </p>
                    {entry.effect ? null : <Status kind="warn">{t('alarm')}</Status>}
                    <p className="meta row between">
                      {entry.at === null ? <span /> : <When at={entry.at} />}
                      <span className="num">#{formats.count(entry.seq)}</span>
                    </p>
                  </div>
                </ListBoxItem>
              )}
            </ListBox>
            <Pager shown={items.length} total={dataset === undefined ? (lake?.ledger.size ?? null) : null} more={entries.hasNextPage} busy={entries.isFetchingNextPage} onMore={() => void entries.fetchNextPage()} />
          </div>
          {chosen === undefined ? <Empty title={t('choose')}>{t('chooseWords')}</Empty> : <EntryView seq={chosen} />}
        </div>
      )}
    </div>
  );
}

/** A picture for the kind of an entry. */
function iconOf({ op }: Entry): IconName {
  if (op === null) return 'warn';
  if (op === 'version.exported') return 'export';
  if (op.startsWith('version.') || op.startsWith('dataset.')) return 'dataset';
  if (op.startsWith('key.')) return 'key';
  if (op.startsWith('tag.') || op.startsWith('alias.')) return 'tag';
  if (op.startsWith('lake.')) return 'lake';
  return 'ledger';
}
