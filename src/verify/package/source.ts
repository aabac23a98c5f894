import type { ReadResult } from '../read.ts';
import type { HashFilesResult } from '../workers/hash-files.ts';

/** A file of the package whose digest is known from a manifest. */
export interface Expected {
  readonly path: string;
  /** 32 bytes. */
  readonly digest: Uint8Array;
}

export interface SourceProblem {
  readonly path: string;
  readonly problem: 'altered' | 'missing' | 'unreadable';
  readonly detail: string;
}

/** A package that can be read: a zip file, or the folder it was unpacked to. Paths are relative to the bag's folder, `/` between parts. */
export interface PackageSource {
  /** Every file, with its size in bytes. */
  readonly files: ReadonlyMap<string, number>;
  /** The whole of a small file. */
  read(path: string, limit: number): Promise<ReadResult>;
  /** The bytes of a file piece by piece; each piece is only good until the next is asked for. Ends early, without an error, where the file cannot be read: its hash says so. */
  pieces(path: string): AsyncGenerator<Uint8Array>;
  /** Hashes files, and answers those that are not what is expected. */
  hash(files: readonly Expected[]): Promise<readonly SourceProblem[]>;
  close(): void;
}

/** The whole of a small file out of its pieces. */
export async function readPiecesOf(source: Pick<PackageSource, 'files' | 'pieces'>, path: string, limit: number): Promise<ReadResult> {
  const size = source.files.get(path);
  if (size === undefined) return { why: 'missing', detail: 'it is not there' };
  if (size > limit) return { why: 'large', detail: `it is larger than ${limit.toLocaleString('en-US')} bytes` };
  const parts: Buffer[] = [];
  for await (const piece of source.pieces(path)) parts.push(Buffer.from(piece));
  const bytes = Buffer.concat(parts);
  return bytes.length === size ? { bytes } : { why: 'unreadable', detail: 'it ends too early' };
}

/** What a thread found, held against what is expected. */
export function problemsOf(expected: readonly Expected[], { digests, problems }: HashFilesResult): SourceProblem[] {
  const unread = new Map(problems.map((problem) => [problem.index, problem]));
  const found: SourceProblem[] = [];
  for (const [i, { path, digest }] of expected.entries()) {
    const problem = unread.get(i);
    const held = Buffer.from(digests.buffer, digests.byteOffset + i * 32, 32);
    if (problem !== undefined) found.push({ path, problem: problem.problem, detail: problem.detail });
    else if (held.compare(digest) !== 0) found.push({ path, problem: 'altered', detail: held.toString('hex') });
  }
  return found;
}
