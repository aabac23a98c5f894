import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DatasetId, Tag } from '../../../contract/index.ts';
import { routes } from '../../../contract/api/screens.ts';
import type { Version } from '../../../contract/api/index.ts';
import { keys, useAct } from '../../data/index.ts';
import { Button, Dialog, Field, ProblemView, useToast } from '../../ui/index.ts';

export type ActKind = 'tag' | 'alias' | 'withdraw';

/** Asks for the one word or sentence that a small act needs. */
export function ActDialog({ kind, dataset, version, onClose }: { readonly kind: ActKind; readonly dataset: string; readonly version: Version | null; onClose(): void }): React.ReactNode {
  const { t } = useTranslation('datasets');
  const tell = useToast();
  const touched = [keys.allDatasets, keys.allEntries, keys.lake];
  const addTag = useAct(routes.addTag, touched);
  const addAlias = useAct(routes.addAlias, touched);
  const withdraw = useAct(routes.withdrawVersion, touched);
  const [text, setText] = useState('');
  const [asked, setAsked] = useState(false);
  const ref = version?.ref ?? dataset;
  const given = text.trim();
  const wrong = { tag: Tag.safeParse(given).success ? null : t('acts.tagBad'), alias: DatasetId.safeParse(given).success ? null : t('idBad'), withdraw: given === '' ? t('acts.reasonBad') : null }[kind];
  const words = {
    tag: { title: t('acts.addTagTitle', { ref }), label: t('acts.tag'), hint: t('acts.tagHint', { id: dataset }), act: t('acts.addTagAct') },
    alias: { title: t('acts.aliasTitle', { id: dataset }), label: t('acts.aliasField'), hint: t('acts.aliasHint'), act: t('acts.aliasAct') },
    withdraw: { title: t('acts.withdrawTitle', { ref }), label: t('acts.reason'), hint: t('acts.reasonHint'), act: t('acts.withdrawAct') },
  }[kind];
  const done = (said: string): { onSuccess(): void } => ({
    onSuccess: () => {
      tell(said);
      onClose();
    },
  });
  const submit = (event?: React.FormEvent): void => {
    event?.preventDefault();
    setAsked(true);
    if (wrong !== null) return;
    if (kind === 'tag') addTag.mutate({ params: { ref, tag: given } }, done(t('acts.tagAdded', { tag: given, ref })));
    else if (kind === 'alias') addAlias.mutate({ params: { id: dataset }, body: { alias: DatasetId.parse(given) } }, done(t('acts.aliasAdded', { id: dataset, alias: given })));
    else withdraw.mutate({ params: { ref }, body: { reason: given } }, done(t('acts.withdrawDone', { ref })));
  };
  const error = addTag.error ?? addAlias.error ?? withdraw.error;
  return (
    <Dialog
      open
      title={words.title}
      onClose={onClose}
      alert={kind === 'withdraw'}
      {...(kind === 'withdraw' ? { stay: t('acts.withdrawKeep') } : {})}
      actions={
        <Button look={kind === 'withdraw' ? 'danger' : 'primary'} busy={addTag.isPending || addAlias.isPending || withdraw.isPending} onPress={() => submit()}>
          {words.act}
        </Button>
      }
    >
      {kind === 'withdraw' ? <p>{t('acts.withdrawWords')}</p> : null}
      <form onSubmit={submit} noValidate>
        <Field label={words.label} hint={words.hint} value={text} onChange={setText} error={asked ? wrong : null} autoFocus autoComplete="off" area={kind === 'withdraw'} mono={kind !== 'withdraw'} />
      </form>
      {error === null ? null : <ProblemView error={error} tight live />}
    </Dialog>
  );
}
