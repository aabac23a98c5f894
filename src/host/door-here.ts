import { openDoor } from '../engine/door.ts';
import type { Door, DoorOptions } from '../engine/door.ts';
import { verify } from '../verify/index.ts';

/** The door of this process, with the checker of this program: the engine does not bring its own judge. */
export function openDoorHere(options: Omit<DoorOptions, 'verify'>): Promise<Door> {
  return openDoor({ ...options, verify });
}
