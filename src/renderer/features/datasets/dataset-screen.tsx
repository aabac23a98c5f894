import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dataset, Version } from '../../../contract/api/index.ts';
import { go, places } from '../../app/places.ts';
import { useCommand } from '../../app/commands.ts';
import { queries } from '../../data/index.ts';
import { useFormats } from '../../format/index.ts';
import { useDoor } from '../../host/index.ts';
import { Button, Empty, Loading, ProblemView, Select, buttonClass } from '../../ui/index.ts';
import { Ruler } from '../../ui/ruler.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Ancestry } from './ancestry.tsx';
import { ChangesView } from './changes-view.tsx';
import { DatasetHeader, VersionLabel } from './dataset-header.tsx';
import { DescriptionView } from './description-view.tsx';
import { ExportsView } from './exports-view.tsx';
import { Notes } from './notes.tsx';
import type { DatasetTab } from './routes.ts';
import { useChanges } from './use-changes.ts';
import { VersionFiles } from './version-files.tsx';
import './dataset.css';

const route = getRouteApi('/lake/datasets/$id');

/** One dataset: its versions in time, and all about the one that is shown. */
export function DatasetScreen(): React.ReactNode {
  const { t } = useTranslation('datasets');
  const { id } = route.useParams();
  const { call } = useDoor();
  const dataset = useQuery(queries.dataset(call, id));
  const versions = useQuery(queries.versions(call, id));
  const error = dataset.error ?? versions.error;
  if (error !== null) {
    const retry = (): void => {
      void dataset.refetch();
      void versions.refetch();
    };
    return <ProblemView error={error} onRetry={retry} />;
  }
  if (dataset.data === undefined || versions.data === undefined) return <Loading what={t('one.reading', { id })} />;
  return <DatasetOf key={dataset.data.id} dataset={dataset.data} versions={versions.data.items} />;
}

function DatasetOf({ dataset, versions }: { readonly dataset: Dataset; readonly versions: readonly Version[] }): React.ReactNode {
  const { t } = useTranslation('datasets');
  const search = route.useSearch();
  const shown = versions.find(({ version }) => version === search.v) ?? versions[0];
  useCommand('intake', useCallback(() => go(places.intake(dataset.id)), [dataset.id]));
  if (shown !== undefined) return <VersionOf dataset={dataset} versions={versions} shown={shown} />;
  return (
    <div className="page">
      <DatasetHeader dataset={dataset} shown={null} />
      <Notes dataset={dataset} shown={null} />
      <Empty
        title={t('one.noVersion')}
        action={
          <a className={buttonClass()} href={places.intake(dataset.id)}>
            {t('one.put')}
          </a>
        }
      >
        {t('one.noVersionWords')}
      </Empty>
      <div className="dataset-below">
        <DescriptionView dataset={dataset} />
      </div>
    </div>
  );
}

/** Which version the one that is shown is compared with: what the address says, else the one before. */
function comparedWith(shown: number, from: number | undefined, versions: readonly Version[]): number | null {
  if (from === 0) return null;
  if (from !== undefined && from !== shown && versions.some(({ version }) => version === from)) return from;
  return versions.find(({ version }) => version < shown)?.version ?? null;
}

function VersionOf({ dataset, versions, shown }: { readonly dataset: Dataset; readonly versions: readonly Version[]; readonly shown: Version }): React.ReactNode {
  const { t } = useTranslation('datasets');
  const formats = useFormats();
  const { host } = useDoor();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const from = comparedWith(shown.version, search.from, versions);
  const compared = useChanges(shown.ref, from);
  useCommand('export', useCallback(() => go(places.export(shown.ref)), [shown.ref]));
  const show = (v: number): void => void navigate({ search: (before) => ({ ...before, v }) });
  const compareWith = (other: number): void => void navigate({ search: (before) => ({ ...before, from: other }) });
  const choose = useCallback((file: string) => void navigate({ search: (before) => ({ ...before, file }), replace: true }), [navigate]);
  const total = compared.totals === null ? null : compared.totals.added + compared.totals.removed + compared.totals.replaced + compared.totals.renamed;
  const options = versions.map(({ version, at }) => ({ value: String(version), words: `v${version}, ${formats.date(at)}` }));
  return (
    <div className="page">
      <DatasetHeader dataset={dataset} shown={shown} />
      <VersionLabel shown={shown} />
      <Notes dataset={dataset} shown={shown} />
      <Ruler versions={versions.map(({ version, at, transform }) => ({ version, at, raw: transform === null }))} now={host.clock.now()} shown={shown.version} compared={from} onShow={show} />
      <Tabs<DatasetTab>
        label={t('one.views')}
        value={search.tab ?? 'files'}
        onChange={(tab) => void navigate({ search: (before) => ({ ...before, tab }) })}
        end={
          versions.length < 2 ? undefined : (
            <div className="compare">
              <Select label={t('one.compare')} inline value={from === null ? '0' : String(from)} options={[...options, { value: '0', words: t('one.nothing') }]} onChange={(value) => compareWith(Number(value))} />
              <Select label={t('one.with')} inline value={String(shown.version)} options={options} onChange={(value) => show(Number(value))} />
              <Button look="quiet" icon="swap" iconOnly busy={from === null} onPress={() => void navigate({ search: (before) => ({ ...before, v: from ?? shown.version, from: shown.version }) })}>
                {t('one.swap')}
              </Button>
            </div>
          )
        }
        tabs={[
          {
            id: 'files',
            words: t('one.tabs.files'),
            count: shown.files === null ? undefined : formats.count(shown.files),
            panel: () => <VersionFiles key={shown.ref} shown={shown} from={from} compared={compared} file={search.file ?? null} onChoose={choose} />,
          },
          { id: 'changes', words: from === null ? t('one.tabs.changesFirst') : t('one.tabs.changes', { from }), count: total === null ? undefined : formats.count(total), panel: () => <ChangesView shown={shown} from={from} compared={compared} /> },
          { id: 'ancestry', words: t('one.tabs.ancestry'), panel: () => <Ancestry shown={shown} /> },
          { id: 'description', words: t('one.tabs.description'), panel: () => <DescriptionView dataset={dataset} /> },
          { id: 'exports', words: t('one.tabs.exports'), count: dataset.exports.length === 0 ? undefined : formats.count(dataset.exports.length), panel: () => <ExportsView exports={dataset.exports} /> },
        ]}
      />
    </div>
  );
}
