import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, MenuButton } from '../ui/index.ts';
import { keyWords, shortcuts, useCommand, useCommands } from './commands.ts';
import { useView } from './view-settings.ts';

/** Theme, density, and the list of shortcuts. */
export function ViewMenu(): React.ReactNode {
  const { t } = useTranslation('app');
  const { view, change } = useView();
  const commands = useCommands();
  const turnTheme = useCallback(() => change({ ...view, theme: next(['system', 'light', 'dark'], view.theme) }), [view, change]);
  const turnDensity = useCallback(() => change({ ...view, density: next(['dense', 'comfortable'], view.density) }), [view, change]);
  useCommand('view.theme', turnTheme);
  useCommand('view.density', turnDensity);
  const keys = shortcuts['help.shortcuts'];
  return (
    <MenuButton
      label={t('view.name')}
      entries={[
        ...(['system', 'light', 'dark'] as const).map((theme) => ({ id: theme, words: t(`view.theme.${theme}`), ...(view.theme === theme ? { icon: 'check' as const } : {}), run: () => change({ ...view, theme }) })),
        ...(['dense', 'comfortable'] as const).map((density) => ({ id: density, words: t(`view.density.${density}`), ...(view.density === density ? { icon: 'check' as const } : {}), parted: density === 'dense', run: () => change({ ...view, density }) })),
        { id: 'shortcuts', words: t('shortcuts.title'), parted: true, ...(keys === undefined ? {} : { keys: keyWords(keys, commands.mac) }), run: () => void commands.run('help.shortcuts') },
        { id: 'about', words: t('about.open'), run: () => void commands.run('help.about') },
      ]}
    >
      <Button look="quiet" icon="settings" iconOnly small>
        {t('view.name')}
      </Button>
    </MenuButton>
  );
}

function next<V>(values: readonly V[], now: V): V {
  return values[(values.indexOf(now) + 1) % values.length] ?? now;
}
