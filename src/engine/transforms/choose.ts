import { HmsError } from '../../contract/index.ts';
import type { LogicalPath } from '../../contract/index.ts';
import { nearest } from './columns.ts';
import { NOTHING_LEFT } from './file-thread.ts';
import type { SourceFile, World } from './world.ts';

/** The files that a transform works on: those that were named, else all whose names end in one of `endings` (ignoring case). */
export function chosenFiles({ sources }: World, named: readonly LogicalPath[] | undefined, endings: readonly string[], what: string): SourceFile[] {
  const [source] = sources;
  if (source === undefined || sources.length !== 1) throw new HmsError('USAGE', 'This transform works on one version.', { kept: NOTHING_LEFT, next: 'For several, use the transform sql.' });
  if (named === undefined) {
    const files = [...source.files()].filter(({ path }) => hasEnding(path, endings));
    if (files.length > 0) return files;
    throw new HmsError('FILE_UNKNOWN', `${source.ref} has no ${what} (no name ends in ${endings.join(', ')}).`, { kept: NOTHING_LEFT, next: 'Name the files: --file NAME' });
  }
  return [...new Set(named)].map((path) => {
    const file = source.fileAt(path);
    if (file !== null) return file;
    const near = nearest(path, [...source.files()].slice(0, 10_000).map((other) => other.path));
    throw new HmsError('FILE_UNKNOWN', `${source.ref} has no file "${path}".${near === null ? '' : ` Is "${near}" meant?`}`, { kept: NOTHING_LEFT, next: `See the names with: hms dta files ${source.ref}` });
  });
}

export function hasEnding(path: string, endings: readonly string[]): boolean {
  const name = path.toLowerCase();
  return endings.some((ending) => name.endsWith(ending));
}

/** The same name with another ending: `north/sensorA.csv` → `north/sensorA.parquet`. Where the name has none of the endings, it is added. */
export function withEnding(path: LogicalPath, endings: readonly string[], ending: string): LogicalPath {
  const old = endings.find((one) => path.toLowerCase().endsWith(one)) ?? '';
  return `${path.slice(0, path.length - old.length)}${ending}` as LogicalPath;
}

/** Refuses two files that would be made under one name, and files that would take the place of ones nobody spoke of. */
export function refuseClashes(made: readonly LogicalPath[], { sources }: World): void {
  const seen = new Set<string>();
  for (const path of made) {
    const taken = seen.has(path) || sources.some((source) => source.fileAt(path) !== null);
    if (taken) throw new HmsError('NAME_TAKEN', `The transform would make "${path}", and there is a file of that name already.`, { kept: NOTHING_LEFT, next: 'Rename or remove that file first.' });
    seen.add(path);
  }
}
