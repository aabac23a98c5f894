import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../ui/index.ts';
import { useSentence } from './sentence.ts';
import { usePresent } from './use-present.ts';

/** The place in the status bar that tells of other workstations: what the only one does, else how many there are. */
export function PresentStatus(): React.ReactNode {
  const { t } = useTranslation('presence');
  const sentence = useSentence();
  const present = usePresent();
  const [first] = present;
  if (first === undefined) return null;
  const words = present.length === 1 ? sentence(first) : t('others', { count: present.length });
  return (
    <Link to="/" title={present.map(sentence).join('\n')}>
      <Icon name="station" />
      <span className="clip">{words}</span>
    </Link>
  );
}
