import { basename } from 'node:path';
import type { DatasetId } from '../../contract/index.ts';
import type { JobResult } from '../../contract/api/index.ts';
import { putInto, withDraft } from '../drafting.ts';
import type { IntakeReport } from '../ingest/index.ts';
import type { JobSpec } from '../jobs/index.ts';
import { draftKey } from './draft-handlers.ts';
import type { Services } from './services.ts';

/** The job that takes files and folders of this computer into a draft; begun again, it goes on from what is staged. */
export function takePathsJob({ desk, drafts, events }: Pick<Services, 'desk' | 'drafts' | 'events'>, lake: string, dataset: DatasetId, paths: readonly string[]): JobSpec {
  const [first = ''] = paths;
  const what = paths.length === 1 ? basename(first) : `${paths.length} files and folders`;
  return {
    kind: 'intake',
    title: `Taking ${what} into ${dataset}`,
    lake,
    subject: dataset,
    canPause: true,
    afterAway: () => true,
    alone: draftKey(lake, dataset),
    again: { do: 'takePaths', dataset, paths: [...paths] },
    work: ({ signal, onProgress }) =>
      desk.writing(async (writable) => {
        try {
          return await withDraft(writable, dataset, async (draft) => {
            const letGo = drafts.holds(draft);
            events.tell({ type: 'draft', dataset });
            try {
              const report = await putInto(writable, draft, paths.map((path) => ({ kind: 'path', path })), { signal, onProgress });
              return intakeResult(dataset, report);
            } finally {
              letGo();
            }
          });
        } finally {
          events.tell({ type: 'draft', dataset });
        }
      }, lake),
  };
}

export function intakeResult(dataset: DatasetId, report: IntakeReport): JobResult {
  const { files, bytes, unchanged, resumed, notes, problems, problemCount } = report;
  return {
    kind: 'intake',
    dataset,
    report: {
      files,
      bytes,
      unchanged,
      resumed,
      notes: { emptyFolders: [...notes.emptyFolders], symlinks: [...notes.symlinks], special: [...notes.special], counts: { ...notes.counts } },
      problems: problems.map(({ code, source, path, message }) => ({ code, source, path, message })),
      problemCount,
    },
  };
}
