import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { DatasetId, HmsError, Instant, KeyId, LakeId, LogicalPath, Sha256, TxnId } from '../../contract/index.ts';
import type { NoteLine } from '../../contract/index.ts';
import { canonicalBytes, canonicalJson, ContentPathMapper } from '../../core/index.ts';
import type { Json } from '../../core/index.ts';
import type { Clock } from '../clock.ts';
import type { DraftIntake, JournalLine, StagedFile } from './draft-types.ts';
import type { Durable } from './durable.ts';
import { textLines } from './body-file.ts';
import { ifMissing } from './leaf.ts';
import type { LakePaths } from './paths.ts';
import { bytesOf } from './read-file.ts';
import { sha256 } from './sha.ts';
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

const JournalLineJson: z.ZodType<JournalLine> = z.union([
  z.strictObject({
    do: z.enum(['add', 'replace']),
    path: LogicalPath,
    sha256: Sha256,
    size: z.int().min(0),
    mtime: Instant.nullable(),
    content: z.string().nullable(),
  }),
  z.strictObject({ do: z.literal('remove'), path: LogicalPath }),
  z.strictObject({ do: z.literal('rename'), path: LogicalPath, from: LogicalPath }),
  z.strictObject({ do: z.literal('note'), note: z.literal('emptyFolder'), path: z.string() }),
  z.strictObject({ do: z.literal('note'), note: z.literal('symlink'), path: z.string(), target: z.string() }),
  z.strictObject({ do: z.literal('note'), note: z.literal('special'), path: z.string(), kind: z.string() }),
]);

/** The file at a path in the version that a draft starts from. */
export type BaseFile = (path: LogicalPath) => { readonly sha256: Sha256; readonly size: number; readonly mtime: Instant | null } | null;

/** An open draft. What its journals say is held in memory: some 300 bytes a staged file. */
export class Draft implements DraftIntake {
  readonly details: DraftJson;
  readonly folder: string;
  readonly contentFolder: string;
  /** The draft's own changes by path; `gone` where the path is removed. */
  readonly changes = new Map<LogicalPath, StagedFile | 'gone'>();
  /** Explicit renames: new path → old path. */
  readonly renames = new Map<LogicalPath, LogicalPath>();
  /** What was met and not taken, each place once: an intake that is repeated meets it again. */
  readonly notes = new Map<string, NoteLine>();
  readonly #durable: Durable;
  readonly #journal: string;
  readonly #baseFile: BaseFile;
  #begun = false;
  readonly #mapper = new ContentPathMapper(sha256);

  constructor(record: DraftJson, folder: string, journal: string, durable: Durable, baseFile: BaseFile) {
    this.details = record;
    this.folder = folder;
    this.contentFolder = join(folder, 'version', 'content');
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

  assign(path: LogicalPath): string {
    const content = this.#mapper.map(path);
    // Reserved, so that the same path gets another name the next time.
    this.#mapper.reserve(content);
    return content;
  }

  staged(path: LogicalPath): StagedFile | 'gone' | null {
    return this.changes.get(path) ?? null;
  }

  base(path: LogicalPath): { readonly sha256: Sha256; readonly size: number } | null {
    return this.#baseFile(path);
  }

  /** The file at a path as the draft would commit it. */
  current(path: LogicalPath): StagedFile | null {
    const staged = this.changes.get(path);
    if (staged !== undefined) return staged === 'gone' ? null : staged;
    const base = this.#baseFile(path);
    return base === null ? null : { ...base, content: null };
  }

  async record(lines: readonly JournalLine[]): Promise<void> {
    if (lines.length === 0) return;
    const isNew = !this.#begun;
    this.#begun = true;
    await this.#durable.append(this.#journal, Buffer.from(lines.map((line) => `${canonicalJson(line as Json)}\n`).join('')));
    // The journal's own name, once.
    if (isNew) await this.#durable.disk.syncFolder(dirname(this.#journal));
    for (const line of lines) this.apply(line);
  }

  /** How many processes have put files into the draft. */
  journals = 1;

  /** Takes a journal line into account. */
  apply(line: JournalLine): void {
    switch (line.do) {
      case 'add':
      case 'replace':
        this.renames.delete(line.path);
        this.changes.set(line.path, { sha256: line.sha256, size: line.size, mtime: line.mtime, content: sameText(line.content, line.path) });
        return;
      case 'remove':
        this.#remove(line.path);
        return;
      case 'rename': {
        const file = this.current(line.from);
        if (file === null) return;
        this.#remove(line.from);
        this.changes.set(line.path, file);
        this.renames.set(line.path, line.from);
        return;
      }
      case 'note':
        this.notes.set(line.path, noteOf(line));
    }
  }

  #remove(path: LogicalPath): void {
    this.renames.delete(path);
    if (this.#baseFile(path) === null) this.changes.delete(path);
    else this.changes.set(path, 'gone');
  }

  /** Takes over a line of an earlier process: the name that it took is not given again. */
  replay(line: JournalLine): void {
    if ((line.do === 'add' || line.do === 'replace') && line.content !== null) this.#mapper.reserve(line.content);
    this.apply(line);
  }

  /** Whether committing the draft would change anything. */
  get isEmpty(): boolean {
    return this.changes.size === 0;
  }
}

/** The second text where both say the same: most files keep their names, and a draft may hold hundreds of thousands. */
function sameText(text: string | null, same: string): string | null {
  return text === same ? same : text;
}

function noteOf(line: Extract<JournalLine, { do: 'note' }>): NoteLine {
  switch (line.note) {
    case 'emptyFolder':
      return { note: 'emptyFolder', path: line.path };
    case 'symlink':
      return { note: 'symlink', path: line.path, target: line.target };
    case 'special':
      return { note: 'special', path: line.path, kind: line.kind };
  }
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
  return new Draft(record, folder, journalFile(folder, clock), durable, baseFile);
}

/** Opens a draft and replays its journals: in order of nonce, lines in order. */
export async function openDraft(
  record: DraftJson,
  baseFile: BaseFile,
  paths: LakePaths,
  durable: Durable,
  clock: Clock,
): Promise<Draft> {
  const folder = paths.transaction(record.txn);
  const journals = (await readdir(join(folder, 'journal')).catch(ifMissing([]))).filter((name) => name.endsWith('.ndjson')).sort();
  const draft = new Draft(record, folder, journalFile(folder, clock, journals.at(-1)), durable, baseFile);
  draft.journals = journals.length;
  for (const name of journals) {
    const file = join(folder, 'journal', name);
    // A line that a crash cut off has no LF; what it would have named was not acknowledged.
    for await (const line of textLines(bytesOf(file), 'whole lines')) draft.replay(journalLine(line, file));
  }
  return draft;
}

function journalLine(text: string, file: string): JournalLine {
  let parsed: unknown = null;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = null;
  }
  const line = JournalLineJson.safeParse(parsed);
  if (line.success) return line.data;
  throw new HmsError('STAGED_DAMAGED', `The draft's journal ${file} has a line that cannot be read.`, {
    kept: 'Nothing was changed; the staged files are where they were.',
    next: 'Discard the draft with `hms dta discard`, and put the files again.',
  });
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
    if (!txn.success) continue;
    const text = await readFile(join(paths.transaction(txn.data), 'draft.json'), 'utf8').catch(ifMissing(null));
    if (text === null) continue;
    const record = DraftJson.safeParse(parseOrNull(text));
    if (record.success && record.data.txn === txn.data) found.push(record.data);
  }
  return found;
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
