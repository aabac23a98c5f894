import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DatasetId, Tag } from '../../../contract/index.ts';
import { routes } from '../../../contract/api/screens.ts';
import { keys, useAct } from '../../data/index.ts';
import { Button, Checkbox, Dialog, Field, ProblemView, useToast } from '../../ui/index.ts';

/** Makes a dataset without a version. Its id cannot be changed or taken back, and the form says so. */
export function CreateDataset({ open, onClose }: { readonly open: boolean; onClose(): void }): React.ReactNode {
  const { t } = useTranslation('datasets');
  const tell = useToast();
  const navigate = useNavigate();
  const create = useAct(routes.createDataset, [keys.allDatasets, keys.lake, keys.allEntries]);
  const [id, setId] = useState('');
  const [title, setTitle] = useState('');
  const [apart, setApart] = useState(false);
  const [asked, setAsked] = useState(false);
  const parsed = DatasetId.safeParse(id);
  const close = (): void => {
    create.reset();
    setId('');
    setTitle('');
    setApart(false);
    setAsked(false);
    onClose();
  };
  const submit = (event?: React.FormEvent): void => {
    event?.preventDefault();
    setAsked(true);
    if (!parsed.success) return;
    const description = title.trim() === '' ? {} : { description: { title: title.trim() } };
    create.mutate(
      { body: { id: parsed.data, tags: apart ? [Tag.parse('phi')] : [], ...description } },
      {
        onSuccess: (made) => {
          close();
          tell(t('made', { id: made.id }));
          void navigate({ to: '/datasets/$id', params: { id: made.id } });
        },
      },
    );
  };
  return (
    <Dialog
      open={open}
      title={t('createTitle')}
      onClose={close}
      actions={
        <Button look="primary" busy={create.isPending} onPress={() => submit()}>
          {t('createAct')}
        </Button>
      }
    >
      <form className="stack-wide" onSubmit={submit} noValidate>
        <Field label={t('id')} hint={t('idHint')} value={id} onChange={setId} error={!parsed.success && (asked || id.length > 64) ? t('idBad') : null} autoComplete="off" mono autoFocus />
        <Field label={t('titleField')} hint={t('titleHint')} value={title} onChange={setTitle} autoComplete="off" />
        <Checkbox isSelected={apart} onChange={setApart}>
          <span>
            {t('apartField')}
            <span className="field-hint block">{t('apartHint')}</span>
          </span>
        </Checkbox>
        <button type="submit" className="sr" tabIndex={-1} aria-hidden="true" />
      </form>
      {create.error === null ? null : <ProblemView error={create.error} tight live />}
    </Dialog>
  );
}
