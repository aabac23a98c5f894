import { createReadStream } from 'node:fs';
import { CancelledError, instantOf } from '../../contract/index.ts';
import type { DatasetId, LogicalPath } from '../../contract/index.ts';
import { putInto, withDraft } from '../drafting.ts';
import type { IntakeReport } from '../ingest/index.ts';
import type { JobSpec } from '../jobs/index.ts';
import { draftKey } from './draft-handlers.ts';
import type { Reception } from './reception.ts';
import type { Services } from './services.ts';
import { intakeResult } from './take-paths.ts';
import type { Uploads } from './uploads.ts';

const PIECE_BYTES = 1 << 20;
/** Of a list in the report. */
const MOST = 1_000;

export interface ReceiveSpec {
  readonly lake: string;
  readonly dataset: DatasetId;
  readonly files: number;
  readonly bytes: number;
  readonly reception: Reception;
  /** Id of the job, once it is begun. */
  readonly id: () => string;
}

/** The job that stages what is uploaded while more comes, so that the spool stays small. */
export function receiveJob({ desk, drafts, events }: Services, uploads: Uploads, { lake, dataset, files, bytes, reception, id }: ReceiveSpec): JobSpec {
  // Over all runs of the job: it may rest in between.
  let sum = nothing;
  return {
    kind: 'intake',
    title: `Taking ${files === 1 ? '1 file' : `${files.toLocaleString('en-US')} files`} into ${dataset}`,
    lake,
    subject: dataset,
    canPause: true,
    afterAway: () => true,
    over: () => uploads.close(id()),
    alone: draftKey(lake, dataset),
    again: { do: 'receive', dataset },
    work: ({ signal, onProgress }) =>
      desk.writing(async (writable) => {
        const say = (phase: string, moreBytes: number): void => {
          const done = { files: sum.files + sum.unchanged + sum.problemCount + reception.kept.files, bytes: sum.taken + moreBytes + reception.kept.bytes };
          onProgress({ phase, filesDone: done.files, filesTotal: Math.max(files, done.files), bytesDone: done.bytes, bytesTotal: Math.max(bytes, done.bytes) });
        };
        try {
          return await withDraft(writable, dataset, async (draft) => {
            const letGo = drafts.holds(draft);
            try {
              say('Receiving and hashing', 0);
              for (let batch = await reception.next(signal); batch !== null; batch = await reception.next(signal)) {
                const sources = batch.map((item) => ({ kind: 'stream' as const, as: item.path as LogicalPath, mtime: item.mtime === null ? null : instantOf(item.mtime), stream: pieces(uploads.place(item.id), item.size) }));
                const report = await putInto(writable, draft, sources, { signal, inline: true, onProgress: ({ bytesDone }) => say('Receiving and hashing', bytesDone) });
                sum = added(sum, report, batch.reduce((total, { size }) => total + size, 0));
                reception.staged(batch);
                for (const item of batch) await uploads.remove(item.id);
                say('Receiving and hashing', 0);
                events.tell({ type: 'draft', dataset });
              }
              if (signal.aborted) throw new CancelledError(`${sum.files === 1 ? '1 file is' : `${sum.files.toLocaleString('en-US')} files are`} kept in the draft.`);
              sum = withIncomplete(sum, reception.incomplete);
              const emptyFolders = reception.emptyFolders.slice(0, MOST);
              await draft.record(reception.emptyFolders.map((path) => ({ do: 'note', note: 'emptyFolder', path })));
              const notes = { emptyFolders, symlinks: [], special: [], counts: { emptyFolders: reception.emptyFolders.length, symlinks: 0, special: 0 } };
              return intakeResult(dataset, { ...sum, resumed: sum.resumed + reception.kept.files, notes });
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

type Sum = Pick<IntakeReport, 'files' | 'bytes' | 'unchanged' | 'resumed' | 'problems' | 'problemCount'> & { readonly taken: number };

const nothing: Sum = { files: 0, bytes: 0, unchanged: 0, resumed: 0, problems: [], problemCount: 0, taken: 0 };

function added(sum: Sum, report: IntakeReport, taken: number): Sum {
  return {
    files: sum.files + report.files,
    bytes: sum.bytes + report.bytes,
    unchanged: sum.unchanged + report.unchanged,
    resumed: sum.resumed + report.resumed,
    problems: [...sum.problems, ...report.problems].slice(0, MOST),
    problemCount: sum.problemCount + report.problemCount,
    taken: sum.taken + taken,
  };
}

/** Files that were begun to be sent when it was said that all was sent. */
function withIncomplete(sum: Sum, paths: readonly string[]): Sum {
  const problems = paths.slice(0, MOST).map((path) => ({ code: 'SOURCE_UNREADABLE' as const, source: path, path: path as LogicalPath, message: `"${path}" was left out: it was not sent to its end. Send it again.` }));
  return { ...sum, problems: [...sum.problems, ...problems].slice(0, MOST), problemCount: sum.problemCount + paths.length };
}

/** Opened when its turn comes. A buffer is no larger than the file: thousands of small ones would otherwise take a mebibyte each until they are collected. */
async function* pieces(place: string, size: number): AsyncGenerator<Uint8Array> {
  yield* createReadStream(place, { highWaterMark: Math.min(PIECE_BYTES, Math.max(4_096, size)) }) as AsyncIterable<Uint8Array>;
}
