import type { DeltaAction } from './actions.ts';

/** Whether a commit that was prepared on an older version can follow what others committed since (PROTOCOL.md leaves this to writers; the rules are Spark's, for appends and compaction). */

export interface Intent {
  /** Files that it takes out, by their paths. */
  readonly removes: ReadonlySet<string>;
  /** Whether it writes the description of the table (columns, configuration) anew. */
  readonly setsMetaData: boolean;
}

/** A sentence on what stands in the way; null where the commit can be made on top. */
export function conflictOf(intent: Intent, since: Iterable<DeltaAction>): string | null {
  for (const action of since) {
    if ('remove' in action && intent.removes.has(action.remove.path)) return 'A file that it takes out was taken out by someone else.';
    // Rows were checked against the columns of before; a column more that may be empty does not change them.
    if ('metaData' in action && intent.setsMetaData) return 'The columns were changed by someone else.';
    if ('protocol' in action) return 'The protocol of the table was changed by someone else.';
  }
  return null;
}

/** What an act intends, by its own actions. */
export function intentOf(actions: Iterable<DeltaAction>): Intent {
  const removes = new Set<string>();
  let setsMetaData = false;
  for (const action of actions) {
    if ('remove' in action) removes.add(action.remove.path);
    if ('metaData' in action) setsMetaData = true;
  }
  return { removes, setsMetaData };
}
