import { lazy, Suspense, useCallback, useState } from 'react';
import { useCommand } from './commands.ts';

/** Fetched when it is asked for: the first page is there sooner without it. */
const HelpDialogs = lazy(async () => ({ default: (await import('./help-dialogs.tsx')).HelpDialogs }));

export type HelpTopic = 'shortcuts' | 'about';

/** What help there is, by its commands. */
export function Help(): React.ReactNode {
  const [open, setOpen] = useState<HelpTopic | null>(null);
  const [wasOpen, setWasOpen] = useState(false);
  const show = useCallback((topic: HelpTopic) => {
    setWasOpen(true);
    setOpen(topic);
  }, []);
  useCommand('help.shortcuts', useCallback(() => show('shortcuts'), [show]));
  useCommand('help.about', useCallback(() => show('about'), [show]));
  const close = useCallback(() => setOpen(null), []);
  if (!wasOpen) return null;
  return (
    <Suspense fallback={null}>
      <HelpDialogs open={open} onClose={close} />
    </Suspense>
  );
}
