import { HmsError, parseVersionRef, versionName } from '../contract/index.ts';
import type { DatasetId } from '../contract/index.ts';
import { addAlias, addTag, createDataset, describeDataset, removeTag, withdrawVersion } from '../engine/datasets/index.ts';
import { commit, discard, draftsOf, myDraft } from '../engine/drafting.ts';
import { exportVersion } from '../engine/export.ts';
import { datasetUnknown, versionOf } from '../engine/files.ts';
import { datasetIdOf, findDataset, tagOf, tagsOf } from '../engine/names.ts';
import type { ReadableLake, WritableLake } from '../engine/open.ts';
import type { Access } from './access.ts';
import type { CommitOptions, CreateOptions, Exported, ExportOptions } from './dataset-options.ts';
import { accessFor } from './lake.ts';
import { changedDescription, lineageOf, transformOf } from './words.ts';
import { detailOf, differencesOf, filesOf, numbered, streamOf, versionInfo } from './reading.ts';
import type { FileStream, OpenFileOptions } from './reading.ts';
import { Staging, workOf } from './staging.ts';
import type { ByteSource, PutFileOptions, PutFolderOptions, PutStreamOptions } from './staging.ts';
import type { Description, Difference, DraftInfo, FileInfo, LakeOptions, PutFolderResult, PutResult, Version, VersionName } from './types.ts';

/**
 * Files that belong together, under an id that never changes. Its versions never change either; what is put, removed or renamed waits in a draft until
 * `commit` makes it the next one.
 *
 * A `Dataset` stands on one version (`versionId`): the newest when it was opened, the named one, or the one that it has just committed. That version is
 * meant by every method to which none is named. Drafts always go on from the newest.
 *
 * @example
 * ```ts
 * import { Dataset } from 'hms-dta';
 *
 * const ds = await Dataset.create('WF-2024-07', { tags: ['raw'] });
 * for (const path of ['sensorA.csv', 'sensorB.csv']) await ds.putFile(path);
 * await ds.commit('Initial sensor dump');
 * console.log(ds.versionId); // WF-2024-07:v1
 * ```
 */
export class Dataset implements AsyncDisposable {
  /** Public for ever, and never changed: there is no renaming. Another name beside it is given with {@link Dataset.alias}. */
  declare readonly id: string;
  /** @internal */
  readonly access: Access;
  /** @internal */
  readonly staging: Staging;
  readonly #dataset: DatasetId;
  readonly #ownsLake: boolean;
  #standsOn: number | null;

  private constructor(access: Access, ownsLake: boolean, dataset: DatasetId, standsOn: number | null) {
    this.access = access;
    this.staging = new Staging(access, dataset);
    this.#dataset = dataset;
    this.#ownsLake = ownsLake;
    this.#standsOn = standsOn;
    // Typed as one that cannot be set; who tries it all the same is told why, and what can be done.
    Object.defineProperty(this, 'id', { enumerable: true, get: () => dataset, set: () => refuseRenaming(dataset) });
  }

  /**
   * Reserves the id of a new dataset, and opens it.
   *
   * @throws {@link HmsError} `DATASET_EXISTS` where the name is taken, also by a draft that an earlier run of the same program left: `Dataset.open` goes on with that;
   * `NAME_INVALID` where it cannot be an id
   */
  static async create(id: string, options: CreateOptions = {}): Promise<Dataset> {
    const dataset = datasetIdOf(id);
    const tags = tagsOf(options.tags ?? []);
    return opened(options, async (access, ownsLake) => {
      const lake = await access.writing();
      const owner = findDataset(lake, dataset);
      const draft = await draftOf(lake, owner ?? dataset);
      if (owner !== null || draft !== null) throw taken(id, owner ?? dataset, draft);
      await createDataset(lake, dataset, tags);
      return new Dataset(access, ownsLake, dataset, null);
    });
  }

