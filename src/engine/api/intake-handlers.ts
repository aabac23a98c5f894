import { HmsError, LogicalPath } from '../../contract/index.ts';
import type { DatasetId } from '../../contract/index.ts';
import { DoorError } from '../../contract/api/index.ts';
import type { intakeRoutes, Job } from '../../contract/api/index.ts';
import type { ReadableLake } from '../access.ts';
import type { JobSpec } from '../jobs/index.ts';
import { datasetIdOf, findDataset } from '../names.ts';
import type { HandlersOf } from './handler.ts';
import { Reception } from './reception.ts';
import { receiveJob } from './receive.ts';
import type { Services } from './services.ts';
import { takePathsJob } from './take-paths.ts';
import { uploadPath } from './upload-name.ts';
import type { Uploads } from './uploads.ts';

/** Files in: from paths of this computer, or uploaded. */
export function intakeHandlers(services: Services, uploads: Uploads): HandlersOf<typeof intakeRoutes> {
  const { desk, drafts, jobs } = services;
  const receptions = new Map<string, { readonly reception: Reception; readonly lake: string; readonly dataset: DatasetId }>();

  const begin = (spec: JobSpec): Job => {
    try {
      return jobs.receiveAgain(spec) ?? jobs.begin(spec);
    } catch (error) {
      if (!(error instanceof DoorError) || error.code !== 'JOB_REFUSED') throw error;
      throw new HmsError('DRAFT_BUSY', error.message, { kept: 'Nothing was changed.', ...(error.next === null ? {} : { next: error.next }) });
    }
  };
  const target = (text: string): Promise<{ lake: string; dataset: DatasetId }> =>
    desk.needing((lake) => {
      if (lake.readOnly !== null) throw lake.readOnly;
      return { lake: lake.lake.id, dataset: findDataset(lake, text) ?? datasetIdOf(text) };
    });
  const intakeOf = (id: string): { readonly reception: Reception; readonly lake: string; readonly dataset: DatasetId } => {
    const state = jobs.get(id)?.state;
    const found = receptions.get(id);
    if (found !== undefined && (state === 'running' || state === 'paused' || state === 'waiting')) return found;
    receptions.delete(id);
    throw new DoorError('INTAKE_UNKNOWN', 'There is no such intake, or it has ended.', { kept: 'What was staged is kept in the draft.', next: 'Begin another: files that are in the draft are not sent again.' });
  };

  return {
    beginIntake: async ({ body: { dataset: text, files, bytes } }) => {
      const { lake, dataset } = await target(text);
      const reception = new Reception();
      let id = '';
      const job = begin(receiveJob(services, uploads, { lake, dataset, files, bytes, reception, id: () => id }));
      id = job.id;
      receptions.set(id, { reception, lake, dataset });
      uploads.open(id, reception);
      return { job };
    },
    offerFiles: async ({ params: { job }, body: { files } }) => {
      const { reception, lake: only, dataset } = intakeOf(job);
      return desk.reading(async (lake) => {
        const staged = await drafts.current(lake, dataset);
        const wanted: string[] = [];
        const refused: { path: string; message: string }[] = [];
        let kept = 0;
        for (const file of files) {
          const name = uploadPath(file.path);
          if ('refused' in name) refused.push({ path: file.path, message: name.refused });
          else if (isThere(lake, dataset, staged?.(name.path) ?? null, name.path, file)) {
            kept++;
            reception.kept = { files: reception.kept.files + 1, bytes: reception.kept.bytes + file.size };
          } else wanted.push(file.path);
        }
        return { wanted, kept, refused };
      }, only);
    },
    finishIntake: ({ params: { job: id }, body: { emptyFolders } }) => {
      const { reception } = intakeOf(id);
      reception.finish(emptyFolders.map((path) => path.replace(/\/$/, '')).filter((path) => LogicalPath.safeParse(path).success));
      const job = jobs.get(id);
      if (job === null) throw new Error(`The job ${id} was there a moment ago.`);
      return { job };
    },
    takePaths: async ({ body: { dataset: text, paths } }) => {
      const { lake, dataset } = await target(text);
      return { job: begin(takePathsJob(services, lake, dataset, paths)) };
    },
  };
}

/** Whether the draft, or else the newest version, has a file of this path, size and time: it is taken for the same, as `rsync` does. */
function isThere(lake: ReadableLake, dataset: DatasetId, staged: { readonly size: number; readonly mtime: string | null } | 'gone' | null, path: LogicalPath, file: { readonly size: number; readonly mtime: number | null }): boolean {
  if (staged === 'gone' || file.mtime === null) return false;
  const newest = lake.catalog.view.dataset(dataset)?.newest ?? 0;
  const there = staged ?? (newest === 0 ? null : lake.catalog.fileAt(dataset, newest, path));
  return there !== null && there.mtime !== null && there.size === file.size && Math.trunc(Date.parse(there.mtime)) === file.mtime;
}
