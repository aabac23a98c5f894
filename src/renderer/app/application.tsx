import { QueryClientProvider } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import type { i18n } from 'i18next';
import { useCallback, useMemo, useState } from 'react';
import { I18nextProvider } from 'react-i18next';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { useLake } from '../data/index.ts';
import { FormatContext, formatsOf } from '../format/index.ts';
import { DoorContext } from '../host/index.ts';
import type { Door } from '../host/index.ts';
import { IntakeContext, Intakes } from '../upload/index.ts';
import { CommandContext, commandTable } from './commands.ts';
import { ArrivalContext } from './page.tsx';
import type { makeRouter } from './router.ts';
import { ViewContext, keepView, readView, showView } from './view-settings.ts';
import type { ViewSettings } from './view-settings.ts';

interface ApplicationProps {
  readonly door: Door;
  readonly client: QueryClient;
  readonly words: i18n;
  readonly router: ReturnType<typeof makeRouter>;
  readonly mac: boolean;
}

/** The whole application over a door. */
export function Application({ door, client, words, router, mac }: ApplicationProps): React.ReactNode {
  const commands = useMemo(() => commandTable(mac), [mac]);
  const intakes = useMemo(() => new Intakes(door), [door]);
  const arrival = useMemo(() => ({ arrived: false }), []);
  const [view, setView] = useState(() => readView(localStorage));
  const change = useCallback((now: ViewSettings) => {
    setView(now);
    keepView(localStorage, now);
    showView(document.documentElement, now);
  }, []);
  const shown = useMemo(() => ({ view, change }), [view, change]);
  return (
    <I18nextProvider i18n={words}>
      <I18nProvider locale="en-US">
        <DoorContext value={door}>
          <QueryClientProvider client={client}>
            <ViewContext value={shown}>
              <CommandContext value={commands}>
                <ArrivalContext value={arrival}>
                  <IntakeContext value={intakes}>
                    <Formatted now={door.host.clock.now}>
                      <RouterProvider router={router} />
                    </Formatted>
                  </IntakeContext>
                </ArrivalContext>
              </CommandContext>
            </ViewContext>
          </QueryClientProvider>
        </DoorContext>
      </I18nProvider>
    </I18nextProvider>
  );
}

/** Instants in the zone of the office whose lake is open; before that in the zone of this computer. */
function Formatted({ now, children }: { now(): number; readonly children: React.ReactNode }): React.ReactNode {
  const zone = useLake().data?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const formats = useMemo(() => formatsOf('en-US', zone, now), [zone, now]);
  return <FormatContext value={formats}>{children}</FormatContext>;
}
