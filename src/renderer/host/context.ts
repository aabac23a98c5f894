import { createContext, useContext } from 'react';
import { caller } from '../../contract/api/screens.ts';
import type { Host } from './host.ts';

/** Calls a route of the door. */
export type Call = ReturnType<typeof caller>;

export interface Door {
  readonly host: Host;
  readonly call: Call;
}

/** The door as seen from a page. */
export function doorOf(host: Host): Door {
  return { host, call: caller(host.fetch, host.base, () => host.clock.newId()) };
}

export const DoorContext = createContext<Door | null>(null);

/** The door, inside of the application. */
export function useDoor(): Door {
  const door = useContext(DoorContext);
  if (door === null) throw new Error('useDoor stands outside of DoorContext.');
  return door;
}
