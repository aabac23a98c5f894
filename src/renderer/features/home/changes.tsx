import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { queries } from '../../data/index.ts';
import { useFormats } from '../../format/index.ts';
import { useDoor } from '../../host/index.ts';
import { Link, Loading, ProblemView, When } from '../../ui/index.ts';
import { Sentence } from '../ledger/sentence.tsx';

/** Entries that are shown here; the rest stands on the ledger's own page. */
const SHOWN = 20;

/** The newest entries of the ledger, as sentences. */
export function Changes(): React.ReactNode {
  const { t } = useTranslation('home');
  const { call } = useDoor();
  const formats = useFormats();
  const entries = useInfiniteQuery(queries.entries(call, undefined));
  const rows = entries.data?.pages[0]?.items.slice(0, SHOWN) ?? [];
  return (
    <section aria-labelledby="home-changed">
      <header className="home-head">
        <h2 id="home-changed">{t('changed')}</h2>
        <span className="grow" />
        <Link to="/ledger">{t('allChanges')}</Link>
      </header>
      {entries.error !== null ? (
        <ProblemView error={entries.error} tight onRetry={() => void entries.refetch()} />
      ) : entries.data === undefined ? (
        <Loading what={t('reading')} />
      ) : (
        <table className="changes">
          <thead>
            <tr>
              <th scope="col" className="changes-when"><span className="sr">{t('column.when')}</span></th>
              <th scope="col"><span className="sr">{t('column.what')}</span></th>
              <th scope="col" className="changes-entry"><span className="sr">{t('column.entry')}</span></th>
            </tr>
          </thead>
          <tbody>
            {rows.map((entry) => (
              <tr key={entry.seq}>
                <td className="two">{entry.at === null ? null : <When at={entry.at} form="short" />}</td>
                <td>
                  <Sentence entry={entry} />
                  {entry.words === null ? null : <span className="two">, {entry.words}</span>}
                </td>
                <td>
                  <Link to="/ledger" search={{ entry: entry.seq }} className="num">
                    #{formats.count(entry.seq)}
                  </Link>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
