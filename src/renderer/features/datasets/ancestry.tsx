import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Version } from '../../../contract/api/index.ts';
import { queries } from '../../data/index.ts';
import { useFormats } from '../../format/index.ts';
import { useDoor } from '../../host/index.ts';
import { HashChip, Loading, ProblemView, When } from '../../ui/index.ts';
import { RefLink } from './dataset-header.tsx';

/** What a version was made from and what was made from it, as lists. */
export function Ancestry({ shown }: { readonly shown: Version }): React.ReactNode {
  const { t } = useTranslation('datasets');
  const { call } = useDoor();
  const ancestry = useQuery(queries.ancestry(call, shown.ref));
  if (ancestry.error !== null) return <ProblemView error={ancestry.error} onRetry={() => void ancestry.refetch()} />;
  if (ancestry.data === undefined) return <Loading what={t('ancestry.reading', { ref: shown.ref })} />;
  return (
    <div className="panel-text">
      <section>
        <h2>{t('ancestry.from')}</h2>
        {ancestry.data.sources.length === 0 ? <p className="two">{t('ancestry.rootWords')}</p> : <Versions label={t('ancestry.from')} versions={ancestry.data.sources} />}
      </section>
      {shown.imported === null ? null : <ImportedFrom imported={shown.imported} />}
      {shown.lineage === null ? null : <HowMade shown={shown} />}
      <section>
        <h2>{t('ancestry.into')}</h2>
        {ancestry.data.derived.length === 0 ? <p className="two">{t('ancestry.leafWords')}</p> : <Versions label={t('ancestry.into')} versions={ancestry.data.derived} />}
      </section>
    </div>
  );
}

function Versions({ label, versions }: { readonly label: string; readonly versions: readonly Version[] }): React.ReactNode {
  const { t } = useTranslation('datasets');
  const formats = useFormats();
  return (
    <div className="plain-scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t('ancestry.column.version')}</th>
            <th scope="col">{t('ancestry.column.how')}</th>
            <th scope="col">{t('ancestry.column.at')}</th>
            <th scope="col" className="tbl-numeric">
              {t('ancestry.column.files')}
            </th>
            <th scope="col">{t('ancestry.column.hash')}</th>
          </tr>
        </thead>
        <tbody>
          {versions.map((version) => (
            <tr key={version.ref}>
              <th scope="row">
                <RefLink to={version.ref} />
              </th>
              <td>{version.transform ?? t('one.arrived')}</td>
              <td>
                <When at={version.at} />
              </td>
              <td className="tbl-numeric num">{version.files === null ? '–' : formats.count(version.files)}</td>
              <td>
                <HashChip hash={version.hash} name={t('one.label.hash')} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function HowMade({ shown }: { readonly shown: Version }): React.ReactNode {
  const { t } = useTranslation('datasets');
  const formats = useFormats();
  const { lineage, transform } = shown;
  return (
    <section>
      <h2>{t('ancestry.parameters')}</h2>
      <dl className="kv">
        {transform === null ? null : (
          <>
            <dt>{t('ancestry.column.how')}</dt>
            <dd>
              <code>{transform}</code>
            </dd>
          </>
        )}
        {Object.entries(lineage?.parameters ?? {}).map(([name, value]) => (
          <Pair key={name} name={name}>
            <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
          </Pair>
        ))}
        {Object.entries(lineage?.counts ?? {}).map(([name, value]) => (
          <Pair key={name} name={name}>
            <span className="num">{formats.count(value)}</span>
          </Pair>
        ))}
        {lineage?.engine === undefined ? null : <Pair name={t('ancestry.engine')}>{lineage.engine}</Pair>}
      </dl>
    </section>
  );
}

function ImportedFrom({ imported }: { readonly imported: NonNullable<Version['imported']> }): React.ReactNode {
  const { t } = useTranslation('datasets');
  return (
    <section>
      <h2>{t('ancestry.importedTitle')}</h2>
      <dl className="kv">
        <Pair name={t('ancestry.importedForm')}>
          {imported.form} {imported.spec}
        </Pair>
        <Pair name={t('ancestry.importedName')}>{[imported.name, imported.id, imported.version].filter((part) => part !== null).join(', ')}</Pair>
        {imported.created === null ? null : <Pair name={t('ancestry.importedCreated')}>{imported.created}</Pair>}
        {imported.user === null ? null : <Pair name={t('ancestry.importedUser')}>{[imported.user.name, imported.user.address].filter((part) => part !== null).join(', ')}</Pair>}
        {imported.seal === null ? null : (
          <Pair name={t('ancestry.importedSeal')}>
            {imported.seal.file} <code>{imported.seal.digest}</code>
          </Pair>
        )}
      </dl>
    </section>
  );
}

function Pair({ name, children }: { readonly name: string; readonly children: React.ReactNode }): React.ReactNode {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
