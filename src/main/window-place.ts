import { readFileSync } from 'node:fs';
import { WindowState } from '../contract/engine-messages.ts';

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where the window was left; null where it never was, or where the file says nothing that can be used. */
export function readPlace(file: string): WindowState | null {
  try {
    return WindowState.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // A window in the middle of the screen serves as well.
    return null;
  }
}

/** Bounds of the new window: as it was left where that can still be seen on a display, else the standard size wherever the system puts it. */
export function boundsOf(state: WindowState | null, displays: readonly { readonly workArea: Area }[]): { x?: number; y?: number; width: number; height: number } {
  const standard = { width: 1_280, height: 800 };
  if (state === null) return standard;
  const { x, y, width, height } = state;
  const isSeen = displays.some(({ workArea }) => x + width > workArea.x + 100 && x < workArea.x + workArea.width - 100 && y >= workArea.y - 10 && y < workArea.y + workArea.height - 50);
  return isSeen ? { x, y, width, height } : { ...standard, width, height };
}
