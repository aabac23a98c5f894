import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LakeName, routes } from '../../../contract/api/screens.ts';
import { useAct } from '../../data/index.ts';
import { useDoor } from '../../host/index.ts';
import { Button, Field, ProblemView, Select } from '../../ui/index.ts';
import { officeZones, zoneOf, zoneWords } from './zones.ts';

/** A form for a new lake: by name where the host has a folder of lakes, else in a folder that is chosen. */
export function MakeLake({ home, onMade }: { readonly home: string | null; onMade(): void }): React.ReactNode {
  const { t, i18n } = useTranslation('start');
  const { host } = useDoor();
  const [name, setName] = useState('');
  const [folder, setFolder] = useState<string | null>(null);
  const [here] = useState(() => zoneOf(Intl.DateTimeFormat().resolvedOptions().timeZone));
  const [zone, setZone] = useState(here);
  const [asked, setAsked] = useState(false);
  const byName = useAct(routes.createLake);
  const inFolder = useAct(routes.createLakeAt);
  const wrong = LakeName.safeParse(name).success ? null : t('nameBad');
  const choose = async (): Promise<void> => {
    const chosen = await host.desktop?.chooseFolder({ title: t('chooseNew') });
    if (chosen !== null && chosen !== undefined) setFolder(chosen);
  };
  const submit = (event: React.FormEvent): void => {
    event.preventDefault();
    setAsked(true);
    if (folder !== null) inFolder.mutate({ body: { folder, zone } }, { onSuccess: onMade });
    else if (wrong === null && home !== null) byName.mutate({ body: { name, zone } }, { onSuccess: onMade });
  };
  const problem = byName.error ?? inFolder.error;
  return (
    <section>
      <h2>{t('make')}</h2>
      <p className="two">{t('makeWords')}</p>
      <form className="stack-wide" onSubmit={submit} noValidate>
        {home === null || folder !== null ? null : <Field label={t('name')} hint={t('nameHint', { home })} value={name} onChange={setName} error={asked || name.length > 64 ? wrong : null} autoComplete="off" />}
        {host.desktop === null ? null : (
          <div className="field">
            <span className="field-label">{t('folder')}</span>
            <span className="field-hint">{t('folderHint')}</span>
            <div className="row wrap">
              <Button icon="folder" onPress={() => void choose()}>
                {t('choose')}
              </Button>
              <span className="two clip">{folder ?? t('folderNone')}</span>
            </div>
          </div>
        )}
        <div className="field">
          <Select label={t('zone')} value={zone} options={officeZones(here).map((value) => ({ value, words: value === here ? t('zoneHere', { zone: zoneWords(value, i18n.language) }) : zoneWords(value, i18n.language) }))} onChange={setZone} />
          <span className="field-hint">{t('zoneHint')}</span>
        </div>
        {problem === null ? null : <ProblemView error={problem} tight live />}
        <div>
          <Button look="primary" type="submit" busy={byName.isPending || inFolder.isPending}>
            {t('create')}
          </Button>
        </div>
      </form>
    </section>
  );
}
