import { lstat, readFile, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { DatasetId, Instant, KeyId, LakeId, Sha256, TxnId } from '../../contract/index.ts';
import type { LogicalPath } from '../../contract/index.ts';
import { canonicalBytes, ContentPathMapper } from '../../core/index.ts';
import type { Clock } from '../clock.ts';
import { textLines } from './body-file.ts';
import type { DraftTable } from './draft-table.ts';
import type { DraftIntake, JournalLine, StagedFile } from './draft-types.ts';
import type { Durable } from './durable.ts';
import { journalText, noteOf, parseJournalLine } from './journal.ts';
import { ifMissing } from './leaf.ts';
import type { LakePaths } from './paths.ts';
import { piecesOf } from './read-file.ts';
import { sha256 } from './sha.ts';
import { SpillingDraftTable } from './spilling-table.ts';
import type { OpenLargeTable } from './spilling-table.ts';
import { unwatched } from './steps.ts';
import type { Steps } from './steps.ts';
import { newTxn } from './txn.ts';

/** Drafts: an officer's open list of changes to one dataset (docs/formats/lake.md section 12). */

export const DraftJson = z.strictObject({
  base: z.strictObject({ sha256: Sha256, ver: z.int().min(1) }).nullable(),
  dataset: DatasetId,
  lake: LakeId,
  osUser: z.string(),
  started: Instant,
  station: KeyId,
  /** Name of the transform that fills the draft: such a draft is that program's alone, and worth nothing once it has ended. */
  transform: z.string().optional(),
  txn: TxnId,
  v: z.literal(1),
});
export type DraftJson = z.infer<typeof DraftJson>;

/** The file at a path in the version that a draft starts from. */
export type BaseFile = (path: LogicalPath) => { readonly sha256: Sha256; readonly size: number; readonly mtime: Instant | null } | null;

/**
 * An open draft. What its journals say is held in a table, which may be long: `close` it. The files of its base are asked of whoever knows them.
 */
export class Draft implements DraftIntake {
  readonly details: DraftJson;
  readonly folder: string;
  readonly contentFolder: string;
  /** The draft's own changes by path, and what was met and not taken. */
  readonly changes: DraftTable;
  readonly #durable: Durable;
  readonly #journal: string;
  readonly #baseFile: BaseFile;
  /** Octets of each journal that the table knows, by the journal's name. */
  readonly #known = new Map<string, number>();
  #mapper: ContentPathMapper | null = null;

  constructor(record: DraftJson, folder: string, journal: string, durable: Durable, baseFile: BaseFile, table: DraftTable) {
    this.details = record;
    this.folder = folder;
    this.contentFolder = join(folder, 'version', 'content');
    this.changes = table;
    this.#durable = durable;
    this.#journal = journal;
    this.#baseFile = baseFile;
  }

  get txn(): TxnId {
    return this.details.txn;
  }

  get dataset(): DatasetId {
    return this.details.dataset;
  }

  /** How many processes have put files into the draft. */
  get journals(): number {
    return this.#known.size;
  }

  /** Whether committing the draft would change anything. */
  get isEmpty(): boolean {
    return this.changes.size === 0;
  }

  assign(path: LogicalPath): string {
    return (this.#mapper ??= this.#mapperOfTaken()).mapOnce(path);
  }

  /** Names that the draft's files have are not given again. Others that stand in the folder are met when a file is made under one. */
  #mapperOfTaken(): ContentPathMapper {
    const mapper = new ContentPathMapper(sha256, this.changes.names);
    for (const { file } of this.changes.byPath('')) if (file !== 'gone' && file.content !== null) mapper.reserve(file.content);
    return mapper;
  }

  staged(path: LogicalPath): StagedFile | 'gone' | null {
    return this.changes.get(path)?.file ?? null;
  }

  base(path: LogicalPath): { readonly sha256: Sha256; readonly size: number } | null {
    return this.#baseFile(path);
  }

  /** The file at a path as the draft would commit it. */
  current(path: LogicalPath): StagedFile | null {
    const staged = this.staged(path);
    if (staged !== null) return staged === 'gone' ? null : staged;
    const base = this.#baseFile(path);
    return base === null ? null : { ...base, content: null };
  }

  async record(lines: readonly JournalLine[]): Promise<void> {
    if (lines.length === 0) return;
    const name = basename(this.#journal);
    const before = this.#known.get(name);
    // Should this fail, it is not known how much of it is there.
    this.#known.set(name, Number.NaN);
    const bytes = Buffer.from(lines.map(journalText).join(''));
    await this.#durable.append(this.#journal, bytes);
    // The journal's own name, once.
    if (before === undefined) await this.#durable.disk.syncFolder(dirname(this.#journal));
    for (const line of lines) this.apply(line);
    this.#known.set(name, (before ?? 0) + bytes.length);
  }

  /** Takes a journal line into account. */
  apply(line: JournalLine): void {
    switch (line.do) {
      case 'add':
      case 'replace':
        this.changes.set(line.path, { sha256: line.sha256, size: line.size, mtime: line.mtime, content: sameText(line.content, line.path) }, null);
        return;
      case 'remove':
        this.#remove(line.path);
        return;
      case 'rename': {
        const file = this.current(line.from);
        if (file === null) return;
        this.#remove(line.from);
        this.changes.set(line.path, file, line.from);
        return;
      }
      case 'note':
        this.changes.setNote(noteOf(line));
    }
  }

  #remove(path: LogicalPath): void {
    if (this.#baseFile(path) === null) this.changes.delete(path);
    else this.changes.set(path, 'gone', null);
  }

  /** Takes over the lines of an earlier process's journal. */
  async replay(name: string, steps: Steps): Promise<void> {
    const file = join(this.folder, 'journal', name);
    let read = 0;
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of piecesOf(file)) {
        read += chunk.length;
        yield chunk;
      }
    };
    // A line that a crash cut off has no LF; what it would have named was not acknowledged.
    for await (const line of textLines(counted(), 'whole lines')) {
      this.apply(parseJournalLine(line, file));
      steps.did(1);
    }
    this.#known.set(name, read);
  }

  /** Whether the journals are those that the table knows: nobody else has worked on the draft since. */
  async isAsKnown(): Promise<boolean> {
    const folder = join(this.folder, 'journal');
    const names = await journalNames(folder);
    if (names.length !== this.#known.size) return false;
    for (const name of names) {
      const size = await lstat(join(folder, name)).then((stats) => stats.size, ifMissing(-1));
      if (size !== this.#known.get(name)) return false;
    }
    return true;
  }

  /** Lets go of the table; the draft itself stays. */
  close(): void {
    this.changes.close();
  }
}

/** The second text where both say the same: most files keep their names, and a draft may hold hundreds of thousands. */
function sameText(text: string | null, same: string): string | null {
  return text === same ? same : text;
}

export interface DraftOwner {
  /** The act that the draft will be committed as; names its folder. */
  readonly txn: TxnId;
  readonly lake: LakeId;
  readonly station: KeyId;
  readonly osUser: string;
  readonly transform?: string;
}

/** Begins a draft: its folder, then draft.json, which makes it one. */
export async function beginDraft(
  owner: DraftOwner,
  dataset: DatasetId,
  base: DraftJson['base'],
  baseFile: BaseFile,
  paths: LakePaths,
  durable: Durable,
  clock: Clock,
  openLarge: OpenLargeTable | null = null,
): Promise<Draft> {
  const record: DraftJson = DraftJson.parse({
    base,
    dataset,
    lake: owner.lake,
    osUser: owner.osUser,
    started: new Date(clock.now()).toISOString(),
    station: owner.station,
    ...(owner.transform === undefined ? {} : { transform: owner.transform }),
    txn: owner.txn,
    v: 1,
  });
  const folder = paths.transaction(record.txn);
  await durable.makeFolder(join(folder, 'version', 'content'));
  await durable.makeFolder(join(folder, 'journal'));
  await durable.writeNew(join(folder, 'draft.json'), canonicalBytes(record));
  return new Draft(record, folder, journalFile(folder, clock), durable, baseFile, new SpillingDraftTable(openLarge));
}

/** Opens a draft and replays its journals: in order of nonce, lines in order. */
export async function openDraft(
  record: DraftJson,
  baseFile: BaseFile,
  paths: LakePaths,
  durable: Durable,
  clock: Clock,
  openLarge: OpenLargeTable | null = null,
  steps: Steps = unwatched,
): Promise<Draft> {
  const folder = paths.transaction(record.txn);
  const journals = await journalNames(join(folder, 'journal'));
  const draft = new Draft(record, folder, journalFile(folder, clock, journals.at(-1)), durable, baseFile, new SpillingDraftTable(openLarge));
  try {
    for (const name of journals) await draft.replay(name, steps);
    return draft;
  } catch (error) {
    draft.close();
    throw error;
  }
}

async function journalNames(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(ifMissing([]))).filter((name) => name.endsWith('.ndjson')).sort();
}

/** Journals apply in order of nonce, so a new one is later than the last that is there, whatever the clock says. */
function journalFile(folder: string, clock: Clock, last?: string): string {
  const after = last === undefined ? 0 : Number.parseInt(last.slice(0, 8) + last.slice(9, 13), 16) + 1;
  return join(folder, 'journal', `${newTxn({ ...clock, now: () => Math.max(clock.now(), after) })}.ndjson`);
}

/** The drafts in staging, oldest first; folders without a readable draft.json are other work in progress and are left out. */
export async function listDrafts(paths: LakePaths): Promise<DraftJson[]> {
  const found: DraftJson[] = [];
  for (const name of (await readdir(paths.staging).catch(ifMissing([]))).sort()) {
    const txn = TxnId.safeParse(name);
    const draft = txn.success ? await readDraft(paths, txn.data) : null;
    if (draft !== null) found.push(draft);
  }
  return found;
}

/** The draft in a folder of staging; null where there is none that can be read. */
export async function readDraft(paths: LakePaths, txn: TxnId): Promise<DraftJson | null> {
  const text = await readFile(join(paths.transaction(txn), 'draft.json'), 'utf8').catch(ifMissing(null));
  const record = text === null ? null : DraftJson.safeParse(parseOrNull(text));
  return record?.success === true && record.data.txn === txn ? record.data : null;
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
