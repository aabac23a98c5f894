import type { eventRoutes } from '../../contract/api/index.ts';
import type { HandlersOf } from './handler.ts';
import type { Metrics } from './metrics.ts';
import type { Requests } from './requests.ts';
import type { Services } from './services.ts';

/** What happens, requests that are withdrawn, and measures. */
export function eventHandlers({ events }: Services, requests: Requests, metrics: Metrics): HandlersOf<typeof eventRoutes> {
  return {
    events: ({ query: { after }, headers, signal }) => events.stream(headers.get('last-event-id') ?? after ?? null, signal),
    cancelRequest: ({ params: { id } }) => requests.withdraw(id),
    metrics: async () => new Response(await metrics.text(), { headers: { 'content-type': metrics.contentType, 'cache-control': 'no-store' } }),
  };
}
