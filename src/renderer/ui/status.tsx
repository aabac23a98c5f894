import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';
import './status.css';

export type StatusKind = 'ok' | 'part' | 'warn' | 'bad' | 'info' | 'idle' | 'wait' | 'lock';

/** A state: its shape, then its words, then its color. */
export function Status({ kind, children }: { readonly kind: StatusKind; readonly children?: React.ReactNode }): React.ReactNode {
  return (
    <span className={`status status-${kind}`}>
      <Icon name={kind} size="small" />
      {children === undefined ? null : <span className="clip">{children}</span>}
    </span>
  );
}

/** A word that a person put on something. */
export function Tag({ children, icon, onRemove, removeWords }: { readonly children: string; readonly icon?: IconName; readonly onRemove?: () => void; readonly removeWords?: string }): React.ReactNode {
  return (
    <span className="tag">
      {icon === undefined ? null : <Icon name={icon} />}
      {children}
      {onRemove === undefined ? null : (
        <Button look="quiet" small icon="close" iconOnly onPress={onRemove}>
          {removeWords ?? children}
        </Button>
      )}
    </span>
  );
}

/** A plain number beside a name. */
export function Badge({ children, words }: { readonly children: React.ReactNode; readonly words?: string }): React.ReactNode {
  return (
    <span className="badge">
      {children}
      {words === undefined ? null : <span className="sr"> {words}</span>}
    </span>
  );
}

export type ChangeKind = 'added' | 'removed' | 'changed' | 'renamed' | 'same';
const signs: Readonly<Record<ChangeKind, string>> = { added: '+', removed: '−', changed: '~', renamed: '~', same: '' };

/** How something differs: sign, word and color. */
export function Change({ kind, words }: { readonly kind: ChangeKind; readonly words?: string }): React.ReactNode {
  const { t } = useTranslation('ui');
  if (kind === 'same') return <span className="two">{words ?? t('change.same')}</span>;
  return (
    <span className={`change change-${kind}`}>
      <b aria-hidden="true">{signs[kind]}</b>
      <span className="clip">{words ?? t(`change.${kind}`)}</span>
    </span>
  );
}
