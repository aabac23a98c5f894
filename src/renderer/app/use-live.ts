import { useEffect, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { routes } from '../../contract/api/screens.ts';
import { apply, gentle, keys } from '../data/index.ts';
import { follow, useDoor } from '../host/index.ts';
import type { Connection } from '../host/index.ts';

/** Reads the engine's events as long as the page is there: one stream for all screens. */
export function useLive(): Connection {
  const { host } = useDoor();
  const client = useQueryClient();
  const [connection, setConnection] = useState<Connection>('connecting');
  useEffect(() => {
    const stop = new AbortController();
    let opened = false;
    const asking = gentle(client, (ms) => host.clock.wait(ms, stop.signal).catch(() => undefined));
    void follow(
      {
        open: (after, signal) => host.fetch(new Request(`${host.base}${routes.events.path}`, { headers: after === null ? {} : { 'last-event-id': after }, signal, cache: 'no-store' })),
        event: (event) => apply(asking, event),
        connection: (now) => {
          setConnection(now);
          // What changed between the first questions and the first event would be missed.
          if (now === 'live' && !opened) [keys.lake, keys.jobs].forEach((queryKey) => void client.invalidateQueries({ queryKey: [...queryKey] }));
          opened ||= now === 'live';
        },
        wait: (ms, signal) => host.clock.wait(ms, signal),
      },
      stop.signal,
    );
    return () => stop.abort();
  }, [host, client]);
  return connection;
}
