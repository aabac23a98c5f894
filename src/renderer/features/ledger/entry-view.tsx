import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { EntryDetail } from '../../../contract/api/index.ts';
import type { z } from 'zod';
import { queries, useLake } from '../../data/index.ts';
import { useFormats } from '../../format/index.ts';
import { saveText, useDoor } from '../../host/index.ts';
import { Banner, Button, HashChip, Loading, ProblemView, useCopy } from '../../ui/index.ts';
import { Sentence, Subject } from './sentence.tsx';

/** One entry: what it says, its proof, and its exact text. */
export function EntryView({ seq }: { readonly seq: number }): React.ReactNode {
  const { t } = useTranslation('ledger');
  const { call } = useDoor();
  const formats = useFormats();
  const entry = useQuery(queries.entry(call, seq));
  if (entry.error !== null) return <ProblemView error={entry.error} onRetry={() => void entry.refetch()} />;
  if (entry.data === undefined) return <Loading what={t('readingEntry', { seq: formats.count(seq) })} />;
  return <EntryOf entry={entry.data} />;
}

function EntryOf({ entry }: { readonly entry: z.infer<typeof EntryDetail> }): React.ReactNode {
  const { t } = useTranslation('ledger');
  const formats = useFormats();
  const copy = useCopy();
  const size = new TextEncoder().encode(entry.json).byteLength;
  return (
    <article className="entry" aria-label={t('entry', { seq: formats.count(entry.seq) })} tabIndex={0}>
      <header>
        <p className="crumb num">{t('entry', { seq: formats.count(entry.seq) })}</p>
        <h2>
          <Sentence entry={entry} />
          {entry.words === null ? null : `, ${t('words', { words: entry.words })}`}
        </h2>
      </header>
      <dl className="kv">
        {entry.at === null ? null : (
          <>
            <dt>{t('when')}</dt>
            <dd>
              {formats.full(entry.at)} <span className="two num">({formats.utc(entry.at)})</span>
            </dd>
          </>
        )}
        <dt>{t('who')}</dt>
        <dd>{entry.by ?? t('nobody')}</dd>
        {entry.op === null ? null : (
          <>
            <dt>{t('operation')}</dt>
            <dd>
              <code>{entry.op}</code>
            </dd>
          </>
        )}
        {entry.subject === null ? null : (
          <>
            <dt>{t('about')}</dt>
            <dd>
              <Subject subject={entry.subject} linked />
            </dd>
          </>
        )}
        <dt>{t('leaf')}</dt>
        <dd>
          <HashChip hash={entry.leafHash} name={t('leaf')} />
        </dd>
      </dl>
      {entry.effect ? null : (
        <Banner kind="warn" title={t('noEffectTitle')}>
          {entry.why === null ? null : <p>{entry.why}</p>}
          <p>{t('noEffectWords')}</p>
        </Banner>
      )}
      {entry.destroyed === null ? null : (
        <Banner kind="info" title={t('destroyedTitle')}>
          {entry.destroyed.authority === null ? t('destroyedUnnamed') : t('destroyedWords', { authority: entry.destroyed.authority })}
        </Banner>
      )}
      <Proof seq={entry.seq} proof={entry.proof} />
      <details className="exact">
        <summary>{t('exact')}</summary>
        <p className="meta row between wrap">
          {t('exactWords', { size: formats.size(size) })}
          <Button small look="quiet" icon="copy" onPress={() => copy(entry.json, t('exactCopied'))}>
            {t('copyExact')}
          </Button>
        </p>
        <pre className="exact-text" tabIndex={0} role="region" aria-label={t('exact')}>
          {entry.json}
        </pre>
      </details>
    </article>
  );
}

function Proof({ seq, proof }: { readonly seq: number; readonly proof: string | null }): React.ReactNode {
  const { t } = useTranslation('ledger');
  const formats = useFormats();
  const copy = useCopy();
  const size = useLake().data?.ledger.size;
  if (proof === null) {
    return (
      <Banner kind="info" title={t('proofNone')}>
        {t('proofNoneWords')}
      </Banner>
    );
  }
  return (
    <Banner
      kind="ok"
      title={t('proofTitle', { n: formats.count(treeSizeOf(proof) ?? size ?? seq + 1) })}
      action={
        <span className="row wrap">
          <Button icon="copy" onPress={() => copy(proof, t('proofCopied'))}>
            {t('copyProof')}
          </Button>
          <Button icon="export" onPress={() => saveText(proof, `entry-${seq}.tlog-proof`)}>
            {t('saveProof')}
          </Button>
        </span>
      }
    >
      {t('proofWords')}
    </Banner>
  );
}

/** The size of the tree that a C2SP tlog-proof leads into: the second line of the checkpoint in it. */
function treeSizeOf(proof: string): number | null {
  const checkpoint = proof.slice(proof.indexOf('\n\n') + 2).split('\n');
  const size = checkpoint[1];
  return size !== undefined && /^\d+$/.test(size) ? Number(size) : null;
}
