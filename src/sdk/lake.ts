import { readFile } from 'node:fs/promises';
import { versionName } from '../contract/index.ts';
import type { HmsError } from '../contract/index.ts';
import { ifMissing } from '../engine/lake/index.ts';
import { verify } from '../verify/index.ts';
import type { VerifyReport } from '../verify/index.ts';
import { Access } from './access.ts';
import type { LakeOptions, WorkOptions } from './types.ts';

/** A dataset as a list of them shows it. */
export interface DatasetInfo {
  readonly id: string;
  /** Oldest first. */
  readonly aliases: readonly string[];
  /** ISO 8601 instant in UTC. */
  readonly createdAt: string;
  /** The newest version, as `WF-2024-07:v3`, withdrawn or not; `null` before the first. */
  readonly newest: string | null;
}

/**
 * A lake that is open. Give it as `{ lake }` where several datasets are worked on: the ledger is then read once.
 *
 * @example
 * ```ts
 * import { Dataset, lake } from 'hms-dta';
 *
 * await using records = await lake.open('/records/lake');
 * for await (const { id, newest } of records.datasets()) console.log(id, newest);
 * const ds = await Dataset.open('WF-2024-07', { lake: records });
 * ```
 */
export class Lake implements AsyncDisposable {
  /** @internal */
  readonly access: Access;

  /** @internal */
  constructor(access: Access) {
    this.access = access;
  }

  /** UUID. */
  get id(): string {
    return this.access.fixed.lake.id;
  }

  /** Its real path. */
  get folder(): string {
    return this.access.fixed.paths.root;
  }

  /** The office's time zone, as `America/New_York`. */
  get zone(): string {
    return this.access.fixed.lake.zone;
  }

  /** Why this workstation may only read the lake; `null` where it may write. */
  async readOnly(): Promise<HmsError | null> {
    return (await this.access.reading()).readOnly;
  }

  /** All datasets, by id ignoring case. */
  async *datasets(): AsyncGenerator<DatasetInfo, void, undefined> {
    const { catalog } = await this.access.reading();
    for (let after: string | null = ''; after !== null; ) {
      const page: ReturnType<typeof catalog.datasets> = catalog.datasets(after, 500);
      for (const { id, aliases, createdAt, newest } of page.datasets) yield { id, aliases, createdAt, newest: newest === null ? null : versionName(id, newest.version) };
      after = page.next;
    }
  }

  /** Checks every byte and every proof of the lake, and that its ledger goes on from what this workstation saw last. Only reads. */
  async verify(options: WorkOptions = {}): Promise<VerifyReport> {
    const { seenFile } = (await this.access.reading()).ledger.context;
    const seen = seenFile === null ? null : await readFile(seenFile).catch(ifMissing(null));
    return verify(this.folder, { ...options, ...(seen === null ? {} : { seen }) });
  }

  async close(): Promise<void> {
    await this.access.close();
  }

  /** So that `await using records = await lake.open()` closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** What can be done with lakes. */
export const lake = {
  /**
   * Opens a lake by its folder; by `HMS_LAKE` where none is given.
   *
   * @throws {@link HmsError} `NOT_A_LAKE` where there is none
   */
  async open(folder?: string, options: Pick<LakeOptions, 'profile'> = {}): Promise<Lake> {
    return new Lake(await Access.open(folder, options.profile));
  },
} as const;

/** The lake that is meant, and whether it was opened by this. */
export async function accessFor({ lake: named, profile }: LakeOptions): Promise<{ readonly access: Access; readonly isOwn: boolean }> {
  if (named instanceof Lake) return { access: named.access, isOwn: false };
  return { access: await Access.open(named, profile), isOwn: true };
}
