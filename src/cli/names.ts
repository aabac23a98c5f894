import { DatasetId, HmsError, LogicalPath, parseVersionRef, Tag, versionName } from '../contract/index.ts';
import type { VersionNumber } from '../contract/index.ts';
import type { VersionDetail } from '../engine/catalog/index.ts';
import { datasetUnknown, versionOf } from '../engine/files.ts';
import type { ReadableLake } from '../engine/open.ts';

/** What a person typed, parsed: ids, tags, names of files, numbers. */

/** An id that need not exist yet. */
export function datasetIdOf(text: string): DatasetId {
  const parsed = DatasetId.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new HmsError('NAME_INVALID', `"${text}" cannot be the id of a dataset: it ${parsed.error.issues[0]?.message ?? 'is not one'}.`, { kept: 'Nothing was changed.' });
}

/** The id of a dataset that is there, by its id in any case of letters or by an alias; null where there is none. */
export function findDataset(lake: ReadableLake, text: string): DatasetId | null {
  const found = lake.catalog.resolve({ id: datasetIdOf(text), by: 'newest' });
  if (found.kind === 'datasetUnknown') return null;
  return found.kind === 'found' ? found.version.dataset : found.dataset;
}

/** The same, DATASET_UNKNOWN with the nearest name where there is none. */
export function datasetOf(lake: ReadableLake, text: string): DatasetId {
  const id = findDataset(lake, text);
  if (id === null) throw datasetUnknown(text, lake.catalog.nearestName(text));
  return id;
}

export function tagOf(text: string): Tag {
  const parsed = Tag.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new HmsError('NAME_INVALID', `"${text}" cannot be a tag: it ${parsed.error.issues[0]?.message ?? 'is not one'}.`, { kept: 'Nothing was changed.' });
}

/** Tags as they were given, each once. */
export function tagsOf(texts: readonly string[]): Tag[] {
  return [...new Set(texts.map(tagOf))];
}

/** The name of a file or folder in a version; a closing `/` is taken off. */
export function logicalPathOf(text: string): LogicalPath {
  const parsed = LogicalPath.safeParse(text.replace(/(?<=.)\/+$/, ''));
  if (parsed.success) return parsed.data;
  throw new HmsError('NAME_INVALID', `"${text}" cannot be the name of a file in a version: it ${parsed.error.issues[0]?.message ?? 'is not one'}.`, { kept: 'Nothing was changed.' });
}

/**
 * A version named by its number. Acts that cannot be taken back ask for it: `ID` and `ID:tag` mean another version after the act, so that a command run
 * twice would act on two.
 */
export function numberedVersion(lake: ReadableLake, text: string): { dataset: DatasetId; version: VersionNumber } {
  const ref = parseVersionRef(text);
  if (ref?.by === 'number') return { dataset: datasetOf(lake, ref.id), version: ref.version };
  const { dataset, version } = versionOf(lake, text);
  throw new HmsError('USAGE', `This cannot be taken back, so the version is named by its number; "${text}" means ${versionName(dataset, version)} at this moment.`, {
    kept: 'Nothing was changed.',
    next: `Write ${versionName(dataset, version)} if that is the one.`,
  });
}

/** How a version is called in answers: `WF-2024-07:v1`. */
export function refOf({ dataset, version }: Pick<VersionDetail, 'dataset' | 'version'>): string {
  return versionName(dataset, version);
}

/** A whole number from 0 on, as typed; null where the text is none. */
export function wholeNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}
