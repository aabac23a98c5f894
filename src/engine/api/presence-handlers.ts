import type { presenceRoutes } from '../../contract/api/index.ts';
import type { HandlersOf } from './handler.ts';
import type { Services } from './services.ts';

/** Who else works in the lake. */
export function presenceHandlers({ desk }: Services): HandlersOf<typeof presenceRoutes> {
  return { listPresent: () => desk.answering(() => ({ stations: desk.present })) };
}
