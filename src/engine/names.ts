import { DatasetId, HmsError, LogicalPath, Tag } from '../contract/index.ts';
import { datasetUnknown } from './files.ts';
import type { ReadableLake } from './open.ts';

/** Names as people and programs write them, parsed. */

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
