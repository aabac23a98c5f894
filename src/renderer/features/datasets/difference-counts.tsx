import { useTranslation } from 'react-i18next';
import { useFormats } from '../../format/index.ts';
import type { Compared } from './use-changes.ts';

const named = [
  ['added', 'added', '+'],
  ['removed', 'removed', '−'],
  ['changed', 'replaced', '~'],
  ['renamed', 'renamed', '~'],
] as const;

/** `+2 added, −1 removed, ~2 changed`: only what there is. */
export function DifferenceCounts({ totals }: { readonly totals: Compared['totals'] }): React.ReactNode {
  const { t } = useTranslation('datasets');
  const formats = useFormats();
  if (totals === null) return null;
  const parts = named.filter(([, name]) => totals[name] > 0);
  return (
    <span className="num two difference-counts">
      {parts.map(([words, name, sign]) => (
        <span key={name}>
          <b className={`change-count-${words}`} aria-hidden="true">
            {sign}
          </b>
          {t(`changes.${words}`, { count: totals[name], n: formats.count(totals[name]) })}
        </span>
      ))}
    </span>
  );
}
