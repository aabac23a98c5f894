import { dirname, join } from 'node:path';
import type { Sha256 } from '../../contract/index.ts';
import { firstCopies } from './draft-table.ts';
import type { TextTable } from './draft-table.ts';
import type { Draft } from './draft.ts';
import type { Durable } from './durable.ts';

/** Two processes that put into one draft at the same time may have taken names that only differ in case or normalization. */

/**
 * Gives the later of such twins another name, on the disk; answers the new content paths by the old ones. In order of arrival, so that the first keeps its
 * name. Nothing is written to the journal yet.
 */
export async function withoutTwins(draft: Draft, held: (digest: Sha256) => boolean, durable: Durable): Promise<Map<string, string>> {
  const moved = new Map<string, string>();
  if (!hasTwins(draft, held)) return moved;
  const copies = [...firstCopies(draft.changes)].filter(({ file }) => !held(file.sha256)).sort((a, b) => a.order - b.order);
  const spelled = new Map<string, string>();
  for (const { path, content } of copies) {
    let free = content;
    while (isTwin(free, spelled, '')) free = draft.assign(path);
    spell(free, spelled, '');
    if (free !== content) moved.set(content, free);
  }
  for (const [from, to] of moved) await move(draft, from, to, durable);
  return moved;
}

/** Keys of this search in the table of names; no name that is taken begins so. */
const MARK = '//';

function hasTwins(draft: Draft, held: (digest: Sha256) => boolean): boolean {
  const { names } = draft.changes;
  for (const { file, content } of firstCopies(draft.changes)) {
    if (held(file.sha256)) continue;
    if (isTwin(content, names, MARK)) return true;
    spell(content, names, MARK);
  }
  return false;
}

async function move(draft: Draft, from: string, to: string, durable: Durable): Promise<void> {
  const source = join(draft.contentFolder, ...from.split('/'));
  const target = join(draft.contentFolder, ...to.split('/'));
  await durable.makeFolder(dirname(target));
  await durable.moveFile(source, target);
  await durable.disk.syncFolder(dirname(target));
}

/** Each part of the path, up to the whole, as file systems that ignore case and normalization see it, and its spelling. */
function* prefixes(path: string): Generator<readonly [string, string]> {
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) yield [fold(path.slice(0, slash)), path.slice(0, slash)];
  yield [fold(path), path];
}

function fold(path: string): string {
  return path.normalize('NFC').toUpperCase().toLowerCase();
}

function spell(path: string, spelled: TextTable, mark: string): void {
  for (const [folded, spelling] of prefixes(path)) spelled.set(mark + folded, spelling);
}

function isTwin(path: string, spelled: TextTable, mark: string): boolean {
  for (const [folded, spelling] of prefixes(path)) {
    const known = spelled.get(mark + folded);
    if (known !== undefined && known !== spelling) return true;
  }
  return spelled.get(mark + fold(path)) === path;
}
