import { CancelledError, HmsError, versionName } from '../contract/index.ts';
import type { DatasetId, Lineage, OnProgress, RootName, Sha256, Tag } from '../contract/index.ts';
import type { StationLock, VersionDetail } from './catalog/index.ts';
import { beginTransformDraft, commitNow, removeDraft, sourceRef } from './drafting.ts';
import { versionOf } from './files.ts';
import { intake } from './ingest/index.ts';
import type { StreamSource } from './ingest/index.ts';
import { inWords } from './lake/index.ts';
import type { CommittedVersion, Draft } from './lake/index.ts';
import type { WritableLake } from './open.ts';
import { QueryProcesses } from './query/index.ts';
import { PROGRAM } from './station.ts';
import { LakeWorld, openScratch, sourceVersion } from './transform-world.ts';
import { NOTHING_LEFT, planTransform } from './transforms/index.ts';
import type { MadeFile, Plan, TransformCounts, TransformName, TransformSpec } from './transforms/index.ts';

/** Transforms over a lake: from versions, by a recorded step, to the next version of a dataset. */

export interface TransformOptions {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** The dataset that gets the result, where it is not that of the (first) source; one that is not there is made. */
  readonly into?: DatasetId;
  /** Of a program that goes on running; else one is started where it is needed, and ended. */
  readonly processes?: QueryProcesses;
}

export interface TransformCommit {
  /** Null: "Version N". */
  readonly message: string | null;
  readonly tags: readonly Tag[];
  /** Shown as the author in the inventory. */
  readonly author?: string;
}

/** The result of a transform, staged and not yet a version. One of `commit` and `discard` ends it; until then nobody else works on a draft of the dataset. */
export interface PendingTransform {
  readonly transform: TransformName;
  /** The versions that it was made from: `WF-2024-07:v1`, and the hash of its inventory. */
  readonly sources: readonly { readonly ref: string; readonly sha256: Sha256 }[];
  readonly into: DatasetId;
  readonly made: readonly MadeFile[];
  readonly counts: TransformCounts;
  /** Commits it as the next version, with its lineage. Where that is refused, nothing is left of it. */
  commit(options: TransformCommit): Promise<CommittedVersion>;
  /** Leaves nothing behind. Does nothing after `commit`. */
  discard(): Promise<void>;
}

/** As many as an entry of the ledger can name beside the version before. */
const MAX_SOURCES = 60;

/**
 * Runs a transform over the version that each of `sources` means (`ID:v1`, `ID:tag` …) and stages its result over the newest version of the dataset: files that it
 * does not make or replace stay as they are there. Throws HmsError where it cannot be done and CancelledError after `signal`; nothing is left behind then, no
 * draft and no temporary file; what a killed program leaves, the next transform or draft of the dataset removes.
 */
export async function prepareTransform(lake: WritableLake, sources: string | readonly string[], spec: TransformSpec, options: TransformOptions): Promise<PendingTransform> {
  const versions = sourcesOf(lake, typeof sources === 'string' ? [sources] : sources);
  const into = options.into ?? versions[0].dataset;
  const refusal = (root: RootName | null): HmsError | null => outOfRaw(versions, into, root);
  const refused = refusal(lake.index.rootOf(into));
  if (refused !== null) throw refused;
  const { draft, lock } = await beginTransformDraft(lake, into, spec.name);
  const ends = lake.presence.works('transforming', draft.txn);
  try {
    const { made, counts, engine } = await stage(lake, versions, spec, draft, options);
    const how = { parameters: parametersOf(spec), engine: engine === null ? PROGRAM : `${PROGRAM}, ${engine}`, counts };
    return new StagedTransform(lake, { draft, lock, transform: spec.name, versions, how, made, counts, refusal });
  } catch (error) {
    draft.close();
    await removeDraft(lake, draft.details);
    lock.release();
    throw error;
  } finally {
    ends();
  }
}

function sourcesOf(lake: WritableLake, refs: readonly string[]): readonly [VersionDetail, ...VersionDetail[]] {
  const [first, ...others] = new Map(refs.map((ref) => versionOf(lake, ref)).map((version) => [versionName(version.dataset, version.version), version])).values();
  if (first === undefined) throw new HmsError('USAGE', 'No version is named that the transform is to work on.', { kept: 'Nothing was changed.' });
  if (others.length >= MAX_SOURCES) throw new HmsError('USAGE', `A transform takes at most ${MAX_SOURCES} versions.`, { kept: 'Nothing was changed.' });
  return [first, ...others];
}

/** Health information stays in the storage root that folder permissions can close; what is made of it may hold it too. `root`: of the dataset; null while it has none. */
function outOfRaw(versions: readonly VersionDetail[], into: DatasetId, root: RootName | null): HmsError | null {
  const protectedSource = versions.find((version) => version.root === 'raw');
  if (protectedSource === undefined || root !== 'store') return null;
  return new HmsError('TAG_REFUSED', `${versionName(protectedSource.dataset, protectedSource.version)} is kept apart as protected health information, and ${into} is not, so what is made of the one cannot go into the other.`, {
    kept: NOTHING_LEFT,
    next: 'Name a dataset that is tagged phi, or a new one with --tag phi.',
  });
}

/** Everything of the specification but its name. */
function parametersOf(spec: TransformSpec): NonNullable<Lineage['parameters']> {
  const { name: _, ...parameters } = spec;
  return JSON.parse(JSON.stringify(parameters)) as NonNullable<Lineage['parameters']>;
}

interface Staged {
  readonly made: readonly MadeFile[];
  readonly counts: TransformCounts;
  readonly engine: string | null;
}

