import { resolve } from 'node:path';
import { CancelledError, DatasetId, HmsError, versionName } from '../contract/index.ts';
import type { Description, Finding, Imported, OnProgress } from '../contract/index.ts';
import type { VersionDetail } from './catalog/index.ts';
import { createDataset, describeDataset } from './datasets/index.ts';
import { commit, discard, hasDraft, myDraft, withDraft } from './drafting.ts';
import { mayBeImported, openSource, Sink } from './import/index.ts';
import type { ImportDraft, ImportSource, SourceVersion, Watch } from './import/index.ts';
import { inWords } from './lake/index.ts';
import type { Draft } from './lake/index.ts';
import { datasetIdOf, findDataset } from './names.ts';
import type { ReadableLake, WritableLake } from './open.ts';

/** Importing: a bag or an OCFL object that was made elsewhere becomes a dataset, with its versions, dates and names (docs/formats/lake.md section 6.1). */

/** What a check of the source says. The checker is handed in: the engine does not judge with the code that others judge it with. */
export interface Judged {
  readonly clean: boolean;
  readonly summary: string;
  readonly findings: readonly Finding[];
}
export type Judge = (path: string, options: { readonly signal: AbortSignal; readonly onProgress: OnProgress }) => Promise<Judged>;

export interface ImportOptions {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  readonly judge: Judge;
  /** The id that the dataset gets; null: what it is called there. */
  readonly as: string | null;
  /** Message of the versions that have none of their own. */
  readonly message: string | null;
}

export interface ImportReport {
  readonly dataset: DatasetId;
  readonly form: Imported['form'];
  /** What it is called there. */
  readonly id: string | null;
  /** Numbers of the versions that were committed now. */
  readonly committed: readonly number[];
  /** How many were there from an import before. */
  readonly before: number;
  /** What lies beside and was not imported. */
  readonly left: readonly string[];
  /** What the check said that is no reason to refuse. */
  readonly warnings: readonly Finding[];
}

/**
 * Imports what stands at a path, after it was judged. Stopped in the middle, what was committed stays and what was copied is kept in the draft: called again, it goes on. Versions
 * that are there from an import before are not made twice.
 *
 * @throws HmsError SOURCE_REFUSED with `facts.findings` where it is not valid, or its bytes are not those that it was sealed with; DATASET_EXISTS where the name is taken by
 * something else; NAME_INVALID where it has no name that can be an id; CancelledError
 */
export async function importFrom(lake: WritableLake, path: string, options: ImportOptions): Promise<ImportReport> {
  const place = resolve(path);
  const wanted = options.as === null ? null : datasetIdOf(options.as);
  if (!(await inWords(`Reading ${path}`, 'Nothing was changed.', () => mayBeImported(place)))) throw notImportable(path);
  const judged = await options.judge(place, options);
  refuseInvalid(path, judged);
  const source = await openSource(place);
  if (source === null) throw notImportable(path);
  const ends = lake.presence.works('importing');
  try {
    const dataset = wanted ?? idOf(source);
    await lake.refresh();
    const there = versionsThere(lake, dataset);
    const before = alreadyThere(source, dataset, there);
    if (before < source.versions.length) await prepareDataset(lake, dataset, source.description);
    const watch = watchOf(source, options);
    const committed: number[] = [];
    for (const [at, version] of source.versions.entries()) {
      if (at < before) continue;
      committed.push(await importVersion(lake, dataset, at, version, watch, options.message));
    }
    const { form, id, left } = source;
    return { dataset, form, id, committed, before, left, warnings: judged.findings };
  } finally {
    ends();
    await source.close();
  }
}

function refuseInvalid(path: string, { clean, summary, findings }: Judged): void {
  if (clean) return;
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  throw new HmsError('SOURCE_REFUSED', `"${path}" is not imported, because it is not valid. ${summary}`, {
    kept: 'Nothing was changed.',
    next: 'Ask whoever made it for another copy. To keep it as it is, as evidence, put it as ordinary files: hms dta ingest ID PATH',
    facts: { findings, errors },
  });
}

function notImportable(path: string): HmsError {
  return new HmsError('SOURCE_REFUSED', `"${path}" is neither a bag (a folder, zip or tar with bagit.txt) nor an OCFL object (a folder with 0=ocfl_object_1.0 or 1.1).`, {
    kept: 'Nothing was changed.',
    next: 'Of a storage root or a lake, import the objects in it one by one. Ordinary files and folders are put with: hms dta ingest ID PATH',
  });
}

/** The name of the source as an id: `hms:WF-2024-07` and `WF-2024-07:v1` are how this program itself names objects and packages. */
function idOf({ id }: ImportSource): DatasetId {
  const parsed = DatasetId.safeParse((id ?? '').replace(/^hms:/, '').replace(/:v\d+$/, ''));
  if (parsed.success) return parsed.data;
  const why = id === null ? 'It does not say what it is called' : `It is called "${id}", which cannot be the id of a dataset`;
  throw new HmsError('NAME_INVALID', `${why}, so it needs a name.`, { kept: 'Nothing was changed.', next: 'Give one: hms dta import PATH --as ID' });
}

function versionsThere(lake: ReadableLake, dataset: DatasetId): VersionDetail[] {
  const owner = findDataset(lake, dataset);
  if (owner === null) return [];
  if (owner !== dataset) throw taken(dataset, `it is another name of ${owner}`);
  return lake.catalog.versions(dataset, null, Number.MAX_SAFE_INTEGER).reverse();
}

