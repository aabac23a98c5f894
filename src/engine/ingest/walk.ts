import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { LogicalPath } from '../../contract/index.ts';
import { codeOf } from '../lake/index.ts';
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
  readonly items: Dirent<Buffer>[];
  next: number;
}

/** The place and name of a source as given. See `Source` for the rule. */
export function startOf(given: PathSource): Start {
  // resolve() drops a closing `/`, with which the system would follow a link.
  const source = resolve(given.path);
  const contentOnly = (sep === '/' ? /(?:^|\/)\.\.?\/*$/ : /(?:^|[/\\])\.\.?[/\\]*$/).test(given.path);
  return { source, path: given.as ?? (contentOnly ? '' : basename(source)) };
}

/**
 * Everything below a source, folders before what stands after them, names in order of their bytes: the same tree gives the same order
 * on every machine. Holds one listing for each level of depth and no file's facts. Links are not followed. `lake` is a real path.
 */
export async function* walk(given: PathSource, lake: string): AsyncGenerator<Found> {
  const start = startOf(given);
  const problem = (it: IntakeProblem): Found => ({ kind: 'problem', problem: it });
  let stat: Stats;
  let real: string;
  try {
    stat = await lstat(start.source);
    real = join(await realpath(dirname(start.source)), basename(start.source));
  } catch (error) {
    yield problem(problems.unreadable(start.source, null, codeOf(error)));
    return;
  }
  if (real === lake || real.startsWith(lake + sep)) {
    yield problem(problems.insideLake(start.source, null));
    return;
  }
  const name = start.path === '' ? null : LogicalPath.safeParse(start.path);
  if (name?.success === false) {
    yield problem(problems.nameRefused(start.source, name.error.issues[0]?.message ?? 'cannot be used'));
    return;
  }
  if (!stat.isDirectory()) {
    const path = name?.data ?? null;
    if (stat.isSymbolicLink()) {
      yield problem(problems.refused(start.source, path, 'symlink', await targetOf(start.source)));
    } else if (stat.isFile() && path !== null) yield { kind: 'file', source: start.source, path };
    else {
      if (path !== null) yield { kind: 'special', path, what: kindOf(stat) };
      yield problem(problems.refused(start.source, path, 'special'));
    }
    return;
  }

  // The lake is recognised by name; below a real path without links that is enough.
  const lakeHere = lake.startsWith(real === sep ? sep : real + sep) ? join(start.source, lake.slice(real.length)) : null;
  const open: Folder[] = [];
  const enter = async (at: Start): Promise<Found | null> => {
    let items;
    try {
      items = await readdir(at.source, { withFileTypes: true, encoding: 'buffer' });
    } catch (error) {
      return problem(problems.unreadable(at.source, at.path === '' ? null : (at.path as LogicalPath), codeOf(error), 'folder'));
    }
    if (items.length === 0) return at.path === '' ? null : { kind: 'emptyFolder', path: at.path };
    open.push({ ...at, items: items.sort((a, b) => Buffer.compare(a.name, b.name)), next: 0 });
    return null;
  };

  const first = await enter(start);
  if (first !== null) yield first;
  for (let folder = open.at(-1); folder !== undefined; folder = open.at(-1)) {
    const item = folder.items[folder.next++];
    if (item === undefined) {
      open.pop();
      continue;
    }
    const found = await look(folder, item, lakeHere);
    if (!('enter' in found)) yield found;
    else {
      const met = await enter(found.enter);
      if (met !== null) yield met;
    }
  }
}

async function look(folder: Start, item: Dirent<Buffer>, lake: string | null): Promise<Found | { enter: Start }> {
  const name = decodeName(item.name);
  if (name === null) {
    return { kind: 'problem', problem: problems.nameNotUtf8(join(folder.source, escapedBytes(item.name)), null) };
  }
  const source = folder.source.endsWith(sep) ? folder.source + name : folder.source + sep + name;
  const parsed = LogicalPath.safeParse(folder.path === '' ? name : `${folder.path}/${name}`);
  if (!parsed.success) return { kind: 'problem', problem: problems.nameRefused(source, parsed.error.issues[0]?.message ?? 'cannot be used') };
  const path = parsed.data;
  if (item.isFile()) return { kind: 'file', source, path };
  if (item.isDirectory()) {
    return source === lake ? { kind: 'problem', problem: problems.insideLake(source, path) } : { enter: { source, path } };
  }
  if (item.isSymbolicLink()) return { kind: 'symlink', path, target: await targetOf(source) };
  return { kind: 'special', path, what: kindOf(item) };
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

function kindOf(item: Dirent<Buffer> | Stats): string {
  if (item.isFIFO()) return 'fifo';
  if (item.isSocket()) return 'socket';
  return item.isBlockDevice() || item.isCharacterDevice() ? 'device' : 'unknown';
}
