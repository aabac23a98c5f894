import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CancelledError, HmsError } from '../../contract/index.ts';
import type { Instant, LogicalPath, Sha256 } from '../../contract/index.ts';
import { codeOf } from '../lake/index.ts';
import type { DraftIntake, Durable, JournalLine, StagedFile } from '../lake/index.ts';
import { DigestCheck } from './digests.ts';
import type { Expected } from './digests.ts';
import { unreadable } from './pieces.ts';

/** A file of what is imported. */
export interface ImportFile {
  /** Where it is, for people. */
  readonly shown: string;
  readonly mtime: Instant | null;
  /** Each piece is good until the next is asked for. */
  pieces(): AsyncIterable<Uint8Array>;
}

export interface Watch {
  readonly signal: AbortSignal;
  /** So many more files and bytes are done. */
  progressed(files: number, bytes: number): void;
}

const BATCH_FILES = 2_000;
const BATCH_BYTES = 512 * 2 ** 20;

/**
 * Copies files into a draft: every byte is hashed in SHA-256 and in the algorithms of what it comes from while it is copied, compared with the digests that
 * it must have there, flushed to the disk, and only then named in the draft's journal. What an interrupted import has staged is not staged again.
 */
export class Sink {
  readonly #draft: DraftIntake;
  readonly #durable: Durable;
  readonly #watch: Watch;
  readonly #folders = new Set<string>();
  #lines: JournalLine[] = [];
  #copies: string[] = [];
  #bytes = 0;

  constructor(draft: DraftIntake, durable: Durable, watch: Watch) {
    this.#draft = draft;
    this.#durable = durable;
    this.#watch = watch;
  }

  /** Stages one file. Throws SOURCE_REFUSED where its bytes do not have the digests that are expected. */
  async take(path: LogicalPath, file: ImportFile, expected: readonly Expected[]): Promise<StagedFile> {
    this.#refuseAborted();
    const known = this.#staged(path);
    const sha256 = expected.find(({ algorithm }) => algorithm === 'sha256')?.digest;
    if (known !== null && known.sha256 === sha256) {
      // Its bytes were compared with the same digest when they were staged.
      this.#watch.progressed(1, known.size);
      return known;
    }
    const copy = await this.#copy(path, file, expected);
    if (known?.sha256 === copy.sha256 || this.#draft.base(path)?.sha256 === copy.sha256) {
      await this.#durable.removeFile(copy.target);
      return known ?? { sha256: copy.sha256, size: copy.size, mtime: file.mtime, content: null };
    }
    const staged: StagedFile = { sha256: copy.sha256, size: copy.size, mtime: file.mtime, content: copy.content };
    this.#copies.push(copy.target);
    this.#bytes += copy.size;
    await this.same(path, staged);
    return staged;
  }

  /** Gives a path the bytes that another one was staged with, or, with no `content`, bytes that the dataset's object holds already. */
  async same(path: LogicalPath, { sha256, size, mtime, content }: StagedFile): Promise<void> {
    this.#lines.push({ do: this.#draft.base(path) === null ? 'add' : 'replace', path, sha256, size, mtime, content });
    if (this.#lines.length >= BATCH_FILES || this.#bytes >= BATCH_BYTES) await this.flush();
  }

  remove(path: LogicalPath): void {
    this.#lines.push({ do: 'remove', path });
  }

  /** Makes everything that was staged durable, and names it in the journal. */
  async flush(): Promise<void> {
    const [lines, copies] = [this.#lines, this.#copies];
    [this.#lines, this.#copies, this.#bytes] = [[], [], 0];
    if (copies.length > 0) {
      const root = this.#draft.contentFolder;
      await this.#durable.flush(copies, () => [...new Set(copies.map((copy) => dirname(copy)))], root);
    }
    await this.#draft.record(lines);
  }

  /** What the draft holds at a path already, its bytes being there. */
  #staged(path: LogicalPath): StagedFile | null {
    const staged = this.#draft.staged(path);
    if (staged === null || staged === 'gone') return null;
    if (staged.content === null) return staged;
    const stats = lstatSync(join(this.#draft.contentFolder, ...staged.content.split('/')), { throwIfNoEntry: false });
    return stats?.isFile() === true && stats.size === staged.size ? staged : null;
  }

  async #copy(path: LogicalPath, file: ImportFile, expected: readonly Expected[]): Promise<{ content: string; target: string; sha256: Sha256; size: number }> {
    const { blocking } = this.#durable.disk;
    const { content, target, descriptor } = await this.#create(path);
    const check = new DigestCheck(expected);
    let whole = false;
    try {
      let told = 0;
      for await (const piece of inWords(file)) {
        this.#refuseAborted();
        check.update(piece);
        blocking.write(descriptor, piece);
        told += piece.length;
        this.#watch.progressed(0, piece.length);
      }
      const { sha256, size, misfit } = check.end();
      if (misfit !== null) throw altered(file, misfit);
      if (told === size) whole = true;
      this.#watch.progressed(1, 0);
      return { content, target, sha256: sha256 as Sha256, size };
    } finally {
      blocking.close(descriptor);
      if (!whole) await this.#durable.removeFile(target);
    }
  }

  async #create(path: LogicalPath): Promise<{ content: string; target: string; descriptor: number }> {
    for (;;) {
      const content = this.#draft.assign(path);
      const target = join(this.#draft.contentFolder, ...content.split('/'));
      const folder = dirname(target);
      if (!this.#folders.has(folder)) await this.#durable.makeFolder(folder);
      this.#folders.add(folder);
      try {
        return { content, target, descriptor: this.#durable.disk.blocking.createExclusive(target) };
      } catch (error) {
        // A piece of an import that was cut off has the name; the next one is another.
        if (codeOf(error) !== 'EEXIST') throw error;
      }
    }
  }

  #refuseAborted(): void {
    if (this.#watch.signal.aborted) throw new CancelledError('What was copied is kept in the draft; import the same again to go on from there.');
  }
}

async function* inWords(file: ImportFile): AsyncGenerator<Uint8Array> {
  try {
    yield* file.pieces();
  } catch (error) {
    throw unreadable(error, file.shown);
  }
}

function altered({ shown }: ImportFile, { algorithm, digest }: Expected): HmsError {
  return new HmsError('SOURCE_REFUSED', `"${shown}" does not have the ${algorithm === 'size' ? 'size' : `${algorithm} digest`} ${digest} that it was sealed with.`, {
    kept: 'It was not imported.',
    next: 'Ask whoever made it for another copy.',
    facts: { file: shown, algorithm, digest },
  });
}
