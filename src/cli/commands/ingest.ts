import { CancelledError, HmsError } from '../../contract/index.ts';
import type { DatasetId } from '../../contract/index.ts';
import { myDraft } from '../../engine/drafting.ts';
import type { IntakeReport } from '../../engine/ingest/index.ts';
import type { Draft } from '../../engine/lake/index.ts';
import type { WritableLake } from '../../engine/open.ts';
import { derivationOf } from './derived.ts';
import { datasetIdOf, findDataset, refOf, tagsOf } from '../names.ts';
import { writing } from '../opening.ts';
import { answer, remark } from '../session.ts';
import type { Session } from '../session.ts';
import { count, officeClock } from '../words.ts';
import { commitWithProgress, notAllTaken, sourcesOf, take, withDraft } from './intake.ts';
import { contents, intakeJson, intakeWords, versionJson, warnOfLargeInventory } from './results.ts';

export interface IngestChoices {
  readonly message?: string;
  readonly tag?: readonly string[];
  readonly as?: string;
  readonly derivedFrom?: readonly string[];
  readonly transform?: string;
}

/** Create, put and commit in one: files in, a version out. Nothing is committed where a file was not taken. */
export function ingest(session: Session, [text, names]: readonly [string, readonly string[]], choices: IngestChoices): Promise<void> {
  return writing(session, async (lake) => {
    const dataset = findDataset(lake, text) ?? datasetIdOf(text);
    const tags = tagsOf(choices.tag ?? []);
    const derivation = derivationOf(lake, choices);
    const sources = await sourcesOf(session, names, choices.as);
    await tellOfDraft(session, lake, dataset);
    const { report, done } = await withDraft(lake, dataset, async () => {
      let draft: Draft | undefined;
      try {
        const taken = await take(session, lake, dataset, sources, (left) => (draft = left));
        refuseProblems(taken, dataset);
        const options = { message: choices.message ?? null, tags, ...derivation, ...(draft === undefined ? {} : { draft }) };
        const committed = await commitWithProgress(session, lake, dataset, options).catch((error: unknown) => {
          throw isCancelled(error) ? staysInDraft(taken, dataset) : nothingDiffers(error, lake, dataset, taken);
        });
        return { report: taken, done: committed };
      } finally {
        draft?.close();
      }
    });
    const version = lake.catalog.version(dataset, done.version);
    if (version === null) throw new Error(`The catalog has no version ${done.version} of ${dataset} after its commit.`);
    await warnOfLargeInventory(session, refOf(version), done.prepared.inventoryBytes);
    await remark(session, `${intakeWords(report)}. ${refOf(version)} is committed: ${contents(version)}.`);
    await answer(session, { version: versionJson(version), intake: intakeJson(report) }, [refOf(version)]);
  });
}

async function tellOfDraft(session: Session, lake: WritableLake, dataset: DatasetId): Promise<void> {
  const draft = await myDraft(lake, dataset);
  if (draft === null) return;
  const { details, changes } = draft;
  const { size } = changes;
  draft.close();
  if (size === 0) return;
  const started = officeClock(lake.lake.zone)(details.started);
  await remark(session, `Your draft of ${dataset} from ${started} is continued; the ${count(size, 'change')} in it will be in the same version.`);
}

function refuseProblems(report: IntakeReport, dataset: DatasetId): void {
  if (report.problemCount === 0) return;
  const staged = report.files + report.resumed;
  const kept = staged === 0 ? 'Nothing was committed.' : `Nothing was committed; ${count(staged, 'file')} in the draft ${staged === 1 ? 'is' : 'are'} kept.`;
  const next = 'Put right what is said above and run the same command again; files that were staged are not copied again.';
  throw notAllTaken(report, kept, staged === 0 ? next : `${next} To do without the others: hms dta commit ${dataset} -m MESSAGE`);
}

function isCancelled(error: unknown): boolean {
  return error instanceof CancelledError;
}

function staysInDraft(taken: IntakeReport, dataset: DatasetId): CancelledError {
  return new CancelledError(`${intakeWords(taken)}. They are kept in the draft of ${dataset}; "hms dta commit ${dataset}" commits it.`);
}

function nothingDiffers(error: unknown, lake: WritableLake, dataset: DatasetId, report: IntakeReport): unknown {
  if (!(error instanceof HmsError) || error.code !== 'DRAFT_EMPTY') return error;
  const newest = lake.catalog.view.dataset(dataset)?.newest ?? 0;
  const base = newest === 0 ? null : lake.catalog.version(dataset, newest);
  const same = report.unchanged + report.resumed;
  const message =
    base === null ? `No file was found, so there is nothing to commit to ${dataset}.` : `Nothing differs: ${same === 1 ? 'the one file is' : `all ${count(same, 'file')} are`} in ${refOf(base)} with the same bytes.`;
  return new HmsError('DRAFT_EMPTY', message, { kept: 'No version was made, and nothing was changed.', facts: { ...error.facts, unchanged: report.unchanged } });
}
