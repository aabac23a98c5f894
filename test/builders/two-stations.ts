import { join } from 'node:path';
import { routes } from '../../src/contract/api/index.ts';
import type { DoorOptions } from '../../src/engine/door.ts';
import { DoorBench } from './door.ts';

/** Two doors with profiles of their own on one lake, the second enrolled by the first. */
export async function twoStations(options: { readonly first?: Partial<DoorOptions>; readonly second?: Partial<DoorOptions> } = {}): Promise<{ first: DoorBench; second: DoorBench; lake: string; remove(): Promise<void> }> {
  const first = await DoorBench.withLake({ by: { account: 'okafor', host: 'REC-03', program: 'test' }, ...options.first });
  const lake = join(first.folder, 'lakes', 'Records');
  const second = await DoorBench.open({ by: { account: 'jalvarez', host: 'REC-07', program: 'test' }, ...options.second });
  const { enrolment } = await second.ask(routes.openLakeAt, { body: { folder: lake } });
  await first.ask(routes.enrollStation, { body: { id16: enrolment?.id16 ?? '', fingerprint: enrolment?.fingerprint ?? '' } });
  await second.ask(routes.closeLake, {});
  await second.ask(routes.openLakeAt, { body: { folder: lake } });
  return {
    first,
    second,
    lake,
    remove: async () => {
      await second.remove();
      await first.remove();
    },
  };
}

/** Asks again until the answer is as wanted; rejects with the last answer after `ms`. */
export async function eventually<T>(ask: () => Promise<T>, isSo: (answer: T) => boolean, ms = 15_000): Promise<T> {
  for (const until = performance.now() + ms; ; ) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    if (performance.now() > until) throw new Error(`After ${ms} ms it is still: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
