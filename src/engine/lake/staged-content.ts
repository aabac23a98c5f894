import { opendir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LogicalPath, Sha256 } from '../../contract/index.ts';
import type { Draft } from './draft.ts';
import type { Durable } from './durable.ts';
import { ifMissing } from './leaf.ts';

/** Brings `staging/<txn>/version/content` to exactly what the version will list: nothing twice, nothing unlisted, no twins, no empty folder. */

export interface NewFile {
  readonly path: LogicalPath;
  readonly sha256: Sha256;
  readonly content: string;
}

/**
 * Chooses the content that the version keeps, one file a digest, leaves out digests that the object already holds, and removes everything else in
 * the folder: second copies, superseded ones, and pieces that a crash left. Answers content paths below `content/` by digest.
 */
export async function settleContent(draft: Draft, staged: Iterable<NewFile>, held: (digest: Sha256) => boolean, durable: Durable): Promise<Map<Sha256, string>> {
  const kept = new Map<Sha256, string>();
  const spelled = new Map<string, string>();
  for (const file of staged) {
    if (held(file.sha256) || kept.has(file.sha256)) continue;
    // The names of one process are no twins of one another: its mapper saw to that.
    kept.set(file.sha256, draft.journals > 1 ? await withoutTwin(draft, file, spelled, durable) : file.content);
  }
  const keep = new Set(kept.values());
  const touched = await sweep(draft.contentFolder, '', keep, durable);
  for (const folder of touched) await durable.disk.syncFolder(folder);
  return kept;
}

/** Two processes that put into one draft at the same time may have taken names that only differ in case or normalization: the later is moved. */
async function withoutTwin(draft: Draft, file: NewFile, spelled: Map<string, string>, durable: Durable): Promise<string> {
  if (!isTwin(file.content, spelled)) return note(file.content, spelled);
  let free = draft.assign(file.path);
  while (isTwin(free, spelled)) free = draft.assign(file.path);
  const target = join(draft.contentFolder, ...free.split('/'));
  await durable.makeFolder(dirname(target));
  await durable.moveFile(join(draft.contentFolder, ...file.content.split('/')), target);
  return note(free, spelled);
}

/** Each part of the path, up to the whole, as file systems that ignore case and normalization see it, and its spelling. */
function* prefixes(path: string): Generator<readonly [string, string]> {
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) yield [fold(path.slice(0, slash)), path.slice(0, slash)];
  yield [fold(path), path];
}

function fold(path: string): string {
  return path.normalize('NFC').toUpperCase().toLowerCase();
}

function isTwin(path: string, spelled: Map<string, string>): boolean {
  for (const [folded, spelling] of prefixes(path)) {
    const known = spelled.get(folded);
    if (known !== undefined && known !== spelling) return true;
  }
  return spelled.get(fold(path)) === path;
}

function note(path: string, spelled: Map<string, string>): string {
  for (const [folded, spelling] of prefixes(path)) spelled.set(folded, spelling);
  return path;
}

/** Removes what is not kept, and folders that are then empty; answers the folders from which something was removed and that are still there. */
async function sweep(folder: string, below: string, keep: ReadonlySet<string>, durable: Durable): Promise<string[]> {
  const touched: string[] = [];
  let removed = false;
  let left = 0;
  const items = await opendir(folder).catch(ifMissing(null));
  if (items === null) return [];
  for await (const item of items) {
    const name = below === '' ? item.name : `${below}/${item.name}`;
    const path = join(folder, item.name);
    if (item.isDirectory()) {
      touched.push(...(await sweep(path, name, keep, durable)));
      if (await durable.removeEmptyFolder(path)) removed = true;
      else left++;
    } else if (keep.has(name)) {
      left++;
    } else {
      await durable.removeFile(path);
      removed = true;
    }
  }
  if (removed && left > 0) touched.push(folder);
  return touched.filter((path) => left > 0 || path !== folder);
}
