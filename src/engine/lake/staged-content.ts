import { lstat, opendir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HmsError } from '../../contract/index.ts';
import type { LogicalPath, Sha256 } from '../../contract/index.ts';
import type { JournalLine, StagedFile } from './draft-types.ts';
import type { Draft } from './draft.ts';
import type { Durable } from './durable.ts';
import { ifMissing } from './leaf.ts';

/** Brings `staging/<txn>/version/content` to exactly what the version will list: nothing twice, nothing unlisted, no twins, no empty folder. */

/**
 * Chooses the content that the version keeps, one file a digest, leaves out digests that the object already holds, and removes everything else in
 * the folder: second copies, superseded ones, and pieces that a crash left. Answers content paths below `content/` by digest.
 *
 * Before anything is removed, the journal says where the bytes of each path are now, so that a draft whose commit is refused after this is whole; and
 * each file that is kept was met with its size, else STAGED_DAMAGED.
 */
export async function settleContent(draft: Draft, held: (digest: Sha256) => boolean, durable: Durable): Promise<Map<Sha256, string>> {
  const kept = new Map<Sha256, string>();
  const spelled = new Map<string, string>();
  const moves: { readonly from: string; readonly to: string }[] = [];
  const lines: JournalLine[] = [];
  for (const [path, file] of draft.changes) {
    if (file === 'gone' || file.content === null) continue;
    if (held(file.sha256)) {
      lines.push(lineFor(draft, path, file, null));
      continue;
    }
    let content = kept.get(file.sha256);
    if (content === undefined) {
      // The names of one process are no twins of one another: its mapper saw to that.
      content = draft.journals > 1 ? withoutTwin(draft, path, file.content, spelled) : file.content;
      if (content !== file.content) moves.push({ from: file.content, to: content });
      kept.set(file.sha256, content);
    }
    if (content !== file.content) lines.push(lineFor(draft, path, file, content));
  }
  for (const { from, to } of moves) await move(draft, from, to, durable);
  await draft.record(lines);
  await requireAll(draft, kept);
  const touched = await sweep(draft.contentFolder, '', new Set(kept.values()), durable);
  for (const folder of touched) await durable.disk.syncFolder(folder);
  return kept;
}

function lineFor(draft: Draft, path: LogicalPath, { sha256, size, mtime }: StagedFile, content: string | null): JournalLine {
  return { do: draft.base(path) === null ? 'add' : 'replace', path, sha256, size, mtime, content };
}

async function move(draft: Draft, from: string, to: string, durable: Durable): Promise<void> {
  const source = join(draft.contentFolder, ...from.split('/'));
  const target = join(draft.contentFolder, ...to.split('/'));
  await durable.makeFolder(dirname(target));
  await durable.moveFile(source, target);
  await durable.disk.syncFolder(dirname(target));
}

/** Looks at files that wait for the disk or share together. */
const LOOKS_AT_ONCE = 64;

/** Every kept file is there with its size: something outside, such as a virus scanner, may have taken it since it was put. */
async function requireAll(draft: Draft, kept: ReadonlyMap<Sha256, string>): Promise<void> {
  const missing: string[] = [];
  const looks: (() => Promise<void>)[] = [];
  const checked = new Set<string>();
  for (const [path, file] of draft.changes) {
    if (file === 'gone' || file.content === null || kept.get(file.sha256) !== file.content || checked.has(file.content)) continue;
    checked.add(file.content);
    const content = file.content;
    looks.push(async () => {
      const size = await lstat(join(draft.contentFolder, ...content.split('/'))).then((stats) => (stats.isFile() ? stats.size : -1), ifMissing(-1));
      if (size !== file.size) missing.push(path);
    });
    if (looks.length >= LOOKS_AT_ONCE) await Promise.all(looks.splice(0).map((look) => look()));
  }
  await Promise.all(looks.map((look) => look()));
  if (missing.length === 0) return;
  const named = missing.slice(0, 5).map((path) => `"${path}"`).join(', ');
  throw new HmsError('STAGED_DAMAGED', `${missing.length === 1 ? 'A file' : `${missing.length} files`} of the draft of ${draft.dataset} ${missing.length === 1 ? 'is' : 'are'} no longer in staging as put: ${named}${missing.length > 5 ? ' …' : ''}.`, {
    kept: 'Nothing was committed; the rest of the draft is kept.',
    next: 'Put these files again, then commit. Look whether a virus scanner took them.',
    facts: { paths: missing.slice(0, 100), count: missing.length },
  });
}

/** Two processes that put into one draft at the same time may have taken names that only differ in case or normalization: the later gets another. */
function withoutTwin(draft: Draft, path: LogicalPath, content: string, spelled: Map<string, string>): string {
  let free = content;
  while (isTwin(free, spelled)) free = draft.assign(path);
  for (const [folded, spelling] of prefixes(free)) spelled.set(folded, spelling);
  return free;
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

/** Removes what is not kept, and folders that are then empty; answers the folders from which something was removed and that are still there. */
async function sweep(folder: string, below: string, keep: ReadonlySet<string>, durable: Durable): Promise<string[]> {
  const touched: string[] = [];
  let removed = false;
  let left = 0;
  const items = await opendir(folder, { bufferSize: 1_000 }).catch(ifMissing(null));
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
