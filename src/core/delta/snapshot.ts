import type { AddFile, DeltaAction, DomainMetadata, MetaData, Protocol, RemoveFile } from './actions.ts';

/** Replaying a log (PROTOCOL.md "Action Reconciliation"). */

/** The state of a table after a commit. */
export interface Snapshot {
  /** Delta's number, from 0; −1 before the first commit. */
  readonly version: number;
  readonly protocol: Protocol | null;
  readonly metaData: MetaData | null;
  readonly domains: ReadonlyMap<string, DomainMetadata>;
  readonly files: ReadonlyMap<string, AddFile>;
  /** Files that were taken out and are kept, for readers that are still at work on them and for older versions. */
  readonly tombstones: ReadonlyMap<string, RemoveFile>;
}

export const EMPTY_SNAPSHOT: Snapshot = { version: -1, protocol: null, metaData: null, domains: new Map(), files: new Map(), tombstones: new Map() };

/** The state after one more commit; throws a RangeError with a sentence where the commit breaks a rule of the protocol. */
export function applyCommit(before: Snapshot, actions: Iterable<DeltaAction>): Snapshot {
  return replay(before, [actions]);
}

/** The state after these commits, one after the other. */
export function replay(before: Snapshot, commits: Iterable<Iterable<DeltaAction>>): Snapshot {
  const state = { ...before, domains: new Map(before.domains), files: new Map(before.files), tombstones: new Map(before.tombstones) };
  for (const actions of commits) {
    const fault = take(state, actions);
    if (fault !== null) throw new RangeError(fault);
    state.version += 1;
  }
  return state;
}

type Draft = { -readonly [K in keyof Snapshot]: Snapshot[K] extends ReadonlyMap<infer N, infer V> ? Map<N, V> : Snapshot[K] };

function take(state: Draft, actions: Iterable<DeltaAction>): string | null {
  const touched = new Set<string>();
  let protocols = 0;
  let metas = 0;
  for (const action of actions) {
    if ('protocol' in action) {
      if (++protocols > 1) return 'A commit has two protocols.';
      state.protocol = action.protocol;
    } else if ('metaData' in action) {
      if (++metas > 1) return 'A commit has two descriptions of the table.';
      state.metaData = action.metaData;
    } else if ('domainMetadata' in action) {
      const { domainMetadata } = action;
      if (domainMetadata.removed) state.domains.delete(domainMetadata.domain);
      else state.domains.set(domainMetadata.domain, domainMetadata);
    } else if ('add' in action) {
      const { add } = action;
      if (touched.has(add.path)) return `A commit names the file ${add.path} twice.`;
      if (state.files.has(add.path)) return `A commit adds the file ${add.path}, which is there.`;
      touched.add(add.path);
      state.files.set(add.path, add);
      state.tombstones.delete(add.path);
    } else {
      const { remove } = action;
      if (touched.has(remove.path)) return `A commit names the file ${remove.path} twice.`;
      if (!state.files.has(remove.path)) return `A commit takes out the file ${remove.path}, which is not there.`;
      touched.add(remove.path);
      state.files.delete(remove.path);
      state.tombstones.set(remove.path, remove);
    }
  }
  return state.protocol === null || state.metaData === null ? 'The first commit does not say the protocol and the columns.' : null;
}

/** The newest commit that is not later than an instant, of commits' instants in order (ms); null where all are later. */
export function versionAt(instants: readonly number[], at: number): number | null {
  let [low, high] = [0, instants.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((instants[middle] ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? null : low - 1;
}
