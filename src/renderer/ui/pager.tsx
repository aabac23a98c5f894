import { useTranslation } from 'react-i18next';
import { useFormats } from '../format/index.ts';
import { Button } from './button.tsx';
import './pager.css';

/** `First 500 of 12,431`: what is shown is never capped silently. `total` is null where it is not known. */
export function Pager({ shown, total, more, busy = false, onMore }: { readonly shown: number; readonly total: number | null; readonly more: boolean; readonly busy?: boolean; onMore(): void }): React.ReactNode {
  const { t } = useTranslation('ui');
  const formats = useFormats();
  if (!more) return null;
  return (
    <div className="pager" role="status">
      <span className="num">{total === null ? t('pager.first', { shown: formats.count(shown) }) : t('pager.firstOf', { shown: formats.count(shown), total: formats.count(total) })}</span>
      <Button small busy={busy} onPress={onMore}>
        {t('pager.more')}
      </Button>
    </div>
  );
}