  /**
   * Opens a dataset, by its id or an alias, or at one version: `WF-2024-07:v1`, `WF-2024-07:clean`, `WF-2024-07@2024-07-30T23:59:59Z`. A draft that was begun before, on
   * this computer and by this account, is gone on with.
   *
   * @throws {@link HmsError} `DATASET_UNKNOWN`, `VERSION_UNKNOWN` or `TAG_UNKNOWN`, with the nearest name
   */
  static async open(ref: string, options: LakeOptions = {}): Promise<Dataset> {
    return opened(options, async (access, ownsLake) => {
      const lake = await access.reading();
      const parsed = parseVersionRef(ref);
      if (parsed === null || parsed.by !== 'newest') {
        const { dataset, version } = versionOf(lake, ref);
        return new Dataset(access, ownsLake, dataset, version);
      }
      const found = lake.catalog.resolve(parsed);
      if (found.kind === 'found') return new Dataset(access, ownsLake, found.version.dataset, found.version.version);
      // A first version that is not committed yet may make its dataset.
      if (found.kind !== 'datasetUnknown') return new Dataset(access, ownsLake, found.dataset, null);
      if ((await draftOf(lake, parsed.id)) !== null) return new Dataset(access, ownsLake, parsed.id, null);
      throw datasetUnknown(ref, found.nearest);
    });
  }

  /** The version that this stands on, as `WF-2024-07:v1`; `null` before the first commit, and where every version is withdrawn. */
  get versionId(): string | null {
    return this.#standsOn === null ? null : versionName(this.#dataset, this.#standsOn);
  }

  /**
   * Copies a file into the draft. It is read once, hashed on the way, and on the disk when this resolves. For many files `putFolder` is faster: it
   * uses several threads, and waits for the disk once for thousands of them.
   *
   * @throws {@link HmsError} `SOURCE_CHANGED` where the file changes while it is read, `SOURCE_UNREADABLE`, `SOURCE_REFUSED` for links and special files; the draft is then as before
   */
  async putFile(path: string, options: PutFileOptions = {}): Promise<PutResult> {
    return this.staging.putFile(path, options);
  }

  /**
   * Copies what a stream gives into the draft, under a name: a response's body, a pipe, a program's output, or bytes in memory. Where the stream fails, nothing of it stays.
   *
   * @example
   * ```ts
   * const response = await fetch('https://sensors.example.gov/a.csv');
   * await ds.putStream('sensorA.csv', response.body!);
   * ```
   */
  async putStream(name: string, bytes: ByteSource, options: PutStreamOptions = {}): Promise<PutResult> {
    return this.staging.putStream(name, bytes, options);
  }

  /**
   * Copies a folder with all that is in it. Links are not followed; they, empty folders and special files are noted in the version. Stopped and called again, it does
   * not copy again what is staged.
   *
   * @throws {@link HmsError} where a file was not taken; all others are in the draft then, and `facts.problems` names each that is not
   */
  async putFolder(path: string, options: PutFolderOptions = {}): Promise<PutFolderResult> {
    return this.staging.putFolder(path, options);
  }

  /** Leaves files out of the next version; the name of a folder means all files below it. Earlier versions keep them. Answers how many. */
  async remove(...names: readonly string[]): Promise<number> {
    return this.staging.remove(names);
  }

