import { useTranslation } from 'react-i18next';
import type { LakeState } from '../../../contract/api/index.ts';
import { useFormats } from '../../format/index.ts';
import { Banner } from '../../ui/index.ts';

/** The lake's disk or share does not answer: what happened, what is kept, what to do. It goes when that answers again. */
export function AwayNote({ lake, away }: { readonly lake: LakeState; readonly away: NonNullable<LakeState['away']> }): React.ReactNode {
  const { t } = useTranslation('presence');
  const formats = useFormats();
  return (
    <Banner kind="warn" title={t('away.title', { since: formats.short(away.since) })} live>
      <p>{away.problem.detail}</p>
      <p>
        {t('away.asOf', { at: formats.short(lake.ledger.checked) })} {t('away.goesOn', { next: t('away.check') })}
      </p>
    </Banner>
  );
}
