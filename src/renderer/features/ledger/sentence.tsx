import { Trans, useTranslation } from 'react-i18next';
import { isKnownOp, parseVersionRef } from '../../../contract/index.ts';
import type { Entry } from '../../../contract/api/index.ts';
import { Link } from '../../ui/index.ts';

/** An entry as a sentence: who did what to which. What it is about is a link, where `linked`. */
export function Sentence({ entry, linked = true }: { readonly entry: Entry; readonly linked?: boolean }): React.ReactNode {
  const { t } = useTranslation('ledger');
  const { op } = entry;
  if (op === null) return t('noOp');
  const by = entry.by ?? t('nobody');
  const subject = <Subject subject={entry.subject} linked={linked} />;
  // Names of people and things go in as they are: a name that looks like a tag is not one.
  if (!isKnownOp(op)) return <Trans t={t} i18nKey="otherOp" values={{ by, op }} components={{ subject }} shouldUnescape={false} />;
  return <Trans t={t} i18nKey={`op.${op}`} values={{ by }} components={{ subject }} />;
}

/** The name of what an entry is about, without its kind. */
export const nameOfSubject = (subject: string): string => subject.replace(/^(dataset|version|table|lake|key|entry|contract|secret):/, '').replace(/:[0-9a-f]{64}$/, '');

/** What an entry is about: a dataset or version is a link to it. */
export function Subject({ subject, linked }: { readonly subject: string | null; readonly linked: boolean }): React.ReactNode {
  if (subject === null) return null;
  const name = nameOfSubject(subject);
  const ref = parseVersionRef(name);
  if (ref === null || !linked || !/^(dataset|version):|^[A-Za-z0-9][^:]*(:v\d+)?$/.test(subject)) return <span className="id">{name}</span>;
  return (
    <Link to="/datasets/$id" params={{ id: ref.id }} search={ref.by === 'number' ? { v: ref.version } : {}} className="id">
      {name}
    </Link>
  );
}
