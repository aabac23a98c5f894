import { HmsError } from '../../contract/index.ts';
import type { Ref } from '../../contract/index.ts';
import { sourceRef } from '../../engine/drafting.ts';
import { versionOf } from '../../engine/files.ts';
import type { ReadableLake } from '../../engine/open.ts';

/** What a commit says of where its files come from, when a program of one's own made them. */
export interface DerivedChoices {
  readonly derivedFrom?: readonly string[];
  readonly transform?: string;
}

export function derivationOf(lake: ReadableLake, { derivedFrom = [], transform }: DerivedChoices): { transform?: string; sources?: readonly Ref[] } {
  if (transform !== undefined && derivedFrom.length === 0) {
    throw new HmsError('USAGE', '--transform says what made the files, and not of what.', { kept: 'Nothing was changed.', next: 'Name the version that they were made from: --derived-from ID:v1' });
  }
  if (transform !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(transform)) {
    throw new HmsError('NAME_INVALID', `"${transform}" cannot be the name of a transform: it must be 1 to 64 letters, digits, dots, dashes or underscores, and start with a letter or digit.`, { kept: 'Nothing was changed.' });
  }
  const sources = derivedFrom.map((ref) => sourceRef(versionOf(lake, ref)));
  return { ...(transform === undefined ? {} : { transform }), ...(sources.length === 0 ? {} : { sources }) };
}
