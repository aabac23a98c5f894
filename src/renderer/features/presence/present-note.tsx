import { useTranslation } from 'react-i18next';
import { Banner } from '../../ui/index.ts';
import { useSentence } from './sentence.ts';
import { usePresent } from './use-present.ts';

/** Tells who else works on a dataset at this moment; nothing where nobody does. Without a dataset: who works on any. */
export function PresentNote({ dataset }: { readonly dataset: string | null }): React.ReactNode {
  const { t } = useTranslation('presence');
  const sentence = useSentence();
  const here = usePresent().filter((one) => one.dataset !== null && (dataset === null || one.dataset === dataset));
  return here.map((one) => (
    <Banner key={one.station} kind="info" title={`${sentence(one)}.`} live>
      {t('both')}
    </Banner>
  ));
}
