import { useTranslation } from 'react-i18next';
import { Button } from 'react-aria-components/Button';
import { brief } from '../format/index.ts';
import { Icon } from './icon.tsx';
import { Tip } from './tip.tsx';
import { useCopy } from './use-copy.ts';
import './hash-chip.css';

/** The first eight digits of a hash; the whole chip is the button that copies all of it. `name`: of what, such as `SHA-256 of readings/a.csv`. */
export function HashChip({ hash, name, full = false }: { readonly hash: string; readonly name: string; readonly full?: boolean }): React.ReactNode {
  const { t } = useTranslation('ui');
  const copy = useCopy();
  const chip = (
    <Button className={full ? 'hash hash-full' : 'hash'} aria-label={t('copyHash', { name, digits: full ? hash : brief(hash) })} onPress={() => copy(hash, t('copied', { name }))}>
      {full ? hash : brief(hash)}
      <Icon name="copy" />
    </Button>
  );
  return full ? chip : <Tip words={hash}>{chip}</Tip>;
}
