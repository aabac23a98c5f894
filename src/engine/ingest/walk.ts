import type { Stats } from 'node:fs';
import { lstat, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { LogicalPath } from '../../contract/index.ts';
import { isLogicalPath } from '../../core/index.ts';
import { codeOf } from '../lake/index.ts';
import { kindOf, listFolder, type Listed } from './listing.ts';
import { decodeName, escapedBytes } from './names.ts';
import * as problems from './problems.ts';
import type { IntakeProblem, PathSource } from './types.ts';

/** One thing that the walk came upon. */
export type Found =
  | { readonly kind: 'file'; readonly source: string; readonly path: LogicalPath }
  | { readonly kind: 'emptyFolder'; readonly path: string }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string }
  | { readonly kind: 'special'; readonly path: string; readonly what: string }
  | { readonly kind: 'problem'; readonly problem: IntakeProblem };

/** Where a source begins: its place on disk and the name that it brings ('' for the content of a folder without the folder's name). */
export interface Start {
  readonly source: string;
  readonly path: string;
}

interface Folder extends Start {
  readonly items: readonly Listed[];
  next: number;
}

/** The place and name of a source as given. See `Source` for the rule. */
export function startOf(given: PathSource): Start {
  // resolve() drops a closing `/`, with which the system would follow a link.
  const source = resolve(given.path);
  const contentOnly = (sep === '/' ? /(?:^|\/)\.\.?\/*$/ : /(?:^|[/\\])\.\.?[/\\]*$/).test(given.path);
  return { source, path: given.as ?? (contentOnly ? '' : basename(source)) };
}

/** Things found are handed over in groups of this size: one promise a file would be a third of the walk's work. */
const GROUP = 64;

/**
 * Everything below a source, in groups: names in order of their bytes, a folder's content in the place of its name, so that the same tree
 * gives the same order on every machine. Holds one listing for each level of depth and no file's facts. Links are not followed. `lake` is
 * a real path.
 */
export async function* walk(given: PathSource, lake: string): AsyncGenerator<Found[]> {
  const start = startOf(given);
  const top = await lookAtTop(start, lake);
  if (Array.isArray(top)) {
    yield top;
    return;
  }
  let group: Found[] = [];
  const open: Folder[] = [];
  const enter = async (at: Start): Promise<void> => {
    let items;
    try {
      items = await listFolder(at.source);
    } catch (error) {
      const path = at.path === '' ? null : (at.path as LogicalPath);
      group.push({ kind: 'problem', problem: problems.unreadable(at.source, path, codeOf(error), 'folder') });
      return;
    }
    if (items.length > 0) open.push({ ...at, items, next: 0 });
    else if (at.path !== '') group.push({ kind: 'emptyFolder', path: at.path });
  };

  await enter(start);
  for (let folder = open.at(-1); folder !== undefined; folder = open.at(-1)) {
    const item = folder.items[folder.next++];
    if (item === undefined) {
      open.pop();
      continue;
    }
    const found = look(folder, item, top.lake);
    if (found.kind === 'folder') await enter(found);
    else if (found.kind === 'symlink') group.push({ kind: 'symlink', path: found.path, target: await targetOf(found.source) });
    else group.push(found);
    if (group.length < GROUP) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** What stands at the top of a source: all that there is, where that is not a folder; else where in the folder the lake is, if it is. */
async function lookAtTop({ source, path: name }: Start, lake: string): Promise<Found[] | { readonly lake: string | null }> {
  const problem = (it: IntakeProblem): Found => ({ kind: 'problem', problem: it });
  let stat: Stats;
  let real: string;
  try {
    stat = await lstat(source);
    real = join(await realpath(dirname(source)), basename(source));
  } catch (error) {
    return [problem(problems.unreadable(source, null, codeOf(error)))];
  }
  if (real === lake || real.startsWith(lake + sep)) return [problem(problems.insideLake(source, null))];
  const parsed = name === '' ? null : LogicalPath.safeParse(name);
  if (parsed?.success === false) return [problem(problems.nameRefused(source, parsed.error.issues[0]?.message ?? 'cannot be used'))];
  const path = parsed?.data ?? null;

  if (stat.isDirectory()) {
    // The lake is recognised by name; below a real path without links that is enough.
    return { lake: lake.startsWith(real === sep ? sep : real + sep) ? join(source, lake.slice(real.length)) : null };
  }
  if (stat.isSymbolicLink()) return [problem(problems.refused(source, path, 'symlink', await targetOf(source)))];
  if (path !== null && stat.isFile()) return [{ kind: 'file', source, path }];
  const refused = problem(problems.refused(source, path, 'special'));
  return path === null ? [refused] : [{ kind: 'special', path, what: kindOf(stat) }, refused];
}

type Met = Exclude<Found, { kind: 'symlink' }> | (Start & { readonly kind: 'folder' }) | (Start & { readonly kind: 'symlink' });

function look(folder: Start, { name, kind, isText }: Listed, lake: string | null): Met {
  const source = folder.source.endsWith(sep) ? folder.source + name : folder.source + sep + name;
  if (!isText) return { kind: 'problem', problem: problems.nameNotUtf8(source, null) };
  const path = folder.path === '' ? name : `${folder.path}/${name}`;
  if (!isLogicalPath(path)) {
    // The same answer, with its reason.
    return { kind: 'problem', problem: problems.nameRefused(source, LogicalPath.safeParse(path).error?.issues[0]?.message ?? 'cannot be used') };
  }
  if (kind === 'folder' && source === lake) return { kind: 'problem', problem: problems.insideLake(source, path) };
  if (kind === 'file' || kind === 'folder' || kind === 'symlink') return { kind, source, path };
  return { kind: 'special', path, what: kind };
}

/** Where a link points, for the note: not UTF-8 as escaped bytes, unreadable as ''. */
async function targetOf(link: string): Promise<string> {
  try {
    const target = await readlink(link, { encoding: 'buffer' });
    return decodeName(target) ?? escapedBytes(target);
  } catch (error) {
    if (codeOf(error) === '') throw error;
    return '';
  }
}
