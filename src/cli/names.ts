import { HmsError, parseVersionRef, versionName } from '../contract/index.ts';
import type { DatasetId, VersionNumber } from '../contract/index.ts';
import type { VersionDetail } from '../engine/catalog/index.ts';
import { versionOf } from '../engine/files.ts';
import { datasetOf } from '../engine/names.ts';
import type { ReadableLake } from '../engine/open.ts';

/** What a person typed, parsed: ids, tags, names of files, numbers. */

export { datasetIdOf, datasetOf, findDataset, logicalPathOf, tagOf, tagsOf } from '../engine/names.ts';

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
