import { useTranslation } from 'react-i18next';
import type { Dataset, Version } from '../../../contract/api/index.ts';
import { places } from '../../app/places.ts';
import { useFormats } from '../../format/index.ts';
import { usePresent } from '../presence/use-present.ts';
import { PresentNote } from '../presence/present-note.tsx';
import { Banner, buttonClass } from '../../ui/index.ts';

/** What is out of the ordinary about a dataset or the version of it that is shown. */
export function Notes({ dataset, shown }: { readonly dataset: Dataset; readonly shown: Version | null }): React.ReactNode {
  const { t } = useTranslation('datasets');
  const formats = useFormats();
  const ref = shown?.ref ?? '';
  const others = usePresent().some((one) => one.dataset === dataset.id);
  const at = (instant: string): string => formats.instant(instant);
  const notes = [
    others ? <PresentNote key="present" dataset={dataset.id} /> : null,
    dataset.draft === null ? null : (
      <Banner
        key="draft"
        kind="info"
        title={t('one.draft', { count: dataset.draft, n: formats.count(dataset.draft) })}
        action={
          <a className={buttonClass()} href={places.intake(dataset.id)}>
            {t('one.goOn')}
          </a>
        }
      >
        {t('one.draftWords')}
      </Banner>
    ),
    shown === null || shown.withdrawn === null ? null : (
      <Banner key="withdrawn" kind="warn" title={t('one.withdrawn', { ref, at: at(shown.withdrawn.at) })}>
        {shown.withdrawn.reason} {t('one.withdrawnWords')}
      </Banner>
    ),
    shown === null || shown.voided === null ? null : (
      <Banner key="voided" kind="bad" title={t('one.voided', { ref, at: at(shown.voided.at) })}>
        {shown.voided.reason} {t('one.voidedWords')}
      </Banner>
    ),
    shown === null || shown.destroyed === null ? null : (
      <Banner key="destroyed" kind="info" title={t('one.destroyed', { ref, at: at(shown.destroyed.at) })}>
        {t('one.destroyedWords', { authority: shown.destroyed.authority ?? '–' })}
      </Banner>
    ),
    shown === null || shown.placed || shown.voided !== null ? null : (
      <Banner key="unplaced" kind="warn" title={t('one.unplaced', { ref })}>
        {t('one.unplacedWords')}
      </Banner>
    ),
  ].filter((note) => note !== null);
  return notes.length === 0 ? null : <div className="page-notes dataset-notes">{notes}</div>;
}
