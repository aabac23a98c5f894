/** What became of one file between two versions. */
export type Change<P extends string = string, D extends string = string> =
  | { readonly change: 'added'; readonly path: P; readonly digest: D }
  | { readonly change: 'removed'; readonly path: P; readonly digest: D }
  | { readonly change: 'replaced'; readonly path: P; readonly digest: D; readonly was: D }
  | { readonly change: 'renamed'; readonly path: P; readonly from: P; readonly digest: D };

/**
 * What must be done to the state `before` to get `after` (path → digest), sorted by path (UTF-16 code units).
 *
 * A rename is only said where it cannot be a guess: of one digest exactly one path is gone and exactly one is new. Where there
 * are more, they are removals and additions. A rename stands at its new path.
 */
export function diffStates<P extends string, D extends string>(before: ReadonlyMap<P, D>, after: ReadonlyMap<P, D>): Change<P, D>[] {
  const changes: Change<P, D>[] = [];
  const gone = new Map<D, P[]>();
  const come = new Map<D, P[]>();
  for (const [path, digest] of before) {
    const now = after.get(path);
    if (now === undefined) collect(gone, digest, path);
    else if (now !== digest) changes.push({ change: 'replaced', path, digest: now, was: digest });
  }
  for (const [path, digest] of after) {
    if (!before.has(path)) collect(come, digest, path);
  }
  for (const [digest, paths] of come) {
    const from = gone.get(digest);
    const [path] = paths;
    if (paths.length === 1 && path !== undefined && from?.length === 1 && from[0] !== undefined) {
      changes.push({ change: 'renamed', path, from: from[0], digest });
      gone.delete(digest);
    } else {
      for (const added of paths) changes.push({ change: 'added', path: added, digest });
    }
  }
  for (const [digest, paths] of gone) {
    for (const path of paths) changes.push({ change: 'removed', path, digest });
  }
  return changes.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function collect<P, D>(groups: Map<D, P[]>, digest: D, path: P): void {
  const group = groups.get(digest);
  if (group === undefined) groups.set(digest, [path]);
  else group.push(path);
}
