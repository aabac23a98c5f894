import { useCallback, useState, lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from 'react-aria-components/Button';
import { Icon } from '../ui/index.ts';
import { keyWords, shortcuts, useCommand, useCommands } from './commands.ts';

const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }));

/** Opens the palette: any dataset, entry or command by its name. */
export function Omni(): React.ReactNode {
  const { t } = useTranslation('app');
  const { mac } = useCommands();
  const [open, setOpen] = useState(false);
  const show = useCallback(() => setOpen(true), []);
  useCommand('palette', show);
  const keys = shortcuts.palette;
  return (
    <>
      <Button className="omni" onPress={show}>
        <Icon name="find" />
        <span className="clip">{t('palette.open')}</span>
        {keys === undefined ? null : <kbd>{keyWords(keys, mac)}</kbd>}
      </Button>
      {open ? (
        <Suspense fallback={null}>
          <Palette onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
