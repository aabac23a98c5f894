import { HmsError } from '../../contract/index.ts';
import type { DatasetId } from '../../contract/index.ts';
import { createDataset } from '../../engine/datasets/index.ts';
import { discard as discardDraft, hasDraft, myDraft, removeFiles, renameFile } from '../../engine/drafting.ts';
import { datasetUnknown } from '../../engine/files.ts';
import type { WritableLake } from '../../engine/open.ts';
import { derivationOf } from './derived.ts';
import type { DerivedChoices } from './derived.ts';
import { datasetIdOf, findDataset, logicalPathOf, refOf, tagsOf } from '../names.ts';
import { writing } from '../opening.ts';
import { answer, remark } from '../session.ts';
import type { Session } from '../session.ts';
import { count } from '../words.ts';
import { commitWithProgress, notAllTaken, sourcesOf, take, withDraft } from './intake.ts';
import { contents, intakeJson, intakeWords, versionJson, warnOfLargeInventory } from './results.ts';

/** Working on a dataset step by step: reserve its id, change the draft, commit or discard it. */

export function create(session: Session, [text]: readonly [string], { tag = [] }: { readonly tag?: readonly string[] }): Promise<void> {
  return writing(session, async (lake) => {
    const id = datasetIdOf(text);
    const tags = tagsOf(tag);
    const owner = findDataset(lake, id);
    if (owner !== null) {
      throw new HmsError('DATASET_EXISTS', `The name "${text}" is taken by the dataset ${owner}.`, { kept: 'Nothing was changed.', next: `Put files into it with: hms dta put ${owner} FILE`, facts: { dataset: owner } });
    }
    const { seq } = await createDataset(lake, id, tags);
    const forFirst = tags.length === 0 ? '' : ` Its first version will be tagged ${tags.join(', ')}.`;
    await answer(session, { dataset: id, tags, seq }, [`${id} was created; the name stands in the ledger for ever.${forFirst}`]);
  });
}

export function put(session: Session, [text, names]: readonly [string, readonly string[]], { as }: { readonly as?: string }): Promise<void> {
  return writing(session, async (lake) => {
    const dataset = await draftedDataset(lake, text);
    const sources = await sourcesOf(session, names, as);
    const report = await withDraft(lake, dataset, async () => {
      const taken = await take(session, lake, dataset, sources);
      if (taken.problemCount > 0 && taken.files + taken.resumed + taken.unchanged === 0) throw notAllTaken(taken, 'Nothing was put.', 'Put them again when what is said above is put right.');
      return taken;
    });
    if (report.problemCount > 0) {
      throw notAllTaken(report, `The others are in the draft of ${dataset} (${intakeWords(report)}).`, `Put right what is said above and run the same command again, or leave those files out: hms dta commit ${dataset} -m MESSAGE`);
    }
    await answer(session, { dataset, intake: intakeJson(report) }, [`${intakeWords(report)}. The draft is committed with: hms dta commit ${dataset} -m MESSAGE`]);
  });
}

export function rm(session: Session, [text, names]: readonly [string, readonly string[]]): Promise<void> {
  return writing(session, async (lake) => {
    const dataset = await draftedDataset(lake, text);
    const paths = names.map(logicalPathOf);
    const removed = await withDraft(lake, dataset, () => removeFiles(lake, dataset, paths));
    await answer(session, { dataset, removed }, [`${count(removed, 'file')} will not be in the next version of ${dataset}. Earlier versions keep ${removed === 1 ? 'it' : 'them'}.`]);
  });
}

export function mv(session: Session, [text, from, to]: readonly [string, string, string]): Promise<void> {
  return writing(session, async (lake) => {
    const dataset = await draftedDataset(lake, text);
    const [before, after] = [logicalPathOf(from), logicalPathOf(to)];
    await withDraft(lake, dataset, () => renameFile(lake, dataset, before, after));
    await answer(session, { dataset, from: before, to: after }, [`"${before}" will be "${after}" in the next version of ${dataset}.`]);
  });
}

export function commit(session: Session, [text]: readonly [string], { message, tag = [], ...derived }: { readonly message?: string; readonly tag?: readonly string[] } & DerivedChoices): Promise<void> {
  return writing(session, async (lake) => {
    const dataset = await draftedDataset(lake, text);
    const { version, prepared } = await commitWithProgress(session, lake, dataset, { message: message ?? null, tags: tagsOf(tag), ...derivationOf(lake, derived) });
    const detail = lake.catalog.version(dataset, version);
    if (detail === null) throw new Error(`The catalog has no version ${version} of ${dataset} after its commit.`);
    await warnOfLargeInventory(session, refOf(detail), prepared.inventoryBytes);
    await remark(session, `${refOf(detail)} is committed: ${contents(detail)}.`);
    await answer(session, { version: versionJson(detail) }, [refOf(detail)]);
  });
}

export function discard(session: Session, [text]: readonly [string]): Promise<void> {
  return writing(session, async (lake) => {
    const dataset = await draftedDataset(lake, text);
    const draft = await myDraft(lake, dataset);
    if (draft === null) {
      throw new HmsError('DRAFT_NONE', `You have no draft of ${dataset} on this workstation.`, { kept: 'Nothing was changed.', next: 'See all drafts with: hms dta drafts' });
    }
    const { size } = draft.changes;
    draft.close();
    await discardDraft(lake, draft.details);
    await answer(session, { dataset, discarded: size }, [`The draft of ${dataset} (${count(size, 'change')}) was discarded. Its versions are as they were.`]);
  });
}

/** The dataset that is worked on. One that is not there yet may have a draft all the same: its first version will make it. */
async function draftedDataset(lake: WritableLake, text: string): Promise<DatasetId> {
  const known = findDataset(lake, text);
  if (known !== null) return known;
  const id = datasetIdOf(text);
  if (await hasDraft(lake, id)) return id;
  const { message, kept, facts } = datasetUnknown(text, lake.catalog.nearestName(text));
  throw new HmsError('DATASET_UNKNOWN', message, { ...(kept === undefined ? {} : { kept }), next: `See the datasets with: hms dta ls. A new one is made with: hms dta create ${id}`, facts });
}
