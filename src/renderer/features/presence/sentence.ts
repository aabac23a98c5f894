import { useTranslation } from 'react-i18next';
import type { PresentStation } from '../../../contract/api/index.ts';
import { useFormats } from '../../format/index.ts';

/** Who does what since when and where, as a sentence: `jalvarez is ingesting into WF-2024-07 since 10:02 AM at station REC-07`. */
export function useSentence(): (present: PresentStation) => string {
  const { t } = useTranslation('presence');
  const formats = useFormats();
  return ({ name, doing, dataset, account, since }) => {
    const at = formats.short(since);
    if (dataset !== null && (doing === 'ingesting' || doing === 'committing' || doing === 'transforming')) return t(`into.${doing}`, { account: account ?? t('someone'), dataset, at, station: name });
    return t(`in.${doing}`, { who: account === null ? t('station', { station: name }) : t('who', { account, station: name }), at });
  };
}
