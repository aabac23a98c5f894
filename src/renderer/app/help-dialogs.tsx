import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { queries } from '../data/index.ts';
import { useDoor } from '../host/index.ts';
import { Dialog } from '../ui/index.ts';
import { keyWords, shortcuts, useCommands } from './commands.ts';
import type { CommandId } from './commands.ts';
import type { HelpTopic } from './help.tsx';
import './help.css';

/** The list of shortcuts, and what this program is. */
export function HelpDialogs({ open, onClose: close }: { readonly open: HelpTopic | null; onClose(): void }): React.ReactNode {
  const { t } = useTranslation('app');
  const { call } = useDoor();
  const { mac } = useCommands();
  const about = useQuery({ ...queries.about(call), enabled: open === 'about' }).data;
  return (
    <>
      <Dialog open={open === 'shortcuts'} title={t('shortcuts.title')} focusStay onClose={close}>
        <table className="shortcuts">
          <thead className="sr">
            <tr>
              <th scope="col">{t('shortcuts.command')}</th>
              <th scope="col">{t('shortcuts.keys')}</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(shortcuts).map(([id, keys]) => (
              <tr key={id}>
                <th scope="row">{t(`commands.${id as CommandId}`)}</th>
                <td>
                  <kbd>{keyWords(keys, mac)}</kbd>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <p className="meta">{t('shortcuts.inside')}</p>
      </Dialog>
      <Dialog open={open === 'about'} title={t('about.title')} focusStay onClose={close}>
        <p>{t('about.words')}</p>
        {about === undefined ? null : (
          <dl className="kv">
            <dt>{t('about.version')}</dt>
            <dd className="num">{about.version}</dd>
            <dt>{t('about.account')}</dt>
            <dd>{about.account}</dd>
            {about.station === null ? null : (
              <>
                <dt>{t('about.station')}</dt>
                <dd>{about.station.name}</dd>
                <dt>{t('about.key')}</dt>
                <dd className="mono">{about.station.id}</dd>
              </>
            )}
          </dl>
        )}
      </Dialog>
    </>
  );
}
