import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../data/index.ts';
import { useFormats } from '../../format/index.ts';
import { useDoor } from '../../host/index.ts';
import { Button, Empty, ButtonLink, Select, Tag } from '../../ui/index.ts';

/** Versions that go into the package: chosen one by one, from any datasets. */
export function VersionPicker({ refs, onChange }: { readonly refs: readonly string[]; onChange(refs: readonly string[]): void }): React.ReactNode {
  const { t } = useTranslation('exports');
  const formats = useFormats();
  const { call } = useDoor();
  const list = useInfiniteQuery(queries.datasets(call, ''));
  const datasets = (list.data?.pages.flatMap(({ items }) => items) ?? []).filter(({ newest }) => newest !== null);
  const [dataset, setDataset] = useState<string | null>(() => refs[0]?.split(':')[0] ?? null);
  const chosen = dataset ?? (datasets.length === 1 ? (datasets[0]?.id ?? null) : null);
  const versions = useQuery({ ...queries.versions(call, chosen ?? ''), enabled: chosen !== null }).data?.items ?? [];
  const [picked, setPicked] = useState<string | null>(null);
  const open = versions.filter(({ ref, destroyed }) => destroyed === null && !refs.includes(ref));
  const ref = open.some((version) => version.ref === picked) ? picked : (open[0]?.ref ?? null);
  if (list.isSuccess && datasets.length === 0) {
    return (
      <Empty title={t('noDatasets')} tight action={<ButtonLink to="/intake">{t('toIntake')}</ButtonLink>}>
        {t('noDatasetsWords')}
      </Empty>
    );
  }
  return (
    <>
      {refs.length === 0 ? (
        <p className="two">{t('noVersion')}</p>
      ) : (
        <div className="export-refs">
          {refs.map((one) => (
            <Tag key={one} icon="dataset" onRemove={() => onChange(refs.filter((other) => other !== one))} removeWords={t('remove', { ref: one })}>
              {one}
            </Tag>
          ))}
        </div>
      )}
      <div className="export-add">
        <Select label={t('dataset')} value={chosen} options={datasets.map(({ id }) => ({ value: id, words: id }))} onChange={setDataset} />
        <Select label={t('version')} value={ref} options={open.map((version) => ({ value: version.ref, words: `v${version.version}, ${formats.instant(version.at)}` }))} onChange={setPicked} />
        {ref === null ? null : (
          <Button icon="plus" onPress={() => onChange([...refs, ref])}>
            {t('add')}
          </Button>
        )}
      </div>
    </>
  );
}
