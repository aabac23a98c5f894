import { HmsError, versionName } from '../../contract/index.ts';
import type { DatasetId } from '../../contract/index.ts';
import type { draftRoutes } from '../../contract/api/index.ts';
import { commit, discard, draftsOf, removeFiles, renameFile } from '../drafting.ts';
import { datasetUnknown } from '../files.ts';
import { datasetIdOf, findDataset, tagsOf } from '../names.ts';
import type { ReadableLake } from '../access.ts';
import { isMine } from './draft-book.ts';
import type { HandlersOf } from './handler.ts';
import type { Services } from './services.ts';

/** Drafts: looked at, changed, committed and thrown away. */
export function draftHandlers({ desk, drafts, jobs, events }: Services): HandlersOf<typeof draftRoutes> {
  const told = <T>(dataset: DatasetId, result: T): T => {
    events.tell({ type: 'draft', dataset });
    return result;
  };

  return {
    listDrafts: () => desk.reading(async (lake) => ({ drafts: await drafts.list(lake) })),
    getDraft: ({ params: { dataset } }) => desk.reading(async (lake) => drafts.get(lake, await drafted(lake, dataset))),
    listChanges: ({ params: { dataset }, query: { after, limit } }) => desk.reading(async (lake) => drafts.changes(lake, await drafted(lake, dataset), after, limit)),
    removeFromDraft: ({ params, body: { paths } }) =>
      desk.writing(async (lake) => {
        const dataset = await drafted(lake, params.dataset);
        await removeFiles(lake, dataset, paths);
        return told(dataset, await drafts.get(lake, dataset));
      }),
    renameInDraft: ({ params, body: { from, to } }) =>
      desk.writing(async (lake) => {
        const dataset = await drafted(lake, params.dataset);
        await renameFile(lake, dataset, from, to);
        return told(dataset, await drafts.get(lake, dataset));
      }),
    commitDraft: async ({ params, body: { message, tags } }) => {
      const { id, dataset } = await desk.reading(async (lake) => {
        const named = await drafted(lake, params.dataset);
        await drafts.get(lake, named);
        if (lake.readOnly !== null) throw lake.readOnly;
        return { id: lake.lake.id, dataset: named };
      });
      const parsed = tagsOf(tags);
      return {
        job: jobs.begin({
          kind: 'commit',
          title: `Committing ${dataset}`,
          lake: id,
          subject: dataset,
          alone: draftKey(id, dataset),
          work: ({ signal, onProgress }) =>
            desk.writing(async (lake) => {
              const { version } = await commit(lake, dataset, { message, tags: parsed, signal, onProgress });
              return told(dataset, { kind: 'commit', ref: versionName(dataset, version), dataset, version });
            }, id),
        }),
      };
    },
    discardDraft: async ({ params }) => {
      const { id, dataset } = await desk.reading(async (lake) => {
        const named = await drafted(lake, params.dataset);
        if (!(await draftsOf(lake)).some((draft) => draft.dataset === named && isMine(lake, draft))) throw noDraft(named);
        return { id: lake.lake.id, dataset: named };
      });
      return {
        job: jobs.begin({
          kind: 'discard',
          title: `Discarding the draft of ${dataset}`,
          lake: id,
          subject: dataset,
          alone: draftKey(id, dataset),
          work: () =>
            desk.writing(async (lake) => {
              const record = (await draftsOf(lake)).find((draft) => draft.dataset === dataset && isMine(lake, draft));
              if (record === undefined) throw noDraft(dataset);
              await discard(lake, record);
              return told(dataset, { kind: 'discard', dataset });
            }, id),
        }),
      };
    },
  };
}

/** Jobs that change one draft are at work one at a time. */
export function draftKey(lake: string, dataset: string): string {
  return `draft ${lake} ${dataset}`;
}

/** A dataset by id or alias, or one that only a draft makes: its first version may be still to come. */
async function drafted(lake: ReadableLake, text: string): Promise<DatasetId> {
  const found = findDataset(lake, text);
  if (found !== null) return found;
  const id = datasetIdOf(text);
  const draft = (await draftsOf(lake)).find((item) => item.dataset === id);
  if (draft !== undefined) return draft.dataset;
  throw datasetUnknown(text, lake.catalog.nearestName(text));
}

function noDraft(dataset: DatasetId): HmsError {
  return new HmsError('DRAFT_NONE', `There is no draft of ${dataset} on this workstation.`, { kept: 'Nothing was changed.', next: 'Add files to the dataset first.' });
}
