import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { LakeState } from '../../contract/api/index.ts';
import { Icon } from '../ui/index.ts';
import { LakePick } from './lake-pick.tsx';
import { railItems, verbs } from './rail-items.ts';
import type { RailItem } from './rail-items.ts';

export function Rail({ lake }: { readonly lake: LakeState }): React.ReactNode {
  const { t } = useTranslation('app');
  const groups = verbs.map((verb) => ({ verb, items: railItems.filter((item) => item.verb === verb) })).filter(({ items }) => items.length > 0);
  return (
    <nav className="rail" aria-label={t('rail.name')}>
      <LakePick lake={lake} />
      <ul>
        {railItems.filter(({ verb }) => verb === null).map((item) => (
          <Item key={item.id} item={item} />
        ))}
      </ul>
      {groups.flatMap(({ verb, items }) => [
        <h2 key={verb}>{t(`rail.verbs.${verb}`)}</h2>,
        <ul key={`${verb}-items`}>
          {items.map((item) => (
            <Item key={item.id} item={item} />
          ))}
        </ul>,
      ])}
    </nav>
  );
}

function Item({ item }: { readonly item: RailItem }): React.ReactNode {
  const { t } = useTranslation('app');
  const words = t(`rail.items.${item.id}`);
  return (
    <li>
      <Link to={item.to} className="rail-item" activeOptions={{ exact: item.to === '/' }} title={words}>
        <Icon name={item.icon} />
        <span className="rail-words">{words}</span>
      </Link>
    </li>
  );
}
