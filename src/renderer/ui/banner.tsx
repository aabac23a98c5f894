import { Icon } from './icon.tsx';
import './banner.css';

interface BannerProps {
  readonly kind: 'info' | 'warn' | 'bad' | 'ok';
  /** What happened. */
  readonly title?: string;
  /** What was kept. */
  readonly children?: React.ReactNode;
  /** One thing to do. */
  readonly action?: React.ReactNode;
  /** It is told when it comes up by itself, not when the screen was opened with it. */
  readonly live?: boolean;
}

/** Stays until it is no longer true. */
export function Banner({ kind, title, children, action, live = false }: BannerProps): React.ReactNode {
  return (
    <div className={`banner banner-${kind}`} {...(live ? { role: kind === 'bad' ? 'alert' : 'status' } : {})}>
      <Icon name={kind} />
      <div className="banner-words">
        {title === undefined ? null : <p><strong>{title}</strong></p>}
        {children === undefined ? null : <div>{children}</div>}
      </div>
      {action === undefined ? null : <div className="banner-action">{action}</div>}
    </div>
  );
}
