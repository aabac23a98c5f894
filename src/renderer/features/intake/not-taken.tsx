import { useTranslation } from 'react-i18next';
import { useFormats } from '../../format/index.ts';

/** Lines that are drawn; how many more there are is said. */
const SHOWN = 200;

/** Files that were not taken, and why. */
export function NotTaken({ files, total }: { readonly files: readonly { readonly path: string; readonly message: string }[]; readonly total: number }): React.ReactNode {
  const { t } = useTranslation('intake');
  const formats = useFormats();
  const shown = files.slice(0, SHOWN);
  return (
    <>
      <ul className="not-taken" tabIndex={0} aria-label={t('problems', { count: total, n: formats.count(total) })}>
        {shown.map(({ path, message }, at) => (
          <li key={`${at} ${path}`}>
            <p className="mono">{path}</p>
            <p className="meta">{message}</p>
          </li>
        ))}
      </ul>
      {total > shown.length ? <p className="meta">{t('moreProblems', { n: formats.count(total - shown.length) })}</p> : null}
    </>
  );
}
