import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { routes } from '../../../contract/api/screens.ts';
import type { Draft } from '../../../contract/api/index.ts';
import { keys, useAct } from '../../data/index.ts';
import { useFormats } from '../../format/index.ts';
import { Button, Dialog, ProblemView, useToast } from '../../ui/index.ts';

/** Throws a draft away, after a question: staged files cannot be had back from here. */
export function Discard({ draft, busy }: { readonly draft: Draft; readonly busy: boolean }): React.ReactNode {
  const { t } = useTranslation('intake');
  const formats = useFormats();
  const tell = useToast();
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  const discard = useAct(routes.discardDraft, [keys.jobs, keys.drafts]);
  const { dataset } = draft;
  const act = (): void =>
    discard.mutate(
      { params: { dataset } },
      {
        onSuccess: () => {
          setOpen(false);
          tell(t('discarded', { dataset }));
          void navigate({ to: '/intake' });
        },
      },
    );
  return (
    <>
      <Button why={busy ? t('whyTaking') : null} onPress={() => setOpen(true)}>
        {t('discard')}
      </Button>
      <Dialog
        open={open}
        alert
        focusStay
        title={t('discardAsk', { dataset })}
        stay={t('discardStay')}
        onClose={() => setOpen(false)}
        actions={
          <Button look="danger" busy={discard.isPending} onPress={act}>
            {t('discardAct')}
          </Button>
        }
      >
        <p>{t('discardWords', { count: draft.added, n: formats.count(draft.added) })}</p>
        {discard.error === null ? null : <ProblemView error={discard.error} tight live />}
      </Dialog>
    </>
  );
}