  /** Renames a file in the next version. (The dataset itself keeps its id for ever; `alias` gives it another name.) */
  async rename(from: string, to: string): Promise<void> {
    if ((to as string | undefined) === undefined) refuseRenaming(this.#dataset);
    await this.staging.rename(from, to);
  }

  /** What the draft holds; `null` where there is none. */
  async draft(): Promise<DraftInfo | null> {
    return draftOf(await this.access.reading(), this.#dataset);
  }

  /** Throws the draft away, and answers how many changes were in it. Versions, and the files that it was copied from, stay as they are. */
  async discard(): Promise<number> {
    return this.staging.withoutDraft(async () => {
      const lake = await this.access.writing();
      const draft = await myDraft(lake, this.#dataset);
      if (draft === null) return 0;
      const { size } = draft.changes;
      draft.close();
      await discard(lake, draft.details);
      return size;
    });
  }

  /**
   * Makes the draft the next version, which never changes again, and stands on it. When this resolves, the version is on the disk, and in the ledger.
   *
   * @param message what this version is; "Version N" where it is left out
   * @throws {@link HmsError} `DRAFT_EMPTY` where nothing differs; `DATASET_MOVED` where someone else changed the same files since the draft was begun; `DRAFT_BUSY` where another program
   * works on the draft. The draft is kept in each case
   *
   * @example A step of another program, with its lineage:
   * ```ts
   * await ds.putFile('cleaned.csv');
   * await ds.commit('Outliers removed', { derivedFrom: ['WF-2024-07:v1'], transform: 'my-tool 1.2' });
   * ```
   */
  async commit(message?: string, options: CommitOptions = {}): Promise<Version> {
    const tags = tagsOf(options.tags ?? []);
    const transform = transformOf(options.transform);
    return this.staging.withoutDraft(async () => {
      const lake = await this.access.writing();
      const lineage = lineageOf(lake, this.#dataset, options.derivedFrom, transform);
      const { signal, onProgress } = workOf(options);
      const done = await commit(lake, this.#dataset, { message: message ?? null, tags, ...lineage, signal, onProgress });
      return this.#standOn(lake, done.version);
    });
  }

  /** All versions, newest first; withdrawn ones too. */
  async versions(): Promise<Version[]> {
    const lake = await this.access.reading();
    return lake.catalog.versions(this.#dataset, null, Number.MAX_SAFE_INTEGER).map((detail) => versionInfo(lake, detail));
  }

  /** One version. */
  async version(version?: VersionName): Promise<Version> {
    const lake = await this.access.reading();
    return versionInfo(lake, detailOf(lake, this.#dataset, this.#standsOn, version));
  }

  /**
   * The files of a version, by name. They come a thousand at a time, so that any number of them takes little memory.
   *
   * @example
   * ```ts
   * for await (const { name, size, sha256 } of ds.files()) console.log(sha256, size, name);
   * ```
   */
  async *files(version?: VersionName): AsyncGenerator<FileInfo, void, undefined> {
    const lake = await this.access.reading();
    yield* filesOf(lake, detailOf(lake, this.#dataset, this.#standsOn, version));
  }

  /**
   * Opens a stored file for reading. A whole file is checked against its SHA-256 on the way, and the stream fails where it is not the record (`STORED_DAMAGED`); of a range
   * only the length can be checked. `stream.checked` says which, `stream.file` what is known of the file.
   *
   * @example
   * ```ts
   * import { text } from 'node:stream/consumers';
   * const csv = await text(await ds.openFile('sensorA.csv', { version: 'v1' }));
   * ```
   */
  async openFile(name: string, options: OpenFileOptions = {}): Promise<FileStream> {
    const lake = await this.access.reading();
    return streamOf(lake, detailOf(lake, this.#dataset, this.#standsOn, options.version), name, options);
  }

  /** What differs between two versions, seen from the first to the second: by default from the version before this one to this one. */
  async *diff(from?: VersionName, to?: VersionName): AsyncGenerator<Difference, void, undefined> {
    const lake = await this.access.reading();
    const second = detailOf(lake, this.#dataset, this.#standsOn, to);
    yield* differencesOf(lake, detailOf(lake, this.#dataset, Math.max(1, second.version - 1), from), second);
  }

  /** The labels of a version, sorted. */
  async tags(version?: VersionName): Promise<readonly string[]> {
    return (await this.version(version)).tags;
  }

  /** Puts a label on a version, and answers all that it has then. One that is there already stays. */
  async tag(label: string, version?: VersionName): Promise<readonly string[]> {
    const tag = tagOf(label);
    const lake = await this.access.writing();
    const detail = detailOf(lake, this.#dataset, this.#standsOn, version);
    if (!detail.tags.includes(tag)) await addTag(lake, detail, tag);
    return this.tags(detail.version);
  }

  /** Takes a label off a version, and answers those that it has then. */
  async untag(label: string, version?: VersionName): Promise<readonly string[]> {
    const tag = tagOf(label);
    const lake = await this.access.writing();
    const detail = detailOf(lake, this.#dataset, this.#standsOn, version);
    if (!detail.tags.includes(tag) && detail.tagsComplete) {
      throw new HmsError('TAG_UNKNOWN', `${versionName(this.#dataset, detail.version)} does not have the tag "${tag}".`, { kept: 'Nothing was changed.' });
    }
    await removeTag(lake, detail, tag);
    return this.tags(detail.version);
  }

  /** The other names of the dataset, oldest first. */
  async aliases(): Promise<readonly string[]> {
    return (await this.access.reading()).catalog.dataset(this.#dataset)?.aliases ?? [];
  }

  /** Gives the dataset another name beside its id; the rules are those of an id. It cannot be taken away again. */
  async alias(name: string): Promise<void> {
    await addAlias(await this.access.writing(), this.#dataset, datasetIdOf(name));
  }

  /** The description in effect; empty where there is none. */
  async description(): Promise<Description> {
    return describedNow(await this.access.reading(), this.#dataset);
  }

  /**
   * Sets members of the description and leaves the others; `null` takes a member away. Answers the whole.
   *
   * @example
   * ```ts
   * await ds.describe({ title: 'Wildfire sensors, July 2024', creator: 'Forestry Service' });
   * ```
   */
  async describe(members: Readonly<Record<string, string | null>>): Promise<Description> {
    const lake = await this.access.writing();
    const description = changedDescription(describedNow(lake, this.#dataset), members);
    await describeDataset(lake, this.#dataset, description);
    return description;
  }

  /** Takes a version out of use for ever. Its files stay and its number still opens it; the id, tags and instants no longer mean it. The version is named by its number. */
  async withdraw(version: VersionName, reason: string): Promise<Version> {
    const lake = await this.access.writing();
    const detail = numbered(lake, this.#dataset, version);
    if (detail.withdrawn !== null) throw new HmsError('ACT_REFUSED', `${versionName(this.#dataset, detail.version)} was withdrawn before.`, { kept: 'Nothing was changed.' });
    if (typeof reason !== 'string' || reason.trim() === '') throw new HmsError('USAGE', 'A withdrawal needs its reason.', { kept: 'Nothing was changed.' });
    await withdrawVersion(lake, detail, reason);
    return this.version(detail.version);
  }

  /** Writes a version as one signed package, a zip file that anyone can check with unzip, sha256sum and openssl, and records that in the ledger. */
  async export(file: string, options: ExportOptions = {}): Promise<Exported> {
    const reader = await this.access.reading();
    const lake = reader.readOnly === null ? await this.access.writing() : reader;
    const { bytes, payload } = await exportVersion(lake, detailOf(lake, this.#dataset, this.#standsOn, options.version), file, { ...workOf(options), replace: options.replace ?? false });
    return { bytes, payload };
  }

  /** Ends what is under way and closes the lake, if it was opened for this dataset. A draft stays. A program that ends need not call it. */
  async close(): Promise<void> {
    await this.staging.close();
    if (this.#ownsLake) await this.access.close();
  }

  /** So that `await using ds = await Dataset.open(…)` closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Dataset { ${this.versionId ?? this.#dataset} }`;
  }

  #standOn(lake: WritableLake, version: number): Version {
    const detail = lake.catalog.version(this.#dataset, version);
    if (detail === null) throw new Error(`The catalog has no version ${version} of ${this.#dataset} after its commit.`);
    this.#standsOn = version;
    return versionInfo(lake, detail);
  }
}

/** Opens the lake that is meant, and closes it again where what it was opened for fails. */
async function opened(options: LakeOptions, work: (access: Access, ownsLake: boolean) => Promise<Dataset>): Promise<Dataset> {
  const { access, isOwn } = await accessFor(options);
  try {
    return await work(access, isOwn);
  } catch (error) {
    if (isOwn) await access.close();
    throw error;
  }
}

async function draftOf(lake: ReadableLake, dataset: DatasetId): Promise<DraftInfo | null> {
  if (lake.readOnly !== null) return null;
  const mine = (await draftsOf(lake)).find((draft) => draft.dataset === dataset && draft.station === lake.station?.id && draft.osUser === lake.by.account);
  if (mine === undefined) return null;
  const draft = await myDraft(lake as WritableLake, dataset);
  if (draft === null) return null;
  const { size } = draft.changes;
  draft.close();
  return { started: mine.started, changes: size, base: mine.base === null ? null : versionName(dataset, mine.base.ver) };
}

function describedNow(lake: ReadableLake, dataset: DatasetId): Description {
  return lake.catalog.dataset(dataset)?.descriptions[0]?.value ?? {};
}

function taken(name: string, owner: DatasetId, draft: DraftInfo | null): HmsError {
  const has = draft === null ? '' : ` You have a draft of it with ${draft.changes} ${draft.changes === 1 ? 'change' : 'changes'}, begun at ${draft.started}.`;
  const next = draft === null ? `Open it: Dataset.open('${owner}')` : `Go on with it: Dataset.open('${owner}'); files that it holds are not copied again. Or throw it away: (await Dataset.open('${owner}')).discard()`;
  return new HmsError('DATASET_EXISTS', `The name "${name}" is taken by the dataset ${owner}.${has}`, { kept: 'Nothing was changed.', next, facts: { dataset: owner, draft } });
}

function refuseRenaming(dataset: DatasetId): never {
  throw new HmsError('ACT_REFUSED', `The id ${dataset} stands in the ledger for ever, so a dataset cannot be renamed.`, {
    kept: 'Nothing was changed.',
    next: "Give it another name beside its id: await dataset.alias('OTHER-NAME'). A file in it is renamed with dataset.rename(from, to).",
    facts: { dataset },
  });
}
