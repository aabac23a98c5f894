import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { routes } from '../../../contract/api/screens.ts';
import { keys, useAct } from '../../data/index.ts';
import { Button, Checkbox, Dialog, ProblemView, useToast } from '../../ui/index.ts';
import { groupsOf } from './fingerprint.ts';

interface EnrolProps {
  readonly open: boolean;
  readonly request: { readonly id16: string; readonly name: string; readonly fingerprint: string };
  onClose(): void;
}

/** Lets another workstation write to the lake, after its fingerprint was compared by voice. */
export function Enrol({ open, request, onClose }: EnrolProps): React.ReactNode {
  const { t } = useTranslation('home');
  const tell = useToast();
  const [compared, setCompared] = useState(false);
  const enrol = useAct(routes.enrollStation, [keys.keys, keys.lake, keys.allEntries]);
  const close = (): void => {
    setCompared(false);
    enrol.reset();
    onClose();
  };
  return (
    <Dialog
      open={open}
      title={t('enrolTitle', { name: request.name })}
      focusStay
      alert
      onClose={close}
      actions={
        <Button
          look="primary"
          busy={enrol.isPending || !compared}
          onPress={() =>
            enrol.mutate(
              { body: { id16: request.id16, fingerprint: request.fingerprint } },
              {
                onSuccess: () => {
                  tell(t('enrolDone', { name: request.name }));
                  close();
                },
              },
            )
          }
        >
          {t('enrolAct').replace('…', '')}
        </Button>
      }
    >
      <p>{t('enrolQuestion')}</p>
      <code className="fingerprint">{groupsOf(request.fingerprint)}</code>
      <Checkbox isSelected={compared} onChange={setCompared}>
        {t('enrolCheck')}
      </Checkbox>
      {enrol.error === null ? null : <ProblemView error={enrol.error} tight live />}
    </Dialog>
  );
}
