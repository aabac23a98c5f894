import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Job } from '../../contract/api/index.ts';
import { ifMissing } from '../lake/index.ts';
import type { Durable } from '../lake/index.ts';

/** What a job goes on with whose program has ended: places that are read again, or files that somebody sends again. */
export const Again = z.discriminatedUnion('do', [
  z.object({ do: z.literal('takePaths'), dataset: z.string(), paths: z.array(z.string()) }),
  z.object({ do: z.literal('receive'), dataset: z.string() }),
]);
export type Again = z.infer<typeof Again>;

const Kept = z.object({ job: Job, again: Again.nullable() });
export type Kept = z.infer<typeof Kept>;

/** The list of jobs in the profile: `jobs.json`. A convenience: a file that cannot be read is begun anew. */
export class JobFile {
  readonly #profile: string;
  readonly #durable: Durable;
  #turn: Promise<void> = Promise.resolve();
  #next: (() => readonly Kept[]) | null = null;

  constructor(profile: string, durable: Durable) {
    this.#profile = profile;
    this.#durable = durable;
  }

  async read(): Promise<Kept[]> {
    const text = await readFile(join(this.#profile, 'jobs.json'), 'utf8').catch(ifMissing('[]'));
    try {
      const list: unknown = JSON.parse(text);
      return Array.isArray(list) ? list.flatMap((item: unknown) => known(item)) : [];
    } catch {
      // Half written by a disk that lost it: no list is better than no program.
      return [];
    }
  }

  /** Writes what `list` says when its turn comes; of several that wait, one writes for all. Rejects where the profile cannot be written. */
  write(list: () => readonly Kept[]): Promise<void> {
    this.#next = list;
    const turn = this.#turn.then(() => this.#writeNow());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #writeNow(): Promise<void> {
    const list = this.#next;
    this.#next = null;
    if (list === null) return;
    await this.#durable.replaceDerived(join(this.#profile, 'jobs.json'), () => Buffer.from(`${JSON.stringify(list())}\n`), this.#profile);
  }
}

function known(item: unknown): Kept[] {
  const parsed = Kept.safeParse(item);
  return parsed.success ? [parsed.data] : [];
}
