import { lstatSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { LogicalPath, Sha256 } from '../../contract/index.ts';
import { firstCopies } from './draft-table.ts';
import type { JournalLine, StagedFile } from './draft-types.ts';
import type { Draft } from './draft.ts';
import type { Durable } from './durable.ts';
import { ifMissing } from './leaf.ts';
import { withNear } from './near.ts';
import { refuseMissing } from './staged-missing.ts';
import type { Steps } from './steps.ts';
import { withoutTwins } from './staged-twins.ts';

/** Brings `staging/<txn>/version/content` to exactly what the version will list: nothing twice, nothing unlisted, no twins, no empty folder. */

/** Lines of one append to the journal. */
const LINES_AT_ONCE = 5_000;

/**
 * Chooses the content that the version keeps, one file a digest, leaves out digests that the object already holds, and removes everything else in
 * the folder: second copies, superseded ones, and pieces that a crash left. Answers how many files it keeps: those of `firstCopies` that are not held.
 *
 * Before anything is removed, the journal says where the bytes of each path are now, so that a draft whose commit is refused after this is whole; and
 * each file that is kept was met with its size, else STAGED_DAMAGED.
 */
export async function settleContent(draft: Draft, held: (digest: Sha256) => boolean, durable: Durable, steps: Steps): Promise<number> {
  // The names of one process are no twins of one another: its mapper saw to that.
  const moved = draft.journals > 1 ? await withoutTwins(draft, held, durable) : new Map<string, string>();
  const { kept, isSettled } = await survey(draft, held, moved);
  if (!isSettled) await recordContent(draft, held, moved);
  steps.begin('Looking at the staged files', kept);
  const found = await lookThrough(draft, durable, steps);
  if (found.files !== kept) await refuseMissing(draft);
  if (found.unlisted) await sweepAll(draft, durable);
  return kept;
}

/** How many files stay, and whether the journal says so already. */
async function survey(draft: Draft, held: (digest: Sha256) => boolean, moved: ReadonlyMap<string, string>): Promise<{ kept: number; isSettled: boolean }> {
  let kept = 0;
  let isSettled = moved.size === 0;
  let digest: Sha256 | null = null;
  let content: string | null = null;
  for (const { file } of draft.changes.byDigest()) {
    if (file.content === null) continue;
    if (file.sha256 !== digest) {
      digest = file.sha256;
      content = file.content;
      if (held(digest)) isSettled = false;
      else kept += 1;
    } else if (file.content !== content) {
      isSettled = false;
    }
  }
  return { kept, isSettled };
}

/** Says in the journal, of each path, where its bytes are from now on. */
async function recordContent(draft: Draft, held: (digest: Sha256) => boolean, moved: ReadonlyMap<string, string>): Promise<void> {
  const copies = firstCopies(draft.changes);
  let copy = copies.next();
  let lines: JournalLine[] = [];
  for (const { path, file } of draft.changes.byDigest()) {
    if (file.content === null) continue;
    while (copy.done !== true && copy.value.file.sha256 < file.sha256) copy = copies.next();
    if (copy.done === true) throw new Error(`No copy is known for "${path}".`);
    const content = held(file.sha256) ? null : (moved.get(copy.value.content) ?? copy.value.content);
    if (content !== file.content) lines.push(lineFor(draft, path, file, content));
    if (lines.length < LINES_AT_ONCE) continue;
    await draft.record(lines);
    lines = [];
  }
  await draft.record(lines);
}

function lineFor(draft: Draft, path: LogicalPath, { sha256, size, mtime }: StagedFile, content: string | null): JournalLine {
  return { do: draft.base(path) === null ? 'add' : 'replace', path, sha256, size, mtime, content };
}

interface Found {
  /** Files that the version keeps and that are there with their size. */
  files: number;
  /** Whether something else is there, or an empty folder. */
  unlisted: boolean;
}

/** Looks at everything in the content folder: something outside, such as a virus scanner, may have taken a file since it was put. */
function lookThrough(draft: Draft, durable: Durable, steps: Steps): Promise<Found> {
  const once = stepsOnce(steps);
  return withNear(draft.contentFolder, durable.place, durable.clock, (root) => lookBelow(root, draft, durable, once()));
}

/** For work that may begin anew: each call gives steps for one try, which say only what no try before has said. */
function stepsOnce(steps: Steps): () => Steps {
  let said = 0;
  return () => {
    let done = 0;
    return {
      ...steps,
      did(count) {
        done += count;
        const more = Math.max(0, done - said);
        said += more;
        steps.did(more);
      },
    };
  };
}

async function lookBelow(root: string, draft: Draft, durable: Durable, steps: Steps): Promise<Found> {
  const found: Found = { files: 0, unlisted: false };
  const look = async (folder: string, below: string): Promise<void> => {
    const items = await readdir(folder, { withFileTypes: true }).catch(ifMissing([]));
    if (items.length === 0 && below !== '') found.unlisted = true;
    const wanted: { readonly path: string; readonly size: number }[] = [];
    for (const item of items) {
      const name = below + item.name;
      const path = folder + sep + item.name;
      if (item.isDirectory()) await look(path, `${name}/`);
      else {
        const size = keptSize(draft, name);
        if (size === null) found.unlisted = true;
        else wanted.push({ path, size });
      }
    }
    found.files += await countWhole(wanted, durable.place.kind === 'journaled', steps);
  };
  await look(root, '');
  return found;
}

/** Looks at files that wait for a share together; on a local disk one after the other is quicker than any waiting. */
const LOOKS_AT_ONCE = 64;

async function countWhole(wanted: readonly { readonly path: string; readonly size: number }[], isLocal: boolean, steps: Steps): Promise<number> {
  let whole = 0;
  for (let at = 0; at < wanted.length; at += LOOKS_AT_ONCE) {
    const some = wanted.slice(at, at + LOOKS_AT_ONCE);
    const stats = isLocal
      ? some.map(({ path }) => lstatSync(path, { throwIfNoEntry: false }))
      : await Promise.all(some.map(({ path }) => lstat(path).catch(ifMissing(undefined))));
    for (const [i, it] of stats.entries()) if (it?.isFile() === true && it.size === some[i]?.size) whole += 1;
    steps.did(some.length);
    await steps.breathe(some.length);
  }
  return whole;
}

/** Size of the file that is kept under a name of the folder. Some systems tell names in another normalization form than they were given. */
function keptSize(draft: Draft, name: string): number | null {
  return draft.changes.sizeAt(name) ?? draft.changes.sizeAt(name.normalize('NFC'));
}

async function sweepAll(draft: Draft, durable: Durable): Promise<void> {
  for (const folder of await sweep(draft, draft.contentFolder, '', durable)) await durable.disk.syncFolder(folder);
}

/** Removes what is not kept, and folders that are then empty; answers the folders from which something was removed and that are still there. */
async function sweep(draft: Draft, folder: string, below: string, durable: Durable): Promise<string[]> {
  const touched: string[] = [];
  let removed = false;
  let left = 0;
  const items = await readdir(folder, { withFileTypes: true }).catch(ifMissing([]));
  for (const item of items) {
    const name = below + item.name;
    const path = join(folder, item.name);
    if (item.isDirectory()) {
      touched.push(...(await sweep(draft, path, `${name}/`, durable)));
      if (await durable.removeEmptyFolder(path)) removed = true;
      else left++;
    } else if (keptSize(draft, name) !== null) {
      left++;
    } else {
      await durable.removeFile(path);
      removed = true;
    }
  }
  if (removed && left > 0) touched.push(folder);
  return touched.filter((path) => left > 0 || path !== folder);
}