async function stage(lake: WritableLake, versions: readonly VersionDetail[], spec: TransformSpec, draft: Draft, options: TransformOptions): Promise<Staged> {
  const scratch = await openScratch(lake);
  const processes = options.processes ?? new QueryProcesses();
  try {
    const sources = await Promise.all(versions.map((version) => sourceVersion(lake, version)));
    const world = new LakeWorld({ sources, scratch, processes, signal: options.signal, onProgress: options.onProgress });
    try {
      const plan = await planTransform(spec, world);
      try {
        const made = await carryOut(lake, plan, draft, options);
        return { made, counts: plan.counts(), engine: world.engine };
      } finally {
        await plan.close();
      }
    } finally {
      await world.close();
    }
  } catch (error) {
    throw options.signal.aborted && !(error instanceof HmsError) ? new CancelledError(NOTHING_LEFT) : error;
  } finally {
    await scratch.close();
    if (options.processes === undefined) await processes.close();
  }
}

/** Makes the planned files in the draft, one after the other. The first that cannot be made ends it. */
async function carryOut(lake: WritableLake, plan: Plan, draft: Draft, { signal }: TransformOptions): Promise<MadeFile[]> {
  const made: MadeFile[] = [];
  const failed = new AbortController();
  let failure: { readonly error: unknown } | null = null;
  const streams = plan.files.map((file): StreamSource => ({
    kind: 'stream',
    as: file.path,
    mtime: null,
    stream: (async function* () {
      let size = 0;
      try {
        for await (const piece of file.bytes()) {
          size += piece.length;
          yield piece;
        }
        made.push({ path: file.path, size });
      } catch (error) {
        failure ??= { error };
        failed.abort();
        throw error;
      }
    })(),
  }));
  const quiet = { signal: AbortSignal.any([signal, failed.signal]), onProgress: () => undefined };
  try {
    const report = await inWords(`Writing into the draft of ${draft.dataset}`, NOTHING_LEFT, () => intake(draft, streams, { durable: lake.durable, clock: lake.clock, lake: lake.paths.root, workers: 1 }, quiet));
    const [problem] = report.problems;
    if (failure === null && problem !== undefined) throw new HmsError(problem.code, problem.message, { kept: NOTHING_LEFT });
  } catch (error) {
    if (failure === null) throw error;
  }
  // What the intake says of it is only that a stream ended badly.
  const first = failure as { readonly error: unknown } | null;
  if (first !== null) throw await worded(first.error);
  const gone = plan.replaced.filter((path) => draft.current(path) !== null);
  await inWords(`Writing into the draft of ${draft.dataset}`, NOTHING_LEFT, () => draft.record(gone.map((path) => ({ do: 'remove' as const, path }))));
  return made;
}

function worded(error: unknown): Promise<unknown> {
  return inWords('Transforming', NOTHING_LEFT, () => Promise.reject<unknown>(error as Error)).catch((reason: unknown) => reason);
}

interface StagedParts {
  readonly draft: Draft;
  readonly lock: StationLock;
  readonly transform: TransformName;
  readonly versions: readonly VersionDetail[];
  readonly how: Omit<Lineage, 'from'>;
  readonly made: readonly MadeFile[];
  readonly counts: TransformCounts;
  readonly refusal: (root: RootName) => HmsError | null;
}

class StagedTransform implements PendingTransform {
  readonly transform: TransformName;
  readonly sources: PendingTransform['sources'];
  readonly into: DatasetId;
  readonly made: readonly MadeFile[];
  readonly counts: TransformCounts;
  readonly #lake: WritableLake;
  readonly #parts: StagedParts;
  #ended = false;

  constructor(lake: WritableLake, parts: StagedParts) {
    this.#lake = lake;
    this.#parts = parts;
    this.transform = parts.transform;
    this.into = parts.draft.dataset;
    this.made = parts.made;
    this.counts = parts.counts;
    this.sources = parts.versions.map(({ dataset, version, hash }) => ({ ref: versionName(dataset, version), sha256: hash }));
  }

  async commit(options: TransformCommit): Promise<CommittedVersion> {
    this.#end();
    const { draft, lock, transform, versions, how, refusal } = this.#parts;
    try {
      return await commitNow(this.#lake, draft, { ...options, transform, sources: versions.map(sourceRef), how }, refusal);
    } catch (error) {
      throw await this.#afterRefusal(error);
    } finally {
      draft.close();
      lock.release();
    }
  }

  async discard(): Promise<void> {
    if (this.#ended) return;
    this.#end();
    this.#parts.draft.close();
    try {
      await removeDraft(this.#lake, this.#parts.draft.details);
    } finally {
      this.#parts.lock.release();
    }
  }

  #end(): void {
    if (this.#ended) throw new HmsError('DRAFT_NONE', 'This result of a transform was committed or discarded before.', { kept: 'Nothing was changed.' });
    this.#ended = true;
  }

  /** Takes the draft away, unless its version is in the ledger, or may be: then the next opening finishes what was begun. */
  async #afterRefusal(error: unknown): Promise<unknown> {
    if (!(error instanceof HmsError) || error.facts['outcome'] === 'unknown') return error;
    const { details } = this.#parts.draft;
    const isCommitted = await this.#lake.refresh().then(() => this.#lake.catalog.view.txnSeen(details.txn), () => true);
    if (isCommitted) return error;
    await removeDraft(this.#lake, details);
    const message = error.code === 'DRAFT_EMPTY' ? `The transform changes nothing: all that it makes is in the newest version of ${this.into} with the same bytes.` : error.message;
    const next = error.code === 'DRAFT_EMPTY' ? undefined : error.code === 'DATASET_MOVED' ? 'Run the transform again on the newest version.' : error.next;
    return new HmsError(error.code, message, { kept: 'Nothing was committed, and nothing is left of the transform.', ...(next === undefined ? {} : { next }), facts: error.facts, cause: error });
  }
}
