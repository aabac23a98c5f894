import { HmsError, versionName } from '../contract/index.ts';
import type { DatasetId } from '../contract/index.ts';
import { sourceRef } from '../engine/drafting.ts';
import type { CommitOptions } from '../engine/drafting.ts';
import { versionOf } from '../engine/files.ts';
import type { ReadableLake } from '../engine/open.ts';
import type { Description } from './types.ts';

/** What a program says of a version or a dataset, parsed. */

/** What a program says of where a version comes from. A transform without sources has worked on the newest version. */
export function lineageOf(lake: ReadableLake, dataset: DatasetId, derivedFrom: readonly string[] | undefined, transform: string | null): Pick<CommitOptions, 'transform' | 'sources'> {
  if (derivedFrom === undefined && transform === null) return {};
  if (derivedFrom?.length === 0) throw noSource('derivedFrom names no version.');
  const newest = lake.catalog.view.dataset(dataset)?.newest ?? 0;
  if (derivedFrom === undefined && newest === 0) throw noSource(`${dataset} has no version that "${transform}" could have worked on.`);
  const sources = (derivedFrom ?? [versionName(dataset, newest)]).map((text) => sourceRef(versionOf(lake, text)));
  return { ...(transform === null ? {} : { transform }), sources: [...new Map(sources.map((source) => [source.ref, source])).values()] };
}

function noSource(message: string): HmsError {
  return new HmsError('USAGE', message, { kept: 'Nothing was committed; the draft is kept.', next: "Name what it was made from: { derivedFrom: ['WF-2024-07:v1'] }" });
}

/** Name of a transform; null where none is given. */
export function transformOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  const name = text.trim();
  if (name !== '' && name.length <= 200 && !/\p{Cc}/u.test(name)) return name;
  throw new HmsError('NAME_INVALID', 'The name of a transform is 1 to 200 characters in one line.', { kept: 'Nothing was committed; the draft is kept.', next: "Write a name and a version, such as 'my-tool 1.2'." });
}

const MEMBER = /^[a-z][A-Za-z]{0,39}$/;
const MAX_TEXT = 10_000;

/** A description with some members set, and those that are null taken away. */
export function changedDescription(now: Description, members: Readonly<Record<string, string | null>>): Description {
  const next = new Map(Object.entries(now));
  for (const [name, words] of Object.entries(members)) {
    if (!MEMBER.test(name)) {
      throw new HmsError('NAME_INVALID', `"${name}" cannot be a member of a description.`, { kept: 'Nothing was changed.', next: "Names are Dublin Core's: title, creator, subject, date, rights." });
    }
    if (words === null || words === '') next.delete(name);
    else if (typeof words === 'string' && words.length <= MAX_TEXT) next.set(name, words);
    else throw new HmsError('USAGE', `The text for "${name}" is not a text of at most 10,000 characters.`, { kept: 'Nothing was changed.', next: 'Put a longer one into a file of the dataset.' });
  }
  return Object.fromEntries(next);
}
