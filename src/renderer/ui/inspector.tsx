import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import './inspector.css';

interface InspectorProps {
  readonly title: string;
  /** Sections, each a <section>. */
  readonly children: React.ReactNode;
  /** What will be done, right above the button that does it. */
  readonly foot?: React.ReactNode;
  onClose?(): void;
}

/** The pane at the right with everything about what is chosen. */
export function Inspector({ title, children, foot, onClose }: InspectorProps): React.ReactNode {
  const { t } = useTranslation('ui');
  return (
    <aside className="inspector" aria-label={title}>
      <header className="inspector-head">
        <h2 className="clip grow" title={title}>
          {title}
        </h2>
        {onClose === undefined ? null : (
          <Button look="quiet" icon="close" iconOnly small onPress={onClose}>
            {t('close')}
          </Button>
        )}
      </header>
      <div className="inspector-body" tabIndex={0} role="group" aria-label={title}>
        {children}
      </div>
      {foot === undefined ? null : <footer className="inspector-foot">{foot}</footer>}
    </aside>
  );
}
