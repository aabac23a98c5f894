import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DoorError } from '../../contract/api/index.ts';
import type { Job, publicationRoutes } from '../../contract/api/index.ts';
import { ifMissing } from '../lake/index.ts';
import { publishTables } from '../publishing.ts';
import { bytesResponse } from './bytes.ts';
import type { HandlersOf } from './handler.ts';
import type { Services } from './services.ts';

/** As the seeds' programs open it. */
const NAME = 'hms_dta.duckdb';

/** The tables at one instant as a DuckDB file. */
export function publicationHandlers({ desk, jobs, profile, profileDurable, processes }: Services): HandlersOf<typeof publicationRoutes> {
  /** A file that is to be fetched lies beside packages that are, and is removed with them after a day. */
  const fetched = (job: string): string => join(profile, 'exports', job, NAME);

  const begin = async (asOf: string | undefined, place: { readonly target: string; readonly replace: boolean } | null): Promise<{ job: Job }> => {
    const lake = await desk.needing((opened) => opened.lake.id);
    let id = '';
    const job = jobs.begin({
      kind: 'publication',
      title: 'Publishing the tables',
      lake,
      subject: null,
      afterAway: () => true,
      work: async ({ signal, onProgress }) => {
        const target = place?.target ?? fetched(id);
        if (place === null) await profileDurable.makeFolder(dirname(target));
        const { bytes, asOf: instant, tables, later } = await desk.reading((opened) => publishTables(opened, target, { signal, onProgress, processes, replace: place?.replace ?? false, ...(asOf === undefined ? {} : { asOf }) }), lake);
        return { kind: 'publication', published: { path: place?.target ?? null, bytes, asOf: instant, tables: [...tables], later: [...later] } };
      },
    });
    id = job.id;
    return { job };
  };

  return {
    publish: ({ body: { asOf } }) => begin(asOf, null),
    publishToPath: ({ body: { asOf, target, replace } }) => begin(asOf, { target: resolve(target), replace }),
    fetchPublication: async ({ params: { job: id }, headers, isHead }) => {
      const result = jobs.get(id)?.result;
      const place = result?.kind === 'publication' ? (result.published.path ?? fetched(id)) : null;
      const size = place === null ? null : await stat(place).then((stats) => stats.size, ifMissing(null));
      if (place === null || size === null) throw new DoorError('JOB_UNKNOWN', 'There is no such file to fetch; one is kept for a day.', { next: 'Publish again.' });
      return bytesResponse({ place, size, etag: createHash('sha256').update(`${id} ${size}`).digest('hex'), sha256: null, name: NAME }, { headers, isHead });
    },
  };
}
