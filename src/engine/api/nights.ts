import { CancelledError } from '../../contract/index.ts';
import { nightlyDue, refreshNightly } from '../cube-schedule.ts';
import type { Jobs } from '../jobs/index.ts';
import type { QueryProcesses } from '../query/index.ts';
import type { LakeDesk } from './lake-desk.ts';

/** Cubes that are refreshed every night, while a program is open; what was missed is made up for when one is opened. */

interface NightWorld {
  readonly desk: LakeDesk;
  readonly jobs: Jobs;
  readonly processes: QueryProcesses;
  readonly log: (words: string, error?: unknown) => void;
}

/** Begins a job where a cube of the open lake waits for its night, unless one is at work. `tried`: the lake and the day for which it was done last, so that a cube that cannot be refreshed is not tried all the time. */
export class Nights {
  readonly #world: NightWorld;
  #tried = '';

  constructor(world: NightWorld) {
    this.#world = world;
  }

  async look(): Promise<void> {
    const { desk, jobs, processes, log } = this.#world;
    if (!desk.isOpen || desk.away !== null) return;
    const due = await desk.reading((lake) => {
      const mark = `${lake.lake.id} ${new Date(lake.clock.now()).toISOString().slice(0, 13)}`;
      if (lake.readOnly !== null || mark === this.#tried || !nightlyDue(lake)) return null;
      this.#tried = mark;
      return lake.lake.id;
    });
    if (due === null) return;
    jobs.begin({
      kind: 'refresh',
      title: 'Refreshing the cubes of the night',
      lake: due,
      subject: null,
      alone: `cubes of the night ${due}`,
      afterAway: () => true,
      work: ({ signal, onProgress }) =>
        desk.writing(async (lake) => {
          const outcomes = await refreshNightly(lake, { signal, onProgress, processes });
          for (const outcome of outcomes) if ('error' in outcome) log(`The cube ${outcome.name} could not be refreshed.`, outcome.error);
          const made = outcomes.flatMap((outcome) => ('refreshed' in outcome ? [outcome.refreshed] : []));
          const [first] = made;
          const [failed] = outcomes;
          if (first === undefined && failed !== undefined && 'error' in failed) throw failed.error;
          if (first === undefined) throw new CancelledError('Another workstation has refreshed the cubes of the night.');
          return { kind: 'refresh', cube: made.map(({ name }) => name).join(', '), version: first.version.version, isNew: made.some(({ isNew }) => isNew), how: first.how, rows: first.rows };
        }, due),
    });
  }
}
