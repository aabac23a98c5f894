import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from '@tanstack/react-router';
import { routes } from '../../../contract/api/screens.ts';
import type { Dataset, Version } from '../../../contract/api/index.ts';
import { PageHeader } from '../../app/page.tsx';
import { ProvenanceLabel } from '../../app/provenance-label.tsx';
import { places } from '../../app/places.ts';
import { keys, useAct, useReadOnly } from '../../data/index.ts';
import { useFormats } from '../../format/index.ts';
import { Button, Dialog, HashChip, Icon, Link, MenuButton, ProblemView, Status, Tag, When, buttonClass, useCopy, useToast } from '../../ui/index.ts';
import { ActDialog } from './act-dialog.tsx';
import type { ActKind } from './act-dialog.tsx';

/** The head of a dataset's page: its id and tags, what it is, and what can be done with it. */
export function DatasetHeader({ dataset, shown }: { readonly dataset: Dataset; readonly shown: Version | null }): React.ReactNode {
  const { t } = useTranslation('datasets');
  const formats = useFormats();
  const readOnly = useReadOnly();
  const copy = useCopy();
  const navigate = useNavigate();
  const [act, setAct] = useState<ActKind | null>(null);
  const title = dataset.title === null ? '' : /[.?!]$/.test(dataset.title) ? dataset.title : `${dataset.title}.`;
  const words =
    shown === null
      ? t('one.stateNone', { title })
      : t('one.state', {
          title,
          versions: t('nVersions', { count: dataset.versions, n: formats.count(dataset.versions) }),
          files: shown.files === null ? t('nFiles', { count: 0, n: '–' }) : t('nFiles', { count: shown.files, n: formats.count(shown.files) }),
          version: `v${shown.version}`,
        });
  const ref = shown?.ref ?? dataset.id;
  return (
    <>
      <PageHeader
        title={dataset.id}
        crumb={<Link to="/datasets">{t('title')}</Link>}
        tags={
          <>
            {shown?.tags.map((tag) => <VersionTag key={tag} tag={tag} shown={shown} locked={readOnly !== null} />)}
            {dataset.root === 'raw' ? <Tag icon="lock">{t('apart')}</Tag> : null}
          </>
        }
        state={`${words.trim()} ${dataset.aliases.length === 0 ? '' : t('one.also', { aliases: dataset.aliases.join(', ') })}`.trim()}
        actions={
          <>
            <a className={buttonClass()} href={places.verify()}>
              <Icon name="shield" />
              {t('one.verify')}
            </a>
            {shown === null ? null : (
              <a className={buttonClass()} href={places.export(shown.ref)}>
                <Icon name="export" />
                {t('one.export')}
              </a>
            )}
            <a className={buttonClass('primary')} href={places.intake(dataset.id)}>
              <Icon name="plus" />
              {t('one.put')}
            </a>
            <MenuButton
              label={t('one.more', { ref })}
              entries={[
                { id: 'copy', words: t('acts.copyRef', { ref }), icon: 'copy', run: () => copy(ref, t('acts.refCopied', { ref })) },
                { id: 'ledger', words: t('acts.ledger'), icon: 'ledger', run: () => void navigate({ to: '/ledger', search: { dataset: dataset.id } }) },
                ...(shown === null ? [] : [{ id: 'tag', words: t('acts.addTag'), icon: 'tag' as const, parted: true, why: readOnly, run: () => setAct('tag') }]),
                { id: 'alias', words: t('acts.alias'), why: readOnly, run: () => setAct('alias') },
                ...(shown === null || shown.withdrawn !== null ? [] : [{ id: 'withdraw', words: t('acts.withdraw', { ref }), danger: true, parted: true, why: readOnly, run: () => setAct('withdraw') }]),
              ]}
            >
              <Button icon="more" iconOnly>
                {t('one.more', { ref })}
              </Button>
            </MenuButton>
          </>
        }
      />
      {act === null ? null : <ActDialog kind={act} dataset={dataset.id} version={shown} onClose={() => setAct(null)} />}
    </>
  );
}

function VersionTag({ tag, shown, locked }: { readonly tag: string; readonly shown: Version; readonly locked: boolean }): React.ReactNode {
  const { t } = useTranslation('datasets');
  const tell = useToast();
  const remove = useAct(routes.removeTag, [keys.allDatasets, keys.allEntries]);
  if (locked) return <Tag>{tag}</Tag>;
  return (
    <>
      <Tag removeWords={t('acts.removeTag', { tag, ref: shown.ref })} onRemove={() => remove.mutate({ params: { ref: shown.ref, tag } }, { onSuccess: () => tell(t('acts.tagRemoved', { tag, ref: shown.ref })) })}>
        {tag}
      </Tag>
      <Dialog open={remove.error !== null} title={t('acts.tagRefused')} alert focusStay onClose={() => remove.reset()}>
        <ProblemView error={remove.error} tight />
      </Dialog>
    </>
  );
}

/** The museum label of the version that is shown. */
export function VersionLabel({ shown }: { readonly shown: Version }): React.ReactNode {
  const { t } = useTranslation('datasets');
  const formats = useFormats();
  return (
    <ProvenanceLabel
      pairs={[
        {
          name: t('one.label.version'),
          value: (
            <>
              <strong>v{shown.version}</strong>
              <span className="clip" title={shown.message ?? undefined}>
                {shown.message ?? <span className="two">{t('one.unnamed')}</span>}
              </span>
            </>
          ),
        },
        { name: t('one.label.from'), value: <MadeFrom shown={shown} /> },
        {
          name: t('one.label.committed'),
          value: (
            <span>
              <When at={shown.at} />
              {shown.by === null ? null : `, ${shown.by.name}`}
            </span>
          ),
        },
        {
          name: t('one.label.ledger'),
          value: (
            <>
              <Status kind={shown.placed ? 'ok' : 'part'} />
              <Link to="/ledger" search={{ entry: shown.seq }} className="num">
                #{formats.count(shown.seq)}
              </Link>
            </>
          ),
        },
        { name: t('one.label.hash'), value: <HashChip hash={shown.hash} name={t('one.label.hash')} /> },
      ]}
    />
  );
}

/** Sources that are named in the label; the rest stand under Ancestry. */
const NAMED = 2;

function MadeFrom({ shown }: { readonly shown: Version }): React.ReactNode {
  const { t } = useTranslation('datasets');
  if (shown.imported !== null) return <span className="clip">{t(`one.imported_${shown.imported.form}`, { name: shown.imported.name })}</span>;
  if (shown.lineage === null) return <span>{t('one.arrived')}</span>;
  const { from } = shown.lineage;
  return (
    <span className="row">
      {from.slice(0, NAMED).map((ref) => (
        <RefLink key={ref} to={ref} />
      ))}
      {from.length > NAMED ? <span>{t('one.andMore', { n: from.length - NAMED })}</span> : null}
      {shown.transform === null ? null : <span>{t('one.by', { transform: shown.transform })}</span>}
    </span>
  );
}

/** A link to a version by its name, `WF-2024-07:v1`. */
export function RefLink({ to }: { readonly to: string }): React.ReactNode {
  const [id = to, version] = to.split(':v');
  return (
    <Link to="/datasets/$id" params={{ id }} search={version === undefined ? {} : { v: Number(version) }} className="id">
      {to}
    </Link>
  );
}
