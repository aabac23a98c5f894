import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CancelledError, type DatasetId, type LogicalPath, type Progress, type Sha256, type TxnId } from '../../../../src/contract/index.ts';
import { systemClock } from '../../../../src/engine/clock.ts';
import { intake, type IntakeDeps, type IntakeReport, type Source } from '../../../../src/engine/ingest/index.ts';
import { durableOn, systemDisk, type Disk, type DraftIntake, type JournalLine, type Place, type StagedFile } from '../../../../src/engine/lake/index.ts';

/** A draft in a folder, its journal in memory: what an intake needs of one, and no more. */
export class TempDraft implements DraftIntake {
  readonly txn = '01890a5d-ac96-774b-bcce-b302099a8057' as TxnId;
  readonly dataset = 'T' as DatasetId;
  readonly contentFolder: string;
  readonly lines: JournalLine[] = [];
  readonly baseFiles = new Map<string, { sha256: Sha256; size: number }>();
  readonly changes = new Map<string, StagedFile | 'gone'>();
  readonly #assigned = new Set<string>();
  /** Called with each batch before it is recorded. */
  onRecord: (lines: readonly JournalLine[]) => void = () => undefined;
  /** False: lines are counted and forgotten, for measurements of memory. */
  keepLines = true;
  lineCount = 0;

  constructor(contentFolder: string) {
    this.contentFolder = contentFolder;
  }

  assign(path: LogicalPath): string {
    const folders = path.split('/');
    const name = folders.pop() ?? '';
    for (let twin = 0; ; twin++) {
      const content = [...folders, twin === 0 ? name : `${name}~${twin}`].join('/');
      if (this.#assigned.has(content)) continue;
      if (this.keepLines) this.#assigned.add(content);
      return content;
    }
  }

  staged(path: LogicalPath): StagedFile | 'gone' | null {
    return this.changes.get(path) ?? null;
  }

  base(path: LogicalPath): { sha256: Sha256; size: number } | null {
    return this.baseFiles.get(path) ?? null;
  }

  record(lines: readonly JournalLine[]): Promise<void> {
    this.onRecord(lines);
    this.lineCount += lines.length;
    if (!this.keepLines) return Promise.resolve();
    for (const line of lines) {
      this.lines.push(line);
      if (line.do === 'add' || line.do === 'replace') {
        this.changes.set(line.path, { sha256: line.sha256, size: line.size, mtime: line.mtime, content: line.content });
        if (line.content !== null) this.#assigned.add(line.content);
      }
    }
    return Promise.resolve();
  }

  /** Path → [what, size, content], without notes. */
  get files(): Record<string, readonly [string, number, string | null]> {
    return Object.fromEntries(
      this.lines.flatMap((line) => (line.do === 'add' || line.do === 'replace' ? [[line.path, [line.do, line.size, line.content] as const] as const] : [])),
    );
  }
}

/** A temporary folder with `in/` for sources and a draft in `lake/`; `remove` it afterwards. */
export class Scene {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'hms-ingest-')));
  readonly in = join(this.root, 'in');
  readonly lake = join(this.root, 'lake');
  readonly content = join(this.lake, 'staging', 'txn', 'version', 'content');
  readonly draft: TempDraft;
  readonly progress: Progress[] = [];
  place: Place = { kind: 'journaled', name: 'ext4' };
  disk: Disk = systemDisk;

  constructor() {
    mkdirSync(this.in);
    mkdirSync(this.content, { recursive: true });
    this.draft = new TempDraft(this.content);
  }

  get deps(): IntakeDeps {
    return { durable: durableOn(this.disk, this.place, systemClock), clock: systemClock, lake: this.lake };
  }

  take(sources: readonly (Source | string)[], how: { signal?: AbortSignal; maxProblems?: number; inline?: boolean; workers?: number; draft?: DraftIntake } = {}): Promise<IntakeReport> {
    const { signal = new AbortController().signal, inline = true, maxProblems, workers, draft = this.draft } = how;
    const all = sources.map((source): Source => (typeof source === 'string' ? { kind: 'path', path: source } : source));
    return intake(draft, all, { ...this.deps, inline, workers }, { signal, onProgress: (it) => this.progress.push(it), maxProblems });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** What an intake that is expected to be cancelled says it kept. */
export async function keptBy(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    if (error instanceof CancelledError) return error.kept;
    throw error;
  }
  throw new Error('It was not cancelled.');
}