/** How many versions of the source the dataset has. Throws DATASET_EXISTS where its versions are not just these. */
function alreadyThere(source: ImportSource, dataset: DatasetId, there: readonly VersionDetail[]): number {
  for (const [at, version] of there.entries()) {
    const wanted = source.versions[at]?.imported;
    if (wanted === undefined || version.imported === null || identity(wanted) !== identity(version.imported)) {
      throw taken(dataset, `its ${versionName(dataset, version.version)} does not come from what is imported now`);
    }
  }
  return there.length;
}

function identity({ form, id, version, seal, created }: Imported): string {
  return JSON.stringify([form, id, version, created, seal?.algorithm ?? null, seal?.digest ?? null]);
}

function taken(dataset: DatasetId, why: string): HmsError {
  return new HmsError('DATASET_EXISTS', `The name "${dataset}" is taken: ${why}.`, { kept: 'Nothing was changed.', next: 'Give another name: hms dta import PATH --as ID', facts: { dataset } });
}

/** A description is said before the first version, so that it is the one in effect at its commit. */
async function prepareDataset(lake: WritableLake, dataset: DatasetId, description: Description): Promise<void> {
  if (Object.keys(description).length === 0) return;
  if (lake.catalog.view.dataset(dataset) === null) await createDataset(lake, dataset, []);
  if ((lake.catalog.dataset(dataset)?.descriptions.length ?? 0) === 0) await describeDataset(lake, dataset, description);
}

function watchOf(source: ImportSource, { signal, onProgress }: ImportOptions): Watch {
  let [files, bytes] = [0, 0];
  return {
    signal,
    progressed(moreFiles, moreBytes) {
      files += moreFiles;
      bytes += moreBytes;
      onProgress({ phase: 'Copying and checking', filesDone: files, filesTotal: source.files, bytesDone: bytes, bytesTotal: source.bytes });
    },
  };
}

async function importVersion(lake: WritableLake, dataset: DatasetId, at: number, version: SourceVersion, watch: Watch, message: string | null): Promise<number> {
  const isNew = !(await hasDraft(lake, dataset));
  try {
    await withDraft(lake, dataset, (draft) => stageInto(lake, draft, at, version, watch));
    if (watch.signal.aborted) throw new CancelledError('What was copied is kept in the draft; import the same again to go on from there.');
    const words = [version.message, message, version.imported.form === 'bag' ? `Imported from ${version.imported.name}` : null].find((text) => text !== null && text !== '');
    const done = await commit(lake, dataset, { message: words ?? null, tags: [], imported: version.imported });
    return done.version;
  } catch (error) {
    // What cannot be imported leaves no draft behind; what was stopped or met a full disk can go on.
    if (isNew && error instanceof HmsError && error.code === 'SOURCE_REFUSED') await dropDraft(lake, dataset);
    throw withKept(error, dataset, at);
  }
}

async function stageInto(lake: WritableLake, draft: Draft, at: number, version: SourceVersion, watch: Watch): Promise<void> {
  const { dataset } = draft;
  const sink = new Sink(draft, lake.durable, watch);
  await inWords(`Copying into the draft of ${dataset}`, 'What was copied before is kept in the draft.', async () => {
    try {
      await version.stage(importDraft(lake, dataset, draft, at), sink);
    } catch (error) {
      // What was copied until then is not copied again.
      if (error instanceof CancelledError) await sink.flush();
      throw error;
    }
  });
}

async function dropDraft(lake: WritableLake, dataset: DatasetId): Promise<void> {
  const draft = await myDraft(lake, dataset);
  if (draft === null) return;
  draft.close();
  await discard(lake, draft.details);
}

/** Says which versions are there all the same. */
function withKept(error: unknown, dataset: DatasetId, committed: number): unknown {
  if (committed === 0) return error;
  const there = committed === 1 ? `${versionName(dataset, 1)} was imported before.` : `${versionName(dataset, 1)} to v${committed} were imported before.`;
  if (error instanceof CancelledError) return new CancelledError(`${there} ${error.kept}`);
  if (!(error instanceof HmsError)) return error;
  const { code, message, kept, next, facts, cause } = error;
  return new HmsError(code, message, { kept: `${there} ${kept ?? ''}`.trim(), ...(next === undefined ? {} : { next }), facts, cause });
}

function importDraft(lake: ReadableLake, dataset: DatasetId, draft: Draft, base: number): ImportDraft {
  if ((draft.details.base?.ver ?? 0) !== base) throw otherDraft(dataset);
  return {
    hasChanges: draft.changes.size > 0,
    base: (path) => (base === 0 ? null : lake.catalog.fileAt(dataset, base, path)),
    refuseOthers(paths) {
      for (const { path } of draft.changes.byPath('')) if (!paths.has(path)) throw otherDraft(dataset);
    },
  };
}

function otherDraft(dataset: DatasetId): HmsError {
  return new HmsError('DRAFT_BUSY', `You have a draft of ${dataset} with changes that do not belong to this import.`, {
    kept: 'Nothing was changed; the draft is kept.',
    next: `Throw it away with "hms dta discard ${dataset}", or import under another name: --as ID`,
  });
}
