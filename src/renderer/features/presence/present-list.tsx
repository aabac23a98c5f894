import { useTranslation } from 'react-i18next';
import { Icon } from '../../ui/index.ts';
import { useSentence } from './sentence.ts';
import { usePresent } from './use-present.ts';
import './presence.css';

/** Other workstations and what they are doing, as a section of a side pane; nothing where nobody else is there. */
export function PresentList(): React.ReactNode {
  const { t } = useTranslation('presence');
  const sentence = useSentence();
  const present = usePresent();
  if (present.length === 0) return null;
  return (
    <section aria-labelledby="present">
      <h2 id="present">{t('title')}</h2>
      <ul className="present">
        {present.map((one) => (
          <li key={one.station}>
            <Icon name={one.doing === 'idle' ? 'station' : 'part'} />
            <span>{sentence(one)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
