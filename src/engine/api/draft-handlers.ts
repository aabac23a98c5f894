import { versionName } from '../../contract/index.ts';
import type { DatasetId, TxnId } from '../../contract/index.ts';
import type { draftRoutes } from '../../contract/api/index.ts';
import { commit, discard, draftsOf, removeFiles, renameFile } from '../drafting.ts';
import { datasetUnknown } from '../files.ts';
import { datasetIdOf, findDataset, tagsOf } from '../names.ts';
import type { ReadableLake } from '../access.ts';
import { isMine, noDraft } from './draft-book.ts';
import type { HandlersOf } from './handler.ts';
import type { Services } from './services.ts';

/** Versions in which a commit is looked for that may have been made already. */
const LOOKED_BACK = 100;

/** Drafts: looked at, changed, committed and thrown away. */
export function draftHandlers({ desk, drafts, jobs, events }: Services): HandlersOf<typeof draftRoutes> {
  const told = <T>(dataset: DatasetId, result: T): T => {
    events.tell({ type: 'draft', dataset });
    return result;
  };

  return {
    listDrafts: () => desk.answering(async (lake) => ({ drafts: await drafts.list(lake) })),
    getDraft: ({ params: { dataset } }) => desk.answering(async (lake) => drafts.get(lake, desk.away === null ? await drafted(lake, dataset) : (findDataset(lake, dataset) ?? datasetIdOf(dataset)))),
    listChanges: ({ params: { dataset }, query: { after, limit } }) => desk.needing(async (lake) => drafts.changes(lake, await drafted(lake, dataset), after, limit)),
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
      const { id, dataset } = await desk.needing(async (lake) => {
        const named = await drafted(lake, params.dataset);
        await drafts.get(lake, named);
        if (lake.readOnly !== null) throw lake.readOnly;
        return { id: lake.lake.id, dataset: named };
      });
      const parsed = tagsOf(tags);
      let begun: TxnId | null = null;
      return {
        job: jobs.begin({
          kind: 'commit',
          title: `Committing ${dataset}`,
          lake: id,
          subject: dataset,
          alone: draftKey(id, dataset),
          afterAway: () => true,
          work: ({ signal, onProgress }) =>
            desk.writing(async (lake) => {
              // Begun again after the lake was away: the entry may be in the ledger although nobody was told.
              const done = begun === null ? null : lake.catalog.versions(dataset, null, LOOKED_BACK).find(({ txn }) => txn === begun);
              begun ??= (await draftsOf(lake)).find((draft) => draft.dataset === dataset && isMine(lake, draft))?.txn ?? null;
              const { version } = done ?? (await commit(lake, dataset, { message, tags: parsed, signal, onProgress }));
              return told(dataset, { kind: 'commit', ref: versionName(dataset, version), dataset, version });
            }, id),
        }),
      };
    },
    discardDraft: async ({ params }) => {
      const { id, dataset } = await desk.needing(async (lake) => {
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
          afterAway: () => true,
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
