import { Outlet, useNavigate, useRouter } from '@tanstack/react-router';
import { useCallback, useEffect } from 'react';
import type { MenuCommand } from '../../contract/window-host.ts';
import { useJob } from '../data/index.ts';
import { useDoor } from '../host/index.ts';
import { Toasts } from '../ui/index.ts';
import { useSendingJob } from '../upload/index.ts';
import { commandOf, useCommand, useCommands } from './commands.ts';
import { ConnectionContext } from './connection.ts';
import { Frame } from './frame.tsx';
import { Help } from './help.tsx';
import { useLive } from './use-live.ts';
import { WindowDrop } from './window-drop.tsx';

/** Around all screens: frame, events, commands from keys and from the window's menu. */
export function Root(): React.ReactNode {
  const connection = useLive();
  const { host } = useDoor();
  const commands = useCommands();
  const navigate = useNavigate();
  const router = useRouter();
  useCommand('go.home', useCallback(() => void navigate({ to: '/' }), [navigate]));
  useCommand('go.datasets', useCallback(() => void navigate({ to: '/datasets' }), [navigate]));
  useCommand('go.ledger', useCallback(() => void navigate({ to: '/ledger' }), [navigate]));
  useCommand('intake', useCallback(() => void navigate({ to: '/intake' }), [navigate]));
  useCommand('export', useCallback(() => void navigate({ to: '/export' }), [navigate]));
  useCommand('verify', useCallback(() => void navigate({ to: '/verify' }), [navigate]));
  useCommand('go.back', useCallback(() => router.history.back(), [router]));
  useEffect(() => host.desktop?.onMenu((command: MenuCommand) => void commands.run(command)), [host, commands]);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const id = event.defaultPrevented ? null : commandOf(event, commands.mac);
      if (id !== null && commands.run(id)) event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [commands]);
  return (
    <ConnectionContext value={connection}>
      <Toasts>
        <Frame>
          <Outlet />
        </Frame>
        <Help />
        <WindowDrop />
        <SendingJob />
      </Toasts>
    </ConnectionContext>
  );
}

/** Keeps what this page sends in step with the job that takes it, whatever screen is open. */
function SendingJob(): null {
  const { intakes, job: id } = useSendingJob();
  const job = useJob(id);
  useEffect(() => {
    if (job !== undefined) intakes.follow(job);
  }, [intakes, job]);
  return null;
}
